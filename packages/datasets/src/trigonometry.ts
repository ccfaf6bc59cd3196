/** Sines and cosines, the same on every engine. */
import { cos, noGrad, sin, tensor } from "@wengert/autograd";

/** Of an angle in radians, float64. */
export function sinCos(angle: number): [sine: number, cosine: number] {
  return noGrad(() => {
    const x = tensor(angle, { dtype: "float64" });
    return [sin(x).item(), cos(x).item()];
  });
}

/** Of several at once, which takes no longer than of one. */
export function sinCosOfAll(angles: readonly number[]): [sine: number, cosine: number][] {
  return noGrad(() => {
    const x = tensor(angles, { dtype: "float64" });
    const [sines, cosines] = [sin(x).toTypedArray(), cos(x).toTypedArray()];
    return angles.map((_, i) => [sines[i]!, cosines[i]!]);
  });
}

/** Of an angle in degrees. */
export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
