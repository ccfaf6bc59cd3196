/** The inputs that gradcheck varies: float64 copies in the layout that was given, moved away from kinks. */
import { ArgumentError } from "../errors.js";
import { Tensor } from "../graph.js";
import { rand } from "../ops/random.js";
import type { Generator } from "../random.js";
import { toTypedArray } from "../read.js";
import { rowMajor, type Shape, sizeOf } from "../shape.js";
import { makeView, Storage } from "../storage.js";
import { noGrad } from "../tape.js";

/** A float input: numbers of its own, and the window through which the function sees them. */
export interface Point {
  /** Which of the function's inputs it is. */
  readonly position: number;
  readonly shape: Shape;
  readonly stride: readonly number[];
  readonly offset: number;
  readonly numbers: Float64Array;
  /** Where in `numbers` each element lies, in row-major order. */
  readonly places: readonly number[];
}

/** Where elements of a view lie, in row-major order. */
function placesOf(shape: Shape, stride: readonly number[], offset: number): number[] {
  let places = sizeOf(shape) === 0 ? [] : [offset];
  shape.forEach((length, axis) => {
    places = places.flatMap((place) => Array.from({ length }, (_, i) => place + i * stride[axis]));
  });
  return places;
}

export function pointOf(x: Tensor, position: number): Point {
  const { shape, stride, offset } = x.view;
  const places = placesOf(shape, stride, offset);
  // Elements that share a number, as in an expanded tensor, cannot be varied one at a time.
  if (new Set(places).size < places.length) {
    const numbers = Float64Array.from(toTypedArray(x));
    return { position, shape, stride: rowMajor(shape), offset: 0, numbers, places: [...numbers.keys()] };
  }
  const lowest = places.reduce((low, place) => Math.min(low, place), offset);
  const highest = places.reduce((high, place) => Math.max(high, place), lowest - 1);
  // What lies between the elements is not the function's business: NaN shows where it is read nevertheless.
  const numbers = new Float64Array(highest - lowest + 1).fill(Number.NaN);
  toTypedArray(x).forEach((value, i) => {
    numbers[places[i] - lowest] = value;
  });
  return {
    position,
    shape,
    stride,
    offset: offset - lowest,
    numbers,
    places: places.map((place) => place - lowest),
  };
}

/** A leaf for one evaluation, with a copy of `numbers`. */
export function leafOf({ shape, stride, offset }: Point, numbers: Float64Array): Tensor {
  const leaf = new Tensor(makeView(new Storage("float64", numbers.slice()), shape, stride, offset));
  leaf.requiresGrad = true;
  return leaf;
}

/** `count` numbers between −1 and 1. */
export function between(count: number, generator: Generator): Float64Array {
  const drawn = noGrad(() => toTypedArray(rand([count], { dtype: "float64", generator })));
  return (drawn as Float64Array).map((u) => 2 * u - 1);
}

/**
 * Where a function has kinks or jumps: the values of input elements at which it has one (`[0]` for relu), or a function
 * of the inputs whose result has an element 0 there (`(x, y) => x.sub(y)` for a maximum).
 */
export type Kinks = readonly number[] | ((...inputs: Tensor[]) => Tensor | readonly Tensor[]);

/**
 * Moves elements of `points` that are nearer than `margin` to a kink.
 *
 * @param inputs the inputs of the function, given those that stand for `points`
 * @returns what was done, a line each
 */
export function avoidKinks(
  points: readonly Point[],
  kinks: Kinks,
  margin: number,
  inputs: (leaves: readonly Tensor[]) => Tensor[],
  generator: Generator,
): string[] {
  if (typeof kinks !== "function")
    return points.flatMap((point) => avoidValues(point, kinks, margin, generator));
  const isNear = (): boolean =>
    noGrad(() => {
      const distances = kinks(...inputs(points.map((point) => leafOf(point, point.numbers))));
      const list = distances instanceof Tensor ? [distances] : distances;
      return list.some((each) => toTypedArray(each).some((distance) => Math.abs(distance) < margin));
    });
  if (!isNear()) return [];
  for (let reach = 100 * margin; reach < 1e5 * margin; reach *= 2) {
    for (const { numbers, places } of points) {
      const moves = between(places.length, generator);
      places.forEach((place, i) => {
        numbers[place] += reach * moves[i];
      });
    }
    if (!isNear()) return [`the inputs lay at a kink, and were moved by up to ${reach}`];
  }
  throw new ArgumentError(
    "gradcheck: the inputs lie at a kink, and moving them does not help; give other inputs",
  );
}

function avoidValues(
  { position, numbers, places }: Point,
  kinks: readonly number[],
  margin: number,
  generator: Generator,
): string[] {
  const moves = between(places.length, generator);
  let moved = 0;
  places.forEach((place, i) => {
    const value = numbers[place];
    const near = (): number | undefined => kinks.find((kink) => Math.abs(numbers[place] - kink) < margin);
    // Always onwards in one direction, so that two kinks side by side cannot play ball with it.
    const side = value < (near() ?? value) ? -1 : 1;
    for (let kink = near(); kink !== undefined; kink = near())
      numbers[place] = kink + side * margin * (1.5 + moves[i] / 4);
    if (numbers[place] !== value) moved++;
  });
  return moved === 0
    ? []
    : [`input ${position}: ${moved} of ${places.length} elements lay at a kink, and were moved`];
}
