/** Tables as text, written. */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import { checkDelimiter } from "./csv-cells.js";
import type { Categories } from "./csv-columns.js";
import { PackedList } from "./packed-list.js";

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
 * @throws ArgumentError if columns differ in length, a tensor is not [N], a category has no name, or for a delimiter that is
 *   none
 */
export function encodeCsv(
  columns: Readonly<Record<string, Tensor | readonly string[] | PackedList<string> | Categories>>,
  { delimiter = ",", header = true }: EncodeCsvOptions = {},
): string {
  checkDelimiter("encodeCsv", delimiter);
  const texts = Object.entries(columns).map(([name, column]) => ({ name, values: textsOf(name, column) }));
  const length = texts[0]?.values.length ?? 0;
  const other = texts.find(({ values }) => values.length !== length);
  if (other !== undefined)
    throw new ArgumentError(
      `encodeCsv: ${JSON.stringify(other.name)} has ${other.values.length} rows and ${JSON.stringify(texts[0]!.name)} ${length}; they must have as many`,
    );
  // A byte order mark that begins the file would be left out.
  const special = new RegExp(
    `["\\r\\n\\uFEFF${delimiter === "\t" ? "\\t" : `\\u{${delimiter.codePointAt(0)?.toString(16)}}`}]`,
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

function textsOf(
  name: string,
  column: Tensor | readonly string[] | PackedList<string> | Categories,
): readonly string[] {
  if (Array.isArray(column)) return column as readonly string[];
  if (column instanceof PackedList) return column.toArray();
  if ("ids" in column) {
    const names = [...column.names];
    return textsOf(name, column.ids).map((id) => {
      const text = names[Number(id)];
      if (text === undefined)
        throw new ArgumentError(
          `encodeCsv: ${JSON.stringify(name)} has the category ${id}; it has names for 0 to ${names.length - 1}`,
        );
      return text;
    });
  }
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
