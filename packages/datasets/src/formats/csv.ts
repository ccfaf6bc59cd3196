/** Tables as text: values parted by commas, or by tabs (RFC 4180, https://www.iana.org/assignments/media-types/text/csv). */
import { CsvCells, checkDelimiter } from "./csv-cells.js";
import { builderOf, type Column, type ColumnBuilder, type ColumnType, leastBytes } from "./csv-columns.js";
import { type FormatOptions, malformed } from "./malformed.js";
import { checkOffsets } from "./packed-list.js";
import { bytesOfText } from "./text-file.js";

/** What was read: `columns` has a column for each that was asked for. */
export interface Table<C extends Readonly<Record<string, ColumnType>>> {
  /** The number of rows, N. */
  readonly length: number;
  readonly columns: { readonly [K in keyof C]: Column<C[K]> };
}

export interface DecodeCsvOptions<C extends Readonly<Record<string, ColumnType>>> extends FormatOptions {
  /** The columns to read, by name. Without a header: all columns of the file, in their order. */
  readonly columns: C;
  /** What parts two values: "," by default, "\t" for TSV. */
  readonly delimiter?: string;
  /** Whether the first row has the names of the columns; `true` by default. */
  readonly header?: boolean;
  /** Texts that stand for a number that is missing, such as "" or "NA": it is NaN. By default there are none. */
  readonly missing?: readonly string[];
}

/**
 * The columns of a table. Values may stand in quotation marks, in which `""` is one; all rows must have as many values.
 * Numbers are decimal, or nan, inf and -inf; nothing is guessed, and nothing is trimmed. Texts stay bytes until they are
 * asked for; none of them is a part of `source`.
 *
 * @throws FormatError that names row and column if the file is not of that form, lacks a column, or a value is not of its
 *   type; ArgumentError for a delimiter or a column type that is none
 */
export function decodeCsv<const C extends Readonly<Record<string, ColumnType>>>(
  source: Uint8Array | string,
  options: DecodeCsvOptions<C>,
): Table<C> {
  const { name = "CSV", columns, delimiter = ",", header = true, missing = [] } = options;
  checkDelimiter("decodeCsv", delimiter);
  const bytes = bytesOfText(source, name);
  checkOffsets(bytes, name);
  const cells = new CsvCells(bytes, delimiter, name);
  const wanted = Object.keys(columns);
  const { places, count } = header
    ? readHeader(cells, wanted, name)
    : { places: wanted.map((_, i) => i), count: wanted.length };
  // Rows that are not in order are refused where they stand: they need no room.
  const least = wanted.reduce((sum, key) => sum + leastBytes(columns[key], missing) - 1, count);
  const length = Math.min(cells.countRows(), Math.floor((bytes.length + 1) / least));
  const builders = wanted.map((key) => builderOf(columns[key]!, key, { cells, rows: length, missing }));
  const byPlace: (ColumnBuilder | undefined)[] = [];
  places.forEach((place, i) => {
    byPlace[place] = builders[i];
  });
  for (let row = 0; cells.more; row++) {
    const { place: start } = cells;
    for (let place = 0; place === 0 || !cells.isLast; place++) {
      cells.next();
      if (place === 0) cells.checkRow();
      if (cells.isLast ? place !== count - 1 : place >= count - 1)
        throw malformed(
          name,
          start,
          `row ${row} has ${cells.countValues(place, start)} values`,
          `${count}, ${header ? "as the header has" : "the columns asked for"}`,
        );
      const builder = byPlace[place];
      if (builder !== undefined && !builder.add(row))
        throw malformed(
          name,
          start,
          `begins row ${row}, which has ${JSON.stringify(cells.text().slice(0, 40))} for ${JSON.stringify(wanted[places.indexOf(place)])}`,
          builder.expected,
        );
    }
  }
  const finished = builders.map(({ finish }, i) => [wanted[i], finish()]);
  return { length, columns: Object.fromEntries(finished) as Table<C>["columns"] };
}

/** Where the columns stand that are wanted, and how many there are. */
function readHeader(
  cells: CsvCells,
  wanted: readonly string[],
  name: string,
): { readonly places: readonly number[]; readonly count: number } {
  const { place: start } = cells;
  if (!cells.more) throw malformed(name, 0, "the file is empty", "a row with the names of the columns");
  const places = new Map<string, number>(wanted.map((key) => [key, -1]));
  const first: string[] = [];
  let twice: string | undefined;
  let count = 0;
  for (; count === 0 || !cells.isLast; count++) {
    cells.next();
    if (count === 0) cells.checkRow();
    cells.checkCount(count, start);
    const key = cells.text();
    if (count < 20) first.push(key);
    const before = places.get(key);
    if (before === -1) places.set(key, count);
    else if (before !== undefined) twice ??= key;
  }
  const wrong = twice ?? wanted.find((key) => places.get(key) === -1);
  if (wrong !== undefined)
    throw malformed(
      name,
      start,
      `the header has the column ${JSON.stringify(wrong)} ${twice === undefined ? "not at all" : "twice"}`,
      `it once among ${first.join(", ")}`,
    );
  return { places: wanted.map((key) => places.get(key)!), count };
}
