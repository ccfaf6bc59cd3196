/** Sine and cosine of one angle, the same on every engine. */
import { cos, noGrad, sin, tensor } from "@wengert/autograd";

/** Of an angle in radians, float64. */
export function sinCos(angle: number): [sine: number, cosine: number] {
  return noGrad(() => {
    const x = tensor(angle, { dtype: "float64" });
    return [sin(x).item(), cos(x).item()];
  });
}

/** Of an angle in degrees. */
export function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
