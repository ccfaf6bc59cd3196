/** The bookkeeping of beam search: which beginnings of one sequence go on, and which are over. */
import { arange, pow } from "@wengert/autograd";
import type { Decoded } from "./step.js";

/** A sequence that beam search found. */
export interface Hypothesis extends Decoded {
  /** What it is ranked by. */
  readonly score: number;
}

/** A sequence that is not over. */
export interface Beginning {
  /** Which of the N searches it belongs to. */
  readonly n: number;
  /** The row of the last step that it came from. */
  readonly row: number;
  readonly symbols: readonly number[];
  readonly logProbability: number;
}

/** A beginning with one more symbol. */
export interface Continuation {
  readonly from: Beginning;
  /** Its row in this step. */
  readonly row: number;
  readonly symbol: number;
  readonly logProbability: number;
}

export interface SearchRule {
  readonly beams: number;
  readonly end: number | undefined;
  /** lp of each length from 0 to the longest. */
  readonly penalties: readonly number[];
}

/** ((5 + length) / 6)^α for the lengths from 0 to `maxLength`. */
export function penalties(maxLength: number, alpha: number): readonly number[] {
  const lengths = arange(0, maxLength + 1, 1, { dtype: "float64" });
  return [...pow(lengths.add(5).div(6), alpha).toTypedArray()];
}

/** The search for the continuations of one sequence. */
export class Search {
  private readonly finished: Hypothesis[] = [];
  private length = 0;

  constructor(private readonly rule: SearchRule) {}

  /** Takes what may come next; returns the beginnings that go on, none when the search is over. */
  advance(all: readonly Continuation[]): readonly Beginning[] {
    const { beams, end, penalties: byLength } = this.rule;
    this.length++;
    const going: Beginning[] = [];
    const ranked = all.toSorted((x, y) => y.logProbability - x.logProbability);
    for (const [rank, { from, row, symbol, logProbability }] of ranked.entries()) {
      if (going.length === beams) break;
      if (symbol !== end) {
        going.push({ n: from.n, row, symbols: [...from.symbols, symbol], logProbability });
      } else if (rank < beams) {
        this.finish(from.symbols, logProbability, true);
      }
    }
    if (this.length === byLength.length - 1) {
      for (const { symbols, logProbability } of going) this.finish(symbols, logProbability, false);
      return [];
    }
    return this.isOver(going) ? [] : going;
  }

  /** The sequences found, the best first. */
  best(): Hypothesis[] {
    return this.finished.toSorted((x, y) => y.score - x.score).slice(0, this.rule.beams);
  }

  private finish(symbols: readonly number[], logProbability: number, ended: boolean): void {
    const score = logProbability / (this.rule.penalties[this.length] as number);
    this.finished.push({ symbols, logProbability, ended, score });
  }

  /** Whether nothing that goes on can still be among the best. */
  private isOver(going: readonly Beginning[]): boolean {
    const { beams, penalties: byLength } = this.rule;
    const worst = this.best()[beams - 1];
    const [likeliest] = going;
    if (worst === undefined || likeliest === undefined) return likeliest === undefined;
    // Probabilities only fall; the penalty, which is monotonic, helps most at one of the lengths to come.
    const help = Math.max(byLength[this.length + 1] as number, byLength.at(-1) as number);
    return worst.score >= likeliest.logProbability / help;
  }
}
