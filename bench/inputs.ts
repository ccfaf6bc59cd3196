/** Initial weights and data of a workload, made once: all peers read the same file. */
import { writeFileSync } from "node:fs";
import { encodeSafetensors, type Tensor, tensor } from "@wengert/autograd";
import type { Filling, Workload } from "./workload.js";

/** Numerical Recipes' linear congruential generator: good enough for weights, and the same everywhere. */
class Random {
  private state = 1;

  /** In [0, 1). */
  next(): number {
    this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
    return this.state / 0x100000000;
  }
}

function drawn(filling: Exclude<Filling, { below: number }>, random: Random): number {
  if ("fill" in filling) return filling.fill;
  const [low, high] = "between" in filling ? filling.between : [-filling.within, filling.within];
  return low + (high - low) * random.next();
}

function filled(filling: Filling, random: Random, repeats?: number): Tensor {
  const shape = repeats === undefined ? filling.shape : [repeats, ...filling.shape];
  const length = shape.reduce((size, axis) => size * axis, 1);
  if ("below" in filling)
    return tensor(
      Int32Array.from({ length }, () => Math.floor(random.next() * filling.below)),
      { shape },
    );
  return tensor(
    Float32Array.from({ length }, () => drawn(filling, random)),
    { shape },
  );
}

/** Writes the tensors of `workload` to `file`; those of the data have an axis of batches in front. */
export function writeInputs(file: string, { parameters, data, batches }: Workload): void {
  const random = new Random();
  const tensors: Record<string, Tensor> = {};
  for (const [name, filling] of Object.entries(parameters)) tensors[name] = filled(filling, random);
  for (const [name, filling] of Object.entries(data)) tensors[name] = filled(filling, random, batches);
  writeFileSync(file, encodeSafetensors(Object.entries(tensors)));
}
