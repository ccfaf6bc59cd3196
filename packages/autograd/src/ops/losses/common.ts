/** What losses have in common: what they refuse, and the mean or sum at the end. */
import { ArgumentError, ShapeError } from "../../errors.js";
import { compare, constant, type Expression, select } from "../../expression/expression.js";
import type { Tensor } from "../../graph.js";
import { broadcast, sameShape, show } from "../../shape.js";
import { checkFloat } from "../elementwise/floating.js";
import { mean, sum } from "../reductions.js";

/** What becomes of the losses of single elements: their mean (the default), their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  readonly reduction?: Reduction;
}

/** @throws ArgumentError for a reduction that is none of `known` */
export function checkReduction(
  name: string,
  reduction: string,
  known: readonly string[] = ["mean", "sum", "none"],
): void {
  if (!known.includes(reduction))
    throw new ArgumentError(`${name}: the reduction is ${reduction}; it must be one of ${known.join(", ")}`);
}

/** @throws DTypeError for predictions that are no floats */
export function checkFloats(name: string, predictions: Readonly<Record<string, Tensor>>): void {
  for (const [called, x] of Object.entries(predictions)) checkFloat(name, x, called);
}

/**
 * Broadcasting would take the mean of differences that nobody meant.
 *
 * @throws ShapeError if the shapes differ
 */
export function checkSameShape(name: string, operands: Readonly<Record<string, Tensor>>): void {
  const all = Object.entries(operands);
  if (all.every(([, { shape }]) => sameShape(shape, all[0][1].shape))) return;
  const parts = all.map(([called, { shape }]) => `${called} is ${show(shape)}`);
  throw new ShapeError(
    `${name}: ${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}; they must be the same`,
  );
}

/**
 * What most losses ask: a known reduction, predictions that are floats, targets of their shape.
 *
 * @throws ArgumentError, DTypeError, ShapeError
 */
export function checkLoss(
  name: string,
  reduction: string,
  predictions: Readonly<Record<string, Tensor>>,
  targets: Readonly<Record<string, Tensor>> = {},
): void {
  checkReduction(name, reduction);
  checkFloats(name, predictions);
  checkSameShape(name, { ...predictions, ...targets });
}

/** @throws ShapeError if weights do not broadcast to the shape of what they weigh */
export function checkWeight(name: string, called: string, weight: Tensor | undefined, x: Tensor): void {
  if (weight !== undefined && !sameShape(broadcast(name, [x.shape, weight.shape]), x.shape))
    throw new ShapeError(
      `${name}: the ${called} is ${show(weight.shape)} and x is ${show(x.shape)}; the ${called} must broadcast to x`,
    );
}

/** 1e-12 as PyTorch has it in these losses, rounded to float32 for both dtypes. */
export const tiny: number = Math.fround(1e-12);

export function reduced(losses: Tensor, reduction: Reduction): Tensor {
  return reduction === "none" ? losses : reduction === "sum" ? sum(losses) : mean(losses);
}

/** `max(0, e)`. The gradient passes at 0, as through PyTorch's `clamp_min`. */
export function notNegative(e: Expression): Expression {
  return select(compare("lt", e, 0), constant(0), e);
}
