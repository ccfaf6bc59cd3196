/** Measures how far the kernels of functions are from what they should give. */
import { call, input, type ScalarFunction } from "../../../src/expression/expression.js";
import * as library from "../../../src/expression/functions/index.js";
import { compile, type FloatType } from "./kernel.js";
import { exact, exactAngle, exactPower, inDouble, ulps32, ulps64 } from "./reference.js";

/** The functions by name. */
export const functions: ReadonlyMap<string, ScalarFunction> = new Map(
  Object.values(library).flatMap((value) => (typeof value === "function" ? [] : [[value.name, value]])),
);

export interface Worst {
  readonly ulps: number;
  readonly at: readonly number[];
}

/** Where each function is neither constant nor infinite, and where most of its work is. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  exp: [-750, 715],
  expm1: [-40, 715],
  sigmoid: [-750, 40],
  softplus: [-750, 40],
  log: [0, 10],
  log2: [0, 10],
  log10: [0, 10],
  log1p: [-1, 10],
  sin: [-30, 30],
  cos: [-30, 30],
  tan: [-30, 30],
  asin: [-1, 1],
  acos: [-1, 1],
  atan: [-10, 10],
  sinh: [-715, 715],
  cosh: [-715, 715],
  tanh: [-22, 22],
  asinh: [-20, 20],
  acosh: [1, 20],
  atanh: [-1, 1],
  erf: [-6, 6],
  erfc: [-7, 28],
};

/** Where one way of computing gives way to another, or a result leaves the range of normal numbers. */
const points = [
  0.17,
  0.25,
  0.3465735902799726,
  0.5,
  2 / 3,
  Math.SQRT1_2,
  Math.PI / 4,
  1,
  1.0397207708399179,
  Math.SQRT2,
  1.5,
  Math.PI / 2,
  2,
  4,
  6,
  7,
  9.01,
  10.055,
  16.63,
  17.33,
  19.06,
  20,
  26.6,
  27.23,
  36.7,
  38,
  40,
  80,
  87.34,
  88,
  88.723,
  89.416,
  90,
  103.28,
  103.97,
  708.3964,
  709,
  709.7827,
  710.4758,
  711,
  744.44,
  745.1332,
  8192,
  16384,
  1048576,
  536870912,
  2 ** 64,
  2 ** 126,
  2 ** 127,
  2 ** 256,
  2 ** 1022,
  2 ** 1023,
  2 ** -126,
  2 ** -149,
  2 ** -1022,
  2 ** -1074,
];

/** Uniform in [0, 1), the same in every run. */
function generator(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * Stratified inputs: any bits, the function's range, all magnitudes, subnormal numbers, the neighbourhoods of
 * `points`, of 1, of multiples of π/2 and of half integers.
 */
export function sampler(name: string, type: FloatType): () => number {
  const random = generator();
  const sign = (): number => (random() < 0.5 ? -1 : 1);
  const [low, high] = ranges[name] ?? [-10, 10];
  const fine = (): number => random() + random() * 2 ** -32;
  const digits = type === "f32" ? 23 : 52;
  const near = (x: number): number => x * (1 + sign() * 2 ** (-digits * random() ** 2 - 1) * random());
  const view = new DataView(new ArrayBuffer(8));
  const anyBits = (): number => {
    view.setUint32(0, random() * 2 ** 32);
    view.setUint32(4, random() * 2 ** 32);
    return type === "f32" ? view.getFloat32(0) : view.getFloat64(0);
  };
  const strata = [
    anyBits,
    () => low + (high - low) * fine(),
    () => low + (high - low) * fine(),
    () => sign() * 2 ** (60 * random() - 45) * (1 + fine()),
    () => sign() * fine() * (type === "f32" ? 2 ** -124 : 2 ** -1020) * 2 ** (-digits * random()),
    () => near(sign() * points[Math.floor(random() * points.length)]),
    () => near(sign() * Math.floor(2 ** (22 * random())) * (Math.PI / 2)),
    () => near(Math.round((low + (high - low) * random()) * 2) / 2),
    () => near(1),
  ];
  let turn = 0;
  return () => {
    turn = (turn + 1) % strata.length;
    const x = strata[turn]();
    return type === "f32" ? Math.fround(x) : x;
  };
}

const BLOCK = 4096;

/** The worst of `count` stratified inputs of a function of one operand. */
export function stratified(name: string, type: FloatType, count: number): Worst {
  const { inputs, output, run } = compile(type, call(functions.get(name)!, input(0)), 1, BLOCK);
  const draw = sampler(name, type);
  const reference = exact[name];
  const double = inDouble[name] ?? ((x: number): number => sumOf(reference(x)));
  let worst: Worst = { ulps: 0, at: [] };
  for (let done = 0; done < count; done += BLOCK) {
    for (let i = 0; i < BLOCK; i++) inputs[0][i] = draw();
    run(BLOCK);
    for (let i = 0; i < BLOCK; i++) {
      const x = inputs[0][i];
      const ulps = type === "f32" ? ulps32(output[i], double(x)) : ulps64(output[i], reference(x));
      if (ulps > worst.ulps) worst = { ulps, at: [x] };
    }
  }
  return worst;
}

function sumOf(x: ReturnType<(typeof exact)[string]>): number {
  if (typeof x === "number") return x;
  return "exponent" in x ? x.value[0] * 2 ** (x.exponent / 2) * 2 ** (x.exponent / 2) : x[0];
}

/** The worst of `count` pairs of positive inputs of pow or atan2, chosen so that results are of all sizes. */
export function stratifiedPairs(name: "pow" | "atan2", type: FloatType, count: number): Worst {
  const { inputs, output, run } = compile(type, call(functions.get(name)!, input(0), input(1)), 2, BLOCK);
  const random = generator();
  const round = type === "f32" ? Math.fround : (x: number): number => x;
  const extent = type === "f32" ? 250 : 2040;
  const digits = type === "f32" ? 23 : 52;
  const size = (bits: number): number =>
    round(2 ** (bits * (random() - 0.5)) * (1 + random() + random() * 2 ** -32));
  const pairs: readonly (() => [number, number])[] =
    name === "atan2"
      ? [() => [size(extent), size(extent)], () => [size(8), size(8)], () => [1 + size(60), 1 + size(60)]]
      : [
          size,
          (bits: number): number =>
            round(1 + (random() - 0.5) * 2 ** (-digits * random()) * Math.min(bits, 1)),
        ].flatMap((base) =>
          [extent, 8].map((bits) => (): [number, number] => {
            const x = base(bits);
            return [x, round(((random() - 0.52) * extent * 1.1) / Math.log2(x))];
          }),
        );
  let worst: Worst = { ulps: 0, at: [] };
  for (let done = 0; done < count; done += BLOCK) {
    for (let i = 0; i < BLOCK; i++) [inputs[0][i], inputs[1][i]] = pairs[i % pairs.length]();
    run(BLOCK);
    for (let i = 0; i < BLOCK; i++) {
      const [x, y] = [inputs[0][i], inputs[1][i]];
      if (!(x > 0) || !Number.isFinite(x) || !Number.isFinite(y)) continue;
      const ulps =
        type === "f32"
          ? ulps32(output[i], name === "pow" ? x ** y : Math.atan2(x, y))
          : ulps64(output[i], name === "pow" ? exactPower(x, y) : exactAngle(x, y));
      if (ulps > worst.ulps) worst = { ulps, at: [x, y] };
    }
  }
  return worst;
}

/**
 * The worst of all float32 inputs, against our own kernel for float64: that one is judged by other means, and is fast
 * enough for four thousand million inputs.
 *
 * @public scripts/accuracy.mjs loads it.
 */
export function exhaustive(name: string): Worst {
  const block = 65536;
  const root = call(functions.get(name)!, input(0));
  const single = compile("f32", root, 1, block);
  const double = compile("f64", root, 1, block);
  const [at] = single.inputs;
  const bits = new Int32Array(at.buffer, at.byteOffset, block);
  // Arrays of one known type each: the loops below are all the time there is.
  const x = new Float32Array(at.buffer, at.byteOffset, block);
  const wide = new Float64Array(at.buffer, double.inputs[0].byteOffset, block);
  const y = new Float32Array(at.buffer, single.output.byteOffset, block);
  const yBits = new Uint32Array(at.buffer, y.byteOffset, block);
  const correct = new Float64Array(at.buffer, double.output.byteOffset, block);
  // The inverse of the last place by sign and exponent, for a first look.
  const inverse = Float64Array.from({ length: 512 }, (_, i) => 2 ** -Math.max((i & 255) - 150, -149));
  let worst: Worst = { ulps: 0, at: [] };
  for (let start = 0; start < 2 ** 32; start += block) {
    const first = start | 0;
    for (let i = 0; i < block; i++) bits[i] = first + i;
    wide.set(x);
    single.run(block);
    double.run(block);
    for (let i = 0; i < block; i++) {
      const expected = correct[i];
      if (Object.is(y[i], expected)) continue;
      const error = Math.abs(y[i] - expected) * inverse[yBits[i] >>> 23];
      // An error seen from the larger of two binades counts for double in the smaller. Zeros may have the wrong sign.
      if (error <= worst.ulps * 0.49 && (y[i] !== 0 || (yBits[i] === 0 && expected > 0))) continue;
      const ulps = ulps32(y[i], expected);
      if (ulps > worst.ulps) worst = { ulps, at: [x[i]] };
    }
  }
  return worst;
}
