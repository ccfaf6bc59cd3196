/** Several schedules over one optimizer. */
import { ArgumentError } from "@wengert/autograd";
import {
  checkWhole,
  type HasLearningRates,
  initialRates,
  type LRScheduler,
  type Schedule,
  type ScheduleState,
  setRates,
} from "./schedule.js";

/** All of them at once: each changes the learning rate that the one before has left. */
export class ChainedScheduler implements Schedule {
  readonly optimizer: HasLearningRates;

  constructor(private readonly schedulers: readonly Schedule[]) {
    this.optimizer = sharedOptimizer("ChainedScheduler", schedulers);
  }

  step(): void {
    for (const each of this.schedulers) each.step();
  }

  stateDict(): ScheduleState {
    return { schedulers: this.schedulers.map((each) => each.stateDict()) };
  }

  loadStateDict(state: ScheduleState): void {
    loadAll("ChainedScheduler", this.schedulers, state);
  }
}

/**
 * One after another: the schedule after `milestones[i]` starts in that epoch, which is its epoch 0. As in PyTorch
 * it starts from the learning rate before any schedule; but MultiplicativeLR goes on from where the one before was.
 */
export class SequentialLR implements Schedule {
  readonly optimizer: HasLearningRates;
  private lastEpoch = 0;

  constructor(
    private readonly schedulers: readonly LRScheduler[],
    private readonly milestones: readonly number[],
  ) {
    this.optimizer = sharedOptimizer("SequentialLR", schedulers);
    if (milestones.length !== schedulers.length - 1)
      throw new ArgumentError(
        `SequentialLR: there are ${milestones.length} milestones and ${schedulers.length} schedules; there must be one milestone less`,
      );
    for (const [i, each] of milestones.entries())
      checkWhole(`SequentialLR: milestone ${i}`, each, i === 0 ? 1 : milestones[i - 1]! + 1);
    // Making the schedules has changed the learning rates.
    setRates(this.optimizer, initialRates(this.optimizer));
    schedulers[0]!.restart();
  }

  step(): void {
    this.lastEpoch++;
    const index = this.milestones.filter((each) => each <= this.lastEpoch).length;
    const present = this.schedulers[index]!;
    if (this.milestones[index - 1] === this.lastEpoch) present.restart();
    else present.step();
  }

  stateDict(): ScheduleState {
    return { lastEpoch: this.lastEpoch, schedulers: this.schedulers.map((each) => each.stateDict()) };
  }

  loadStateDict(state: ScheduleState): void {
    checkWhole("SequentialLR.loadStateDict: lastEpoch", state["lastEpoch"] as number, 0);
    loadAll("SequentialLR", this.schedulers, state);
    this.lastEpoch = state["lastEpoch"] as number;
  }
}

function sharedOptimizer(name: string, schedulers: readonly Schedule[]): HasLearningRates {
  const [first] = schedulers;
  if (first === undefined) throw new ArgumentError(`${name}: there are no schedules; give one or more`);
  if (schedulers.some(({ optimizer }) => optimizer !== first.optimizer))
    throw new ArgumentError(`${name}: the schedules are of several optimizers; they must be of one`);
  return first.optimizer;
}

function loadAll(name: string, schedulers: readonly Schedule[], { schedulers: saved }: ScheduleState): void {
  const count = Array.isArray(saved) ? saved.length : 0;
  if (count !== schedulers.length)
    throw new ArgumentError(
      `${name}.loadStateDict: the snapshot has ${count} schedules; there are ${schedulers.length}`,
    );
  const before = schedulers.map((each) => each.stateDict());
  try {
    for (const [i, each] of schedulers.entries()) each.loadStateDict((saved as readonly ScheduleState[])[i]!);
  } catch (error) {
    for (const [i, each] of schedulers.entries()) each.loadStateDict(before[i]!);
    throw error;
  }
}
