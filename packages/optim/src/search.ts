/** Searches for hyper-parameters, over plain functions. */
import { ArgumentError, exp, Generator, log, noGrad, rand, tensor } from "@wengert/autograd";
import { checkKnown } from "./optimizer/checks.js";
import { checkAmong, checkWhole } from "./schedules/schedule.js";

/** A run of the function with values for its parameters. Plain data if the values are. */
export interface Trial<Values> {
  readonly index: number;
  readonly values: Values;
  readonly score: number;
}

export interface SearchOptions<Values> {
  /** Whether less is better, `"min"` by default. */
  readonly mode?: "min" | "max";
  /** Trials of an earlier search with the same arguments: they are not run again. */
  readonly done?: readonly Trial<Values>[];
  /** Told of each new trial, to keep it, so that a search that was interrupted can be resumed. */
  readonly onTrial?: (trial: Trial<Values>) => void;
}

export interface SearchResult<Values> {
  /** Of scores that are NaN none is the best. Undefined if there is no other. */
  readonly best: Trial<Values> | undefined;
  /** By their index. */
  readonly trials: readonly Trial<Values>[];
}

/** What is drawn for a parameter, from a number that is uniform from 0 (included) to 1 (excluded). */
export type Distribution<T> = (u: number) => T;

/** Uniform from `low` to `high`. */
export function uniformBetween(low: number, high: number): Distribution<number> {
  checkBounds("uniformBetween", low, high, -Infinity);
  return (u) => low + (high - low) * u;
}

/** Uniform in the logarithm, from `low` to `high`: for learning rates and the like. */
export function logUniformBetween(low: number, high: number): Distribution<number> {
  checkBounds("logUniformBetween", low, high, 0);
  const of = (f: typeof exp, x: number): number => noGrad(() => f(tensor(x, { dtype: "float64" })).item());
  const [from, to] = [of(log, low), of(log, high)];
  return (u) => of(exp, from + (to - from) * u);
}

/** A whole number from `low` to `high`, both included. */
export function integerBetween(low: number, high: number): Distribution<number> {
  checkBounds("integerBetween", Math.ceil(low), Math.floor(high) + 1, -Infinity);
  return (u) => Math.ceil(low) + Math.floor((Math.floor(high) + 1 - Math.ceil(low)) * u);
}

/** One of `choices`. */
export function oneOf<const T>(choices: readonly T[]): Distribution<T> {
  if (choices.length === 0) throw new ArgumentError("oneOf: there are no choices; give one or more");
  return (u) => choices[Math.floor(u * choices.length)]!;
}

/**
 * Runs `run` with every combination of the values in `space`, the last parameter changing fastest.
 *
 * @throws ArgumentError if a parameter has no values, or `done` is of another search
 */
export function gridSearch<Values extends object>(
  space: { readonly [Name in keyof Values]: readonly Values[Name][] },
  run: (values: NoInfer<Values>, index: number) => number,
  options: SearchOptions<NoInfer<Values>> = {},
): SearchResult<Values> {
  const lists = Object.entries<readonly unknown[]>(space);
  const empty = lists.find(([, list]) => list.length === 0);
  if (empty) throw new ArgumentError(`gridSearch: ${empty[0]} has no values; give one or more`);
  const count = lists.reduce((product, [, list]) => product * list.length, 1);
  const valuesAt = (index: number): Values => {
    let rest = index;
    const chosen = lists.toReversed().map(([name, list]) => {
      const value = list[rest % list.length];
      rest = Math.floor(rest / list.length);
      return [name, value] as const;
    });
    return Object.fromEntries(chosen.toReversed()) as Values;
  };
  return search("gridSearch", count, valuesAt, run, options);
}

export interface RandomSearchOptions<Values> extends SearchOptions<Values> {
  /** How many trials in all. */
  readonly trials: number;
  /** The same seed gives the same trials, 0 by default. */
  readonly seed?: number;
}

/**
 * Runs `run` with values drawn from `space`. Bergstra & Bengio 2012, "Random search for hyper-parameter optimization".
 * What a trial draws depends on the seed, its index and the names alone: more trials begin like fewer.
 *
 * @throws ArgumentError if `trials` is no count, or `done` is of another search
 */
export function randomSearch<Values extends object>(
  space: { readonly [Name in keyof Values]: Distribution<Values[Name]> },
  run: (values: NoInfer<Values>, index: number) => number,
  { trials, seed = 0, ...options }: RandomSearchOptions<NoInfer<Values>>,
): SearchResult<Values> {
  checkWhole("randomSearch: trials", trials, 1);
  const root = new Generator(seed);
  const valuesAt = (index: number): Values =>
    Object.fromEntries(
      Object.entries<Distribution<unknown>>(space).map(([name, draw]) => {
        const generator = root.fork(index).fork(name);
        return [name, draw(rand([], { generator, dtype: "float64" }).item())];
      }),
    ) as Values;
  return search("randomSearch", trials, valuesAt, run, options);
}

function search<Values>(
  name: string,
  count: number,
  valuesAt: (index: number) => Values,
  run: (values: Values, index: number) => number,
  options: SearchOptions<Values>,
): SearchResult<Values> {
  checkKnown(name, options, ["mode", "done", "onTrial"]);
  const { mode = "min", done = [], onTrial } = options;
  checkAmong(`${name}: mode`, mode, ["min", "max"]);
  const before = new Map(done.map((trial) => [trial.index, trial]));
  for (const { index, values } of done)
    if (index >= count || JSON.stringify(values) !== JSON.stringify(valuesAt(index)))
      throw new ArgumentError(
        `${name}: trial ${index} of done has ${JSON.stringify(values)}; this search has ${index < count ? JSON.stringify(valuesAt(index)) : `${count} trials`}`,
      );
  const trials = Array.from({ length: count }, (_, index) => {
    const known = before.get(index);
    if (known) return known;
    const values = valuesAt(index);
    const trial = { index, values, score: run(values, index) };
    onTrial?.(trial);
    return trial;
  });
  const better = (x: number, y: number): boolean => (mode === "min" ? x < y : x > y);
  let best: Trial<Values> | undefined;
  for (const trial of trials)
    if (!Number.isNaN(trial.score) && (best === undefined || better(trial.score, best.score))) best = trial;
  return { best, trials };
}

function checkBounds(name: string, low: number, high: number, above: number): void {
  if (!(low > above && low < high && high < Infinity))
    throw new ArgumentError(
      `${name}: low is ${low} and high ${high}; low must be less than high, and more than ${above}`,
    );
}
