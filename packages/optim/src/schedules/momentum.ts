/** Momentum that goes against the learning rate: what SGD calls `momentum`, and Adam the first of its `betas`. */
import { ArgumentError } from "@wengert/autograd";
import type { HasLearningRates } from "./schedule.js";

interface Group {
  momentum?: number;
  betas?: readonly [number, number];
}

/** @throws ArgumentError if the optimizer has no momentum that can be set */
export function checkMomentum(name: string, { paramGroups }: HasLearningRates): void {
  if (!paramGroups.every((group) => "momentum" in group || "betas" in group))
    throw new ArgumentError(`${name}: the optimizer has no momentum; say cycleMomentum: false`);
}

export function setMomentum({ paramGroups }: HasLearningRates, momenta: readonly number[]): void {
  for (const [i, group] of (paramGroups as readonly Group[]).entries())
    if (group.betas === undefined) group.momentum = momenta[i]!;
    else group.betas = [momenta[i]!, group.betas[1]];
}
