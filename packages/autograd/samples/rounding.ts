/** Samples of rounding, and of division with a rounded quotient. */
import * as ops from "../src/ops/rounding.js";
import { binary, tiny, unary } from "./elementwise/one-or-two.js";
import {
  type Domain,
  floats,
  type HelpersOfFamily,
  infinite,
  ints,
  nan,
  type SamplesOfFamily,
} from "./sample.js";

const kink = "a step";
/** Away from integers and halves. */
const between: Domain = { low: -2.4, high: 2.4, avoid: [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2] };
const dividend: Domain = { low: 4.25, high: 4.75 };
const divisor: Domain = { low: 1.65, high: 2 };
const rounded = floats(
  0,
  -0,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  -1.75,
  8388609,
  tiny,
  -tiny,
  infinite,
  -infinite,
  nan,
);

const special = [{ inputs: [rounded], kink }] as const;

const pairs = {
  special: [
    { inputs: [floats(7, -7, 7, -7, 0, -0, 6, -6), floats(3, 3, -3, -3, 3, 3, 3, 3)], kink },
    { inputs: [floats(1, 1, -1, -1, 3), floats(0.1, -0.1, 0.1, -0.1, 0.1)], kink },
    { inputs: [floats(infinite, -infinite, nan, 1, 2), floats(2, 3, 1, nan, 0)], kink },
    {
      inputs: [
        floats(1, -1, 1, -1, 0, infinite, 0, -1),
        floats(infinite, infinite, -infinite, -infinite, infinite, 0, 0, 0),
      ],
      kink,
    },
  ],
  integers: [
    { inputs: [ints(7, -7, 7, -7, 0, 6, -6), ints(3, 3, -3, -3, 3, 3, 3)] },
    { inputs: [ints(2147483647, -2147483648, 16777217), ints(1, 2, -1)] },
    {
      inputs: [
        { shape: [3], dtype: "uint8", values: [200, 3, 0] },
        { shape: [3], dtype: "uint8", values: [100, 5, 255] },
      ],
    },
    {
      inputs: [
        { shape: [2], dtype: "uint8", values: [200, 3] },
        { shape: [2], dtype: "int32", values: [-7, 5] },
      ],
    },
    {
      inputs: [ints(5, -5, 0), ints(0, 0, 0)],
      unlikePyTorch: "PyTorch throws at an integer division by 0; a kernel here throws at no value",
    },
  ],
} as const;

export const samples: SamplesOfFamily<typeof ops> = {
  floor: unary((x) => ops.floor(x), between, { special }),
  ceil: unary((x) => ops.ceil(x), between, { special }),
  round: unary((x) => ops.round(x), between, { special }),
  trunc: unary((x) => ops.trunc(x), between, { special }),
  floorDivide: binary("floorDivide", (x, y) => ops.floorDivide(x, y), [dividend, divisor], {
    ...pairs,
    shared: [{ inputs: [floats(1.5, -2, 3), { same: 0 }], kink }],
  }),
  remainder: binary("remainder", (x, y) => ops.remainder(x, y), [dividend, divisor], {
    ...pairs,
    shared: [{ inputs: [floats(1.5, -2, 3), { same: 0 }], kink }],
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
