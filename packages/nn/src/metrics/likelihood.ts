/** How well a sequence was foretold: perplexity, and bits per character. */
import { ArgumentError, crossEntropy, exp, noGrad, type Tensor, tensor } from "@wengert/autograd";
import type { IgnoreOptions } from "./classes.js";

/** The mean of −log p over all batches that it is shown, and what is read off it. */
export abstract class LikelihoodMetric {
  readonly ignoreIndex: number;
  private total = 0;
  private targets = 0;

  constructor({ ignoreIndex = -100 }: IgnoreOptions = {}) {
    this.ignoreIndex = ignoreIndex;
  }

  /**
   * @param logits [N, C, ...] or [C], as for `crossEntropy`; their logarithms and sums are taken in float64
   * @param target classes [N, ...]
   * @throws as `crossEntropy`; nothing is counted then
   */
  update(logits: Tensor, target: Tensor): this {
    const { ignoreIndex } = this;
    const loss = noGrad(() =>
      crossEntropy(logits.to("float64"), target, { reduction: "sum", ignoreIndex }),
    ).item();
    const counted = [...target.toTypedArray()].filter((each) => each !== ignoreIndex).length;
    return this.addLoss(loss, counted);
  }

  /**
   * For losses that are known already.
   *
   * @param total Σ −log p, with the natural logarithm: of a mean loss, the mean times the count
   * @param count of how many targets
   * @throws ArgumentError if `count` is no integer from 0 on
   */
  addLoss(total: number, count: number): this {
    if (!Number.isInteger(count) || count < 0)
      throw new ArgumentError(
        `${this.constructor.name}: the count is ${count}; it must be an integer from 0 on`,
      );
    this.total += total;
    this.targets += count;
    return this;
  }

  /** How many targets were counted. */
  get count(): number {
    return this.targets;
  }

  /** Σ −log p / count; NaN before anything was counted. */
  get meanLoss(): number {
    return this.total / this.targets;
  }

  abstract get value(): number;

  /** Forgets what it was shown. */
  reset(): void {
    [this.total, this.targets] = [0, 0];
  }
}

/**
 * Between how many equally likely classes a model that is as unsure would choose:
 *
 *   perplexity = exp(−(1/n) Σ log p(yᵢ))
 *
 * Jelinek et al. 1977, "Perplexity: a measure of the difficulty of speech recognition tasks".
 */
export class Perplexity extends LikelihoodMetric {
  get value(): number {
    return exp(tensor(this.meanLoss, { dtype: "float64" })).item();
  }
}

/**
 * How many bits a model needs for a character: −(1/n) Σ log₂ p(yᵢ)
 *
 * n counts targets, or, where a target stands for several characters, what {@link characters} is set to.
 */
export class BitsPerCharacter extends LikelihoodMetric {
  /** How many characters there are in all, if they are not the targets; a model of words sets it. */
  characters: number | undefined;

  get value(): number {
    return (this.meanLoss * this.count) / (this.characters ?? this.count) / Math.LN2;
  }

  override reset(): void {
    super.reset();
    this.characters = undefined;
  }
}

/** {@link Perplexity} of one batch. */
export function perplexity(logits: Tensor, target: Tensor, options: IgnoreOptions = {}): number {
  return new Perplexity(options).update(logits, target).value;
}

/** {@link BitsPerCharacter} of one batch. */
export function bitsPerCharacter(logits: Tensor, target: Tensor, options: IgnoreOptions = {}): number {
  return new BitsPerCharacter(options).update(logits, target).value;
}
