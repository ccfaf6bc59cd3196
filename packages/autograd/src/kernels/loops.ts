/** Loop nests over strided operands. */
import type { Shape } from "../shape.js";

/** Lengths of loops from the outermost in, and for each operand its step in each of them. */
export interface Loops {
  readonly shape: Shape;
  readonly strides: readonly (readonly number[])[];
}

/** Fewer, longer loops over the same elements: axes of length 1 go, neighbours merge where all operands allow it. */
export function collapse(shape: Shape, strides: readonly (readonly number[])[]): Loops {
  const lengths: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis];
    if (length === 1) continue;
    const merges =
      lengths.length > 0 && strides.every((stride, k) => steps[k].at(-1) === stride[axis] * length);
    if (merges) lengths[lengths.length - 1] *= length;
    else lengths.push(length);
    strides.forEach((stride, k) => {
      if (merges) steps[k][steps[k].length - 1] = stride[axis];
      else steps[k].push(stride[axis]);
    });
  }
  return { shape: lengths, strides: steps };
}

/** Where the element of an index lies. */
export function placeOf(offset: number, stride: readonly number[], index: readonly number[]): number {
  let place = offset;
  for (let axis = 0; axis < index.length; axis++) place += index[axis] * stride[axis];
  return place;
}

/** The next index of a loop nest, the last axis fastest. */
export function advance(index: number[], shape: Shape): void {
  for (let axis = index.length - 1; axis >= 0; axis--) {
    if (++index[axis] < shape[axis]) return;
    index[axis] = 0;
  }
}
