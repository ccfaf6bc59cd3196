import { describe, expect, test } from "vitest";
import { tensor } from "../../src/create.js";
import { FormatError } from "../../src/errors.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/serialize.js";
import { entry, file, processorTime } from "./files.js";

describe("what is not a file of the format", () => {
  const one = entry("F32", [1], 0, 4);
  const text = (header: string, dataLength = 4): Uint8Array => file(header, dataLength);
  const withLength = (length: bigint): Uint8Array => {
    const bytes = file({ x: one }, 4);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };
  const ok = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["nothing", new Uint8Array(0), /the file has 0 bytes; expected at least the 8/],
    ["seven bytes", new Uint8Array(7), /the file has 7 bytes/],
    ["a header of 0 bytes", withLength(0n), /offset 8 is the end of the header; expected "\{"/],
    ["a header of −1 bytes", withLength(-1n), /has 18446744073709551615 bytes; expected at most/],
    ["a header of 2³¹ bytes", withLength(2n ** 31n), /has 2147483648 bytes/],
    ["a header of 2⁵³ bytes", withLength(2n ** 53n), /has 9007199254740992 bytes/],
    ["a header beyond the file", withLength(70n), /expected at most 5[0-9], in a file of 6[0-9] bytes/],
    [
      "white space first",
      text(` {"x":${ok}}`),
      /offset 8 is the byte 32; expected "\{", which begins a header/,
    ],
    ["a byte order mark", text(`\uFEFF{"x":${ok}}`), /offset 8 is the byte 239/],
    ["a list", text("[]"), /offset 8 is "\["/],
    ["no closing brace", text(`{"x":${ok}`), /is the end of the header; expected "," or "\}"/],
    ["more after the header", text(`{"x":${ok}} {}`), /is "\{"; expected spaces up to the end of the header/],
    ["a newline after the header", text(`{"x":${ok}}\n`), /is the byte 10; expected spaces/],
    ["a comma too many", text(`{"x":${ok},}`), /is "\}"; expected a string/],
    ["a comma for a colon", text(`{"x",${ok}}`), /offset 12 is ","; expected ":"/],
    ["a name twice", text(`{"x":${ok},"x":${ok}}`), /offset 62 repeats the key "x"/],
    ["a name twice, once escaped", text(`{"x":${ok},"\\u0078":${ok}}`), /offset 62 repeats the key "x"/],
    ["__proto__ twice", text(`{"__proto__":${ok},"__proto__":${ok}}`), /repeats the key "__proto__"/],
    ["dtype twice", text(`{"x":{"dtype":"F64",${ok.slice(1)}}`), /repeats the key "dtype"/],
    [
      "metadata twice",
      text(`{"__metadata__":{},"x":${ok},"__metadata__":{}}`),
      /repeats the key "__metadata__"/,
    ],
    ["a metadata key twice", text(`{"__metadata__":{"a":"1","a":"2"},"x":${ok}}`), /repeats the key "a"/],
    ["metadata that is no text", text(`{"__metadata__":{"a":1},"x":${ok}}`), /is "1"; expected a string/],
    ["metadata that is null", text(`{"__metadata__":null,"x":${ok}}`), /is "n"; expected "\{"/],
    [
      "a control character in a name",
      text(`{"x\\u0000":${ok}}`),
      /the name at offset 9, "x\\u0000", has a control character/,
    ],
    [
      "a bare control character",
      text(`{"x\n":${ok}}`),
      /offset 11 is the byte 10; expected a control character to be written/,
    ],
    ["half a character", text(`{"\\ud800":${ok}}`), /the string at offset 9 is malformed/],
    ["an unknown escape", text(`{"\\x":${ok}}`), /the string at offset 9 is malformed/],
    ["an escape cut off", text(`{"x\\`), /is the end of the header; expected the closing "/],
    ["a very long name", text(`{"${"x".repeat(5000)}":${ok}}`), /5000 characters long/],
    [
      "an unknown dtype",
      text(`{"x":${ok.replace("F32", "F8_E4M3")}}`),
      /"x" at offset 9 has the dtype "F8_E4M3"; expected one of BOOL/,
    ],
    ["a dtype of Object", text(`{"x":${ok.replace("F32", "constructor")}}`), /has the dtype "constructor"/],
    [
      "a further key",
      text(`{"x":{"strides":[1],${ok.slice(1)}}`),
      /has the key "strides"; expected dtype, shape and data_offsets alone/,
    ],
    ["no shape", text('{"x":{"dtype":"F32","data_offsets":[0,4]}}'), /lacks shape/],
    ["three offsets", text(`{"x":${ok.replace("[0,4]", "[0,4,4]")}}`), /expected at most 2 integers/],
    [
      "one offset",
      text(`{"x":${ok.replace("[0,4]", "[4]")}}`),
      /has the data_offsets \[4\]; expected \[begin, end\]/,
    ],
    [
      "offsets reversed",
      text(`{"x":${ok.replace("[0,4]", "[4,0]")}}`),
      /\[4, 0\]; expected \[begin, end\] with begin ≤ end/,
    ],
    ["a negative length", text(`{"x":${ok.replace("[1]", "[-1]")}}`), /is "-"; expected an integer from 0/],
    ["a fraction", text(`{"x":${ok.replace("[1]", "[1.0]")}}`), /is "\."; expected "," or "\]"/],
    ["an exponent", text(`{"x":${ok.replace("[1]", "[1e0]")}}`), /is "e"; expected "," or "\]"/],
    ["a leading zero", text(`{"x":${ok.replace("[1]", "[01]")}}`), /without leading zeros/],
    [
      "2⁵³ as a length",
      text(`{"x":${ok.replace("[1]", "[9007199254740992]")}}`),
      /expected an integer from 0 to 2\^53 - 1/,
    ],
    [
      "twenty digits",
      text(`{"x":${ok.replace("[1]", "[18446744073709551616]")}}`),
      /expected an integer from 0/,
    ],
    [
      "a product beyond 2⁵³",
      text(`{"x":${ok.replace("[1]", "[4294967296,4294967296]")}}`),
      /more than any file can hold/,
    ],
    [
      "such a product with a 0",
      file({ x: entry("F32", [0, 2 ** 40, 2 ** 40], 0, 0) }),
      /more than any file can hold/,
    ],
    [
      "a shape of other size",
      file({ x: entry("F32", [2], 0, 4) }, 4),
      /"x" at offset 9 is F32 \[2\], which takes 8 bytes, but has 4/,
    ],
    [
      "too many axes",
      file({ x: entry("F32", new Array<number>(65).fill(1), 0, 4) }, 4),
      /expected at most 64 integers/,
    ],
    [
      "a range beyond the file",
      file({ x: entry("F32", [2], 0, 8) }, 4),
      /the tensors end at 8 after the header, and the file at 4/,
    ],
    [
      "data that no tensor has",
      file({ x: one }, 5),
      /the tensors end at 4 after the header, and the file at 5/,
    ],
    [
      "a hole",
      file({ x: one, y: entry("F32", [1], 5, 9) }, 9),
      /the data of "y" begins at 5, after a hole; expected 4/,
    ],
    ["a hole at the start", file({ x: entry("F32", [1], 1, 5) }, 5), /begins at 1, after a hole; expected 0/],
    [
      "an overlap",
      file({ x: one, y: entry("F32", [1], 3, 7) }, 7),
      /begins at 3, within another tensor's; expected 4/,
    ],
    [
      "the same data twice",
      file({ x: one, y: one }, 4),
      /the data of "y" begins at 0, within another tensor's/,
    ],
    [
      "a bool of 2",
      new Uint8Array([...file({ x: entry("BOOL", [2], 0, 2) }), 1, 2]),
      /element 1 is the BOOL 2, .* a byte of 0 or 1/,
    ],
  ];
  test.each(cases)("%s", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes)).toThrow(/^safetensors: /);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });

  test("bytes that are no UTF-8", () => {
    const bytes = file({ x: one }, 4);
    bytes[10] = 0xff;
    expect(() => decodeSafetensors(bytes)).toThrow(/the string at offset 9 is malformed; expected UTF-8/);
  });

  test("white space between, any order of keys and tensors, and escapes are well-formed", () => {
    const header = `{ "y" :{"data_offsets" : [ 4 , 12 ],\n\t"shape":[ 2 ],\r"dtype":"F32" }, "\\u0078" : ${ok} , "__metadata__": { } }  `;
    const { tensors } = decodeSafetensors(file(header, 12));
    expect([...tensors.keys()]).toEqual(["y", "x"]);
    expect([...tensors.values()].map(({ shape }) => [...shape])).toEqual([[2], [1]]);
  });

  test("names of Object's are names", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", ""];
    const bytes = encodeSafetensors(
      names.map((name) => [name, tensor([1])]),
      { metadata: new Map([["__proto__", "x"]]) },
    );
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect([...tensors.keys()].toSorted()).toEqual(names.toSorted());
    expect(metadata.get("__proto__")).toBe("x");
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("too many entries", () => {
    const bytes = encodeSafetensors(Array.from({ length: 11 }, (_, i) => [`x${i}`, tensor([1])]));
    expect(() => decodeSafetensors(bytes, { maxEntries: 10 })).toThrow(/beyond 10 entries; raise maxEntries/);
    expect(decodeSafetensors(bytes, { maxEntries: 11 }).tensors.size).toBe(11);
  });

  test("headers made to be slow are refused within a second", () => {
    const empty = ok.replace("[1]", "[0]").replace("4", "0");
    const many = Array.from({ length: 120_000 }, (_, i) => i);
    const slow = [
      text(`{${many.map((i) => `"${i}":${empty}`).join(",")}}`, 0),
      text(`{"__metadata__":{${many.map((i) => `"${i}":""`).join(",")}}}`, 0),
      text(`{"x":{"shape":[${"0,".repeat(2_000_000)}0]}}`, 0),
      text(`{"x":{"shape":[${"1".repeat(4_000_000)}]}}`, 0),
      text(`{"x":{"data_offsets":[${"0,".repeat(2_000_000)}0]}}`, 0),
      text(`{"${"x".repeat(4_000_000)}":1}`, 0),
      text(`{"x":{"dtype":"${"\\u0041".repeat(600_000)}"}}`, 0),
      text(`{"x":${"[".repeat(4_000_000)}`, 0),
      text(`{"x":${'{"dtype":'.repeat(400_000)}`, 0),
      text(`{}${" ".repeat(4_000_000)}x`, 0),
    ];
    for (const bytes of slow) {
      const started = processorTime();
      expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
      expect(processorTime() - started).toBeLessThan(1000);
    }
  });
});
