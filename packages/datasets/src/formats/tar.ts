/** tar archives (POSIX ustar): only what is read of the data sets that come as such. */
import { type FormatOptions, malformed } from "./malformed.js";

const block = 512;

/** A header without a checksum: all its bytes are 0, and so it ends the archive. */
const isEmpty = (header: Uint8Array): boolean => header.every((byte) => byte === 0);

/**
 * The plain files in a tar archive, by path; their bytes are not copied. Folders are left out.
 *
 * @throws FormatError if a header is wrong, the archive breaks off, or an entry is neither file nor folder
 */
export function untar(bytes: Uint8Array, { name = "tar" }: FormatOptions = {}): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let at = 0;
  for (;;) {
    const header = bytes.subarray(at, at + block);
    if (header.length < block)
      throw malformed(name, at, "the archive breaks off", "a header, or empty blocks at its end");
    if (isEmpty(header)) return files;
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
    if (octal(header, 148, 8, at, name) !== sum)
      throw malformed(name, at + 148, "stands a checksum", `${sum}, that of the header`);
    const size = octal(header, 124, 12, at, name);
    const path = [text(header, 345, 155), text(header, 0, 100)].filter((part) => part !== "").join("/");
    const type = String.fromCharCode(header[156]!);
    if (type !== "0" && type !== "\0" && type !== "5")
      throw malformed(name, at + 156, `stands the type ${JSON.stringify(type)}`, "a file or a folder");
    const start = at + block;
    if (start + size > bytes.length)
      throw malformed(
        name,
        at + 124,
        `a file has ${size} bytes`,
        `at most ${bytes.length - start}, which follow`,
      );
    if (files.has(path))
      throw malformed(name, at, `the path ${JSON.stringify(path)} occurs again`, "each path once");
    if (type !== "5") files.set(path, bytes.subarray(start, start + size));
    at = start + Math.ceil(size / block) * block;
  }
}

function text(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return String.fromCharCode(...field.subarray(0, end < 0 ? length : end));
}

function octal(header: Uint8Array, from: number, length: number, at: number, name: string): number {
  const field = text(header, from, length).trim();
  if (!/^[0-7]{1,11}$/.test(field))
    throw malformed(name, at + from, `stands ${JSON.stringify(field)}`, "an octal number");
  return Number.parseInt(field, 8);
}
