/**
 * Preprocessing of ndarrays of any rank, dtype and stride, one element like the other, by ndarray-ops. An entry point of its
 * own, `@wengert/datasets/preprocess`: ndarray-ops makes code of text, which a page with a strict content security policy
 * forbids.
 */
import { ArgumentError, type Generator, type Ndarray, type NdarrayLike } from "@wengert/autograd";
import ndarray, { type NdArray } from "ndarray";
import ops from "ndarray-ops";
import type { Transform } from "./transforms/transform.js";

/** A transform of ndarrays that gives ndarrays: what `onImage` takes. */
export type ArrayTransform = Transform<NdarrayLike, Ndarray>;

export interface EachOptions {
  /** Treats every index along this axis by itself, such as 0 for the channels of [C, H, W]; by default all is one. */
  readonly axis?: number;
}

/**
 * A transform of whatever changes an ndarray in place, as most functions of ndarray-ops do. It works on a dense copy,
 * float32 (float64 of float64).
 *
 * ```ts
 * import ops from "ndarray-ops";
 * const inverted = inPlace((x) => {
 *   ops.negeq(x);
 *   ops.addseq(x, 1);
 * });
 * ```
 *
 * Of functions such as `expeq`, `logeq` and `powseq` the last bits differ from engine to engine.
 *
 * @throws ArgumentError, when applied, if there is no such axis
 */
export function inPlace(
  change: (array: NdArray<Floats>, generator: Generator) => void,
  { axis }: EachOptions = {},
): ArrayTransform {
  return (sample, generator) => {
    const made = dense(sample);
    if (axis === undefined) change(made, generator);
    else {
      const { shape } = made;
      if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length)
        throw new ArgumentError(
          `inPlace: there is no axis ${axis} in [${shape.join(", ")}]; they go from 0 to ${shape.length - 1}`,
        );
      for (let i = 0; i < shape[axis]!; i++)
        change(
          made.pick(...shape.map((_, each) => (each === axis ? i : null))) as NdArray<Floats>,
          generator,
        );
    }
    return made as unknown as Ndarray;
  };
}

export interface RescaleOptions extends EachOptions {
  /** What the least number becomes, 0 by default. */
  readonly low?: number;
  /** What the largest number becomes, 1 by default. */
  readonly high?: number;
}

/** `low + (x − min) / (max − min) · (high − low)`; where all numbers are the same they become `low`. */
export function rescale({ low = 0, high = 1, ...each }: RescaleOptions = {}): ArrayTransform {
  return inPlace((x) => {
    const [least, most] = [ops.inf(x), ops.sup(x)];
    ops.subseq(x, least);
    ops.mulseq(x, most > least ? (high - low) / (most - least) : 0);
    ops.addseq(x, low);
  }, each);
}

export interface ClipOptions {
  readonly min?: number;
  readonly max?: number;
}

/** Numbers below `min` become it, and those above `max` that. */
export function clip({ min = -Infinity, max = Infinity }: ClipOptions): ArrayTransform {
  return inPlace((x) => {
    ops.maxseq(x, min);
    ops.minseq(x, max);
  });
}

/** Less the mean. */
export function center(options: EachOptions = {}): ArrayTransform {
  return inPlace((x) => ops.subseq(x, ops.sum(x) / x.size), options);
}

/** Divided by the Euclidean norm; zeros stay zeros. */
export function unitNorm(options: EachOptions = {}): ArrayTransform {
  return inPlace((x) => {
    const norm = ops.norm2(x);
    if (norm > 0) ops.divseq(x, norm);
  }, options);
}

type Floats = Float32Array | Float64Array;

function dense({ data, shape, stride, offset }: NdarrayLike): NdArray<Floats> {
  const size = shape.reduce((product, length) => product * length, 1);
  const numbers = data instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
  const made: NdArray<Floats> = ndarray<Floats>(numbers, [...shape]);
  ops.assign(made, ndarray(data, [...shape], [...stride], offset));
  return made;
}
