/** Samples of the activation functions. */
import { ArgumentError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/activations.js";
import {
  applyElementwise,
  type ElementwiseOp,
  type TensorLike,
} from "../src/ops/elementwise/elementwise-op.js";
import { binary, notZero, positive, tiny, unary } from "./elementwise/one-or-two.js";
import {
  type AnyOpSamples,
  type Domain,
  everywhere,
  float,
  floats,
  type HelpersOfFamily,
  infinite,
  ints,
  type NotApplicable,
  nan,
  type OpSamples,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
} from "./sample.js";

const wide: Domain = { low: -6, high: 6 };
const far = floats(0, -0, tiny, -tiny, 30, -30, 100, -100, 700, -700, nan);
const kink = "special values";
const limits = "PyTorch has NaN for an infinity times 0";

const hiddenNaN = { inputs: [floats(nan, 1)], kink, unlikePyTorch: "its gradient is not NaN at NaN" };

type Parametric<Options> = Partial<OpSamples<[Tensor, ...TensorLike[]], Options>> & {
  readonly domains: OpSamples<[Tensor], Options>["domains"];
  readonly options: OpSamples<[Tensor], Options>["options"];
};

/** Samples of an op whose parameters are numbers to its function; to the op they are operands with gradients. */
function parametric<Options>(
  name: string,
  op: ElementwiseOp,
  call: (x: Tensor, options?: Options) => Tensor,
  parameters: readonly [number, ...number[]],
  own: Parametric<Options>,
): AnyOpSamples {
  const [first, ...others] = parameters;
  type Each = Sample<Options>;
  const of = (...inputs: Sample<unknown>["inputs"]): Each => ({ inputs }) as unknown as Each;
  return samplesOf<[Tensor, ...TensorLike[]], Options>({
    call: ([x, ...rest], options) =>
      rest.length > 0 ? applyElementwise(op, [x, ...rest]) : call(x, options),
    ...shapesOf((x) => of(x)),
    broadcast: {
      second: [of(float([2, 3]), float([3]), ...others), of(float([2, 3]), float([]), ...others)],
      first: [of(float([3]), float([2, 3]), ...others), of(float([]), float([2]), ...others)],
    },
    shared: { notApplicable: "a parameter is no argument" } satisfies NotApplicable,
    numbers: [of(float([3]), first, ...others)],
    special: [of(far)],
    integers: [of(ints(-3, 0, 2)), of({ shape: [3], dtype: "uint8" })],
    errors: [
      {
        ...of(float([2]), float([3]), ...others),
        error: ShapeError,
        message: new RegExp(`^${name}: cannot broadcast`),
      },
    ],
    ...own,
  });
}

export const samples: SamplesOfFamily<typeof ops> = {
  sigmoid: unary((x) => ops.sigmoid(x), everywhere, {
    special: [{ inputs: [floats(0, -0, tiny, -80, 80, infinite, -infinite, nan)], kink: "special values" }],
  }),
  logSigmoid: unary((x) => ops.logSigmoid(x), wide, {
    special: [{ inputs: [floats(0, -0, tiny, 700, -700, infinite, -infinite, nan)], kink }],
  }),
  softplus: parametric<ops.SoftplusOptions>("softplus", ops.softplusOp, ops.softplus, [1.5, 20], {
    domains: [wide, positive, { low: 20, high: 30 }],
    special: [{ inputs: [floats(0, -0, tiny, 19.5, 20, 20.5, 700, -700, infinite, -infinite, nan)], kink }],
    options: {
      beta: [{ inputs: [float([2, 3])], options: { beta: 2.5 } }],
      threshold: [{ inputs: [float([2, 5])], options: { threshold: 1.03125 }, kink: "a step" }],
    },
  }),
  softsign: unary((x) => ops.softsign(x), notZero, {
    special: [
      { inputs: [floats(0, -0, 1, -1, tiny, 1e6, -1e6, nan)], kink },
      { inputs: [floats(infinite, -infinite)], kink, unlikePyTorch: limits },
    ],
  }),
  geluNone: {
    ...unary((x) => ops.gelu(x), wide, { special: [{ inputs: [far], kink }] }),
    call: ([x]: [Tensor], options?: ops.GeluOptions) => ops.gelu(x, options),
    errors: [
      {
        inputs: [float([2])],
        options: { approximate: "erf" },
        error: ArgumentError,
        message: /^gelu: approximate is erf; use "none" or "tanh"$/,
      },
    ],
  },
  geluTanh: unary((x) => ops.gelu(x, { approximate: "tanh" }), wide, {
    special: [
      { inputs: [far], kink },
      { inputs: [floats(1e30, -1e30, infinite)], kink, unlikePyTorch: limits },
    ],
  }),
  silu: unary((x) => ops.silu(x), wide, { special: [{ inputs: [far], kink }] }),
  mish: unary((x) => ops.mish(x), wide, { special: [{ inputs: [far], kink }] }),
  gaussian: unary((x) => ops.gaussian(x), everywhere, {
    special: [{ inputs: [floats(0, -0, 1, -1, tiny, 40, -1e30, nan)], kink }],
  }),
  relu: unary((x) => ops.relu(x), notZero),
  leakyRelu: parametric<ops.LeakyReluOptions>("leakyRelu", ops.leakyReluOp, ops.leakyRelu, [0.25], {
    domains: [notZero, positive],
    special: [{ inputs: [floats(0, -0, tiny, -tiny, infinite, -infinite, nan)], kink }],
    options: { negativeSlope: [{ inputs: [float([2, 3])], options: { negativeSlope: 0.375 } }] },
  }),
  prelu: binary("prelu", (x, weight) => ops.prelu(x as Tensor, weight), [notZero, positive], {
    shared: [{ inputs: [float([2, 3]), { same: 0 }] }],
    numbers: [{ inputs: [float([2, 3]), 0.25] }, { inputs: [float([]), 2] }],
    special: [
      { inputs: [floats(0, -0, infinite, -infinite, nan, -1), floats(2, 0.5, 0.25, 0.25, 1, nan)], kink },
    ],
  }),
  elu: parametric<ops.EluOptions>("elu", ops.eluOp, ops.elu, [1.5], {
    domains: [notZero, positive],
    special: [{ inputs: [floats(0, -0, tiny, -tiny, 800, -800, infinite, -infinite)], kink }, hiddenNaN],
    options: { alpha: [{ inputs: [float([2, 3])], options: { alpha: 0.375 } }] },
  }),
  selu: unary((x) => ops.selu(x), notZero, {
    special: [{ inputs: [floats(0, -0, tiny, -tiny, 800, -800, infinite, -infinite)], kink }, hiddenNaN],
  }),
  step: unary((x) => ops.step(x), notZero, {
    special: [
      { inputs: [floats(0, -0, tiny, -tiny, infinite, -infinite)], kink: "a step" },
      { inputs: [floats(nan, -3)], kink, unlikePyTorch: "torch.heaviside makes 0 of NaN, and hides it" },
    ],
  }),
  hardTanh: parametric<ops.HardTanhOptions>("hardTanh", ops.hardTanhOp, ops.hardTanh, [-1, 0.5], {
    domains: [
      { low: -2, high: 2, avoid: [-1, 1, 0.5, -0.5] },
      { low: -0.99, high: -0.51 },
    ],
    special: [
      { inputs: [floats(-1, 1, 0, 0.5, infinite, -infinite, nan)], kink },
      { inputs: [floats(-1, 0, 1), floats(1, 1, 1), floats(-0.5, -0.5, -0.5)], kink: "crossed bounds" },
    ],
    options: {
      min: [{ inputs: [float([2, 3])], options: { min: -0.5 } }],
      max: [{ inputs: [float([2, 3])], options: { max: 0.5 } }],
    },
  }),
  hardSigmoid: unary(
    (x) => ops.hardSigmoid(x),
    { low: -5, high: 5, avoid: [-3, 3] },
    { special: [{ inputs: [floats(-3, 3, 0, infinite, -infinite)], kink }] },
  ),
  hardSwish: unary(
    (x) => ops.hardSwish(x),
    { low: -5, high: 5, avoid: [-3, 3] },
    { special: [{ inputs: [floats(-3, 3, 0, -0, 1e6, -1e6, nan)], kink }] },
  ),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
