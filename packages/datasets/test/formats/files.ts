/** Files that other programs wrote, and what is in them. Made by scripts/fixtures/formats.py. */
import { readFileSync } from "node:fs";
import type { Tensor } from "@wengert/autograd";

export interface Facts {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean)[];
}

interface File {
  readonly name: string;
  /** base64 */
  readonly file: string;
}

interface Fixtures {
  readonly npy: readonly (File & Facts)[];
  readonly npz: readonly (File & { readonly arrays: Readonly<Record<string, Facts>> })[];
  readonly idx: readonly (File & Facts)[];
  readonly cifar: File & { readonly labels: readonly number[]; readonly images: readonly number[] };
  readonly gzip: readonly (File & { readonly text: string })[];
  readonly png: readonly (File & Facts)[];
  readonly tar: File & { readonly contents: Readonly<Record<string, string>> };
  readonly csv: readonly (File & {
    readonly delimiter: string;
    readonly rows: readonly (readonly string[])[];
  })[];
}

export const fixtures = JSON.parse(
  readFileSync(new URL("../fixtures/formats.json", import.meta.url), "utf8"),
) as Fixtures;

/** The bytes of a file, at the start of a buffer of their own. */
export function bytesOf({ file }: { readonly file: string }): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(file, "base64"));
}

/** What a tensor holds, in the words of the fixtures: as NumPy reads back what float32 and its like hold. */
export function factsOf(x: Tensor): Facts {
  const values = Array.from(x.toTypedArray(), (value) => {
    if (x.dtype === "bool") return value !== 0;
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    return Object.is(value, -0) ? "-0" : value;
  });
  return { dtype: x.dtype, shape: x.shape, values };
}

/** Numbers that look random, the same each time: an xorshift. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
