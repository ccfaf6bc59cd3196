/** Beam search. */
import { ArgumentError, logSoftmax, noGrad, type Tensor, tensor, to, topk } from "@wengert/autograd";
import { type Beginning, type Continuation, type Hypothesis, penalties, Search } from "./search.js";
import { checkLength, checkLogits, type DecodeOptions, type DecodeStep, firstOf, keepRows } from "./step.js";

export interface BeamSearchOptions extends DecodeOptions {
  /** How many beginnings are followed, and how many sequences come out at most; 4 by default. */
  readonly beams?: number;
  /** α, how much longer sequences are favoured; 0, not at all, by default. Wu et al. found 0.6 to 0.7. */
  readonly lengthPenalty?: number;
}

/**
 * For each sequence the best continuations that are found when, at each step, only the likeliest beginnings are kept. A
 * sequence Y of |Y| symbols, the end included, is ranked by
 *
 *   score(Y) = log P(Y) / lp(Y)   lp(Y) = ((5 + |Y|) / 6)^α
 *
 * Of all beginnings with one more symbol, those that end are finished if they are among the best `beams`, and the best
 * `beams` others go on. A search is over when there are `beams` finished sequences and no beginning can come to a better
 * score, or at `maxLength`, where what is not over counts as it is. With as many beams as there are sequences this
 * finds the best of all; with one, and α = 0, it is greedy.
 *
 * Graves 2012, "Sequence transduction with recurrent neural networks"; the penalty: Wu et al. 2016, "Google's neural
 * machine translation system", equation 14.
 *
 * @param first the symbols that the N sequences start from
 * @param state before the first step, with N rows; see {@link DecodeStep}
 * @returns for each of the N up to `beams` sequences, the best first
 * @throws ArgumentError if an option cannot be what it is, ShapeError if logits or state do not fit the sequences
 */
export function beamSearch<State>(
  step: DecodeStep<State>,
  first: readonly number[] | Tensor,
  state: State,
  { beams = 4, lengthPenalty = 0, ...options }: BeamSearchOptions,
): Hypothesis[][] {
  checkLength("beamSearch", options);
  if (!Number.isInteger(beams) || beams < 1)
    throw new ArgumentError(`beamSearch: there are ${beams} beams; the number must be a positive integer`);
  if (!Number.isFinite(lengthPenalty))
    throw new ArgumentError(`beamSearch: lengthPenalty is ${lengthPenalty}; it must be finite`);
  const { end, maxLength } = options;
  const starts = firstOf(first);
  return noGrad(() => {
    const rule = { beams, end, penalties: penalties(maxLength, lengthPenalty) };
    const searches = starts.map(() => new Search(rule));
    let open: readonly Beginning[] = starts.map((_, n) => ({ n, row: n, symbols: [], logProbability: 0 }));
    let current = state;
    while (open.length > 0) {
      const read = open.map(({ n, symbols }) => symbols.at(-1) ?? (starts[n] as number));
      const [logits, next] = step(tensor(read, { dtype: "int32" }), current);
      checkLogits("beamSearch", logits, open.length);
      const all = continuations(open, logits, beams);
      open = searches.flatMap((search, n) => search.advance(all.filter(({ from }) => from.n === n)));
      const rows = open.map(({ row }) => row);
      current = keepRows(next, rows, read.length, options);
    }
    return searches.map((search) => search.best());
  });
}

/** Each beginning with each of the symbols that can be among the best after it. */
function continuations(open: readonly Beginning[], logits: Tensor, beams: number): Continuation[] {
  // One more than there are beams, because one of them may be the end.
  const count = Math.min(beams + 1, logits.shape[1] as number);
  const { values, indices } = topk(logSoftmax(to(logits, "float64")), count);
  const [gains, symbols] = [values.toTypedArray(), indices.toTypedArray()];
  return open.flatMap((from, row) =>
    Array.from({ length: count }, (_, i) => ({
      from,
      row,
      symbol: symbols[row * count + i] as number,
      logProbability: from.logProbability + (gains[row * count + i] as number),
    })).filter(({ logProbability }) => logProbability !== Number.NEGATIVE_INFINITY),
  );
}
