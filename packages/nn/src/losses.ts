/** Losses: how far predictions are from targets. */
import {
  ArgumentError,
  add,
  div,
  flatten,
  gather,
  indexSelect,
  logSoftmax,
  mean,
  mul,
  neg,
  reshape,
  type Shape,
  ShapeError,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  unsqueeze,
  where,
} from "@wengert/autograd";
import { readLabels } from "./losses/labels.js";

/** What becomes of the losses of single elements: their mean (the default), their sum, or nothing. */
export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  readonly reduction?: Reduction;
}

export interface ClassLossOptions extends LossOptions {
  /** Elements with this target do not count; -100 by default, as in PyTorch. */
  readonly ignoreIndex?: number;
  /** How much each class counts, [C]. The mean is then weighted too. */
  readonly weight?: Tensor;
}

export interface CrossEntropyOptions extends ClassLossOptions {
  /** The part ε of each target that is spread over all classes, 0 by default. Szegedy et al. 2016, section 7. */
  readonly labelSmoothing?: number;
}

/**
 * (x − y)²
 *
 * x, y: the same shape
 *
 * @throws ShapeError if the shapes differ
 */
export function mse(x: Tensor, y: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  // Broadcasting would take the mean of differences that nobody meant.
  if (show(x.shape) !== show(y.shape))
    throw new ShapeError(`mse: x is ${show(x.shape)} and y is ${show(y.shape)}; they must be the same`);
  const losses = square(sub(x, y));
  return reduction === "none" ? losses : reduction === "sum" ? sum(losses) : mean(losses);
}

/**
 * The cross entropy of classes y and the softmax of logits x:
 *
 *   p = softmax(x)        loss = −log p[y]
 *
 * With label smoothing: (1 − ε) · −log p[y] + ε/C · Σ_c −log p[c].
 *
 * x: [N, C], [N, C, d...] or [C]   y: integers from 0 to C − 1, in the shape of x without C
 *
 * @throws ShapeError if the shapes do not fit or a target is no class, DTypeError for targets that are no integers
 */
export function crossEntropy(x: Tensor, y: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ArgumentError(`crossEntropy: labelSmoothing is ${labelSmoothing}; it must be from 0 to 1`);
  const axis = classAxis("crossEntropy", x, y);
  return classLoss("crossEntropy", logSoftmax(x, { axis }), y, axis, options);
}

/**
 * The negative log likelihood of classes y: −x[y].
 *
 * x: log probabilities, [N, C], [N, C, d...] or [C]   y: integers from 0 to C − 1, in the shape of x without C
 *
 * @throws as {@link crossEntropy}
 */
export function nllLoss(x: Tensor, y: Tensor, options: ClassLossOptions = {}): Tensor {
  return classLoss("nllLoss", x, y, classAxis("nllLoss", x, y), options);
}

function classLoss(
  name: string,
  logs: Tensor,
  y: Tensor,
  axis: number,
  { reduction = "mean", ignoreIndex = -100, weight, labelSmoothing = 0 }: CrossEntropyOptions,
): Tensor {
  const classes = logs.shape[axis] ?? 0;
  if (weight !== undefined && show(weight.shape) !== show([classes]))
    throw new ShapeError(
      `${name}: the weight is ${show(weight.shape)}; for ${classes} classes it must be [${classes}]`,
    );
  const { labels, counts } = readLabels(y, { name, classes, ignoreIndex });
  const weights = weight && reshape(indexSelect(weight, flatten(labels)), labels.shape);
  const scaled = (losses: Tensor): Tensor => (weights === undefined ? losses : mul(losses, weights));

  let losses = scaled(neg(squeeze(gather(logs, unsqueeze(labels, axis), { axis }), axis)));
  if (labelSmoothing > 0) {
    const byClass = weight && reshape(weight, [classes, ...logs.shape.slice(axis + 1).map(() => 1)]);
    const spread = neg(sum(byClass === undefined ? logs : mul(logs, byClass), { axis }));
    losses = add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing / classes));
  }
  losses = where(counts, losses, 0);
  if (reduction === "none") return losses;
  return reduction === "sum"
    ? sum(losses)
    : div(sum(losses), sum(weights === undefined ? counts : where(counts, weights, 0)));
}

function classAxis(name: string, x: Tensor, y: Tensor): number {
  const axis = x.rank === 1 ? 0 : 1;
  const wanted = x.shape.toSpliced(axis, 1);
  if (x.rank === 0 || show(y.shape) !== show(wanted))
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and y is ${show(y.shape)}; x must be [N, C, ...] and y the same without C${x.rank === 0 ? "" : `, ${show(wanted)}`}`,
    );
  return axis;
}

function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
