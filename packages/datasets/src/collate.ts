/** From samples to a batch of tensors. */
import {
  ArgumentError,
  type DType,
  type Nested,
  type NumberArray,
  type Shape,
  Tensor,
  tensor,
} from "@wengert/autograd";
import { arrayOf, tensorOver } from "./arrays.js";

/** What becomes one tensor: see {@link collate}. */
type Field<T> = T extends Tensor | Nested | NumberArray
  ? Tensor
  : T extends string
    ? string[]
    : { -readonly [K in keyof T]: Field<T[K]> };

/** A batch of samples of type `T`. */
export type Collated<T> = T extends readonly unknown[] ? { -readonly [K in keyof T]: Field<T[K]> } : Field<T>;

/**
 * Makes one batch of several samples: a sample that is a tuple or an object gives a tuple or an object of its fields'
 * batches. In these, tensors are stacked along a new axis 0, typed arrays too (their dtype is kept); numbers, booleans
 * and (nested) arrays of them are taken as `tensor` takes them, so numbers become floats: give class labels as int32
 * tensors, or convert the batch. Strings stay in an array.
 *
 * Differs: PyTorch transposes an inner list of numbers into a list of tensors, and makes int64 of whole numbers.
 *
 * @throws ArgumentError if samples differ in their form, or hold what no tensor can
 */
export function collate<T>(samples: readonly T[]): Collated<T> {
  const [first] = samples;
  if (first === undefined) throw new ArgumentError("collate: there are no samples; give at least one");
  // Only at the top is an array a tuple: further down [0.5, 1.5] is more likely a vector than a pair.
  const batch = Array.isArray(first) ? fields(samples, "the sample") : field(samples, "the sample");
  return batch as Collated<T>;
}

function field(values: readonly unknown[], path: string): unknown {
  const [first] = values;
  if (first instanceof Tensor)
    return joined(checked(values, path, (value) => value instanceof Tensor) as Tensor[], path);
  if (ArrayBuffer.isView(first)) {
    const arrays = checked(values, path, (value) => ArrayBuffer.isView(value)) as NumberArray[];
    return joined(
      arrays.map((array) => tensor(array)),
      path,
    );
  }
  if (typeof first === "string") return checked(values, path, (value) => typeof value === "string");
  if (isNested(first)) {
    const rows = checked(values, path, isNested) as Nested[];
    return joined(
      rows.map((row) => tensor(row)),
      path,
    );
  }
  return fields(values, path);
}

function fields(values: readonly unknown[], path: string): unknown {
  const [first] = values;
  if (typeof first !== "object" || first === null)
    throw new ArgumentError(
      `collate: ${path} is ${first === null ? "null" : `of type ${typeof first}`}; it must be a tensor, numbers, a string, or a tuple or object of these`,
    );
  const keys = Object.keys(first);
  const same = checked(values, path, (value) => {
    return (
      typeof value === "object" &&
      value !== null &&
      Array.isArray(value) === Array.isArray(first) &&
      Object.keys(value).join() === keys.join()
    );
  }) as Record<string, unknown>[];
  const columns = keys.map((key): [string, unknown] => [
    key,
    field(
      same.map((value) => value[key]),
      `${path}[${key}]`,
    ),
  ]);
  return Array.isArray(first) ? columns.map(([, column]) => column) : Object.fromEntries(columns);
}

function checked(
  values: readonly unknown[],
  path: string,
  fits: (value: unknown) => boolean,
): readonly unknown[] {
  const other = values.findIndex((value) => !fits(value));
  if (other >= 0)
    throw new ArgumentError(
      `collate: ${path} has another form in sample ${other} of the batch than in sample 0; all samples must have the same`,
    );
  return values;
}

function joined(tensors: readonly Tensor[], path: string): Tensor {
  const [{ shape, dtype, size }] = tensors as readonly [Tensor, ...Tensor[]];
  const show = (lengths: Shape): string => `[${lengths.join(", ")}]`;
  const other = tensors.findIndex((x) => show(x.shape) !== show(shape));
  if (other >= 0)
    throw new ArgumentError(
      `collate: ${path} is ${show(shape)} in sample 0 of the batch and ${show(tensors[other]!.shape)} in sample ${other}; pad or crop them to one shape, or give \`collate\``,
    );
  // Samples such as [1, 0.5] and [true, false] would be joined by promotion; that is never what was meant.
  const mixed = tensors.findIndex((x) => x.dtype !== dtype && !(isFloat(x.dtype) && isFloat(dtype)));
  if (mixed >= 0)
    throw new ArgumentError(
      `collate: ${path} is ${dtype} in sample 0 of the batch and ${tensors[mixed]!.dtype} in sample ${mixed}; they must be of one dtype`,
    );
  // No op: what it makes would be in the memory of WebAssembly first, and be copied from there at last.
  const joint = tensors.some((x) => x.dtype === "float64") ? "float64" : dtype;
  const made = arrayOf(joint, size * tensors.length);
  tensors.forEach((x, n) => made.set(x.toTypedArray({ copy: false }), n * size));
  return tensorOver(made, [tensors.length, ...shape], joint);
}

function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

function isNested(value: unknown): value is Nested {
  if (Array.isArray(value)) return value.every((inner) => isNested(inner));
  return typeof value === "number" || typeof value === "boolean";
}
