/** A read-out of more states than the last. */
import {
  ArgumentError,
  add,
  concat,
  full,
  linear,
  mul,
  narrow,
  ShapeError,
  type Tensor,
  zeros,
} from "@wengert/autograd";
import { inverseRoot } from "../init.js";
import type { LinearOptions } from "../linear.js";
import { Module, Parameter } from "../module.js";
import { show } from "./state.js";

export interface WindowedReadOutOptions extends LinearOptions {
  /** α, by which each step back counts less; 0.9 by default. */
  readonly decay?: number;
  /** Whether α is trained, false by default. */
  readonly learnDecay?: boolean;
  /** Whether sequences are [N, T, ...] rather than [T, N, ...]; false by default. */
  readonly batchFirst?: boolean;
}

/**
 * A read-out of the last states, which count the less the older they are; before the first step they count as 0.
 *
 *   y(t) = Σᵢ αⁱ W h(t − i) + b,   i from 0 to before k, the `window`
 *
 * h: [T, N, H], or [N, T, H] with `batchFirst`, or [T, H]   W: [O, H]   b: [O]   y: as h, with O
 *
 * W and b start uniform within ±1/√H, as a linear layer's.
 */
export class WindowedReadOut extends Module {
  readonly weight: Parameter; // [O, H]
  readonly bias: Parameter | undefined; // [O]
  readonly decay: Parameter | number;
  readonly batchFirst: boolean;

  /** @throws ArgumentError if `window` is no positive integer */
  constructor(
    readonly hiddenSize: number,
    readonly outputSize: number,
    readonly window: number,
    {
      bias = true,
      decay = 0.9,
      learnDecay = false,
      batchFirst = false,
      ...options
    }: WindowedReadOutOptions = {},
  ) {
    super();
    if (!Number.isInteger(window) || window < 1)
      throw new ArgumentError(`WindowedReadOut: the window is ${window}; it must be a positive integer`);
    this.weight = new Parameter(inverseRoot([outputSize, hiddenSize], hiddenSize, options));
    this.bias = bias ? new Parameter(inverseRoot([outputSize], hiddenSize, options)) : undefined;
    this.decay = learnDecay ? new Parameter(full([], decay, { dtype: this.weight.dtype })) : decay;
    this.batchFirst = batchFirst;
  }

  /** @throws ShapeError for other shapes */
  forward(h: Tensor): Tensor {
    const { shape } = h;
    if (shape.length < 2 || shape.length > 3 || shape.at(-1) !== this.hiddenSize)
      throw new ShapeError(
        `h is ${show(shape)}; it must be ${this.batchFirst ? "[N, T, hiddenSize]" : "[T, N, hiddenSize]"} or [T, hiddenSize] with the hiddenSize ${this.hiddenSize}`,
      );
    const axis = this.batchFirst && shape.length === 3 ? 1 : 0;
    // Horner's rule: α (… (α h(t − k + 1) + h(t − k + 2)) …) + h(t).
    let sum = delayed(h, this.window - 1, axis);
    for (let i = this.window - 2; i >= 0; i--) sum = add(mul(this.decay, sum), delayed(h, i, axis));
    return linear(sum, this.weight, this.bias);
  }

  protected override describe(): string {
    return `${this.hiddenSize}, ${this.outputSize}, window=${this.window}`;
  }
}

/** h(t − i), 0 before the first step. */
function delayed(h: Tensor, i: number, axis: number): Tensor {
  const steps = h.shape[axis] as number;
  const missing = Math.min(i, steps);
  if (missing === 0) return h;
  const before = zeros(
    h.shape.map((length, k) => (k === axis ? missing : length)),
    { dtype: h.dtype },
  );
  return concat([before, narrow(h, axis, 0, steps - missing)], { axis });
}
