/** Samples of the ops in ops/interpolation.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/interpolation.js";
import type { Shape } from "../src/shape.js";
import { apply } from "../src/tape.js";
import {
  type AnyOpSamples,
  type Domain,
  domains,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  type NotApplicable,
  nan,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

const noAxis: NotApplicable = { notApplicable: "it works along an axis, and a 0-d tensor has none" };
const one: NotApplicable = { notApplicable: "it has one operand" };

interface ResizeOptions {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly mode: "nearest" | "nearest-exact" | "linear" | "cubic";
  readonly alignCorners?: boolean;
  readonly scale?: number;
}

interface Change extends Omit<ResizeOptions, "axis"> {
  readonly axis?: number;
}

/** Samples of the op (`of` "from") or its adjoint (`of` "to"): of which length along the axis its operand is. */
function resizing(of: "from" | "to"): AnyOpSamples {
  /** An operand that fits, of the axes `others` and the one that changes. */
  const sample = (
    others: readonly [before: Shape, after: Shape],
    { axis = others[0].length, ...change }: Change,
    x: Partial<TensorInput> = {},
  ): { inputs: [TensorInput]; options: ResizeOptions } => ({
    inputs: [{ shape: [...others[0], change[of], ...others[1]], ...x }],
    options: { axis, ...change },
  });
  const op = of === "from" ? ops.resizeAxisOp : ops.resizeAxisAdjointOp;
  return samplesOf<[Tensor], ResizeOptions>({
    call: ([x], { alignCorners = false, scale, ...options }) =>
      apply(op, [x], { alignCorners, scale: scale ?? null, ...options }),
    domains,
    scalar: noAxis,
    empty: [
      sample([[0], []], { from: 3, to: 5, mode: "linear" }),
      sample([[2, 0], [3]], { from: 3, to: 2, mode: "nearest" }),
      sample([[2], [0]], { from: 3, to: 5, mode: "cubic" }),
    ],
    one: [
      sample([[], []], { from: 1, to: 1, mode: "linear" }),
      sample([[1], []], { from: 1, to: 3, mode: "linear" }),
      sample([[1], [1]], { from: 3, to: 1, mode: "linear", alignCorners: true }),
      sample([[2], []], { from: 1, to: 4, mode: "cubic" }),
    ],
    highRank: [
      sample([[2, 1], [2]], { from: 3, to: 4, mode: "linear" }),
      sample([[1, 2, 2], [1]], { from: 2, to: 5, mode: "cubic" }),
    ],
    long: [
      sample([[], []], { from: 37, to: 41, mode: "linear" }),
      sample([[3], []], { from: 14, to: 33, mode: "nearest-exact" }),
      sample([[], [9]], { from: 5, to: 7, mode: "cubic" }),
    ],
    transposed: [
      sample([[2], [2]], { from: 3, to: 5, mode: "linear" }, { layout: "transposed" }),
      sample([[3], []], { from: 4, to: 3, mode: "cubic" }, { layout: "transposed" }),
    ],
    negativeStep: [sample([[2], [2]], { from: 3, to: 5, mode: "linear" }, { layout: "negative step" })],
    offset: [sample([[2], [2]], { from: 3, to: 5, mode: "nearest" }, { layout: "offset" })],
    expanded: [sample([[2], [2]], { from: 3, to: 5, mode: "linear" }, { layout: "expanded" })],
    broadcast: one,
    shared: one,
    options: {
      axis: [sample([[], [2, 2]], { from: 2, to: 3, mode: "linear" })],
      from: [sample([[2], []], { from: 7, to: 3, mode: "linear" })],
      to: [sample([[2], []], { from: 3, to: 8, mode: "linear" })],
      mode: [
        sample([[2], []], { from: 3, to: 7, mode: "nearest" }),
        sample([[2], []], { from: 7, to: 3, mode: "nearest-exact" }),
        sample([[2], []], { from: 5, to: 3, mode: "cubic" }),
      ],
      alignCorners: [
        sample([[2], []], { from: 4, to: 6, mode: "linear", alignCorners: true }),
        sample([[2], []], { from: 5, to: 3, mode: "cubic", alignCorners: true }),
      ],
      scale: [
        sample([[2], []], { from: 3, to: 6, mode: "linear", scale: 1 / 2.3 }),
        sample([[2], []], { from: 5, to: 3, mode: "nearest", scale: 1 / 0.7 }),
        {
          ...sample([[2], []], { from: 3, to: 6, mode: "nearest", scale: 1 / 2.3 }),
          unlikePyTorch:
            "where the length doubles its gradient goes to other places than its values come from",
        },
        sample([[2], []], { from: 5, to: 3, mode: "nearest-exact", scale: 1 / 0.7 }),
        sample([[2], []], { from: 5, to: 3, mode: "cubic", scale: 1 / 0.7 }),
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        ...sample(
          [[], []],
          { from: 5, to: 5, mode: "nearest" },
          { values: [1, nan, infinite, -infinite, -0] },
        ),
        kink: "special values",
      },
      {
        ...sample(
          [[], []],
          { from: 3, to: 5, mode: "linear", alignCorners: true },
          { values: of === "from" ? [1, nan, infinite] : [1, nan, 2, infinite, -infinite] },
        ),
        kink: "special values",
      },
    ],
    integers:
      of === "to"
        ? { notApplicable: "only a derivative rule calls it, with floats" }
        : [
            sample([[2], []], { from: 3, to: 5, mode: "nearest" }, { dtype: "int32" }),
            sample([[2], []], { from: 3, to: 2, mode: "nearest-exact" }, { dtype: "uint8" }),
          ],
    errors: [
      {
        inputs: [float([2, 4])],
        options: { axis: 1, from: 3, to: 3, mode: "linear" },
        error: ShapeError,
        message: /^resizeAxis(Adjoint)?: axis 1 of x, which is \[2, 4\], has size 4; it must be 3$/,
      },
    ],
  });
}

export const samples: SamplesOfFamily<typeof ops> = {
  resizeAxis: resizing("from"),
  resizeAxisAdjoint: resizing("to"),
};

// Away from the ends of all cells of axes of 2 to 5, where the gradient by a place jumps.
const places: Domain = { low: -1.4, high: 1.4, avoid: [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1] };

const image = float([1, 2, 3, 4]);
const volume = float([2, 1, 2, 3, 2]);
// Small, because samples of places are made of many steps.
const grid = float([1, 1, 2, 2]);
const plane = float([1, 1, 2, 3]);
const place = float([1, 1, 1, 2]);
const box = float([1, 1, 2, 3, 2]);
const boxGrid = float([1, 1, 1, 2, 3]);

export const helpers: HelpersOfFamily<typeof ops> = {
  interpolate: helperSamplesOf<[Tensor], ops.InterpolateOptions>({
    call: ([x], options) => ops.interpolate(x, options),
    domains,
    samples: [
      { inputs: [float([2, 2, 3])], options: { size: 5 } },
      { inputs: [image], options: { size: [5, 2] } },
      { inputs: [float([0, 2, 3])], options: { size: 5, mode: "linear" } },
      { inputs: [float([2, 1, 3, 2], "transposed")], options: { size: [2, 5], mode: "bilinear" } },
      { inputs: [{ shape: [1, 2, 3], dtype: "int32" }], options: { size: 7 } },
      { inputs: [{ shape: [1, 2, 3], dtype: "uint8" }], options: { size: 4, mode: "linear" } },
      {
        inputs: [{ shape: [1, 1, 3], values: [1, nan, infinite] }],
        options: { size: 5, mode: "linear", alignCorners: true },
        kink: "NaN",
      },
    ],
    options: {
      size: [{ inputs: [volume], options: { size: [3, 2, 4] } }],
      scaleFactor: [
        { inputs: [image], options: { scaleFactor: 2 } },
        { inputs: [image], options: { scaleFactor: [1.7, 0.6], mode: "bilinear" } },
        { inputs: [volume], options: { scaleFactor: [1, 1.5, 0.5] } },
        { inputs: [float([1, 2, 3])], options: { scaleFactor: 1.2, mode: "linear" } },
        { inputs: [float([1, 2, 3])], options: { scaleFactor: 1.2, mode: "nearest-exact" } },
      ],
      mode: [
        { inputs: [image], options: { size: [4, 7], mode: "nearest-exact" } },
        { inputs: [float([2, 2, 3])], options: { size: 7, mode: "linear" } },
        { inputs: [image], options: { size: [4, 3], mode: "bilinear" } },
        { inputs: [image], options: { size: [5, 3], mode: "bicubic" } },
        { inputs: [image], options: { scaleFactor: [1.4, 0.8], mode: "bicubic" } },
        { inputs: [volume], options: { size: [3, 2, 4], mode: "trilinear" } },
        { inputs: [image], options: { size: [2, 3], mode: "area" } },
        { inputs: [volume], options: { scaleFactor: 1.5, mode: "area" } },
      ],
      alignCorners: [
        { inputs: [float([2, 2, 3])], options: { size: 7, mode: "linear", alignCorners: true } },
        { inputs: [image], options: { size: [4, 3], mode: "bilinear", alignCorners: true } },
        { inputs: [image], options: { size: [5, 3], mode: "bicubic", alignCorners: true } },
        { inputs: [volume], options: { scaleFactor: [1.5, 1.4, 2], mode: "trilinear", alignCorners: true } },
      ],
      recomputeScaleFactor: [
        {
          inputs: [image],
          options: { scaleFactor: [1.5, 0.6], mode: "bilinear", recomputeScaleFactor: true },
        },
        { inputs: [float([2, 2, 3])], options: { scaleFactor: 2.3, recomputeScaleFactor: true } },
      ],
    },
    errors: [
      {
        inputs: [float([2, 3])],
        options: { size: 2 },
        error: ShapeError,
        message: /^interpolate: x is \[2, 3\], with 2 axes; it must be \[N, C, L\], /,
      },
      {
        inputs: [image],
        options: { size: 2, mode: "linear" },
        error: ShapeError,
        message:
          /^interpolate: x is \[1, 2, 3, 4\], with 2 spatial axes, and the mode linear is for 1; choose bilinear$/,
      },
      {
        inputs: [image],
        options: { size: 2, alignCorners: true },
        error: ArgumentError,
        message:
          /^interpolate: alignCorners is given with the mode nearest; it is for the linear and cubic modes alone$/,
      },
      {
        inputs: [float([1, 2, 3, 0])],
        options: { size: 2 },
        error: ShapeError,
        message:
          /^interpolate: axis 3 of x, which is \[1, 2, 3, 0\], has size 0; there is nothing to resize$/,
      },
      {
        inputs: [image],
        options: { size: 2, mode: "cubic" as "bicubic" },
        error: ArgumentError,
        message:
          /^interpolate: there is no mode cubic; use one of nearest, nearest-exact, area, linear, bilinear, bicubic, trilinear$/,
      },
      {
        inputs: [image],
        options: {},
        error: ArgumentError,
        message: /^interpolate: neither size nor scaleFactor is given; give one of them$/,
      },
      {
        inputs: [image],
        options: { size: 2, scaleFactor: 2 },
        error: ArgumentError,
        message: /^interpolate: both size and scaleFactor are given; give one of them$/,
      },
      {
        inputs: [image],
        options: { size: 2, recomputeScaleFactor: true },
        error: ArgumentError,
        message: /^interpolate: recomputeScaleFactor is given with size; it goes with scaleFactor$/,
      },
      {
        inputs: [image],
        options: { size: [2, 2, 2] },
        error: ArgumentError,
        message: /^interpolate: the size \[2, 2, 2\] has 3 numbers; /,
      },
      {
        inputs: [image],
        options: { size: [2, 0] },
        error: ArgumentError,
        message: /^interpolate: the size is 0; it must be an integer, 1 or more$/,
      },
      {
        inputs: [image],
        options: { scaleFactor: -1 },
        error: ArgumentError,
        message: /^interpolate: the scaleFactor is -1; it must be a finite number above 0$/,
      },
      {
        inputs: [image],
        options: { scaleFactor: [0.3, 2] },
        error: ArgumentError,
        message: /^interpolate: the scaleFactor 0.3 leaves nothing of axis 2, which has size 3; /,
      },
    ],
  }),
  gridSample: helperSamplesOf<[Tensor, Tensor], ops.GridSampleOptions>({
    call: ([x, at], options) => ops.gridSample(x, at, options),
    domains: [domains[0], places],
    samples: [
      { inputs: [image, grid] },
      { inputs: [box, boxGrid] },
      { inputs: [float([2, 1, 3, 2], "transposed"), float([2, 2, 1, 2], "negative step")] },
      { inputs: [float([0, 2, 3, 4]), float([0, 1, 2, 2])], unlikePyTorch: "it refuses an empty batch" },
      {
        inputs: [
          { shape: [1, 1, 2, 3], values: [1, 2, 3, 4, 5, nan] },
          { shape: [1, 1, 4, 2], values: [-1, -1, 0, 0, -0.5, 0.25, 9, 9] },
        ],
        options: { alignCorners: true },
        kink: "places of numbers, NaN beyond",
      },
    ],
    options: {
      mode: [
        { inputs: [plane, grid], options: { mode: "nearest" } },
        { inputs: [box, boxGrid], options: { mode: "nearest", paddingMode: "reflection" } },
        { inputs: [plane, place], options: { mode: "bicubic" } },
        { inputs: [plane, place], options: { mode: "bicubic", paddingMode: "border", alignCorners: true } },
        { inputs: [plane, place], options: { mode: "bicubic", paddingMode: "reflection" } },
      ],
      paddingMode: [
        { inputs: [plane, grid], options: { paddingMode: "border" } },
        { inputs: [plane, grid], options: { paddingMode: "reflection" } },
        { inputs: [plane, grid], options: { paddingMode: "reflection", alignCorners: true } },
        { inputs: [box, boxGrid], options: { paddingMode: "border" } },
        {
          inputs: [float([1, 1, 1, 3]), float([1, 1, 3, 2])],
          options: { paddingMode: "reflection", alignCorners: true },
        },
      ],
      alignCorners: [
        { inputs: [plane, grid], options: { alignCorners: true } },
        { inputs: [box, boxGrid], options: { alignCorners: true } },
      ],
    },
    errors: [
      {
        inputs: [float([2, 3, 4]), float([2, 1, 2])],
        error: ShapeError,
        message:
          /^gridSample: x is \[2, 3, 4\], with 3 axes; it must be \[N, C, H, W\] or \[N, C, D, H, W\]$/,
      },
      {
        inputs: [image, float([2, 2, 2, 2])],
        error: ShapeError,
        message:
          /^gridSample: x is \[1, 2, 3, 4\] and the grid is \[2, 2, 2, 2\]; the grid must have as many axes, 1 along the first and 2 along the last$/,
      },
      {
        inputs: [image, float([1, 2, 2, 3])],
        error: ShapeError,
        message: /^gridSample: x is \[1, 2, 3, 4\] and the grid is \[1, 2, 2, 3\]; /,
      },
      {
        inputs: [float([1, 2, 0, 4]), grid],
        error: ShapeError,
        message: /^gridSample: axis 2 of x, which is \[1, 2, 0, 4\], has size 0; there is nothing to sample$/,
      },
      {
        inputs: [{ shape: [1, 2, 3, 4], dtype: "int32" }, grid],
        error: DTypeError,
        message: /^gridSample: x is int32 and the grid is float32; convert one of them with to\(\)$/,
      },
      {
        inputs: [
          { shape: [1, 2, 3, 4], dtype: "int32" },
          { shape: [1, 2, 3, 2], dtype: "int32" },
        ],
        error: DTypeError,
        message: /^gridSample: x is int32; it must be a float, convert it with to\("float32"\)$/,
      },
      {
        inputs: [box, boxGrid],
        options: { mode: "bicubic" },
        error: ArgumentError,
        message:
          /^gridSample: x is \[1, 1, 2, 3, 2\], a volume, and the mode bicubic is for planes; choose bilinear$/,
      },
    ],
  }),
  affineGrid: helperSamplesOf<[Tensor], { readonly size: Shape; readonly alignCorners?: boolean }>({
    call: ([theta], { size, ...options }) => ops.affineGrid(theta, size, options),
    domains,
    samples: [
      { inputs: [float([2, 2, 3])], options: { size: [2, 1, 3, 4] } },
      { inputs: [float([1, 3, 4])], options: { size: [1, 2, 2, 3, 1] } },
    ],
    options: {
      size: [{ inputs: [float([1, 2, 3])], options: { size: [1, 5, 1, 2] } }],
      alignCorners: [
        { inputs: [float([2, 2, 3])], options: { size: [2, 1, 3, 4], alignCorners: true } },
        { inputs: [float([1, 3, 4])], options: { size: [1, 2, 2, 3, 1], alignCorners: true } },
      ],
    },
    errors: [
      {
        inputs: [float([2, 3, 3])],
        options: { size: [2, 1, 3, 4] },
        error: ShapeError,
        message:
          /^affineGrid: theta is \[2, 3, 3\] and the size \[2, 1, 3, 4\]; they must be \[N, 2, 3\] and \[N, C, H, W\], or /,
      },
      {
        inputs: [float([1, 2, 3])],
        options: { size: [1, 1, 0, 4] },
        error: ArgumentError,
        message:
          /^affineGrid: the size \[1, 1, 0, 4\] has the length 0; lengths must be integers, 1 or more$/,
      },
      {
        inputs: [{ shape: [1, 2, 3], dtype: "int32" }],
        options: { size: [1, 1, 2, 2] },
        error: DTypeError,
        message: /^affineGrid: theta is int32; it must be a float, convert it with to\("float32"\)$/,
      },
    ],
  }),
};
