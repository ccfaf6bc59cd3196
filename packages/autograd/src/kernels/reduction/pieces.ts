/** Brings the operand of a reduction into memory piece by piece, each piece whole enough for one emitted loop. */
import { bytesOf } from "../../dtype.js";
import { type Shape, sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { collapse } from "../loops.js";
import {
  type Box,
  boxResults,
  type Cut,
  cutOf,
  forEachBox,
  makeBox,
  type Part,
  type Piece,
  pieceElements,
  pitchOf,
  residentElements,
} from "./box.js";
import type { Layout } from "./layout.js";
import { Source, type Staged } from "./staging.js";

/** What is done with the pieces. */
export interface Reducer {
  /** How often the terms of a box are met. */
  readonly passes: number;
  /** Whether a piece is met more than once, or not in the order in which it lies, and so must stay in the cache. */
  readonly revisits: boolean;
  /** Starts the results of a box. */
  readonly begin: (box: Box) => void;
  readonly piece: (box: Box, piece: Piece, pass: number) => void;
  /** All lines of the box have met these terms. */
  readonly endPart: (box: Box, part: Part, pass: number) => void;
  readonly endPass: (box: Box, pass: number) => void;
}

function dot(x: readonly number[], y: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i] * y[i];
  return total;
}

/**
 * Leads `reducer` over all terms of all results, the terms of each in their order.
 *
 * @param block how many terms `reducer` combines apart from the others
 * @param group how many it takes at once: a piece of columns ends with a group, a block or the last term
 */
export function forEachPiece(x: View, layout: Layout, block: number, group: number, reducer: Reducer): void {
  const source = new Source(x, pieceElements);
  const size = sizeOf(x.shape);
  const lies = source.isResident && isLaidOut(layout);
  const most = lies && !reducer.revisits ? residentElements : pieceElements;
  if (isWhole(layout, size, block, most)) wholePiece(x, layout, size, source, reducer);
  else manyPieces(x, layout, cutOf(layout, block, group, most), block, source, reducer);
}

/** Whether the loops can run over the operand as it lies. */
function isLaidOut({ columns, terms, length }: Layout): boolean {
  return columns || length === 1 || (terms.shape.length === 1 && terms.stride[0] === 1);
}

function isWhole(
  { dense, columns, kept, length }: Layout,
  size: number,
  block: number,
  most: number,
): boolean {
  if (!dense || size > most) return false;
  if (!columns) return size / length <= boxResults;
  const width = kept.at(-1)!.length;
  return length <= block && (size / length / width) * pitchOf(width) <= boxResults;
}

function manyPieces(
  x: View,
  layout: Layout,
  cut: Cut,
  block: number,
  source: Source,
  reducer: Reducer,
): void {
  const { columns: columnar } = layout;
  const lineAxes = columnar ? layout.kept.slice(0, -1) : layout.kept;
  const column = columnar ? layout.kept.at(-1)! : { length: 1, stride: 1, out: 1 };
  const lineStride = lineAxes.map((axis) => axis.stride);
  const lineOut = lineAxes.map((axis) => axis.out);

  forEachBox(
    lineAxes.map((axis) => axis.length),
    cut.lines,
    (start, lengths) => {
      for (let from = 0; from < column.length; from += cut.columns) {
        const columns = Math.min(cut.columns, column.length - from);
        const kept = lineAxes.map((axis, i) => ({ ...axis, length: lengths[i] }));
        if (columnar) kept.push({ ...column, length: columns });
        const box = makeBox(kept, columnar, dot(start, lineOut) + from * column.out);
        const origin = x.offset + dot(start, lineStride) + from * column.stride;
        reducer.begin(box);
        let staged: Staged | undefined;
        for (let pass = 0; pass < reducer.passes; pass++) {
          for (let term = 0; term < layout.length; ) {
            const left = Math.min(layout.length - term, columnar ? block - (term % block) : cut.terms);
            const terms = Math.min(left, cut.terms);
            if (staged === undefined || terms < layout.length)
              staged = bring(source, layout, lengths, columns, origin, term, terms);
            forEachLoop(bytesOf[x.data.dtype], lengths, staged, term, terms, (piece) =>
              reducer.piece(box, piece, pass),
            );
            term += terms;
            reducer.endPart(
              box,
              { term: term - terms, terms, endsBlock: term % block === 0 || term === layout.length },
              pass,
            );
          }
          reducer.endPass(box, pass);
        }
      }
    },
  );
}

/** The same where one loop over all that there is will do, which is where little time must be lost. */
function wholePiece(
  x: View,
  { columns: columnar, kept, terms, length }: Layout,
  size: number,
  source: Source,
  reducer: Reducer,
): void {
  const bytes = bytesOf[x.data.dtype];
  const box = makeBox(kept, columnar, 0);
  const piece: Piece = {
    address: source.bringDense(x.offset, size) * bytes,
    line: 0,
    lines: box.lines,
    lineStep: (size / box.lines) * bytes,
    term: 0,
    terms: length,
    termStep: terms.stride[0] * bytes,
  };
  const part: Part = { term: 0, terms: length, endsBlock: true };
  reducer.begin(box);
  for (let pass = 0; pass < reducer.passes; pass++) {
    reducer.piece(box, piece, pass);
    reducer.endPart(box, part, pass);
    reducer.endPass(box, pass);
  }
}

/** Brings a part of the terms of some lines; the strides returned begin with those of the line axes and of the terms. */
function bring(
  source: Source,
  { columns: columnar, kept, terms }: Layout,
  lines: Shape,
  columns: number,
  origin: number,
  first: number,
  length: number,
): Staged {
  const lineStride = kept.slice(0, lines.length).map((axis) => axis.stride);
  if (terms.shape.length === 1) {
    const step = terms.stride[0];
    const shape = columnar ? [...lines, length, columns] : [...lines, length];
    const stride = columnar ? [...lineStride, step, 1] : [...lineStride, step];
    return source.bring(shape, stride, origin + first * step);
  }
  return source.bringRagged(lines, lineStride, terms, origin, first, length);
}

/** Merges the line axes where the copy's strides allow, and visits each run of lines that is one loop. */
function forEachLoop(
  bytes: number,
  lengths: Shape,
  { first, stride }: Staged,
  term: number,
  terms: number,
  visit: (piece: Piece) => void,
): void {
  const loops = collapse(lengths, [stride.slice(0, lengths.length)]);
  const steps = loops.strides[0];
  const lines = loops.shape.at(-1) ?? 1;
  const lineStep = (steps.at(-1) ?? 0) * bytes;
  const termStep = stride[lengths.length] * bytes;
  let line = 0;
  forEachBox(loops.shape.slice(0, -1), 1, (index) => {
    visit({ address: (first + dot(index, steps)) * bytes, line, lines, lineStep, term, terms, termStep });
    line += lines;
  });
}
