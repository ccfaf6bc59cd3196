/** Which keys queries attend to, and the weights that they get. */
import {
  add,
  amax,
  DTypeError,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
  type Shape,
  ShapeError,
  softmax,
  type Tensor,
  where,
} from "@wengert/autograd";
import { show } from "../recurrent/state.js";

/**
 * @param mask bool or like the scores, of one of the `shapes`
 * @throws ShapeError if it has another shape, which might broadcast unnoticed; DTypeError if it has another dtype
 */
export function checkMask(
  name: string,
  mask: Tensor | undefined,
  dtype: Tensor["dtype"],
  shapes: readonly Shape[],
  words: string,
): void {
  if (mask === undefined) return;
  if (mask.dtype !== "bool" && mask.dtype !== dtype)
    throw new DTypeError(`${name} is ${mask.dtype}; it must be bool, or ${dtype} like the queries`);
  const given = show(mask.shape);
  const wanted = shapes.map(show);
  if (!wanted.includes(given))
    throw new ShapeError(`${name} is ${given}; it must be ${wanted.join(" or ")}: ${words}`);
}

/** What two masks say together: each is bool, true for keys that take part, or floats that are added to the scores. */
export function both(x: Tensor | undefined, y: Tensor | undefined): Tensor | undefined {
  if (x === undefined || y === undefined) return x ?? y;
  if (x.dtype === "bool" && y.dtype === "bool") return logicalAnd(x, y);
  if (x.dtype === "bool") return where(x, y, Number.NEGATIVE_INFINITY);
  if (y.dtype === "bool") return where(y, x, Number.NEGATIVE_INFINITY);
  return add(x, y);
}

/** A mask as PyTorch's modules read it, where true is for keys that are left out, in the form of {@link both}. */
export function opened(mask: Tensor | undefined): Tensor | undefined {
  return mask?.dtype === "bool" ? logicalNot(mask) : mask;
}

/**
 * The softmax of scores over the keys that take part; 0 everywhere for a query that attends to none.
 *
 * @param scores [..., L, S]
 * @param mask as {@link both} makes it, broadcasting to the scores
 */
export function maskedSoftmax(scores: Tensor, mask: Tensor | undefined): Tensor {
  if (mask === undefined || scores.shape.at(-1) === 0) return softmax(scores);
  const largest = amax(mask, { axis: -1, keepDims: true });
  const any = mask.dtype === "bool" ? largest : notEqual(largest, Number.NEGATIVE_INFINITY);
  // A query without keys keeps finite scores on the way, because −∞ − −∞ is NaN.
  const masked =
    mask.dtype === "bool"
      ? where(logicalOr(mask, logicalNot(any)), scores, Number.NEGATIVE_INFINITY)
      : add(scores, where(any, mask, 0));
  return where(any, softmax(masked), 0);
}
