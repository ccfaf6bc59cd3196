/** Lists of what takes more room as objects than in a file. */
import { ArgumentError } from "@wengert/autograd";
import type { Dataset } from "../dataset.js";
import { malformed } from "./malformed.js";

/** How long a list's bytes may be: offsets have 32 bits. */
const mostBytes = 0xffffffff;

/** @throws FormatError if offsets in a file may not fit 32 bits */
export function checkOffsets(bytes: Uint8Array, name: string): void {
  if (bytes.length > mostBytes)
    throw malformed(name, mostBytes, "the file goes on", `at most ${mostBytes} bytes`);
}

/**
 * A list that holds the bytes of its entries, and makes an entry of them each time it is asked for: a million short texts
 * take the room of their letters and four bytes each. It is a data set, too.
 */
export class PackedList<T> implements Dataset<T>, Iterable<T> {
  readonly length: number;

  /**
   * @param bytes of all entries, one after another; the list's own
   * @param offsets where each begins, and where the last one ends
   * @param read makes an entry of its bytes; it is given their offset, too
   */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly offsets: Uint32Array,
    private readonly read: (entry: Uint8Array, offset: number) => T,
  ) {
    this.length = offsets.length - 1;
  }

  /** @throws ArgumentError for an index outside the list */
  get(index: number): T {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new ArgumentError(`PackedList: there is no entry ${index} in a list of ${this.length}`);
    const [start, end] = [this.offsets[index]!, this.offsets[index + 1]!];
    return this.read(this.bytes.subarray(start, end), start);
  }

  *[Symbol.iterator](): Generator<T, undefined> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
    return undefined;
  }

  /** All entries at once, as objects of their own. */
  toArray(): T[] {
    return Array.from(this);
  }
}
