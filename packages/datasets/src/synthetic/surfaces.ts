/** Functions of a few numbers, to be fitted. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import { checkNumbers } from "../requirements.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

/** A function, and where it is looked at: on each axis from `low` to `high`. */
export interface Surface {
  readonly inputs: number;
  readonly low: number;
  readonly high: number;
  /** @param x as many numbers as `inputs`, or more */
  readonly value: (x: ArrayLike<number>) => number;
}

export type SurfaceName = "plane" | "saddle" | "ripple" | "peaks" | "franke" | "friedman1";

/**
 * The surfaces of {@link regressionSurface}. The deviation of the values is given, for comparison with noise.
 *
 * - `plane`: ½ + x − 2 y on [−1, 1]²; 1.29
 * - `saddle`: x² − y² on [−1, 1]²; 0.42
 * - `ripple`: sin r / r with r² = x² + y² on [−10, 10]², the sinc that learners of regression are often shown; 0.17
 * - `peaks`: 3 (1−x)² e^(−x²−(y+1)²) − 10 (x/5 − x³ − y⁵) e^(−x²−y²) − ⅓ e^(−(x+1)²−y²) on [−3, 3]², known from MATLAB; 1.9
 * - `franke`: four bells on [0, 1]² (R. Franke: A critical comparison of some methods for interpolation of scattered data.
 *   Naval Postgraduate School, 1979); 0.29
 * - `friedman1`: 10 sin(π x₀ x₁) + 20 (x₂ − ½)² + 10 x₃ + 5 x₄ on [0, 1]¹⁰, whose last five numbers do not count
 *   (J. Friedman: Multivariate adaptive regression splines. Annals of Statistics 19, 1991); 4.9
 */
export const surfaces: Readonly<Record<SurfaceName, Surface>> = {
  plane: over(2, -1, 1, ([x, y]) => 0.5 + x - 2 * y),
  saddle: over(2, -1, 1, ([x, y]) => x * x - y * y),
  ripple: over(2, -10, 10, ([x, y]) => {
    const r = Math.sqrt(x * x + y * y);
    return r === 0 ? 1 : sine(r) / r;
  }),
  peaks: over(2, -3, 3, ([x, y]) => {
    const first = 3 * (1 - x) * (1 - x) * power(-x * x - (y + 1) * (y + 1));
    const second = 10 * (x / 5 - x * x * x - y * y * y * y * y) * power(-x * x - y * y);
    return first - second - power(-(x + 1) * (x + 1) - y * y) / 3;
  }),
  franke: over(2, 0, 1, ([x, y]) => {
    const [u, v] = [9 * x, 9 * y];
    return (
      0.75 * power(-((u - 2) * (u - 2) + (v - 2) * (v - 2)) / 4) +
      0.75 * power(-((u + 1) * (u + 1)) / 49 - (v + 1) / 10) +
      0.5 * power(-((u - 7) * (u - 7) + (v - 3) * (v - 3)) / 4) -
      0.2 * power(-((u - 4) * (u - 4)) - (v - 7) * (v - 7))
    );
  }),
  friedman1: over(10, 0, 1, ([a, b, c, d, e]) => {
    return 10 * sine(Math.PI * a * b) + 20 * (c - 0.5) * (c - 0.5) + 10 * d + 5 * e;
  }),
};

/** The first numbers of a place; a surface reads as many as it has. */
type Numbers = readonly [number, number, number, number, number];

function over(inputs: number, low: number, high: number, f: (x: Numbers) => number): Surface {
  return { inputs, low, high, value: (x) => f(Array.from(x) as unknown as Numbers) };
}

function sine(x: number): number {
  return tensor(x, { dtype: "float64" }).sin().item();
}

/** eˣ */
function power(x: number): number {
  return tensor(x, { dtype: "float64" }).exp().item();
}

export interface RegressionSurfaceOptions extends GeneratedOptions {
  /** Which, `"franke"` by default; see {@link surfaces}. */
  readonly surface?: SurfaceName;
  /** The standard deviation of the normal noise on y, 0.05 by default. */
  readonly noise?: number;
}

/**
 * Points of a surface: pairs of x [D], uniform over where the function is looked at, and y [1], its value there with noise,
 * float32.
 *
 * @throws ArgumentError if there is no such surface, or the noise is negative
 */
export function regressionSurface({
  surface = "franke",
  noise = 0.05,
  ...options
}: RegressionSurfaceOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkNumbers("regressionSurface", { noise }, 0);
  if (!Object.hasOwn(surfaces, surface))
    throw new ArgumentError(
      `regressionSurface: there is no surface ${JSON.stringify(surface)}; there are ${Object.keys(surfaces).join(", ")}`,
    );
  const { inputs, low, high, value } = surfaces[surface];
  return new GeneratedDataset("regressionSurface", options, (draws) => {
    const x = Float32Array.from({ length: inputs }, () => draws.uniform(low, high));
    return [tensor(x), tensor(Float32Array.of(value(x) + noise * draws.normal()))];
  });
}
