/** Where in a sequence something stands, as a vector that is added to it. */
import {
  ArgumentError,
  add,
  arange,
  cos,
  defaultDtype,
  exp,
  type FloatDType,
  flatten,
  log,
  mul,
  narrow,
  ShapeError,
  sin,
  stack,
  type Tensor,
  tensor,
  to,
  unsqueeze,
} from "@wengert/autograd";
import { Dropout } from "../dropout.js";
import { type InitOptions, normal } from "../init.js";
import { Module, Parameter } from "../module.js";
import { show } from "../recurrent/state.js";

export interface SinusoidsOptions {
  /** The number of the first position, 0 by default. */
  readonly offset?: number;
  /** By default float32, see `setDefaultDtype`. */
  readonly dtype?: FloatDType;
}

/**
 * Waves of many lengths, read at each position: for even and odd elements
 *
 *   p[t, 2i] = sin(t / 10000^(2i / D))   p[t, 2i + 1] = cos(t / 10000^(2i / D))
 *
 * Computed in float64 and rounded once.
 *
 * Vaswani et al. 2017, "Attention is all you need", section 3.5.
 *
 * @returns [length, dimension]
 * @throws ArgumentError if a number is no integer, 0 or more
 */
export function sinusoids(
  length: number,
  dimension: number,
  { offset = 0, dtype = defaultDtype() }: SinusoidsOptions = {},
): Tensor {
  for (const [name, value] of Object.entries({ length, dimension, offset }))
    if (!Number.isInteger(value) || value < 0)
      throw new ArgumentError(`sinusoids: the ${name} is ${value}; it must be an integer, 0 or more`);
  const float64 = { dtype: "float64" } as const;
  const waves = Math.ceil(dimension / 2);
  const exponents = arange(0, waves, 1, float64).mul(-2 / Math.max(1, dimension));
  const frequencies = exp(mul(log(tensor(10000, float64)), exponents));
  const angles = mul(unsqueeze(arange(offset, offset + length, 1, float64), 1), frequencies);
  const pairs = flatten(stack([sin(angles), cos(angles)], { axis: -1 }), 1);
  return to(narrow(pairs, 1, 0, dimension), dtype);
}

export interface PositionOptions extends InitOptions {
  /** The part of the sums that is dropped in training; 0 by default. */
  readonly dropout?: number;
  /** Whether sequences are [N, T, ...] rather than [T, N, ...]; false by default. */
  readonly batchFirst?: boolean;
}

export interface PositionCallOptions {
  /** The number of the first position of x, 0 by default: where sequences are read piece by piece. */
  readonly offset?: number;
}

/** A vector for each position, added to what stands there. */
abstract class PositionalEncoding extends Module {
  readonly dropout: Dropout;
  readonly batchFirst: boolean;

  constructor(
    readonly dimension: number,
    { dropout = 0, batchFirst = false, generator }: PositionOptions,
  ) {
    super();
    this.dropout = new Dropout(dropout, generator && { generator });
    this.batchFirst = batchFirst;
  }

  /** @returns the vectors of the positions from `offset` on: [length, dimension], like x */
  protected abstract vectors(length: number, offset: number, x: Tensor): Tensor;

  forward(x: Tensor, { offset = 0 }: PositionCallOptions = {}): Tensor {
    const { shape, rank } = x;
    if ((rank !== 2 && rank !== 3) || shape.at(-1) !== this.dimension)
      throw new ShapeError(
        `x is ${show(shape)}; it must be [${this.batchFirst ? "N, T" : "T, N"}, ${this.dimension}] or [T, ${this.dimension}]`,
      );
    const inside = this.batchFirst || rank === 2;
    const positions = this.vectors(shape[inside ? rank - 2 : 0] as number, offset, x);
    return this.dropout.forward(add(x, inside ? positions : unsqueeze(positions, 1)));
  }

  protected override describe(): string {
    return `${this.dimension}`;
  }
}

/**
 *   y = dropout(x + p)
 *
 * with waves for p, see {@link sinusoids}: for sequences of any length, and nothing is learned.
 *
 * x, y: [T, N, dimension], [N, T, dimension] with `batchFirst`, or [T, dimension]
 *
 * Vaswani et al. 2017, "Attention is all you need", section 3.5.
 *
 * @throws in `forward` ShapeError for other shapes
 */
export class SinusoidalEncoding extends PositionalEncoding {
  constructor(dimension: number, options: Omit<PositionOptions, "dtype"> = {}) {
    super(dimension, options);
  }

  protected override vectors(length: number, offset: number, { dtype }: Tensor): Tensor {
    return sinusoids(length, this.dimension, { offset, dtype: dtype as FloatDType });
  }
}

/**
 *   y = dropout(x + W[t])
 *
 * with a learned vector for each position t.
 *
 * x, y: [T, N, dimension], [N, T, dimension] with `batchFirst`, or [T, dimension]   W: [maxLength, dimension]
 *
 * The vectors start normal, of mean 0 and standard deviation 0.02, as those of Radford et al. 2019 (GPT-2). Gehring et al.
 * 2017, "Convolutional sequence to sequence learning", section 3.1.
 *
 * @throws in `forward` ShapeError for other shapes, or positions from maxLength on
 */
export class LearnedEncoding extends PositionalEncoding {
  readonly weight: Parameter;

  constructor(
    readonly maxLength: number,
    dimension: number,
    options: PositionOptions = {},
  ) {
    super(dimension, options);
    this.weight = new Parameter(normal([maxLength, dimension], { std: 0.02, ...options }));
  }

  protected override vectors(length: number, offset: number, { shape }: Tensor): Tensor {
    if (!Number.isInteger(offset) || offset < 0 || offset + length > this.maxLength)
      throw new ShapeError(
        `x is ${show(shape)} from position ${offset} on; there are positions from 0 to ${this.maxLength - 1}`,
      );
    return narrow(this.weight, 0, offset, length);
  }

  protected override describe(): string {
    return `${this.maxLength}, ${this.dimension}`;
  }
}
