/** Leads the loops of normalisations over operands of any size, a part at a time. */
import { bytesOf, type DType, type FloatDType } from "../../dtype.js";
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { arrayOf, beginKernel, copyOut, place } from "../memory.js";
import { isByRow, type MapName, normaliseLoops, type SumName } from "./loops.js";

/** Rows that lie one behind the other, in turns: the same parameters and sums serve every turn. */
export interface Rows {
  readonly turns: number;
  /** How many there are in a turn. */
  readonly rows: number;
  readonly length: number;
}

// Elements of a part that is copied, which stays in the second-level cache until the loop; more of one that is in memory
// already. Both are multiples of the blocks in which rows are summed.
const copiedElements = 16384;
const residentElements = 1048576;
// Bounds what is kept by row and by column.
const mostRows = 4096;
const mostColumns = 16384;

/** An operand in memory, or brought there part by part. */
class Operand {
  private readonly buffer: number;

  /** @param address where its first number stays, or 0 */
  constructor(
    private readonly view: View,
    private readonly address: number,
  ) {
    this.buffer = address === 0 ? place(view.data.dtype, copiedElements) : 0;
  }

  private at(start: number): number {
    const { data, offset } = this.view;
    return this.address + (offset - data.start + start) * bytesOf[data.dtype];
  }

  read(start: number, length: number): number {
    if (this.address !== 0) return this.at(start);
    const { data, offset } = this.view;
    const first = offset + start;
    arrayOf(data.dtype).set(data.data.subarray(first, first + length), this.buffer / bytesOf[data.dtype]);
    return this.buffer;
  }

  /** Where to write numbers, which `written` then takes. */
  target(start: number): number {
    return this.address === 0 ? this.buffer : this.at(start);
  }

  written(start: number, length: number): void {
    const { data, offset } = this.view;
    if (this.address === 0) copyOut(data.dtype, this.buffer, data.writable, offset + start, length);
  }
}

/** Numbers for rows or for columns: brought to memory for the part at hand. */
class Parameter {
  private readonly buffer: number;
  private from = -1;
  private length = 0;

  constructor(
    readonly values: Float64Array,
    private readonly dtype: DType,
    private readonly byRow: boolean,
  ) {
    this.buffer = place(dtype, Math.min(values.length, byRow ? mostRows : mostColumns));
  }

  bring(part: Part): number {
    const [from, length] = this.byRow ? [part.row, part.rows] : [part.from, part.length];
    if (from !== this.from || length !== this.length) {
      arrayOf(this.dtype).set(this.values.subarray(from, from + length), this.buffer / bytesOf[this.dtype]);
      this.from = from;
      this.length = length;
    }
    return this.buffer;
  }

  /** Takes what the loop has made of them. */
  take(): void {
    const { from, length, buffer } = this;
    const first = buffer / bytesOf[this.dtype];
    this.values.set(arrayOf(this.dtype).subarray(first, first + length), from);
  }
}

/** Rows of the operands from `start` on: of each turn those from `row` on, and of these the numbers from `from` on. */
interface Part extends Rows {
  readonly start: number;
  readonly row: number;
  readonly from: number;
}

/** Parts of rows, in order: several turns, several rows of one, or of a row at most `most` numbers. */
function forEachPart({ turns, rows, length }: Rows, most: number, visit: (part: Part) => void): void {
  const width = Math.min(length, most, mostColumns);
  const height = width < length ? 1 : Math.max(1, Math.min(rows, mostRows, Math.floor(most / length)));
  const together = height < rows || width < length ? 1 : Math.max(1, Math.floor(most / (rows * length)));
  for (let turn = 0; turn < turns; turn += together)
    for (let row = 0; row < rows; row += height)
      for (let from = 0; from < length; from += width)
        visit({
          start: (turn * rows + row) * length + from,
          turns: Math.min(together, turns - turn),
          row,
          rows: Math.min(height, rows - row),
          from,
          length: Math.min(width, length - from),
        });
}

/** @param operands dense */
function parts(
  operands: readonly View[],
  out: View | undefined,
): { readonly operands: readonly Operand[]; readonly target: Operand | undefined; readonly most: number } {
  const size = sizeOf(operands[0].shape);
  const addresses = operands.map(({ data }) => data.residentAddress(size));
  const to = out === undefined || out.data.length !== size ? 0 : out.data.targetAddress();
  const stay = addresses.every((address) => address !== 0) && (out === undefined || to !== 0);
  return {
    operands: operands.map((view, k) => new Operand(view, addresses[k])),
    target: out && new Operand(out, to),
    most: stay ? residentElements : copiedElements,
  };
}

/** Fills `out` by the map `name`. Operands and `out` are dense, and all that a row or column has a number for is given. */
export function runMap(
  name: MapName,
  rows: Rows,
  operands: readonly View[],
  parameters: readonly Float64Array[],
  out: View,
): void {
  const dtype = out.data.dtype as FloatDType;
  beginKernel();
  const loop = normaliseLoops(dtype)[name];
  const { parameters: byRow } = isByRow(name);
  const { operands: sources, target, most } = parts(operands, out);
  const given = parameters.map((values, k) => new Parameter(values, dtype, byRow[k]));
  forEachPart(rows, most, (part) => {
    const size = part.turns * part.rows * part.length;
    const numbers = sources.map((source) => source.read(part.start, size));
    const values = given.map((each) => each.bring(part));
    loop(part.turns, part.rows, part.length, ...numbers, target!.target(part.start), ...values);
    target!.written(part.start, size);
  });
}

/** The `count` sums of `name`, of rows or of columns. */
export function runSums(
  name: SumName,
  rows: Rows,
  operands: readonly View[],
  parameters: readonly Float64Array[],
  count: number,
): readonly Float64Array[] {
  beginKernel();
  const loop = normaliseLoops(operands[0].data.dtype as FloatDType)[name];
  const byRow = isByRow(name);
  const { operands: sources, most } = parts(operands, undefined);
  const given = parameters.map((values, k) => new Parameter(values, "float64", byRow.parameters[k]));
  const sums = Array.from(
    { length: count },
    () => new Parameter(new Float64Array(byRow.sums ? rows.rows : rows.length), "float64", byRow.sums),
  );
  forEachPart(rows, most, (part) => {
    const size = part.turns * part.rows * part.length;
    const numbers = sources.map((source) => source.read(part.start, size));
    const values = [...given, ...sums].map((each) => each.bring(part));
    loop(part.turns, part.rows, part.length, ...numbers, ...values);
    for (const sum of sums) sum.take();
  });
  return sums.map(({ values }) => values);
}
