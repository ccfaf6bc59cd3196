// What memory reading takes beside the file: for a moment, and for what was read. Buffers count from the moment they are
// made, garbage included. `npm run bench:reading` measures what is resident, of larger files.
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FormatError, tensor } from "@wengert/autograd";
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
  encodeIdx,
  encodeNpy,
  encodeNpz,
  encodePng,
  gzip,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { randomNumbers } from "./files.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
/** Buffers that have been found to be garbage are gone after a turn of the event loop. */
async function collect(): Promise<void> {
  collectGarbage();
  await setImmediate();
}

const MiB = 2 ** 20;
const size = MiB;
/** What does not grow with the file: what is decoded at a time, compiled code. */
const constant = MiB / 2;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
/** A header and as many lines as make up about a megabyte. */
function lines(line: (i: number) => string, header = ""): Uint8Array {
  let text = header;
  for (let i = 0; text.length < size; i++) text += line(i);
  return bytesOf(text);
}

function noise(): Uint8Array<ArrayBuffer> {
  const random = randomNumbers(7);
  return Uint8Array.from({ length: size }, () => random(256));
}

/** Every name another, and none longer than need be. */
const shortest = (i: number): string => i.toString(36);

interface Case {
  readonly name: string;
  readonly file: Uint8Array;
  readonly read: (file: Uint8Array) => unknown;
  /** Puts something wrong near the end of the file. */
  readonly damage?: (file: Uint8Array) => void;
  /** How many bytes the file becomes, if that is more than it has. */
  readonly unpacked?: number;
}

const fortran = encodeNpy(tensor(new Int32Array(size), { shape: [size / 64, 64] }), { diskDtype: "I8" });
fortran.set(bytesOf("True, "), Buffer.from(fortran).indexOf("False,"));
const cifar = new Uint8Array(341 * 3073);
const replaceEnd = (text: string) => (file: Uint8Array) => file.set(bytesOf(text), file.length - text.length);

const plain: readonly Case[] = [
  { name: "IDX", file: encodeIdx(tensor(noise())), read: (file) => decodeIdx(file) },
  {
    name: "IDX of int8",
    file: encodeIdx(tensor(new Int32Array(size)), { diskDtype: "I8" }),
    read: (file) => decodeIdx(file),
  },
  {
    name: "CIFAR-10",
    file: cifar,
    read: (file) => decodeCifar10(file),
    damage: (file) => {
      file[file.length - 3073] = 10;
    },
  },
  {
    name: "npy",
    file: encodeNpy(tensor(noise(), { dtype: "bool" })),
    read: (file) => decodeNpy(file),
    damage: (file) => {
      file[file.length - 1] = 2;
    },
  },
  { name: "npy of int8 in Fortran order", file: fortran, read: (file) => decodeNpy(file) },
  {
    name: "npz",
    file: encodeNpz([["x", tensor(noise())]]),
    read: (file) => decodeNpz(file),
    damage: (file) => {
      file[file.length - 200] ^= 1;
    },
  },
  {
    name: "CSV of float32",
    file: lines((i) => `${i / 8},${-i}e-3\n`, "x,y\n"),
    read: (file) => decodeCsv(file, { columns: { x: "float32", y: "float32" } }),
    damage: replaceEnd("x\n"),
  },
  {
    name: "CSV of float64",
    file: lines(() => "0,0,0,0\n", "a,b,c,d\n"),
    read: (file) => decodeCsv(file, { columns: { a: "float64", b: "float64", c: "float64", d: "float64" } }),
    damage: replaceEnd("x\n"),
  },
  {
    name: "CSV of line feeds",
    file: lines(() => "\n\n\n\n", "a,b,c,d\n0,0,0,0\n"),
    read: (file) => decodeCsv(file, { columns: { a: "float64", b: "float64", c: "float64", d: "float64" } }),
    damage: replaceEnd("0"),
  },
  {
    name: "CSV of texts",
    file: lines((i) => `${i},"a ""${i}"""\n`, "x,y\n"),
    read: (file) => decodeCsv(file, { columns: { x: "text", y: "text" } }),
    damage: replaceEnd(",\n"),
  },
  {
    name: "CSV of empty texts",
    file: lines(() => ",,,\n", "a,b,c,d\n"),
    read: (file) => decodeCsv(file, { columns: { a: "text", b: "text", c: "text", d: "text" } }),
    damage: replaceEnd("\n\n,"),
  },
  {
    name: "CSV of categories",
    file: lines((i) => `${shortest(i)},${i % 10}\n`, "x,y\n"),
    read: (file) => decodeCsv(file, { columns: { x: "category", y: "category" } }),
    damage: replaceEnd('"\n'),
  },
  {
    name: "JSON lines",
    file: lines(() => "0\n"),
    read: (file) => decodeJsonLines(file),
    damage: replaceEnd("]\n"),
  },
  {
    name: "JSON lines of objects",
    file: lines((i) => `{"a":${i},"__proto__":[{}, {}]}\n`),
    read: (file) => decodeJsonLines(file),
    damage: replaceEnd("]\n"),
  },
  {
    name: "captions",
    file: lines((i) => `{"image":"${i}","caption":"A ${i}"}\n`),
    read: (file) => decodeCaptions(file),
    damage: replaceEnd(",\n"),
  },
  {
    name: "text",
    file: lines((i) => `${i} `, "你"),
    read: (file) => decodeText(file),
    damage: (file) => {
      file[file.length - 1] = 0xff;
    },
  },
];

const square = { shape: [352, 992, 3] };
const packed: readonly Case[] = [
  { name: "IDX", file: gzip(encodeIdx(tensor(noise()))), read: (file) => decodeIdx(file) },
  {
    name: "npz of zeros",
    file: encodeNpz([["x", tensor(new Uint8Array(size))]], { compress: true }),
    read: (file) => decodeNpz(file),
    unpacked: size,
  },
  {
    name: "PNG",
    file: encodePng(tensor(noise().subarray(0, 352 * 992 * 3), square)),
    read: (file) => decodePng(file),
  },
  {
    name: "PNG of 16 bits",
    file: encodePng(tensor(Int32Array.from(noise().subarray(0, 352 * 992 * 3)), square)),
    read: (file) => decodePng(file),
    unpacked: 4 * 352 * 992 * 3,
  },
];

const used = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heapUsed, arrayBuffers, both: heapUsed + arrayBuffers };
};

/**
 * Reads a file: by how much buffers grew on the way, and all memory once garbage is gone. The collector may need some rounds
 * for that: it is asked again while more than `most` is left.
 */
async function attempt({ read }: Case, file: Uint8Array, most: number) {
  await collect();
  await collect();
  const before = used();
  let result: unknown;
  try {
    result = read(file);
  } catch (error) {
    result = error;
  }
  const buffers = used().arrayBuffers - before.arrayBuffers;
  let after = before;
  for (let round = 0; round === 0 || (round < 5 && after.both - before.both > most); round++) {
    await collect();
    after = used();
  }
  return {
    result,
    buffers,
    retained: after.both - before.both,
    retainedObjects: after.heapUsed - before.heapUsed,
  };
}

describe("four times the file is enough", () => {
  test.each(plain)("$name", async (each) => {
    const { file, damage } = each;
    const most = 4 * file.length + constant;
    const whole = await attempt(each, file, most);
    if (!each.name.includes("line feeds")) expect(whole.result).not.toBeInstanceOf(Error);
    expect(whole.buffers).toBeLessThanOrEqual(most);
    expect(whole.retained).toBeLessThanOrEqual(most);
    // A string is the one thing that is made of a text; of all else only numbers and bytes stay.
    if (each.name !== "text") expect(whole.retainedObjects).toBeLessThan(constant);
    const damaged = damage === undefined ? file.slice(0, -1) : file.slice();
    damage?.(damaged);
    const { result, buffers, retained } = await attempt(each, damaged, constant);
    expect(result).toBeInstanceOf(FormatError);
    expect(buffers).toBeLessThanOrEqual(most);
    expect(retained).toBeLessThan(constant);
  });

  // The decompressor leaves buffers behind on the way, which the collector takes when there are many.
  test.each(packed)("$name, compressed: of what it becomes", async (each) => {
    const { file, unpacked = file.length } = each;
    const most = unpacked + constant;
    const whole = await attempt(each, file, most);
    expect(whole.result).not.toBeInstanceOf(Error);
    expect(whole.retained).toBeLessThanOrEqual(most);
    const damaged = file.slice();
    damaged[file.length >> 1]! ^= 1;
    const { result, retained } = await attempt(each, damaged, constant);
    expect(result).toBeInstanceOf(FormatError);
    expect(retained).toBeLessThan(constant);
  });
});
