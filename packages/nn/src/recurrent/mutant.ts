/** The three recurrent cells that a search by mutation found: one step each. */
import {
  ArgumentError,
  add,
  apply,
  chunk,
  concat,
  type ElementwiseOp,
  elementwise,
  expression,
  functions,
  linear,
  type Tensor,
  tanh,
} from "@wengert/autograd";
import { inverseRoot } from "../init.js";
import { Parameter } from "../module.js";
import { SimpleCell } from "./cell.js";
import type { CellOptions } from "./gated-cell.js";

export interface MutantCellOptions extends CellOptions {
  /**
   * Whether x is brought to the length H by a matrix P where the equations have it bare: x Pᵀ in the place of x. By default
   * false: then D must be H.
   */
  readonly project?: boolean;
}

/** What the three have in common. Weights by the names of the paper: Wxz is `weightXz`. */
abstract class MutantCell extends SimpleCell {
  readonly weightHr: Parameter; // [H, H]
  readonly weightHh: Parameter; // [H, H]
  readonly biasZ: Parameter | undefined; // [H]
  readonly biasR: Parameter | undefined; // [H]
  readonly biasH: Parameter | undefined; // [H]

  constructor(inputSize: number, hiddenSize: number, options: CellOptions) {
    super(inputSize, hiddenSize, options);
    const bias = (): Parameter | undefined => (options.bias === false ? undefined : this.weight(options));
    this.weightHr = this.weight(options, hiddenSize);
    this.weightHh = this.weight(options, hiddenSize);
    this.biasZ = bias();
    this.biasR = bias();
    this.biasH = bias();
  }

  /** [H, ...shape] */
  protected weight(options: CellOptions, ...shape: number[]): Parameter {
    return new Parameter(inverseRoot([this.hiddenSize, ...shape], this.hiddenSize, options));
  }

  /** n z + h (1 − z) with n = tanh((r h) Whhᵀ + xh), where z and r are σ of what is given. */
  protected next(z: Tensor, r: Tensor, xh: Tensor, h: Tensor): Tensor {
    const n = linear(apply(reset, [r, h], undefined), this.weightHh, xh);
    return apply(mix, [z, n, h], undefined);
  }

  /** P, or nothing where x is long enough as it is. */
  protected projection({ project = false, ...options }: MutantCellOptions): Parameter | undefined {
    const { inputSize, hiddenSize } = this;
    if (project) return this.weight(options, inputSize);
    if (inputSize === hiddenSize) return undefined;
    throw new ArgumentError(
      `${this.constructor.name}: the inputSize is ${inputSize} and the hiddenSize ${hiddenSize}; its equations add x to what has the length of h, so they must be the same, or project: true`,
    );
  }
}

/**
 * One step of the mutant MUT1, which has no W for x in the new state.
 *
 *   z = σ(x Wxzᵀ + bz)
 *   r = σ(x Wxrᵀ + h Whrᵀ + br)
 *   n = tanh((r h) Whhᵀ + tanh(x) + bh)
 *   h' = n z + h (1 − z)
 *
 * x: [N, D]   h: [N, H]   Wx…: [H, D]   Wh…: [H, H]   D = H, or with `project` x Pᵀ in tanh(x), P: [H, D]
 *
 * All start uniform within ±1/√H, biases too.
 *
 * Jozefowicz, Zaremba & Sutskever 2015, "An empirical exploration of recurrent network architectures".
 */
export class MUT1Cell extends MutantCell {
  readonly weightXz: Parameter; // [H, D]
  readonly weightXr: Parameter; // [H, D]
  readonly weightProjection: Parameter | undefined; // [H, D]

  /** @throws ArgumentError if `inputSize` is not `hiddenSize`, unless `project` */
  constructor(inputSize: number, hiddenSize: number, options: MutantCellOptions = {}) {
    super(inputSize, hiddenSize, options);
    this.weightXz = this.weight(options, inputSize);
    this.weightXr = this.weight(options, inputSize);
    this.weightProjection = this.projection(options);
  }

  /** x Wxzᵀ + bz, x Wxrᵀ + br and tanh(x) + bh, one after another: [..., 3H]. */
  override project(x: Tensor): Tensor {
    const xz = linear(x, this.weightXz, this.biasZ);
    const xr = linear(x, this.weightXr, this.biasR);
    const xh = shifted(tanh(projected(x, this.weightProjection)), this.biasH);
    return concat([xz, xr, xh], { axis: -1 });
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const [xz, xr, xh] = chunk(projected, 3, { axis: -1 }) as [Tensor, Tensor, Tensor];
    return this.next(xz, linear(h, this.weightHr, xr), xh, h);
  }
}

/**
 * One step of the mutant MUT2, which has no W for x in the reset gate.
 *
 *   z = σ(x Wxzᵀ + h Whzᵀ + bz)
 *   r = σ(x + h Whrᵀ + br)
 *   n = tanh((r h) Whhᵀ + x Wxhᵀ + bh)
 *   h' = n z + h (1 − z)
 *
 * x: [N, D]   h: [N, H]   Wx…: [H, D]   Wh…: [H, H]   D = H, or with `project` r = σ(x Pᵀ + …), P: [H, D]
 *
 * All start uniform within ±1/√H, biases too.
 *
 * Jozefowicz, Zaremba & Sutskever 2015, "An empirical exploration of recurrent network architectures".
 */
export class MUT2Cell extends MutantCell {
  readonly weightXz: Parameter; // [H, D]
  readonly weightHz: Parameter; // [H, H]
  readonly weightXh: Parameter; // [H, D]
  readonly weightProjection: Parameter | undefined; // [H, D]

  /** @throws ArgumentError if `inputSize` is not `hiddenSize`, unless `project` */
  constructor(inputSize: number, hiddenSize: number, options: MutantCellOptions = {}) {
    super(inputSize, hiddenSize, options);
    this.weightXz = this.weight(options, inputSize);
    this.weightHz = this.weight(options, hiddenSize);
    this.weightXh = this.weight(options, inputSize);
    this.weightProjection = this.projection(options);
  }

  /** x Wxzᵀ + bz, x + br and x Wxhᵀ + bh, one after another: [..., 3H]. */
  override project(x: Tensor): Tensor {
    const xz = linear(x, this.weightXz, this.biasZ);
    const xr = shifted(projected(x, this.weightProjection), this.biasR);
    const xh = linear(x, this.weightXh, this.biasH);
    return concat([xz, xr, xh], { axis: -1 });
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const [xz, xr, xh] = chunk(projected, 3, { axis: -1 }) as [Tensor, Tensor, Tensor];
    return this.next(linear(h, this.weightHz, xz), linear(h, this.weightHr, xr), xh, h);
  }
}

/**
 * One step of the mutant MUT3, whose update gate sees tanh(h).
 *
 *   z = σ(x Wxzᵀ + tanh(h) Whzᵀ + bz)
 *   r = σ(x Wxrᵀ + h Whrᵀ + br)
 *   n = tanh((r h) Whhᵀ + x Wxhᵀ + bh)
 *   h' = n z + h (1 − z)
 *
 * x: [N, D]   h: [N, H]   Wx…: [H, D]   Wh…: [H, H]
 *
 * All start uniform within ±1/√H, biases too.
 *
 * Jozefowicz, Zaremba & Sutskever 2015, "An empirical exploration of recurrent network architectures".
 */
export class MUT3Cell extends MutantCell {
  readonly weightXz: Parameter; // [H, D]
  readonly weightHz: Parameter; // [H, H]
  readonly weightXr: Parameter; // [H, D]
  readonly weightXh: Parameter; // [H, D]

  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(inputSize, hiddenSize, options);
    this.weightXz = this.weight(options, inputSize);
    this.weightHz = this.weight(options, hiddenSize);
    this.weightXr = this.weight(options, inputSize);
    this.weightXh = this.weight(options, inputSize);
  }

  /** x Wxzᵀ + bz, x Wxrᵀ + br and x Wxhᵀ + bh, one after another: [..., 3H]. */
  override project(x: Tensor): Tensor {
    const xz = linear(x, this.weightXz, this.biasZ);
    const xr = linear(x, this.weightXr, this.biasR);
    const xh = linear(x, this.weightXh, this.biasH);
    return concat([xz, xr, xh], { axis: -1 });
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const [xz, xr, xh] = chunk(projected, 3, { axis: -1 }) as [Tensor, Tensor, Tensor];
    return this.next(linear(tanh(h), this.weightHz, xz), linear(h, this.weightHr, xr), xh, h);
  }
}

/** x, or x Pᵀ. */
function projected(x: Tensor, projection: Parameter | undefined): Tensor {
  return projection === undefined ? x : linear(x, projection);
}

function shifted(x: Tensor, bias: Parameter | undefined): Tensor {
  return bias === undefined ? x : add(x, bias);
}

// What is between two products is one op, as in the LSTM.
const { difference, product, sum } = expression;
const { sigmoid } = functions;
const reset: ElementwiseOp = elementwise("mutant.reset", ["r", "h"], (r, h) => product(sigmoid(r), h));
const mix: ElementwiseOp = elementwise("mutant.h", ["z", "n", "h"], (z, n, h) =>
  sum(product(functions.tanh(n), sigmoid(z)), product(h, difference(1, sigmoid(z)))),
);
