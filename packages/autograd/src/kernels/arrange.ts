/**
 * Padding, rolling and triangles: copies in which each axis has its own rule for where a position is read. Plain
 * loops, which move runs of neighbours at once. What an adjoint adds up at one place is added in row-major order.
 */
import type { NumberArray } from "../dtype.js";
import { sizeOf } from "../shape.js";
import { makeView, type View } from "../storage.js";
import { copy } from "./copy.js";
import { copyRun, places } from "./index.js";

/** For each axis of the larger side, the index on the other side that each of its positions belongs to. */
type Tables = readonly Int32Array[];

/** Neighbouring positions of a table whose indices are equally far apart. */
interface Run {
  readonly at: number;
  readonly first: number;
  readonly step: number;
  readonly length: number;
}

function runsOf(table: Int32Array): Run[] {
  const runs: Run[] = [];
  for (let at = 0, end: number; at < table.length; at = end) {
    const step = at + 1 < table.length ? table[at + 1] - table[at] : 1;
    end = at + 1;
    while (end < table.length && table[end] - table[end - 1] === step) end++;
    runs.push({ at, first: table[at], step, length: end - at });
  }
  return runs;
}

/** Where in a view the rows begin that the tables of all axes but the last choose, in row-major order. */
function rowStarts(tables: Tables, stride: readonly number[]): Int32Array {
  let starts = Int32Array.of(0);
  for (const [axis, table] of tables.slice(0, -1).entries()) {
    const inner = new Int32Array(starts.length * table.length);
    for (let i = 0, k = 0; i < starts.length; i++)
      for (let j = 0; j < table.length; j++) inner[k++] = starts[i] + table[j] * stride[axis];
    starts = inner;
  }
  return starts;
}

/** `out[i, j, …] = x[tables[0][i], tables[1][j], …]`; `out` is dense. There is at least one axis. */
function pick(x: View, out: View, tables: Tables): void {
  const starts = rowStarts(tables, x.stride);
  const last = tables.at(-1)!;
  const runs = runsOf(last);
  const step = x.stride.at(-1)!;
  const from = x.data.data;
  const to = out.data.writable;
  for (let row = 0; row < starts.length; row++) {
    const start = x.offset + starts[row];
    const target = out.offset + row * last.length;
    for (const run of runs)
      copyRun(from, start + run.first * step, run.step * step, to, target + run.at, 1, run.length);
  }
}

/** `out[tables[0][i], tables[1][j], …] += x[i, j, …]`: the adjoint of {@link pick}. */
function pickBack(x: View, out: View, tables: Tables): void {
  const starts = rowStarts(tables, out.stride);
  const rows = places(x.shape.slice(0, -1), x.stride);
  const runs = runsOf(tables.at(-1)!);
  const step = x.stride.at(-1)!;
  const along = out.stride.at(-1)!;
  const from = x.data.data;
  const to = out.data.writable;
  for (let row = 0; row < starts.length; row++) {
    const start = x.offset + rows[row];
    const target = out.offset + starts[row];
    for (const run of runs)
      addRun(from, start + run.at * step, step, to, target + run.first * along, run.step * along, run.length);
  }
}

function addRun(
  from: NumberArray,
  start: number,
  step: number,
  to: NumberArray,
  target: number,
  targetStep: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) to[target + i * targetStep] += from[start + i * step];
}

// Padding

/** Copies `x` amid numbers that are `value`: along each axis, `before` of them come first. */
export function padConstant(x: View, out: View, before: readonly number[], value: number): void {
  const numbers = out.data.writable;
  if (!Object.is(value, 0)) numbers.fill(value, out.offset, out.offset + sizeOf(out.shape));
  const first = before.reduce((sum, count, axis) => sum + count * out.stride[axis], out.offset);
  copy(x, makeView(out.data, x.shape, out.stride, first));
}

/** What lies beyond the ends of an axis. */
export type Edges = "reflect" | "replicate" | "circular";

/** The index that stands at `position`, which may lie before the first of `size` or after the last. */
const indexBeyond: Readonly<Record<Edges, (position: number, size: number) => number>> = {
  reflect: (position, size) => (position < 0 ? -position : size - 1 - Math.abs(size - 1 - position)),
  replicate: (position, size) => Math.max(0, Math.min(size - 1, position)),
  circular: (position, size) => (position + size) % size,
};

function edgeTables(inner: View, outer: View, before: readonly number[], edges: Edges): Tables {
  return inner.shape.map((size, axis) =>
    Int32Array.from({ length: outer.shape[axis] }, (_, i) => indexBeyond[edges](i - before[axis], size)),
  );
}

/** `x`, and what lies beyond its ends: along each axis, `before` elements come first. There is at least one axis. */
export function padEdges(x: View, out: View, before: readonly number[], edges: Edges): void {
  pick(x, out, edgeTables(x, out, before, edges));
}

/** Adds what lies beyond the ends to where it came from: the adjoint of {@link padEdges}. */
export function foldEdges(x: View, out: View, before: readonly number[], edges: Edges): void {
  pickBack(x, out, edgeTables(out, x, before, edges));
}

// Rolling

/** Moves the elements along each axis by its shift, from 0 to below its length, round the end. */
export function roll(x: View, out: View, shifts: readonly number[]): void {
  const tables = x.shape.map((size, axis) =>
    Int32Array.from({ length: size }, (_, i) => (i + size - shifts[axis]) % size),
  );
  pick(x, out, tables);
}

// Triangles

/**
 * The part of each matrix on and below its diagonal number `offset`, or on and above; zeros elsewhere.
 *
 * @param out dense and zeroed
 */
export function triangle(x: View, out: View, offset: number, part: "lower" | "upper"): void {
  const [rows, columns] = x.shape.slice(-2);
  const [rowStep, step] = x.stride.slice(-2);
  const matrices = places(x.shape.slice(0, -2), x.stride);
  const from = x.data.data;
  const to = out.data.writable;
  for (let matrix = 0; matrix < matrices.length; matrix++)
    for (let row = 0; row < rows; row++) {
      const edge = row + offset;
      const first = part === "lower" ? 0 : Math.max(0, edge);
      const end = part === "lower" ? Math.min(columns, edge + 1) : columns;
      const read = x.offset + matrices[matrix] + row * rowStep + first * step;
      const write = out.offset + (matrix * rows + row) * columns + first;
      if (end > first) copyRun(from, read, step, to, write, 1, end - first);
    }
}
