/** Losses as modules: options once, operands every time. Each is the function of losses.ts by a similar name. */
import {
  type BinaryCrossEntropyOptions,
  type BinaryCrossEntropyWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type ClassLossOptions,
  type CrossEntropyOptions,
  cosineEmbeddingLoss,
  crossEntropy,
  type GaussianNllLossOptions,
  gaussianNllLoss,
  type HuberLossOptions,
  hingeEmbeddingLoss,
  hingeLoss,
  huberLoss,
  type KlDivOptions,
  klDiv,
  type LossOptions,
  l1Loss,
  type MarginLossOptions,
  type MultiMarginLossOptions,
  marginRankingLoss,
  mseLoss,
  multiMarginLoss,
  nllLoss,
  type PoissonNllLossOptions,
  poissonNllLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
  softMarginLoss,
  type Tensor,
  type TripletMarginLossOptions,
  tripletMarginLoss,
} from "@wengert/autograd";
import { Module } from "./module.js";

/** A loss with its options. Weights among them are constants, no parameters. */
abstract class Loss<Options extends object> extends Module {
  readonly options: Options;

  constructor(options?: Options) {
    super();
    this.options = options ?? ({} as Options);
  }

  protected override describe(): string {
    return Object.entries(this.options)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(", ");
  }
}

/** (x − y)², see `mseLoss`. */
export class MSELoss extends Loss<LossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return mseLoss(x, y, this.options);
  }
}

/** |x − y|, see `l1Loss`. */
export class L1Loss extends Loss<LossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return l1Loss(x, y, this.options);
  }
}

/** ½ (x − y)² near 0, linear beyond delta, see `huberLoss`. */
export class HuberLoss extends Loss<HuberLossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return huberLoss(x, y, this.options);
  }
}

/** ½ (x − y)² / beta near 0, |x − y| − ½ beta beyond, see `smoothL1Loss`. */
export class SmoothL1Loss extends Loss<SmoothL1LossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return smoothL1Loss(x, y, this.options);
  }
}

/** The cross entropy of logits x and classes y, see `crossEntropy`. */
export class CrossEntropyLoss extends Loss<CrossEntropyOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return crossEntropy(x, y, this.options);
  }
}

/** −x[y] of log probabilities x, see `nllLoss`. */
export class NLLLoss extends Loss<ClassLossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return nllLoss(x, y, this.options);
  }
}

/** −(y · log x + (1 − y) · log(1 − x)), see `binaryCrossEntropy`. */
export class BCELoss extends Loss<BinaryCrossEntropyOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return binaryCrossEntropy(x, y, this.options);
  }
}

/** The binary cross entropy of σ(x), see `binaryCrossEntropyWithLogits`. */
export class BCEWithLogitsLoss extends Loss<BinaryCrossEntropyWithLogitsOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(x, y, this.options);
  }
}

/** max(0, 1 − y · x), see `hingeLoss`. */
export class HingeLoss extends Loss<LossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return hingeLoss(x, y, this.options);
  }
}

/** log(1 + e^(−y · x)), see `softMarginLoss`. */
export class SoftMarginLoss extends Loss<LossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return softMarginLoss(x, y, this.options);
  }
}

/** The hinge loss of several classes, see `multiMarginLoss`. */
export class MultiMarginLoss extends Loss<MultiMarginLossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return multiMarginLoss(x, y, this.options);
  }
}

/** x where y is 1, max(0, margin − x) where it is −1, see `hingeEmbeddingLoss`. */
export class HingeEmbeddingLoss extends Loss<MarginLossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return hingeEmbeddingLoss(x, y, this.options);
  }
}

/** max(0, margin − y · (x1 − x2)), see `marginRankingLoss`. */
export class MarginRankingLoss extends Loss<MarginLossOptions> {
  forward(x1: Tensor, x2: Tensor, y: Tensor): Tensor {
    return marginRankingLoss(x1, x2, y, this.options);
  }
}

/** 1 − cos where y is 1, max(0, cos − margin) where it is −1, see `cosineEmbeddingLoss`. */
export class CosineEmbeddingLoss extends Loss<MarginLossOptions> {
  forward(x1: Tensor, x2: Tensor, y: Tensor): Tensor {
    return cosineEmbeddingLoss(x1, x2, y, this.options);
  }
}

/** max(0, d(anchor, positive) − d(anchor, negative) + margin), see `tripletMarginLoss`. */
export class TripletMarginLoss extends Loss<TripletMarginLossOptions> {
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

/** y · (log y − x) of log probabilities x, see `klDiv`. */
export class KLDivLoss extends Loss<KlDivOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return klDiv(x, y, this.options);
  }
}

/** Eˣ − y · x, see `poissonNllLoss`. */
export class PoissonNLLLoss extends Loss<PoissonNllLossOptions> {
  forward(x: Tensor, y: Tensor): Tensor {
    return poissonNllLoss(x, y, this.options);
  }
}

/** ½ (log v + (x − y)² / v), see `gaussianNllLoss`. */
export class GaussianNLLLoss extends Loss<GaussianNllLossOptions> {
  forward(x: Tensor, y: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(x, y, variance, this.options);
  }
}
