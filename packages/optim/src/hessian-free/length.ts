/** How much of what conjugate gradients came to is gone: which iterate, and how far along it. */
import type { Tensor } from "@wengert/autograd";
import type { Iterate } from "./conjugate-gradients.js";
import type { Surface } from "./surface.js";

/** The last iterate before which the loss was larger, from the end on: later ones fit the model more than the loss. */
export function takeBack<Out>(
  surface: Surface<Out>,
  iterates: readonly Iterate[],
): { readonly best: Iterate; readonly trials: number } {
  let i = iterates.length - 1;
  let [lowest, trials] = [surface.lossAt(iterates[i]!.x), 1];
  while (i > 0) {
    const earlier = surface.lossAt(iterates[i - 1]!.x);
    trials++;
    if (earlier > lowest) break;
    lowest = earlier;
    i--;
  }
  return { best: iterates[i]!, trials };
}

/** How far to go along `direction`, `full` being the loss at all of it. */
export function search<Out>(
  surface: Surface<Out>,
  direction: Tensor,
  { loss, full, slope }: { readonly loss: number; readonly full: number; readonly slope: number },
): { readonly length: number; readonly next: number; readonly evaluations: number } {
  let [length, next] = [1, full];
  for (let evaluations = 1; evaluations <= 61; evaluations++) {
    if (next <= loss + 0.01 * length * Math.min(slope, 0)) return { length, next, evaluations };
    length *= 0.8;
    next = surface.lossAt(direction, length);
  }
  return { length: 0, next: loss, evaluations: 61 };
}
