/** Arrays of numbers, and tensors that are made over them without a copy. */
import { type DType, type NumberArray, type Shape, type Tensor, tensor } from "@wengert/autograd";

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** The `count` numbers of a dtype in `buffer`; zeros without one. */
export function arrayOf(dtype: DType, count: number, buffer?: ArrayBuffer): NumberArray {
  const Numbers = arrays[dtype];
  return buffer === undefined ? new Numbers(count) : new Numbers(buffer, 0, count);
}

/** A tensor of `numbers`, which become its own. */
export function tensorOver(numbers: NumberArray, shape: Shape, dtype: DType): Tensor {
  // An array of bytes becomes truth values only by a copy.
  return tensor(numbers, { shape, dtype, copy: dtype === "bool" });
}
