/**
 * Reads the JSON of a header, byte by byte: as strict as the standard, and without the ways in which JSON.parse lets
 * two readers see two files (a repeated key, of which it keeps the last, and numbers that it rounds).
 */
import { FormatError } from "../errors.js";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

export class HeaderReader {
  private position = 0;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /** @param base where `bytes` begin in the file, for errors */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly base: number,
  ) {}

  /** Where the reader stands, counted from the start of the file. */
  get offset(): number {
    return this.base + this.position;
  }

  /** The error that something else than `expected` was found. */
  unexpected(expected: string, offset: number = this.offset): FormatError {
    const byte = this.bytes[offset - this.base];
    const found =
      byte === undefined
        ? "is the end of the header"
        : `is ${byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `the byte ${byte}`}`;
    return new FormatError(`safetensors: offset ${offset} ${found}; expected ${expected}`);
  }

  private peek(): number | undefined {
    while (isSpace(this.bytes[this.position])) this.position++;
    return this.bytes[this.position];
  }

  /** Whether `character` comes next; steps over it if so. */
  private take(character: string): boolean {
    if (this.peek() !== character.charCodeAt(0)) return false;
    this.position++;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character)) throw this.unexpected(`"${character}"`);
  }

  /** Nothing but the spaces may follow that pad a header. */
  end(): void {
    while (this.bytes[this.position] === 0x20) this.position++;
    if (this.position < this.bytes.length) throw this.unexpected("spaces up to the end of the header");
  }

  /** Calls `read` at the value of each key. A repeated key is an error. */
  object(read: (key: string, offset: number) => void): void {
    const seen = new Set<string>();
    this.expect("{");
    if (this.take("}")) return;
    do {
      this.peek();
      const at = this.offset;
      const key = this.string();
      if (seen.has(key))
        throw new FormatError(
          `safetensors: offset ${at} repeats the key ${JSON.stringify(key.slice(0, 80))}; each key must occur once`,
        );
      seen.add(key);
      this.expect(":");
      read(key, at);
    } while (this.more("}"));
  }

  /** A list of integers, of which there may be `most`. */
  integers(most: number): number[] {
    const result: number[] = [];
    this.expect("[");
    if (this.take("]")) return result;
    do {
      if (result.length === most) throw this.unexpected(`at most ${most} integers`);
      result.push(this.integer());
    } while (this.more("]"));
    return result;
  }

  private more(closing: string): boolean {
    if (this.peek() === comma) {
      this.position++;
      return true;
    }
    if (!this.take(closing)) throw this.unexpected(`"," or "${closing}"`);
    return false;
  }

  private integer(): number {
    const first = this.peek();
    const start = this.position;
    let value = 0;
    for (; isDigit(this.bytes[this.position]); this.position++) {
      value = value * 10 + this.bytes[this.position] - 0x30;
    }
    const length = this.position - start;
    // Of more digits the sum is no longer exact, but it stays too large.
    if (length === 0 || (first === 0x30 && length > 1) || !Number.isSafeInteger(value))
      throw this.unexpected("an integer from 0 to 2^53 - 1, without leading zeros", this.base + start);
    return value;
  }

  string(): string {
    if (this.peek() !== quote) throw this.unexpected("a string");
    const at = this.offset;
    const start = this.position;
    let escaped = false;
    for (this.position++; this.bytes[this.position] !== quote; this.position++) {
      if (this.position >= this.bytes.length) throw this.unexpected('the closing "');
      if (this.bytes[this.position] < 0x20)
        throw this.unexpected("a control character to be written as an escape");
      if (this.bytes[this.position] === backslash) {
        escaped = true;
        this.position++;
      }
    }
    this.position++;
    try {
      const text = this.decoder.decode(this.bytes.subarray(start + 1, this.position - 1));
      const value = escaped ? (JSON.parse(`"${text}"`) as string) : text;
      if (!/\p{Surrogate}/u.test(value)) return value;
    } catch {
      // Said below, with the place.
    }
    throw new FormatError(
      `safetensors: the string at offset ${at} is malformed; expected UTF-8, with the escapes of JSON`,
    );
  }
}
