/** Samples of the element-wise ops. */
import type { DType } from "../src/dtype.js";
import { ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import { applyElementwise, type TensorLike } from "../src/ops/elementwise/elementwise-op.js";
import * as ops from "../src/ops/elementwise.js";
import { noGrad } from "../src/tape.js";
import {
  binary,
  integersOf,
  notZero,
  one,
  positive,
  specialPairs,
  specials,
  tiny,
  unary,
} from "./elementwise/one-or-two.js";
import {
  type AnyOpSamples,
  type Category,
  everywhere,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  ints,
  type NoOptions,
  nan,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

function comparison(name: string, call: (x: TensorLike, y: TensorLike) => Tensor): AnyOpSamples {
  return binary(name, call, [everywhere, everywhere]);
}

const bools = (...values: number[]): TensorInput => ({ shape: [values.length], dtype: "bool", values });
const flags = (shape: readonly number[], layout: TensorInput["layout"] = "dense"): TensorInput => ({
  shape,
  layout,
  dtype: "bool",
});

/** Samples of a connective of truth values. */
function logical(name: string, call: (x: Tensor, y: Tensor) => Tensor): AnyOpSamples {
  return binary(name, (x, y) => call(x as Tensor, y as Tensor), [everywhere, everywhere], {
    numbers: tensorsOnly,
    integers: [
      { inputs: [bools(0, 0, 1, 1), bools(0, 1, 0, 1)] },
      { inputs: [flags([2, 3], "transposed"), flags([3])] },
      { inputs: [ints(0, 2, 0, -1), bools(1, 1, 0, 0)] },
      {
        inputs: [
          { shape: [2, 3], dtype: "uint8", layout: "negative step" },
          { shape: [3], dtype: "int32" },
        ],
      },
    ],
  });
}

const others = (dtype: DType): Category<NoOptions> => {
  const [first, second] = (["int32", "uint8", "bool"] as const).filter((each) => each !== dtype);
  return integersOf(first, second);
};

/** Samples of a conversion to integers or bools, which has no gradient. */
function toWhole(dtype: DType): AnyOpSamples {
  return unary(
    (x) => ops.to(x, dtype),
    { low: 0, high: 9 },
    {
      special: [
        { inputs: [floats(0, -0, 0.5, 1.75, 254.75)] },
        ...(dtype === "int32"
          ? ([
              { inputs: [floats(-0.5, -1.75, -2)] },
              {
                inputs: [floats(nan, infinite, -infinite, 3e9, -3e9)],
                unlikePyTorch: "C leaves open what becomes of a number that does not fit; here it saturates",
              },
            ] as const)
          : dtype === "bool"
            ? ([{ inputs: [specials] }] as const)
            : ([
                {
                  inputs: [floats(nan, infinite, -infinite, 300, -1)],
                  unlikePyTorch:
                    "C leaves open what becomes of a number that does not fit; here it saturates",
                },
              ] as const)),
      ],
      integers: others(dtype),
      errors: { notApplicable: "it takes every tensor; a dtype that does not exist is no op" },
    },
  );
}

/** Samples of a conversion between floats, through which gradients flow. */
function toFloat(dtype: "float32" | "float64"): AnyOpSamples {
  const from = dtype === "float32" ? "float64" : "float32";
  const typed = (x: TensorInput): Sample<NoOptions> => ({ inputs: [{ ...x, dtype: from }] });
  return samplesOf<[Tensor]>({
    call: ([x]) => ops.to(x, dtype),
    domains: [everywhere],
    ...shapesOf(typed),
    broadcast: one,
    shared: one,
    options: {},
    numbers: tensorsOnly,
    special: [typed(specials)],
    integers: [
      { inputs: [ints(-3, 0, 16777217)] },
      { inputs: [{ shape: [2, 2], dtype: "uint8" }] },
      { inputs: [bools(0, 1)] },
    ],
    errors: { notApplicable: "it takes every tensor; a dtype that does not exist is no op" },
    withoutGradcheck:
      "a finite difference of float32 numbers says nothing, and of float64 ones no conversion is left",
  });
}

type Clamp = ops.ClampOptions;

const floating = (because: string) => ({ dtype: "float32", because }) as const;

export const samples: SamplesOfFamily<typeof ops> = {
  add: binary("add", (x, y) => ops.add(x, y), [everywhere, everywhere]),
  sub: binary("sub", (x, y) => ops.sub(x, y), [everywhere, everywhere]),
  mul: binary("mul", (x, y) => ops.mul(x, y), [everywhere, everywhere]),
  div: binary("div", (x, y) => ops.div(x, y), [everywhere, positive]),
  neg: unary((x) => ops.neg(x), everywhere),
  square: unary((x) => ops.square(x), everywhere),
  sqrt: unary((x) => ops.sqrt(x), positive),
  reciprocal: unary((x) => ops.reciprocal(x), positive, {
    // 1 / 2⁻¹³⁰ is beyond float32.
    special: [{ inputs: [floats(0, -0, 1, -1, -0.5, infinite, -infinite, nan)], kink: "special values" }],
  }),
  rsqrt: unary((x) => ops.rsqrt(x), positive, {
    // The derivative at 2⁻¹³⁰ is beyond float32.
    special: [{ inputs: [floats(0, 1, -1, 1e-20, infinite, -infinite, nan)], kink: "special values" }],
  }),
  hypot: binary("hypot", (x, y) => ops.hypot(x, y), [notZero, notZero], {
    special: [
      { inputs: specialPairs([0, -0, 1, -1, infinite, -infinite, nan]), kink: "special values" },
      { inputs: [floats(1e30, -1e-30, 3e-30), floats(1e30, 1e-30, -4e-30)], kink: "squares out of range" },
    ],
  }),
  pow: binary("pow", (x, y) => ops.pow(x, y), [positive, everywhere], {
    numbers: [
      { inputs: [float([2, 3]), 3] },
      { inputs: [float([2, 3]), -1.5] },
      { inputs: [2, float([3])] },
      { inputs: [float([3]), 2] },
      { inputs: [float([3]), 0.5] },
      { inputs: [float([3]), -1] },
      { inputs: [float([3]), 1] },
      { inputs: [float([3]), 0] },
      { inputs: [ints(1, 2, 3), 3], resultDtype: floating("powers are computed in floating point") },
    ],
    special: [
      { inputs: [floats(-2, -2, -2, -1.5, -1, -1), floats(2, 3, -1, -2, 0, 5)], kink: "no neighbours in y" },
      { inputs: [floats(0, 0, 0, 0, 1, 1), floats(0, 1, 2, 0.5, infinite, nan)], kink: "special values" },
      {
        inputs: [floats(-2, -0.5, 2, 0.5, nan), floats(0.5, 1.5, infinite, infinite, 0)],
        kink: "special values",
      },
    ],
    integers: [
      {
        inputs: [ints(2, -3, 5), ints(3, 2, 0)],
        resultDtype: floating("powers are computed in floating point"),
      },
      { inputs: [float([2, 2]), ints(2, -1)] },
    ],
  }),
  abs: unary((x) => ops.abs(x), notZero, {
    special: [
      { inputs: [floats(0, -0, tiny, -tiny, infinite, -infinite)], kink: "special values" },
      { inputs: [floats(nan, 1)], unlikePyTorch: "torch.abs has the gradient 0 at NaN", kink: "NaN" },
    ],
  }),
  sign: unary((x) => ops.sign(x), notZero, {
    special: [
      { inputs: [floats(0, -0, tiny, -tiny, infinite, -infinite)], kink: "a step" },
      { inputs: [floats(nan, -3)], kink: "NaN", unlikePyTorch: "torch.sign makes 0 of NaN, and hides it" },
    ],
  }),
  maximum: binary("maximum", (x, y) => ops.maximum(x, y), [everywhere, everywhere]),
  minimum: binary("minimum", (x, y) => ops.minimum(x, y), [everywhere, everywhere]),
  clamp: samplesOf<[Tensor, TensorLike?, TensorLike?], Clamp>({
    // The function takes numbers as bounds; the op has derivatives by them, too.
    call: ([x, min, max], options) =>
      min === undefined || max === undefined
        ? ops.clamp(x, options ?? {})
        : applyElementwise(ops.clampOp, [x, min, max]),
    domains: [
      { low: -2, high: 2, avoid: [-1, 0.5] },
      { low: -1, high: -0.25 },
      { low: 0.25, high: 1 },
    ],
    ...shapesOf((x): Sample<Clamp> => ({ inputs: [x], options: { min: -1, max: 0.5 } })),
    broadcast: {
      second: [{ inputs: [float([2, 5]), float([5]), float([2, 1])] }],
      first: [{ inputs: [float([5]), float([2, 1]), float([])] }],
    },
    shared: [{ inputs: [float([4]), { same: 0 }, float([4])], kink: "at the bound" }],
    options: {
      min: [{ inputs: [float([2, 3])], options: { min: -1 } }],
      max: [{ inputs: [float([2, 3])], options: { max: 0.5 } }],
    },
    numbers: [{ inputs: [float([5]), -1, float([5])] }, { inputs: [float([5]), float([5]), 0.5] }],
    special: [
      {
        inputs: [
          floats(-3, -1, 0, 1, 3, nan, 0, 0),
          floats(1, 1, 1, 1, 1, 1, nan, 0),
          floats(-1, -1, -1, -1, -1, 1, 1, nan),
        ],
        kink: "crossed bounds",
      },
      { inputs: [floats(-1, 0, 1), floats(-1, -1, -1), floats(1, 1, 1)], kink: "at the bounds" },
      { inputs: [floats(-1, 0, 1), floats(0, 0, 0), floats(0, 0, 0)], kink: "equal bounds" },
      {
        inputs: [floats(-1, 0.5, 0, infinite, -infinite, nan)],
        options: { min: -1, max: 0.5 },
        kink: "the bounds",
      },
      { inputs: [floats(-2, 0, 2)], options: { min: 1, max: -1 }, kink: "crossed bounds" },
    ],
    integers: [
      { inputs: [ints(-5, 0, 5)], options: { min: -2, max: 3 } },
      { inputs: [{ shape: [3], dtype: "uint8" }], options: { max: 4 } },
      {
        inputs: [{ shape: [3], dtype: "uint8", values: [0, 7, 255] }],
        options: { min: -1, max: 300 },
        unlikePyTorch: "PyTorch takes no bound that the dtype lacks",
      },
    ],
    errors: [{ inputs: [float([2]), float([3]), 1], error: ShapeError, message: /^clamp: cannot broadcast/ }],
  }),
  lerp: samplesOf<[TensorLike, TensorLike, TensorLike]>({
    call: ([x, y, weight]) => ops.lerp(x, y, weight),
    domains: [everywhere],
    ...shapesOf((x): Sample<NoOptions> => ({ inputs: [x, { shape: x.shape }, { ...x, layout: "dense" }] })),
    transposed: [{ inputs: [float([2, 3], "transposed"), float([2, 3]), float([3, 1, 1], "offset")] }],
    broadcast: {
      second: [{ inputs: [float([2, 3]), float([3]), float([])] }],
      first: [{ inputs: [float([1, 3]), float([2, 1]), float([2, 1, 1])] }],
    },
    shared: [
      { inputs: [float([3]), { same: 0 }, { same: 0 }] },
      { inputs: [float([3]), float([3]), { same: 0 }] },
    ],
    options: {},
    numbers: [
      { inputs: [float([3]), float([3]), 0.25] },
      { inputs: [float([3]), 1, 0.5] },
      { inputs: [0, float([3]), float([2, 1])] },
    ],
    special: [
      { inputs: [floats(0, infinite, nan), floats(1, 2, 3), floats(1, 0.5, 0)], kink: "special values" },
    ],
    integers: [
      { inputs: [ints(0, 4), ints(4, -8), ints(2, 3)] },
      { inputs: [ints(0, 4), ints(4, -8), 0.25] },
    ],
    errors: [
      { inputs: [float([2]), float([3]), 0.5], error: ShapeError, message: /^lerp: cannot broadcast/ },
    ],
  }),
  where: samplesOf<[Tensor, TensorLike, TensorLike]>({
    call: ([condition, x, y]) => ops.where(condition, x, y),
    domains: [everywhere],
    ...shapesOf((x): Sample<NoOptions> => ({ inputs: [{ ...x, dtype: "bool" }, { shape: x.shape }, x] })),
    broadcast: {
      second: [
        { inputs: [flags([2, 3]), float([3]), float([])] },
        { inputs: [flags([3]), float([2, 3]), float([2, 1])] },
      ],
      first: [
        { inputs: [flags([2, 1]), float([1, 3]), float([2, 3])] },
        { inputs: [flags([]), float([]), float([2])] },
      ],
    },
    shared: [{ inputs: [flags([3]), float([3]), { same: 1 }] }],
    options: {},
    numbers: [
      { inputs: [flags([2, 3]), float([3]), 0] },
      { inputs: [flags([2, 3]), -1.5, float([2, 1])] },
      { inputs: [flags([3]), ints(1, 2, 3), 7] },
    ],
    special: [
      {
        inputs: [bools(1, 0, 1, 0), floats(nan, nan, infinite, infinite), floats(1, 2, 3, 4)],
        kink: "special values",
      },
      {
        inputs: [floats(0, -0, nan, tiny, -2), floats(1, 2, 3, 4, 5), floats(6, 7, 8, 9, 10)],
        kink: "a condition",
      },
    ],
    integers: [
      { inputs: [flags([3]), ints(1, 2, 3), { shape: [3], dtype: "uint8" }] },
      { inputs: [flags([3]), flags([3]), flags([3])] },
      { inputs: [ints(0, 2, -1), float([3]), ints(1, 2, 3)] },
    ],
    errors: [
      { inputs: [flags([2]), float([3]), 0], error: ShapeError, message: /^where: cannot broadcast/ },
      {
        inputs: [flags([2, 1]), float([2]), float([3])],
        error: ShapeError,
        message: /^where: cannot broadcast \[2, 1\] with \[2\] with \[3\]: axis -1 has sizes 2 and 3/,
      },
    ],
  }),
  equal: comparison("equal", (x, y) => ops.equal(x, y)),
  notEqual: comparison("notEqual", (x, y) => ops.notEqual(x, y)),
  less: comparison("less", (x, y) => ops.less(x, y)),
  lessEqual: comparison("lessEqual", (x, y) => ops.lessEqual(x, y)),
  greater: comparison("greater", (x, y) => ops.greater(x, y)),
  greaterEqual: comparison("greaterEqual", (x, y) => ops.greaterEqual(x, y)),
  logicalAnd: logical("logicalAnd", (x, y) => ops.logicalAnd(x, y)),
  logicalOr: logical("logicalOr", (x, y) => ops.logicalOr(x, y)),
  logicalXor: logical("logicalXor", (x, y) => ops.logicalXor(x, y)),
  nanToNum: samplesOf<[Tensor, ...TensorLike[]], ops.NanToNumOptions>({
    // The function takes numbers; the op has derivatives by them, too.
    call: ([x, ...rest], options) =>
      rest.length > 0 ? applyElementwise(ops.nanToNumOp, [x, ...rest]) : ops.nanToNum(x, options),
    domains: [everywhere],
    ...shapesOf((x): Sample<ops.NanToNumOptions> => ({ inputs: [x] })),
    broadcast: {
      second: [{ inputs: [float([2, 3]), float([3]), 1, -1] }],
      first: [{ inputs: [float([3]), float([2, 3]), 1, -1] }],
    },
    shared: { notApplicable: "what stands for NaN is no tensor" },
    options: {
      nan: [{ inputs: [floats(1, nan, -2)], options: { nan: 0.5 }, kink: "NaN" }],
      posInf: [{ inputs: [floats(1, infinite, -2)], options: { posInf: 8 }, kink: "∞" }],
      negInf: [{ inputs: [floats(1, -infinite, -2)], options: { negInf: -8 }, kink: "−∞" }],
    },
    numbers: [{ inputs: [floats(infinite, 1, nan), 3, 2, 1], kink: "not finite" }],
    special: [
      { inputs: [specials], options: { posInf: 8, negInf: -4 }, kink: "special values" },
      { inputs: [floats(nan, -infinite, infinite, 1), floats(1, 2, 3, 4), 5, 6], kink: "not finite" },
      {
        inputs: [floats(infinite, -infinite)],
        kink: "not finite",
        unlikePyTorch: "what is greatest depends on the dtype, and fixtures are of float64",
      },
    ],
    integers: integersOf("int32", "uint8"),
    errors: [
      { inputs: [float([2]), float([3]), 1, 1], error: ShapeError, message: /^nanToNum: cannot broadcast/ },
    ],
  }),
  isFinite: unary((x) => ops.isFinite(x), everywhere),
  isNaN: unary((x) => ops.isNaN(x), everywhere),
  logicalNot: unary((x) => ops.logicalNot(x), everywhere, {
    integers: [
      { inputs: [bools(0, 1)] },
      { inputs: [ints(0, 5, -1)] },
      { inputs: [{ shape: [4], dtype: "uint8" }] },
    ],
  }),
  clone: unary((x) => ops.clone(x), everywhere, { integers: integersOf("int32", "uint8", "bool") }),
  toFloat32: toFloat("float32"),
  toFloat64: toFloat("float64"),
  toInt32: toWhole("int32"),
  toUint8: toWhole("uint8"),
  toBool: toWhole("bool"),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  assign: helperSamplesOf<[Tensor, TensorLike]>({
    // It changes its target and is not recorded, so a copy stands for the target.
    call: ([target, value]) =>
      noGrad(() => {
        const changed = ops.clone(target);
        ops.assign(changed, value);
        return changed;
      }),
    domains: [everywhere],
    samples: [
      { inputs: [float([2, 3]), float([2, 3])] },
      { inputs: [float([2, 3], "transposed"), float([3], "negative step")] },
      { inputs: [float([2, 3]), 1.5] },
      { inputs: [float([]), float([])] },
      { inputs: [float([0, 3]), float([1])] },
      { inputs: [float([3]), ints(1, -2, 3)] },
      { inputs: [ints(1, 2, 3), floats(1.75, -1.75, 0)] },
      { inputs: [flags([3]), floats(0, 0.5, -2)] },
    ],
    options: {},
    errors: [
      {
        inputs: [float([3]), float([2, 3])],
        error: ShapeError,
        message:
          /^assign: the value is \[2, 3\] and the target \[3\]; the value must broadcast to the target$/,
        late: "the target is copied first",
      },
      {
        inputs: [float([3]), float([2])],
        error: ShapeError,
        message: /^assign: cannot broadcast \[3\] with \[2\]/,
        late: "the target is copied first",
      },
    ],
    withoutGradcheck: "it is not recorded, and forward mode refuses it",
  }),
};
