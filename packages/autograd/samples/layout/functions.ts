/** Samples of the functions in ops/layout.ts that are made of its ops. */
import { ArgumentError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/layout.js";
import { domains, float, type HelpersOfFamily, helperSamplesOf } from "../sample.js";

interface AxisOption {
  readonly axis?: number;
}
interface FlattenOptions {
  readonly start?: number;
  readonly end?: number;
}
interface NarrowOptions {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
}
interface SelectOptions {
  readonly index: number;
  readonly axis?: number;
}

export const layoutHelpers: HelpersOfFamily<typeof ops> = {
  contiguous: helperSamplesOf<[Tensor]>({
    call: ([x]) => ops.contiguous(x),
    domains,
    samples: [
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [float([3], "negative step")] },
      { inputs: [float([3, 2], "expanded")] },
      { inputs: [float([2, 3])] },
      { inputs: [float([])] },
      { inputs: [float([0, 2])] },
    ],
    options: {},
    errors: { notApplicable: "it takes every tensor" },
  }),
  flatten: helperSamplesOf<[Tensor], FlattenOptions>({
    call: ([x], options) => ops.flatten(x, options?.start, options?.end),
    domains,
    samples: [
      { inputs: [float([])] },
      { inputs: [float([2, 0, 3])] },
      { inputs: [float([2, 3, 2], "transposed")] },
      { inputs: [float([2, 1, 3, 2])], options: { start: 1, end: 2 } },
    ],
    options: {
      start: [{ inputs: [float([2, 3, 2])], options: { start: 1 } }],
      end: [
        { inputs: [float([2, 3, 2])], options: { end: 1 } },
        { inputs: [float([2, 3, 2])], options: { end: -2 } },
      ],
    },
    errors: [
      {
        inputs: [float([2, 3])],
        options: { start: 1, end: 0 },
        error: ShapeError,
        message: /^flatten: axis 1 comes after axis 0 in \[2, 3\]; give the outer one first$/,
      },
      {
        inputs: [float([2, 3])],
        options: { start: 2 },
        error: ShapeError,
        message: /^flatten: there is no axis 2/,
      },
    ],
  }),
  squeeze: helperSamplesOf<[Tensor], AxisOption>({
    call: ([x], options) => ops.squeeze(x, options?.axis),
    domains,
    samples: [
      { inputs: [float([2, 1, 3, 1])] },
      { inputs: [float([1, 1])] },
      { inputs: [float([])] },
      { inputs: [float([1, 0])] },
      { inputs: [float([1, 3], "transposed")] },
      { inputs: [float([2, 1])], options: { axis: 0 } },
    ],
    options: {
      axis: [
        { inputs: [float([1, 2, 1])], options: { axis: 0 } },
        { inputs: [float([1, 2, 1])], options: { axis: -1 } },
      ],
    },
    errors: [
      {
        inputs: [float([2])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^squeeze: there is no axis 1 in x/,
      },
    ],
  }),
  unsqueeze: helperSamplesOf<[Tensor], { readonly axis: number }>({
    call: ([x], { axis }) => ops.unsqueeze(x, axis),
    domains,
    samples: [
      { inputs: [float([])], options: { axis: 0 } },
      { inputs: [float([0])], options: { axis: 1 } },
      { inputs: [float([2, 3], "transposed")], options: { axis: 1 } },
    ],
    options: {
      axis: [
        { inputs: [float([2, 3])], options: { axis: 2 } },
        { inputs: [float([2, 3])], options: { axis: -1 } },
      ],
    },
    errors: [
      {
        inputs: [float([2])],
        options: { axis: 2 },
        error: ShapeError,
        message: /^unsqueeze: there is no axis 2/,
      },
    ],
  }),
  transpose: helperSamplesOf<[Tensor], { readonly first?: number; readonly second?: number }>({
    call: ([x], options) => ops.transpose(x, options?.first, options?.second),
    domains,
    samples: [
      { inputs: [float([2, 3])] },
      { inputs: [float([2, 3, 4], "offset")] },
      { inputs: [float([0, 2])] },
      { inputs: [float([2, 3, 2])], options: { first: 0, second: 2 } },
    ],
    options: {
      first: [{ inputs: [float([2, 3, 4])], options: { first: 0 } }],
      second: [{ inputs: [float([2, 3, 4])], options: { second: 0 } }],
    },
    errors: [
      {
        inputs: [float([3])],
        error: ShapeError,
        message: /^transpose: there is no axis -2 in x, which is \[3\]/,
      },
      { inputs: [float([])], error: ShapeError, message: /^transpose: / },
    ],
  }),
  narrow: helperSamplesOf<[Tensor], NarrowOptions>({
    call: ([x], { axis, start, length }) => ops.narrow(x, axis, start, length),
    domains,
    samples: [
      { inputs: [float([4, 2])], options: { axis: 0, start: 1, length: 2 } },
      { inputs: [float([4])], options: { axis: 0, start: 4, length: 0 } },
      { inputs: [float([0, 2])], options: { axis: 0, start: 0, length: 0 } },
    ],
    options: {
      axis: [{ inputs: [float([2, 4])], options: { axis: -1, start: 1, length: 2 } }],
      start: [{ inputs: [float([4])], options: { axis: 0, start: -3, length: 2 } }],
      length: [{ inputs: [float([4])], options: { axis: 0, start: 0, length: 4 } }],
    },
    errors: [
      {
        inputs: [float([4, 2])],
        options: { axis: 0, start: 2, length: 3 },
        error: ShapeError,
        message:
          /^narrow: 3 elements from 2 on do not lie in axis 0 of \[4, 2\], which has 4; take fewer, or begin earlier$/,
      },
      {
        inputs: [float([4])],
        options: { axis: 0, start: 0, length: -1 },
        error: ShapeError,
        message: /^narrow: -1/,
      },
      {
        inputs: [float([4])],
        options: { axis: 0, start: -5, length: 1 },
        error: ShapeError,
        message: /^narrow: 1/,
      },
      {
        inputs: [float([4])],
        options: { axis: 1, start: 0, length: 1 },
        error: ShapeError,
        message: /^narrow: there/,
      },
      {
        inputs: [float([4])],
        options: { axis: 0, start: 0.5, length: 1 },
        error: ShapeError,
        message: /^narrow: /,
      },
    ],
  }),
  select: helperSamplesOf<[Tensor], SelectOptions>({
    call: ([x], { index, ...options }) => ops.select(x, index, options),
    domains,
    samples: [
      { inputs: [float([3])], options: { index: 1 } },
      { inputs: [float([3, 1, 2])], options: { index: 2 } },
      { inputs: [float([3, 4], "transposed")], options: { index: 0, axis: 1 } },
      { inputs: [float([2, 0])], options: { index: 1 } },
    ],
    options: {
      index: [{ inputs: [float([3, 2])], options: { index: -1 } }],
      axis: [{ inputs: [float([3, 2])], options: { index: 1, axis: 1 } }],
    },
    errors: [
      {
        inputs: [float([3, 2])],
        options: { index: 3 },
        error: ShapeError,
        message: /^select: there is no index 3 in axis 0 of \[3, 2\]; it must be from -3 to 2$/,
      },
      {
        inputs: [float([3, 2])],
        options: { index: -4 },
        error: ShapeError,
        message: /^select: there is no index -4/,
      },
      {
        inputs: [float([3, 2])],
        options: { index: 0.5 },
        error: ShapeError,
        message: /^select: there is no index 0.5/,
      },
      {
        inputs: [float([0])],
        options: { index: 0 },
        error: ShapeError,
        message: /^select: there is no index 0/,
      },
    ],
  }),
  chunk: helperSamplesOf<[Tensor], { readonly parts: number; readonly axis?: number }>({
    call: ([x], { parts, ...options }) => ops.chunk(x, parts, options),
    domains,
    samples: [
      { inputs: [float([7])], options: { parts: 3 } },
      { inputs: [float([4, 2])], options: { parts: 9 } },
      {
        inputs: [float([0, 2])],
        options: { parts: 2 },
        unlikePyTorch:
          "PyTorch gives as many empty parts as were asked for; here parts are few rather than empty",
      },
    ],
    options: {
      parts: [{ inputs: [float([6])], options: { parts: 2 } }],
      axis: [{ inputs: [float([2, 8])], options: { parts: 4, axis: -1 } }],
    },
    errors: [
      {
        inputs: [float([3])],
        options: { parts: 0 },
        error: ArgumentError,
        message: /^chunk: the number of parts is 0; it must be a positive integer$/,
      },
    ],
  }),
};
