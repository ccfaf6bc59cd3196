/** The ways in which a tensor may lie in memory, for checks that an op does not mind. */
import { allocate, cast, type DType } from "../dtype.js";
import { Tensor } from "../graph.js";
import { rowMajor, type Shape, sizeOf } from "../shape.js";
import { makeView, Storage } from "../storage.js";

/**
 * How a tensor lies in memory: axes in reverse order, every axis backwards with gaps, amid other numbers, or with its
 * first axis repeated by a stride of 0. Numbers that are not the tensor's own are NaN, or 99 for integers.
 */
export type Layout = "dense" | "transposed" | "negative step" | "offset" | "expanded";

interface Laid {
  readonly stride: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** Where the elements of a tensor lie. */
function lay(shape: Shape, layout: Layout): Laid {
  const size = sizeOf(shape);
  switch (layout) {
    case "dense":
      return { stride: rowMajor(shape), offset: 0, length: size };
    case "transposed":
      return { stride: rowMajor(shape.toReversed()).toReversed(), offset: 0, length: size };
    case "negative step": {
      const stride = rowMajor(shape).map((step) => -2 * step);
      return { stride, offset: 2 * Math.max(0, size - 1) + 1, length: 2 * size + 1 };
    }
    case "offset": {
      // One more before and two more behind along each axis.
      const stride = rowMajor(shape.map((length) => length + 3));
      const offset = stride.reduce((total, step) => total + step, 0);
      return { stride, offset, length: sizeOf(shape.map((length) => length + 3)) };
    }
    case "expanded":
      return { stride: rowMajor(shape).with(0, 0), offset: 0, length: Math.max(1, size) };
  }
}

/** A tensor of these values in this layout. */
export function laidTensor(
  shape: Shape,
  values: ArrayLike<number>,
  dtype: DType,
  layout: Layout = "dense",
): Tensor {
  const { stride, offset, length } = lay(shape, layout);
  const isWhole = dtype !== "float32" && dtype !== "float64";
  const numbers = allocate(dtype, length).fill(dtype === "bool" ? 1 : isWhole ? 99 : Number.NaN);
  let places = sizeOf(shape) === 0 ? [] : [offset];
  shape.forEach((count, axis) => {
    places = places.flatMap((place) => Array.from({ length: count }, (_, i) => place + i * stride[axis]));
  });
  places.forEach((place, i) => {
    numbers[place] = cast(values[i], dtype);
  });
  return new Tensor(makeView(new Storage(dtype, numbers), shape, stride, offset));
}
