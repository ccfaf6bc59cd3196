// Readers against files that other programs wrote, writers against readers.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type DType, DTypeError, ShapeError, type Tensor, tensor, zeros } from "@wengert/autograd";
import {
  decodeCifar10,
  decodeIdx,
  decodeNpy,
  decodeNpz,
  decodePng,
  encodeCifar10,
  encodeIdx,
  encodeNpy,
  encodeNpz,
  encodePng,
  gunzip,
  gzip,
} from "@wengert/datasets";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { halfOf, numberOfHalf } from "../../src/formats/half.js";
import { untar } from "../../src/formats/tar.js";
import { bytesOf, type Facts, factsOf, fixtures } from "./files.js";

/** What a type of NumPy's is read as. */
const readAs: Readonly<Record<string, DType>> = {
  bool: "bool",
  uint8: "uint8",
  int8: "int32",
  int16: "int32",
  uint16: "int32",
  int32: "int32",
  uint32: "int32",
  int64: "int32",
  uint64: "int32",
  float16: "float32",
  float32: "float32",
  float64: "float64",
};
const native = (facts: Facts): Facts => ({
  dtype:
    readAs[
      facts.dtype
        .replace(/^>/, "")
        .replace(
          /^([iuf])(\d)$/,
          (_, kind: string, bytes: string) =>
            `${{ i: "int", u: "uint", f: "float" }[kind]}${Number(bytes) * 8}`,
        )
    ]!,
  shape: facts.shape,
  values: facts.values,
});
const tensors: fc.Arbitrary<Tensor> = fc
  .tuple(
    fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "bool"),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 256, maxLength: 256 }),
  )
  .map(([dtype, shape, values]) =>
    tensor(
      values
        .slice(
          0,
          shape.reduce((a, b) => a * b, 1),
        )
        .map((x) => (dtype === "float32" ? x / 8 : dtype === "float64" ? x / 7 : x)),
      {
        shape,
        dtype,
      },
    ),
  );
/** Part of a larger buffer, at a place where no wide number may begin. */
function displaced(bytes: Uint8Array): Uint8Array {
  const larger = new Uint8Array(bytes.length + 5);
  larger.set(bytes, 3);
  return larger.subarray(3, 3 + bytes.length);
}

describe("IDX", () => {
  test.each(fixtures.idx)("$name", ({ file, ...facts }) => {
    for (const bytes of [bytesOf({ file }), gzip(bytesOf({ file })), displaced(bytesOf({ file }))])
      expect(factsOf(decodeIdx(bytes))).toEqual(native(facts));
  });

  test("the tensor shares nothing with the file", () => {
    const bytes = encodeIdx(tensor(new Uint8Array([1, 2])));
    const x = decodeIdx(bytes);
    bytes.fill(9);
    expect(x.toArray()).toEqual([1, 2]);
  });

  test("what is written is read", () => {
    fc.assert(
      fc.property(tensors, (x) => {
        const again = decodeIdx(encodeIdx(x));
        expect(factsOf(again)).toEqual(factsOf(x.dtype === "bool" ? x.to("uint8") : x));
      }),
    );
  });

  test("as other types, exactly or not at all", () => {
    const x = tensor(new Int32Array([-128, 127]));
    for (const diskDtype of ["I8", "I16", "I32", "F32", "F64"] as const)
      expect(decodeIdx(encodeIdx(x, { diskDtype })).toArray()).toEqual([-128, 127]);
    expect(() => encodeIdx(x, { diskDtype: "U8" })).toThrow(
      new DTypeError("encodeIdx: element 0 is -128, which is no U8: it holds integers from 0 to 255"),
    );
    expect(() => encodeIdx(x, { diskDtype: "I64" as "I32" })).toThrow("there is no I64 in IDX files");
  });

  test("the very bytes of the fixtures are written", () => {
    for (const { file, dtype, shape, values } of fixtures.idx.filter(
      (each) => each.dtype === readAs[each.dtype],
    ))
      expect(
        Buffer.from(encodeIdx(tensor(values as number[], { dtype: dtype as DType, shape }))).toString(
          "base64",
        ),
      ).toBe(file);
  });
});

describe("CIFAR-10", () => {
  const bytes = bytesOf(fixtures.cifar);

  test("is read and written", () => {
    const { images, labels } = decodeCifar10(bytes);
    expect([images.shape, images.dtype, labels.dtype]).toEqual([[3, 3, 32, 32], "uint8", "int32"]);
    expect(labels.toArray()).toEqual(fixtures.cifar.labels);
    expect([...images.toTypedArray()]).toEqual(fixtures.cifar.images);
    expect(encodeCifar10({ images, labels })).toEqual(bytes);
    expect(encodeCifar10(decodeCifar10(new Uint8Array()))).toEqual(new Uint8Array());
  });

  test("refuses what does not fit", () => {
    const images = zeros([1, 3, 32, 32], { dtype: "uint8" });
    expect(() => encodeCifar10({ images, labels: tensor(new Int32Array([10])) })).toThrow(ShapeError);
    expect(() => encodeCifar10({ images, labels: tensor(new Int32Array([1, 2])) })).toThrow(ShapeError);
    expect(() =>
      encodeCifar10({ images: zeros([1, 3, 32, 32]), labels: tensor(new Int32Array([1])) }),
    ).toThrow("must be uint8 [N, 3, 32, 32]");
  });
});

describe("npy", () => {
  test.each(fixtures.npy)("$name", ({ file, ...facts }) => {
    for (const bytes of [bytesOf({ file }), displaced(bytesOf({ file }))])
      expect(factsOf(decodeNpy(bytes))).toEqual(native(facts));
  });

  test("is written as NumPy writes it, in all its types", () => {
    const squeezed = (bytes: Uint8Array): string =>
      Buffer.from(bytes).toString("latin1").replace(/ +\n/, "\n");
    const types = {
      bool: "BOOL",
      uint8: "U8",
      int8: "I8",
      uint16: "U16",
      int16: "I16",
      uint32: "U32",
      int32: "I32",
      uint64: "U64",
      int64: "I64",
      float16: "F16",
      float32: "F32",
      float64: "F64",
    } as const;
    const written = new Set<string>();
    for (const { file, ...facts } of fixtures.npy) {
      if (!Object.hasOwn(types, facts.dtype) || /version|Fortran/.test(facts.name)) continue;
      written.add(facts.dtype);
      const x = decodeNpy(bytesOf({ file }));
      const made = encodeNpy(x, { diskDtype: types[facts.dtype as keyof typeof types] });
      const [ours, theirs] = [squeezed(made), squeezed(bytesOf({ file }))];
      // Two bytes hold the length of the header, which NumPy pads more.
      expect(ours.slice(0, 8) + ours.slice(10)).toBe(theirs.slice(0, 8) + theirs.slice(10));
      const header = 10 + made[8]! + 256 * made[9]!;
      expect(header % 64).toBe(0);
    }
    expect([...written].sort()).toEqual(Object.keys(types).sort());
  });

  test("what is written is read", () => {
    fc.assert(
      fc.property(tensors, (x) => {
        expect(factsOf(decodeNpy(encodeNpy(x)))).toEqual(factsOf(x));
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 255 })),
        fc.constantFrom("U8", "I16", "U16", "I32", "U32", "I64", "U64", "F16", "F32", "F64"),
        (values, diskDtype) => {
          const x = tensor(values, { dtype: "int32", shape: [values.length] });
          expect(decodeNpy(encodeNpy(x, { diskDtype })).to("int32").toArray()).toEqual(x.toArray());
        },
      ),
    );
  });

  test("views are written by what they show", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).transpose(0, 1);
    expect(decodeNpy(encodeNpy(x)).toArray()).toEqual(x.toArray());
  });

  test("wide integers", () => {
    const bytes = encodeNpy(tensor([2 ** 40, -5], { dtype: "float64" }), { diskDtype: "I64" });
    expect(() => decodeNpy(bytes, { name: "w.npy" })).toThrow(
      "w.npy: at offset 128 element 0 is I64 1099511627776; expected what an int32 can hold",
    );
    expect(decodeNpy(bytes, { wideIntegers: "float64" }).toArray()).toEqual([2 ** 40, -5]);
    const beyond = bytes.slice();
    new DataView(beyond.buffer).setBigInt64(beyond.length - 16, 2n ** 53n + 1n, true);
    expect(() => decodeNpy(beyond, { wideIntegers: "float64" })).toThrow("at most 2^53 - 1");
  });

  test("refuses to write what a type does not hold", () => {
    expect(() => encodeNpy(tensor([0.5]), { diskDtype: "I32" })).toThrow("element 0 is 0.5, which is no I32");
    expect(() => encodeNpy(tensor([1e6]), { diskDtype: "F16" })).toThrow(
      "element 0 is 1000000, which is beyond F16",
    );
    expect(() => encodeNpy(tensor([1]), { diskDtype: "BF16" as "F16" })).toThrow(
      "there is no BF16 in npy files",
    );
  });

  test("halves round to the nearest, of two to the even", () => {
    const wrong: number[] = [];
    for (let half = 0; half < 0x7c00; half++) {
      const [low, high] = [numberOfHalf(half), half === 0x7bff ? 65536 : numberOfHalf(half + 1)];
      const middle = (low + high) / 2;
      const made = [low, -low, middle, middle * (1 - 2 ** -50), middle * (1 + 2 ** -50)].map(halfOf);
      const right = [half, half | 0x8000, half % 2 === 0 ? half : half + 1, half, half + 1];
      if (made.some((each, i) => each !== right[i])) wrong.push(half);
    }
    expect(wrong).toEqual([]);
    expect([halfOf(Infinity), halfOf(-Infinity), numberOfHalf(halfOf(NaN))]).toEqual([0x7c00, 0xfc00, NaN]);
  });
});

describe("npz", () => {
  test.each(fixtures.npz)("$name", (fixture) => {
    const arrays = decodeNpz(bytesOf(fixture));
    expect([...arrays.keys()].sort()).toEqual(Object.keys(fixture.arrays).sort());
    for (const [name, x] of arrays) expect(factsOf(x)).toEqual(native(fixture.arrays[name]!));
    expect(Object.getPrototypeOf(arrays)).toBe(Map.prototype);
  });

  test.each([false, true])("what is written is read (compressed: %s)", (compress) => {
    const arrays = new Map([
      [
        "x",
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ],
      ["__proto__", tensor([5])],
      ["a/ü", tensor(true)],
    ]);
    const bytes = encodeNpz(arrays, { compress });
    const again = decodeNpz(bytes);
    expect(Array.from(again, ([name, x]) => [name, factsOf(x)])).toEqual(
      Array.from(arrays, ([name, x]) => [name, factsOf(x)]),
    );
    expect(encodeNpz(arrays, { compress })).toEqual(bytes);
    expect(decodeNpz(encodeNpz([])).size).toBe(0);
  });

  test("refuses names that lead out of a folder, or come twice", () => {
    for (const name of ["../x", "/x", "a/../b", "a\\b", "c:x", "a//b"])
      expect(() => encodeNpz([[name, zeros([1])]])).toThrow("is no relative path");
    expect(() =>
      encodeNpz([
        ["x", zeros([1])],
        ["x", zeros([1])],
      ]),
    ).toThrow("is given twice");
  });
});

const python = "/usr/bin/python3";
const hasNumpy = existsSync(python) && spawnSync(python, ["-c", "import numpy, PIL"]).status === 0;

test.skipIf(!hasNumpy)("NumPy reads what is written (skipped where there is no NumPy)", () => {
  const written = fixtures.npy.map((fixture) => decodeNpy(bytesOf(fixture)));
  const archives = fixtures.npz.map((fixture, i) =>
    encodeNpz(decodeNpz(bytesOf(fixture)), { compress: i === 1 }),
  );
  const files = [...written.map((x) => encodeNpy(x)), ...archives];
  const script = fileURLToPath(new URL("../../../../scripts/fixtures/formats.py", import.meta.url));
  const { stdout } = spawnSync(python, [script, "--numpy"], {
    input: JSON.stringify(files.map((bytes) => Buffer.from(bytes).toString("base64"))),
    encoding: "utf8",
  });
  const read = JSON.parse(stdout) as (Facts | Readonly<Record<string, Facts>>)[];
  expect(read.slice(0, written.length)).toEqual(written.map(factsOf));
  fixtures.npz.forEach(({ arrays }, i) => {
    for (const [name, facts] of Object.entries(arrays))
      expect((read[written.length + i] as Readonly<Record<string, Facts>>)[name]).toEqual(native(facts));
  });
});

describe("gzip", () => {
  test.each(fixtures.gzip)("$name", (fixture) => {
    expect(new TextDecoder().decode(gunzip(bytesOf(fixture)))).toBe(fixture.text);
  });

  test("what is written is read, and is the same each time", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(gunzip(gzip(bytes))).toEqual(Uint8Array.from(bytes));
        expect(gzip(bytes)).toEqual(gzip(bytes));
      }),
    );
    const large = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * i) >> 7);
    expect(Buffer.compare(gunzip(gzip(large)), large)).toBe(0);
  });

  test("maxBytes bounds what comes out", () => {
    const bytes = gzip(new Uint8Array(1000));
    expect(gunzip(bytes, { maxBytes: 1000 })).toHaveLength(1000);
    expect(() => gunzip(bytes, { maxBytes: 999, name: "a.gz" })).toThrow(
      `a.gz: at offset ${bytes.length - 4} 1000 bytes of data are promised; expected at most 999: maxBytes`,
    );
  });
});

test("Fortran order, of every width and number of axes", () => {
  for (const [diskDtype, values] of [
    ["I8", new Int32Array(60).map((_, i) => i - 30)],
    ["F32", new Float32Array(60).map((_, i) => i / 7)],
    ["I64", new Int32Array(60).map((_, i) => -i)],
  ] as const)
    for (const shape of [[60], [5, 12], [3, 4, 5], [3, 1, 4, 5], [0, 4]]) {
      const x = tensor(
        values.slice(
          0,
          shape.reduce((a, b) => a * b),
        ),
        { shape },
      );
      const file = encodeNpy(x.permute(shape.map((_, axis) => shape.length - 1 - axis)), { diskDtype });
      const header = Buffer.from(file).toString("latin1", 0, 128);
      const fortran = header
        .replace("False,", "True, ")
        .replace(/\([\d, ]*\)/, (all) =>
          `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`.padEnd(all.length),
        );
      file.set(Buffer.from(fortran, "latin1"));
      expect(factsOf(decodeNpy(file))).toEqual(factsOf(x));
    }
});

describe("PNG", () => {
  test.each(fixtures.png)("$name", (fixture) => {
    const { dtype, shape, values } = fixture;
    expect(factsOf(decodePng(bytesOf(fixture)))).toEqual({ dtype, shape, values });
  });

  test("what is written is read", () => {
    const images = fc.tuple(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      fc.nat(),
    );
    fc.assert(
      fc.property(images, ([height, width, channels, deep, seed]) => {
        const values = Array.from(
          { length: height * width * channels },
          (_, i) => Math.imul(i + seed, 2654435761) >>> (deep ? 16 : 24),
        );
        const x = tensor(values, { shape: [height, width, channels], dtype: deep ? "int32" : "uint8" });
        expect(factsOf(decodePng(encodePng(x)))).toEqual(factsOf(x));
      }),
    );
    const grey = tensor(new Uint8Array([1, 2, 3, 4]), { shape: [2, 2] });
    expect(factsOf(decodePng(encodePng(grey)))).toEqual(factsOf(grey.reshape([2, 2, 1])));
  });

  test("what the image takes counts against maxBytes, not only its pixels", () => {
    const deep = encodePng(zeros([100, 100], { dtype: "int32" }));
    expect(decodePng(deep, { maxBytes: 40_000 }).shape).toEqual([100, 100, 1]);
    expect(() => decodePng(deep, { maxBytes: 39_999 })).toThrow(
      "PNG: at offset 16 40000 bytes of data are promised; expected at most 39999: maxBytes",
    );
  });

  test("large images, whose pixels are parted", () => {
    const values = Uint8Array.from({ length: 600 * 500 * 3 }, (_, i) =>
      i < 4e5 ? 0 : Math.imul(i, 2654435761) >>> 24,
    );
    const x = tensor(values, { shape: [600, 500, 3] });
    expect(Buffer.compare(decodePng(encodePng(x)).toTypedArray() as Uint8Array, values)).toBe(0);
  });

  test("refuses what is no image", () => {
    expect(() => encodePng(zeros([3, 4, 5]))).toThrow(".permute([1, 2, 0]) makes it of [C, H, W]");
    expect(() => encodePng(zeros([4, 5]))).toThrow('take .mul(255).round().to("uint8")');
    expect(() => encodePng(zeros([0, 5], { dtype: "uint8" }))).toThrow(ShapeError);
    expect(() => encodePng(tensor(new Int32Array([65536]), { shape: [1, 1] }))).toThrow(
      "sample 0 is 65536; 16 bits hold 0 to 65535",
    );
  });
});

test("tar", () => {
  const files = untar(gunzip(bytesOf(fixtures.tar)));
  expect(
    Object.fromEntries(Array.from(files, ([name, bytes]) => [name, Buffer.from(bytes).toString("base64")])),
  ).toEqual(fixtures.tar.contents);
});
