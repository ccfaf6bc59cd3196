/** The loops that fill memory with random numbers: each makes four counters at a time into words, and words into numbers. */
import type { DType } from "../../dtype.js";
import { emit } from "../../expression/emit.js";
import {
  compare,
  type Expression,
  input,
  negative,
  primitive,
  product,
  select,
} from "../../expression/expression.js";
import { cos, log, log1p, sin } from "../../expression/functions/index.js";
import { type Fn, ModuleBuilder } from "../../wasm/builder.js";
import { f32x4, f64x2, i32x4, i64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { i32, simd, type Value } from "../../wasm/values.js";
import { heap, instantiate } from "../memory.js";
import {
  emitAdvance,
  emitPhilox,
  halves,
  laneNumbers,
  lessUnsigned,
  transpose,
  type Words,
  wideProducts,
  words,
} from "./philox.js";

/** What is drawn. */
export type Draw =
  | "words"
  | "uniform32"
  | "uniform64"
  | "normal32"
  | "normal64"
  | "exponential32"
  | "exponential64"
  | "integers"
  | "bernoulli";

/** The elements that one counter makes, and their dtype in memory. */
export const forms: Readonly<Record<Draw, { readonly perBlock: 2 | 4; readonly dtype: DType }>> = {
  words: { perBlock: 4, dtype: "int32" },
  uniform32: { perBlock: 4, dtype: "float32" },
  uniform64: { perBlock: 2, dtype: "float64" },
  normal32: { perBlock: 4, dtype: "float32" },
  normal64: { perBlock: 2, dtype: "float64" },
  exponential32: { perBlock: 4, dtype: "float32" },
  exponential64: { perBlock: 2, dtype: "float64" },
  integers: { perBlock: 2, dtype: "int32" },
  bernoulli: { perBlock: 4, dtype: "bool" },
};

const scale24 = 1 / 0x1000000;
const scale32 = 1 / 0x100000000;
const scale53 = scale32 / 0x200000;
const twoPi = 2 * Math.PI;

/** Bits 11 to 63 of each lane as a number: an integer below 2⁵³, which float64 holds exactly. */
function top53(f: Fn, lanes: Vector): Vector {
  // An integer below 2³² in the low bits of 2⁵² (of 2⁸⁴) adds itself (times 2³²) to it.
  const low = v128.or(
    v128.and(i64x2.shrU(lanes, 11), i64x2.const(0xffffffff)),
    i64x2.const(0x4330000000000000n),
  );
  const high = v128.or(i64x2.shrU(lanes, 43), i64x2.const(0x4530000000000000n));
  const two52 = 0x10_0000_0000_0000;
  const bias = two52 * 0x1_0000_0000 + two52;
  return f.let(f64x2.add(f64x2.sub(high, f64x2.const(bias)), low));
}

// Box–Muller: a number from (0, 1] and an angle make a pair of normal numbers.
const [uniform, angle] = [input(0), input(1)];
const length: Expression = primitive("sqrt", product(-2, log(uniform)));
const normalPair: readonly Expression[] = [product(length, cos(angle)), product(length, sin(angle))];

function normal32(f: Fn, [a, b, c, d]: Words): readonly Vector[] {
  const pair = (first: Vector, second: Vector): readonly Vector[] => {
    const unsigned = simd("v128", 0xfb, [first]);
    const r = f.let(f32x4.add(f32x4.mul(unsigned, f32x4.const(scale32)), f32x4.const(scale32 / 2)));
    const turn = f.let(f32x4.mul(v128.f32FromI32(second), f32x4.const(twoPi * scale32)));
    return emit(f, "f32", normalPair, [r, turn]);
  };
  const [w, x] = pair(a, b) as [Vector, Vector];
  const [y, z] = pair(c, d) as [Vector, Vector];
  return transpose(f, [w, x, y, z]);
}

function normal64(f: Fn, [a, b, c, d]: Words): readonly Vector[] {
  const low = (x: Vector, y: Vector) => v128.shuffle(x, y, words(0, 4, 1, 5));
  const high = (x: Vector, y: Vector) => v128.shuffle(x, y, words(2, 6, 3, 7));
  return [low, high].flatMap((join) => {
    const r = f64x2.mul(f64x2.add(top53(f, f.let(join(a, b))), f64x2.const(1)), f64x2.const(scale53));
    const turn = f64x2.mul(top53(f, f.let(join(c, d))), f64x2.const(scale53));
    const centred = f64x2.mul(f64x2.sub(turn, f64x2.const(0.5)), f64x2.const(twoPi));
    const [x, y] = emit(f, "f64", normalPair, [f.let(r), f.let(centred)]) as [Vector, Vector];
    return [v128.shuffle(x, y, words(0, 1, 4, 5)), v128.shuffle(x, y, words(2, 3, 6, 7))];
  });
}

// A uniform number r and 1 − r, each exact where it is small: neither tail ends early, and no result is 0 or infinite.
const [below, above] = [input(0), input(1)];
const exponential: Expression = negative(
  select(compare("lt", below, 0.5), log(below), log1p(negative(above))),
);

function exponential32(f: Fn, words: Vector): Vector {
  const [r, rest] = [words, v128.xor(words, i32x4.const(-1))].map((each) =>
    f.let(f32x4.add(f32x4.mul(simd("v128", 0xfb, [each]), f32x4.const(scale32)), f32x4.const(scale32 / 2))),
  );
  return emit(f, "f32", [exponential], [r, rest])[0];
}

function exponential64(f: Fn, words: Vector): Vector {
  const [r, rest] = [words, v128.xor(words, i32x4.const(-1))].map((each) =>
    f.let(f64x2.mul(f64x2.add(top53(f, f.let(each)), f64x2.const(0.5)), f64x2.const(scale53))),
  );
  return emit(f, "f64", [exponential], [r, rest])[0];
}

/** ⌊u·range / 2⁶⁴⌋ for each 64-bit u = low + 2³²·high. */
function scaled(f: Fn, low: Vector, high: Vector, range: Vector): Vector {
  const ofLow = wideProducts(f, low, range);
  const ofHigh = wideProducts(f, high, range);
  const x = f.let(i64x2.add(ofHigh[0], i64x2.shrU(ofLow[0], 32)));
  const y = f.let(i64x2.add(ofHigh[1], i64x2.shrU(ofLow[1], 32)));
  return f.let(halves(x, y, 1));
}

/** The vectors to store, in order, for the words of four counters. */
function numbersOf(
  f: Fn,
  draw: Draw,
  made: Words,
  first: Value<"i32">,
  second: Value<"i32">,
): readonly Vector[] {
  switch (draw) {
    case "words":
      return transpose(f, made);
    case "uniform32":
      return transpose(f, made).map((x) =>
        f32x4.mul(v128.f32FromI32(i32x4.shrU(x, 8)), f32x4.const(scale24)),
      );
    case "uniform64":
      return transpose(f, made).map((x) => f64x2.mul(top53(f, f.let(x)), f64x2.const(scale53)));
    case "normal32":
      return normal32(f, made);
    case "normal64":
      return normal64(f, made);
    case "exponential32":
      return transpose(f, made).map((x) => exponential32(f, f.let(x)));
    case "exponential64":
      return transpose(f, made).map((x) => exponential64(f, f.let(x)));
    case "integers": {
      const range = i32x4.splat(second);
      const x = f.let(i32x4.add(scaled(f, made[0], made[1], range), i32x4.splat(first)));
      const y = f.let(i32x4.add(scaled(f, made[2], made[3], range), i32x4.splat(first)));
      return [v128.shuffle(x, y, words(0, 4, 1, 5)), v128.shuffle(x, y, words(2, 6, 3, 7))];
    }
    case "bernoulli": {
      const [a, b, c, d] = transpose(f, made).map((x) =>
        lessUnsigned(x, i32x4.splat(first)),
      ) as unknown as Words;
      const narrow = (x: Vector, y: Vector) => simd("v128", 0x85, [x, y]);
      return [v128.and(simd("v128", 0x65, [narrow(a, b), narrow(c, d)]), i32x4.const(0x01010101))];
    }
  }
}

/**
 * Makes `blocks` counters into numbers from `address` on; what is made of a last group of four may go beyond.
 *
 * @param first the least of integers; for bernoulli the number that words must be below
 * @param second how many integers there are, below 2³²
 */
export type Fill = (
  address: number,
  blocks: number,
  state: Int32Array,
  first: number,
  second: number,
) => void;

function compile(draw: Draw): Fill {
  const module = new ModuleBuilder();
  module.export("fill", { address: "i32", blocks: "i32", first: "i32", second: "i32" }, null, (f, p) => {
    const state = Array.from({ length: 6 }, (_, k) => f.let(v128.loadSplat(0, 4, 4 * k)));
    const key = [state[0], state[1]] as const;
    const counters = state.slice(2);
    emitAdvance(f, counters, f.let(laneNumbers));
    f.doWhile(
      () => {
        const made = emitPhilox(f, counters as unknown as Words, key);
        const vectors = numbersOf(f, draw, made, p.first, p.second);
        vectors.forEach((x, k) => f.run(v128.store(p.address, x, 16 * k)));
        f.increase(p.address, 16 * vectors.length);
        emitAdvance(f, counters, i32x4.const(4));
        f.increase(p.blocks, -4);
      },
      () => i32.gtS(p.blocks, 0),
    );
  });
  const { fill } = instantiate<{ fill: (...numbers: number[]) => void }>(module);
  const args = heap().int32;
  return (address, blocks, state, first, second) => {
    args.set(state);
    fill(address, blocks, first, second);
  };
}

const compiled = new Map<Draw, Fill>();

/** The loop of a draw, compiled at the first call. */
export function fillOf(draw: Draw): Fill {
  let fill = compiled.get(draw);
  if (fill === undefined) {
    fill = compile(draw);
    compiled.set(draw, fill);
  }
  return fill;
}
