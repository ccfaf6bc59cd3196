import { describe, expect, test } from "vitest";
import { full, zeros } from "../../src/create.js";
import type { DType } from "../../src/dtype.js";
import { FormatError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import { type DiskDType, decodeSafetensors, encodeSafetensors } from "../../src/serialize.js";
import { factsOf, file, integers, processorTime, reference } from "./files.js";

/** Reads a well-formed file in the plainest way, to tell whether what the library read is what is there. */
function plainly(bytes: Uint8Array): Map<string, unknown> {
  const buffer = Buffer.from(bytes);
  const start = 8 + Number(buffer.readBigUInt64LE(0));
  const header = JSON.parse(buffer.toString("utf8", 8, start)) as Record<
    string,
    { dtype: DiskDType; shape: number[]; data_offsets: [number, number] }
  >;
  const half = (bits: number): number => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size =
      exponent === 31
        ? fraction
          ? NaN
          : Infinity
        : exponent
          ? (1 + fraction / 1024) * 2 ** (exponent - 15)
          : fraction * 2 ** -24;
    return bits >> 15 ? -size : size;
  };
  const formats: Readonly<Record<DiskDType, readonly [number, DType, (at: number) => number]>> = {
    F64: [8, "float64", (at) => buffer.readDoubleLE(at)],
    F32: [4, "float32", (at) => buffer.readFloatLE(at)],
    F16: [2, "float32", (at) => half(buffer.readUInt16LE(at))],
    BF16: [2, "float32", (at) => new Float32Array(Uint32Array.of(buffer.readUInt16LE(at) << 16).buffer)[0]],
    I64: [8, "int32", (at) => Number(buffer.readBigInt64LE(at))],
    U64: [8, "int32", (at) => Number(buffer.readBigUInt64LE(at))],
    I32: [4, "int32", (at) => buffer.readInt32LE(at)],
    U32: [4, "int32", (at) => buffer.readUInt32LE(at)],
    I16: [2, "int32", (at) => buffer.readInt16LE(at)],
    U16: [2, "int32", (at) => buffer.readUInt16LE(at)],
    I8: [1, "int32", (at) => buffer.readInt8(at)],
    U8: [1, "uint8", (at) => buffer.readUInt8(at)],
    BOOL: [1, "bool", (at) => buffer.readUInt8(at)],
  };
  const result = new Map<string, unknown>();
  for (const [name, { dtype: disk, shape, data_offsets }] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [size, dtype, get] = formats[disk];
    const count = (data_offsets[1] - data_offsets[0]) / size;
    const numbers = Array.from({ length: count }, (_, i) => get(start + data_offsets[0] + i * size));
    result.set(name, { dtype, shape, numbers, requiresGrad: false });
  }
  return result;
}

describe("corrupted files are refused, or read as what they now are", () => {
  let slowest = 0;

  /** Whether the bytes were refused. */
  function attempt(bytes: Uint8Array): boolean {
    const started = processorTime();
    let tensors: Map<string, Tensor> | undefined;
    try {
      ({ tensors } = decodeSafetensors(bytes));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    slowest = Math.max(slowest, processorTime() - started);
    if (tensors !== undefined && !isSame(factsOf(tensors), plainly(bytes)))
      throw new Error(`misread: ${Buffer.from(bytes).toString("base64")}`);
    return tensors === undefined;
  }

  const isSame = (x: ReadonlyMap<string, unknown>, y: ReadonlyMap<string, unknown>): boolean =>
    x.size === y.size &&
    [...x].every(([name, value]) => JSON.stringify(value, exact) === JSON.stringify(y.get(name), exact));
  const exact = (_: string, value: unknown): unknown =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? Object.is(value, -0)
        ? "-0"
        : String(value)
      : value;

  const headerEnd = 8 + Number(new DataView(reference.buffer).getBigUint64(0, true));

  test("whole files are read", () => {
    expect(attempt(reference)).toBe(false);
  });

  test("cut off anywhere", () => {
    for (let length = 0; length < reference.length; length++)
      expect(attempt(reference.slice(0, length))).toBe(true);
  });

  test("any bit flipped", () => {
    let refused = 0;
    for (let bit = 0; bit < reference.length * 8; bit++) {
      const bytes = reference.slice();
      bytes[bit >> 3] ^= 1 << (bit & 7);
      if (attempt(bytes)) refused++;
    }
    // Data are whatever they are, and so are most letters of a name; all else is told.
    expect(refused).toBeGreaterThan(0.8 * headerEnd * 8);
  });

  test("any length of the header", () => {
    const lengths = [
      0n,
      1n,
      2n,
      2n ** 31n,
      2n ** 32n,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
      99_999_999n,
      100_000_001n,
    ];
    for (let off = -20n; off <= 100n; off++) if (off !== 0n) lengths.push(BigInt(headerEnd - 8) + off);
    for (const length of lengths) {
      const bytes = reference.slice();
      new DataView(bytes.buffer).setBigUint64(0, length, true);
      expect(attempt(bytes)).toBe(true);
    }
  });

  test("any number of the header replaced", () => {
    const text = Buffer.from(reference.subarray(8, headerEnd)).toString("utf8");
    const numbers = [
      "0",
      "-1",
      "1",
      "2",
      "3",
      "7",
      "2147483648",
      "4294967296",
      "9007199254740991",
      "9007199254740992",
      "18446744073709551615",
      "1e3",
      "00",
      "1.0",
      "null",
      '"1"',
      "[]",
      "NaN",
      "",
    ];
    let [tried, refused] = [0, 0];
    for (const match of text.matchAll(/(?<=[[,])\d+/g)) {
      for (const number of numbers) {
        const changed = text.slice(0, match.index) + number + text.slice(match.index + match[0].length);
        tried++;
        if (attempt(new Uint8Array([...file(changed), ...reference.subarray(headerEnd)]))) refused++;
      }
    }
    // A 0 for a 0, and another length for a tensor of size 0, change nothing.
    expect(refused).toBeGreaterThan(0.9 * tried);
  });

  test("parts taken out, put in, doubled, exchanged, and taken from another file", () => {
    let state = 1;
    const random = (below: number): number => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
      state ^= state >>> 13;
      return (state >>> 0) % below;
    };
    const files = [
      reference,
      integers,
      encodeSafetensors([
        ["w", full([3, 3], 0.5)],
        ["b", zeros([3])],
      ]),
    ];
    let refused = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = files[random(files.length)];
      const other = files[random(files.length)];
      const [from, to, at] = [random(bytes.length), random(bytes.length), random(other.length)];
      const part = other.subarray(at, at + random(40));
      const spliced = new Uint8Array([
        ...bytes.subarray(0, from),
        ...part,
        ...bytes.subarray(random(2) ? from + part.length : to),
      ]);
      if (random(2) && spliced.length >= 8) {
        // With the length made to fit, the damage reaches the header's reader.
        const brace = Buffer.from(spliced).lastIndexOf("}}");
        if (brace >= 0) new DataView(spliced.buffer).setBigUint64(0, BigInt(brace - 6), true);
      }
      if (attempt(spliced)) refused++;
    }
    expect(refused).toBeGreaterThan(3000);
  });

  test("none took a second", () => {
    expect(slowest).toBeLessThan(1000);
  });
});
