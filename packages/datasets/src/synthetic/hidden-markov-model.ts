/** Hidden Markov models, and what can be known of their states. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import { checkIntegers } from "../requirements.js";
import { integers } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

type Table = readonly (readonly number[])[];

/** Of a model with K states and M symbols. */
export interface HiddenMarkovModelOptions {
  /** π, [K]: the probabilities of the first state; by default the same for all. */
  readonly initial?: readonly number[];
  /** A, [K, K]: row i has the probabilities of what follows state i. */
  readonly transition?: Table;
  /** B, [K, M]: row i has the probabilities of the symbols in state i. */
  readonly emission?: Table;
}

export interface MarkovSequencesOptions extends GeneratedOptions {
  /** T, the number of steps; 100 by default. */
  readonly length?: number;
}

/** What {@link HiddenMarkovModel.forward} finds, float64. */
export interface ForwardEstimate {
  /** p(sₜ | y₀ … yₜ), [T, K]. */
  readonly states: Tensor;
  /** p(yₜ | y₀ … yₜ₋₁) of every symbol, [T, M]: the best prediction of each observation. */
  readonly predictions: Tensor;
  /** log p(y₀ … yₜ₋₁), the natural logarithm. */
  readonly logLikelihood: number;
}

/**
 * A hidden Markov model (L. R. Rabiner: A tutorial on hidden Markov models and selected applications in speech recognition.
 * Proceedings of the IEEE 77, 1989). By default the occasionally dishonest casino (R. Durbin, S. Eddy, A. Krogh,
 * G. Mitchison: Biological sequence analysis, 1998, chapter 3): state 0 is a fair die, state 1 one that shows 6 (symbol 5)
 * half of the time; a fair die is swapped with probability 0.05, the other with 0.1.
 */
export class HiddenMarkovModel {
  readonly initial: readonly number[];
  readonly transition: Table;
  readonly emission: Table;

  /** @throws ArgumentError if sizes differ, or a row is not of probabilities that sum to 1 */
  constructor({
    transition = [
      [0.95, 0.05],
      [0.1, 0.9],
    ],
    emission = [
      [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6],
      [0.1, 0.1, 0.1, 0.1, 0.1, 0.5],
    ],
    initial = transition.map(() => 1 / transition.length),
  }: HiddenMarkovModelOptions = {}) {
    const states = transition.length;
    checkTable("initial", [initial], 1, states);
    checkTable("transition", transition, states, states);
    checkTable("emission", emission, states, emission[0]?.length ?? 0);
    this.initial = initial;
    this.transition = transition;
    this.emission = emission;
  }

  /**
   * Sequences of the model: pairs of what is observed, [T], and the states behind it, [T], int32.
   *
   * @throws ArgumentError if `length` is not an integer, 1 or more
   */
  sequences({
    length = 100,
    ...options
  }: MarkovSequencesOptions = {}): GeneratedDataset<[observations: Tensor, states: Tensor]> {
    checkIntegers("HiddenMarkovModel", { length }, 1);
    return new GeneratedDataset("HiddenMarkovModel", options, (draws) => {
      const states = new Int32Array(length);
      const observations = new Int32Array(length);
      for (let t = 0; t < length; t++) {
        states[t] = draws.category(t === 0 ? this.initial : this.transition[states[t - 1]!]!);
        observations[t] = draws.category(this.emission[states[t]!]!);
      }
      return [integers(observations), integers(states)];
    });
  }

  /**
   * The forward algorithm, scaled (Rabiner's section V.A): with p = π at first, cₜ = Σᵢ pᵢ Bᵢ(yₜ), αᵢ = pᵢ Bᵢ(yₜ) / cₜ, then
   * pⱼ = Σᵢ αᵢ Aᵢⱼ; the likelihood is the product of all cₜ. In float64.
   *
   * @param observations symbols [T], int32
   * @throws ArgumentError for another shape, no steps, or a symbol that there is not or that cannot be there
   */
  forward(observations: Tensor): ForwardEstimate {
    const [steps] = observations.shape;
    const symbols = this.emission[0]!.length;
    if (observations.rank !== 1 || observations.dtype !== "int32" || steps === undefined || steps === 0)
      throw new ArgumentError(
        `HiddenMarkovModel: the observations are ${observations.dtype} [${observations.shape.join(", ")}]; give int32 [steps]`,
      );
    const count = this.initial.length;
    const states = new Float64Array(steps * count);
    const predictions = new Float64Array(steps * symbols);
    const scales = new Float64Array(steps);
    let before: readonly number[] = this.initial;
    for (const [t, symbol] of observations.toTypedArray().entries()) {
      for (let i = 0; i < count; i++)
        for (let k = 0; k < symbols; k++) predictions[t * symbols + k]! += before[i]! * this.emission[i]![k]!;
      const scale = predictions[t * symbols + symbol] ?? 0;
      if (symbol < 0 || symbol >= symbols || scale === 0)
        throw new ArgumentError(
          `HiddenMarkovModel: symbol ${symbol} cannot come at step ${t}; the symbols go from 0 to ${symbols - 1}, and some may follow no other`,
        );
      scales[t] = scale;
      const now = before.map((p, i) => (p * this.emission[i]![symbol]!) / scale);
      states.set(now, t * count);
      before = this.initial.map((_, j) => now.reduce((sum, p, i) => sum + p * this.transition[i]![j]!, 0));
    }
    return {
      states: tensor(states, { shape: [steps, count] }),
      predictions: tensor(predictions, { shape: [steps, symbols] }),
      logLikelihood: tensor(scales).log().sum().item(),
    };
  }
}

function checkTable(name: string, table: Table, rows: number, columns: number): void {
  if (columns === 0 || table.length !== rows || table.some((row) => row.length !== columns))
    throw new ArgumentError(
      `HiddenMarkovModel: ${name} is no table [${rows}, ${columns}], which the other sizes ask for`,
    );
  for (const row of table) {
    const total = row.reduce((sum, p) => sum + p, 0);
    if (row.some((p) => !(p >= 0)) || !(Math.abs(total - 1) < 1e-9))
      throw new ArgumentError(
        `HiddenMarkovModel: a row of ${name} is [${row.join(", ")}]; it must be of probabilities that sum to 1`,
      );
  }
}
