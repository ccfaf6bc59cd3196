/** LeNet-5 as LeCun, Bottou, Bengio & Haffner published it in 1998. */
import { ArgumentError, avgPool2d, bernoulli, conv2d, type Tensor, tensor, zeros } from "@wengert/autograd";
import { Conv2d } from "../convolution/index.js";
import { type InitOptions, uniform } from "../init.js";
import { Linear } from "../linear.js";
import { Buffer, Module, Parameter, restart } from "../module.js";
import { forLayers } from "./options.js";

/** `1.7159 · tanh(⅔ x)`, which is ±1 at ±1. Appendix A. */
function squash(x: Tensor): Tensor {
  return x
    .mul(2 / 3)
    .tanh()
    .mul(1.7159);
}

/** Subsampling that learns: the sum of each 2 x 2 window, times a coefficient of its channel, plus a bias. */
class Subsampling extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(channels: number, options: InitOptions) {
    super();
    this.weight = new Parameter(uniform([channels, 1, 1], { low: -0.6, high: 0.6, ...options }));
    this.bias = new Parameter(uniform([channels, 1, 1], { low: -0.6, high: 0.6, ...options }));
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, 2, { divisorOverride: 1 }).mul(this.weight).add(this.bias);
  }
}

/** The channels of S2 that each channel of C3 sees. Table I. */
const table = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
] as const;

/** A convolution 5 x 5 from 6 channels to 16, of which each sees those of the table alone. */
class PartialConvolution extends Module {
  readonly weight: Parameter; // [connections, 25]
  readonly bias: Parameter; // [16]
  private readonly places: Tensor;

  constructor(options: InitOptions) {
    super();
    const places = table.flatMap((seen, channel) => seen.map((from) => channel * 6 + from));
    this.places = tensor(places, { dtype: "int32" });
    this.weight = new Parameter(uniform([places.length, 25], { low: -0.024, high: 0.024, ...options }));
    this.bias = new Parameter(uniform([16], { low: -0.024, high: 0.024, ...options }));
  }

  forward(x: Tensor): Tensor {
    const whole = zeros([16 * 6, 25], { dtype: this.weight.dtype }).indexAdd(this.places, this.weight);
    return conv2d(x, whole.reshape([16, 6, 5, 5]), this.bias);
  }
}

export interface LeNet5Options extends InitOptions {
  /** How many classes are told apart, 10 by default. */
  readonly classes?: number;
  /** A picture of each class, [classes, 84] of ±1: by default drawn at random, as the paper allows. */
  readonly codes?: Tensor;
}

/**
 * LeNet-5 of the paper, with all its particulars: squashing `1.7159 · tanh(⅔ x)`, subsampling that learns, convolutions
 * that see some channels only, and an output that measures the distance of 84 features from a fixed picture of each class.
 * 60,000 parameters. "Gradient-based learning applied to document recognition", section II.B; {@link LeNet} is what is
 * taught today.
 *
 *   y_i = Σ_j (x_j − w_ij)²
 *
 * x: [N, 1, 32, 32]   y: [N, classes], distances: the smallest is the answer, and `crossEntropy` of `−y` the loss
 */
export class LeNet5 extends Module {
  readonly c1: Conv2d;
  readonly s2: Subsampling;
  readonly c3: PartialConvolution;
  readonly s4: Subsampling;
  readonly c5: Conv2d;
  readonly f6: Linear;
  readonly codes: Buffer;

  constructor({ classes = 10, codes, ...rest }: LeNet5Options = {}) {
    super();
    const made = forLayers(rest);
    this.c1 = new Conv2d(1, 6, 5, made);
    this.s2 = new Subsampling(6, made);
    this.c3 = new PartialConvolution(made);
    this.s4 = new Subsampling(16, made);
    this.c5 = new Conv2d(16, 120, 5, made);
    this.f6 = new Linear(120, 84, made);
    // Within ±2.4 / fan: appendix A.
    for (const [{ weight, bias }, fan] of [
      [this.c1, 25],
      [this.c5, 400],
      [this.f6, 120],
    ] as const)
      for (const each of [weight, bias])
        restart(each, (shape) => uniform(shape, { low: -2.4 / fan, high: 2.4 / fan, ...made }));
    if (codes !== undefined && (codes.rank !== 2 || codes.shape[0] !== classes || codes.shape[1] !== 84))
      throw new ArgumentError(
        `LeNet5: the codes are [${codes.shape.join(", ")}]; for ${classes} classes they must be [${classes}, 84]`,
      );
    const { dtype } = this.f6.weight;
    const drawn = (): Tensor =>
      bernoulli([classes, 84], 0.5, rest.generator ? { generator: rest.generator } : {})
        .to(dtype)
        .mul(2)
        .sub(1);
    this.codes = new Buffer(codes ?? drawn());
  }

  forward(x: Tensor): Tensor {
    const c1 = squash(this.c1.forward(x)); // [N, 6, 28, 28]
    const s2 = squash(this.s2.forward(c1)); // [N, 6, 14, 14]
    const c3 = squash(this.c3.forward(s2)); // [N, 16, 10, 10]
    const s4 = squash(this.s4.forward(c3)); // [N, 16, 5, 5]
    const c5 = squash(this.c5.forward(s4)); // [N, 120, 1, 1]
    const f6 = squash(this.f6.forward(c5.flatten(1))); // [N, 84]
    return f6.unsqueeze(1).sub(this.codes).square().sum({ axis: -1 });
  }
}
