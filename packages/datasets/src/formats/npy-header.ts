/** The head of an npy file: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
import { ArgumentError, type Shape } from "@wengert/autograd";
import type { ElementType } from "./elements.js";
import { hex, malformed } from "./malformed.js";

export interface NpyHeader {
  readonly type: ElementType;
  readonly little: boolean;
  /** Whether the first axis runs fastest. */
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the header ends and the data begins. */
  readonly end: number;
}

const types: Readonly<Record<string, ElementType>> = {
  b1: "BOOL",
  u1: "U8",
  i1: "I8",
  u2: "U16",
  i2: "I16",
  u4: "U32",
  i4: "I32",
  u8: "U64",
  i8: "I64",
  f2: "F16",
  f4: "F32",
  f8: "F64",
};

// What NumPy itself allows at most.
const mostAxes = 64;
const longestHeader = 10_000;
const magic = [0x93, ...new TextEncoder().encode("NUMPY")];

/** @throws FormatError if `bytes` do not begin as an npy file of numbers does */
export function readNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  const wrong = magic.findIndex((byte, i) => bytes[i] !== byte);
  if (wrong >= 0)
    throw malformed(name, wrong, `stands ${hex(bytes[wrong])}`, `${hex(magic[wrong])} of "\\x93NUMPY"`);
  const major = bytes[6];
  if (major !== 1 && major !== 2 && major !== 3)
    throw malformed(name, 6, `stands ${hex(major)}`, "1, 2 or 3, the version of the format");
  if (bytes[7] !== 0) throw malformed(name, 7, `stands ${hex(bytes[7])}`, "0, the minor version");
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw malformed(name, bytes.length, "the file ends", "the length of the header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const end = start + length;
  if (end > bytes.length)
    throw malformed(
      name,
      8,
      `the header has ${length} bytes`,
      `at most ${bytes.length - start}, which follow`,
    );
  if (length > longestHeader)
    throw malformed(name, 8, `the header has ${length} bytes`, `at most ${longestHeader}, as NumPy does`);
  // One character a byte, so that places in the text are places in the file.
  const text = Array.from(bytes.subarray(start, end), (byte) => String.fromCharCode(byte)).join("");
  return { ...new LiteralReader(text, start, name).header(), end };
}

/** Reads the Python dict of a header. */
class LiteralReader {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly base: number,
    private readonly name: string,
  ) {}

  header(): Omit<NpyHeader, "end"> {
    let type: { readonly type: ElementType; readonly little: boolean } | undefined;
    let fortranOrder: boolean | undefined;
    let shape: Shape | undefined;
    this.expect("{");
    while (!this.take("}")) {
      const at = this.position;
      const key = this.string();
      this.expect(":");
      if (key === "descr" && type === undefined) type = this.type();
      else if (key === "fortran_order" && fortranOrder === undefined) fortranOrder = this.boolean();
      else if (key === "shape" && shape === undefined) shape = this.shape();
      else throw this.unexpected("the keys descr, fortran_order and shape, once each", at);
      if (!this.take(",")) {
        this.expect("}");
        break;
      }
    }
    this.spaces();
    if (this.position < this.text.length)
      throw this.unexpected("spaces and a line feed up to the end of the header");
    if (type === undefined || fortranOrder === undefined || shape === undefined)
      throw this.unexpected("the keys descr, fortran_order and shape", 0);
    return { ...type, fortranOrder, shape };
  }

  private spaces(): void {
    while (/[ \n\t]/.test(this.text[this.position] ?? "")) this.position++;
  }

  private take(sign: string): boolean {
    this.spaces();
    if (!this.text.startsWith(sign, this.position)) return false;
    this.position += sign.length;
    return true;
  }

  private expect(sign: string): void {
    if (!this.take(sign)) throw this.unexpected(`"${sign}"`);
  }

  private unexpected(expected: string, at: number = this.position): Error {
    const found = this.text.slice(at, at + 20);
    return malformed(
      this.name,
      this.base + at,
      found === "" ? "the header ends" : `stands ${JSON.stringify(found)}`,
      expected,
    );
  }

  private match(pattern: RegExp, expected: string): string {
    this.spaces();
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.unexpected(expected);
    this.position += found.length;
    return found;
  }

  private string(): string {
    return this.match(/'[\w<>|=]*'|"[\w<>|=]*"/y, "a string").slice(1, -1);
  }

  private boolean(): boolean {
    return this.match(/(True|False)\b/y, "True or False") === "True";
  }

  private type(): { readonly type: ElementType; readonly little: boolean } {
    this.spaces();
    const at = this.position;
    const advice =
      "the type of a plain number or bool, such as '<f4'; complex numbers, texts, objects and records are not read";
    const [order, kind] = [this.text.slice(at + 1, at + 2), this.text.slice(at + 2, at + 4)];
    const type = Object.hasOwn(types, kind) ? types[kind] : undefined;
    if (!/['"]/.test(this.text[at] ?? "") || this.string().length !== 3 || type === undefined)
      throw this.unexpected(advice, at);
    if (!"<>|".includes(order) || (order === "|" && !kind.endsWith("1")))
      throw this.unexpected("a byte order of < or >, or | for single bytes", at);
    return { type, little: order !== ">" };
  }

  private shape(): Shape {
    const shape: number[] = [];
    this.expect("(");
    while (!this.take(")")) {
      this.spaces();
      const at = this.position;
      const length = Number(this.match(/\d{1,19}(?!\d)/y, "the length of an axis"));
      if (length > 0x7fffffff) throw this.unexpected("a length below 2^31", at);
      shape.push(length);
      if (shape.length > mostAxes) throw this.unexpected(`at most ${mostAxes} axes`, at);
      if (this.take(",")) continue;
      // (3) is no tuple.
      if (shape.length === 1) throw this.unexpected('","');
      this.expect(")");
      break;
    }
    return shape;
  }
}

/** The head of a file, version 1.0: filled up so that the data lies aligned. */
export function writeNpyHeader(type: ElementType, shape: Shape): Uint8Array<ArrayBuffer> {
  if (shape.length > mostAxes)
    throw new ArgumentError(
      `encodeNpy: the tensor has ${shape.length} axes; NumPy's arrays have at most ${mostAxes}`,
    );
  const kind = Object.keys(types).find((each) => types[each] === type)!;
  const order = kind.endsWith("1") ? "|" : "<";
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const literal = `{'descr': '${order}${kind}', 'fortran_order': False, 'shape': (${lengths}), }`;
  const start = magic.length + 4;
  const padding = 63 - ((start + literal.length) % 64);
  const text = new TextEncoder().encode(`${literal}${" ".repeat(padding)}\n`);
  const made = new Uint8Array(start + text.length);
  made.set([...magic, 1, 0]);
  new DataView(made.buffer).setUint16(magic.length + 2, text.length, true);
  made.set(text, start);
  return made;
}
