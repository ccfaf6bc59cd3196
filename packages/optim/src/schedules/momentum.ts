/** Momentum that goes against the learning rate: what SGD calls `momentum`, and Adam the first of its `betas`. */
import { ArgumentError } from "@wengert/autograd";
import { forGroups, type HasLearningRates } from "./schedule.js";

interface Group {
  momentum?: number;
  betas?: readonly [number, number];
}

/** Momentum of each group, at the top of the learning rate and at its bottom. */
export interface Momenta {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * @returns undefined if momentum is not to change
 * @throws ArgumentError if the optimizer has no momentum that can be set, or these are not from 0 to 1, without 1
 */
export function momentaOf(
  name: string,
  optimizer: HasLearningRates,
  options: {
    readonly cycleMomentum: boolean;
    readonly baseMomentum: number | readonly number[];
    readonly maxMomentum: number | readonly number[];
  },
): Momenta | undefined {
  if (!options.cycleMomentum) return undefined;
  if (!optimizer.paramGroups.every((group) => "momentum" in group || "betas" in group))
    throw new ArgumentError(`${name}: the optimizer has no momentum; say cycleMomentum: false`);
  const [low, high] = (["baseMomentum", "maxMomentum"] as const).map((which) => {
    const each = forGroups(`${name}: ${which}`, optimizer, options[which], 1);
    if (each.includes(1)) throw new ArgumentError(`${name}: ${which} is 1; it must be less`);
    return each;
  });
  return { low: low!, high: high! };
}

/** Sets momentum, in all groups, or on an error in none. */
export function setMomentum({ paramGroups }: HasLearningRates, momenta: readonly number[]): void {
  const groups = paramGroups as readonly Group[];
  const set = (all: readonly (number | undefined)[]): void =>
    groups.forEach((group, i) => {
      if (group.betas === undefined) group.momentum = all[i]!;
      else group.betas = [all[i]!, group.betas[1]];
    });
  const before = groups.map(({ betas, momentum }) => (betas === undefined ? momentum : betas[0]));
  try {
    set(momenta);
  } catch (error) {
    set(before);
    throw error;
  }
}
