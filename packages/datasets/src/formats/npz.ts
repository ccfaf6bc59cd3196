/** npz: arrays of NumPy's by name, in a zip archive. */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import { malformed } from "./malformed.js";
import { type DecodeNpyOptions, decodeNpy, encodeNpy } from "./npy.js";
import { isPlainPath } from "./paths.js";
import { unzip, zip } from "./zip.js";

/**
 * The tensors in an npz file, as `numpy.savez` and `numpy.savez_compressed` write them, by name. For what each may be
 * see {@link decodeNpy}. Errors about one array count offsets from its own start.
 *
 * @throws FormatError if it is no such archive, or an array in it is refused
 */
export function decodeNpz(bytes: Uint8Array, options: DecodeNpyOptions = {}): Map<string, Tensor> {
  const { name = "npz" } = options;
  const tensors = new Map<string, Tensor>();
  for (const [path, file] of unzip(bytes, { ...options, name })) {
    if (!path.endsWith(".npy"))
      throw malformed(name, 0, `begins an archive with ${JSON.stringify(path)} in it`, "files .npy alone");
    tensors.set(path.slice(0, -".npy".length), decodeNpy(file, { ...options, name: `${name} (${path})` }));
  }
  return tensors;
}

export interface EncodeNpzOptions {
  /** As `numpy.savez_compressed` does; `false` by default. */
  readonly compress?: boolean;
}

/**
 * An npz file of tensors by name, for `numpy.load`.
 *
 * @throws ArgumentError for a name that is used twice or is no relative path
 */
export function encodeNpz(
  tensors: Iterable<readonly [name: string, tensor: Tensor]>,
  { compress = false }: EncodeNpzOptions = {},
): Uint8Array<ArrayBuffer> {
  const files = new Map<string, Uint8Array>();
  for (const [name, x] of tensors) {
    const path = `${name}.npy`;
    if (!isPlainPath(path) || /\p{Surrogate}/u.test(name))
      throw new ArgumentError(
        `encodeNpz: the name ${JSON.stringify(name)} is no relative path; leave out "..", "\\" and ":"`,
      );
    if (files.has(path))
      throw new ArgumentError(
        `encodeNpz: the name ${JSON.stringify(name)} is given twice; give each tensor its own`,
      );
    files.set(path, encodeNpy(x));
  }
  return zip(files, compress);
}
