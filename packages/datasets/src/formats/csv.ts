/** Tables as text: values parted by commas, or by tabs (RFC 4180, https://www.iana.org/assignments/media-types/text/csv). */
import { ArgumentError, type DType, type NumberArray, type Tensor } from "@wengert/autograd";
import { arrayOf, tensorOver } from "../arrays.js";
import { type CsvRow, readCsvRows } from "./csv-rows.js";
import { type FormatOptions, malformed } from "./malformed.js";
import { byteOffset, textOf } from "./text-file.js";

/**
 * What a column holds: numbers; `"bool"` (true or false); `"text"`; `"category"`, numbered in the order of the code units
 * of their names; or a list of the categories that there are, numbered as they stand there.
 */
export type ColumnType = "float32" | "float64" | "int32" | "bool" | "text" | "category" | readonly string[];

/** A column of categories. */
export interface Categories {
  /** int32 [N] */
  readonly ids: Tensor;
  /** By number. */
  readonly names: readonly string[];
}

/** A column of type `C`: a tensor [N], texts or categories. */
export type Column<C extends ColumnType> = C extends "text"
  ? readonly string[]
  : C extends "category" | readonly string[]
    ? Categories
    : Tensor;

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

const number = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
};

/**
 * The columns of a table. Values may stand in quotation marks, in which `""` is one; all rows must have as many values.
 * Numbers are decimal, or nan, inf and -inf; nothing is guessed, and nothing is trimmed.
 *
 * @throws FormatError that names row and column if the file is not of that form, lacks a column, or a value is not of its
 *   type; ArgumentError for a delimiter or a column type that is none
 */
export function decodeCsv<const C extends Readonly<Record<string, ColumnType>>>(
  source: Uint8Array | string,
  options: DecodeCsvOptions<C>,
): Table<C> {
  const { name = "CSV", columns, delimiter = ",", header = true, missing = [] } = options;
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw new ArgumentError(
      `decodeCsv: the delimiter is ${JSON.stringify(delimiter)}; it must be one character, such as "," or "\\t"`,
    );
  const text = textOf(source, name);
  const rows = readCsvRows(text, delimiter, name);
  const wanted = Object.keys(columns);
  const first = header ? rows.next() : undefined;
  if (header && first?.done !== false)
    throw malformed(name, 0, "the file is empty", "a row with the names of the columns");
  const places = header ? placesOf(first!.value as CsvRow, wanted, text, name) : wanted.map((_, i) => i);
  const count = header ? (first!.value as CsvRow).values.length : wanted.length;
  // A row takes a character for each column at least, so this many there can be.
  let lines = text.endsWith("\n") || text === "" ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  const most = Math.min(lines - (header ? 1 : 0), Math.ceil((text.length + 1) / count));
  const builders = wanted.map((key) => builderOf(columns[key]!, key, most, missing));
  let length = 0;
  for (const { values, place } of rows) {
    if (values.length !== count)
      throw malformed(
        name,
        byteOffset(text, place),
        `row ${length} has ${values.length} values`,
        `${count}, ${header ? "as the header has" : "the columns asked for"}`,
      );
    builders.forEach(({ add }, i) => {
      const value = values[places[i]!]!;
      const expected = add(value, length);
      if (expected !== undefined)
        throw malformed(
          name,
          byteOffset(text, place),
          `begins row ${length}, which has ${JSON.stringify(value.slice(0, 40))} for ${JSON.stringify(wanted[i])}`,
          expected,
        );
    });
    length++;
  }
  const finished = builders.map(({ finish }, i) => [wanted[i], finish(length)]);
  return { length, columns: Object.fromEntries(finished) as Table<C>["columns"] };
}

function placesOf(
  { values, place }: CsvRow,
  wanted: readonly string[],
  text: string,
  name: string,
): readonly number[] {
  return wanted.map((key) => {
    const at = values.indexOf(key);
    if (at < 0 || values.includes(key, at + 1))
      throw malformed(
        name,
        byteOffset(text, place),
        `the header has the column ${JSON.stringify(key)} ${at < 0 ? "not at all" : "twice"}`,
        `it once among ${values.slice(0, 20).join(", ")}`,
      );
    return at;
  });
}

interface Builder {
  /** Takes the value of a row, or says what it should be. */
  readonly add: (value: string, row: number) => string | undefined;
  readonly finish: (length: number) => Tensor | readonly string[] | Categories;
}

function builderOf(type: ColumnType, key: string, most: number, missing: readonly string[]): Builder {
  switch (type) {
    case "text": {
      const texts: string[] = [];
      return { add: (value) => void texts.push(value), finish: () => texts };
    }
    case "category":
      return categories(most);
    case "float32":
    case "float64":
      return numbers(type, most, (value) => {
        if (missing.includes(value)) return Number.NaN;
        if (number.test(value)) return Number(value);
        const sign = value.startsWith("-") ? -1 : 1;
        const word = value.replace(/^[+-]/, "").toLowerCase();
        return Object.hasOwn(special, word) ? sign * special[word]! : "a number";
      });
    case "int32":
      return numbers(type, most, (value) => {
        const whole = Number(value);
        return /^[+-]?\d+$/.test(value) && whole === (whole | 0)
          ? whole
          : "an integer from -2147483648 to 2147483647";
      });
    case "bool":
      return numbers(type, most, (value) => (value === "true" ? 1 : value === "false" ? 0 : "true or false"));
    default:
      if (!Array.isArray(type))
        throw new ArgumentError(
          `decodeCsv: the column ${JSON.stringify(key)} is to be ${JSON.stringify(type)}; use "float32", "float64", "int32", "bool", "text", "category" or a list of categories`,
        );
      return given(type as readonly string[], most);
  }
}

function numbers(dtype: DType, most: number, parse: (value: string) => number | string): Builder {
  const made = arrayOf(dtype, most);
  return {
    add: (value, row) => {
      const parsed = parse(value);
      if (typeof parsed === "string") return parsed;
      made[row] = parsed;
      return undefined;
    },
    finish: (length) => tensorOver(upTo(made, length), [length], dtype),
  };
}

/** The first numbers of an array, which is itself where they are all: copied, else it would stay with them. */
function upTo<A extends NumberArray>(numbers: A, length: number): A {
  return (length === numbers.length ? numbers : numbers.slice(0, length)) as A;
}

function given(names: readonly string[], most: number): Builder {
  const byName = new Map(names.map((each, id) => [each, id]));
  const { add, finish } = numbers(
    "int32",
    most,
    (value) => byName.get(value) ?? `one of ${names.slice(0, 20).join(", ")}`,
  );
  return { add, finish: (length) => ({ ids: finish(length) as Tensor, names }) };
}

function categories(most: number): Builder {
  const byName = new Map<string, number>();
  const made = new Int32Array(most);
  return {
    add: (value, row) => {
      if (!byName.has(value)) byName.set(value, byName.size);
      made[row] = byName.get(value)!;
      return undefined;
    },
    finish: (length) => {
      const names = [...byName.keys()].sort((a, b) => (a < b ? -1 : 1));
      const renumbered = new Map(names.map((each, id) => [byName.get(each)!, id]));
      const ids = upTo(made, length);
      for (let i = 0; i < length; i++) ids[i] = renumbered.get(ids[i]!)!;
      return { ids: tensorOver(ids, [length], "int32"), names };
    },
  };
}

export interface EncodeCsvOptions {
  /** "," by default. */
  readonly delimiter?: string;
  /** Whether to begin with a row of names; `true` by default. */
  readonly header?: boolean;
}

/**
 * A table as text, for {@link decodeCsv}: rows end with a line feed, numbers have as many digits as it takes to read the
 * same again.
 *
 * @throws ArgumentError if columns differ in length, or a tensor is not [N]
 */
export function encodeCsv(
  columns: Readonly<Record<string, Tensor | readonly string[] | Categories>>,
  { delimiter = ",", header = true }: EncodeCsvOptions = {},
): string {
  const texts = Object.entries(columns).map(([name, column]) => ({ name, values: textsOf(name, column) }));
  const length = texts[0]?.values.length ?? 0;
  const other = texts.find(({ values }) => values.length !== length);
  if (other !== undefined)
    throw new ArgumentError(
      `encodeCsv: ${JSON.stringify(other.name)} has ${other.values.length} rows and ${JSON.stringify(texts[0]!.name)} ${length}; they must have as many`,
    );
  const special = new RegExp(
    `["\\r\\n${delimiter === "\t" ? "\\t" : `\\u{${delimiter.codePointAt(0)?.toString(16)}}`}]`,
    "u",
  );
  const quoted = (value: string): string =>
    special.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  // A row of one empty value would be no row.
  const line = (values: readonly string[]): string =>
    `${values.length === 1 && values[0] === "" ? '""' : values.map(quoted).join(delimiter)}\n`;
  const rows = Array.from({ length }, (_, i) => line(texts.map(({ values }) => values[i]!)));
  return (header ? line(texts.map(({ name }) => name)) : "") + rows.join("");
}

function textsOf(name: string, column: Tensor | readonly string[] | Categories): readonly string[] {
  if (Array.isArray(column)) return column as readonly string[];
  if ("ids" in column) return Array.from(column.ids.toTypedArray(), (id) => column.names[id]!);
  const { dtype, shape } = column as Tensor;
  if (shape.length !== 1)
    throw new ArgumentError(`encodeCsv: ${JSON.stringify(name)} is [${shape.join(", ")}]; a column is [N]`);
  return Array.from((column as Tensor).toTypedArray(), (value) => {
    if (dtype === "bool") return value === 0 ? "false" : "true";
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    if (Object.is(value, -0)) return "-0";
    return dtype === "float32" ? shortest(value) : String(value);
  });
}

/** The shortest decimal that becomes the float32 `value` again. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}
