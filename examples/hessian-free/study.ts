/** All trials of a study, and what comes of them. */
import { describe, type Method, methods } from "./methods.js";
import type { Options } from "./options.js";
import { attempt, isSolved, type Stage, type Trial } from "./trial.js";

/** What came of a trial, as plain data. */
export interface Outcome {
  readonly length: number;
  readonly method: string;
  readonly setting: string;
  readonly seed: number;
  /** Gradients of sequences used. */
  readonly spent: number;
  readonly error: number;
  readonly solved: boolean;
}

/** The trials in order, from short sequences to long ones. */
export function trialsOf({ lengths, methods: names, seeds }: Options): Trial[] {
  const chosen = methods.filter(({ name }) => names.includes(name));
  return lengths.flatMap((length) =>
    chosen.flatMap((method) =>
      method.settings.flatMap((setting) =>
        Array.from({ length: seeds }, (_, i): Trial => ({ length, method, setting, seed: i + 1 })),
      ),
    ),
  );
}

/** The outcomes of the same method and setting. */
function alike(outcomes: readonly Outcome[], method: Method, setting: string): Outcome[] {
  return outcomes.filter((each) => each.method === method.name && each.setting === setting);
}

/** Whether a setting has solved no trial at the length before: then it is not tried at longer ones. */
function hopeless(shorter: readonly Outcome[]): boolean {
  const last = Math.max(...shorter.map((each) => each.length));
  return shorter.length > 0 && !shorter.some((each) => each.length === last && each.solved);
}

/** What a study tells while it runs. */
export interface News {
  /** Trials done with, those that are not tried included. */
  readonly done: number;
  readonly trial: Trial;
  /** Where the trial is; undefined if it is not tried. */
  readonly stage: Stage | undefined;
  /** Whether the trial has ended. */
  readonly ended: boolean;
}

/**
 * Goes through the trials, and adds what comes of them to `outcomes`. What is there already is not tried again, so a study
 * that was stopped goes on with the trial in which it was, from its beginning. Between steps it gives way to the event loop,
 * without which Ctrl-C would not be heard.
 */
export async function* study(
  options: Options,
  outcomes: Outcome[],
  signal?: AbortSignal,
): AsyncGenerator<News, void, undefined> {
  for (const [index, trial] of trialsOf(options).entries()) {
    const { length, method, setting, seed } = trial;
    const name = describe(setting);
    const before = alike(outcomes, method, name);
    const known = before.some((each) => each.length === length && each.seed === seed);
    if (known || hopeless(before.filter((each) => each.length < length))) {
      yield { done: index + 1, trial, stage: undefined, ended: true };
      continue;
    }
    let stage: Stage = { spent: 0, error: 1 };
    for (stage of attempt(trial, options)) {
      yield { done: index, trial, stage, ended: false };
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted === true) return;
    }
    outcomes.push({ length, method: method.name, setting: name, seed, ...stage, solved: isSolved(stage) });
    yield { done: index + 1, trial, stage, ended: true };
  }
}

/** What came of the trials of a setting at one length. */
export interface Tally {
  readonly tried: number;
  readonly solved: number;
  /** The median of the gradients that it took where the task was solved. */
  readonly spent: number | undefined;
}

export function tallyOf(
  outcomes: readonly Outcome[],
  method: Method,
  setting: string,
  length: number,
): Tally {
  const here = alike(outcomes, method, setting).filter((each) => each.length === length);
  const spent = here.filter(({ solved }) => solved).map((each) => each.spent);
  return { tried: here.length, solved: spent.length, spent: median(spent) };
}

/** How often a method solves the task at one length, by its best setting. */
export interface Rate {
  readonly length: number;
  readonly rate: number;
}

/** The rates of a method at the lengths that are done. */
export function ratesOf(outcomes: readonly Outcome[], method: Method, { lengths, seeds }: Options): Rate[] {
  const rates: Rate[] = [];
  for (const length of lengths) {
    const tallies = method.settings
      .map(describe)
      .filter((name) => !hopeless(alike(outcomes, method, name).filter((each) => each.length < length)))
      .map((name) => tallyOf(outcomes, method, name, length));
    const most = Math.max(0, ...tallies.map(({ solved }) => solved));
    // Beyond all seeds there is nothing that other settings could change.
    if (most < seeds && tallies.some(({ tried }) => tried < seeds)) break;
    rates.push({ length, rate: most / seeds });
  }
  return rates;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** The largest length that a method solves from more than half of the seeds; 0 if none. */
export function reach(rates: readonly Rate[]): number {
  return Math.max(0, ...rates.filter(({ rate }) => rate > 0.5).map(({ length }) => length));
}
