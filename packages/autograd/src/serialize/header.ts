/**
 * The header of a safetensors file: eight bytes of length, then JSON that says where each tensor lies. Whatever a
 * hostile file says, nothing is allocated before it has been checked against the size of the file.
 */
import { FormatError } from "../errors.js";
import { type Shape, show } from "../shape.js";
import { type DiskDType, diskBytes, diskRank, isDiskDType } from "./disk-dtypes.js";
import { HeaderReader } from "./header-reader.js";

/** Bytes before the header: its length. */
export const lengthBytes = 8;
/** As in the reference implementation. */
export const longestHeader = 100_000_000;
const longestName = 4096;
/** A file may not make the library compile a class for every rank it names. */
const highestRank = 64;
const metadataKey = "__metadata__";

/** Where a tensor lies; `begin` and `end` count from the end of the header. */
export interface HeaderEntry {
  readonly name: string;
  readonly disk: DiskDType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of the header. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Map<string, string>;
}

/** What is wrong with a name, or undefined. Such a name shows as another, or as none. */
export function objectionToName(name: string): string | undefined {
  if (name.length > longestName)
    return `is ${name.length} characters long; at most ${longestName} are allowed`;
  if (/\p{Cc}/u.test(name)) return "has a control character; use printable ones";
  if (/\p{Surrogate}/u.test(name)) return "has half of a surrogate pair; use whole characters";
  return undefined;
}

/** What is wrong with a shape for `bytes` bytes of `disk`, or undefined. */
export function objectionToShape(shape: Shape, disk: DiskDType, bytes: number): string | undefined {
  if (shape.length > highestRank) return `has ${shape.length} axes; at most ${highestRank} are allowed`;
  let size = 1;
  // Strides are products of lengths too, so these must be exact even where another axis has length 0.
  for (const length of shape) size *= Math.max(length, 1);
  if (!Number.isSafeInteger(size * diskBytes[disk]))
    return `is ${disk} ${show(shape)}, which is more than any file can hold`;
  const expected = shape.includes(0) ? 0 : size * diskBytes[disk];
  if (expected !== bytes) return `is ${disk} ${show(shape)}, which takes ${expected} bytes, but has ${bytes}`;
  return undefined;
}

/**
 * The length of the header.
 *
 * @param prefix the first eight bytes of the file, or fewer if it has no more
 * @throws FormatError if the file is too short for it
 */
export function readLength(prefix: Uint8Array, fileLength: number): number {
  if (prefix.length < lengthBytes)
    throw new FormatError(
      `safetensors: the file has ${prefix.length} bytes; expected at least the ${lengthBytes} of the header's length`,
    );
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  const most = Math.min(longestHeader, fileLength - lengthBytes);
  if (length > BigInt(most))
    throw new FormatError(
      `safetensors: offset 0 says that the header has ${length} bytes; expected at most ${most}, in a file of ${fileLength} bytes`,
    );
  return Number(length);
}

/**
 * What the header says, checked: every tensor's bytes are as many as its shape wants, and all of them together cover
 * the data without overlap or hole.
 *
 * @param bytes the header, from its opening brace
 * @param dataLength how many bytes follow it
 * @throws FormatError if anything is not as the format says
 */
export function readHeader(bytes: Uint8Array, dataLength: number, maxEntries = 100_000): Header {
  // White space may follow the header, but not stand before it.
  const reader = new HeaderReader(bytes, lengthBytes);
  if (bytes[0] !== 0x7b) throw reader.unexpected('"{", which begins a header');
  const entries: HeaderEntry[] = [];
  const metadata = new Map<string, string>();
  const limit = (count: number): void => {
    if (count >= maxEntries)
      throw new FormatError(
        `safetensors: offset ${reader.offset} is beyond ${maxEntries} entries; raise maxEntries to read on`,
      );
  };
  reader.object((name, offset) => {
    if (name === metadataKey) {
      reader.object((key) => {
        limit(metadata.size);
        metadata.set(key, reader.string());
      });
      return;
    }
    limit(entries.length);
    const objection = objectionToName(name);
    if (objection !== undefined)
      throw new FormatError(
        `safetensors: the name at offset ${offset}, ${JSON.stringify(name.slice(0, 80))}, ${objection}`,
      );
    entries.push(readEntry(reader, name, offset));
  });
  reader.end();
  checkCoverage(entries, dataLength);
  return { entries, metadata };
}

function readEntry(reader: HeaderReader, name: string, offset: number): HeaderEntry {
  const wrong = (what: string): FormatError =>
    new FormatError(`safetensors: the tensor ${JSON.stringify(name)} at offset ${offset} ${what}`);
  let disk: string | undefined;
  let shape: number[] | undefined;
  let range: number[] | undefined;
  reader.object((key) => {
    if (key === "dtype") disk = reader.string();
    else if (key === "shape") shape = reader.integers(highestRank);
    else if (key === "data_offsets") range = reader.integers(2);
    else
      throw wrong(
        `has the key ${JSON.stringify(key.slice(0, 80))}; expected dtype, shape and data_offsets alone`,
      );
  });
  if (disk === undefined || shape === undefined || range === undefined)
    throw wrong(
      `lacks ${disk === undefined ? "dtype" : shape === undefined ? "shape" : "data_offsets"}; expected dtype, shape and data_offsets`,
    );
  if (!isDiskDType(disk))
    throw wrong(
      `has the dtype ${JSON.stringify(disk.slice(0, 80))}; expected one of ${Object.keys(diskBytes).join(", ")}`,
    );
  const [begin, end] = range;
  if (range.length !== 2 || begin > end)
    throw wrong(`has the data_offsets ${show(range)}; expected [begin, end] with begin ≤ end`);
  const objection = objectionToShape(shape, disk, end - begin);
  if (objection !== undefined) throw wrong(objection);
  return { name, disk, shape, begin, end };
}

function checkCoverage(entries: readonly HeaderEntry[], dataLength: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered)
      throw new FormatError(
        `safetensors: the data of ${JSON.stringify(name)} begins at ${begin}, ${begin < covered ? "within another tensor's" : "after a hole"}; expected ${covered}, where the tensor before ends`,
      );
    covered = end;
  }
  if (covered !== dataLength)
    throw new FormatError(
      `safetensors: the tensors end at ${covered} after the header, and the file at ${dataLength}; expected them to end together`,
    );
}

/**
 * Places tensors and writes the header for them: by type, then by name, as the reference implementation does.
 *
 * @returns the header with its length before it and padded to a multiple of eight bytes, and the entries in file order
 */
export function writeHeader<
  T extends Pick<HeaderEntry, "name" | "disk" | "shape"> & { readonly bytes: number },
>(
  tensors: readonly T[],
  metadata: ReadonlyMap<string, string>,
): {
  readonly bytes: Uint8Array;
  readonly placed: readonly (T & { readonly begin: number })[];
  readonly dataLength: number;
} {
  let dataLength = 0;
  const ordered = tensors.toSorted(
    (a, b) => diskRank[b.disk] - diskRank[a.disk] || compareByCodePoint(a.name, b.name),
  );
  const placed = ordered.map((each) => {
    const begin = dataLength;
    dataLength += each.bytes;
    return { ...each, begin };
  });
  const fields = placed.map(({ name, disk, shape, begin, bytes }) =>
    field(name, { dtype: disk, shape, data_offsets: [begin, begin + bytes] }),
  );
  if (metadata.size > 0) {
    const keys = [...metadata.keys()].sort(compareByCodePoint);
    fields.unshift(
      `${JSON.stringify(metadataKey)}:{${keys.map((key) => field(key, metadata.get(key))).join(",")}}`,
    );
  }
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, lengthBytes);
  return { bytes, placed, dataLength };
}

// Written one by one: as keys of an object, names such as "1" and "__proto__" would change their place or vanish.
function field(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

/** The order of UTF-8, which differs from that of JavaScript's strings where a character takes two units. */
function compareByCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return lifted(x) - lifted(y);
  }
  return a.length - b.length;
}

/** A surrogate stands for a character above all that take one unit. */
function lifted(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
