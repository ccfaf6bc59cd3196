/** Vectors as those of several heads, and together again. */
import { concat, expand, permute, reshape, type Tensor, zeros } from "@wengert/autograd";

/** [N, T, E] with `batchFirst`, else [T, N, E] → [N, heads, T, E / heads] */
export function splitHeads(x: Tensor, heads: number, batchFirst: boolean): Tensor {
  const [first, second, size] = x.shape as readonly [number, number, number];
  const parts = reshape(x, [first, second, heads, size / heads]);
  return permute(parts, batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);
}

/** The inverse of {@link splitHeads}. */
export function joinHeads(x: Tensor, batchFirst: boolean): Tensor {
  const parts = permute(x, batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]);
  const [first, second, heads, size] = parts.shape as readonly [number, number, number, number];
  return reshape(parts, [first, second, heads * size]);
}

/**
 * Keys or values [N, heads, S, d], and after them a learned one, the same in all sequences, and one of zeros.
 *
 * @param learned [1, 1, heads · d]
 */
export function extend(x: Tensor, learned: Tensor | undefined, zero: boolean): Tensor {
  if (learned === undefined && !zero) return x;
  const [batch, heads, , size] = x.shape as readonly [number, number, number, number];
  const shape = [batch, heads, 1, size];
  const further = [
    ...(learned === undefined ? [] : [expand(reshape(learned, [heads, 1, size]), shape)]),
    ...(zero ? [zeros(shape, { dtype: x.dtype })] : []),
  ];
  return concat([x, ...further], { axis: 2 });
}
