/** Sines and cosines, the same on every engine. */
import { tensor } from "@wengert/autograd";

/** Of an angle in radians, float64. */
export function sinCos(angle: number): [sine: number, cosine: number] {
  const x = tensor(angle, { dtype: "float64" });
  return [x.sin().item(), x.cos().item()];
}

/** Of several at once, which takes no longer than of one. */
export function sinCosOfAll(angles: readonly number[]): [sine: number, cosine: number][] {
  const x = tensor(angles, { dtype: "float64" });
  const [sines, cosines] = [x.sin().toTypedArray(), x.cos().toTypedArray()];
  return angles.map((_, i) => [sines[i]!, cosines[i]!]);
}

/** Of an angle in degrees. */
export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
