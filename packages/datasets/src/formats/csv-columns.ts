/** The columns of a table, cell by cell from its bytes. */
import { ArgumentError, type DType, type Tensor } from "@wengert/autograd";
import { arrayOf, tensorOver } from "../arrays.js";
import type { CsvCells } from "./csv-cells.js";
import { CsvNames, PlaceRanks } from "./csv-names.js";
import { decimalIn, decimalOf, integerIn } from "./csv-numbers.js";
import { PackedList } from "./packed-list.js";
import { textOf } from "./text-file.js";

/**
 * What a column holds: numbers; `"bool"` (true or false); `"text"`; `"category"`, numbered in the order of the code points
 * of their names; or a list of the categories that there are, numbered as they stand there.
 */
export type ColumnType = "float32" | "float64" | "int32" | "bool" | "text" | "category" | readonly string[];

/** A column of categories. */
export interface Categories<
  Names extends readonly string[] | PackedList<string> = readonly string[] | PackedList<string>,
> {
  /** int32 [N] */
  readonly ids: Tensor;
  /** By number. */
  readonly names: Names;
}

/** A column of type `C`: a tensor [N], texts or categories. */
export type Column<C extends ColumnType> = C extends "text"
  ? PackedList<string>
  : C extends "category"
    ? Categories<PackedList<string>>
    : C extends readonly string[]
      ? Categories<C>
      : Tensor;

/** Makes a column, row by row. */
export interface ColumnBuilder {
  /** Takes the present cell, or does not if it is not as expected. */
  readonly add: (row: number) => boolean;
  readonly expected: string;
  readonly finish: () => Tensor | PackedList<string> | Categories;
}

/** What all columns of a table know. */
export interface TableFacts {
  readonly cells: CsvCells;
  /** How many rows there are, if they are in order. */
  readonly rows: number;
  readonly missing: readonly string[];
}

export function builderOf(type: ColumnType, key: string, facts: TableFacts): ColumnBuilder {
  const { cells } = facts;
  switch (type) {
    case "text":
      return texts(facts);
    case "category":
      return categories(facts);
    case "float32":
    case "float64":
      return numbers(type, facts, decimals(facts), "a number");
    case "int32":
      return numbers(
        type,
        facts,
        () => {
          const value = integerIn(cells.bytes, cells.from, cells.to);
          return value === undefined || value === (value | 0) ? value : undefined;
        },
        "an integer from -2147483648 to 2147483647",
      );
    case "bool":
      return numbers(
        type,
        facts,
        () => {
          const value = cells.text();
          return value === "true" ? 1 : value === "false" ? 0 : undefined;
        },
        "true or false",
      );
    default:
      if (!Array.isArray(type))
        throw new ArgumentError(
          `decodeCsv: the column ${JSON.stringify(key)} is to be ${JSON.stringify(type)}; use "float32", "float64", "int32", "bool", "text", "category" or a list of categories`,
        );
      return given(type as readonly string[], facts);
  }
}

/** The fewest bytes that a cell has in a table that is in order, with what ends it. */
export function leastBytes(type: ColumnType | undefined, missing: readonly string[]): number {
  const mayBeEmpty = type === undefined || Array.isArray(type) || type === "text" || type === "category";
  return mayBeEmpty || missing.includes("") ? 1 : 2;
}

/** A column of what `parse` makes of the present cell, if it is a number. */
function numbers(
  dtype: DType,
  { rows }: TableFacts,
  parse: () => number | undefined,
  expected: string,
): ColumnBuilder {
  const made = arrayOf(dtype, rows);
  return {
    add: (row) => {
      const parsed = parse();
      if (parsed === undefined) return false;
      made[row] = parsed;
      return true;
    },
    expected,
    finish: () => tensorOver(made, [rows], dtype),
  };
}

function decimals({ cells, missing }: TableFacts): () => number | undefined {
  if (missing.length === 0) return () => decimalIn(cells);
  const absent = new Set(missing);
  // What stands for a missing number may itself be one, such as -999.
  const mayBeNumber = missing.some((text) => decimalOf(text) !== undefined);
  return () => {
    const value = decimalIn(cells);
    if (value !== undefined && !mayBeNumber) return value;
    return absent.has(cells.text()) ? Number.NaN : value;
  };
}

function given(names: readonly string[], facts: TableFacts): ColumnBuilder {
  const byName = new Map(names.map((each, id) => [each, id]));
  const { add, expected, finish } = numbers(
    "int32",
    facts,
    () => byName.get(facts.cells.text()),
    `one of ${names.slice(0, 20).join(", ")}`,
  );
  return { add, expected, finish: () => ({ ids: finish() as Tensor, names }) };
}

function texts({ cells, rows }: TableFacts): ColumnBuilder {
  const places = new Uint32Array(rows + 1);
  return {
    add: (row) => {
      places[row] = cells.start;
      return true;
    },
    expected: "a text",
    finish: () => packed(places, cells),
  };
}

/** The texts of the cells at `places`, all but the last, which become their offsets. */
function packed(places: Uint32Array, cells: CsvCells): PackedList<string> {
  const count = places.length - 1;
  let size = 0;
  for (let i = 0; i < count; i++) {
    cells.read(places[i]!);
    size += cells.size;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < count; i++) {
    cells.read(places[i]!);
    places[i] = at;
    at = cells.copyTo(bytes, at);
  }
  places[count] = at;
  return new PackedList(bytes, places, textOf);
}

function categories({ cells, rows }: TableFacts): ColumnBuilder {
  const names = new CsvNames(cells, rows);
  const firsts = new Uint32Array(rows);
  return {
    add: (row) => {
      firsts[row] = names.firstLike(cells.start);
      return true;
    },
    expected: "a text",
    finish: () => {
      const spare = new Uint32Array(Math.ceil((5 * names.count) / 4));
      const places = names.sorted(spare);
      const ranks = new PlaceRanks(places.subarray(0, -1), spare);
      const ids = new Int32Array(firsts.buffer);
      for (let row = 0; row < rows; row++) ids[row] = ranks.get(firsts[row]!);
      return { ids: tensorOver(ids, [rows], "int32"), names: packed(places, cells) };
    },
  };
}
