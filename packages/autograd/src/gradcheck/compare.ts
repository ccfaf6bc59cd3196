/** Analytic against numeric derivatives: entries of the Jacobian, or random projections of it. */
import { Generator } from "../random.js";
import { type Shape, sizeOf } from "../shape.js";
import { type Analysis, analyse, type Row, requireShapes, type Subject, valuesAt } from "./evaluate.js";
import { between, type Point } from "./point.js";

export interface Limits {
  readonly eps: number;
  readonly atol: number;
  readonly rtol: number;
  readonly maxEntries: number;
  readonly nondeterminism: number;
  readonly seed: number;
}

/** A direction in which one point is varied. */
export interface Column {
  readonly input: number;
  /** The only element that varies, where there is one. */
  readonly index: number | undefined;
  /** By element, in units of eps. */
  readonly direction: Float64Array;
}

/** One number, computed in both ways. */
export interface Entry {
  readonly row: Row;
  readonly column: Column;
  readonly analytic: number;
  readonly numeric: number;
}

export function errorOf({ analytic, numeric }: Entry): number {
  return Math.abs(analytic - numeric);
}

export function toleranceOf({ numeric }: Entry, { atol, rtol }: Limits): number {
  return atol + rtol * Math.abs(numeric);
}

/** The error in units of what is tolerated; infinite where either value is none. */
export function excessOf(entry: Entry, limits: Limits): number {
  const ratio = errorOf(entry) / toleranceOf(entry, limits);
  return Number.isNaN(ratio) ? Infinity : ratio;
}

export interface Comparison {
  readonly entries: readonly Entry[];
  /** The entry with the largest error; null where nothing was to be compared. */
  readonly worst: Entry | null;
  /** Whether the entries are random projections. */
  readonly projected: boolean;
  readonly analysis: Analysis;
}

// Each round compares one random number for each pair of output and input.
const rounds = 20;

/** Compares the whole Jacobian where it has no more than `maxEntries`, else random projections of it. */
export function compare(subject: Subject, limits: Limits): Comparison | { readonly nondeterminism: string } {
  const { points } = subject;
  const generator = new Generator(limits.seed);
  const columns = total(points.map(({ places }) => places.length));
  let projected = false;
  const choose = (shapes: readonly Shape[]): Row[] => {
    projected = Math.max(1, columns) * Math.max(1, total(shapes.map(sizeOf))) > limits.maxEntries;
    return projected ? randomRows(shapes, generator) : everyElement(shapes);
  };
  const analysis = analyse(subject, choose);
  const again = analyse(subject, (shapes) => {
    requireShapes(subject, analysis.shapes, shapes);
    return analysis.sweeps.map(({ row }) => row);
  });
  const nondeterminism = difference(subject, analysis, again, limits.nondeterminism);
  if (nondeterminism !== undefined) return { nondeterminism };

  const entries: Entry[] = [];
  let worst: Entry | null = null;
  let worstSweeps = analysis.sweeps;
  const take = (taken: Analysis, column: Column): void => {
    for (const entry of measure(subject, taken, column, limits.eps)) {
      entries.push(entry);
      if (worst !== null && !(excessOf(entry, limits) > excessOf(worst, limits))) continue;
      worst = entry;
      worstSweeps = taken.sweeps;
    }
  };
  if (!projected)
    points.forEach(({ places }, input) => {
      for (const index of places.keys())
        take(analysis, { input, index, direction: oneHot(places.length, index) });
    });
  for (let round = 0; projected && round < rounds; round++) {
    const taken = round === 0 ? analysis : analyse(subject, (shapes) => randomRows(shapes, generator));
    points.forEach(({ places }, input) => {
      take(taken, { input, index: undefined, direction: between(places.length, generator) });
    });
  }
  if (projected && worst !== null)
    worst = locate(subject, { ...analysis, sweeps: worstSweeps }, worst, limits);
  return { entries, worst, projected, analysis };
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** All elements of all outputs, one row each. */
function everyElement(shapes: readonly Shape[]): Row[] {
  return shapes.flatMap((shape, output): Row[] => {
    const size = sizeOf(shape);
    // Rules must work where there is no element, too.
    if (size === 0) return [{ output, index: undefined, weights: new Float64Array(0) }];
    return Array.from({ length: size }, (_, index) => ({ output, index, weights: oneHot(size, index) }));
  });
}

function randomRows(shapes: readonly Shape[], generator: Generator): Row[] {
  return shapes.map((shape, output) => ({
    output,
    index: undefined,
    weights: between(sizeOf(shape), generator),
  }));
}

function oneHot(size: number, index: number): Float64Array {
  const result = new Float64Array(size);
  result[index] = 1;
  return result;
}

/** The numbers of a point, moved along a direction. */
export function move({ numbers, places }: Point, direction: Float64Array, eps: number): Float64Array {
  const result = numbers.slice();
  places.forEach((place, i) => {
    if (direction[i] !== 0) result[place] += eps * direction[i];
  });
  return result;
}

/** The inner product; what has no weight does no harm, even if it is NaN. */
export function dot(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) sum += weights[i] * values[i];
  return sum;
}

/** The entries of one column: by central differences, and by what the sweeps found. */
function measure(subject: Subject, { shapes, sweeps }: Analysis, column: Column, eps: number): Entry[] {
  const { input, index, direction } = column;
  const point = subject.points[input];
  const high = move(point, direction, eps);
  const low = move(point, direction, -eps);
  const above = valuesAt(subject, shapes, [point, high]);
  const below = valuesAt(subject, shapes, [point, low]);
  // x + eps is rounded, so the step that was taken is not quite the step that was meant.
  const steps = Float64Array.from(point.places, (place) => high[place] - low[place]);
  const length = index === undefined ? 2 * eps : steps[index];
  const changes = above.map((after, j) => after.map((value, i) => value - below[j][i]));
  return sweeps.map(({ row, gradients }) => {
    const gradient = gradients[input];
    const along =
      gradient === null ? 0 : index === undefined ? dot(steps, gradient) / length : gradient[index];
    return { row, column, analytic: along, numeric: dot(row.weights, changes[row.output]) / length };
  });
}

/** A wrong projection, narrowed by halves to an element of the input that is wrong, if there is one by itself. */
function locate(subject: Subject, analysis: Analysis, entry: Entry, limits: Limits): Entry {
  if (excessOf(entry, limits) <= 1) return entry;
  const { input, direction } = entry.column;
  const sweeps = analysis.sweeps.filter(({ row }) => row === entry.row);
  const along = (column: Column): Entry => measure(subject, { ...analysis, sweeps }, column, limits.eps)[0];
  const excessWithin = (from: number, to: number): number => {
    const part = direction.map((step, i) => (i >= from && i < to ? step : 0));
    return excessOf(along({ input, index: undefined, direction: part }), limits);
  };
  let from = 0;
  let to = direction.length;
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (excessWithin(from, middle) >= excessWithin(middle, to)) to = middle;
    else from = middle;
  }
  const single = along({ input, index: from, direction: oneHot(direction.length, from) });
  return excessOf(single, limits) > 1 ? single : entry;
}

/** What differs between two runs at the same point, or undefined. */
function difference(
  { points }: Subject,
  first: Analysis,
  second: Analysis,
  tolerance: number,
): string | undefined {
  const differs = (x: Float64Array | null, y: Float64Array | null): string | undefined => {
    if (x === null || y === null)
      return x === y ? undefined : "there is one in one run and none in the other";
    const at = x.findIndex((value, i) => !Object.is(value, y[i]) && !(Math.abs(value - y[i]) <= tolerance));
    return at < 0 && x.length === y.length ? undefined : `${x[at]}, then ${y[at]}`;
  };
  for (const [j, position] of first.positions.entries()) {
    const found = differs(first.values[j], second.values[j] ?? null);
    if (found !== undefined)
      return `output ${position} differs between two evaluations of the same inputs: ${found}; the function keeps a state, or draws random numbers that no Generator gives`;
  }
  for (const [r, { row, gradients }] of first.sweeps.entries())
    for (const [input, { position }] of points.entries()) {
      const found = differs(gradients[input], second.sweeps[r].gradients[input]);
      if (found !== undefined)
        return `the gradient of output ${first.positions[row.output]} by input ${position} differs between two backward runs: ${found}; a derivative rule keeps a state, or changes what it reads`;
    }
  return undefined;
}
