/** Functions of numbers, by the kernels of autograd: those of JavaScript differ from engine to engine. */
import { cos, noGrad, pow, tensor } from "@wengert/autograd";

const scalar = (value: number) => tensor(value, { dtype: "float64" });

export function cosine(x: number): number {
  return noGrad(() => cos(scalar(x)).item());
}

export function power(base: number, exponent: number): number {
  return noGrad(() => pow(scalar(base), scalar(exponent)).item());
}
