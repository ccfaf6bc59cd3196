/** Views of every layout, and plain loops over them, for the tests of kernels. */
import { allocate, type DType } from "../../src/dtype.js";
import { reducedShape, rowMajor, sizeOf } from "../../src/shape.js";
import { makeView, Storage, type View } from "../../src/storage.js";

/** Numbers from a fixed seed, from 0 to 2³² − 1: a linear congruential generator, so that no kernel tests itself. */
export function words(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 32n);
  };
}

/** Numbers that suit `dtype`: floats around 0, small integers, truth values. */
export function numbers(dtype: DType, size: number, seed: number): ReturnType<typeof allocate> {
  const next = words(seed);
  return allocate(dtype, size).map(() => {
    if (dtype === "bool") return next() & 1;
    if (dtype === "uint8") return next() & 255;
    if (dtype === "int32") return (next() % 2001) - 1000;
    return next() / 2 ** 31 - 1;
  });
}

/** A dense view of `data`, behind `offset` other elements. */
export function dense(dtype: DType, shape: readonly number[], data: ArrayLike<number>, offset = 0): View {
  const storage = allocate(dtype, offset + sizeOf(shape));
  storage.set(data as number[], offset);
  return makeView(new Storage(dtype, storage), shape, rowMajor(shape), offset);
}

/** Where the elements of a view of `shape` lie, in row-major order. */
function places(shape: readonly number[], stride: readonly number[], offset: number): number[] {
  let result = [offset];
  shape.forEach((length, axis) => {
    const next = new Array<number>(result.length * length);
    let filled = 0;
    for (const at of result) for (let i = 0; i < length; i++) next[filled++] = at + i * stride[axis];
    result = next;
  });
  return result;
}

/** The elements of `x` in row-major order. */
export function list(x: View): number[] {
  const numbers = x.data.data;
  return places(x.shape, x.stride, x.offset).map((at) => numbers[at]);
}

/** The same elements in a dense view of its own. */
export function copied(x: View): View {
  return dense(x.data.dtype, x.shape, list(x));
}

/** `x` with its axes in another order. */
export function permuted(x: View, order: readonly number[]): View {
  return makeView(
    x.data,
    order.map((axis) => x.shape[axis]),
    order.map((axis) => x.stride[axis]),
    x.offset,
  );
}

/** Every `step`-th element of `axis`, backwards where it is negative. */
export function sliced(x: View, axis: number, step: number): View {
  const length = Math.ceil(x.shape[axis] / Math.abs(step));
  const offset = step > 0 || length === 0 ? x.offset : x.offset + x.stride[axis] * (x.shape[axis] - 1);
  return makeView(
    x.data,
    x.shape.map((n, i) => (i === axis ? length : n)),
    x.stride.map((s, i) => (i === axis ? s * step : s)),
    offset,
  );
}

/** `x` repeated `length` times along a new axis of stride 0. */
export function expanded(x: View, axis: number, length: number): View {
  return makeView(x.data, x.shape.toSpliced(axis, 0, length), x.stride.toSpliced(axis, 0, 0), x.offset);
}

/** Views of the same numbers, by the name of their layout. */
export type Layouts = Readonly<Record<string, View> & { dense: View; offset: View }>;

/** Views of shape `shape` that hold the same numbers in different layouts. */
export function layouts(dtype: DType, shape: readonly number[], seed: number): Layouts {
  const size = sizeOf(shape);
  const data = numbers(dtype, size, seed);
  const straight = { dense: dense(dtype, shape, data), offset: dense(dtype, shape, data, 7) };
  if (shape.length === 0) return straight;
  const laid = (stride: readonly number[], offset: number, length: number): View => {
    const storage = allocate(dtype, length).fill(1);
    places(shape, stride, offset).forEach((at, i) => {
      storage[at] = data[i];
    });
    return makeView(new Storage(dtype, storage), shape, stride, offset);
  };
  const wider = shape.map((length) => length + 2);
  const [firstStride, ...otherStrides] = rowMajor([...shape.slice(1), shape[0]]).reverse();
  return {
    ...straight,
    "reversed axes": laid(rowMajor([...shape].reverse()).reverse(), 0, size),
    "every third": laid(
      rowMajor(shape).map((step) => 3 * step),
      1,
      3 * size + 1,
    ),
    backwards: laid(
      rowMajor(shape).map((step) => -step),
      Math.max(0, size - 1),
      size,
    ),
    padded: laid(rowMajor(wider), 3, sizeOf(wider) + 3),
    "first axis last": laid([firstStride, ...otherStrides.reverse()], 0, size),
  };
}

/** All choices of some of `rank` axes. */
export function subsets(rank: number): number[][] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: 2 ** rank }, (_, mask) => axes.filter((axis) => (mask >> axis) & 1));
}

/** The terms of each result in row-major order, by plain loops. */
export function termsOf(x: View, axes: readonly number[]): number[][] {
  const kept = reducedShape(x.shape, axes, true);
  const result = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  list(x).forEach((value, i) => {
    let at = 0;
    let step = 1;
    for (let axis = x.shape.length - 1, rest = i; axis >= 0; axis--) {
      if (!axes.includes(axis)) at += (rest % x.shape[axis]) * step;
      rest = Math.floor(rest / x.shape[axis]);
      step *= kept[axis];
    }
    result[at].push(value);
  });
  return result;
}

/** Whether two dense views hold the same bits. */
export function sameBits(x: View, y: View): boolean {
  const bytes = ({ data: { data }, shape, offset }: View) => {
    const unit = data.BYTES_PER_ELEMENT;
    return Buffer.from(data.buffer, data.byteOffset + offset * unit, sizeOf(shape) * unit);
  };
  return bytes(x).equals(bytes(y));
}
