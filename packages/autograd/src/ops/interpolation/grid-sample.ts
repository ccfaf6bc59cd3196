/** Sampling at places of one's own: spatial transformers (Jaderberg et al., 2015). Made of other ops, so smooth to any order. */
import { tensor } from "../../create.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { type Shape, show, sizeOf } from "../../shape.js";
import { matmul } from "../contraction.js";
import { checkFloat } from "../elementwise/floating.js";
import {
  add,
  div,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  mul,
  neg,
  sub,
  to,
  where,
} from "../elementwise.js";
import { gather } from "../indexing.js";
import { expand, reshape, select, transpose, unsqueeze } from "../layout.js";
import { floor, remainder, round } from "../rounding.js";

export interface GridSampleOptions {
  /** As in `interpolate`: by lines along each axis (the default), the nearest place, or, for planes, by cubic convolution. */
  readonly mode?: "bilinear" | "nearest" | "bicubic";
  /** What lies outside: zeros (the default), the nearest place inside, or a reflection at the ends. */
  readonly paddingMode?: "zeros" | "border" | "reflection";
  /** Whether −1 and 1 mean the first and last place; else the outer ends of their cells. False by default. */
  readonly alignCorners?: boolean;
}

/** Places along one axis that a result is made of, each [N, 1, Q]. All axes have masks, or none has; so with weights. */
interface Tap {
  /** int32, inside. */
  readonly place: Tensor;
  /** Whether it was inside; undefined where all are. */
  readonly inside: Tensor | undefined;
  /** Undefined for 1. */
  readonly weight: Tensor | undefined;
}

/**
 * The numbers of `x` at the places that `grid` tells, from −1 to 1 along each axis, with a gradient for both.
 *
 * The gradient by a place is that of the piece between two places on which it lies, and 0 where a place was moved to the
 * border. With `nearest` it is 0.
 *
 * @param x [N, C, H, W] or [N, C, D, H, W]
 * @param grid [N, Hₒ, Wₒ, 2] or [N, Dₒ, Hₒ, Wₒ, 3] of the dtype of `x`; along its last axis the place along W, H and D
 * @returns [N, C, Hₒ, Wₒ] or [N, C, Dₒ, Hₒ, Wₒ]
 * @throws ShapeError if the shapes do not fit, DTypeError if the dtypes differ, ArgumentError for `bicubic` over volumes
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  const { mode = "bilinear" } = options;
  checkGrid(x, grid, mode);
  const [batch, channels, ...sizes] = x.shape;
  const axes = sizes.length;
  const out = grid.shape.slice(1, -1);
  const places = reshape(grid, [batch, sizeOf(out), axes]);
  const numbers = reshape(x, [batch, channels, sizeOf(sizes)]);
  const taps = sizes.map((size, axis) => {
    const normal = unsqueeze(select(places, axes - 1 - axis, { axis: 2 }), 1);
    return tapsOf(placeOf(normal, size, options), size, mode, options);
  });
  const shape = [batch, channels, sizeOf(out)];
  let result: Tensor | undefined;
  for (const [first, ...others] of combinations(taps)) {
    let { place, inside, weight } = first;
    for (const [i, tap] of others.entries()) {
      place = add(mul(place, sizes[i + 1]), tap.place);
      inside = inside && logicalAnd(inside, tap.inside!);
      weight = weight && mul(weight, tap.weight!);
    }
    let part = gather(numbers, expand(place, shape), { axis: 2 });
    // A choice, because a product would let what is not finite through.
    if (inside !== undefined) part = where(inside, part, 0);
    if (weight !== undefined) part = mul(part, weight);
    result = result === undefined ? part : add(result, part);
  }
  return reshape(result!, [batch, channels, ...out]);
}

function checkGrid(x: Tensor, grid: Tensor, mode: string): void {
  const axes = x.rank - 2;
  if (axes !== 2 && axes !== 3)
    throw new ShapeError(
      `gridSample: x is ${show(x.shape)}, with ${x.rank} axes; it must be [N, C, H, W] or [N, C, D, H, W]`,
    );
  if (grid.rank !== x.rank || grid.shape[0] !== x.shape[0] || grid.shape.at(-1) !== axes)
    throw new ShapeError(
      `gridSample: x is ${show(x.shape)} and the grid is ${show(grid.shape)}; the grid must have as many axes, ${x.shape[0]} along the first and ${axes} along the last`,
    );
  const axis = x.shape.indexOf(0, 2);
  if (axis >= 0)
    throw new ShapeError(
      `gridSample: axis ${axis} of x, which is ${show(x.shape)}, has size 0; there is nothing to sample`,
    );
  if (x.dtype !== grid.dtype)
    throw new DTypeError(
      `gridSample: x is ${x.dtype} and the grid is ${grid.dtype}; convert one of them with to()`,
    );
  checkFloat("gridSample", x);
  if (mode === "bicubic" && axes === 3)
    throw new ArgumentError(
      `gridSample: x is ${show(x.shape)}, a volume, and the mode bicubic is for planes; choose bilinear`,
    );
}

/** From −1…1 to 0…size − 1. */
function placeOf(normal: Tensor, size: number, { alignCorners = false }: GridSampleOptions): Tensor {
  return alignCorners ? mul(div(add(normal, 1), 2), size - 1) : div(sub(mul(add(normal, 1), size), 1), 2);
}

/** Places moved inside, if that is asked for. */
function padded(
  place: Tensor,
  size: number,
  { paddingMode, alignCorners = false }: GridSampleOptions,
): Tensor {
  if (paddingMode === "border") return clip(place, size);
  if (paddingMode !== "reflection") return place;
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return mul(place, 0);
  const distance = sub(place, low);
  const away = where(less(distance, 0), neg(distance), distance);
  const rest = remainder(away, span);
  const odd = remainder(floor(div(away, span)), 2);
  return clip(add(where(odd, sub(span, rest), rest), low), size);
}

/** Without a gradient at the ends and beyond. */
function clip(place: Tensor, size: number): Tensor {
  return where(lessEqual(place, 0), 0, where(greaterEqual(place, size - 1), size - 1, place));
}

function tapsOf(
  place: Tensor,
  size: number,
  mode: "bilinear" | "nearest" | "bicubic",
  options: GridSampleOptions,
): readonly Tap[] {
  const tap = (at: Tensor, weight?: Tensor): Tap => {
    const inside = logicalAnd(greaterEqual(at, 0), lessEqual(at, size - 1));
    const always = options.paddingMode === "border" || options.paddingMode === "reflection";
    return { place: to(clip(at, size), "int32"), inside: always ? undefined : inside, weight };
  };
  if (mode === "nearest") return [tap(round(padded(place, size, options)))];
  if (mode === "bilinear") {
    const moved = padded(place, size, options);
    const first = floor(moved);
    const part = sub(moved, first);
    return [tap(first, sub(1, part)), tap(add(first, 1), part)];
  }
  const first = floor(place);
  const part = sub(place, first);
  return [far(add(part, 1)), near(part), near(sub(1, part)), far(sub(2, part))].map((weight, k) =>
    tap(padded(add(first, k - 1), size, options), weight),
  );
}

// Cubic convolution with a = −0.75, as in interpolate.
const a = -0.75;
const near = (t: Tensor): Tensor => add(mul(mul(sub(mul(t, a + 2), a + 3), t), t), 1);
const far = (t: Tensor): Tensor => sub(mul(add(mul(sub(mul(t, a), 5 * a), t), 8 * a), t), 4 * a);

/** One tap of each axis, in all ways. */
function combinations(taps: readonly (readonly Tap[])[]): readonly (readonly Tap[])[] {
  return taps.reduce<readonly (readonly Tap[])[]>(
    (chosen, each) => chosen.flatMap((before) => each.map((tap) => [...before, tap])),
    [[]],
  );
}

export interface AffineGridOptions {
  /** As in `gridSample`. False by default. */
  readonly alignCorners?: boolean;
}

/**
 * A grid for `gridSample`: the places of all numbers of an image, moved by affine maps.
 *
 * @param theta [N, 2, 3] or [N, 3, 4], floats: a matrix for each image, and in its last column what is added
 * @param size of the image: [N, C, H, W] or [N, C, D, H, W]
 * @returns [N, H, W, 2] or [N, D, H, W, 3]
 * @throws ShapeError if the shapes do not fit, DTypeError if `theta` is no float
 */
export function affineGrid(
  theta: Tensor,
  size: Shape,
  { alignCorners = false }: AffineGridOptions = {},
): Tensor {
  const axes = size.length - 2;
  const { shape, dtype } = theta;
  checkFloat("affineGrid", theta, "theta");
  if (
    (axes !== 2 && axes !== 3) ||
    shape.length !== 3 ||
    shape[0] !== size[0] ||
    shape[1] !== axes ||
    shape[2] !== axes + 1
  )
    throw new ShapeError(
      `affineGrid: theta is ${show(shape)} and the size ${show(size)}; they must be [N, 2, 3] and [N, C, H, W], or [N, 3, 4] and [N, C, D, H, W]`,
    );
  const sizes = size.slice(2);
  const wrong = sizes.find((length) => !Number.isInteger(length) || length < 1);
  if (wrong !== undefined)
    throw new ArgumentError(
      `affineGrid: the size ${show(size)} has the length ${wrong}; lengths must be integers, 1 or more`,
    );
  const places = tensor(homogeneous(sizes, alignCorners), { shape: [sizeOf(sizes), axes + 1], dtype });
  return reshape(matmul(places, transpose(theta)), [size[0], ...sizes, axes]);
}

/** The places of an image, last axis first, and a one after each. */
function homogeneous(sizes: Shape, alignCorners: boolean): Float64Array {
  const axes = sizes.length;
  const rows = new Float64Array(sizeOf(sizes) * (axes + 1));
  for (let i = 0; i < sizeOf(sizes); i++) {
    let rest = i;
    for (let k = 0; k < axes; k++) {
      const length = sizes[axes - 1 - k];
      const place = rest % length;
      rest = Math.floor(rest / length);
      rows[i * (axes + 1) + k] = normalPlace(place, length, alignCorners);
    }
    rows[i * (axes + 1) + axes] = 1;
  }
  return rows;
}

function normalPlace(place: number, length: number, alignCorners: boolean): number {
  if (alignCorners) return length === 1 ? 0 : (2 * place) / (length - 1) - 1;
  return (2 * place + 1) / length - 1;
}
