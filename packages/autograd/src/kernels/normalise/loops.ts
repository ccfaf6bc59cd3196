/**
 * The loops of normalisations over dense rows: maps, and sums along rows or down columns. Beside the rows they read
 * parameters, of which there is one for each row or one for each column. Rows come in turns, one behind the other: in each
 * the same parameters and the same sums belong to them.
 */
import { bytesOf, type FloatDType } from "../../dtype.js";
import type { Type } from "../../wasm/assembler.js";
import { ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { f32, f64, i32, type Value } from "../../wasm/values.js";
import { compileLoops } from "../reduction/arguments.js";
import { type Float, floats } from "../softmax/float.js";
import { emitLoop, emitRows } from "./rows.js";

/** What formulas are made of, of vectors and of scalars. */
interface Arithmetic {
  readonly add: (x: Value<Type>, y: Value<Type>) => Value<Type>;
  readonly sub: (x: Value<Type>, y: Value<Type>) => Value<Type>;
  readonly mul: (x: Value<Type>, y: Value<Type>) => Value<Type>;
}

type Numbers = readonly Value<Type>[];

/** Of what there is one. */
type Each = "row" | "column";

/** A result for each number. Parameters are of the dtype of the operands. */
interface MapLoop {
  readonly operands: number;
  readonly parameters: readonly Each[];
  readonly result: (by: Arithmetic, numbers: Numbers, parameters: Numbers) => Value<Type>;
}

/** Sums of terms that are computed in float64, of which the parameters are too. */
interface SumLoop {
  readonly operands: number;
  readonly parameters: readonly Each[];
  readonly sums: Each;
  readonly terms: (
    by: Arithmetic & { readonly keep: (x: Value<Type>) => Value<Type> },
    numbers: Numbers,
    parameters: Numbers,
  ) => Numbers;
}

const shifted = (each: Each): MapLoop => ({
  operands: 1,
  parameters: [each, each, each, each],
  result: ({ add, sub, mul }, [x], [mean, rest, scale, shift]) =>
    add(mul(sub(sub(x, mean), rest), scale), shift),
});

const blended = (each: Each): MapLoop => ({
  operands: 2,
  parameters: [each, each, each, each, each],
  result: ({ add, sub, mul }, [g, x], [mean, rest, a, b, c]) =>
    add(add(mul(g, a), mul(sub(sub(x, mean), rest), b)), c),
});

// Of a mean there are two parts: the second is what the first, rounded, lacks of it.
const maps: Readonly<Record<MapName, MapLoop>> = {
  /** `(x − mean) · scale + shift`. */
  mapRows: shifted("row"),
  mapColumns: shifted("column"),
  /** `(x − mean) · scale · weight + shift`, weight and shift by column. */
  mapBoth: {
    operands: 1,
    parameters: ["row", "row", "row", "column", "column"],
    result: ({ add, sub, mul }, [x], [mean, rest, scale, weight, shift]) =>
      add(mul(mul(sub(sub(x, mean), rest), scale), weight), shift),
  },
  /** `g · a + (x − mean) · b + c`. */
  blendRows: blended("row"),
  blendColumns: blended("column"),
  /** `g · weight · a + (x − mean) · b + c`, weight by column. */
  blendBoth: {
    operands: 2,
    parameters: ["row", "row", "row", "row", "row", "column"],
    result: ({ add, sub, mul }, [g, x], [mean, rest, a, b, c, weight]) =>
      add(add(mul(mul(g, weight), a), mul(sub(sub(x, mean), rest), b)), c),
  },
};

const squares: SumLoop["terms"] = ({ sub, mul, keep }, [x], [mean]) => {
  const deviation = keep(sub(x, mean));
  return [mul(deviation, deviation)];
};
const products: SumLoop["terms"] = ({ sub, mul }, [g, x], [mean]) => [g, mul(g, sub(x, mean))];

const sums: Readonly<Record<SumName, SumLoop>> = {
  /** `Σ (x − mean)²`. */
  squaresOfRows: { operands: 1, parameters: ["row"], sums: "row", terms: squares },
  squaresOfColumns: { operands: 1, parameters: ["column"], sums: "column", terms: squares },
  /** `Σ g` and `Σ g · (x − mean)`. */
  productsOfRows: { operands: 2, parameters: ["row"], sums: "row", terms: products },
  productsOfColumns: { operands: 2, parameters: ["column"], sums: "column", terms: products },
  /** `Σ g · weight` and `Σ g · weight · (x − mean)` of rows, weight by column. */
  weightedProducts: {
    operands: 2,
    parameters: ["row", "column"],
    sums: "row",
    terms: ({ sub, mul, keep }, [g, x], [mean, weight]) => {
      const weighted = keep(mul(g, weight));
      return [weighted, mul(weighted, sub(x, mean))];
    },
  },
  /** `Σ g` and `Σ g · (x − mean) · scale` of columns, mean and scale by row. */
  scaledProducts: {
    operands: 2,
    parameters: ["row", "row"],
    sums: "column",
    terms: ({ sub, mul }, [g, x], [mean, scale]) => [g, mul(mul(g, sub(x, mean)), scale)],
  },
};

const loops: Readonly<Record<MapName | SumName, MapLoop | SumLoop>> = { ...maps, ...sums };

/** A loop. Its arguments: turns, rows in a turn, their length, addresses of the operands, of a map's result, parameters, sums. */
type Loop = (...values: number[]) => void;

export type MapName = `${"map" | "blend"}${"Rows" | "Columns" | "Both"}`;
export type SumName =
  | `${"squares" | "products"}Of${"Rows" | "Columns"}`
  | "weightedProducts"
  | "scaledProducts";

/** The loops for a dtype, by name. Sums, float64, are added to what is there. */
export type NormaliseLoops = Readonly<Record<MapName | SumName, Loop>>;

/** Which parameters and sums of a loop are by row. */
export function isByRow(name: MapName | SumName): { parameters: boolean[]; sums: boolean } {
  const loop = loops[name];
  return {
    parameters: loop.parameters.map((each) => each === "row"),
    sums: "sums" in loop && loop.sums === "row",
  };
}

/** Terms of a row that are summed apart from the others: parts of rows must hold a multiple of so many, but for the last. */
export const blockTerms = 4096;

/** The elements of `list` whose kind is `each`. */
function ofKind<T>(kinds: readonly Each[], each: Each, list: readonly T[]): T[] {
  return list.filter((_, i) => kinds[i] === each);
}

/** The inverse of {@link ofKind}. */
function inOrder<T>(kinds: readonly Each[], byRow: readonly T[], byColumn: readonly T[]): T[] {
  let [row, column] = [0, 0];
  return kinds.map((kind) => (kind === "row" ? byRow[row++] : byColumn[column++]));
}

// Vectors of a map at a time.
const mapped = 2;

function emitMap(module: ModuleBuilder, name: string, { lanes }: Float, loop: MapLoop): void {
  const { operands, parameters } = loop;
  emitLoop(module, name, operands + 1 + parameters.length, (f, turns, length, addresses) => {
    const [dense, given] = [addresses.slice(0, operands + 1), addresses.slice(operands + 1)];
    const ofRows = ofKind(parameters, "row", given);
    const size = f.let(i32.mul(length, lanes.bytes));
    const splats = ofRows.map(() => f.local("v128"));
    emitRows(
      f,
      turns,
      dense.map((pointer) => [pointer, size]),
      ofKind(parameters, "column", given),
      ofRows.map((pointer) => [pointer, lanes.bytes]),
      ({ moving, byColumn, byRow }) => {
        const out = moving[operands];
        splats.forEach((splat, k) => f.set(splat, lanes.loadSplat(byRow[k])));
        const end = f.let(i32.add(out, size));
        const wholeEnd = f.let(i32.add(out, i32.and(size, -16 * mapped)));
        const step = (vectors: number): void => {
          for (let v = 0; v < vectors; v++) {
            const numbers = moving.slice(0, operands).map((pointer) => v128.load(pointer, 16 * v));
            const columns = byColumn.map((pointer) => v128.load(pointer, 16 * v));
            const result = loop.result(
              lanes as Arithmetic,
              numbers,
              inOrder<Vector>(parameters, splats, columns),
            );
            f.run(v128.store(out, result as Vector, 16 * v));
          }
          for (const pointer of [...moving, ...byColumn]) f.increase(pointer, 16 * vectors);
        };
        f.while(i32.ltU(out, wholeEnd), () => step(mapped));
        // What is stored past the end of a row falls on the next, which is written after, or on the slack behind.
        f.while(i32.ltU(out, end), () => step(1));
      },
    );
  });
}

/** Numbers as float64: two at a time, or one. */
const loading = {
  float32: {
    two: (pointer: Value<"i32">, k: number): Vector => v128.promote(v128.loadLow(pointer, 8, 8 * k)),
    one: (pointer: Value<"i32">): Value<"f64"> => f64.promote(f32.load(pointer)),
  },
  float64: {
    two: (pointer: Value<"i32">, k: number): Vector => v128.load(pointer, 16 * k),
    one: (pointer: Value<"i32">): Value<"f64"> => f64.load(pointer),
  },
} as const;

// Vectors of running results of a row.
const running = 4;

/**
 * The terms of a block of a row, in eights, are added to eight running results; what is left goes two by two to the
 * first two, and one to the first. ((0 and 1) + (2 and 3)) + ((4 and 5) + (6 and 7)), then even + odd, is the block.
 */
function emitRowSums(module: ModuleBuilder, name: string, dtype: FloatDType, loop: SumLoop): void {
  const { operands, parameters } = loop;
  const bytes = bytesOf[dtype];
  const { two, one } = loading[dtype];
  const count = loop.terms({ ...(f64 as Arithmetic), keep: (x) => x }, anyNumbers, anyNumbers).length;
  emitLoop(module, name, operands + parameters.length + count, (f, turns, length, addresses) => {
    const dense = addresses.slice(0, operands);
    const given = addresses.slice(operands, operands + parameters.length);
    const targets = addresses.slice(operands + parameters.length);
    const ofRows = ofKind(parameters, "row", given);
    const size = f.let(i32.mul(length, bytes));
    const splats = ofRows.map(() => f.local("v128"));
    const totals = targets.map(() => f.local("f64"));
    const results = targets.map(() => Array.from({ length: running }, () => f.local("v128")));
    const vectors = { ...(f64x2 as unknown as Arithmetic), keep: (x: Value<Type>) => f.let(x) };
    const scalars = { ...(f64 as Arithmetic), keep: (x: Value<Type>) => f.let(x) };
    emitRows(
      f,
      turns,
      dense.map((pointer) => [pointer, size]),
      ofKind(parameters, "column", given),
      [...ofRows, ...targets].map((pointer) => [pointer, 8]),
      ({ moving, byColumn, byRow }) => {
        const sumsAt = byRow.slice(ofRows.length);
        splats.forEach((splat, k) => f.set(splat, f64x2.loadSplat(byRow[k])));
        totals.forEach((total, k) => f.set(total, f64.load(sumsAt[k])));
        const advance = (terms: number): void => {
          for (const pointer of moving) f.increase(pointer, terms * bytes);
          for (const pointer of byColumn) f.increase(pointer, 8 * terms);
        };
        const add = (k: number): void => {
          const numbers = moving.map((pointer) => f.let(two(pointer, k)));
          const columns = byColumn.map((pointer) => v128.load(pointer, 16 * k));
          loop.terms(vectors, numbers, inOrder<Vector>(parameters, splats, columns)).forEach((term, s) => {
            f.set(results[s][k], f64x2.add(results[s][k], term as Vector));
          });
        };
        const end = f.let(i32.add(moving[0], size));
        f.doWhile(
          () => {
            const left = f.let(i32.sub(end, moving[0]));
            f.if(i32.gtU(left, blockTerms * bytes), () => f.set(left, blockTerms * bytes));
            const eightsEnd = f.let(i32.add(moving[0], i32.and(left, -2 * running * bytes)));
            const pairsEnd = f.let(i32.add(moving[0], i32.and(left, -2 * bytes)));
            const blockEnd = f.let(i32.add(moving[0], left));
            for (const each of results.flat()) f.set(each, f64x2.const(0));
            f.while(i32.ltU(moving[0], eightsEnd), () => {
              for (let k = 0; k < running; k++) add(k);
              advance(2 * running);
            });
            f.while(i32.ltU(moving[0], pairsEnd), () => {
              add(0);
              advance(2);
            });
            f.if(i32.ltU(moving[0], blockEnd), () => {
              const numbers = moving.map((pointer) => f.let(one(pointer)));
              const rowNumbers = splats.map((splat) => f64x2.extract(splat, 0));
              const columns = byColumn.map((pointer) => f64.load(pointer));
              loop.terms(scalars, numbers, inOrder(parameters, rowNumbers, columns)).forEach((term, s) => {
                const lane = f64x2.replace(f64x2.const(0), 0, term as Value<"f64">);
                f.set(results[s][0], f64x2.add(results[s][0], lane));
              });
              advance(1);
            });
            results.forEach(([a, b, c, d], s) => {
              const pair = f.let(f64x2.add(f64x2.add(a, b), f64x2.add(c, d)));
              const block = f64.add(f64x2.extract(pair, 0), f64x2.extract(pair, 1));
              f.set(totals[s], f64.add(totals[s], block));
            });
          },
          () => i32.ltU(moving[0], end),
        );
        totals.forEach((total, k) => f.run(f64.store(sumsAt[k], total)));
      },
    );
  });
}

/** Operands to count the terms of a loop by. */
const anyNumbers: Numbers = Array.from({ length: 4 }, () => f64.load(0));

/** Terms are added to the sum of their column row by row. */
function emitColumnSums(module: ModuleBuilder, name: string, dtype: FloatDType, loop: SumLoop): void {
  const { operands, parameters } = loop;
  const bytes = bytesOf[dtype];
  const { two } = loading[dtype];
  const count = loop.terms({ ...(f64 as Arithmetic), keep: (x) => x }, anyNumbers, anyNumbers).length;
  emitLoop(module, name, operands + parameters.length + count, (f, turns, length, addresses) => {
    const dense = addresses.slice(0, operands);
    const given = addresses.slice(operands, operands + parameters.length);
    const targets = addresses.slice(operands + parameters.length);
    const ofRows = ofKind(parameters, "row", given);
    const columnParameters = ofKind(parameters, "column", given);
    const size = f.let(i32.mul(length, bytes));
    const splats = ofRows.map(() => f.local("v128"));
    const vectors = { ...(f64x2 as unknown as Arithmetic), keep: (x: Value<Type>) => f.let(x) };
    emitRows(
      f,
      turns,
      dense.map((pointer) => [pointer, size]),
      [...columnParameters, ...targets],
      ofRows.map((pointer) => [pointer, 8]),
      ({ moving, byColumn, byRow }) => {
        splats.forEach((splat, k) => f.set(splat, f64x2.loadSplat(byRow[k])));
        const sumsAt = byColumn.slice(columnParameters.length);
        const end = f.let(i32.add(moving[0], size));
        f.doWhile(
          () => {
            const numbers = moving.map((pointer) => f.let(two(pointer, 0)));
            const columns = byColumn.slice(0, columnParameters.length).map((pointer) => v128.load(pointer));
            // What is added past the end of a row is added past the end of the sums.
            loop.terms(vectors, numbers, inOrder<Vector>(parameters, splats, columns)).forEach((term, s) => {
              f.run(v128.store(sumsAt[s], f64x2.add(v128.load(sumsAt[s]), term as Vector)));
            });
            for (const pointer of moving) f.increase(pointer, 2 * bytes);
            for (const pointer of byColumn) f.increase(pointer, 16);
          },
          () => i32.ltU(moving[0], end),
        );
      },
    );
  });
}

const compiled = new Map<FloatDType, NormaliseLoops>();

/** The loops for a dtype, compiled at the first call. */
export function normaliseLoops(dtype: FloatDType): NormaliseLoops {
  let found = compiled.get(dtype);
  if (found === undefined) {
    const module = new ModuleBuilder();
    for (const [name, loop] of Object.entries(maps)) emitMap(module, name, floats[dtype], loop);
    for (const [name, loop] of Object.entries(sums))
      (loop.sums === "row" ? emitRowSums : emitColumnSums)(module, name, dtype, loop);
    found = compileLoops<MapName | SumName>(module);
    compiled.set(dtype, found);
  }
  return found;
}
