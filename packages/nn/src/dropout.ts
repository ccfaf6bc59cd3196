/** Dropout as a layer. */
import { ArgumentError, defaultGenerator, dropout, type Generator, type Tensor } from "@wengert/autograd";
import type { InitOptions } from "./init.js";
import { Module } from "./module.js";

/**
 * In training zeroes each element with probability p and scales the others by 1 / (1 − p); else the identity.
 * Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
 */
export class Dropout extends Module {
  private readonly generator: Generator;

  constructor(
    readonly probability = 0.5,
    { generator = defaultGenerator }: Pick<InitOptions, "generator"> = {},
  ) {
    super();
    checkProbability("Dropout", probability);
    this.generator = generator;
  }

  forward(x: Tensor): Tensor {
    return dropout(x, this.probability, { training: this.training, generator: this.generator });
  }

  protected override describe(): string {
    return `p=${this.probability}`;
  }
}

/** @throws ArgumentError if it is not from 0 to 1 */
export function checkProbability(name: string, probability: number): void {
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(`${name}: the dropout probability is ${probability}; it must be from 0 to 1`);
}
