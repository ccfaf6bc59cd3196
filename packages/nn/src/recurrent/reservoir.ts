/** The echo state network's reservoir, one step and whole sequences. */
import {
  ArgumentError,
  bernoulli,
  lerp,
  linear,
  mul,
  type Shape,
  spectralRadius,
  type Tensor,
  tanh,
  to,
} from "@wengert/autograd";
import { uniform } from "../init.js";
import { Buffer, initial } from "../module.js";
import { SimpleCell } from "./cell.js";
import type { CellOptions } from "./gated-cell.js";
import { Recurrent, type RecurrentOptions } from "./layer.js";

export interface ReservoirCellOptions extends CellOptions {
  /** The largest magnitude of an eigenvalue of Whh, 0.9 by default. Below 1 the past is usually forgotten. */
  readonly spectralRadius?: number;
  /**
   * The part of Whh that is not 0. By default 0.1, but in reservoirs of fewer than 100 units as much as gives each unit 10
   * connections in the mean, up to all.
   */
  readonly density?: number;
  /** a, above 0 to 1: how much of the state is new in a step; 1 by default. */
  readonly leak?: number;
  /** The largest magnitude of Wih and b, 1 by default. */
  readonly inputScale?: number;
}

/**
 * One step of the reservoir of an echo state network. Nothing in it is trained: its matrices are buffers.
 *
 *   n = tanh(x Wihᵀ + b + h Whhᵀ)
 *   h' = (1 − a) h + a n
 *
 * x: [N, D]   h: [N, H]   Wih: [H, D]   Whh: [H, H]   b: [H]
 *
 * Wih and b start uniform within ±inputScale; Whh uniform, with zeros, scaled to the spectral radius. What is trained is a
 * read-out of the states, see `ridgeReadOut`.
 *
 * Jaeger 2001, "The echo state approach to analysing and training recurrent neural networks"; the leak: Jaeger et al. 2007;
 * connections to some 10 others: Lukoševičius 2012, "A practical guide to applying echo state networks", section 3.2.2.
 */
export class ReservoirCell extends SimpleCell {
  readonly leak: number;
  readonly weightIh: Buffer; // [H, D]
  readonly weightHh: Buffer; // [H, H]
  readonly bias: Buffer | undefined; // [H]

  /** @throws ArgumentError if an option is out of its range, or so few weights are not 0 that no eigenvalue is */
  constructor(
    inputSize: number,
    hiddenSize: number,
    {
      spectralRadius: radius = 0.9,
      density = usualDensity(hiddenSize),
      leak = 1,
      inputScale = 1,
      bias = true,
      ...options
    }: ReservoirCellOptions = {},
  ) {
    super(inputSize, hiddenSize, options);
    if (!(radius >= 0)) refuse("spectralRadius", radius, "not be negative");
    if (!(density > 0 && density <= 1)) refuse("density", density, "be above 0, up to 1");
    if (!(leak > 0 && leak <= 1)) refuse("leak", leak, "be above 0, up to 1");
    if (!(inputScale >= 0)) refuse("inputScale", inputScale, "not be negative");
    const draw = (bound: number, ...shape: number[]): Tensor =>
      uniform(shape, { low: -bound, high: bound, ...options });
    const { generator } = options;
    const connections = (shape: Shape): Tensor => {
      const chosen = bernoulli(shape, density, generator === undefined ? {} : { generator });
      const sparse = mul(draw(1, ...shape), to(chosen, this.dtype));
      return mul(sparse, radius / radiusOf(sparse, density));
    };
    this.leak = leak;
    this.weightIh = new Buffer(draw(inputScale, hiddenSize, inputSize));
    const square = [hiddenSize, hiddenSize];
    this.weightHh = new Buffer(initial(square, this.dtype, () => connections(square)));
    this.bias = bias ? new Buffer(draw(inputScale, hiddenSize)) : undefined;
  }

  /**
   * x Wihᵀ + b
   *
   * @param x [..., D]
   * @returns [..., H]
   */
  override project(x: Tensor): Tensor {
    return linear(x, this.weightIh, this.bias);
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const n = tanh(linear(h, this.weightHh, projected));
    return lerp(h, n, this.leak);
  }

  protected override describe(): string {
    return `${super.describe()}, leak=${this.leak}`;
  }
}

/** Chances that so many connections make no cycle, and thus no eigenvalue but 0, are nil. */
function usualDensity(hiddenSize: number): number {
  return Math.max(0.1, Math.min(1, 10 / hiddenSize));
}

function radiusOf(weight: Tensor, density: number): number {
  // 30 squarings give nine digits.
  const radius = spectralRadius(weight, { iterations: 30 }).item();
  if (radius > 0) return radius;
  throw new ArgumentError(
    `ReservoirCell: no spectral radius can be given to a matrix that has no eigenvalue but 0; with ${weight.shape[0]} units the density ${density} must be higher`,
  );
}

function refuse(name: string, value: number, range: string): never {
  throw new ArgumentError(`ReservoirCell: ${name} is ${value}; it must ${range}`);
}

export interface ReservoirOptions extends RecurrentOptions, ReservoirCellOptions {}

/**
 * Reservoirs run over sequences, layer by layer; see {@link ReservoirCell} for the equations and {@link Recurrent} for the
 * shapes.
 */
export class Reservoir extends Recurrent<Tensor> {
  constructor(
    inputSize: number,
    hiddenSize: number,
    {
      spectralRadius: radius = 0.9,
      density = usualDensity(hiddenSize),
      leak = 1,
      inputScale = 1,
      ...options
    }: ReservoirOptions = {},
  ) {
    const own = { spectralRadius: radius, density, leak, inputScale };
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new ReservoirCell(size, hiddenSize, { ...rest, ...own }),
      options,
    );
  }
}
