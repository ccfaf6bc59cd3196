/** The tensors that samples are made of. */
import { type Tensor, tensor } from "@wengert/autograd";

/** A class or another whole number, 0-d int32: a batch of them is [N]. */
export function label(value: number): Tensor {
  return tensor(Int32Array.of(value), { shape: [] });
}

/** Whole numbers [T], int32. */
export function integers(values: ArrayLike<number>): Tensor {
  return tensor(Int32Array.from(values));
}

/** A row for each number: zeros but for a 1 at the number, [T, size] float32. */
export function oneHotRows(values: ArrayLike<number>, size: number): Tensor {
  const made = new Float32Array(values.length * size);
  for (let t = 0; t < values.length; t++) made[t * size + values[t]!] = 1;
  return tensor(made, { shape: [values.length, size] });
}
