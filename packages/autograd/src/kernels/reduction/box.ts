/** Parts of a reduction: boxes of results, and the pieces of their terms. */
import type { Shape } from "../../shape.js";
import type { Kept, Layout } from "./layout.js";

/** Results that are computed together. In memory, result (line, column) has place `line * pitch + column`. */
export interface Box {
  readonly lines: number;
  /** 1 where vectors run along the terms. */
  readonly columns: number;
  readonly pitch: number;
  /** The kept axes within the box; whether the last is that of the columns. */
  readonly kept: readonly Kept[];
  readonly columnar: boolean;
  /** Where the first result belongs, and whether all of them lie together there, in order. */
  readonly out: number;
  readonly contiguous: boolean;
}

/** Terms of some lines of a box, in memory. Steps are in bytes. */
export interface Piece {
  /** Where the first term of the first line lies. */
  readonly address: number;
  /** The first line, of how many, and the way from one to the next. */
  readonly line: number;
  readonly lines: number;
  readonly lineStep: number;
  /** The first term, of how many, and the way from one to the next. */
  readonly term: number;
  readonly terms: number;
  readonly termStep: number;
}

/** The terms of all lines of a box that are in memory at a time. */
export interface Part {
  readonly term: number;
  readonly terms: number;
  readonly endsBlock: boolean;
}

/** Elements of a piece that is copied: with what is made of them they stay in the second-level cache until the loop. */
export const pieceElements = 16384;

/** Elements of a piece that is in memory already: so many that calls cost nothing beside the loops. */
export const residentElements = 1048576;

/** Bound on `lines * pitch` of a box. */
export const boxResults = 65536;

/** Columns of a piece in memory: so few that what is running stays in the first-level cache. */
const residentColumns = 2048;

/** A box over `kept`, the last of them its columns where `columnar`. */
export function makeBox(kept: readonly Kept[], columnar: boolean, out: number): Box {
  const columns = columnar ? kept.at(-1)!.length : 1;
  let size = 1;
  let contiguous = true;
  for (let i = kept.length - 1; i >= 0; i--) {
    if (kept[i].length !== 1 && kept[i].out !== size) contiguous = false;
    size *= kept[i].length;
  }
  return {
    lines: size / columns,
    columns,
    pitch: columnar ? pitchOf(columns) : 1,
    kept,
    columnar,
    out,
    contiguous,
  };
}

/** The largest parts into which a reduction is cut. */
export interface Cut {
  readonly lines: number;
  readonly columns: number;
  readonly terms: number;
}

/**
 * How to cut so that a piece has at most `most` elements.
 *
 * @param most {@link pieceElements} or {@link residentElements}
 * @param block,group a piece of columns ends with a group of terms, a block of them or the last
 */
export function cutOf({ columns, kept, length }: Layout, block: number, group: number, most: number): Cut {
  if (!columns) {
    const whole = block > most ? most : most - (most % block);
    const terms = Math.min(length, whole);
    return { lines: Math.min(Math.floor(most / terms), boxResults), columns: 1, terms };
  }
  const width = kept.at(-1)!.length;
  const groups = Math.max(1, Math.floor(most / width / group));
  const terms = Math.min(length, block, groups * group);
  const widest = most === residentElements ? residentColumns : width;
  const narrow = Math.min(width, widest, Math.floor(most / terms));
  const whole = terms === length && narrow === width;
  const lines = Math.min(Math.floor(most / (terms * width)), Math.floor(boxResults / pitchOf(width)));
  return { lines: whole ? lines : 1, columns: narrow, terms };
}

/** The distance of lines of so many results. */
export function pitchOf(columns: number): number {
  return (columns + 3) & ~3;
}

/** Visits the boxes of at most `most` elements that together fill `shape`, in row-major order. */
export function forEachBox(
  shape: Shape,
  most: number,
  visit: (start: readonly number[], lengths: Shape) => void,
): void {
  const step = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 1, left = most; axis >= 0 && left > 1; axis--) {
    step[axis] = Math.min(shape[axis], left);
    left = step[axis] === shape[axis] ? Math.floor(left / shape[axis]) : 1;
  }
  const start = new Array<number>(shape.length).fill(0);
  const lengths = new Array<number>(shape.length);
  for (;;) {
    for (let axis = 0; axis < shape.length; axis++)
      lengths[axis] = Math.min(step[axis], shape[axis] - start[axis]);
    visit(start, lengths);
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      start[axis] += step[axis];
      if (start[axis] < shape[axis]) break;
      start[axis] = 0;
    }
    if (axis < 0) return;
  }
}
