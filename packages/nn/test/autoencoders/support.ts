/** Modules beside plain arithmetic. */
import { Generator, gradcheck, randn, type Tensor, withSubstitutes } from "@wengert/autograd";
import { expect } from "vitest";
import type { Module } from "../../src/index.js";

export type Matrix = number[][];

export const draw = (seed: number, ...shape: number[]): Tensor =>
  randn(shape, { generator: new Generator(seed), dtype: "float64" });

/** Checks the gradients of `of` by all parameters of a module. */
export function checkParameters(module: Module, of: () => Tensor): void {
  const parameters = module.parameters();
  const report = gradcheck(
    (...all: Tensor[]) =>
      withSubstitutes(
        parameters.map((parameter, i) => [parameter, all[i]] as const),
        of,
      ),
    parameters.map((parameter) => parameter.detach()),
  );
  expect(report.ok, report.message).toBe(true);
}
