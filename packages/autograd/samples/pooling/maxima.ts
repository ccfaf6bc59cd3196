/** Samples of the adjoints of max pooling, which put numbers where the maxima were. */
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/pooling.js";
import type { Shape } from "../../src/shape.js";
import { apply } from "../../src/tape.js";
import {
  type AnyOpSamples,
  domains,
  float,
  infinite,
  type NotApplicable,
  nan,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "../sample.js";
import { noPlane } from "./windows.js";

interface PlaceSliding {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly size: readonly number[];
}

interface PlaceAdaptive {
  readonly outputSize: readonly number[];
  readonly size: readonly number[];
}

const onlyRules: NotApplicable = { notApplicable: "only a derivative rule calls it, with floats" };
const oneFloat: NotApplicable = { notApplicable: "only one of its operands holds numbers" };

/** Indices by their shape. */
function at(shape: Shape, ...values: number[]): TensorInput {
  return { shape, values, dtype: "int32" };
}

/** In each plane of `rows` by 2 windows of 2 by 2 places one after the other, and so on. */
function corners(planes: number, rows: number, columns: number): number[] {
  return Array.from({ length: planes * rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns];
    return (2 * row + (i % 2)) * 2 * columns + 2 * column + (Math.floor(i / 3) % 2);
  });
}

const squares = (rows: number, columns: number): PlaceSliding => ({
  kernelSize: [2, 2],
  stride: [2, 2],
  size: [2 * rows, 2 * columns],
});
const pairs: PlaceSliding = { kernelSize: [2], stride: [2], size: [7] };
const overlapping: PlaceSliding = { kernelSize: [3], stride: [1], size: [5] };

export const maximaSamples: Readonly<Record<"maxPoolAdjoint" | "adaptiveMaxPoolAdjoint", AnyOpSamples>> = {
  maxPoolAdjoint: samplesOf<[Tensor, Tensor], PlaceSliding>({
    call: ([indices, x], { kernelSize, stride, size }) =>
      apply(ops.maxPoolAdjointOp, [indices, x], {
        kernelSize,
        stride,
        padding: kernelSize.map(() => 0),
        dilation: kernelSize.map(() => 1),
        ceilMode: false,
        size,
      }),
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [at([0, 3]), float([0, 3])], options: pairs },
      { inputs: [at([2, 0]), float([2, 0])], options: { ...pairs, size: [1] } },
      { inputs: [at([0, 2, 3]), float([0, 2, 3])], options: squares(2, 3) },
    ],
    one: [
      { inputs: [at([1, 1], 1), float([1, 1])], options: { ...pairs, size: [2] } },
      { inputs: [at([1, 1, 1], 2), float([1, 1, 1])], options: squares(1, 1) },
    ],
    highRank: [
      { inputs: [at([2, 1, 2, 2], ...corners(2, 2, 2)), float([2, 1, 2, 2])], options: squares(2, 2) },
      {
        inputs: [at([1, 2, 1, 1, 2], 0, 3, 4, 7), float([1, 2, 1, 1, 2])],
        options: { kernelSize: [2, 1, 2], stride: [2, 1, 2], size: [2, 1, 4] },
      },
    ],
    long: [
      { inputs: [at([3, 5, 7], ...corners(3, 5, 7)), float([3, 5, 7])], options: squares(5, 7) },
      {
        inputs: [at([1, 33], ...Array.from({ length: 33 }, (_, i) => i + (i % 3))), float([1, 33])],
        options: { ...overlapping, size: [35] },
      },
    ],
    transposed: [
      { inputs: [at([2, 3], 0, 2, 4, 1, 3, 5), float([2, 3], "transposed")], options: pairs },
      {
        inputs: [at([1, 2, 3], ...corners(1, 2, 3)), float([1, 2, 3], "transposed")],
        options: squares(2, 3),
      },
    ],
    negativeStep: [
      {
        inputs: [at([1, 2, 3], ...corners(1, 2, 3)), float([1, 2, 3], "negative step")],
        options: squares(2, 3),
      },
    ],
    offset: [
      { inputs: [at([1, 2, 3], ...corners(1, 2, 3)), float([1, 2, 3], "offset")], options: squares(2, 3) },
    ],
    expanded: [
      { inputs: [at([2, 2, 3], ...corners(2, 2, 3)), float([2, 2, 3], "expanded")], options: squares(2, 3) },
    ],
    broadcast: oneFloat,
    shared: oneFloat,
    options: {
      kernelSize: [{ inputs: [at([1, 2], 2, 4), float([1, 2])], options: { ...pairs, kernelSize: [4] } }],
      stride: [{ inputs: [at([1, 2], 1, 3), float([1, 2])], options: { ...pairs, stride: [3] } }],
      size: [{ inputs: [at([1, 2], 0, 3), float([1, 2])], options: { ...pairs, size: [4] } }],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [at([1, 3], 2, 2, 2), float([1, 3])],
        options: overlapping,
        kink: "several at one place",
      },
      {
        inputs: [at([1, 1, 4], 1, 2, 4, 6), { shape: [1, 1, 4], values: [nan, infinite, -0, 0] }],
        options: squares(1, 4),
        kink: "special values",
      },
    ],
    integers: onlyRules,
    errors: { notApplicable: "only a derivative rule calls it" },
  }),
  adaptiveMaxPoolAdjoint: samplesOf<[Tensor, Tensor], PlaceAdaptive>({
    call: ([indices, x], options) => apply(ops.adaptiveMaxPoolAdjointOp, [indices, x], options),
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [at([0, 2]), float([0, 2])], options: { outputSize: [2], size: [5] } },
      { inputs: [at([2, 0]), float([2, 0])], options: { outputSize: [0], size: [5] } },
    ],
    one: [{ inputs: [at([1, 1], 0), float([1, 1])], options: { outputSize: [1], size: [1] } }],
    highRank: [
      {
        inputs: [at([1, 2, 2, 2], 0, 5, 9, 14, 3, 4, 12, 13), float([1, 2, 2, 2])],
        options: { outputSize: [2, 2], size: [3, 5] },
      },
    ],
    long: [
      {
        inputs: [
          at([1, 38], ...Array.from({ length: 38 }, (_, i) => Math.floor((i * 5) / 38))),
          float([1, 38]),
        ],
        options: { outputSize: [38], size: [5] },
      },
    ],
    transposed: [
      {
        inputs: [at([2, 3], 0, 3, 5, 2, 4, 6), float([2, 3], "transposed")],
        options: { outputSize: [3], size: [7] },
      },
    ],
    negativeStep: [
      {
        inputs: [at([1, 3], 0, 3, 5), float([1, 3], "negative step")],
        options: { outputSize: [3], size: [7] },
      },
    ],
    offset: [
      { inputs: [at([1, 3], 0, 3, 5), float([1, 3], "offset")], options: { outputSize: [3], size: [7] } },
    ],
    expanded: [
      {
        inputs: [at([2, 3], 0, 3, 5, 2, 4, 6), float([2, 3], "expanded")],
        options: { outputSize: [3], size: [7] },
      },
    ],
    broadcast: oneFloat,
    shared: oneFloat,
    options: {
      outputSize: [{ inputs: [at([1, 2], 1, 4), float([1, 2])], options: { outputSize: [2], size: [5] } }],
      size: [{ inputs: [at([1, 2], 2, 2), float([1, 2])], options: { outputSize: [2], size: [3] } }],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [at([1, 3], 1, 1, 3), { shape: [1, 3], values: [1, nan, -0] }],
        options: { outputSize: [3], size: [4] },
        kink: "NaN",
      },
    ],
    integers: onlyRules,
    errors: { notApplicable: "only a derivative rule calls it" },
  }),
};
