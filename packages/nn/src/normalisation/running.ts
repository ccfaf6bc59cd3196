/** What layers share that normalise by the statistics of what they have seen. */
import { ones, type Shape, ShapeError, type Tensor, zeros } from "@wengert/autograd";
import type { InitOptions } from "../init.js";
import { Buffer, Module, Parameter } from "../module.js";

export interface RunningNormOptions extends Pick<InitOptions, "dtype"> {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** What part of the running statistics each batch replaces, 0.1 by default. */
  readonly momentum?: number | null;
  /** Whether a weight and a bias are learned. */
  readonly affine?: boolean;
  /** Whether running statistics are kept. */
  readonly trackRunningStats?: boolean;
}

/**
 * Weight and bias, and the running statistics, of [features] each: in files `running_mean`, `running_var` and
 * `num_batches_tracked`, an int64 as PyTorch has it.
 */
export abstract class RunningNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly runningMean: Buffer | undefined;
  readonly runningVar: Buffer | undefined;
  /** In how many batches statistics were taken. */
  readonly numBatchesTracked: Buffer | undefined;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(
    readonly features: number,
    { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype }: RunningNormOptions,
  ) {
    super();
    this.eps = eps;
    this.momentum = momentum;
    const made = dtype === undefined ? {} : { dtype };
    this.weight = affine ? new Parameter(ones([features], made)) : undefined;
    this.bias = affine ? new Parameter(zeros([features], made)) : undefined;
    this.runningMean = trackRunningStats ? new Buffer(zeros([features], made)) : undefined;
    this.runningVar = trackRunningStats ? new Buffer(ones([features], made)) : undefined;
    this.numBatchesTracked = trackRunningStats
      ? new Buffer(zeros([], { dtype: "int32" }), { diskDtype: "I64" })
      : undefined;
  }

  /** `running ← running + part · (statistic − running)`, to be called in `noGrad`. */
  protected follow(mean: Tensor, variance: Tensor, part: number | Tensor): void {
    this.runningMean?.assign(this.runningMean.lerp(mean, part));
    this.runningVar?.assign(this.runningVar.lerp(variance, part));
  }

  /** @throws ShapeError if x has another number of axes or of channels */
  protected check({ shape }: Tensor, channelAxis: number, ranks: readonly number[], forms: string): void {
    if (!ranks.includes(shape.length) || shape[channelAxis] !== this.features)
      throw new ShapeError(`x is ${show(shape)}; it must be ${forms} with C ${this.features}`);
  }

  protected override diskName(path: string): string {
    return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }

  protected override describe(): string {
    const { features, eps, momentum, weight, runningMean } = this;
    return `${features}, eps=${eps}, momentum=${momentum}, affine=${weight !== undefined}, trackRunningStats=${runningMean !== undefined}`;
  }
}

function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
