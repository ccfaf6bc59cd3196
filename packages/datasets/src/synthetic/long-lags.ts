/**
 * Tasks of long time lags: what is to be answered at the end was seen long before.
 *
 * - S. Hochreiter, J. Schmidhuber: Long short-term memory. Neural Computation 9 (1997), experiments 4 and 6.
 * - M. Arjovsky, A. Shah, Y. Bengio: Unitary evolution recurrent neural networks. ICML 2016, section 5.
 */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import type { Draws } from "../draws.js";
import { checkIntegers } from "../requirements.js";
import { label, oneHotRows } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

export interface LongLagOptions extends GeneratedOptions {
  /** T, the least number of steps; 100 by default. */
  readonly length?: number;
  /**
   * Whether the number of steps is drawn for each sequence from T to ⌊1.1·T⌋, both included, as in the paper of 1997.
   * By default all have T steps, so that they make batches as they are.
   */
  readonly variableLength?: boolean;
}

export interface AddingProblemOptions extends LongLagOptions {
  /** Whose conventions are followed, `"hochreiter1997"` by default; see {@link addingProblem}. */
  readonly convention?: "hochreiter1997" | "arjovsky2016";
}

/**
 * The adding problem: of a sequence of random numbers the sum of two that are marked. Pairs of x [T, 2] (number, mark)
 * and the target y [1], float32. To be answered after the last step.
 *
 * `"hochreiter1997"` (experiment 4): numbers uniform on [−1, 1). One of the first 10 steps is marked by 1, whose number
 * is X1, then one of the first T/2 − 1 steps that is not marked yet, X2. The first and the last step have mark −1, all
 * others 0; if the first step is to be marked it keeps its −1, and X1 (or X2) counts as 0. The target is
 * ½ + (X1 + X2)/4, which lies in [0, 1]. An answer is right if it is less than 0.04 off. Always answering ½ has a mean
 * squared error of (p + q)/48, p and q being the chances that X1 and X2 do not count as 0: 0.039 at T = 100.
 *
 * `"arjovsky2016"`: numbers uniform on [0, 1), one mark of 1 in the first half of the sequence and one in the second, all
 * others 0; the target is the sum of the two. Always answering 1 has a mean squared error of 1/6 (0.167).
 *
 * @throws ArgumentError if `length` is not an integer, or below 10
 */
export function addingProblem({
  length = 100,
  variableLength = false,
  convention = "hochreiter1997",
  ...options
}: AddingProblemOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("addingProblem", { length }, 10);
  const original = convention === "hochreiter1997";
  if (!original && convention !== "arjovsky2016")
    throw new ArgumentError(
      `addingProblem: the convention is ${JSON.stringify(convention)}; it must be "hochreiter1997" or "arjovsky2016"`,
    );
  return new GeneratedDataset("addingProblem", options, (draws) => {
    const steps = variableLength ? stretched(draws, length) : length;
    const numbers = new Float32Array(2 * steps);
    for (let t = 0; t < steps; t++) numbers[2 * t] = original ? draws.uniform(-1, 1) : draws.uniform();
    const target = original ? markTwo(draws, numbers, length) : markOneInEachHalf(draws, numbers);
    return [tensor(numbers, { shape: [steps, 2] }), tensor(Float32Array.of(target))];
  });
}

function markTwo(draws: Draws, numbers: Float32Array, length: number): number {
  const last = numbers.length / 2 - 1;
  // The first 10 may be more than the first T/2 − 1, of which one must be left.
  const early = Math.max(Math.floor(length / 2) - 1, 2);
  const first = draws.integer(0, Math.min(10, last));
  // Uniform over those below `early` that are not marked: the one that is makes room.
  let second = draws.integer(0, first < early ? early - 1 : early);
  if (first < early && second >= first) second++;
  let sum = 0;
  for (const step of [first, second]) {
    if (step === 0) continue;
    numbers[2 * step + 1] = 1;
    sum += numbers[2 * step]!;
  }
  numbers[1] = -1;
  numbers[2 * last + 1] = -1;
  return 0.5 + sum / 4;
}

function markOneInEachHalf(draws: Draws, numbers: Float32Array): number {
  const steps = numbers.length / 2;
  const half = Math.floor(steps / 2);
  const first = draws.integer(0, half);
  const second = draws.integer(half, steps);
  numbers[2 * first + 1] = 1;
  numbers[2 * second + 1] = 1;
  return numbers[2 * first]! + numbers[2 * second]!;
}

function stretched(draws: Draws, length: number): number {
  return draws.integer(length, Math.floor((11 * length) / 10) + 1);
}

export interface TemporalOrderOptions extends LongLagOptions {
  /** How many of X and Y a sequence has: 2 (experiment 6a, the default) or 3 (experiment 6b). */
  readonly relevant?: 2 | 3;
}

/** The symbols of {@link temporalOrder} by their number. */
export const temporalOrderSymbols: readonly string[] = ["E", "B", "a", "b", "c", "d", "X", "Y"];

// Where the relevant symbols stand, in steps of a sequence of 100.
const windows = {
  2: [
    [10, 20],
    [50, 60],
  ],
  3: [
    [10, 20],
    [33, 43],
    [66, 76],
  ],
} as const;

/**
 * The temporal order problem: in what order did X and Y come? Pairs of x [T, 8] float32, one-hot over
 * {@link temporalOrderSymbols}, and the class y, a 0-d int32.
 *
 * A sequence begins with E, ends with B, and is of random a, b, c, d but for two steps (experiment 6a) or three (6b) that
 * are X or Y, drawn from steps 10 to 20 and 50 to 60, or 10 to 20, 33 to 43 and 66 to 76, ends included, of 100 (of T,
 * that share of it, rounded down); E is step 0. The class is the order read as binary digits, X = 0, Y = 1: XX, XY, YX,
 * YY are 0 to 3 (Q, R, S, U of the paper), XXX to YYY 0 to 7 (Q, R, S, U, V, A, B, C).
 *
 * @throws ArgumentError if `length` is not an integer, or below 10, or `relevant` neither 2 nor 3
 */
export function temporalOrder({
  length = 100,
  variableLength = false,
  relevant = 2,
  ...options
}: TemporalOrderOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("temporalOrder", { length }, 10);
  if (relevant !== 2 && relevant !== 3)
    throw new ArgumentError(`temporalOrder: relevant is ${String(relevant)}; it must be 2 or 3`);
  return new GeneratedDataset("temporalOrder", options, (draws) => {
    const steps = variableLength ? stretched(draws, length) : length;
    const ids = Array.from({ length: steps }, () => draws.integer(2, 6));
    ids[0] = 0;
    ids[steps - 1] = 1;
    let order = 0;
    for (const [from, to] of windows[relevant]) {
      const step = draws.integer(Math.floor((from * length) / 100), Math.floor((to * length) / 100) + 1);
      const bit = draws.integer(0, 2);
      ids[step] = 6 + bit;
      order = 2 * order + bit;
    }
    return [oneHotRows(ids, temporalOrderSymbols.length), label(order)];
  });
}
