/** JSON lines (https://jsonlines.org): one JSON value a line. */
import { type FormatOptions, malformed } from "./malformed.js";
import { byteOffset, textOf } from "./text-file.js";

// Values take up to ten times the room of their text: this bounds what one line may become.
const longestLine = 0x100000;

/** The value of each line, and where in the file it begins. Empty lines may stand at the end alone. */
export function* readJsonLines(
  source: Uint8Array | string,
  name: string,
): Generator<{ readonly value: unknown; readonly offset: () => number }, undefined> {
  const text = textOf(source, name);
  const end = text.trimEnd().length;
  for (let at = 0; at < end; ) {
    const feed = text.indexOf("\n", at);
    const stop = feed < 0 ? text.length : feed;
    const start = at;
    // Counted only where it is asked for: that takes a walk over all that is before.
    const offset = (): number => byteOffset(text, start);
    if (stop - at > longestLine)
      throw malformed(name, offset(), `begins a line of ${stop - at} characters`, `at most ${longestLine}`);
    let value: unknown;
    try {
      value = JSON.parse(text.slice(at, stop));
    } catch (error) {
      throw malformed(
        name,
        offset(),
        `begins a line that is no JSON (${error instanceof Error ? error.message : String(error)})`,
        "one JSON value a line",
      );
    }
    yield { value, offset };
    at = stop + 1;
  }
  return undefined;
}

/**
 * The values of a JSON lines file.
 *
 * @throws FormatError that names the place if a line is no JSON, empty or longer than 2²⁰ characters
 */
export function decodeJsonLines(
  source: Uint8Array | string,
  { name = "JSON lines" }: FormatOptions = {},
): unknown[] {
  return Array.from(readJsonLines(source, name), ({ value }) => value);
}

/** A JSON lines file of values. */
export function encodeJsonLines(values: Iterable<unknown>): string {
  return Array.from(values, (value) => `${JSON.stringify(value)}\n`).join("");
}
