/**
 * Variances and norms along axes of any strided view. All is computed in float64 and rounded once, at the end; terms are
 * summed in the order of reduce.ts.
 */
import {
  compare,
  constant,
  difference,
  type Expression,
  input,
  primitive,
  product,
  quotient,
  select,
} from "../expression/expression.js";
import { pow } from "../expression/functions/index.js";
import { reducedShape, sizeOf } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { ElementwiseKernel } from "./elementwise.js";
import { extremeOver, sum, sumOfSquares } from "./reduce.js";

const [x, y, z] = [input(0), input(1), input(2)];

const expressions = {
  magnitude: primitive("abs", x),
  /** Whether it is not 0, as a number. */
  presence: select(compare("ne", x, 0), constant(1), constant(0)),
  deviation: difference(x, y),
  /** `|x / y|ᶻ`. */
  scaledPower: pow(primitive("abs", quotient(x, y)), z),
  /** `xᶻ · y`. */
  scaledRoot: product(pow(x, z), y),
} satisfies Record<string, Expression>;

const kernels = new Map<string, ElementwiseKernel>();

/** An expression of the inputs, in float64, at each place of the first. */
function compute(name: keyof typeof expressions, ...inputs: View[]): View {
  const dtypes = inputs.map(({ data }) => data.dtype);
  const key = `${name} ${dtypes.join()}`;
  let kernel = kernels.get(key);
  if (kernel === undefined) {
    const masks = inputs.map(() => false);
    const roots = [expressions[name]];
    kernel = new ElementwiseKernel({ roots, type: "f64", inputs: dtypes, outputs: ["float64"], masks });
    kernels.set(key, kernel);
  }
  const out = allocateView("float64", inputs[0].shape);
  kernel.run(inputs, [out]);
  return out;
}

function single(value: number): View {
  const view = allocateView("float64", []);
  view.data.set(view.offset, value);
  return view;
}

/** Reduces to a float64 for each result, with places of length 1 for `axes`. */
function reduced(terms: View, axes: readonly number[], reduce: (terms: View, out: View) => void): View {
  const out = allocateView("float64", reducedShape(terms.shape, axes, true));
  reduce(terms, out);
  return out;
}

function total(terms: View, axes: readonly number[]): View {
  return reduced(terms, axes, (from, out) => sum(from, out, axes));
}

function squares(terms: View, axes: readonly number[]): View {
  return reduced(terms, axes, (from, out) => sumOfSquares(from, out, axes));
}

/** Fills `out` with what `finish` makes of each number of a dense view. */
function fill(out: View, from: View, finish: (value: number, i: number) => number): void {
  const numbers = from.data.data;
  const to = out.data.writable;
  const size = sizeOf(from.shape);
  for (let i = 0; i < size; i++) to[out.offset + i] = finish(numbers[from.offset + i], i);
}

/**
 * `Σ (x − mean)² / divisor` over `axes`, rising, in two passes.
 *
 * @param x float32 or float64
 * @param out dense, over the kept axes in order, with or without places of length 1 for the others
 */
export function variance(x: View, out: View, axes: readonly number[], divisor: number): void {
  fill(out, squaredDeviations(x, axes), (value) => value / divisor);
}

/** The root of the {@link variance}. */
export function standardDeviation(x: View, out: View, axes: readonly number[], divisor: number): void {
  fill(out, squaredDeviations(x, axes), (value) => Math.sqrt(value / divisor));
}

function squaredDeviations(x: View, axes: readonly number[]): View {
  const mean = total(x, axes);
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  fill(mean, mean, (value) => value / count);
  return squares(compute("deviation", x, mean), axes);
}

// Beyond these a sum of squares in float64 has lost digits, or all of them.
const [leastSafe, greatestSafe] = [1.1830521861667747e-271, Number.MAX_VALUE];

/**
 * `(Σ |x|ᵖ)^(1/p)` over `axes`, rising; ±∞ for the extremes of `|x|`, 0 for the number of elements other than 0. Powers
 * are taken relative to the largest `|x|` (for p below 0 the smallest), but for p = 2 only where squares overflow or
 * vanish.
 *
 * @param x float32 or float64
 * @param out dense, over the kept axes in order, with or without places of length 1 for the others
 */
export function norm(x: View, out: View, axes: readonly number[], p: number): void {
  fill(out, norms(x, axes, p), (value) => value);
}

function norms(x: View, axes: readonly number[], p: number): View {
  if (p === 0) return total(compute("presence", x), axes);
  if (p === 1) return total(compute("magnitude", x), axes);
  if (p === 2) return lengths(x, axes);
  return Math.abs(p) === Number.POSITIVE_INFINITY ? largest(x, axes, p) : scaledNorm(x, axes, p);
}

function lengths(x: View, axes: readonly number[]): View {
  const found = squares(x, axes);
  let scaled: View | undefined;
  fill(found, found, (value, i) => {
    if ((value >= leastSafe && value <= greatestSafe) || Number.isNaN(value)) return Math.sqrt(value);
    scaled ??= scaledNorm(x, axes, 2);
    return scaled.data.get(scaled.offset + i);
  });
  return found;
}

/** The largest `|x|`, or the smallest for p below 0; 0 of nothing. */
function largest(x: View, axes: readonly number[], p: number): View {
  return reduced(compute("magnitude", x), axes, (from, out) =>
    extremeOver(from, out, axes, p > 0 ? "max" : "min"),
  );
}

function scaledNorm(x: View, axes: readonly number[], p: number): View {
  const scale = largest(x, axes, p);
  fill(scale, scale, (value) => (value === 0 || value === Number.POSITIVE_INFINITY ? 1 : value));
  const powers = total(compute("scaledPower", x, scale, single(p)), axes);
  return compute("scaledRoot", powers, scale, single(1 / p));
}
