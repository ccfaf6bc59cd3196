// Damaged files of each format are refused with an error that says where, or read as what they now say: quickly, and
// in a bounded space.
import { arange, FormatError, Tensor, tensor } from "@wengert/autograd";
import {
  decodeCaptions,
  decodeCifar10,
  decodeCsv,
  decodeIdx,
  decodeJsonLines,
  decodeNpy,
  decodeNpz,
  decodePng,
  decodeText,
  encodeCsv,
  encodeIdx,
  encodeNpy,
  encodeNpz,
  encodePng,
  gunzip,
  gzip,
  type PackedList,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { untar } from "../../src/formats/tar.js";
import { bytesOf, factsOf, fixtures, randomNumbers } from "./files.js";

interface Format {
  readonly name: string;
  readonly files: readonly Uint8Array<ArrayBuffer>[];
  /** How many bytes of a file count as its header: it is cut off behind each of them. */
  readonly header: number;
  readonly decode: (bytes: Uint8Array) => unknown;
  /** How what is read can be told to be what is there; without it, it must be what was there before. */
  readonly isExact?: (read: unknown, bytes: Uint8Array) => boolean;
}

type Kind = "b" | "u1" | "i1" | "u2" | "i2" | "i4" | "i8" | "f4" | "f8";

/** Numbers as Buffer reads them. */
function plainly(bytes: Uint8Array, kind: Kind, little: boolean): number[] {
  const buffer = Buffer.from(bytes);
  const read: Readonly<Record<Kind, (at: number) => number>> = {
    b: (at) => buffer.readUInt8(at),
    u1: (at) => buffer.readUInt8(at),
    i1: (at) => buffer.readInt8(at),
    u2: (at) => (little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at)),
    i2: (at) => (little ? buffer.readInt16LE(at) : buffer.readInt16BE(at)),
    i4: (at) => (little ? buffer.readInt32LE(at) : buffer.readInt32BE(at)),
    i8: (at) => Number(little ? buffer.readBigInt64LE(at) : buffer.readBigInt64BE(at)),
    f4: (at) => (little ? buffer.readFloatLE(at) : buffer.readFloatBE(at)),
    f8: (at) => (little ? buffer.readDoubleLE(at) : buffer.readDoubleBE(at)),
  };
  const width = Number(kind[1] ?? 1);
  return Array.from({ length: bytes.length / width }, (_, i) => read[kind](i * width));
}

/** Whether `x` is what stands in a file of IDX's that is in order. */
function isIdx(x: Tensor, bytes: Uint8Array): boolean {
  const kind = ({ 8: "u1", 9: "i1", 11: "i2", 12: "i4", 13: "f4", 14: "f8" } as const)[bytes[2]!]!;
  const shape = plainly(bytes.subarray(4, 4 + 4 * bytes[3]!), "i4", false);
  return same(x, shape, plainly(bytes.subarray(4 + 4 * shape.length), kind, false));
}

/** Whether `x` is what stands in an npy file that is in order. */
function isNpy(x: Tensor, bytes: Uint8Array): boolean {
  const start = bytes[6] === 1 ? 10 : 12;
  const end = start + Buffer.from(bytes).readUInt16LE(8);
  const header = Buffer.from(bytes).toString("latin1", start, end);
  const [, order, kind] = /["']descr["']\s*:\s*["']([<>|])(\w+)["']/.exec(header)!;
  const shape = /\(([\d, \t\n]*)\)/
    .exec(header)![1]!
    .split(",")
    .filter((each) => each.trim() !== "")
    .map(Number);
  const numbers = plainly(bytes.subarray(end), kind === "b1" ? "b" : (kind as Kind), order !== ">");
  if (!header.includes("True")) return same(x, shape, numbers);
  return same(x.permute(shape.map((_, axis) => shape.length - 1 - axis)), shape.toReversed(), numbers);
}

function same(x: Tensor, shape: readonly number[], numbers: readonly number[]): boolean {
  const values = x.toTypedArray();
  return (
    x.shape.join() === shape.join() &&
    values.length === numbers.length &&
    numbers.every((each, i) => Object.is(each, values[i]))
  );
}

/** Whether `files` are what stands in a tar archive that is in order. */
function isTar(files: ReadonlyMap<string, Uint8Array>, bytes: Uint8Array): boolean {
  const archive = Buffer.from(bytes);
  const field = (at: number, length: number): string =>
    archive.toString("latin1", at, at + length).split("\0")[0]!;
  const found = new Map<string, Buffer>();
  let at = 0;
  for (; archive.subarray(at, at + 512).some((byte) => byte !== 0); ) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    const path = [field(at + 345, 155), field(at, 100)].filter((part) => part !== "").join("/");
    if (archive[at + 156] !== 0x35) found.set(path, archive.subarray(at + 512, at + 512 + size));
    at += 512 * (1 + Math.ceil(size / 512));
  }
  return (
    [...files.keys()].join() === [...found.keys()].join() &&
    [...files].every(([path, file]) => found.get(path)!.equals(file))
  );
}

type CsvTable = {
  readonly length: number;
  readonly columns: { x: Tensor; y: Tensor; kind: { ids: Tensor; names: PackedList<string> } };
};

/** The values in a file of CSV that is in order. */
function rowsOf(bytes: Uint8Array): string[][] {
  const value = /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r?\n|\r?$)/y;
  const rows: string[][] = [[]];
  const whole = new TextDecoder().decode(bytes).replace(/[\r\n]+$/, "");
  for (let end = ","; value.lastIndex < whole.length || end === ","; ) {
    const [, quoted, plain, sign] = value.exec(whole)!;
    rows.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (sign !== "," && value.lastIndex < whole.length) rows.push([]);
    end = sign!;
  }
  return rows;
}

/** Whether a table is what stands in a file x,y,kind that is in order. */
function isCsv({ length, columns }: CsvTable, bytes: Uint8Array): boolean {
  const [names, ...values] = rowsOf(bytes) as [string[], ...string[][]];
  const column = (name: string): string[] => values.map((row) => row[names.indexOf(name)]!);
  const number = (each: string): number => Number(each.replace(/inf(inity)?/i, "Infinity"));
  const equal = (x: Tensor, expected: readonly number[]): boolean =>
    x.size === length && [...x.toTypedArray()].every((each, i) => Object.is(each, expected[i]));
  return (
    values.length === length &&
    equal(columns.x, column("x").map(number).map(Math.fround)) &&
    equal(
      columns.y,
      column("y").map((each) => Number(each) | 0),
    ) &&
    column("kind").every((each, i) => columns.kind.names.get(columns.kind.ids.toTypedArray()[i]!) === each)
  );
}

/** Whether captions are what stands in a file that is in order. */
function isCaptions(read: unknown, bytes: Uint8Array): boolean {
  const whole = new TextDecoder().decode(bytes).trimEnd();
  const expected = (whole === "" ? [] : whole.split("\n")).map((line) => {
    const { image, caption, captions } = JSON.parse(line) as Record<string, unknown>;
    return { image, captions: captions ?? [caption] };
  });
  return JSON.stringify([...(read as Iterable<unknown>)]) === JSON.stringify(expected);
}

const text = (from: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(from);
const grid = tensor(
  Float32Array.from({ length: 60 }, (_, i) => i / 7),
  { shape: [3, 4, 5] },
);
const ramp = arange(0, 300).remainder(256).to("uint8").reshape([10, 10, 3]);
const idx = encodeIdx(arange(0, 210).to("uint8").reshape([5, 6, 7]));

const formats: readonly Format[] = [
  {
    name: "IDX",
    files: [idx, encodeIdx(grid)],
    header: 16,
    decode: (bytes) => decodeIdx(bytes, { name: "a file" }),
    isExact: (x, bytes) => isIdx(x as Tensor, bytes),
  },
  {
    name: "IDX, compressed",
    files: [gzip(idx), gzip(encodeIdx(grid))],
    header: 40,
    decode: (bytes) => decodeIdx(bytes, { name: "a file" }),
  },
  {
    name: "gzip",
    files: fixtures.gzip.map(bytesOf),
    header: 60,
    decode: (bytes) => gunzip(bytes, { name: "a file" }),
  },
  {
    name: "CIFAR-10",
    files: [bytesOf(fixtures.cifar).subarray(0, 3073)],
    header: 20,
    decode: (bytes) => decodeCifar10(bytes, { name: "a file" }),
    isExact: (read, bytes) => {
      const { images, labels } = read as ReturnType<typeof decodeCifar10>;
      const records = Array.from(labels.toTypedArray(), (label, i) => {
        return [Uint8Array.of(label), images.toTypedArray().subarray(i * 3072, (i + 1) * 3072) as Uint8Array];
      });
      return Buffer.compare(Buffer.concat(records.flat()), bytes) === 0;
    },
  },
  {
    name: "npy",
    files: [
      encodeNpy(grid),
      ...["Fortran order", ">f4", "version 2.0"].map((name) =>
        bytesOf(fixtures.npy.find((each) => each.name.includes(name.replace(">", "")))!),
      ),
    ],
    header: 128,
    decode: (bytes) => decodeNpy(bytes, { name: "a file" }),
    isExact: (x, bytes) => isNpy(x as Tensor, bytes),
  },
  {
    name: "npz",
    files: [...fixtures.npz.map(bytesOf), encodeNpz([["x", grid]], { compress: true })],
    header: 60,
    decode: (bytes) => decodeNpz(bytes, { name: "a file" }),
  },
  {
    name: "PNG",
    files: [encodePng(ramp), ...fixtures.png.map(bytesOf)],
    header: 60,
    decode: (bytes) => decodePng(bytes, { name: "a file" }),
  },
  {
    name: "tar",
    files: [gunzip(bytesOf(fixtures.tar))],
    header: 512,
    decode: (bytes) => untar(bytes, { name: "a file" }),
    isExact: (files, bytes) => isTar(files as Map<string, Uint8Array>, bytes),
  },
  {
    name: "CSV",
    files: [
      text('x,y,kind\n1.5,2,a\n-3e2,4,"b ""c"""\n0.25,6,"d\ne"\n'.repeat(1)),
      text(`x,y,kind\r\n${"1,2,ü\r\n".repeat(50)}`),
    ],
    header: 40,
    decode: (bytes) =>
      decodeCsv(bytes, { name: "a file", columns: { x: "float32", y: "int32", kind: "category" } }),
    isExact: (read, bytes) => isCsv(read as CsvTable, bytes),
  },
  {
    name: "text",
    files: [text("Größe 你好 😀 ".repeat(20))],
    header: 60,
    decode: (bytes) => decodeText(bytes, { name: "a file" }),
    isExact: (read, bytes) => Buffer.compare(Buffer.from(read as string), bytes) === 0,
  },
  {
    name: "CSV of texts",
    files: [text('name,note\na,"b ""c"""\n"d\ne",ü\n,\n'), text(`name,note\r\n${"x,你好\r\n".repeat(50)}`)],
    header: 40,
    decode: (bytes) => decodeCsv(bytes, { name: "a file", columns: { name: "text", note: "text" } }),
    isExact: (read, bytes) => {
      const { columns } = read as { columns: Record<"name" | "note", PackedList<string>> };
      const rows = Array.from(columns.name, (name, i) => [name, columns.note.get(i)]);
      // Written anew, with quotation marks where they must be, it says the same.
      const again = decodeCsv(encodeCsv(columns), { columns: { name: "text", note: "text" } }).columns;
      return (
        JSON.stringify(rows) === JSON.stringify(rowsOf(bytes).slice(1)) &&
        JSON.stringify([...again.name, ...again.note]) === JSON.stringify([...columns.name, ...columns.note])
      );
    },
  },
  {
    name: "JSON lines",
    files: [text('{"a":[1,2.5,"ü"],"__proto__":null}\n"line"\r\n[]\n-0.5e3\ntrue\n')],
    header: 40,
    decode: (bytes) => decodeJsonLines(bytes, { name: "a file" }),
    isExact: (read, bytes) => {
      const whole = new TextDecoder().decode(bytes).replace(/[ \t\r\n]+$/, "");
      const expected = whole === "" ? [] : whole.split("\n").map((line) => JSON.parse(line) as unknown);
      return JSON.stringify([...(read as Iterable<unknown>)]) === JSON.stringify(expected);
    },
  },
  {
    name: "captions",
    files: [
      text(
        '{"image":"a/1.png","captions":["A square.","Ein Quadrat: ü"]}\n{"image":"2.png","caption":"__proto__"}\n',
      ),
    ],
    header: 40,
    decode: (bytes) => decodeCaptions(bytes, { name: "a file" }),
    isExact: isCaptions,
  },
];

const absurd = [0n, 1n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n, 2n ** 64n - 1n];

/** 2,000 damaged files, or more where the header is long. */
function* damaged({ files, header }: Format, seed: number): Generator<Uint8Array<ArrayBuffer>> {
  let made = 0;
  const random = randomNumbers(seed);
  for (const file of files)
    for (let length = 0; length < Math.min(header, file.length); length++, made++)
      yield file.slice(0, length);
  // Lengths stand at the start or the end, in either order of bytes: absurd ones at every place there.
  const [first] = files as [Uint8Array<ArrayBuffer>];
  for (let at = 0; at < first.length; at += Math.ceil(header / 128))
    if (at < header || at >= first.length - header)
      for (const width of [4, 8])
        for (const value of [0n, -1n, 2n ** 31n, 2n ** 64n - 1n])
          for (const reversed of [false, true]) {
            const bytes = Buffer.alloc(8);
            bytes.writeBigInt64LE(BigInt.asIntN(64, value));
            const part = bytes.subarray(0, width);
            if (reversed) part.reverse();
            const file = first.slice();
            file.set(part.subarray(0, file.length - at), at);
            made++;
            yield file;
          }
  // They may stand anywhere.
  for (const width of [2, 4, 8])
    for (const value of absurd)
      for (let i = 0; i < 12; i++, made++) {
        const file = files[i % files.length]!.slice();
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(BigInt.asIntN(64, value));
        const part = bytes.subarray(0, width);
        if (i % 2 === 1) part.reverse();
        const end = i % 3 === 0 ? file.length : Math.min(header, file.length);
        file.set(part, random(Math.max(1, end - width)));
        yield file;
      }
  for (; made < 2000; made++) {
    const file = files[random(files.length)]!;
    const at = random(random(2) === 0 ? Math.min(header, file.length) : file.length);
    switch (random(4)) {
      case 0: // several bits
        yield flipped(
          file,
          [at, ...Array.from({ length: 1 + random(8) }, () => random(file.length))],
          random,
        );
        break;
      case 1: // cut off
        yield file.slice(0, at);
        break;
      case 2: // a part twice, or left out
        yield Uint8Array.from(
          Buffer.concat([file.subarray(0, at), file.subarray(Math.max(0, at + random(40) - 20))]),
        );
        break;
      default: // one bit
        yield flipped(file, [at], random);
    }
  }
}

/** A copy with one bit of the bytes at `places` turned over. */
function flipped(
  file: Uint8Array,
  places: readonly number[],
  random: (below: number) => number,
): Uint8Array<ArrayBuffer> {
  const made = file.slice() as Uint8Array<ArrayBuffer>;
  for (const at of places) made[at]! ^= 1 << random(8);
  return made;
}

const refusal = /^a file( \(.*\))?: at offset \d+ .+; expected .+/s;
const contents = (read: unknown): unknown =>
  read instanceof Tensor
    ? factsOf(read)
    : read instanceof Map
      ? Array.from(read, ([name, x]) => [name, contents(x)])
      : read;

/** What one attempt took: milliseconds of the processor, and bytes of typed arrays, garbage included. */
function attempt(format: Format, bytes: Uint8Array) {
  const [before, started] = [process.memoryUsage().arrayBuffers, process.cpuUsage()];
  let error: unknown;
  let read: unknown;
  try {
    read = format.decode(bytes);
  } catch (thrown) {
    error = thrown;
  }
  const { user, system } = process.cpuUsage(started);
  return { error, read, ms: (user + system) / 1000, bytes: process.memoryUsage().arrayBuffers - before };
}

describe.each(formats)("$name", (format) => {
  test("whole files are read", () => {
    for (const file of format.files) expect(attempt(format, file).error).toBeUndefined();
  });

  test("2,000 damaged files", () => {
    const whole = format.files.map((file) => JSON.stringify(contents(format.decode(file))));
    let [count, refused, slowest, largest] = [0, 0, 0, 0];
    const wrong: unknown[] = [];
    for (const bytes of damaged(format, 12345)) {
      count++;
      const { error, read, ms, bytes: taken } = attempt(format, bytes);
      slowest = Math.max(slowest, ms);
      largest = Math.max(largest, taken);
      if (error !== undefined) {
        refused++;
        if (!(error instanceof FormatError) || !refusal.test(error.message)) wrong.push(error);
      } else if (
        format.isExact ? !format.isExact(read, bytes) : !whole.includes(JSON.stringify(contents(read)))
      )
        wrong.push(Buffer.from(bytes).toString("base64"));
    }
    expect(wrong).toEqual([]);
    expect([count >= 2000, refused > count / 4]).toEqual([true, true]);
    expect(slowest).toBeLessThan(1000);
    // The windows of decompressors, which do not get smaller with the file.
    expect(largest).toBeLessThan(2 ** 22);
  });
});
