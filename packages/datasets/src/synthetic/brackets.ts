/** Bracket matching: the Dyck languages. */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import type { Draws } from "../draws.js";
import { checkIntegers } from "../requirements.js";
import { label, oneHotRows } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

/** Symbols of {@link brackets} by their number; opening ones are even, and are closed by the next. */
export const bracketSymbols: readonly string[] = ["(", ")", "[", "]", "{", "}", "<", ">"];

export interface BracketsOptions extends GeneratedOptions {
  /** T, the number of brackets, which is even; 20 by default. */
  readonly length?: number;
  /** K, the number of kinds of brackets, 1 to 4; 2 by default. */
  readonly kinds?: number;
}

/**
 * Do the brackets match (N. Chomsky, M.-P. Schützenberger: The algebraic theory of context-free languages. 1963)? Pairs of
 * x [T, 2·K] float32, one-hot over the first 2·K of {@link bracketSymbols}, and y, a 0-d int32: 1 if they do, else 0.
 *
 * Samples of even index match: each nesting of T/2 pairs is as likely as any other, and so is each kind for each pair. In
 * the others one or two brackets were replaced by other ones until it does not match, so that the number of opening and
 * closing brackets alone, or their kinds, give few of them away.
 *
 * @throws ArgumentError if `length` is not even, or below 4, or `kinds` is not an integer from 1 to 4
 */
export function brackets({
  length = 20,
  kinds = 2,
  ...options
}: BracketsOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("brackets", { length }, 4);
  if (length % 2 !== 0)
    throw new ArgumentError(`brackets: length is ${length}; it must be even, for each bracket has another`);
  checkIntegers("brackets", { kinds }, 1);
  if (2 * kinds > bracketSymbols.length)
    throw new ArgumentError(
      `brackets: kinds is ${kinds}; there are ${bracketSymbols.length / 2} kinds of brackets`,
    );
  return new GeneratedDataset("brackets", options, (draws, index) => {
    const matching = index % 2 === 0;
    let word = nested(draws, length, kinds);
    if (!matching) word = spoilt(draws, word, kinds);
    return [oneHotRows(word, 2 * kinds), label(matching ? 1 : 0)];
  });
}

/**
 * A word that matches. With `rest` brackets to go at depth d the share of nestings that close one next is
 * d (rest + d + 2) / (2 rest (d + 1)) (D. Arnold, M. Sleep: Uniform random generation of balanced parenthesis strings.
 * ACM TOPLAS 2, 1980), so all are equally likely.
 */
function nested(draws: Draws, length: number, kinds: number): number[] {
  const word: number[] = [];
  const open: number[] = [];
  for (let rest = length; rest > 0; rest--) {
    const depth = open.length;
    if (draws.uniform() < (depth * (rest + depth + 2)) / (2 * rest * (depth + 1))) word.push(open.pop()! + 1);
    else {
      const kind = 2 * draws.integer(0, kinds);
      open.push(kind);
      word.push(kind);
    }
  }
  return word;
}

// Most often two brackets of opposite direction change places, which leaves all counts as they were.
function spoilt(draws: Draws, word: readonly number[], kinds: number): number[] {
  for (;;) {
    const made = [...word];
    const i = draws.integer(0, word.length);
    const j = draws.integer(0, word.length);
    if (draws.chance(0.75)) [made[i], made[j]] = [made[j]!, made[i]!];
    else made[i] = draws.integer(0, 2 * kinds);
    if (!matches(made)) return made;
  }
}

function matches(word: readonly number[]): boolean {
  const open: number[] = [];
  for (const symbol of word) {
    if (symbol % 2 === 0) open.push(symbol);
    else if (open.pop() !== symbol - 1) return false;
  }
  return open.length === 0;
}
