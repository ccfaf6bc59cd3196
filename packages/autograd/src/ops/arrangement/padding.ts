/** Padding, and its adjoint. */

import { defineOp } from "../../definition.js";
import { holds } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/arrange.js";
import { show } from "../../shape.js";
import { apply } from "../../tape.js";
import { narrow } from "../layout.js";

export interface PadOptions {
  /**
   * What the padding is: `constant` is `value`; `reflect` mirrors at the first and last element, without repeating
   * them; `replicate` repeats them; `circular` goes on at the other end. `constant` by default.
   */
  readonly mode?: "constant" | "reflect" | "replicate" | "circular";
  /** What `constant` padding is, 0 by default. */
  readonly value?: number;
}

/**
 * `x` with more elements before and after those of some axes. Negative padding takes elements away, before any is
 * added. All modes pad any number of axes (PyTorch: the last three at most, but for `constant`).
 *
 * @param padding as in PyTorch, pairs from the last axis on: `[left, right, top, bottom]` pads the last axis by
 *   `left` and `right`, and the one before it by `top` and `bottom`
 * @throws ArgumentError for padding that is no list of pairs, ShapeError where an axis is too short for it:
 *   `reflect` can add one less than its length at each end, `circular` its length
 */
export function pad(
  x: Tensor,
  padding: readonly number[],
  { mode = "constant", value = 0 }: PadOptions = {},
): Tensor {
  if (padding.length % 2 !== 0 || padding.length > 2 * x.rank || !padding.every((n) => Number.isInteger(n)))
    throw new ArgumentError(
      `pad: the padding is ${show(padding)} and x is ${show(x.shape)}; it must be pairs of integers, from the last axis on, for at most ${x.rank} axes`,
    );
  if (!["constant", "reflect", "replicate", "circular"].includes(mode))
    throw new ArgumentError(
      `pad: there is no mode ${String(mode)}; use "constant", "reflect", "replicate" or "circular"`,
    );
  if (mode !== "constant" && value !== 0)
    throw new ArgumentError(`pad: the value ${value} is for the mode "constant"; the mode is "${mode}"`);
  if (!holds(x.dtype, value))
    throw new DTypeError(`pad: x is ${x.dtype}, which has no ${value}; convert x with to("float32")`);
  const [before, after] = [0, 1].map((end) =>
    x.shape.map((_, axis) => padding[2 * (x.rank - 1 - axis) + end] ?? 0),
  );
  const cropped = crop(
    x,
    before.map((count) => Math.max(0, -count)),
    after.map((count) => Math.max(0, -count)),
  );
  const options = {
    before: before.map((count) => Math.max(0, count)),
    after: after.map((count) => Math.max(0, count)),
    mode,
    value,
  };
  return padding.some((count) => count > 0) ? apply(padOp, [cropped], options) : cropped;
}

/** `x` without the first and last elements of its axes. */
function crop(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  const lengths = x.shape.map((size, axis) => size - before[axis] - after[axis]);
  const short = lengths.findIndex((length) => length < 0);
  if (short >= 0)
    throw new ShapeError(
      `pad: axis ${short} of ${show(x.shape)} has ${x.shape[short]} elements, and ${before[short] + after[short]} are to be taken away; take away no more than there are`,
    );
  return lengths.reduce(
    (rest, length, axis) => (length === x.shape[axis] ? rest : narrow(rest, axis, before[axis], length)),
    x,
  );
}

interface Padding {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly mode: "constant" | kernels.Edges;
  readonly value: number;
}

/** The most that can be added to one end of an axis of length `size`. */
const mostPadding: Readonly<Record<Padding["mode"], (size: number) => number>> = {
  constant: () => Infinity,
  reflect: (size) => Math.max(0, size - 1),
  replicate: (size) => (size > 0 ? Infinity : 0),
  circular: (size) => size,
};

export const padOp: Op<Padding> = defineOp({
  name: "pad",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { before, after, mode }: Padding) => {
    for (const [axis, size] of shape.entries()) {
      const most = mostPadding[mode](size);
      const wanted = Math.max(before[axis], after[axis]);
      if (wanted > most)
        throw new ShapeError(
          `pad: axis ${axis} of ${show(shape)} has ${size} elements and cannot be padded by ${wanted}; the mode "${mode}" can add at most ${most} at each end`,
        );
    }
    return [{ shape: shape.map((size, axis) => before[axis] + size + after[axis]), dtype }];
  },
  kernel: ([x], [out], { before, mode, value }) =>
    mode === "constant" ? kernels.padConstant(x, out, before, value) : kernels.padEdges(x, out, before, mode),
  jvp: { x: ({ t }, options) => apply(padOp, [t], { ...options, value: 0 }) },
  vjp: {
    x: ({ g }, { before, after, mode }) =>
      mode === "constant" ? crop(g, before, after) : apply(unpadOp, [g], { before, after, mode }),
  },
});

interface Folding {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly mode: kernels.Edges;
}

/** Without padding, which is added to where it came from: the adjoint of `pad` in all modes but `constant`. */
export const unpadOp: Op<Folding> = defineOp({
  name: "unpad",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { before, after }: Folding) => [
    { shape: shape.map((size, axis) => size - before[axis] - after[axis]), dtype },
  ],
  kernel: ([x], [out], { before, mode }) => kernels.foldEdges(x, out, before, mode),
  linear: ["x"],
  vjp: { x: ({ g }, options) => apply(padOp, [g], { ...options, value: 0 }) },
});
