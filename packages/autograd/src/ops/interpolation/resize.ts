/** Resizing: images, signals and volumes at another resolution. */

import { defineOp } from "../../definition.js";
import { ArgumentError, ShapeError } from "../../errors.js";
import type { Op, Spec, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/resize.js";
import { type Shape, show } from "../../shape.js";
import { apply } from "../../tape.js";
import { floating } from "../elementwise/floating.js";
import { adaptiveAvgPoolOp } from "../pooling/average.js";
import { eachAxis, type PerAxis, perAxis } from "../windows/window-axes.js";

function resized(name: string, { shape, dtype }: Spec, axis: number, before: number, after: number): Spec {
  if (shape[axis] !== before)
    throw new ShapeError(
      `${name}: axis ${axis} of x, which is ${show(shape)}, has size ${shape[axis]}; it must be ${before}`,
    );
  return { shape: shape.with(axis, after), dtype };
}

/** Resizes one axis: what all modes but `area` are made of, an axis after the other. */
export const resizeAxisOp: Op<kernels.Resize> = defineOp({
  name: "resizeAxis",
  inputs: ["x"],
  infer: ([x], { axis, from, to: length }: kernels.Resize) => [resized("resizeAxis", x, axis, from, length)],
  kernel: ([x], [out], resize) => kernels.resizeAxis(x, out, resize),
  linear: ["x"],
  vjp: { x: ({ g }, resize) => apply(resizeAxisAdjointOp, [g], resize) },
});

/** Gives each number to the places it would be made of: the adjoint of `resizeAxisOp`. */
export const resizeAxisAdjointOp: Op<kernels.Resize> = defineOp({
  name: "resizeAxisAdjoint",
  inputs: ["x"],
  infer: ([x], { axis, from, to: length }: kernels.Resize) => [
    resized("resizeAxisAdjoint", x, axis, length, from),
  ],
  kernel: ([x], [out], resize) => kernels.resizeAxisAdjoint(x, out, resize),
  linear: ["x"],
  vjp: { x: ({ g }, resize) => apply(resizeAxisOp, [g], resize) },
});

/** How numbers between those that are given are made. */
export type InterpolateMode =
  | "nearest"
  | "nearest-exact"
  | "linear"
  | "bilinear"
  | "bicubic"
  | "trilinear"
  | "area";

export interface InterpolateOptions {
  /** The lengths of the spatial axes: one for all, or one for each. This or `scaleFactor`. */
  readonly size?: PerAxis;
  /** What the lengths of the spatial axes are multiplied by, and then rounded down: one for all, or one for each. */
  readonly scaleFactor?: PerAxis;
  /**
   * - `nearest` (the default): the place before, `⌊i · from/to⌋`;
   * - `nearest-exact`: the nearest place, `⌊(i + ½) · from/to⌋`;
   * - `linear`, `bilinear`, `trilinear`: by straight lines along 1, 2 or 3 axes;
   * - `bicubic`: by cubic convolution along 2 axes (Keys, 1981, with a = −0.75);
   * - `area`: the mean of the places that are covered, as `adaptiveAvgPool2d`.
   */
  readonly mode?: InterpolateMode;
  /**
   * For the linear and cubic modes: whether the first and last numbers keep their places at the ends. False by default:
   * numbers stand for cells, and the ends of the outer cells stay.
   */
  readonly alignCorners?: boolean;
  /**
   * With `scaleFactor`: whether places follow from the lengths, as if `size` had been given, and not from the factor. They
   * differ where a length was rounded. False by default.
   */
  readonly recomputeScaleFactor?: boolean;
}

/** How many axes a mode works along; undefined for any number. */
const axesOf: Readonly<Record<InterpolateMode, number | undefined>> = {
  nearest: undefined,
  "nearest-exact": undefined,
  area: undefined,
  linear: 1,
  bilinear: 2,
  bicubic: 2,
  trilinear: 3,
};

/**
 * `x` at another resolution: its spatial axes with other lengths. Integers stay what they are in the nearest modes, and give
 * the default float in others.
 *
 * @param x [N, C, L], [N, C, H, W] or [N, C, D, H, W]
 * @throws ShapeError if `x` has other axes than the mode wants, or no numbers along one; ArgumentError for options that
 *   make no sense or do not go together
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const { mode = "nearest", alignCorners, recomputeScaleFactor = false } = options;
  const count = x.rank - 2;
  checkMode(x.shape, mode, alignCorners);
  const from = x.shape.slice(2);
  const { size, factors } = sizeAndFactors(from, options);
  if (mode === "area") return apply(adaptiveAvgPoolOp, [floating(x)], { outputSize: size });
  const exact = mode === "nearest" || mode === "nearest-exact";
  const kind = exact ? mode : mode === "bicubic" ? "cubic" : "linear";
  let result = exact ? x : floating(x);
  for (let i = 0; i < count; i++) {
    const scale = factors === null || recomputeScaleFactor ? null : 1 / factors[i];
    // A line through the numbers meets them, whatever the factor was: PyTorch sees it so too.
    if (from[i] === size[i] && (scale === null || kind === "linear")) continue;
    result = apply(resizeAxisOp, [result], {
      axis: 2 + i,
      from: from[i],
      to: size[i],
      mode: kind,
      alignCorners: alignCorners ?? false,
      scale,
    });
  }
  return result;
}

function checkMode(x: Shape, mode: InterpolateMode, alignCorners: boolean | undefined): void {
  // From JavaScript any word may come.
  if (!Object.hasOwn(axesOf, mode))
    throw new ArgumentError(
      `interpolate: there is no mode ${String(mode)}; use one of ${Object.keys(axesOf).join(", ")}`,
    );
  const count = x.length - 2;
  if (count < 1 || count > 3)
    throw new ShapeError(
      `interpolate: x is ${show(x)}, with ${x.length} axes; it must be [N, C, L], [N, C, H, W] or [N, C, D, H, W]`,
    );
  const wanted = axesOf[mode];
  if (wanted !== undefined && wanted !== count)
    throw new ShapeError(
      `interpolate: x is ${show(x)}, with ${count} spatial axes, and the mode ${mode} is for ${wanted}; choose ${["linear", "bilinear", "trilinear"][count - 1]}`,
    );
  if (wanted === undefined && alignCorners !== undefined)
    throw new ArgumentError(
      `interpolate: alignCorners is given with the mode ${mode}; it is for the linear and cubic modes alone`,
    );
  const axis = x.indexOf(0, 2);
  if (axis >= 0)
    throw new ShapeError(
      `interpolate: axis ${axis} of x, which is ${show(x)}, has size 0; there is nothing to resize`,
    );
}

function sizeAndFactors(
  from: Shape,
  { size, scaleFactor, recomputeScaleFactor = false }: InterpolateOptions,
): { readonly size: readonly number[]; readonly factors: readonly number[] | null } {
  if ((size === undefined) === (scaleFactor === undefined))
    throw new ArgumentError(
      `interpolate: ${size === undefined ? "neither size nor scaleFactor is" : "both size and scaleFactor are"} given; give one of them`,
    );
  if (size !== undefined && recomputeScaleFactor)
    throw new ArgumentError("interpolate: recomputeScaleFactor is given with size; it goes with scaleFactor");
  if (scaleFactor !== undefined) {
    const factors = eachAxis("interpolate", "scaleFactor", scaleFactor, from.length);
    const wrong = factors.find((factor) => !(Number.isFinite(factor) && factor > 0));
    if (wrong !== undefined)
      throw new ArgumentError(`interpolate: the scaleFactor is ${wrong}; it must be a finite number above 0`);
    const lengths = from.map((length, i) => Math.floor(length * factors[i]));
    const axis = lengths.indexOf(0);
    if (axis >= 0)
      throw new ArgumentError(
        `interpolate: the scaleFactor ${factors[axis]} leaves nothing of axis ${axis + 2}, which has size ${from[axis]}; choose a larger one, or give the size`,
      );
    return { size: lengths, factors };
  }
  return { size: perAxis("interpolate", "size", size!, from.length, 1), factors: null };
}
