/** How much a translation has in common with those of people. */
import { ArgumentError, exp, log, tensor } from "@wengert/autograd";
import { checkChoice } from "../choice.js";

/** A sentence: words, or their numbers. */
export type Tokens = readonly (string | number)[];

export interface BleuOptions {
  /** The weight of n-grams of 1, 2, 3 … tokens; ¼ each of four by default. Their number is the longest n. */
  readonly weights?: readonly number[];
  /**
   * What is done where few n-grams match: `"none"`, a BLEU of 0 if none does, as in the paper; `"epsilon"`, 0.1 matches for 0;
   * `"addOne"`, one more match and n-gram for n above 1. `"none"` by default. The others are for single sentences: methods 1
   * and 2 of Chen & Cherry 2014, "A systematic comparison of smoothing techniques for sentence-level BLEU".
   */
  readonly smoothing?: "none" | "epsilon" | "addOne";
}

/** What a BLEU is made of. */
export interface BleuParts {
  readonly value: number;
  /** pₙ for n = 1, 2 …, smoothed; 0 where there is no n-gram at all. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  /** c: how many tokens the candidates have. */
  readonly candidateLength: number;
  /** r: how many tokens those references have that are closest in length, each to its candidate; of two the shorter. */
  readonly referenceLength: number;
}

/**
 * BLEU over a corpus: counts are added up over all sentences that it is shown, before anything is divided.
 *
 *   pₙ = Σ matches / Σ n-grams of the candidates,   an n-gram matching no more often than it occurs in one reference
 *   BP = 1 if c > r, else e^(1 − r/c)
 *   BLEU = BP · exp(Σ wₙ log pₙ)
 *
 * Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation". Tokens are compared as they are:
 * case and punctuation are the caller's.
 */
export class Bleu {
  readonly weights: readonly number[];
  readonly smoothing: "none" | "epsilon" | "addOne";
  private matches: number[] = [];
  private totals: number[] = [];
  private lengths = { candidate: 0, reference: 0 };

  /** @throws ArgumentError if weights are negative or do not add up to 1, or for another smoothing */
  constructor({ weights = [0.25, 0.25, 0.25, 0.25], smoothing = "none" }: BleuOptions = {}) {
    const sum = weights.reduce((all, weight) => all + weight, 0);
    if (weights.some((weight) => !(weight >= 0)) || !(Math.abs(sum - 1) < 1e-9))
      throw new ArgumentError(
        `Bleu: the weights are [${weights.join(", ")}]; they must be 0 or more, and 1 together`,
      );
    checkChoice("Bleu", "the smoothing", smoothing, ["none", "epsilon", "addOne"]);
    this.weights = weights;
    this.smoothing = smoothing;
    this.reset();
  }

  /**
   * @param candidates sentences of the machine
   * @param references for each of them one or more of people
   * @throws ArgumentError if a candidate has no reference; nothing is counted then
   */
  update(candidates: readonly Tokens[], references: readonly (readonly Tokens[])[]): this {
    if (candidates.length !== references.length)
      throw new ArgumentError(
        `Bleu: there are ${candidates.length} candidates and ${references.length} lists of references; there must be as many`,
      );
    const lonely = references.findIndex((each) => each.length === 0);
    if (lonely >= 0)
      throw new ArgumentError(`Bleu: candidate ${lonely} has no reference; it must have one or more`);
    candidates.forEach((candidate, i) => this.count(candidate, references[i] as readonly Tokens[]));
    return this;
  }

  private count(candidate: Tokens, references: readonly Tokens[]): void {
    this.lengths.candidate += candidate.length;
    this.lengths.reference += closest(
      candidate.length,
      references.map(({ length }) => length),
    );
    for (let n = 1; n <= this.weights.length; n++) {
      const known = references.map((reference) => ngrams(reference, n));
      for (const [ngram, count] of ngrams(candidate, n)) {
        const most = Math.max(...known.map((each) => each.get(ngram) ?? 0));
        this.matches[n - 1] = (this.matches[n - 1] as number) + Math.min(count, most);
        this.totals[n - 1] = (this.totals[n - 1] as number) + count;
      }
    }
  }

  /** From 0 to 1; 0 before anything was counted. */
  get value(): number {
    return this.parts().value;
  }

  parts(): BleuParts {
    const { candidate: c, reference: r } = this.lengths;
    const precisions = this.weights.map((_, i) => this.precision(i));
    const brevityPenalty = c > r ? 1 : c === 0 ? 0 : number(1 - r / c, exp);
    const logarithm = this.weights.reduce(
      (sum, weight, i) => (weight === 0 ? sum : sum + weight * number(precisions[i] as number, log)),
      0,
    );
    // exp(-Infinity) is 0: one precision that is 0 makes all of it 0.
    const value = brevityPenalty === 0 ? 0 : brevityPenalty * number(logarithm, exp);
    return { value, precisions, brevityPenalty, candidateLength: c, referenceLength: r };
  }

  private precision(i: number): number {
    const [matches, total] = [this.matches[i] as number, this.totals[i] as number];
    if (this.smoothing === "addOne" && i > 0) return (matches + 1) / (total + 1);
    if (this.smoothing === "epsilon" && matches === 0) return 0.1 / Math.max(total, 1);
    return matches / Math.max(total, 1);
  }

  /** Forgets what it was shown. */
  reset(): void {
    this.matches = this.weights.map(() => 0);
    this.totals = this.weights.map(() => 0);
    this.lengths = { candidate: 0, reference: 0 };
  }
}

/** {@link Bleu} of one corpus; of one sentence, give lists of one. */
export function bleu(
  candidates: readonly Tokens[],
  references: readonly (readonly Tokens[])[],
  options: BleuOptions = {},
): number {
  return new Bleu(options).update(candidates, references).value;
}

/** How often each n-gram occurs. As keys they are JSON, in which no two of them look alike. */
function ngrams(tokens: Tokens, n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const key = JSON.stringify(tokens.slice(i, i + n));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function closest(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, each) => {
    const [far, near] = [Math.abs(each - length), Math.abs(best - length)];
    return far < near || (far === near && each < best) ? each : best;
  });
}

/** The function of one number, by the op: the same bits on every engine. */
function number(x: number, f: typeof exp): number {
  return f(tensor(x, { dtype: "float64" })).item();
}
