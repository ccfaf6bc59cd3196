/** Sums over all elements that make no tensor as large as a parameter. */
import { add, apply, type ElementwiseOp, narrow, sum, type Tensor } from "@wengert/autograd";

/** How many numbers are made at once. */
const most = 16_384;

/**
 * The sum of the only output of `op`, a piece after the other, in float32 and float64 alike: 0-d.
 *
 * @param inputs tensors of one shape, and single numbers
 */
export function sumOver(op: ElementwiseOp, inputs: readonly Tensor[]): Tensor {
  const { shape } = inputs.reduce((one, other) => (one.rank >= other.rank ? one : other));
  let total: Tensor | undefined;
  for (const piece of piecesOf(inputs, shape, 0)) {
    const part = sum(apply(op, piece, undefined));
    total = total === undefined ? part : add(total, part);
  }
  return total!;
}

/** Views of at most so many numbers, or of one, along the first axes. */
function* piecesOf(
  tensors: readonly Tensor[],
  shape: readonly number[],
  axis: number,
): Iterable<readonly Tensor[]> {
  const size = shape.reduce((all, length) => all * length, 1);
  const length = shape[axis];
  if (size <= most || length === undefined) {
    yield tensors;
    return;
  }
  const step = Math.max(1, Math.floor((most * length) / size));
  for (let from = 0; from < length; from += step) {
    const taken = Math.min(step, length - from);
    const pieces = tensors.map((x) => (x.rank === 0 ? x : narrow(x, axis, from, taken)));
    yield* piecesOf(pieces, shape.with(axis, taken), axis + 1);
  }
}
