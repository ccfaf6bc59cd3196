/**
 * Windows as the emitted loops read them, from tables in the WebAssembly memory. An entry of {@link entryBytes} tells, of
 * the windows along an axis:
 *
 * - layers and rows, one each: where the first place lies (bytes from the start of the plane), the number of places, the
 *   divisor (float64, at byte 8);
 * - columns, as many with the same number of places as there are lanes in a vector, or those that remain: how their first
 *   places lie ({@link Columns}), the number of places of each, the number of windows, then at byte 16 their first places
 *   (counted in elements), at byte 32 their divisors.
 */
import { bytesOf, type FloatDType } from "../../dtype.js";
import { arrayOf, place } from "../memory.js";
import type { Spans } from "./spans.js";

export const entryBytes = 64;

/** The first places of the windows of a vector: anywhere, one after the other, or with one between them. */
export const Columns = { scattered: 0, adjacent: 1, everySecond: 2 } as const;

/** Entries in memory. */
export interface Table {
  readonly address: number;
  readonly count: number;
}

/** The number of places of window `i`. */
function placesOf({ starts, ends, step }: Spans, i: number): number {
  return Math.ceil((ends[i] - starts[i]) / step);
}

/** @param pitch bytes from one place of the axis to the next */
export function lineTable(spans: Spans, pitch: number): Table {
  const count = spans.starts.length;
  const address = place("int32", (count * entryBytes) / 4);
  const [ints, doubles] = [arrayOf("int32"), arrayOf("float64")];
  for (let i = 0, at = address; i < count; i++, at += entryBytes) {
    ints[at / 4] = spans.starts[i] * pitch;
    ints[at / 4 + 1] = placesOf(spans, i);
    doubles[at / 8 + 1] = spans.divisors[i];
  }
  return { address, count };
}

export function columnTable(spans: Spans, dtype: FloatDType): Table {
  const lanes = 16 / bytesOf[dtype];
  const windows = spans.starts.length;
  const address = place("int32", (windows * entryBytes) / 4);
  const [ints, doubles] = [arrayOf("int32"), arrayOf("float64")];
  let count = 0;
  for (let i = 0; i < windows; count++) {
    const places = placesOf(spans, i);
    let together = 1;
    while (together < lanes && i + together < windows && placesOf(spans, i + together) === places) together++;
    const at = address + count * entryBytes;
    ints[at / 4] = together === lanes ? arrangement(spans.starts, i, lanes) : Columns.scattered;
    ints[at / 4 + 1] = places;
    ints[at / 4 + 2] = together;
    for (let lane = 0; lane < lanes; lane++) {
      const window = i + Math.min(lane, together - 1);
      ints[at / 4 + 4 + lane] = spans.starts[window];
      doubles[at / 8 + 4 + lane] = spans.divisors[window];
    }
    i += together;
  }
  return { address, count };
}

function arrangement(starts: Int32Array, first: number, lanes: number): number {
  const step = starts[first + 1] - starts[first];
  for (let lane = 1; lane < lanes; lane++)
    if (starts[first + lane] - starts[first + lane - 1] !== step) return Columns.scattered;
  return step === 1 ? Columns.adjacent : step === 2 ? Columns.everySecond : Columns.scattered;
}

/** An upper bound of the bytes of the tables of these spans. */
export function tableBytes(spans: readonly Spans[]): number {
  return spans.reduce((bytes, { starts }) => bytes + starts.length * entryBytes + 64, 0);
}
