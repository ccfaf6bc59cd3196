/** Rows of values out of a text: what RFC 4180 says of commas, quotation marks and ends of lines. */
import { malformed } from "./malformed.js";
import { byteOffset, lineOf } from "./text-file.js";

export interface CsvRow {
  readonly values: readonly string[];
  /** Where in the text it begins. */
  readonly place: number;
}

// A value takes eight times the room of its delimiter.
const mostValues = 65536;

/**
 * The rows of `text`, one by one; empty lines may stand at the end alone.
 *
 * @throws FormatError for a quotation mark or a carriage return out of place, and for rows of more than 65,536 values
 */
export function* readCsvRows(text: string, delimiter: string, name: string): Generator<CsvRow, undefined> {
  const wrong = (place: number, found: string, expected: string): Error =>
    malformed(name, byteOffset(text, place), `(line ${lineOf(text, place)}) ${found}`, expected);
  const end = endOfRows(text);
  for (let at = 0; at < end; ) {
    const place = at;
    const values: string[] = [];
    for (;;) {
      const from = at;
      if (text[at] === '"') {
        at = closing(text, at, wrong);
        values.push(text.slice(from + 1, at - 1).replaceAll('""', '"'));
      } else {
        while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") {
          if (text[at] === '"')
            throw wrong(at, "stands a quotation mark within a value", "the whole value in quotation marks");
          at++;
        }
        values.push(text.slice(from, at));
      }
      if (text[at] !== delimiter) break;
      if (values.length === mostValues)
        throw wrong(place, `begins a row of more than ${mostValues} values`, "so many at most");
      at++;
    }
    if (text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n")
      throw wrong(
        at,
        `stands ${JSON.stringify(text[at])} where a value has ended`,
        `${JSON.stringify(delimiter)} or the end of the line`,
      );
    at++;
    if (values.length === 1 && values[0] === "" && text[place] !== '"')
      throw wrong(place, "stands an empty line", "rows without a gap");
    yield { values, place };
  }
  return undefined;
}

/** Where empty lines begin that nothing follows. */
function endOfRows(text: string): number {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--;
  return end;
}

/** Behind the quotation mark that closes the one at `from`: of two in a row each is a part of the value. */
function closing(
  text: string,
  from: number,
  wrong: (place: number, found: string, expected: string) => Error,
): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at + 1;
  throw wrong(from, "begins a value in quotation marks that does not end", "a closing quotation mark");
}
