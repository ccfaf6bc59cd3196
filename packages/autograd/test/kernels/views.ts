/** Views of every layout, and plain loops over them, for the tests of kernels. */
import { allocate, type DType } from "../../src/dtype.js";
import { reducedShape, rowMajor, sizeOf } from "../../src/shape.js";
import { Storage, makeView as view, type View } from "../../src/storage.js";

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
  return view(new Storage(dtype, storage), shape, rowMajor(shape), offset);
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
  return view(x.data, order.map((axis) => x.shape[axis]), order.map((axis) => x.stride[axis]), x.offset);
}

/** Every `step`-th element of `axis`, backwards where it is negative. */
export function sliced(x: View, axis: number, step: number): View {
  const length = Math.ceil(x.shape[axis] / Math.abs(step));
  const offset = step > 0 || length === 0 ? x.offset : x.offset + x.stride[axis] * (x.shape[axis] - 1);
  return view(x.data, x.shape.map((n, i) => (i === axis ? length : n)), x.stride.map((s, i) => (i === axis ? s * step : s)), offset);
}

/** `x` repeated `length` times along a new axis of stride 0. */
export function expanded(x: View, axis: number, length: number): View {
  return view(x.data, x.shape.toSpliced(axis, 0, length), x.stride.toSpliced(axis, 0, 0), x.offset);
}

/** Views of shape `shape` that hold the same numbers in different layouts, by name. */
export function layouts(dtype: DType, shape: readonly number[], seed: number): Record<string, View> {
  const size = sizeOf(shape);
  const data = numbers(dtype, size, seed);
  const base = dense(dtype, shape, data);
  const result: Record<string, View> = { dense: base, offset: dense(dtype, shape, data, 7) };
  const laid = (stride: readonly number[], offset: number, length: number): View => {
    const storage = allocate(dtype, length).fill(1);
    const made = view(new Storage(dtype, storage), shape, stride, offset);
    places(shape, stride, offset).forEach((at, i) => {
      storage[at] = data[i];
    });
    return made;
  };
  if (shape.length > 0) {
    result["reversed axes"] = laid(rowMajor([...shape].reverse()).reverse(), 0, size);
    result["every third"] = laid(rowMajor(shape).map((s) => 3 * s), 1, 3 * size + 1);
    result.backwards = laid(rowMajor(shape).map((s) => -s), Math.max(0, size - 1), size);
    const padded = shape.map((n) => n + 2);
    result.padded = laid(rowMajor(padded), sizeOf(padded) > 3 ? 3 : 0, sizeOf(padded) + 3);
    const rolled = [...shape.slice(1), shape[0]];
    const strides = rowMajor(rolled);
    result["first axis last"] = laid([strides.at(-1)!, ...strides.slice(0, -1)], 0, size);
  }
  return result;
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
