/** The one form in which readers say what is wrong with a file. */
import { FormatError } from "@wengert/autograd";

/** What all readers of a format take. */
export interface FormatOptions {
  /** What to call the file in errors, such as its path; by default the name of the format. */
  readonly name?: string;
  /**
   * How many bytes compressed data may become; by default 64 for each byte of the file, but 16 MiB at least and 256 MiB at
   * most. More is an error, found out in time.
   */
  readonly maxBytes?: number;
}

/** How many bytes the compressed data in `file` may become, where nobody has said it. */
export function defaultMaxBytes(file: Uint8Array): number {
  return Math.min(Math.max(64 * file.length, 0x1000000), 0x10000000);
}

/** The error that names the file, the place in it, what is there and what would be right. */
export function malformed(name: string, offset: number, found: string, expected: string): FormatError {
  return new FormatError(`${name}: at offset ${offset} ${found}; expected ${expected}`);
}

/** A byte as two hexadecimal digits. */
export function hex(byte: number | undefined): string {
  return byte === undefined ? "the end of the file" : `0x${byte.toString(16).padStart(2, "0")}`;
}
