/** Losses of one class among several. */
import { isFloat } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { sameShape, show } from "../../shape.js";
import { apply } from "../../tape.js";
import { relu } from "../activations.js";
import { add, div, mul, neg, square, sub, where } from "../elementwise.js";
import { gather, indexSelect, oneHot } from "../indexing.js";
import { flatten, reshape, squeeze, unsqueeze } from "../layout.js";
import { logSoftmax, sum } from "../reductions.js";
import { checkFloats, checkReduction, type LossOptions, type Reduction, reduced } from "./common.js";
import { readLabels, softmaxCrossEntropyOp } from "./labels.js";

export {
  labelsOp,
  softmaxCrossEntropyGradOp,
  softmaxCrossEntropyOp,
} from "./labels.js";

export interface ClassLossOptions extends LossOptions {
  /** Elements with this target do not count; -100 by default, as in PyTorch. */
  readonly ignoreIndex?: number;
  /** How much each class counts, [C]. The mean is then weighted too. */
  readonly weight?: Tensor | undefined;
}

export interface CrossEntropyOptions extends ClassLossOptions {
  /** The part ε of each target that is spread over all classes, 0 by default. Szegedy et al. 2016, section 7. */
  readonly labelSmoothing?: number;
}

/**
 * The cross entropy of targets y and the softmax of logits x:
 *
 *   p = softmax(x)        loss = −log p[y]
 *
 * or, for targets that are probabilities, `−Σ_c y[c] · log p[c]`. With label smoothing: `(1 − ε) · −log p[y] +
 * ε/C · Σ_c −log p[c]`. The mean is that of the examples, weighted by the weights of their classes where those are
 * given by their numbers.
 *
 * @param x [N, C], [N, C, ...] or [C]
 * @param y integers from 0 to C − 1, in the shape of x without C; or probabilities, in the shape of x
 * @throws ShapeError if the shapes do not fit or a target is no class, DTypeError for targets that are neither,
 *   ArgumentError for an ignoreIndex beside probabilities
 */
export function crossEntropy(x: Tensor, y: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { reduction = "mean", labelSmoothing = 0, ignoreIndex } = options;
  checkReduction("crossEntropy", reduction);
  checkFloats("crossEntropy", { x });
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new ArgumentError(`crossEntropy: labelSmoothing is ${labelSmoothing}; it must be from 0 to 1`);
  if (isFloat(y.dtype)) {
    const axis = probabilityAxis(x, y);
    checkClassWeight("crossEntropy", options.weight, x.shape[axis]);
    if (ignoreIndex !== undefined)
      throw new ArgumentError(
        `crossEntropy: ignoreIndex is ${ignoreIndex}, and y is probabilities; it is for classes, give none`,
      );
    return probabilityLoss(logSoftmax(x, { axis }), y, axis, options);
  }
  const axis = classAxis("crossEntropy", x, y);
  const classes = x.shape[axis];
  checkClassWeight("crossEntropy", options.weight, classes);
  if (options.weight !== undefined || labelSmoothing > 0)
    return classLoss("crossEntropy", logSoftmax(x, { axis }), y, axis, options);
  const labelling = { name: "crossEntropy", classes, axis, reduction, ignoreIndex: ignoreIndex ?? ignored };
  return apply(softmaxCrossEntropyOp, [x, y], labelling);
}

/** PyTorch's. */
const ignored = -100;

/** The losses, their sum, or their sum by that of the weights. */
function meanOfCounted(losses: Tensor, weights: Tensor, reduction: Reduction): Tensor {
  return reduction === "mean" ? div(sum(losses), sum(weights)) : reduced(losses, reduction);
}

/**
 * The negative log likelihood of classes y: `−x[y]`.
 *
 * @param x log probabilities, [N, C], [N, C, ...] or [C]
 * @param y integers from 0 to C − 1, in the shape of x without C
 * @throws ShapeError if the shapes do not fit or a target is no class, DTypeError for targets that are no integers
 */
export function nllLoss(x: Tensor, y: Tensor, options: ClassLossOptions = {}): Tensor {
  checkReduction("nllLoss", options.reduction ?? "mean");
  checkFloats("nllLoss", { x });
  const axis = classAxis("nllLoss", x, y);
  checkClassWeight("nllLoss", options.weight, x.shape[axis]);
  return classLoss("nllLoss", x, y, axis, options);
}

function classLoss(
  name: string,
  logs: Tensor,
  y: Tensor,
  axis: number,
  { reduction = "mean", ignoreIndex = ignored, weight, labelSmoothing = 0 }: CrossEntropyOptions,
): Tensor {
  const classes = logs.shape[axis];
  const { labels, counts } = readLabels(y, { name, classes, ignoreIndex });
  const weights = weight && reshape(indexSelect(weight, flatten(labels)), labels.shape);
  const scaled = (losses: Tensor): Tensor => (weights === undefined ? losses : mul(losses, weights));

  let losses = scaled(neg(squeeze(gather(logs, unsqueeze(labels, axis), { axis }), axis)));
  if (labelSmoothing > 0) {
    const spread = neg(sum(weighted(logs, weight, axis), { axis }));
    losses = add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing / classes));
  }
  losses = where(counts, losses, 0);
  return meanOfCounted(losses, weights === undefined ? counts : where(counts, weights, 0), reduction);
}

function probabilityLoss(
  logs: Tensor,
  y: Tensor,
  axis: number,
  { reduction = "mean", weight, labelSmoothing = 0 }: CrossEntropyOptions,
): Tensor {
  const classes = logs.shape[axis];
  const targets = labelSmoothing === 0 ? y : add(mul(y, 1 - labelSmoothing), labelSmoothing / classes);
  const losses = neg(sum(mul(weighted(logs, weight, axis), targets), { axis }));
  return reduced(losses, reduction);
}

/** Numbers of each class, by the weight of their class. */
function weighted(x: Tensor, weight: Tensor | undefined, axis: number): Tensor {
  return weight === undefined
    ? x
    : mul(x, reshape(weight, [x.shape[axis], ...x.shape.slice(axis + 1).map(() => 1)]));
}

function checkClassWeight(name: string, weight: Tensor | undefined, classes: number): void {
  if (weight !== undefined && !sameShape(weight.shape, [classes]))
    throw new ShapeError(
      `${name}: the weight is ${show(weight.shape)}; for ${classes} classes it must be [${classes}]`,
    );
}

function classAxis(name: string, x: Tensor, y: Tensor): number {
  const axis = x.rank === 1 ? 0 : 1;
  const wanted = x.shape.toSpliced(axis, 1);
  if (x.rank === 0 || !sameShape(y.shape, wanted))
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and y is ${show(y.shape)}; x must be [N, C, ...] and y the same without C${x.rank === 0 ? "" : `, ${show(wanted)}`}`,
    );
  if (isFloat(y.dtype) || y.dtype === "bool") refuseDtype(name, y);
  return axis;
}

function refuseDtype(name: string, { dtype }: Tensor): never {
  throw new DTypeError(`${name}: y is ${dtype}; classes are integers, convert them with to("int32")`);
}

function probabilityAxis(x: Tensor, y: Tensor): number {
  const axis = x.rank === 1 ? 0 : 1;
  if (x.rank > 0 && sameShape(x.shape, y.shape)) return axis;
  // Numbers of classes that were given as floats.
  if (x.rank > 0 && sameShape(y.shape, x.shape.toSpliced(axis, 1))) refuseDtype("crossEntropy", y);
  throw new ShapeError(
    `crossEntropy: x is ${show(x.shape)} and y is ${show(y.shape)}; x must be [N, C, ...], and probabilities the same`,
  );
}

export interface MultiMarginLossOptions extends LossOptions {
  /** The power of a margin that is not kept: 1, the default, or 2. */
  readonly p?: 1 | 2;
  /** 1 by default. */
  readonly margin?: number;
  /** How much each class counts, [C]. The mean is not weighted. */
  readonly weight?: Tensor | undefined;
}

/**
 * The hinge loss of several classes: by how much other scores come too close to the right one,
 * `Σ_{c ≠ y} weight[y] · max(0, margin − x[y] + x[c])ᵖ / C`. Weston & Watkins 1999.
 *
 * @param x scores, [N, C] or [C]
 * @param y integers from 0 to C − 1, [N] or []
 * @throws as {@link nllLoss}, ArgumentError if p is neither 1 nor 2
 */
export function multiMarginLoss(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", p = 1, margin = 1, weight }: MultiMarginLossOptions = {},
): Tensor {
  checkReduction("multiMarginLoss", reduction);
  checkFloats("multiMarginLoss", { x });
  if (p !== 1 && p !== 2) throw new ArgumentError(`multiMarginLoss: p is ${String(p)}; it must be 1 or 2`);
  if (x.rank > 2) throw new ShapeError(`multiMarginLoss: x is ${show(x.shape)}; it must be [N, C] or [C]`);
  const axis = classAxis("multiMarginLoss", x, y);
  const classes = x.shape[axis];
  checkClassWeight("multiMarginLoss", weight, classes);
  const { labels } = readLabels(y, { name: "multiMarginLoss", classes });
  const own = unsqueeze(labels, axis);
  const missed = relu(add(sub(x, gather(x, own, { axis })), margin));
  const others = where(oneHot(labels, classes, { dtype: "bool" }), 0, p === 1 ? missed : square(missed));
  const total = div(sum(others, { axis }), classes);
  const weights = weight && reshape(indexSelect(weight, flatten(labels)), labels.shape);
  return reduced(weights === undefined ? total : mul(total, weights), reduction);
}
