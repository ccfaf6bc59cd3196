/** Files whose reading is measured: as large as said, and of each kind the one that takes the most room. */
import { rand, randn, tensor } from "@wengert/autograd";
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
  encodeCifar10,
  encodeCsv,
  encodeIdx,
  encodeNpy,
  encodeNpz,
  encodePng,
  gzip,
} from "@wengert/datasets";

export interface Reading {
  /** A file of about `bytes` bytes, or one that becomes so many. */
  readonly make: (bytes: number) => Uint8Array;
  readonly read: (file: Uint8Array) => unknown;
  /** How many bytes it becomes, where that is more than the file has. */
  readonly unpacked?: (file: Uint8Array) => number;
}

/** Zeros are packed more tightly than is allowed unasked. */
const large = { maxBytes: 2 ** 30 };

const text = (whole: string): Uint8Array => new TextEncoder().encode(whole);
/** Like handwriting: four of five pixels are empty. */
const pixels = (count: number) => rand([count]).sub(0.8).clamp({ min: 0 }).mul(1275).to("uint8");
/** The length that a gzip file has at its end. */
const lengthInGzip = (file: Uint8Array): number =>
  new DataView(file.buffer, file.byteOffset + file.length - 4).getUint32(0, true);

/** Lines `line(0)`, `line(1)` …, up to about `bytes` bytes. */
function lines(bytes: number, line: (i: number) => string, header = ""): Uint8Array {
  const made: string[] = [header];
  for (let [i, size] = [0, header.length]; size < bytes; i++) {
    made.push(line(i));
    size += made.at(-1)!.length;
  }
  return text(made.join(""));
}

/** The shortest texts there are, each another: no letter is repeated so soon. */
function shortest(i: number): string {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  let name = "";
  for (let rest = i; ; rest = Math.floor(rest / letters.length) - 1) {
    name = letters[rest % letters.length]! + name;
    if (rest < letters.length) return name;
  }
}

const square = (bytes: number, channels: number): readonly [number, number, number] => {
  const side = Math.floor(Math.sqrt(bytes / channels));
  return [side, side, channels];
};
const product = (shape: readonly number[]): number => shape.reduce((size, each) => size * each, 1);

export const readings: Readonly<Record<string, Reading>> = {
  "IDX of uint8": { make: (bytes) => encodeIdx(pixels(bytes)), read: (file) => decodeIdx(file) },
  "IDX of int8": {
    make: (bytes) => encodeIdx(pixels(bytes).remainder(128).to("int32"), { diskDtype: "I8" }),
    read: (file) => decodeIdx(file),
  },
  "IDX, compressed": {
    make: (bytes) => gzip(encodeIdx(pixels(bytes))),
    read: (file) => decodeIdx(file),
    unpacked: lengthInGzip,
  },
  "IDX of zeros, compressed": {
    make: (bytes) => gzip(encodeIdx(tensor(new Uint8Array(bytes)))),
    read: (file) => decodeIdx(file, large),
    unpacked: lengthInGzip,
  },
  "CIFAR-10": {
    make: (bytes) => {
      const count = Math.ceil(bytes / 3073);
      const images = rand([count, 3, 32, 32]).mul(256).to("uint8");
      return encodeCifar10({ images, labels: tensor(new Int32Array(count)) });
    },
    read: (file) => decodeCifar10(file),
  },
  "npy of float32": { make: (bytes) => encodeNpy(randn([bytes / 4])), read: (file) => decodeNpy(file) },
  "npy of int8, Fortran order": {
    make: (bytes) => {
      const file = encodeNpy(tensor(new Int32Array(bytes), { shape: [bytes / 64, 64] }), { diskDtype: "I8" });
      file.set(text("True, "), new TextDecoder("latin1").decode(file.subarray(0, 128)).indexOf("False,"));
      return file;
    },
    read: (file) => decodeNpy(file),
  },
  npz: {
    make: (bytes) => encodeNpz([["x", randn([bytes / 4])]]),
    read: (file) => decodeNpz(file),
  },
  "npz, compressed": {
    make: (bytes) => encodeNpz([["x", pixels(bytes)]], { compress: true }),
    read: (file) => decodeNpz(file),
    // The record in the directory, which the end of the archive names, says it.
    unpacked: (file) => {
      const view = new DataView(file.buffer, file.byteOffset, file.length);
      return view.getUint32(view.getUint32(file.length - 6, true) + 24, true);
    },
  },
  "PNG of 8 bits": {
    make: (bytes) =>
      encodePng(
        rand([...square(bytes, 3)])
          .mul(256)
          .to("uint8"),
      ),
    read: (file) => decodePng(file),
  },
  "PNG of 16 bits": {
    make: (bytes) =>
      encodePng(
        rand([...square(bytes / 2, 3)])
          .mul(65536)
          .to("int32"),
      ),
    read: (file) => decodePng(file),
    unpacked: (file) => 2 * file.length,
  },
  "PNG, all white": {
    make: (bytes) => {
      const shape = square(bytes, 3);
      return encodePng(tensor(new Uint8Array(product(shape)).fill(255), { shape }));
    },
    read: (file) => decodePng(file, large),
    unpacked: (file) => {
      const view = new DataView(file.buffer, file.byteOffset, file.length);
      return 3 * view.getUint32(16) * view.getUint32(20);
    },
  },
  "CSV of float32": {
    make: (bytes) =>
      text(encodeCsv({ x: randn([Math.ceil(bytes / 24)]), y: randn([Math.ceil(bytes / 24)]) })),
    read: (file) => decodeCsv(file, { columns: { x: "float32", y: "float32" } }),
  },
  "CSV of float64, 0 each": {
    make: (bytes) => lines(bytes, () => "0\n", "x\n"),
    read: (file) => decodeCsv(file, { columns: { x: "float64" } }),
  },
  "CSV of float64, 0 each, 4 columns": {
    make: (bytes) => lines(bytes, () => "0,0,0,0\n", "a,b,c,d\n"),
    read: (file) => decodeCsv(file, { columns: { a: "float64", b: "float64", c: "float64", d: "float64" } }),
  },
  "CSV of texts": {
    make: (bytes) => lines(bytes, (i) => `${i},The ${i}th sentence.\n`, "id,text\n"),
    read: (file) => decodeCsv(file, { columns: { id: "text", text: "text" } }),
  },
  "CSV of texts, empty": {
    make: (bytes) => lines(bytes, () => ",\n", "x,y\n"),
    read: (file) => decodeCsv(file, { columns: { x: "text", y: "text" } }),
  },
  "CSV of texts in quotation marks": {
    make: (bytes) => lines(bytes, (i) => `"He said: ""${i}"", größer"\n`, "x\n"),
    read: (file) => decodeCsv(file, { columns: { x: "text" } }),
  },
  "CSV of categories, three": {
    make: (bytes) => lines(bytes, (i) => `${"abc"[i % 3]}\n`, "x\n"),
    read: (file) => decodeCsv(file, { columns: { x: "category" } }),
  },
  "CSV of categories, each another": {
    make: (bytes) => lines(bytes, (i) => `${shortest(i)}\n`, "x\n"),
    read: (file) => decodeCsv(file, { columns: { x: "category" } }),
  },
  "JSON lines, 0 each": { make: (bytes) => lines(bytes, () => "0\n"), read: (file) => decodeJsonLines(file) },
  "JSON lines of objects": {
    make: (bytes) => lines(bytes, (i) => `{"a":${i},"b":[1,2,{"c":"text"}]}\n`),
    read: (file) => decodeJsonLines(file),
  },
  captions: {
    make: (bytes) => lines(bytes, (i) => `{"image":"${i}.png","caption":"A ${i}"}\n`),
    read: (file) => decodeCaptions(file),
  },
  text: { make: (bytes) => lines(bytes, (i) => `Line ${i}.\n`), read: (file) => decodeText(file) },
  "text with a Chinese letter": {
    make: (bytes) => lines(bytes, (i) => `Line ${i}.\n`, "你\n"),
    read: (file) => decodeText(file),
  },
};
