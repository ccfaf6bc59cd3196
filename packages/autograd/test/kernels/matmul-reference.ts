/** The documented order of summation of the matrix product, written down once more in plain JavaScript. */
import { allocate, type DType, type NumberArray } from "../../src/dtype.js";
import { broadcastStride, rowMajor, type Shape, sizeOf } from "../../src/shape.js";
import { makeView, Storage, type View } from "../../src/storage.js";

export interface Arithmetic {
  add: (x: number, y: number) => number;
  mul: (x: number, y: number) => number;
}

/** Sums and products, rounded to a dtype. */
export const arithmetic: Partial<Record<DType, Arithmetic>> = {
  // A product of two float32 is exact in float64, and a sum rounded twice is rounded once.
  float32: { add: (x, y) => Math.fround(x + y), mul: (x, y) => Math.fround(x * y) },
  float64: { add: (x, y) => x + y, mul: (x, y) => x * y },
  int32: { add: (x, y) => (x + y) | 0, mul: Math.imul },
};

/** Where element `index` of an array of `shape`, counted in row-major order, lies in steps of `stride`. */
export function locate(index: number, shape: Shape, stride: readonly number[]): number {
  let place = 0;
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place += (rest % shape[axis]) * stride[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return place;
}

/** Element `index` of x · y, or of `start` + x · y, to the bit. */
export function referenceElement(x: View, y: View, shape: Shape, index: number, start?: number): number {
  const { add, mul } = arithmetic[x.data.dtype]!;
  const depth = x.shape.at(-1)!;
  const batch = shape.slice(0, -2);
  const matrix = Math.floor(index / (shape.at(-1)! * shape.at(-2)!));
  const row = Math.floor(index / shape.at(-1)!) % shape.at(-2)!;
  const column = index % shape.at(-1)!;
  const from = (v: View): number =>
    v.offset + locate(matrix, batch, broadcastStride(v.shape.slice(0, -2), v.stride.slice(0, -2), batch));
  let xAt = from(x) + row * x.stride.at(-2)!;
  let yAt = from(y) + column * y.stride.at(-1)!;
  const xStep = x.stride.at(-1)!;
  const yStep = y.stride.at(-2)!;
  let total = start;
  for (let block = 0; block < depth; block += 256) {
    let sum = 0;
    for (let k = block; k < Math.min(depth, block + 256); k++) {
      sum = add(sum, mul(x.data.get(xAt), y.data.get(yAt)));
      xAt += xStep;
      yAt += yStep;
    }
    total = total === undefined ? sum : add(total, sum);
  }
  return total ?? 0;
}

/** x · y, or `start` + x · y, to the bit. */
export function reference(x: View, y: View, shape: Shape, start?: ArrayLike<number>): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => referenceElement(x, y, shape, i, start?.[i]));
}

/** Numbers from a fixed seed: floats around 0, some of them 0 or -0, or all integers. */
export function numbers(seed: number): (dtype: DType) => number {
  let state = seed;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return (dtype) => {
    const bits = draw();
    if (dtype === "int32") return (bits ^ (draw() >>> 16)) | 0;
    const x = bits / 2 ** 31 - 1;
    return bits % 16 === 0 ? (bits % 32 === 0 ? 0 : -0) : x;
  };
}

/** How the elements of a view lie: the strides for a shape. */
export const layouts = {
  rows: (shape) => rowMajor(shape),
  columns: (shape) => transposed(shape),
  "rows of a wider matrix": (shape) => rowMajor([...shape.slice(0, -1), shape.at(-1)! + 3]),
  "columns of a higher matrix": (shape) =>
    transposed([...shape.slice(0, -2), shape.at(-2)! + 3, shape.at(-1)!]),
  "rows far apart": (shape) => rowMajor([...shape.slice(0, -1), 4 * shape.at(-1)! + 3]),
  "every second column": (shape) => rowMajor([...shape, 2]).slice(0, -1),
  "every third row and second column": (shape) =>
    rowMajor([...shape.slice(0, -1), 3, shape.at(-1)!, 2]).filter(
      (_, i) => i !== shape.length - 1 && i !== shape.length + 1,
    ),
  "rows backwards": (shape) => flip(rowMajor(shape), -2),
  "columns backwards": (shape) => flip(rowMajor(shape), -1),
  "transposed, both backwards": (shape) => flip(flip(transposed(shape), -1), -2),
  "one row for all": (shape) => rowMajor(shape).with(-2, 0),
  "one column for all": (shape) => rowMajor(shape).with(-1, 0),
} satisfies Record<string, (shape: Shape) => number[]>;

export type Layout = keyof typeof layouts;

function transposed(shape: Shape): number[] {
  const swapped = [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
  const stride = rowMajor(swapped);
  return [...stride.slice(0, -2), stride.at(-1)!, stride.at(-2)!];
}

function flip(stride: number[], axis: number): number[] {
  return stride.with(axis, -stride.at(axis)!);
}

/** A view of `shape` whose elements lie in this way, among NaNs. */
export function laidOut(layout: Layout, dtype: DType, shape: Shape, draw: (dtype: DType) => number): View {
  const stride = layouts[layout](shape);
  let low = 0;
  let high = 0;
  shape.forEach((length, i) => {
    const reach = stride[i] * Math.max(0, length - 1);
    if (reach < 0) low += reach;
    else high += reach;
  });
  const data = allocate(dtype, high - low + 12);
  data.fill(dtype === "int32" ? 0x5a5a5a5a : Number.NaN);
  const result = makeView(new Storage(dtype, data), shape, stride, 5 - low);
  const size = sizeOf(shape);
  for (let i = 0; i < size; i++) data[result.offset + locate(i, shape, stride)] = draw(dtype);
  return result;
}

/** The elements of a dense view, where they lie. */
export function elements({ data, shape, offset }: View): NumberArray {
  return data.data.subarray(offset, offset + sizeOf(shape));
}

/** The first element whose bits differ, as text, or undefined. */
export function difference(computed: ArrayLike<number>, expected: ArrayLike<number>): string | undefined {
  if (computed.length !== expected.length) return `${computed.length} elements instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++)
    if (!Object.is(computed[i], expected[i]))
      return `element ${i} is ${computed[i]} instead of ${expected[i]}`;
  return undefined;
}
