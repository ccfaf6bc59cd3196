/** JSON lines (https://jsonlines.org): one JSON value a line. */
import { ArgumentError } from "@wengert/autograd";
import { type FormatOptions, malformed } from "./malformed.js";
import { checkOffsets, PackedList } from "./packed-list.js";
import { bytesOfText, startOfText, textOf } from "./text-file.js";

// Values take up to ten times the room of their text: this bounds what one line may become.
const longestLine = 0x100000;
const feed = 0x0a;

/**
 * What `read` makes of the value of each line and of its place. It is called once for each line, and what it makes is
 * dropped; then again for each that is asked for. Empty lines may stand at the end alone.
 */
export function packLines<T>(
  source: Uint8Array | string,
  name: string,
  read: (value: unknown, offset: number) => T,
): PackedList<T> {
  const given = bytesOfText(source, name);
  checkOffsets(given, name);
  const start = startOfText(given);
  const end = endOfLines(given, start);
  // What was checked must not change later. (The slice of a Buffer of Node's would share its bytes.)
  const bytes = typeof source === "string" ? given : new Uint8Array(end);
  if (given !== bytes) bytes.set(given.subarray(0, end));
  let count = end > start ? 1 : 0;
  for (let at = bytes.indexOf(feed); at >= 0 && at < end; at = bytes.indexOf(feed, at + 1)) count++;
  const offsets = new Uint32Array(count + 1);
  offsets[0] = start;
  const entry = (line: Uint8Array, offset: number): T => read(parse(line, offset, name), offset);
  for (let line = 0, at = start; line < count; line++) {
    const next = bytes.indexOf(feed, at);
    const stop = next < 0 || next > end ? end : next;
    if (stop - at > longestLine)
      throw malformed(name, at, `begins a line of ${stop - at} bytes`, `at most ${longestLine}`);
    entry(bytes.subarray(at, stop), at);
    at = Math.min(stop + 1, end);
    offsets[line + 1] = at;
  }
  return new PackedList(bytes, offsets, entry);
}

/** Where only white space follows. */
function endOfLines(bytes: Uint8Array, start: number): number {
  let end = bytes.length;
  while (end > start && [0x09, feed, 0x0d, 0x20].includes(bytes[end - 1]!)) end--;
  return end;
}

function parse(line: Uint8Array, offset: number, name: string): unknown {
  try {
    return JSON.parse(textOf(line));
  } catch (error) {
    throw malformed(
      name,
      offset,
      `begins a line that is no JSON (${error instanceof Error ? error.message : String(error)})`,
      "one JSON value a line",
    );
  }
}

/**
 * The values of a JSON lines file. All are checked; each is made anew when it is asked for.
 *
 * @throws FormatError that names the place if a line is no JSON, empty or longer than 2²⁰ bytes
 */
export function decodeJsonLines(
  source: Uint8Array | string,
  { name = "JSON lines" }: FormatOptions = {},
): PackedList<unknown> {
  return packLines(source, name, (value) => value);
}

/**
 * A JSON lines file of values.
 *
 * @throws ArgumentError for a value that JSON does not have, such as undefined, and for one whose line is longer than 2²⁰
 *   bytes
 */
export function encodeJsonLines(values: Iterable<unknown>): string {
  const line = (value: unknown, index: number): string => {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined)
      throw new ArgumentError(
        `encodeJsonLines: value ${index} is ${typeof value}, which JSON does not have; use null, or leave it out`,
      );
    if (3 * text.length > longestLine && new TextEncoder().encode(text).length > longestLine)
      throw new ArgumentError(
        `encodeJsonLines: value ${index} takes more than ${longestLine} bytes; part it among several lines`,
      );
    return `${text}\n`;
  };
  return Array.from(values, line).join("");
}
