/** Matrices for tests, and how far one is from another. */
import {
  abs,
  eye,
  Generator,
  matmul,
  max,
  randn,
  type Shape,
  sub,
  type Tensor,
  tensor,
  transpose,
} from "../../src/index.js";

const float64 = { dtype: "float64" } as const;

/** The largest magnitude of a difference; 0 of nothing. */
export function distance(x: Tensor, y: Tensor): number {
  const difference = abs(sub(x, y));
  return difference.size === 0 ? 0 : max(difference.flatten()).values.item();
}

/** How far the columns are from orthonormal ones. */
export function skewness(q: Tensor): number {
  return distance(matmul(transpose(q), q), eye(q.shape.at(-1)!, q.shape.at(-1)!, float64));
}

/** Normal numbers in float64, the same for the same seed. */
export function drawn(shape: Shape, seed = 1): Tensor {
  return randn(shape, { ...float64, generator: new Generator(seed) });
}

export function matrix(...rows: number[][]): Tensor {
  return tensor(rows, float64);
}

/** `1 / (i + j + 1)`, the classic of the ill-conditioned. */
export function hilbert(n: number): Tensor {
  return tensor(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => 1 / (i + j + 1))),
    float64,
  );
}
