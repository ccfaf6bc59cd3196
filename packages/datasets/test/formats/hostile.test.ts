// Files made to do harm: few bytes that stand for many, names that lead elsewhere, lengths that lie.
import { deflateSync, gzipSync } from "node:zlib";
import { FormatError, tensor, zeros } from "@wengert/autograd";
import {
  decodeCaptions,
  decodeCifar10,
  decodeCsv,
  decodeIdx,
  decodeJsonLines,
  decodeNpy,
  decodeNpz,
  decodePng,
  encodeCaptions,
  encodeIdx,
  encodeNpy,
  encodePng,
  gunzip,
  gzip,
} from "@wengert/datasets";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../src/formats/checksums.js";
import { inflate } from "../../src/formats/inflate.js";
import { untar } from "../../src/formats/tar.js";

/** What it says when it is refused, and how much room it took for that, in bytes of typed arrays. */
function refused(decode: () => unknown): { readonly message: string; readonly bytes: number } {
  const before = process.memoryUsage().arrayBuffers;
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return { message: (error as Error).message, bytes: process.memoryUsage().arrayBuffers - before };
  }
  throw new Error("it was not refused");
}

/** How many bytes of typed arrays are taken. */
function growth(work: () => unknown): number {
  const before = process.memoryUsage().arrayBuffers;
  work();
  return process.memoryUsage().arrayBuffers - before;
}

const MiB = 2 ** 20;
const zeroes = new Uint8Array(32 * MiB);
const bomb = Uint8Array.from(gzipSync(zeroes));

describe("bombs", () => {
  test("a length above maxBytes is refused before anything is unpacked", () => {
    const { message, bytes } = refused(() => gunzip(bomb, { name: "b.gz", maxBytes: 10 * MiB }));
    expect(message).toBe(
      `b.gz: at offset ${bomb.length - 4} 33554432 bytes of data are promised; expected at most 10485760: maxBytes`,
    );
    expect(bytes).toBeLessThan(MiB / 4);
  });

  test("by default a few bytes may become 16 MiB, and that is done within a second", () => {
    const { message, bytes } = refused(() => gunzip(bomb, { name: "b.gz" }));
    expect(message).toContain("33554432 bytes of data are promised; expected at most 16777216: maxBytes");
    expect(bytes).toBeLessThan(MiB / 4);
    const most = Uint8Array.from(gzipSync(zeroes.subarray(0, 16 * MiB)));
    const started = process.cpuUsage();
    expect(gunzip(most)).toHaveLength(16 * MiB);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(1);
  });

  test("a length that lies low is found out in time", () => {
    const lying = bomb.slice();
    new DataView(lying.buffer).setUint32(lying.length - 4, 5000, true);
    const { message, bytes } = refused(() => gunzip(lying, { name: "b.gz" }));
    expect(message).toBe(
      "b.gz: at offset 10 more data comes out than the 5000 bytes promised; expected 5000 bytes",
    );
    expect(bytes).toBeLessThan(8 * MiB);
  });

  test("a length that lies high takes no room", () => {
    const lying = gzip(new Uint8Array(1000));
    new DataView(lying.buffer).setUint32(lying.length - 4, 2 ** 27, true);
    expect(refused(() => gunzip(lying, { maxBytes: 2 ** 28 })).message).toContain(
      "134217728 bytes are promised of 10 compressed ones; expected at most 1032 of each",
    );
    const large = Uint8Array.from(
      gzipSync(Uint8Array.from({ length: 200_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24)),
    );
    new DataView(large.buffer).setUint32(large.length - 4, 2 ** 26, true);
    expect(refused(() => gunzip(large, { maxBytes: 2 ** 28 })).bytes).toBeLessThan(8 * MiB);
  });

  test("an IDX file in a bomb", () => {
    const { message } = refused(() => decodeIdx(gzip(new Uint8Array(MiB)), { name: "x.gz" }));
    expect(message).toBe(
      "x.gz: at offset 2 stands 0x00; expected a type: 0x08 uint8, 0x09 int8, 0x0b int16, 0x0c int32, 0x0d float32 or 0x0e float64",
    );
  });

  test("zip archives: what all files have together counts", () => {
    const half = zeroes.subarray(0, MiB);
    const archive = zipSync({ "a.npy": half, "b.npy": half });
    expect(refused(() => decodeNpz(archive, { maxBytes: 1.5 * MiB })).message).toMatch(
      /files of 2097152 bytes begin; expected at most 1572864: maxBytes$/,
    );
  });

  test("PNG: pixels, and what is beside them", () => {
    const huge = withHeader(encodePng(zeros([4, 4], { dtype: "uint8" })), 2 ** 20, 2 ** 20);
    expect(refused(() => decodePng(huge)).message).toMatch(
      /^PNG: at offset 16 1099512676352 bytes of data are promised/,
    );
    const small = png([["IDAT", deflateSync(zeroes)]]);
    const { message, bytes } = refused(() => decodePng(small));
    expect(message).toBe(
      "PNG: at offset 43 more data comes out than the 20 bytes promised; expected 20 bytes",
    );
    expect(bytes).toBeLessThan(8 * MiB);
    // Where a colour profile unpacks to a lot, nothing of it is unpacked.
    const profile = Uint8Array.from([...new TextEncoder().encode("name\0\0"), ...deflateSync(zeroes)]);
    const before = process.memoryUsage().arrayBuffers;
    decodePng(
      png([
        ["iCCP", profile],
        ["IDAT", deflateSync(new Uint8Array(20))],
      ]),
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MiB);
  });

  test("more parts than a file has reason to have", () => {
    const empty = Array.from({ length: 50_000 }, () => ["teXt", new Uint8Array()] as const);
    const many = png([...empty, ["IDAT", deflateSync(new Uint8Array(20))]]);
    expect(growth(() => decodePng(many))).toBeLessThan(4 * many.length);
    const header = encodeNpy(zeros([1]));
    const long = new Uint8Array(MiB);
    long.set(header.subarray(0, 6));
    long.set([2, 0, 0, 0, 15, 0], 6);
    expect(refused(() => decodeNpy(long)).message).toBe(
      "npy: at offset 8 the header has 983040 bytes; expected at most 10000, as NumPy does",
    );
    expect(refused(() => decodeCsv(",".repeat(MiB), { columns: { x: "text" } })).message).toBe(
      "CSV: at offset 0 (line 1) begins a row of more than 65536 values; expected so many at most",
    );
    expect(() => encodeNpy(zeros(Array.from({ length: 65 }, () => 1)))).toThrow(
      "the tensor has 65 axes; NumPy's arrays have at most 64",
    );
  });

  test("a table of line feeds, and JSON of brackets", () => {
    const columns = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`c${i}`, "float64" as const]));
    const header = `${Object.keys(columns).join(",")}\n`;
    expect(refused(() => decodeCsv(`${header}${"\n".repeat(MiB)}1`, { columns })).bytes).toBeLessThan(
      16 * MiB,
    );
    expect(refused(() => decodeJsonLines("[".repeat(2 * MiB))).message).toContain(
      "begins a line of 2097152 bytes; expected at most 1048576",
    );
    expect(refused(() => decodeJsonLines("[".repeat(MiB))).message).toContain(
      "begins a line that is no JSON",
    );
  });
});

/** A PNG file of 4x4 grey pixels with these chunks behind its header. */
function png(chunks: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const whole = encodePng(zeros([4, 4], { dtype: "uint8" }));
  const parts = [...chunks, ["IEND", new Uint8Array()] as const].map(([type, data]) => {
    const made = new Uint8Array(12 + data.length);
    const view = new DataView(made.buffer);
    view.setUint32(0, data.length);
    made.set(new TextEncoder().encode(type), 4);
    made.set(data, 8);
    view.setUint32(8 + data.length, crc32(made.subarray(4, 8 + data.length)));
    return made;
  });
  return Uint8Array.from(Buffer.concat([whole.subarray(0, 33), ...parts]));
}

function withHeader(file: Uint8Array, width: number, height: number): Uint8Array {
  const made = file.slice();
  const view = new DataView(made.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(29, crc32(made.subarray(12, 29)));
  return made;
}

describe("the space that reading takes", () => {
  const bytes = encodeIdx(tensor(new Uint8Array(8 * MiB)));
  const packed = Uint8Array.from(
    gzipSync(Uint8Array.from({ length: 4 * MiB }, (_, i) => Math.imul(i, i + 77) >>> 5)),
  );

  const archive = zipSync({ "x.npy": [encodeNpy(tensor(new Uint8Array(4 * MiB))), { level: 0 }] });
  const fortran = encodeNpy(tensor(new Float32Array(2 * MiB), { shape: [1024, 2048] }));
  fortran.set(new TextEncoder().encode("True, "), Buffer.from(fortran).indexOf("False,"));
  const records = new Uint8Array(2000 * 3073);
  const table = new TextEncoder().encode(`x\n${"12\n".repeat(MiB)}`);

  test.each([
    ["IDX", () => decodeIdx(bytes), 4 * bytes.length],
    ["npz", () => decodeNpz(archive), 4 * archive.length],
    ["npy in Fortran order", () => decodeNpy(fortran), 4 * fortran.length],
    ["CIFAR-10", () => decodeCifar10(records), 4 * records.length],
    ["CSV", () => decodeCsv(table, { columns: { x: "float64" } }), 4 * table.length],
  ])("%s: at most four times the file", (_, decode, most) => {
    const before = process.memoryUsage().arrayBuffers;
    decode();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(most);
  });

  test("a compressed file takes what is in it, with room to grow", () => {
    const sizes: number[] = [];
    const size = new DataView(packed.buffer).getUint32(packed.length - 4, true);
    const made = inflate(packed.subarray(10, -8), {
      name: "",
      offset: 10,
      size,
      sizeOffset: 0,
      maxBytes: size,
    });
    sizes.push(made.buffer.byteLength);
    expect(sizes).toEqual([4 * MiB]);
  });
});

describe("names", () => {
  const array = encodeNpy(tensor([1, 2]));

  test.each(["../x.npy", "a/../../x.npy", "/etc/x.npy", "a\\x.npy", "C:x.npy", "a//x.npy", "x\0.npy"])(
    "a zip entry %j is refused",
    (path) => {
      const { message } = refused(() =>
        decodeNpz(zipSync({ "a.npy": array, [path]: array }), { name: "x.npz" }),
      );
      expect(message).toMatch(
        /^x\.npz: at offset \d+ stands the name ".*"; expected a path within the archive/,
      );
    },
  );

  test("__proto__ is a name like another", () => {
    // Plain objects would make it their prototype.
    const files = JSON.parse('{"constructor.npy": 0, "__proto__.npy": 0}') as Record<string, Uint8Array>;
    for (const key of Object.keys(files)) files[key] = array;
    const arrays = decodeNpz(zipSync(files));
    expect([...arrays.keys()].sort()).toEqual(["__proto__", "constructor"]);
    const { columns } = decodeCsv("__proto__,x\n1,2\n", {
      columns: JSON.parse('{"__proto__": "int32", "x": "int32"}') as Record<string, "int32">,
    });
    expect(Object.getPrototypeOf(columns)).toBe(Object.prototype);
    expect(Object.keys(columns)).toEqual(["__proto__", "x"]);
    expect(
      refused(() => decodeCaptions('{"image": "a", "caption": "b", "__proto__": {"polluted": true}}'))
        .message,
    ).toContain('the key "__proto__"');
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("a name twice", () => {
    const archive = zipSync({ "a.npy": array, "b.npy": array });
    for (let i = 0; i < archive.length; i++)
      if (archive[i] === 0x62 && archive[i + 1] === 0x2e && archive[i + 2] === 0x6e) archive[i] = 0x61;
    expect(refused(() => decodeNpz(archive)).message).toMatch(
      /the name "a\.npy" occurs again; expected each name once$/,
    );
  });

  test.each(["../1.png", "/1.png", "a\\1.png", "c:1.png", ""])("an image %j is refused", (image) => {
    const line = JSON.stringify({ image, captions: ["x"] });
    expect(refused(() => decodeCaptions(`{"image":"a","caption":"b"}\n${line}`)).message).toMatch(
      /^captions: at offset 28 is the image .*; expected a path within the folder/,
    );
    expect(() => encodeCaptions([{ image, captions: ["x"] }])).toThrow('a relative path without ".."');
  });

  /** The header of an entry in a tar archive, and an end. */
  function tarOf(size: string, type: string): Uint8Array {
    const header = new Uint8Array(1536);
    header.set(new TextEncoder().encode("passwd"));
    header.set(new TextEncoder().encode(size), 124);
    header.set(new TextEncoder().encode(type), 156);
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
    return header;
  }

  test("a link in a tar archive is refused", () => {
    expect(refused(() => untar(tarOf("00000000000\0", "2"))).message).toBe(
      'tar: at offset 156 stands the type "2"; expected a file or a folder',
    );
  });

  test.each(["20000000000\0", "777777777777", "-0000000001\0", "\xff\xff\xff", ""])(
    "a file of %j bytes in a tar archive is refused",
    (size) => {
      expect(untar(tarOf("00000000000\0", "0")).get("passwd")).toHaveLength(0);
      const { message, bytes } = refused(() => untar(tarOf(size, "0"), { name: "x.tar" }));
      expect(message).toMatch(
        /^x\.tar: at offset 124 .*; expected (at most 1024, which follow|an octal number)$/,
      );
      expect(bytes).toBeLessThan(4096);
    },
  );
});

test.each(["0", "-1", "2147483648", "18446744073709551615", "9".repeat(400)])(
  "a length of %s in digits",
  (length) => {
    const array = encodeNpy(tensor(new Uint8Array(64)));
    const literal = `{'descr': '|u1', 'fortran_order': False, 'shape': (${length},), }`;
    const header = new Uint8Array(10 + literal.length + 64);
    header.set(array.subarray(0, 8));
    header.set([literal.length & 255, literal.length >> 8], 8);
    header.set(new TextEncoder().encode(literal), 10);
    const { message, bytes } = refused(() => decodeNpy(header, { name: "x.npy" }));
    expect(message).toMatch(/^x\.npy: at offset \d+ .*; expected (0 bytes|the length|a length below)/);
    expect(bytes).toBeLessThan(4096);
  },
);

describe("archives that lie", () => {
  const array = encodeNpy(tensor([1, 2, 3]));
  const archive = zipSync({ "a.npy": [array, { level: 0 }], "b.npy": [array, { level: 0 }] });
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer);
  const end = archive.length - 22;
  const directory = view(archive).getUint32(end + 16, true);
  const second = directory + 46 + 5;

  test.each<[string, (bytes: DataView) => void, RegExp]>([
    [
      "files that overlap",
      (bytes) => bytes.setUint32(directory + 20, bytes.getUint32(directory + 20, true) + 40, true),
      /begins a header with another checksum or length|stored of/,
    ],
    [
      "a header elsewhere",
      (bytes) => bytes.setUint32(second + 42, 3, true),
      /the header of "b\.npy" is said to begin at 3/,
    ],
    [
      "a header of another file",
      (bytes) => bytes.setUint32(second + 42, 0, true),
      /begins a header that does not bear the name of "b\.npy"/,
    ],
    ["encryption", (bytes) => bytes.setUint16(directory + 8, 1, true), /the entry is encrypted/],
    [
      "another method",
      (bytes) => bytes.setUint16(directory + 10, 12, true),
      /the method is 12; expected 0 \(stored\) or 8/,
    ],
    [
      "a checksum",
      (bytes) => [bytes.setUint32(directory + 16, 7, true), bytes.setUint32(14, 7, true)],
      /the checksum of "a\.npy" is 7/,
    ],
    [
      "more entries",
      (bytes) => [bytes.setUint16(end + 8, 3, true), bytes.setUint16(end + 10, 3, true)],
      /3 entries are promised; expected 2/,
    ],
    ["parts", (bytes) => bytes.setUint16(end + 4, 1, true), /an archive of several parts/],
    [
      "64-bit lengths",
      (bytes) => [
        bytes.setUint32(second + 20, 0xffffffff, true),
        bytes.setUint32(second + 24, 0xffffffff, true),
      ],
      /64-bit lengths/,
    ],
  ])("%s", (_, change, message) => {
    const lying = archive.slice();
    change(view(lying));
    expect(refused(() => decodeNpz(lying, { name: "x.npz" })).message).toMatch(message);
  });
});
