/** A folder of files that were downloaded once. */
import { createHash } from "node:crypto";
import { lstat, mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve, sep } from "node:path";
import { ArgumentError } from "@wengert/autograd";
import { DownloadError, type FileSource, type RemoteFile } from "../sources.js";
import { type DownloadOptions, download } from "./download.js";
import { codeOf, locked } from "./lock.js";

/**
 * Where data sets are kept: the folder that the environment variable `WENGERT_DATASETS` names, or `wengert/datasets` in the
 * user's folder for caches.
 */
export function cacheFolder(): string {
  const { env, platform } = process;
  const chosen = env["WENGERT_DATASETS"];
  if (chosen !== undefined && chosen !== "") return resolve(chosen);
  const caches =
    platform === "win32"
      ? (env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"))
      : platform === "darwin"
        ? join(homedir(), "Library", "Caches")
        : (env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"));
  return join(caches, "wengert", "datasets");
}

export interface CachedOptions extends DownloadOptions {
  /** By default {@link cacheFolder}. */
  readonly folder?: string;
  /** Whether to use only what is there; `false` by default. */
  readonly offline?: boolean;
}

/**
 * Files from a folder; what is not there yet is downloaded into it, and goes on where an earlier download broke off.
 * Length and SHA-256 are checked whenever a file is read; where a file comes without a SHA-256, that of the first download is
 * kept beside it.
 *
 *     const train = await mnist("train", cached());
 *
 * @throws DownloadError (the source does) if a file cannot be had: it names every URL, what was wrong with it, and where to
 *   put the file by hand; also if the file that is there is another
 */
export function cached(options: CachedOptions = {}): FileSource {
  const root = resolve(options.folder ?? cacheFolder());
  return async (file) => {
    const path = await placeOf(root, file);
    if (!(await isThere(path))) {
      if (options.offline === true)
        throw missing(file, path, ["it is not there, and nothing is downloaded: offline"]);
      await locked(`${path}.lock`, options.signal, async () => {
        // Another process may have had the lock, and have done the work.
        if (!(await isThere(path))) await downloadFrom(file, path, options);
      });
    }
    return read(file, path, options.signal);
  };
}

/** The path of a file; no name and no link can lead out of the folder. */
async function placeOf(root: string, { set, name }: RemoteFile): Promise<string> {
  for (const part of [set, name])
    if (!/^[\w-][\w.-]*$/.test(part) || /\.(part|lock|sha256)$/.test(part))
      throw new ArgumentError(
        `cached: ${JSON.stringify(part)} is no name of a data set or its file; use letters, digits, ".", "_" and "-"`,
      );
  const folder = join(root, set);
  await mkdir(folder, { recursive: true });
  if ((await realpath(folder)) !== join(await realpath(root), set))
    throw new ArgumentError(
      `cached: ${folder} leads out of ${root}; put a folder there in place of the link`,
    );
  return `${folder}${sep}${name}`;
}

async function isThere(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isFile()) return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
  throw new ArgumentError(`cached: ${path} is no file; put the file itself there, or nothing`);
}

async function downloadFrom(file: RemoteFile, path: string, options: DownloadOptions): Promise<void> {
  const reasons: string[] = [];
  const pin = file.sha256 === undefined ? await pinOf(path) : undefined;
  const wanted = pin === undefined ? file : { ...file, sha256: pin };
  for (const url of file.urls)
    try {
      await download(wanted, url, path, options);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      reasons.push(`${url}: ${error instanceof Error ? error.message : String(error)}`);
    }
  throw missing(file, path, reasons);
}

function missing(file: RemoteFile, path: string, reasons: readonly string[]): DownloadError {
  const facts = [
    ...(file.bytes === undefined ? [] : [`${file.bytes} bytes`]),
    ...(file.sha256 === undefined ? [] : [`SHA-256 ${file.sha256}`]),
  ];
  return new DownloadError(
    `${file.set}: ${file.name} could not be had:\n  ${reasons.join("\n  ")}\nDownload it in another way (${file.urls[0]}) and put it at\n  ${path}${facts.length > 0 ? `\n(${facts.join(", ")})` : ""}`,
    file,
  );
}

/** What is in a file of the folder, if it is the right one. */
async function read(file: RemoteFile, path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const bytes = await readFile(path);
  const sum = createHash("sha256").update(bytes).digest("hex");
  const expected = file.sha256 ?? (await pinned(path, sum, signal));
  if (sum !== expected)
    throw new DownloadError(
      `${file.set}: the file at\n  ${path}\nis another: it has ${bytes.length} bytes and the SHA-256 ${sum}; expected ${file.bytes === undefined ? "" : `${file.bytes} bytes and `}${expected}. Delete it, and it is downloaded anew`,
      file,
    );
  return bytes;
}

/** The SHA-256 that the file had when it was first read, which is now if there is none. */
async function pinned(path: string, now: string, signal: AbortSignal | undefined): Promise<string> {
  const pin = await pinOf(path);
  if (pin !== undefined) return pin;
  return locked(`${path}.lock`, signal, async () => {
    const another = await pinOf(path);
    if (another !== undefined) return another;
    await rm(`${path}.sha256`, { force: true });
    // Not through a link that somebody put there.
    await writeFile(`${path}.sha256`, `${now}\n`, { flag: "wx" });
    return now;
  });
}

async function pinOf(path: string): Promise<string | undefined> {
  const place = `${path}.sha256`;
  const pin = (await isThere(place)) ? (await readFile(place, "utf8")).trim() : "";
  // Another process may be about to write it.
  return pin === "" ? undefined : pin;
}
