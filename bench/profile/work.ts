/** How much there is to do for an op, told from its operands. */
import type { Tensor } from "@wengert/autograd";

type View = Tensor["view"];

export interface Work {
  /** Of products and convolutions: multiplications and additions. 0 for others, which memory limits. */
  readonly flops: number;
  /** Of operands and results, each once. */
  readonly bytes: number;
}

const sizeOf = ({ shape }: View): number => shape.reduce((size, axis) => size * axis, 1);
const bytesOf = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 } as const;

/** For each element of `g` a multiplication and an addition with each tap of a filter of `weight`. */
function convolving(g: View | undefined, weight: View | undefined): number {
  if (g === undefined || weight === undefined) return 0;
  return (2 * sizeOf(g) * sizeOf(weight)) / (weight.shape[0] ?? 1);
}

const flops: Readonly<Record<string, (inputs: readonly View[], output: View | undefined) => number>> = {
  matmul: ([x], out) => (x === undefined || out === undefined ? 0 : 2 * sizeOf(out) * (x.shape.at(-1) ?? 0)),
  linear: ([x], out) => (x === undefined || out === undefined ? 0 : 2 * sizeOf(out) * (x.shape.at(-1) ?? 0)),
  convolution: ([, weight], out) => convolving(out, weight),
  biasedConvolution: ([, weight], out) => convolving(out, weight),
  convolutionInputGrad: ([g, weight]) => convolving(g, weight),
  convolutionWeightGrad: ([g], weight) => convolving(g, weight),
};

export function work(op: string, inputs: readonly View[], outputs: readonly View[]): Work {
  const bytes = [...inputs, ...outputs].reduce(
    (sum, view) => sum + sizeOf(view) * bytesOf[view.data.dtype],
    0,
  );
  return { flops: flops[op]?.(inputs, outputs[0]) ?? 0, bytes };
}
