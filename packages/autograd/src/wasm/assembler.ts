/** Writes the bytes of a WebAssembly module: sections, types, functions, one imported memory. Knows no kernel. */

/** A value type of WebAssembly. */
export type Type = "i32" | "i64" | "f32" | "f64" | "v128";

const typeCode: Readonly<Record<Type, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** One function: its signature, its further locals and the bytes of its body. */
export interface FunctionCode {
  readonly name: string;
  readonly parameters: readonly Type[];
  readonly results: readonly Type[];
  readonly locals: readonly Type[];
  readonly body: readonly number[];
  readonly exported: boolean;
}

/** Appends `value` as unsigned LEB128. */
export function unsigned(bytes: number[], value: number): void {
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
}

/** Appends the 32-bit integer `value` as signed LEB128. */
export function signed(bytes: number[], value: number): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return;
  }
}

/** Appends the 64-bit integer `value` as signed LEB128. */
export function signed64(bytes: number[], value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return;
  }
}

function name(bytes: number[], text: string): void {
  unsigned(bytes, text.length);
  for (const letter of text) bytes.push(letter.charCodeAt(0));
}

function section(module: number[], id: number, content: readonly number[]): void {
  module.push(id);
  unsigned(module, content.length);
  for (const byte of content) module.push(byte);
}

function list<T>(items: readonly T[], write: (bytes: number[], item: T) => void): number[] {
  const bytes: number[] = [];
  unsigned(bytes, items.length);
  for (const item of items) write(bytes, item);
  return bytes;
}

function functionBody(bytes: number[], code: FunctionCode): void {
  const runs: [count: number, type: Type][] = [];
  for (const type of code.locals) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  const content = list(runs, (out, [count, type]) => {
    unsigned(out, count);
    out.push(typeCode[type]);
  });
  for (const byte of code.body) content.push(byte);
  content.push(0x0b);
  unsigned(bytes, content.length);
  for (const byte of content) bytes.push(byte);
}

/**
 * The bytes of a module that imports the memory `wengert.memory` (at least one page) and holds `functions`,
 * which refer to one another by their index in the list.
 */
export function assemble(functions: readonly FunctionCode[]): Uint8Array<ArrayBuffer> {
  const types: FunctionCode[] = [];
  const typeIndex = new Map<string, number>();
  const indices = functions.map((code) => {
    const key = `${code.parameters.join()}:${code.results.join()}`;
    let index = typeIndex.get(key);
    if (index === undefined) {
      index = types.push(code) - 1;
      typeIndex.set(key, index);
    }
    return index;
  });

  const module = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  section(
    module,
    1,
    list(types, (bytes, type) => {
      bytes.push(0x60);
      for (const side of [type.parameters, type.results])
        bytes.push(...list(side, (out, item) => out.push(typeCode[item])));
    }),
  );
  const memoryImport: number[] = [1];
  name(memoryImport, "wengert");
  name(memoryImport, "memory");
  memoryImport.push(0x02, 0x00, 0x01);
  section(module, 2, memoryImport);
  section(module, 3, list(indices, unsigned));
  const exports = functions.flatMap((code, index) => (code.exported ? [{ name: code.name, index }] : []));
  section(
    module,
    7,
    list(exports, (bytes, entry) => {
      name(bytes, entry.name);
      bytes.push(0x00);
      unsigned(bytes, entry.index);
    }),
  );
  section(module, 10, list(functions, functionBody));
  return new Uint8Array(module);
}
