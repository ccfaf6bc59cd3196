/** zip archives (PKWARE's APPNOTE 6.3), as NumPy writes them. Only what the central directory lists is there. */
import { zipSync } from "fflate";
import { crc32 } from "./checksums.js";
import { inflate } from "./inflate.js";
import { defaultMaxBytes, type FormatOptions, malformed } from "./malformed.js";
import { isPlainPath } from "./paths.js";

interface Entry {
  readonly name: string;
  /** Where its record in the directory, and its own header, begin. */
  readonly record: number;
  readonly header: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

const signatures = { end: 0x06054b50, record: 0x02014b50, header: 0x04034b50 };
const endLength = 22;
const recordLength = 46;
const headerLength = 30;

/**
 * The files in a zip archive, one by one, each decompressed as it is asked for; what is stored as it is is not copied. Names that lead out of a folder, and two files in one place, are refused.
 *
 * @throws FormatError if a record, a length or a checksum is wrong, for encryption and methods but "stored" and DEFLATE,
 *   or if all files together have more than `maxBytes`
 */
export function* unzip(
  bytes: Uint8Array,
  options: FormatOptions = {},
): Generator<readonly [name: string, file: Uint8Array], undefined> {
  const { name = "zip", maxBytes = defaultMaxBytes(bytes) } = options;
  const entries = readDirectory(bytes, name);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > maxBytes)
    throw malformed(
      name,
      entries[0]!.record,
      `files of ${total} bytes begin`,
      `at most ${maxBytes}: maxBytes`,
    );
  const placed = entries.map((entry) => ({ entry, start: dataStart(bytes, entry, name) }));
  placed.sort((a, b) => a.entry.header - b.entry.header);
  placed.forEach(({ entry, start }, i) => {
    const end = start + entry.packed;
    const next = placed[i + 1]?.entry.header ?? entries[0]!.record;
    if (end > next)
      throw malformed(
        name,
        entry.header,
        `begins ${JSON.stringify(entry.name)}, which ends at ${end}`,
        `an end at ${next} at most, where what comes next begins`,
      );
  });
  for (const { entry, start } of placed)
    yield [entry.name, contents(bytes, entry, start, name, maxBytes)] as const;
  return undefined;
}

/** What the directory at the end of the archive lists. */
function readDirectory(bytes: Uint8Array, name: string): readonly Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(view, name);
  const [disk, firstDisk, here, count, size, start] = [
    view.getUint16(end + 4, true),
    view.getUint16(end + 6, true),
    view.getUint16(end + 8, true),
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  if (disk !== 0 || firstDisk !== 0 || here !== count)
    throw malformed(name, end + 4, "begins an archive of several parts", "one of a single part, below 4 GB");
  if (start + size !== end)
    throw malformed(
      name,
      end + 12,
      `the directory has ${size} bytes from ${start} on`,
      `an end at ${end}, where its end record begins`,
    );
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = start;
  while (at < end) {
    const entry = readRecord(bytes, view, at, end, name);
    if (names.has(entry.name))
      throw malformed(name, at, `the name ${JSON.stringify(entry.name)} occurs again`, "each name once");
    names.add(entry.name);
    entries.push(entry);
    at +=
      recordLength +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
  }
  if (at !== end || entries.length !== count)
    throw malformed(name, end + 10, `${count} entries are promised`, `${entries.length}, which are there`);
  return entries;
}

/** Where the record begins that ends the archive: behind it stands only a comment of the length it says. */
function findEnd(view: DataView, name: string): number {
  const first = Math.max(0, view.byteLength - endLength - 0xffff);
  for (let at = view.byteLength - endLength; at >= first; at--)
    if (
      view.getUint32(at, true) === signatures.end &&
      at + endLength + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  throw malformed(name, view.byteLength, "the file ends", "the end record of a zip archive before");
}

function readRecord(bytes: Uint8Array, view: DataView, at: number, end: number, file: string): Entry {
  if (at + recordLength > end || view.getUint32(at, true) !== signatures.record)
    throw malformed(file, at, "stands something else", "a record of the directory");
  const nameLength = view.getUint16(at + 28, true);
  if (at + recordLength + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true) > end)
    throw malformed(file, at + 28, "name and remarks lead out of the directory", `an end at ${end} at most`);
  const flags = view.getUint16(at + 8, true);
  if (flags & 0x2041) throw malformed(file, at + 8, "the entry is encrypted", "one that is not");
  const entry: Entry = {
    name: readName(
      bytes.subarray(at + recordLength, at + recordLength + nameLength),
      at + recordLength,
      file,
    ),
    record: at,
    header: view.getUint32(at + 42, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
  };
  if (entry.method !== 0 && entry.method !== 8)
    throw malformed(file, at + 10, `the method is ${entry.method}`, "0 (stored) or 8 (DEFLATE)");
  if ([entry.packed, entry.size, entry.header].includes(0xffffffff))
    throw malformed(file, at + 20, "the entry has 64-bit lengths", "less than 4 GB");
  if (entry.method === 0 && entry.packed !== entry.size)
    throw malformed(
      file,
      at + 20,
      `the entry has ${entry.packed} bytes stored of ${entry.size}`,
      "as many of both",
    );
  return entry;
}

function readName(bytes: Uint8Array, at: number, file: string): string {
  let name: string;
  try {
    name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed(file, at, "stands a name that is not UTF-8", "UTF-8");
  }
  if (!isPlainPath(name))
    throw malformed(
      file,
      at,
      `stands the name ${JSON.stringify(name)}`,
      'a path within the archive: no "..", no "/" first, no "\\" or ":"',
    );
  return name;
}

/** Where the data of an entry begins: its own header stands before, and must agree with the directory. */
function dataStart(
  bytes: Uint8Array,
  { header, name, method, crc, packed, size, record }: Entry,
  file: string,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const told = (what: string, expected: string) =>
    malformed(file, header, `${what} of ${JSON.stringify(name)}`, expected);
  if (header + headerLength > bytes.length || view.getUint32(header, true) !== signatures.header)
    throw malformed(
      file,
      record + 42,
      `the header of ${JSON.stringify(name)} is said to begin at ${header}`,
      "the start of a header",
    );
  const nameLength = view.getUint16(header + 26, true);
  const start = header + headerLength + nameLength + view.getUint16(header + 28, true);
  const nameAt = header + headerLength;
  if (start > bytes.length || readName(bytes.subarray(nameAt, nameAt + nameLength), nameAt, file) !== name)
    throw told("begins a header that does not bear the name", "the name of the directory");
  if (view.getUint16(header + 8, true) !== method)
    throw told("begins a header with another method", `${method}, as in the directory`);
  // With flag 8 the numbers follow the data; all bits set say that they are in a 64-bit field.
  const later = (view.getUint16(header + 6, true) & 8) !== 0;
  const differs = [crc, packed, size].some((value, i) => {
    const own = view.getUint32(header + 14 + 4 * i, true);
    return own !== value && !(i > 0 && own === 0xffffffff) && !(later && own === 0);
  });
  if (differs) throw told("begins a header with another checksum or length", "those of the directory");
  return start;
}

function contents(
  bytes: Uint8Array,
  { name, record, method, crc, packed, size }: Entry,
  start: number,
  file: string,
  maxBytes: number,
): Uint8Array {
  const data = bytes.subarray(start, start + packed);
  const made =
    method === 0
      ? data
      : inflate(data, { name: file, offset: start, size, sizeOffset: record + 24, maxBytes });
  const found = crc32(made);
  if (found !== crc)
    throw malformed(
      file,
      record + 16,
      `the checksum of ${JSON.stringify(name)} is ${crc}`,
      `${found}, that of its data`,
    );
  return made;
}

/** A zip archive of `files`: the same ones give the same bytes. Names are not checked. */
export function zip(files: ReadonlyMap<string, Uint8Array>, compress: boolean): Uint8Array<ArrayBuffer> {
  // The oldest date that a zip archive can hold, in whatever zone.
  const options = { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) } as const;
  return zipSync(Object.fromEntries(Array.from(files, ([name, bytes]) => [name, [bytes, options]])));
}
