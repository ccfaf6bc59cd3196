/** Samples of the transcendental functions. */
import * as ops from "../src/ops/transcendental.js";
import {
  binary,
  everywhere,
  infinite,
  integersOf,
  nan,
  positive,
  specialPairs,
  unary,
} from "./one-or-two.js";
import { type Domain, floats, type HelpersOfFamily, type SamplesOfFamily } from "./sample.js";

const insideOne: Domain = { low: -0.9, high: 0.9 };
const kink = "special values";

export const samples: SamplesOfFamily<typeof ops> = {
  expm1: unary((x) => ops.expm1(x), everywhere),
  log1p: unary((x) => ops.log1p(x), { low: -0.75, high: 3 }),
  log2: unary((x) => ops.log2(x), positive, {
    // The derivative at 2⁻¹³⁰ is beyond float32.
    special: [{ inputs: [floats(0, -0, 1, -1, 1e-30, 8, infinite, -infinite, nan)], kink }],
  }),
  log10: unary((x) => ops.log10(x), positive, {
    special: [{ inputs: [floats(0, -0, 1, -1, 1e-30, 1000, infinite, -infinite, nan)], kink }],
  }),
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
};

export const helpers: HelpersOfFamily<typeof ops> = {};
