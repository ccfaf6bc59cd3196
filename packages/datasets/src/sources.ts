/** Where the bytes of files come from: a page's Blobs, a server, a cache. */
import { ArgumentError, FormatError } from "@wengert/autograd";

/** Bytes, or what has them: a Blob, a File, the Response of a fetch. */
export type ByteSource = Uint8Array | ArrayBuffer | { arrayBuffer(): Promise<ArrayBuffer> };

/** A file that others publish. */
export interface RemoteFile {
  /** The data set it belongs to, and its own name: letters, digits, `.`, `_` and `-`. */
  readonly set: string;
  readonly name: string;
  /** Where it can be had; what fails is tried elsewhere, in this order. */
  readonly urls: readonly string[];
  readonly bytes?: number;
  /** In hexadecimal. Where it is not known, a cache keeps that of the first download, and holds later ones to it. */
  readonly sha256?: string;
}

/** How to get a file: see {@link fetched}, and `cached` in `@wengert/datasets/node`. */
export type FileSource = (file: RemoteFile) => ByteSource | Promise<ByteSource>;

/** A file could not be had, or is another than it should be. */
export class DownloadError extends Error {
  override readonly name: string = "DownloadError";

  /** @param file the file that was wanted */
  constructor(
    message: string,
    readonly file: RemoteFile,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * The bytes of `source`.
 *
 * @throws FormatError for a response that is not ok; ArgumentError for what has no bytes
 */
export async function readBytes(source: ByteSource | Promise<ByteSource>): Promise<Uint8Array> {
  const given: unknown = await source;
  if (given instanceof Uint8Array) return given;
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (
    typeof given !== "object" ||
    given === null ||
    !("arrayBuffer" in given) ||
    typeof given.arrayBuffer !== "function"
  )
    throw new ArgumentError(
      "readBytes: there are no bytes in this; give a Uint8Array, an ArrayBuffer, a Blob or a Response",
    );
  if ("ok" in given && given.ok !== true)
    throw new FormatError(
      `readBytes: the server answered ${String((given as { readonly status?: unknown }).status)}; expected the file`,
    );
  return new Uint8Array(await (given as { arrayBuffer(): Promise<ArrayBuffer> }).arrayBuffer());
}

/** Bytes as hexadecimal digits. */
function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function checkSum(bytes: Uint8Array, expected: string): Promise<void> {
  if (crypto.subtle === undefined)
    throw new FormatError(
      "its SHA-256 cannot be computed, as the page did not come by https; expected a secure page",
    );
  const sum = hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes))));
  if (sum !== expected) throw new FormatError(`its SHA-256 is ${sum}; expected ${expected}`);
}

/**
 * Files from their URLs, each time anew: what a page does, where the browser has a cache of its own. Length and SHA-256 are
 * checked.
 *
 * @param options `from` maps a URL to another, as of a server that may be asked from the page
 * @throws DownloadError (the source does) that names every URL and what was wrong with it
 */
export function fetched({
  from = (url: string) => url,
}: {
  readonly from?: (url: string) => string;
} = {}): FileSource {
  return async (file) => {
    const reasons: string[] = [];
    for (const url of file.urls)
      try {
        const bytes = await readBytes(await fetch(from(url)));
        if (file.bytes !== undefined && bytes.length !== file.bytes)
          throw new FormatError(`it has ${bytes.length} bytes; expected ${file.bytes}`);
        if (file.sha256 !== undefined) await checkSum(bytes, file.sha256);
        return bytes;
      } catch (error) {
        reasons.push(`${from(url)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    throw new DownloadError(
      `${file.set}: ${file.name} could not be fetched:\n  ${reasons.join("\n  ")}`,
      file,
    );
  };
}
