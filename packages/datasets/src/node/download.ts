/** From a URL into a file, a part at a time. */
import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import type { RemoteFile } from "../sources.js";
import { codeOf } from "./lock.js";

/** How far a download is. */
export interface DownloadProgress {
  readonly file: RemoteFile;
  readonly url: string;
  /** How many bytes are there, what was there before included. */
  readonly received: number;
  /** How many there will be, where that is known. */
  readonly total: number | undefined;
}

export interface DownloadOptions {
  /** Called with each piece that arrives. */
  readonly progress?: (progress: DownloadProgress) => void;
  /** How many milliseconds may pass without a byte before a server is given up; 30,000 by default. */
  readonly timeout?: number;
  /** Ends the download early; what has come is kept for the next time. */
  readonly signal?: AbortSignal;
}

// A connection that broke off is taken up again; a server that always breaks off is given up.
const attempts = 3;

/** What is wrong with a file that has come whole: to go on would not help. */
class WrongFile extends Error {}

/**
 * Puts the file that `url` has at `path`, all of it or nothing. What has come of it before is in `path.part`, and is not asked
 * for again.
 *
 * @throws Error that says why it cannot be had there
 */
export async function download(
  file: RemoteFile,
  url: string,
  path: string,
  options: DownloadOptions,
  again = true,
): Promise<void> {
  const part = `${path}.part`;
  let resumed = false;
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(part);
    try {
      resumed = await receive(file, url, part, options);
      break;
    } catch (error) {
      options.signal?.throwIfAborted();
      // What has come helps the next attempt; without any there is no reason for another.
      if (error instanceof WrongFile || attempt === attempts || (await sizeOf(part)) <= before) throw error;
    }
  }
  const sum = await sha256Of(part);
  if (file.sha256 !== undefined && sum !== file.sha256) {
    await rm(part, { force: true });
    // The first part may have come from elsewhere, or have been damaged: once more, all of it.
    if (resumed && again) return download(file, url, path, options, false);
    throw new Error(`what it sent has the SHA-256 ${sum}; expected ${file.sha256}`);
  }
  await rename(part, path);
}

/** Adds to the file at `part` what is missing. Returns whether something was there. */
async function receive(
  file: RemoteFile,
  url: string,
  part: string,
  options: DownloadOptions,
): Promise<boolean> {
  const had = await sizeOf(part);
  const { body, status, start, total } = await request(file, url, had, options);
  if (status === 416) {
    // Nothing follows what is there: it is whole, or of another file.
    await body.cancel();
    if (had === 0) throw new Error("the server answered 416");
    if (had === file.bytes) return true;
    await rm(part, { force: true });
    return receive(file, url, part, options);
  }
  const most = file.bytes ?? total ?? Number.POSITIVE_INFINITY;
  // Never through a link that somebody put there.
  const flags = constants.O_WRONLY | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  const out = await open(part, flags);
  let received = start;
  try {
    await out.truncate(start);
    for await (const chunk of body.chunks()) {
      if (received + chunk.length > most) {
        await out.truncate(0);
        throw new WrongFile(`it sends more than the ${most} bytes expected`);
      }
      await writeAll(out, chunk, received);
      received += chunk.length;
      options.progress?.({ file, url, received, total: file.bytes ?? total });
    }
    await out.sync();
  } finally {
    await out.close();
  }
  const needed = file.bytes ?? total;
  if (needed !== undefined && received < needed)
    throw new Error(`it ended after ${received} of ${needed} bytes`);
  return start > 0;
}

async function writeAll(out: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await out.write(chunk, done, chunk.length - done, position + done);
    done += bytesWritten;
  }
}

interface Reply {
  readonly status: number;
  readonly body: { chunks(): AsyncIterable<Uint8Array>; cancel(): Promise<void> };
  /** Where in the file the body begins, and how long the file is, where that is said. */
  readonly start: number;
  readonly total: number | undefined;
}

async function request(file: RemoteFile, url: string, had: number, options: DownloadOptions): Promise<Reply> {
  const { timeout = 30_000, signal } = options;
  const idle = new AbortController();
  const wait = (): NodeJS.Timeout =>
    setTimeout(() => idle.abort(new Error(`nothing came for ${timeout} ms`)), timeout);
  let timer = wait();
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (had > 0) headers["range"] = `bytes=${had}-`;
  let response: Response;
  try {
    response = await fetch(url, {
      headers,
      signal: signal === undefined ? idle.signal : AbortSignal.any([signal, idle.signal]),
    });
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  const start = response.status === 206 ? Number(range?.[1]) : 0;
  const cancel = async (): Promise<void> => {
    await response.body?.cancel().catch(() => {});
  };
  if (response.status !== 416 && (!response.ok || start !== (response.status === 206 ? had : 0))) {
    await cancel();
    throw new Error(
      `the server answered ${response.status}${response.status === 206 ? " with another part than asked for" : ""}`,
    );
  }
  const length = response.headers.get("content-length");
  const total = response.status === 206 ? Number(range?.[2]) : length === null ? Number.NaN : Number(length);
  if (response.status !== 416 && file.bytes !== undefined && Number.isFinite(total) && total !== file.bytes) {
    await cancel();
    throw new WrongFile(`it has ${total} bytes; expected ${file.bytes}`);
  }
  async function* chunks(): AsyncIterable<Uint8Array> {
    try {
      timer = wait();
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        yield chunk as Uint8Array;
        timer = wait();
      }
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    status: response.status,
    body: { chunks, cancel },
    start,
    total: Number.isFinite(total) ? total : undefined,
  };
}

/** What is behind "fetch failed". */
function reasonOf(error: unknown): string {
  const texts: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = codeOf(each);
    texts.push(
      code === undefined || each.message.includes(code) ? each.message : `${each.message} (${code})`,
    );
  }
  return texts.join(": ") || String(error);
}

/** How many bytes the file at `path` has; 0 if there is none. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

/** In hexadecimal. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
