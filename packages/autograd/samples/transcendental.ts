/** Samples of the transcendental functions. */
import * as ops from "../src/ops/transcendental.js";
import { binary, integersOf, positive, specialPairs, tiny, unary } from "./elementwise/one-or-two.js";
import {
  type Domain,
  everywhere,
  floats,
  type HelpersOfFamily,
  infinite,
  nan,
  type SamplesOfFamily,
} from "./sample.js";

const insideOne: Domain = { low: -0.9, high: 0.9 };
const probabilities: Domain = { low: 0.02, high: 0.98 };
const kink = "special values";

export const samples: SamplesOfFamily<typeof ops> = {
  exp: unary((x) => ops.exp(x), everywhere, {
    special: [{ inputs: [floats(0, -0, -80, 80, -200, infinite, -infinite, nan)], kink: "special values" }],
  }),
  expm1: unary((x) => ops.expm1(x), everywhere),
  log: unary((x) => ops.log(x), positive, {
    // The derivative at 2⁻¹³⁰ is beyond float32.
    special: [{ inputs: [floats(0, -0, 1, -1, 1e-30, infinite, -infinite, nan)], kink: "special values" }],
  }),
  log1p: unary((x) => ops.log1p(x), { low: -0.75, high: 3 }),
  log2: unary((x) => ops.log2(x), positive, {
    // The derivative at 2⁻¹³⁰ is beyond float32.
    special: [{ inputs: [floats(0, -0, 1, -1, 1e-30, 8, infinite, -infinite, nan)], kink }],
  }),
  log10: unary((x) => ops.log10(x), positive, {
    special: [{ inputs: [floats(0, -0, 1, -1, 1e-30, 1000, infinite, -infinite, nan)], kink }],
  }),
  sin: unary((x) => ops.sin(x), { low: -7, high: 7 }),
  cos: unary((x) => ops.cos(x), { low: -7, high: 7 }),
  tan: unary((x) => ops.tan(x), { low: -1.25, high: 1.25 }),
  asin: unary((x) => ops.asin(x), insideOne, {
    special: [{ inputs: [floats(0, -0, 1, -1, 1.5, nan)], kink }],
  }),
  acos: unary((x) => ops.acos(x), insideOne, {
    special: [{ inputs: [floats(0, -0, 1, -1, 1.5, nan)], kink }],
  }),
  atan: unary((x) => ops.atan(x), everywhere),
  atan2: binary("atan2", (y, x) => ops.atan2(y, x), [everywhere, positive], {
    special: [
      { inputs: specialPairs([0, -0, 1, -1, infinite, -infinite, nan]), kink },
      { inputs: [floats(-1, -1, 2, 0.5), floats(-1, -2, -1, -3)] },
    ],
  }),
  sinh: unary((x) => ops.sinh(x), everywhere),
  cosh: unary((x) => ops.cosh(x), everywhere),
  tanh: unary((x) => ops.tanh(x), everywhere, {
    special: [
      { inputs: [floats(0, -0, tiny, 0.001, -20, 20, infinite, -infinite, nan)], kink: "special values" },
    ],
  }),
  asinh: unary((x) => ops.asinh(x), everywhere),
  acosh: unary(
    (x) => ops.acosh(x),
    { low: 1.25, high: 4 },
    {
      special: [
        { inputs: [floats(1, 0.5, infinite, nan)], kink },
        { inputs: [floats(-2, -infinite)], kink, unlikePyTorch: "it has a gradient where the result is NaN" },
      ],
    },
  ),
  atanh: unary((x) => ops.atanh(x), insideOne, {
    special: [{ inputs: [floats(0, -0, 1, -1, 1.5, infinite, nan)], kink }],
    integers: integersOf("bool", "uint8"),
  }),
  erf: unary((x) => ops.erf(x), everywhere),
  erfc: unary((x) => ops.erfc(x), everywhere),
  normalQuantile: unary((x) => ops.normalQuantile(x), probabilities, {
    special: [
      { inputs: [floats(0, 1, -0.5, 1.5, infinite, nan)], kink },
      // Around the bounds of its approximations.
      { inputs: [floats(1e-3, 0.0749, 0.0751, 0.5, 0.9249, 0.9251, 0.999)], kink },
    ],
    integers: integersOf("bool"),
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
