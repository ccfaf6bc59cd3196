/** Activation functions as layers, of any shape: each is the function of the same name. (Where a function will do, give that.) */
import {
  type EluOptions,
  elu,
  type GeluOptions,
  gaussian,
  gelu,
  type HardTanhOptions,
  hardSigmoid,
  hardSwish,
  hardTanh,
  type LeakyReluOptions,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  mish,
  prelu,
  relu,
  ShapeError,
  type SoftplusOptions,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  step,
  type Tensor,
  tanh,
} from "@wengert/autograd";
import { constant, type InitOptions } from "./init.js";
import { Module, Parameter } from "./module.js";
import { showOptions } from "./pooling/windowed.js";

/** y = max(x, 0), for x of any shape. Nair & Hinton 2010. */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** y = min(max(x, 0), 6), for x of any shape. Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10". */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return hardTanh(x, { min: 0, max: 6 });
  }
}

/** y = 1 / (1 + e⁻ˣ), for x of any shape. Rumelhart, Hinton & Williams 1986. */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** y = log σ(x), for x of any shape. */
export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return logSigmoid(x);
  }
}

/** y = tanh x, for x of any shape. LeCun et al. 1998, "Efficient BackProp", section 4.4. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** y = x / (1 + |x|), for x of any shape. Bergstra et al. 2009. */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/** y = x · σ(x), for x of any shape. Hendrycks & Gimpel 2016; Ramachandran, Zoph & Le 2017. */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** y = x · tanh(log(1 + eˣ)), for x of any shape. Misra 2019. */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return mish(x);
  }
}

/**
 * y = s · x above 0, else s · α · (eˣ − 1), for x of any shape, with s = 1.0507… and α = 1.6733…: Klambauer et al. 2017,
 * "Self-normalizing neural networks".
 */
export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/** y = e^(−x²), for x of any shape. */
export class Gaussian extends Module {
  forward(x: Tensor): Tensor {
    return gaussian(x);
  }
}

/** y = 1 where x ≥ 0, else 0, for x of any shape. McCulloch & Pitts 1943. Its gradient is 0. */
export class HardLimit extends Module {
  forward(x: Tensor): Tensor {
    return step(x);
  }
}

/** y = min(max(x + 3, 0), 6) / 6, for x of any shape. Howard et al. 2019. */
export class HardSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return hardSigmoid(x);
  }
}

/** y = x · min(max(x + 3, 0), 6) / 6, for x of any shape. Howard et al. 2019, "Searching for MobileNetV3". */
export class HardSwish extends Module {
  forward(x: Tensor): Tensor {
    return hardSwish(x);
  }
}

/** An activation with options. */
abstract class Shaped<Options extends object> extends Module {
  readonly options: Options;

  constructor(options?: Options) {
    super();
    this.options = options ?? ({} as Options);
  }

  protected override describe(): string {
    return showOptions(this.options);
  }
}

/** y = x above 0, else negativeSlope · x, for x of any shape. Maas, Hannun & Ng 2013. */
export class LeakyReLU extends Shaped<LeakyReluOptions> {
  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.options);
  }
}

/** y = x above 0, else alpha · (eˣ − 1), for x of any shape. Clevert, Unterthiner & Hochreiter 2015. */
export class ELU extends Shaped<EluOptions> {
  forward(x: Tensor): Tensor {
    return elu(x, this.options);
  }
}

/** y = x · Φ(x), for x of any shape, Φ being the normal distribution. Hendrycks & Gimpel 2016. */
export class GELU extends Shaped<GeluOptions> {
  forward(x: Tensor): Tensor {
    return gelu(x, this.options);
  }
}

/** y = log(1 + e^(beta · x)) / beta, for x of any shape. Dugas et al. 2000. */
export class Softplus extends Shaped<SoftplusOptions> {
  forward(x: Tensor): Tensor {
    return softplus(x, this.options);
  }
}

/** y = min(max(x, min), max), for x of any shape. Collobert 2004. */
export class HardTanh extends Shaped<HardTanhOptions> {
  forward(x: Tensor): Tensor {
    return hardTanh(x, this.options);
  }
}

export interface SoftmaxOptions {
  /** The last by default. */
  readonly axis?: number;
}

/** y = eˣ / Σ eˣ along an axis of x, which has any shape. Bridle 1990. */
export class Softmax extends Shaped<SoftmaxOptions> {
  forward(x: Tensor): Tensor {
    return softmax(x, this.options);
  }
}

/** y = x − log Σ eˣ along an axis of x, which has any shape. */
export class LogSoftmax extends Shaped<SoftmaxOptions> {
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.options);
  }
}

export interface PReLUOptions extends Pick<InitOptions, "dtype"> {
  /** What the slopes start with, 0.25 by default. */
  readonly start?: number;
}

/**
 * y = x above 0, else weight · x, the slopes being learned. He et al. 2015, "Delving deep into rectifiers".
 *
 * @param count 1 for one slope (the default), or the number of channels of x [N, C, ...] for one each
 */
export class PReLU extends Module {
  readonly weight: Parameter;

  constructor(
    readonly count = 1,
    { start = 0.25, ...options }: PReLUOptions = {},
  ) {
    super();
    this.weight = new Parameter(constant([count], start, options));
  }

  forward(x: Tensor): Tensor {
    if (this.count === 1) return prelu(x, this.weight);
    // One channel would be taken for each of them.
    if (x.shape[x.rank < 2 ? 0 : 1] !== this.count)
      throw new ShapeError(
        `x is [${x.shape.join(", ")}]; it must be [N, C, ...] or [C] with the C ${this.count}, for each of which there is a slope`,
      );
    if (x.rank < 2) return prelu(x, this.weight);
    return prelu(x, this.weight.reshape([this.count, ...new Array<number>(x.rank - 2).fill(1)]));
  }

  protected override describe(): string {
    return `${this.count}`;
  }
}
