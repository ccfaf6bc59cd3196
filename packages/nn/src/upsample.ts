/** Resizing as a layer. */
import { type InterpolateOptions, interpolate, type Tensor } from "@wengert/autograd";
import { Module } from "./module.js";
import { showOptions } from "./pooling/windowed.js";

/**
 * The input at another resolution, see `interpolate`: with `size` or `scaleFactor`, and `mode` nearest, linear, bilinear,
 * bicubic or trilinear. Nearest is
 *
 *   y[n, c, t] = x[n, c, ⌊t · L / L'⌋]
 *
 * x: [N, C, L], [N, C, H, W] or [N, C, D, H, W]   y: the same with other lengths in space
 *
 * @throws in `forward` ShapeError for other shapes
 */
export class Upsample extends Module {
  constructor(readonly options: InterpolateOptions) {
    super();
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  protected override describe(): string {
    return showOptions(this.options);
  }
}
