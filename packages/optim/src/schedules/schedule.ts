/** What schedules of the learning rate share. */
import { ArgumentError } from "@wengert/autograd";

/** An optimizer, or whatever else has learning rates that can be set. */
export interface HasLearningRates {
  readonly paramGroups: readonly { lr: number }[];
}

/** A snapshot of a schedule: plain data, fit to be JSON. */
export interface ScheduleState {
  readonly [name: string]: number | null | readonly number[] | readonly ScheduleState[];
}

/** What sets the learning rates of an optimizer, epoch by epoch or step by step. */
export interface Schedule {
  /** The optimizer whose learning rates are set. */
  readonly optimizer: HasLearningRates;
  /** Goes on to the next epoch. To be called after `optimizer.step()`. */
  step(): void;
  stateDict(): ScheduleState;
  /** Takes over a snapshot, its learning rates too; all of it, or on an error nothing. */
  loadStateDict(state: ScheduleState): void;
}

// A schedule that was made when another had already changed the learning rates starts from what was there before both.
const initial = new WeakMap<object, number>();

/** The learning rates that the optimizer had before its first schedule. */
export function initialRates({ paramGroups }: HasLearningRates): number[] {
  return paramGroups.map((group) => {
    const rate = initial.get(group) ?? group.lr;
    initial.set(group, rate);
    return rate;
  });
}

export function setInitialRates({ paramGroups }: HasLearningRates, rates: readonly number[]): void {
  for (const [i, group] of paramGroups.entries()) initial.set(group, rates[i]!);
}

/**
 * The base of schedules, PyTorch's `LRScheduler`. Most multiply the learning rate of the moment, as there, so that
 * several can act on one optimizer. Making a schedule sets the learning rate of epoch 0. Snapshots take the place of
 * PyTorch's `last_epoch`.
 */
export abstract class LRScheduler implements Schedule {
  /** The epoch for which the learning rates are. */
  lastEpoch = 0;
  /** The learning rates of the groups, before any schedule. */
  protected baseRates: readonly number[];

  constructor(readonly optimizer: HasLearningRates) {
    this.baseRates = initialRates(optimizer);
  }

  /** The learning rate of group `i` in epoch `lastEpoch`, being `lr` in the one before. */
  protected abstract rate(lr: number, i: number): number;

  /** Sets the learning rates of an epoch from those of the one before, all or on an error none. */
  protected set(epoch: number, previous: readonly number[] = this.rates): void {
    const [before, rates] = [this.lastEpoch, this.rates];
    try {
      this.lastEpoch = epoch;
      setRates(
        this.optimizer,
        previous.map((lr, i) => this.rate(lr, i)),
      );
      this.setOthers();
    } catch (error) {
      this.lastEpoch = before;
      setRates(this.optimizer, rates);
      throw error;
    }
  }

  /** Sets what goes with the learning rates of the epoch, all or on an error none. */
  protected setOthers(): void {
    // Most schedules are of the learning rate alone.
  }

  step(): void {
    this.set(this.lastEpoch + 1);
  }

  /** Goes back to epoch 0, from the learning rates before any schedule. */
  restart(): void {
    this.set(0, this.baseRates);
  }

  /** The learning rates of the moment. */
  get rates(): readonly number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr);
  }

  stateDict(): ScheduleState {
    return {
      lastEpoch: this.lastEpoch,
      baseRates: this.baseRates,
      rates: this.rates,
    };
  }

  loadStateDict(state: ScheduleState): void {
    const name = this.constructor.name;
    const { length } = this.optimizer.paramGroups;
    const names = (each: ScheduleState): string => Object.keys(each).sort().join(", ");
    if (names(state) !== names(this.stateDict()))
      throw new ArgumentError(
        `${name}.loadStateDict: the snapshot has ${names(state)}; it must have ${names(this.stateDict())}`,
      );
    const lastEpoch = state["lastEpoch"] as number;
    checkWhole(`${name}.loadStateDict: lastEpoch`, lastEpoch, 0);
    const [baseRates, rates] = [
      numbersFrom(name, state, "baseRates", length),
      numbersFrom(name, state, "rates", length),
    ];
    setRates(this.optimizer, rates);
    setInitialRates(this.optimizer, baseRates);
    this.baseRates = baseRates;
    this.lastEpoch = lastEpoch;
  }
}

/** Sets learning rates, all of them, or on an error none. */
export function setRates({ paramGroups }: HasLearningRates, rates: readonly number[]): void {
  const wrong = rates.find((rate) => !(rate >= 0 && rate < Infinity));
  if (wrong !== undefined)
    throw new ArgumentError(
      `the schedule gives a learning rate of ${wrong}; it must be 0 or more, and finite`,
    );
  for (const [i, group] of paramGroups.entries()) group.lr = rates[i]!;
}

/** @throws ArgumentError if the snapshot has not `length` numbers under `part` */
export function numbersFrom(name: string, state: ScheduleState, part: string, length: number): number[] {
  const numbers = state[part];
  if (!Array.isArray(numbers) || numbers.length !== length || !numbers.every(Number.isFinite))
    throw new ArgumentError(
      `${name}.loadStateDict: ${part} is ${JSON.stringify(numbers)}; the optimizer has ${length} groups, and each needs a number`,
    );
  return [...(numbers as readonly number[])];
}

/**
 * A number for each group: the same for all, or one each.
 *
 * @throws ArgumentError if there are more or fewer, or one is not from 0 to `most`
 */
export function forGroups(
  what: string,
  { paramGroups }: HasLearningRates,
  given: number | readonly number[],
  most: number,
): readonly number[] {
  const each = Array.isArray(given) ? (given as readonly number[]) : paramGroups.map(() => given as number);
  if (each.length !== paramGroups.length)
    throw new ArgumentError(
      `${what} has ${each.length} numbers; the optimizer has ${paramGroups.length} groups`,
    );
  for (const number of each) checkWithin(what, number, 0, most);
  return each;
}

/** @throws ArgumentError if `value` is no whole number of at least `least` */
export function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new ArgumentError(`${what} is ${value}; it must be a whole number, ${least} or more`);
}

/** @throws ArgumentError if `value` is none of `choices` */
export function checkAmong(what: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string))
    throw new ArgumentError(`${what} is ${JSON.stringify(value)}; it must be one of ${choices.join(", ")}`);
}

/** @throws ArgumentError if `value` is not within the bounds, both included */
export function checkWithin(what: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high && Number.isFinite(value)))
    throw new ArgumentError(`${what} is ${value}; it must be from ${low} to ${high}`);
}
