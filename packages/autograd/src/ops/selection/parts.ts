/** Parts of a tensor, named axis by axis: looked at, replaced, or added to. */

import { defineOp } from "../../definition.js";
import { ArgumentError, ShapeError } from "../../errors.js";
import { type Op, Tensor } from "../../graph.js";
import { copy } from "../../kernels/copy.js";
import { addTo } from "../../kernels/select.js";
import {
  broadcast,
  type Range,
  rangeOf,
  type Shape,
  type SliceBounds,
  sameShape,
  show,
} from "../../shape.js";
import { makeView, type View } from "../../storage.js";
import { apply } from "../../tape.js";
import type { TensorLike } from "../elementwise/elementwise-op.js";
import { filling } from "../elementwise/filling.js";
import { checkIndices, refuseBool } from "../indexing/indices.js";
import { indexAdd, indexSelect } from "../indexing.js";
import { expand, flatten, reshape } from "../layout.js";
import { scatter } from "./scatter.js";

/**
 * Which elements of one axis: one index (the axis then goes), a slice, a tensor of integer indices of any shape (which
 * takes the place of the axis), or null for all of them. Negative indices count from the end; the bounds of a slice
 * are clipped to the axis, as those of `slice`.
 */
export type Part = number | SliceBounds | Tensor | null | undefined;

/** A range of each axis. */
interface Region {
  readonly ranges: readonly Range[];
}

/** What a list of parts means. */
interface Location extends Region {
  /** The lengths of the ranges, and in the place of an axis that a tensor indexes, how many indices there are. */
  readonly lengths: Shape;
  /** Without the axes of single indices, and with those of the tensor. */
  readonly shape: Shape;
  /** The tensor among the parts. */
  readonly chosen: { readonly indices: Tensor; readonly axis: number } | undefined;
}

function locate(op: string, x: Shape, parts: readonly Part[]): Location {
  if (parts.length > x.length)
    throw new ShapeError(
      `${op}: there are ${parts.length} parts for the ${x.length} axes of ${show(x)}; give one for each axis at most`,
    );
  const chosen = parts.flatMap((part, axis) => (part instanceof Tensor ? [{ indices: part, axis }] : []));
  if (chosen.length > 1)
    throw new ArgumentError(
      `${op}: ${chosen.length} parts are tensors; one at most can be, take and gather can do more`,
    );
  const [tensor] = chosen;
  if (tensor !== undefined)
    checkIndices(
      op,
      tensor.indices,
      "indices",
      "for truth values there are maskedSelect, maskedFill and maskedScatter",
    );
  const ranges = x.map((size, axis) => {
    const part = parts[axis];
    if (typeof part === "number") return oneOf(op, x, axis, part);
    return rangeOf(op, size, part === null || part === undefined || part instanceof Tensor ? {} : part);
  });
  return {
    ranges,
    chosen: tensor,
    lengths: ranges.map(({ length }, axis) => (axis === tensor?.axis ? tensor.indices.size : length)),
    shape: ranges.flatMap(({ length }, axis) =>
      typeof parts[axis] === "number" ? [] : axis === tensor?.axis ? tensor.indices.shape : [length],
    ),
  };
}

function oneOf(op: string, x: Shape, axis: number, index: number): Range {
  const size = x[axis];
  const start = index < 0 ? index + size : index;
  if (!Number.isInteger(index) || start < 0 || start >= size)
    throw new ShapeError(
      `${op}: there is no index ${index} in axis ${axis} of ${show(x)}; it must be an integer from ${-size} to ${size - 1}`,
    );
  return { start, step: 1, length: 1 };
}

function isWhole(x: Shape, { ranges }: Region): boolean {
  return ranges.every(({ start, step, length }, axis) => start === 0 && step === 1 && length === x[axis]);
}

/** The values for a part of `x`, spread over its ranges. */
function spread(op: string, x: Tensor, { shape, lengths }: Location, values: TensorLike): Tensor {
  const filled = filling(op, values, x.dtype);
  if (!sameShape(broadcast(op, [shape, filled.shape]), shape))
    throw new ShapeError(
      `${op}: the values are ${show(filled.shape)} and the part is ${show(shape)}; the values must broadcast to the part`,
    );
  return reshape(expand(filled, shape), lengths);
}

/** A region of a view. */
function within(x: View, { ranges }: Region): View {
  const empty = ranges.some(({ length }) => length === 0);
  return makeView(
    x.data,
    ranges.map(({ length }) => length),
    ranges.map(({ step }, axis) => step * x.stride[axis]),
    empty ? x.offset : ranges.reduce((sum, { start }, axis) => sum + start * x.stride[axis], x.offset),
  );
}

function shapeOf({ ranges }: Region): Shape {
  return ranges.map(({ length }) => length);
}

/**
 * A part of `x`: `getAt(x, [0, null, { start: 1 }])` is `x[0, :, 1:]`. A view, unless a tensor of indices is among the
 * parts.
 *
 * @param parts for each axis, from the first on; the axes that are left out are taken whole
 * @throws ShapeError if an index is out of range or there are more parts than axes, ArgumentError for a step of 0 or
 *   a second tensor
 */
export function getAt(x: Tensor, parts: readonly Part[]): Tensor {
  const { ranges, chosen, shape } = locate("getAt", x.shape, parts);
  const part = apply(getAtOp, [x], { ranges });
  return reshape(
    chosen === undefined ? part : indexSelect(part, flatten(chosen.indices), { axis: chosen.axis }),
    shape,
  );
}
export const getAtOp: Op<Region> = defineOp({
  name: "getAt",
  inputs: ["x"],
  view: (x, region: Region) => [within(x, region)],
  vjp: { x: ({ g }, { ranges }, [{ shape }]) => apply(placeAtOp, [g], { ranges, shape }) },
});

/** Zeros of a shape with `x` in the place of a part: the adjoint of {@link getAt}. */
export const placeAtOp: Op<Region & { readonly shape: Shape }> = defineOp({
  name: "placeAt",
  inputs: ["x"],
  infer: ([{ dtype }], { shape }: Region & { readonly shape: Shape }) => [{ shape, dtype }],
  kernel: ([x], [out], region) => copy(x, within(out, region)),
  linear: ["x"],
  vjp: { x: ({ g }, { ranges }) => apply(getAtOp, [g], { ranges }) },
});

/**
 * `x` with a part replaced by `values`, see {@link getAt} for how it is named. `x` itself stays as it is. Where a
 * tensor of indices names a place twice, the last value stays.
 *
 * @param values a number, or a tensor that broadcasts to the part
 * @throws ShapeError if an index is out of range or the values do not fit, DTypeError if `x` cannot hold them,
 *   ArgumentError for a step of 0 or a second tensor among the parts
 */
export function setAt(x: Tensor, parts: readonly Part[], values: TensorLike): Tensor {
  const location = locate("setAt", x.shape, parts);
  const { ranges, chosen, lengths } = location;
  const wanted = spread("setAt", x, location, values);
  if (chosen === undefined) return apply(setAtOp, [x, wanted], { ranges });
  const { axis, indices } = chosen;
  const alongAxis = reshape(
    indices,
    lengths.map((length, i) => (i === axis ? length : 1)),
  );
  return replace(x, location, (part) => scatter(part, expand(alongAxis, lengths), wanted, { axis }));
}

/** `x` with what `change` makes of a part. */
function replace(x: Tensor, { ranges }: Region, change: (part: Tensor) => Tensor): Tensor {
  if (isWhole(x.shape, { ranges })) return change(x);
  return apply(setAtOp, [x, change(apply(getAtOp, [x], { ranges }))], { ranges });
}

export const setAtOp: Op<Region> = defineOp({
  name: "setAt",
  inputs: ["x", "values"],
  infer: ([x, values], region: Region) => {
    checkPart("setAt", values.shape, region);
    return [x];
  },
  kernel: ([x, values], [out], region) => {
    copy(x, out);
    copy(values, within(out, region));
  },
  linear: [["x", "values"]],
  vjp: {
    x: ({ g }, region) => apply(setAtOp, [g, expand(filling("setAt", 0, g.dtype), shapeOf(region))], region),
    values: ({ g }, region) => apply(getAtOp, [g], region),
  },
});

/**
 * `x` with `values` added to a part, see {@link setAt}. Where a tensor of indices names a place twice, all are added,
 * in their order.
 *
 * @throws as `setAt`, and DTypeError for truth values
 */
export function addAt(x: Tensor, parts: readonly Part[], values: TensorLike): Tensor {
  refuseBool("addAt", x);
  const location = locate("addAt", x.shape, parts);
  const { ranges, chosen } = location;
  const wanted = spread("addAt", x, location, values);
  if (chosen === undefined) return apply(addAtOp, [x, wanted], { ranges });
  const indices = flatten(chosen.indices);
  return replace(x, location, (part) => indexAdd(part, indices, wanted, { axis: chosen.axis }));
}
export const addAtOp: Op<Region> = defineOp({
  name: "addAt",
  inputs: ["x", "values"],
  infer: ([x, values], region: Region) => {
    checkPart("addAt", values.shape, region);
    return [x];
  },
  kernel: ([x, values], [out], region) => {
    copy(x, out);
    addTo(within(out, region), values);
  },
  linear: [["x", "values"]],
  vjp: { x: ({ g }) => g, values: ({ g }, region) => apply(getAtOp, [g], region) },
});

function checkPart(op: string, values: Shape, region: Region): void {
  if (!sameShape(values, shapeOf(region)))
    throw new ShapeError(
      `${op}: the values are ${show(values)}; for this part they must be ${show(shapeOf(region))}`,
    );
}
