/** New tensors: from JavaScript values, filled, or counted. */
import {
  allocate,
  cast,
  type DType,
  defaultDtype,
  dtypeOfArray,
  isDType,
  type NumberArray,
} from "./dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "./errors.js";
import { Tensor } from "./graph.js";
import { numbersOf } from "./kernels/copy.js";
import { checkedShape, type Shape, show, sizeOf } from "./shape.js";
import { allocateView, denseView, makeView, Storage } from "./storage.js";

/** Numbers or booleans, nested as deeply as the tensor has axes. */
export type Nested = number | boolean | readonly Nested[];

export interface CreateOptions {
  /** By default float32, see `setDefaultDtype`. */
  readonly dtype?: DType;
  /** Whether gradients are wanted, `false` by default. */
  readonly requiresGrad?: boolean;
}

function finish(made: Tensor, { requiresGrad = false }: CreateOptions): Tensor {
  if (requiresGrad) made.requiresGrad = true;
  return made;
}

function checkedDtype(name: string, dtype: DType): DType {
  if (!isDType(dtype))
    throw new DTypeError(
      `${name}: there is no dtype ${String(dtype)}; use float32, float64, int32, uint8 or bool`,
    );
  return dtype;
}

export interface TensorOptions extends CreateOptions {
  /** Of a typed or flat array, whose numbers are in row-major order. */
  readonly shape?: Shape;
  /**
   * Whether to copy the values, `true` by default. With `false` a typed array belongs to the tensor from then on: whoever
   * changes it afterwards changes what gradients are computed from, or nothing at all, unnoticed.
   */
  readonly copy?: boolean;
}

/**
 * A tensor of the given values.
 *
 * @param data numbers or booleans nested in arrays, or a typed array (whose dtype is kept)
 * @param options `dtype`: by default bool for booleans, else the default float
 * @throws ShapeError if the nesting is ragged or the shape does not fit, DTypeError for an array of another type,
 *   ArgumentError without `copy` for what is no typed array of the dtype
 */
export function tensor(data: Nested | NumberArray, options: TensorOptions = {}): Tensor {
  if (ArrayBuffer.isView(data)) return fromNumbers(data, [data.length], dtypeOfArray(data), options);
  const shape = nestedShape(data);
  const flat: number[] = [];
  let booleans = 0;
  const visit = (value: Nested, depth: number): void => {
    if (typeof value === "number" || typeof value === "boolean") {
      if (depth !== shape.length) throw ragged(shape);
      if (typeof value === "boolean") booleans++;
      flat.push(Number(value));
    } else if (isNest(value)) {
      if (value.length !== shape[depth]) throw ragged(shape);
      for (const item of value) visit(item, depth + 1);
    } else
      throw new ArgumentError(
        `tensor: a ${value === null ? "null" : typeof value} is no number; give numbers or booleans, nested in arrays`,
      );
  };
  visit(data, 0);
  const dtype = booleans > 0 && booleans === flat.length ? "bool" : defaultDtype();
  return fromNumbers(flat, shape, dtype, options);
}

function isNest(value: Nested | undefined): value is readonly Nested[] {
  return Array.isArray(value);
}

function ragged(shape: Shape): ShapeError {
  return new ShapeError(
    `tensor: the arrays are nested unevenly; by their first elements the shape would be ${show(shape)}`,
  );
}

function nestedShape(data: Nested): number[] {
  const shape: number[] = [];
  for (let inner: Nested | undefined = data; isNest(inner); inner = inner[0]) shape.push(inner.length);
  return shape;
}

function fromNumbers(
  numbers: readonly number[] | NumberArray,
  natural: Shape,
  naturalDtype: DType,
  options: TensorOptions,
): Tensor {
  const shape = checkedShape("tensor", options.shape ?? natural);
  const dtype = checkedDtype("tensor", options.dtype ?? naturalDtype);
  if (sizeOf(shape) !== numbers.length)
    throw new ShapeError(
      `tensor: ${numbers.length} numbers do not fill ${show(shape)}, which has ${sizeOf(shape)} elements`,
    );
  const isMeant = ArrayBuffer.isView(numbers) && dtype === naturalDtype;
  if (options.copy === false) {
    if (!isMeant)
      throw new ArgumentError(
        `tensor: with copy: false the data must be a typed array of ${dtype}; leave copy out, or the dtype`,
      );
    return finish(new Tensor(denseView(new Storage(dtype, numbers), shape)), options);
  }
  const made = allocate(dtype, numbers.length);
  if (isMeant) made.set(numbers);
  else for (let i = 0; i < numbers.length; i++) made[i] = cast(numbers[i], dtype);
  return finish(new Tensor(denseView(new Storage(dtype, made), shape)), options);
}

/** An ndarray, or anything of its form. */
export interface NdarrayLike {
  readonly data: NumberArray;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/**
 * A tensor of an ndarray's values. They are copied; with `copy: false` the ndarray's numbers belong to the tensor
 * from then on: whoever changes them changes what gradients are computed from, or nothing at all, unnoticed.
 */
export function fromNdarray(
  array: NdarrayLike,
  options: { readonly copy?: boolean; readonly requiresGrad?: boolean } = {},
): Tensor {
  const storage = new Storage(dtypeOfArray(array.data), array.data);
  const shared = new Tensor(makeView(storage, array.shape, array.stride, array.offset));
  const { copy = true } = options;
  if (!copy) return finish(shared, options);
  const numbers = numbersOf(shared.view);
  return finish(new Tensor(denseView(new Storage(storage.dtype, numbers), array.shape)), options);
}

/** `shape` filled with `value`. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  const dtype = checkedDtype("full", options.dtype ?? defaultDtype());
  const made = allocateView(dtype, checkedShape("full", shape));
  if (value !== 0) made.data.data.fill(cast(value, dtype), made.offset, made.offset + made.data.length);
  return finish(new Tensor(made), options);
}

export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 0, options);
}

export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return full(shape, 1, options);
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike(x: Tensor, options: CreateOptions = {}): Tensor {
  return full(x.shape, 0, { dtype: x.dtype, ...options });
}

export function onesLike(x: Tensor, options: CreateOptions = {}): Tensor {
  return full(x.shape, 1, { dtype: x.dtype, ...options });
}

export function fullLike(x: Tensor, value: number, options: CreateOptions = {}): Tensor {
  return full(x.shape, value, { dtype: x.dtype, ...options });
}

/**
 * The numbers from `start` (included) to `end` (excluded), `step` apart. With one number, from 0 to it. int32 where all
 * three are integers, else the default float.
 *
 * @throws ArgumentError if the step is 0 or leads away from the end
 */
export function arange(start: number, end?: number, step = 1, options: CreateOptions = {}): Tensor {
  const [low, high] = end === undefined ? [0, start] : [start, end];
  const count = Math.ceil((high - low) / step);
  if (!Number.isFinite(count) || count < 0)
    throw new ArgumentError(
      `arange: steps of ${step} do not lead from ${low} to ${high}; the step must be finite, not 0, and point to the end`,
    );
  const whole = [low, high, step].every((x) => Number.isInteger(x));
  const numbers = Array.from({ length: count }, (_, i) => low + i * step);
  return fromNumbers(numbers, [count], whole ? "int32" : defaultDtype(), options);
}

/** `count` numbers from `start` to `end`, both included, evenly spaced. */
export function linspace(start: number, end: number, count: number, options: CreateOptions = {}): Tensor {
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(`linspace: the count is ${count}; it must be an integer, 0 or more`);
  const step = (end - start) / (count - 1);
  // From both ends towards the middle, so that both ends are exact.
  const numbers = Array.from({ length: count }, (_, i) =>
    count === 1 ? start : 2 * i < count ? start + i * step : end - (count - 1 - i) * step,
  );
  return fromNumbers(numbers, [count], defaultDtype(), options);
}

/** The identity matrix, or one of `rows` and `columns` with ones on its diagonal. */
export function eye(rows: number, columns: number = rows, options: CreateOptions = {}): Tensor {
  const made = zeros([rows, columns], { ...options, requiresGrad: false });
  for (let i = 0; i < Math.min(rows, columns); i++)
    made.view.data.set(made.view.offset + i * (columns + 1), 1);
  return finish(made, options);
}
