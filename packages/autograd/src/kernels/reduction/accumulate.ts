/**
 * The loops of sums and products, along the terms of one result (rows) and across results (columns). Both combine
 * the terms of a result in the order that reduce.ts promises.
 */
import { bytesOf, type DType } from "../../dtype.js";
import type { Type } from "../../wasm/assembler.js";
import { type Fn, type Local, ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, i32x4, type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { f32, f64, i32, type Value } from "../../wasm/values.js";
import { compileLoops, emitLoop } from "./arguments.js";

/** How terms are combined: added, multiplied, or (floats alone) squared and added. */
export type Combination = "sum" | "prod" | "squares";

/** Terms that are combined apart from the others, and then as one term. */
export const blockTerms = 4096;

/** Vectors that are combined as a tree before the running result takes them. */
const chunk = 8;

interface Accumulator {
  /** The dtype of running results: float64 or int32. */
  readonly dtype: "float64" | "int32";
  readonly lanes: Lanes;
  /** Running results that each result has in columns: its even and its odd terms are combined apart. */
  readonly classes: number;
  readonly identity: number;
  readonly combine: (x: Vector, y: Vector) => Vector;
  readonly combineScalars: (x: Value<Type>, y: Value<Type>) => Value<Type>;
  /** Loads as many terms as there are lanes. */
  readonly load: (pointer: Value<"i32">, offset?: number) => Vector;
  /** Loads one term into the first lane; the others hold the identity. */
  readonly loadOne: (pointer: Value<"i32">) => Vector;
}

function accumulatorOf(from: DType, combination: Combination): Accumulator {
  const float = from === "float32" || from === "float64";
  const lanes = float ? f64x2 : i32x4;
  const identity = combination === "prod" ? 1 : 0;
  const op = combination === "prod" ? "mul" : "add";
  const bytes = bytesOf[from];
  const term = (x: Vector): Vector => (combination === "squares" ? lanes.mul(x, x) : x);
  const load = (pointer: Value<"i32">, offset = 0): Vector => {
    if (from === "float32") return v128.promote(v128.loadLow(pointer, 8, offset));
    return bytes === 1 ? v128.i32FromU8(v128.loadLow(pointer, 4, offset)) : v128.load(pointer, offset);
  };
  const loadOne = (pointer: Value<"i32">): Vector => {
    if (from === "float32") return lanes.replace(lanes.const(identity), 0, f64.promote(f32.load(pointer)));
    if (from === "float64") return v128.loadLane(lanes.const(identity), pointer, 8, 0);
    return lanes.replace(lanes.const(identity), 0, bytes === 1 ? i32.load8U(pointer) : i32.load(pointer));
  };
  return {
    dtype: float ? "float64" : "int32",
    lanes,
    classes: float ? 2 : 1,
    identity,
    combine: lanes[op],
    combineScalars: float ? f64[op] : i32[op],
    load: (pointer, offset) => term(load(pointer, offset)),
    loadOne: (pointer) => term(loadOne(pointer)),
  };
}

/** Combines two neighbours at a time, so that eight terms take three steps. */
function tree(combine: Accumulator["combine"], terms: readonly Vector[]): Vector {
  if (terms.length === 1) return terms[0];
  const half = terms.length / 2;
  return combine(tree(combine, terms.slice(0, half)), tree(combine, terms.slice(half)));
}

function emitRows(module: ModuleBuilder, from: DType, a: Accumulator): void {
  const { lanes, combine } = a;
  const bytes = bytesOf[from];
  const vectorBytes = bytes * lanes.count;
  emitLoop(module, "rows", (f, row, rows, rowStep, terms, totals) => {
    const scalar = a.dtype === "float64" ? f64 : i32;
    f.doWhile(
      () => {
        const total = f.let(scalar.load(totals) as Value<Type>);
        const pointer = f.let(i32.add(row, 0));
        const end = f.let(i32.add(row, i32.mul(terms, bytes)));
        f.doWhile(
          () => {
            const left = f.let(i32.sub(end, pointer));
            f.if(i32.gtU(left, blockTerms * bytes), () => f.set(left, blockTerms * bytes));
            const blockEnd = f.let(i32.add(pointer, left));
            const chunkEnd = f.let(i32.add(pointer, i32.and(left, -chunk * vectorBytes)));
            const vectorEnd = f.let(i32.add(pointer, i32.and(left, -vectorBytes)));
            const running = f.let(lanes.const(a.identity));
            f.while(i32.ltU(pointer, chunkEnd), () => {
              const loaded = Array.from({ length: chunk }, (_, k) => a.load(pointer, k * vectorBytes));
              f.set(running, combine(running, tree(combine, loaded)));
              f.increase(pointer, chunk * vectorBytes);
            });
            f.while(i32.ltU(pointer, vectorEnd), () => {
              f.set(running, combine(running, a.load(pointer)));
              f.increase(pointer, vectorBytes);
            });
            f.while(i32.ltU(pointer, blockEnd), () => {
              f.set(running, combine(running, a.loadOne(pointer)));
              f.increase(pointer, bytes);
            });
            let block = lanes.extract(running, 0);
            for (let k = 1; k < lanes.count; k++)
              block = a.combineScalars(block, lanes.extract(running, k)) as typeof block;
            f.set(total, a.combineScalars(total, block));
          },
          () => i32.ltU(pointer, end),
        );
        f.run(scalar.store(totals, total));
        f.increase(totals, lanes.bytes);
        f.increase(row, rowStep);
        f.increase(rows, -1);
      },
      () => i32.gtS(rows, 0),
    );
  });
}

/** Combines `chunk` rows, `step` bytes apart from `pointer` on, into the running results of one line. */
function emitChunk(
  f: Fn,
  a: Accumulator,
  vectorBytes: number,
): (pointer: Value<"i32">, step: Local<"i32">, running: Value<"i32">, end: Local<"i32">) => void {
  const pointers = Array.from({ length: chunk }, () => f.local("i32"));
  const at = f.local("i32");
  return (pointer, step, running, end) => {
    pointers.forEach((row, k) => f.set(row, k === 0 ? pointer : i32.add(pointers[k - 1], step)));
    f.set(at, running);
    f.doWhile(
      () => {
        const terms = pointers.map((row) => a.load(row));
        f.run(v128.store(at, a.combine(v128.load(at), tree(a.combine, terms))));
        for (const row of pointers) f.increase(row, vectorBytes);
        f.increase(at, 16);
      },
      () => i32.ltU(at, end),
    );
  };
}

/** Combines `count` rows, fewer than a chunk and not none, one by one into the running results of one line. */
function emitRest(
  f: Fn,
  a: Accumulator,
  vectorBytes: number,
): (
  pointer: Value<"i32">,
  step: Local<"i32">,
  count: Local<"i32">,
  running: Value<"i32">,
  end: Local<"i32">,
) => void {
  const [column, row, at] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const left = f.local("i32");
  const sum = f.local("v128");
  return (pointer, step, count, running, end) => {
    f.set(column, pointer);
    f.set(at, running);
    f.doWhile(
      () => {
        f.set(sum, v128.load(at));
        f.set(row, column);
        f.set(left, count);
        f.doWhile(
          () => {
            f.set(sum, a.combine(sum, a.load(row)));
            f.increase(row, step);
            f.increase(left, -1);
          },
          () => left,
        );
        f.run(v128.store(at, sum));
        f.increase(column, vectorBytes);
        f.increase(at, 16);
      },
      () => i32.ltU(at, end),
    );
  };
}

function emitColumns(module: ModuleBuilder, from: DType, a: Accumulator): void {
  const { classes } = a;
  const vectorBytes = bytesOf[from] * a.lanes.count;
  emitLoop(module, "columns", (f, line, lines, lineStep, terms, termStep, columns, running) => {
    const width = f.let(i32.mul(columns, a.lanes.bytes));
    const pitch = f.let(i32.mul(i32.and(i32.add(columns, 3), -4), a.lanes.bytes));
    const step = f.let(i32.mul(termStep, classes));
    const groups = f.let(i32.divU(terms, chunk * classes));
    const rest = f.let(i32.remU(terms, chunk * classes));
    const [pointer, count] = [f.local("i32"), f.local("i32")];
    const ends = Array.from({ length: classes }, () => f.local("i32"));
    const chunkOfRows = emitChunk(f, a, vectorBytes);
    const restOfRows = emitRest(f, a, vectorBytes);
    const forEachClass = (body: (first: Value<"i32">, at: Value<"i32">, k: number) => void): void => {
      for (let k = 0; k < classes; k++)
        body(i32.add(pointer, i32.mul(termStep, k)), i32.add(running, i32.mul(pitch, k)), k);
    };
    f.doWhile(
      () => {
        ends.forEach((end, k) => f.set(end, i32.add(i32.add(running, i32.mul(pitch, k)), width)));
        f.set(pointer, line);
        f.set(count, groups);
        // Class by class within a group, so that what is running stays in the first-level cache.
        f.while(i32.gtS(count, 0), () => {
          forEachClass((first, at, k) => chunkOfRows(first, step, at, ends[k]));
          f.increase(pointer, i32.mul(step, chunk));
          f.increase(count, -1);
        });
        forEachClass((first, at, k) => {
          f.set(count, i32.divU(i32.add(rest, classes - 1 - k), classes));
          f.if(count, () => restOfRows(first, step, count, at, ends[k]));
        });
        f.increase(running, i32.mul(pitch, classes));
        f.increase(line, lineStep);
        f.increase(lines, -1);
      },
      () => i32.gtS(lines, 0),
    );
  });
}

/** Takes the running results of a block into the totals, and starts them anew. */
function emitEndBlock(module: ModuleBuilder, a: Accumulator): void {
  emitLoop(module, "endBlock", (f, lines, columns, running, totals) => {
    const pitch = f.let(i32.mul(i32.and(i32.add(columns, 3), -4), a.lanes.bytes));
    f.doWhile(
      () => {
        const end = f.let(i32.add(running, pitch));
        f.doWhile(
          () => {
            const parts = Array.from({ length: a.classes }, (_, k) =>
              f.let(i32.add(running, i32.mul(pitch, k))),
            );
            const block = tree(
              a.combine,
              parts.map((part) => v128.load(part)),
            );
            f.run(v128.store(totals, a.combine(v128.load(totals), block)));
            for (const part of parts) f.run(v128.store(part, a.lanes.const(a.identity)));
            f.increase(running, 16);
            f.increase(totals, 16);
          },
          () => i32.ltU(running, end),
        );
        f.increase(running, i32.mul(pitch, a.classes - 1));
        f.increase(lines, -1);
      },
      () => i32.gtS(lines, 0),
    );
  });
}

/** The emitted loops for one dtype and combination, under names for their arguments. Addresses and steps in bytes. */
export interface AccumulatorKernel {
  /** Of running results and totals. */
  readonly dtype: "float64" | "int32";
  readonly identity: number;
  /** Running results of each result in columns; lines of them lie `classes * pitch` apart. */
  readonly classes: number;
  /** Combines contiguous terms, from the start of a block on, into the total of each line. */
  readonly rows: (address: number, lines: number, lineStep: number, terms: number, totals: number) => void;
  /** Combines terms, from the start of a group of {@link groupTerms} on, into the running results of each line. */
  readonly columns: (
    address: number,
    lines: number,
    lineStep: number,
    terms: number,
    termStep: number,
    columns: number,
    running: number,
  ) => void;
  /** Takes the running results of a block into the totals, whose lines lie a pitch apart, and starts them anew. */
  readonly endBlock: (lines: number, columns: number, running: number, totals: number) => void;
}

/** Terms that columns must be given together, except at the end of a block. */
export const groupTerms: number = 2 * chunk;

const compiled = new Map<string, AccumulatorKernel>();

/** The loops for operands of dtype `from`, compiled at the first call. */
export function accumulatorKernel(from: DType, combination: Combination): AccumulatorKernel {
  const key = `${from} ${combination}`;
  let kernel = compiled.get(key);
  if (kernel === undefined) {
    kernel = compile(accumulatorOf(from, combination), from);
    compiled.set(key, kernel);
  }
  return kernel;
}

function compile(a: Accumulator, from: DType): AccumulatorKernel {
  const module = new ModuleBuilder();
  emitRows(module, from, a);
  emitColumns(module, from, a);
  emitEndBlock(module, a);
  return {
    dtype: a.dtype,
    identity: a.identity,
    classes: a.classes,
    ...compileLoops<"rows" | "columns" | "endBlock">(module),
  };
}
