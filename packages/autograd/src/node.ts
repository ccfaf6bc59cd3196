/** Files of tensors, for Node. Entry point of its own: `@wengert/autograd/node`. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FormatError } from "./errors.js";
import { lengthBytes, readHeader, readLength } from "./serialize/header.js";
import {
  type DecodedTensors,
  type DecodeOptions,
  decodeSafetensors,
  decodeTensor,
  type EncodeOptions,
  encodeSafetensors,
  type NamedTensors,
} from "./serialize.js";

/**
 * Writes a safetensors file with the values that the tensors have at the call. All or nothing: the file takes the place
 * of an earlier one in one step, when every byte of it is on the disk. A process that is killed meanwhile leaves the
 * earlier file as it was, and perhaps beside it a part of the new one, whose name ends in `.tmp`.
 *
 * @throws as `encodeSafetensors`; an Error that names the path and has the `code` of its `cause` if the file cannot be
 *   written
 */
export async function saveSafetensors(
  path: string,
  tensors: NamedTensors,
  options: EncodeOptions = {},
): Promise<void> {
  const bytes = encodeSafetensors(tensors, options);
  try {
    await replaceFile(await targetOf(path), bytes);
  } catch (error) {
    throw aboutFile("saveSafetensors: could not write", path, error);
  }
}

/** Where a symbolic link leads, since renaming would replace the link. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return path;
    throw error;
  }
}

async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  // In the same folder, for a file can be renamed only within a file system.
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await withFile(temporary, "wx", async (file) => {
      await file.writeFile(bytes);
      // Renaming may reach the disk before the data does.
      await file.sync();
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // Windows cannot open a folder, and needs no such step.
  if (process.platform !== "win32") await withFile(folder, "r", (file) => file.sync());
}

// A file of many small tensors takes longer to read one by one.
const readAtOnce = 1 << 24;

/**
 * Reads a safetensors file. A large one is read tensor by tensor, so that it takes no more memory than they do.
 *
 * @throws FormatError if it is no such file, an Error with the `code` of its `cause` if it cannot be read; both name
 *   the path
 */
export async function loadSafetensors(path: string, options: DecodeOptions = {}): Promise<DecodedTensors> {
  try {
    // Opening a pipe would wait for somebody to write to it.
    if (!(await stat(path)).isFile()) throw new FormatError("safetensors: this is not a file");
    return await withFile(path, "r", (file) => read(file, options));
  } catch (error) {
    throw aboutFile("loadSafetensors: could not read", path, error);
  }
}

async function read(file: FileHandle, options: DecodeOptions): Promise<DecodedTensors> {
  const { size } = await file.stat();
  if (size <= readAtOnce) return decodeSafetensors(await readRange(file, 0, size), options);
  const length = readLength(await readRange(file, 0, lengthBytes), size);
  const dataStart = lengthBytes + length;
  const header = await readRange(file, lengthBytes, length);
  const { entries, metadata } = readHeader(header, size - dataStart, options.maxEntries);
  const tensors: DecodedTensors["tensors"] = new Map();
  for (const entry of entries) {
    const bytes = await readRange(file, dataStart + entry.begin, entry.end - entry.begin);
    tensors.set(entry.name, decodeTensor(entry, bytes, dataStart, options));
  }
  return { tensors, metadata };
}

/** The `length` bytes from `start`, in a buffer of their own. */
async function readRange(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  // What one call reads is limited, to 2 GiB at most.
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 1 << 30), start + done);
    if (bytesRead === 0)
      throw new FormatError(
        `safetensors: the file ended at offset ${start + done}, though it was longer when it was opened`,
      );
    done += bytesRead;
  }
  return bytes;
}

async function withFile<T>(path: string, flags: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function aboutFile(what: string, path: string, cause: unknown): Error {
  const message = `${what} ${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
  if (cause instanceof FormatError) return new FormatError(message, { cause });
  const code = codeOf(cause);
  return Object.assign(new Error(message, { cause }), code !== undefined && { code });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
