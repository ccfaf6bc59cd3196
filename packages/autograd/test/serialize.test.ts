import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arange, tensor } from "../src/create.js";
import type { DType } from "../src/dtype.js";
import { ArgumentError, DTypeError } from "../src/errors.js";
import { Tensor } from "../src/graph.js";
import { expand, reshape, slice, transpose } from "../src/ops/layout.js";
import { toArray, toTypedArray } from "../src/read.js";
import {
  type DecodeOptions,
  type DiskDType,
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensors,
} from "../src/serialize.js";
import { trace } from "../src/trace.js";
import {
  entry,
  facts,
  factsOf,
  file,
  integers,
  make,
  reference,
  referenceTensors,
} from "./serialize/files.js";

describe("the reference implementation", () => {
  test("writes the same bytes", () => {
    const ours = encodeSafetensors(referenceTensors(), { metadata: { format: 'pt\n"é"' } });
    expect(Buffer.from(ours).toString("latin1")).toBe(Buffer.from(reference).toString("latin1"));
  });

  test("is read", () => {
    const { tensors, metadata } = decodeSafetensors(reference);
    expect(metadata).toEqual(new Map([["format", 'pt\n"é"']]));
    expect([...tensors.keys()].slice(0, 4)).toEqual(["steps", "empty", "scalar", "bias"]);
    const expected = new Map<string, Tensor>();
    for (const [name, x] of referenceTensors()) expected.set(name, x instanceof Tensor ? x : x.tensor);
    expected.set("half", make([1, 0.0999755859375, 65504, 2 ** -24], [4], "float32"));
    expect(factsOf(tensors)).toEqual(factsOf(expected));
  });

  test("has integers that we do not: read as int32 or float64, written on request", () => {
    expect(() => decodeSafetensors(integers)).toThrow(
      /^safetensors: the data of "wide" at offset 440: element 0 is the I64 -9007199254740991, which int32 cannot hold: .*wideIntegers: "float64"/,
    );
    const { tensors } = decodeSafetensors(integers, { wideIntegers: "float64" });
    const low = -2147483648;
    const high = 2147483647;
    const expected = new Map([
      ["u64", make([0, high], [2], "float64")],
      ["i64", make([low, high], [2], "float64")],
      ["wide", make([-9007199254740991, 9007199254740991], [2], "float64")],
      ["u32", make([0, high], [2], "float64")],
      ["u16", make([0, 65535], [2], "int32")],
      ["i16", make([-32768, 32767], [2], "int32")],
      ["i8", make([-128, 127], [2], "int32")],
    ]);
    expect(factsOf(tensors)).toEqual(factsOf(expected));

    const disk = (name: string): DiskDType => (name === "wide" ? "I64" : (name.toUpperCase() as DiskDType));
    const again = [...tensors].map(([name, x]) => [name, { tensor: x, diskDtype: disk(name) }] as const);
    expect(encodeSafetensors(again)).toEqual(integers);

    const narrow = encodeSafetensors(again.filter(([name]) => name !== "wide"));
    for (const [, x] of decodeSafetensors(narrow).tensors) expect(x.dtype).toBe("int32");
    expect(toArray(decodeSafetensors(narrow).tensors.get("u32")!)).toEqual([0, high]);
  });
});

/** A tensor through a file in which it is alone. */
test("a tensor that says how it is to be written is heard", () => {
  const count = Object.assign(tensor([3, 4], { dtype: "int32" }), { diskDtype: "I64" as const });
  const bytes = encodeSafetensors([["count", count]]);
  expect(new TextDecoder().decode(bytes)).toContain('"dtype":"I64"');
  expect([...toTypedArray(decodeSafetensors(bytes).tensors.get("count") as Tensor)]).toEqual([3, 4]);
});

function through(x: Tensor, diskDtype?: DiskDType, options?: DecodeOptions): Tensor {
  const bytes = encodeSafetensors([["x", diskDtype === undefined ? x : { tensor: x, diskDtype }]]);
  return decodeSafetensors(bytes, options).tensors.get("x")!;
}

describe("there and back", () => {
  const numbers = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, NaN, Infinity, -Infinity, 5e-324));
  const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 });
  const dtypes = fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "bool");
  const tensors = fc.record({ shape: shapes, dtype: dtypes }).chain(({ shape, dtype }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    return fc
      .array(numbers, { minLength: size, maxLength: size })
      .map((values) => make(values, shape, dtype));
  });

  test("any tensors, under any printable names, in any order", () => {
    const names = fc
      .string({ unit: "grapheme" })
      .filter((name) => !/\p{Cc}/u.test(name) && name !== "__metadata__");
    const files = fc.uniqueArray(fc.tuple(names, tensors), { selector: ([name]) => name, maxLength: 6 });
    const texts = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(files, texts, (pairs, metadata) => {
        const bytes = encodeSafetensors(pairs, { metadata });
        const decoded = decodeSafetensors(bytes);
        expect(factsOf(decoded.tensors)).toEqual(factsOf(new Map(pairs)));
        expect(decoded.metadata).toEqual(new Map(Object.entries(metadata)));
        expect(encodeSafetensors(pairs.toReversed(), { metadata: decoded.metadata })).toEqual(bytes);
        expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("views are written as the numbers they show", () => {
    const x = reshape(arange(24), [2, 3, 4]);
    for (const view of [
      transpose(x),
      slice(x, { axis: 1, step: -1 }),
      expand(slice(x, { axis: 2, end: 1 }), [2, 3, 5]),
    ])
      expect(toArray(through(view))).toEqual(toArray(view));
  });

  test("integers as floats, bytes as bools, where they are exact", () => {
    expect(facts(through(make([1, 2048, -3], [3], "int32"), "F16"))).toEqual(
      facts(make([1, 2048, -3], [3], "float32")),
    );
    expect(facts(through(make([1, 0], [2], "uint8"), "BOOL"))).toEqual(facts(tensor([true, false])));
    expect(facts(through(make([3, -4], [2], "float32"), "I8"))).toEqual(facts(make([3, -4], [2], "int32")));
    expect(facts(through(make([0.1], [], "float64"), "F32"))).toEqual(facts(make([0.1], [], "float32")));
    expect(facts(through(make([2 ** 52], [], "float64"), "U64", { wideIntegers: "float64" }))).toEqual(
      facts(make([2 ** 52], [], "float64")),
    );
  });

  // The halves are numpy's for the same doubles, the bfloat16s PyTorch's for the same float32s.
  test.each<[DiskDType, number[], string, number[]]>([
    [
      "F16",
      [1, 0.1, -2.5, 65519, 6e-8, 2 ** -25, 2049, 2051, Infinity, -0],
      "003c662e00c1ff7b0100000000680268007c0080",
      [1, 0.0999755859375, -2.5, 65504, 2 ** -24, 0, 2048, 2052, Infinity, -0],
    ],
    [
      "BF16",
      [1, Math.fround(0.1), -2.5, 3.0e38, 1e-40, 1.00390625, 1.01171875, Infinity, -0],
      "803fcd3d20c0627f0100803f823f807f0080",
      [1, 0.10009765625, -2.5, 3.00405527047391e38, 9.183549615799121e-41, 1, 1.015625, Infinity, -0],
    ],
  ])("%s is rounded to nearest, half to even", (disk, numbers, hex, rounded) => {
    const bytes = encodeSafetensors([
      ["x", { tensor: make(numbers, [numbers.length], "float64"), diskDtype: disk }],
    ]);
    expect(Buffer.from(bytes.subarray(bytes.length - numbers.length * 2)).toString("hex")).toBe(
      hex.replace(" ", ""),
    );
    expect(facts(decodeSafetensors(bytes).tensors.get("x")!)).toEqual(
      facts(make(rounded, [numbers.length], "float32")),
    );
  });

  test.each<[DiskDType]>([["F16"], ["BF16"]])("all 65,536 numbers of %s", (disk) => {
    const bytes = file({ x: entry(disk, [65536], 0, 131072) }, 131072);
    const data = new DataView(bytes.buffer, bytes.length - 131072);
    for (let i = 0; i < 65536; i++) data.setUint16(2 * i, i, true);
    const x = decodeSafetensors(bytes).tensors.get("x")!;
    const again = encodeSafetensors([["x", { tensor: x, diskDtype: disk }]]);
    const view = new DataView(again.buffer, again.length - 131072);
    const numbers = toTypedArray(x);
    const different = Array.from(numbers, (_, i) => i).filter((i) => view.getUint16(2 * i, true) !== i);
    // Of the NaNs there is one.
    expect(different.every((i) => Number.isNaN(numbers[i]))).toBe(true);
    expect(different.length).toBe(disk === "F16" ? 2 * 1023 - 1 : 2 * 127 - 1);
  });

  test.each<[number, DType, DiskDType, RegExp]>([
    [65520, "float32", "F16", /element 1 is 65520, which is beyond F16/],
    [-3.4e38, "float32", "BF16", /element 1 is -3\.39.*e\+38, which is beyond BF16/],
    [3.5e38, "float64", "F32", /beyond F32/],
    [1.5, "float32", "I64", /element 1 is 1\.5, which is no I64/],
    [NaN, "float32", "I32", /element 1 is NaN, which is no I32/],
    [2 ** 63, "float64", "I64", /no I64/],
    [2 ** 64, "float64", "U64", /no U64/],
    [
      -1,
      "int32",
      "U64",
      /element 1 is -1, which is no U64: it holds integers from 0 to 18446744073709551615/,
    ],
    [128, "int32", "I8", /no I8/],
    [2, "uint8", "BOOL", /no BOOL/],
  ])("%d of %s is no %s: an error", (value, dtype, disk, message) => {
    const bytes = (): unknown =>
      encodeSafetensors([["a.b", { tensor: make([0, value], [2], dtype), diskDtype: disk }]]);
    expect(bytes).toThrow(DTypeError);
    expect(bytes).toThrow(/^encodeSafetensors: "a\.b": element 1 /);
    expect(bytes).toThrow(message);
  });

  test("a tensor that is read shares nothing with the bytes, and lies where its numbers can be", () => {
    const bytes = encodeSafetensors(referenceTensors());
    // One off: no float would be aligned. As a Buffer, whose slice() is a view.
    const shifted = Buffer.alloc(bytes.length + 1);
    shifted.set(bytes, 1);
    const { tensors } = decodeSafetensors(shifted.subarray(1));
    const before = factsOf(tensors);
    expect(before).toEqual(factsOf(decodeSafetensors(bytes).tensors));
    shifted.fill(0);
    expect(factsOf(tensors)).toEqual(before);
  });

  test("saving is where numbers leave a trace", () => {
    expect(trace(() => encodeSafetensors([["x", tensor([1])]])).steps).toMatchObject([
      { kind: "barrier", name: "encodeSafetensors" },
    ]);
  });
});

describe("what cannot be written", () => {
  const x = tensor([1]);
  test.each<[string, NamedTensors, RegExp]>([
    [
      "a name twice",
      [
        ["x", x],
        ["x", x],
      ],
      /the name "x" is the name of two tensors/,
    ],
    [
      "the name of the metadata",
      [["__metadata__", x]],
      /"__metadata__" is what the format calls its metadata/,
    ],
    ["a control character", [["a\0b", x]], /the name "a\\u0000b" has a control character/],
    ["half a character", [["a\ud800", x]], /half of a surrogate pair/],
    ["a very long name", [["a".repeat(5000), x]], /is 5000 characters long; at most 4096/],
    [
      "an unknown type",
      [["x", { tensor: x, diskDtype: "F8" as DiskDType }]],
      /diskDtype F8; use one of BOOL, /,
    ],
  ])("%s", (_, tensors, message) => {
    expect(() => encodeSafetensors(tensors)).toThrow(ArgumentError);
    expect(() => encodeSafetensors(tensors)).toThrow(message);
  });

  test("metadata that is no text", () => {
    expect(() => encodeSafetensors([], { metadata: { epoch: 3 as unknown as string } })).toThrow(
      /metadata "epoch" must be text/,
    );
    expect(() => encodeSafetensors([], { metadata: { a: "\udc00" } })).toThrow(ArgumentError);
  });
});

test("numbers of a large tensor go through unchanged", () => {
  const numbers = Float32Array.from({ length: 300_000 }, (_, i) => i / 3);
  const read = toTypedArray(through(tensor(numbers)));
  expect(Buffer.from(read.buffer).equals(Buffer.from(numbers.buffer))).toBe(true);
});

test("an object in place of a Map is refused, not written as an empty file", () => {
  const object = { a: tensor([1]) } as unknown as NamedTensors;
  expect(() => encodeSafetensors(object)).toThrow(/neither a Map nor a list of pairs .* Object\.entries/);
});
