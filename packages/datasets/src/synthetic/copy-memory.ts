/** Remembering symbols for a long time. */
import type { Tensor } from "@wengert/autograd";
import { checkIntegers } from "../requirements.js";
import { integers, oneHotRows } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

export interface CopyMemoryOptions extends GeneratedOptions {
  /** T, the steps between what is shown and when it is asked for; 100 by default. */
  readonly delay?: number;
  /** S, the number of symbols to remember; 10 by default. */
  readonly symbols?: number;
  /** K, the number of kinds of symbols; 8 by default. */
  readonly alphabet?: number;
}

/**
 * The copying memory problem (S. Hochreiter, J. Schmidhuber 1997; in the form of M. Arjovsky, A. Shah, Y. Bengio: Unitary
 * evolution recurrent neural networks, ICML 2016, section 5.1). Symbols 0 to K − 1 are drawn, K is the blank and K + 1 the
 * delimiter. The input has S symbols, T − 1 blanks, the delimiter and S blanks; the answer S + T blanks, then the symbols.
 * Pairs of x [T + 2·S, K + 2] float32, one-hot, and y [T + 2·S] int32.
 *
 * Without a memory the best is to answer blanks, then at random: a mean cross-entropy of S·ln K / (T + 2·S).
 *
 * @throws ArgumentError if `delay`, `symbols` or `alphabet` is not an integer, 1 or more
 */
export function copyMemory({
  delay = 100,
  symbols = 10,
  alphabet = 8,
  ...options
}: CopyMemoryOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("copyMemory", { delay, symbols, alphabet }, 1);
  const steps = delay + 2 * symbols;
  return new GeneratedDataset("copyMemory", options, (draws) => {
    const input = new Int32Array(steps).fill(alphabet);
    const answer = new Int32Array(steps).fill(alphabet);
    for (let i = 0; i < symbols; i++) {
      const symbol = draws.integer(0, alphabet);
      input[i] = symbol;
      answer[symbols + delay + i] = symbol;
    }
    input[symbols + delay - 1] = alphabet + 1;
    return [oneHotRows(input, alphabet + 2), integers(answer)];
  });
}
