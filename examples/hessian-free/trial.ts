/** One attempt: a method with a setting, at one length, from one seed. */
import { GradientError, Generator as Source } from "@wengert/autograd";
import type { Method, Setting } from "./methods.js";
import { Net, Task } from "./problem.js";

export interface Trial {
  readonly length: number;
  readonly method: Method;
  readonly setting: Setting;
  readonly seed: number;
}

export interface TrialOptions {
  readonly budget: number;
  readonly sequences: number;
  readonly hidden: number;
}

/** How far a trial is. */
export interface Stage {
  /** Gradients of sequences so far. */
  readonly spent: number;
  /** The part of sequences never seen that is answered wrongly, 1 before it was first looked at. */
  readonly error: number;
}

/** A task counts as solved when less than this part of the sequences never seen is answered wrongly. */
const solvedBelow = 0.01;
/** How often it is looked at: every so many gradients. */
const lookEvery = 2000;

/** Whether a trial that ended so has solved the task. */
export function isSolved({ error }: Stage): boolean {
  return error < solvedBelow;
}

/**
 * Trains until the task is solved or the budget spent; yields after each step. A trial whose loss or gradient stops being a
 * number ends there. Everything random comes from length and seed: the same sequences and first weights for all methods.
 */
export function* attempt(
  { length, method, setting, seed }: Trial,
  { budget, sequences, hidden }: TrialOptions,
): Generator<Stage, void, undefined> {
  const source = new Source(seed).fork(length);
  const task = new Task(length, sequences, source.fork("sequences"));
  const net = new Net(hidden, setting.start, source.fork("weights"));
  const step = method.prepare(net, setting);
  let [spent, error, looked] = [0, 1, 0];
  while (spent < budget && error >= solvedBelow) {
    try {
      spent += step((count) => task.draw(count));
    } catch (caught) {
      if (!(caught instanceof GradientError)) throw caught;
      return;
    }
    // What the last step has learned was learned beyond the budget.
    if (spent > budget) return;
    if (spent - looked >= lookEvery || spent === budget) {
      error = net.error(task.test);
      looked = spent;
    }
    yield { spent, error };
  }
}
