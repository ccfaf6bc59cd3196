/** The Reber grammar. */
import { type Tensor, tensor } from "@wengert/autograd";
import type { Draws } from "../draws.js";
import { integers, oneHotRows } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

/** The symbols of {@link reber} by their number. */
export const reberSymbols: readonly string[] = ["B", "T", "S", "X", "P", "V", "E"];

type Arrow = readonly [symbol: string, to: number];

// Where each state may go; the last one is the end.
const graph: readonly (readonly Arrow[])[] = [
  [["B", 1]],
  [
    ["T", 2],
    ["P", 3],
  ],
  [
    ["S", 2],
    ["X", 4],
  ],
  [
    ["T", 3],
    ["V", 5],
  ],
  [
    ["X", 3],
    ["S", 6],
  ],
  [
    ["P", 4],
    ["V", 6],
  ],
  [["E", 7]],
  [],
];

export interface ReberOptions extends GeneratedOptions {
  /**
   * Whether a string of the grammar stands between two equal symbols, T or P, so that the last but one symbol depends on
   * the second; `false` by default.
   */
  readonly embedded?: boolean;
}

/**
 * Strings of the Reber grammar (A. S. Reber: Implicit learning of artificial grammars. Journal of Verbal Learning and
 * Verbal Behavior 6, 1967), to predict each next symbol; `embedded`, B T … T E or B P … P E with a whole string in between
 * (A. Smith, D. Zipser 1989; experiment 1 of S. Hochreiter, J. Schmidhuber 1997). Triples of
 *
 * - x [T, 7] float32, one-hot over {@link reberSymbols}: the string without its last symbol
 * - y [T] int32: the string without its first symbol
 * - next [T, 7] float32: the probabilities of the next symbol given those so far, the best that there is to predict
 *
 * T differs from sample to sample: 4 or more, with a mean of 7; embedded, 4 more. Two arrows from a state are equally
 * likely.
 */
export function reber({
  embedded = false,
  ...options
}: ReberOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor, next: Tensor]> {
  return new GeneratedDataset("reber", options, (draws) => {
    const string = embedded ? embeddedString(draws) : plainString(draws);
    const symbols = string.map(([symbol]) => symbol);
    const next = new Float32Array(reberSymbols.length * (string.length - 1));
    for (const [t, [, followers]] of string.slice(0, -1).entries())
      for (const symbol of followers) next[t * reberSymbols.length + symbol] = 1 / followers.length;
    return [
      oneHotRows(symbols.slice(0, -1), reberSymbols.length),
      integers(symbols.slice(1)),
      tensor(next, { shape: [string.length - 1, reberSymbols.length] }),
    ];
  });
}

/** A symbol, and those that may follow it. */
type Step = readonly [symbol: number, followers: readonly number[]];

function numberOf(symbol: string): number {
  return reberSymbols.indexOf(symbol);
}

function plainString(draws: Draws): Step[] {
  const made: Step[] = [];
  let arrows = graph[0]!;
  while (arrows.length > 0) {
    const [symbol, to] = draws.choice(arrows);
    arrows = graph[to]!;
    made.push([numberOf(symbol), arrows.map(([each]) => numberOf(each))]);
  }
  return made;
}

function embeddedString(draws: Draws): Step[] {
  const branches = [numberOf("T"), numberOf("P")];
  const branch = draws.choice(branches);
  const inner = plainString(draws);
  const [last] = inner.pop()!;
  const end = numberOf("E");
  return [
    [numberOf("B"), branches],
    [branch, [numberOf("B")]],
    ...inner,
    [last, [branch]],
    [branch, [end]],
    [end, []],
  ];
}

/** Whether `string` is of the grammar, as psychologists ask: "BTSSXSE" is. */
export function isReber(string: string, { embedded = false }: Pick<ReberOptions, "embedded"> = {}): boolean {
  if (embedded) {
    const branch = string[1];
    if (branch !== "T" && branch !== "P") return false;
    const whole = string.startsWith(`B${branch}`) && string.endsWith(`${branch}E`);
    return whole && isReber(string.slice(2, -2));
  }
  let state = 0;
  for (const symbol of string) {
    const arrow = graph[state]!.find(([each]) => each === symbol);
    if (arrow === undefined) return false;
    [, state] = arrow;
  }
  return state === graph.length - 1;
}
