import { type Tensor, tensor } from "@wengert/autograd";
import { expect } from "vitest";

/** A tensor in a fixture: float64 unless it says otherwise. */
export interface FixtureTensor {
  readonly dtype?: "int32";
  readonly shape: number[];
  readonly data: number[];
}

export function load({ dtype, shape, data }: FixtureTensor): Tensor {
  return tensor(data, { shape, dtype: dtype ?? "float64" });
}

/** Equal shapes, and values equal but for rounding in float64. */
export function expectClose(
  actual: Tensor | null,
  { shape, data }: FixtureTensor,
  what: string,
  tolerance = 1e-12,
): void {
  expect(actual?.shape, `${what}: shape`).toEqual(shape);
  const numbers = actual!.toTypedArray();
  data.forEach((wanted, i) => {
    const error = Math.abs(numbers[i]! - wanted);
    expect(error, `${what}: element ${i} is ${numbers[i]}, PyTorch has ${wanted}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(wanted)),
    );
  });
}
