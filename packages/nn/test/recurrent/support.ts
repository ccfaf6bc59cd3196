/** What tests of recurrent layers share. */
import { Generator, linear, randn, type Tensor, tanh } from "@wengert/autograd";
import { expect } from "vitest";
import { Parameter, SimpleCell } from "../../src/index.js";

export const generator = new Generator(5);
export const options = { generator, dtype: "float64" } as const;
export const draw = (...shape: number[]): Tensor => randn(shape, options);
export const numbers = (x: Tensor | null): number[] => [...x!.toTypedArray()];

export function expectNear(actual: Tensor | null, wanted: readonly number[], digits = 12): void {
  expect(numbers(actual)).toHaveLength(wanted.length);
  numbers(actual).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, digits));
}

/** A cell of one's own: one step. */
export class LeakyCell extends SimpleCell {
  readonly weight: Parameter;
  readonly fromInput: Parameter;

  constructor(inputSize: number, hiddenSize: number) {
    super(inputSize, hiddenSize, { dtype: "float64" });
    this.weight = new Parameter(draw(hiddenSize, hiddenSize));
    this.fromInput = new Parameter(draw(hiddenSize, inputSize));
  }

  override step(x: Tensor, h: Tensor): Tensor {
    return h.mul(0.5).add(tanh(linear(x, this.fromInput).add(linear(h, this.weight))));
  }
}
