/** The cells of a table, found in its bytes: what RFC 4180 says of commas, quotation marks and ends of lines. */
import { ArgumentError } from "@wengert/autograd";
import { malformed } from "./malformed.js";
import { characterAt, lineOf, startOfText, textOf } from "./text-file.js";

const [quote, feed, carriage] = [0x22, 0x0a, 0x0d];

// What is kept of a row is little, but a file of commas is no table.
const mostValues = 65536;

/** @throws ArgumentError for what cannot part two values */
export function checkDelimiter(who: string, delimiter: string): void {
  if (delimiter.length !== 1 || /["\r\n\uFEFF\p{Surrogate}]/u.test(delimiter))
    throw new ArgumentError(
      `${who}: the delimiter is ${JSON.stringify(delimiter)}; it must be one character, such as "," or "\\t"`,
    );
}

/** A walk over the cells of a table. What was found last stands in its fields, so that a cell costs no object. */
export class CsvCells {
  /** Where the cell begins, with its quotation mark if there is one. */
  start = 0;
  /** Its text is from here to there; where it is `escaped`, with two quotation marks in place of each one. */
  from = 0;
  to = 0;
  escaped = false;
  /** How many bytes its text has. */
  size = 0;
  /** Whether its row ends with it. */
  isLast = false;
  /** Where the next cell begins. */
  private at: number;
  /** Where the rows end: behind it are at most empty lines. */
  private readonly end: number;
  private readonly delimiter: Uint8Array;
  private readonly first: number;

  /** @param bytes UTF-8 */
  constructor(
    readonly bytes: Uint8Array,
    delimiter: string,
    private readonly name: string,
  ) {
    this.delimiter = new TextEncoder().encode(delimiter);
    this.first = this.delimiter[0]!;
    this.at = startOfText(bytes);
    this.end = bytes.length;
    while (this.end > this.at && (bytes[this.end - 1] === feed || bytes[this.end - 1] === carriage))
      this.end--;
  }

  /** Whether another row begins here. */
  get more(): boolean {
    return this.at < this.end;
  }

  /** Where the next cell begins. */
  get place(): number {
    return this.at;
  }

  /** How many rows follow, if quotation marks stand where they may. */
  countRows(): number {
    const { bytes, end } = this;
    let rows = this.more ? 1 : 0;
    let quoted = false;
    for (let at = this.at; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === quote) quoted = !quoted;
      else if (byte === feed && !quoted) rows++;
    }
    return rows;
  }

  /** @throws FormatError for a quotation mark or a carriage return out of place */
  next(): void {
    const { bytes } = this;
    this.start = this.at;
    if (bytes[this.at] === quote) this.findClosing();
    else this.findEnd();
    let at = bytes[this.start] === quote ? this.to + 1 : this.to;
    this.isLast = !this.isDelimiter(at);
    if (!this.isLast) {
      this.at = at + this.delimiter.length;
      return;
    }
    if (bytes[at] === carriage) at++;
    if (at < bytes.length && bytes[at] !== feed)
      throw this.wrong(
        at,
        `stands ${JSON.stringify(characterAt(bytes, at))} where a value has ended`,
        `${JSON.stringify(textOf(this.delimiter))} or the end of the line`,
      );
    this.at = at + 1;
  }

  /** Goes to the cell that begins at `start`, which has been found before. */
  read(start: number): void {
    this.at = start;
    this.next();
  }

  /**
   * How many values the row has of which this is value `place`.
   *
   * @throws FormatError if there are more than 65,536, and as {@link next} does
   */
  countValues(place: number, row: number): number {
    let count = place + 1;
    for (; !this.isLast; count++) {
      this.next();
      this.checkCount(count, row);
    }
    return count;
  }

  /** @throws FormatError if as many as `before` values of a row came before one more, and that are too many */
  checkCount(before: number, row: number): void {
    if (before === mostValues)
      throw this.wrong(row, `begins a row of more than ${mostValues} values`, "so many at most");
  }

  /** @throws FormatError if this is the only cell of its row, and has nothing in it */
  checkRow(): void {
    if (this.isLast && this.start === this.to && this.bytes[this.start] !== quote)
      throw this.wrong(this.start, "stands an empty line", "rows without a gap");
  }

  /** The text of the cell. */
  text(): string {
    const text = textOf(this.bytes.subarray(this.from, this.to));
    return this.escaped ? text.replaceAll('""', '"') : text;
  }

  /** Puts the bytes of the cell's text to `at`, and says where they end there. */
  copyTo(target: Uint8Array, at: number): number {
    const { bytes, from, to, escaped } = this;
    let end = at;
    for (let i = from; i < to; i++) {
      target[end++] = bytes[i]!;
      if (escaped && bytes[i] === quote) i++;
    }
    return end;
  }

  /** A number below 2³² that is the same for all cells of the same text as the one at `start`. */
  hash(start: number, seed: number): number {
    const { bytes } = this;
    const quoted = bytes[start] === quote;
    let hash = seed;
    for (let i = quoted ? start + 1 : start; ; i++) {
      if (quoted ? bytes[i] === quote && bytes[++i] !== quote : this.isEnd(i)) break;
      hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x2c1b3c6d);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  /** The first four bytes of the text of the cell at `start`, as one number; of a shorter text 0 stands for each other. */
  beginning(start: number): number {
    const { bytes } = this;
    const quoted = bytes[start] === quote;
    let [at, found] = [quoted ? start + 1 : start, 0];
    for (let shift = 24; shift >= 0; shift -= 8, at++) {
      if (quoted ? bytes[at] === quote && bytes[++at] !== quote : this.isEnd(at)) break;
      found |= bytes[at]! << shift;
    }
    return found >>> 0;
  }

  /** Below, equal to or above 0 as the text of the cell at `a` comes before, is the same as or comes behind that at `b`. */
  compare(a: number, b: number): number {
    const { bytes, first } = this;
    const quotedA = bytes[a] === quote;
    const quotedB = bytes[b] === quote;
    let i = quotedA ? a + 1 : a;
    let j = quotedB ? b + 1 : b;
    for (; ; i++, j++) {
      const x = bytes[i]!;
      const y = bytes[j]!;
      // Most bytes are letters or digits, which end nothing.
      if (x > quote && y > quote && x !== first && y !== first) {
        if (x !== y) return x - y;
        continue;
      }
      const endedA = quotedA ? x === quote && bytes[++i] !== quote : this.isEnd(i);
      const endedB = quotedB ? y === quote && bytes[++j] !== quote : this.isEnd(j);
      if (endedA || endedB) return endedA ? (endedB ? 0 : -1) : 1;
      if (x !== y) return x - y;
    }
  }

  private findClosing(): void {
    const { bytes } = this;
    let at = this.at + 1;
    let marks = 0;
    for (; ; at++) {
      if (bytes[at] === quote) {
        if (bytes[at + 1] !== quote) break;
        at++;
        marks++;
      } else if (at >= bytes.length)
        throw this.wrong(
          this.at,
          "begins a value in quotation marks that does not end",
          "a closing quotation mark",
        );
    }
    this.from = this.at + 1;
    this.to = at;
    this.escaped = marks > 0;
    this.size = at - this.from - marks;
  }

  private findEnd(): void {
    const { bytes, first } = this;
    const { length } = bytes;
    let { at } = this;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte > quote && byte !== first) continue;
      if (byte === feed || byte === carriage || this.isDelimiter(at)) break;
      if (byte === quote)
        throw this.wrong(at, "stands a quotation mark within a value", "the whole value in quotation marks");
    }
    this.from = this.at;
    this.to = at;
    this.escaped = false;
    this.size = at - this.at;
  }

  private isDelimiter(at: number): boolean {
    if (this.bytes[at] !== this.first) return false;
    for (let i = 1; i < this.delimiter.length; i++)
      if (this.bytes[at + i] !== this.delimiter[i]) return false;
    return true;
  }

  /** Whether a value without quotation marks ends at `at`. */
  private isEnd(at: number): boolean {
    const byte = this.bytes[at];
    return byte === undefined || byte === feed || byte === carriage || this.isDelimiter(at);
  }

  private wrong(place: number, found: string, expected: string): Error {
    return malformed(this.name, place, `(line ${lineOf(this.bytes, place)}) ${found}`, expected);
  }
}
