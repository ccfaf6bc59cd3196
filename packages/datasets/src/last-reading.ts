/** Tensors that are made to be read once. */
import type { NumberArray, Tensor } from "@wengert/autograd";

/**
 * The numbers of a dense tensor that nobody else has. What ops make lies in the WebAssembly memory until something reads
 * it; what is not given back is saved there when others need the room, wanted or not, which would take half of the time of
 * augmentation.
 */
export function lastReading(x: Tensor): NumberArray {
  const { data, offset } = x.view;
  const numbers = data.data.subarray(offset, offset + x.size);
  data.drop();
  return numbers;
}

/** Gives back what a tensor holds that nobody will read again. */
export function forget(x: Tensor): void {
  x.view.data.drop();
}
