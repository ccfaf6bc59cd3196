/** Modules whose weights, inputs and cotangents are drawn here as scripts/fixtures/draws.py draws them. */
import { noGrad, Tensor, tensor } from "@wengert/autograd";
import { expect } from "vitest";
import type { Module } from "../src/index.js";
import { expectClose, type FixtureTensor } from "./support.js";

export interface Results {
  readonly seed: number;
  readonly outputs: FixtureTensor[];
  readonly inputGrads: FixtureTensor[];
  readonly grads: Record<string, FixtureTensor>;
}

const tolerance = 1e-9;

/** The generator of the script. */
export class Draws {
  constructor(private state: number) {}

  tensor(shape: readonly number[], requiresGrad = false): Tensor {
    const numbers = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
      return (this.state / 2 ** 32 - 0.5) * 1.8;
    });
    return tensor(numbers, { shape, dtype: "float64", requiresGrad });
  }
}

export function tensorsIn(x: unknown): Tensor[] {
  if (x instanceof Tensor) return [x];
  return Object.values(x as object).flatMap((each) => tensorsIn(each));
}

export function fill(module: Module, { grads }: Results, draws: Draws): void {
  expect([...module.stateDict()].map(([name, { shape }]) => [name, shape])).toEqual(
    Object.entries(grads).map(([name, { shape }]) => [name, shape]),
  );
  noGrad(() => {
    for (const parameter of module.parameters()) parameter.assign(draws.tensor(parameter.shape));
  });
}

export function compare(
  module: Module,
  { outputs, inputGrads, grads }: Results,
  draws: Draws,
  { leaves, made }: { leaves: Tensor[]; made: Tensor[] },
): void {
  expect(made).toHaveLength(outputs.length);
  made.forEach((out, i) => expectClose(out, outputs[i]!, `output ${i}`, tolerance));
  made
    .map((out) => out.mul(draws.tensor(out.shape)).sum())
    .reduce((a, b) => a.add(b))
    .backward();
  leaves.forEach((leaf, i) => expectClose(leaf.grad, inputGrads[i]!, `gradient of input ${i}`, tolerance));
  // Parameters come in the order of their names in files.
  module.parameters().forEach((parameter, i) => {
    const [name, wanted] = Object.entries(grads)[i]!;
    expectClose(parameter.grad, wanted, `gradient of ${name}`, tolerance);
  });
}

export const named = <C extends Results>(all: C[]): [string, C][] =>
  all.map((each) => {
    const { outputs, inputGrads, grads, ...options } = each;
    return [JSON.stringify(options), each];
  });
