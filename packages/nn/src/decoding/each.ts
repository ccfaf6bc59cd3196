/** Sequences written symbol by symbol, each by itself. */
import {
  argmax,
  type Generator,
  gather,
  logSoftmax,
  multinomial,
  noGrad,
  reshape,
  softmax,
  squeeze,
  type Tensor,
  tensor,
  to,
  unsqueeze,
} from "@wengert/autograd";
import { type FilterOptions, filterLogits } from "./filter.js";
import {
  checkLength,
  checkLogits,
  type Decoded,
  type DecodeOptions,
  type DecodeStep,
  firstOf,
  keepRows,
} from "./step.js";

/**
 * Writes the likeliest symbol at each step.
 *
 * @param first the symbols that the N sequences start from
 * @param state before the first step, see {@link DecodeStep}
 * @returns N sequences
 * @throws ArgumentError if `maxLength` is no positive integer, ShapeError if logits or state do not fit the sequences
 */
export function greedyDecode<State>(
  step: DecodeStep<State>,
  first: readonly number[] | Tensor,
  state: State,
  options: DecodeOptions,
): Decoded[] {
  return writeEach("greedyDecode", step, first, state, options, (logits) => argmax(logits, { axis: 1 }));
}

export interface SampleOptions extends DecodeOptions, FilterOptions {
  /** By default the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/**
 * Draws a symbol at each step, as the model finds it likely, or as `temperature`, `topK` and `topP` change that; see
 * {@link filterLogits}. The same seed gives the same sequences.
 *
 * @param first the symbols that the N sequences start from
 * @param state before the first step, see {@link DecodeStep}
 * @returns N sequences; their probabilities are the model's, whatever was changed
 * @throws ArgumentError if an option cannot be what it is, ShapeError if logits or state do not fit the sequences
 */
export function sampleDecode<State>(
  step: DecodeStep<State>,
  first: readonly number[] | Tensor,
  state: State,
  { generator, ...options }: SampleOptions,
): Decoded[] {
  const chance = generator && { generator };
  return writeEach("sampleDecode", step, first, state, options, (logits) =>
    squeeze(multinomial(softmax(filterLogits(logits, options)), 1, chance), 1),
  );
}

/** @param choose from logits [N, V] symbols [N] */
function writeEach<State>(
  name: string,
  step: DecodeStep<State>,
  first: readonly number[] | Tensor,
  before: State,
  options: DecodeOptions,
  choose: (logits: Tensor) => Tensor,
): Decoded[] {
  checkLength(name, options);
  const { end, maxLength } = options;
  const starts = firstOf(first);
  const all = starts.map(() => ({ symbols: [] as number[], logProbability: 0, ended: false }));
  let open = starts.map((symbol, n) => ({ n, symbol }));
  let state = before;
  noGrad(() => {
    for (let length = 0; length < maxLength && open.length > 0; length++) {
      const read = tensor(
        open.map(({ symbol }) => symbol),
        { dtype: "int32" },
      );
      const [logits, next] = step(read, state);
      checkLogits(name, logits, open.length);
      const precise = to(logits, "float64");
      const chosen = choose(precise);
      const logs = reshape(gather(logSoftmax(precise), unsqueeze(chosen, 1), { axis: 1 }), [open.length]);
      const [symbols, gains] = [chosen.toTypedArray(), logs.toTypedArray()];
      const rows: number[] = [];
      const going: typeof open = [];
      open.forEach(({ n }, row) => {
        const sequence = all[n] as (typeof all)[number];
        const symbol = symbols[row] as number;
        sequence.logProbability += gains[row] as number;
        if (symbol === end) sequence.ended = true;
        else {
          sequence.symbols.push(symbol);
          rows.push(row);
          going.push({ n, symbol });
        }
      });
      state = keepRows(next, rows, open.length, options);
      open = going;
    }
  });
  return all;
}
