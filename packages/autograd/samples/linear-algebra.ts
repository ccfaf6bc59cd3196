/** Samples of the ops on matrices: systems of equations, inverses, determinants. */
import { ArgumentError, DTypeError, LinearAlgebraError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/linear-algebra.js";
import {
  definite,
  floatsOnly,
  type Make,
  matrix,
  noScalar,
  oneMatrix,
  reversed,
  separated,
  squareErrors,
  squareShapes,
  symmetric,
} from "./linear-algebra/matrices.js";
import {
  domains,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  nan,
  type Sample,
  type SamplesOfFamily,
  type ShapeCategories,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

const whole = (...shape: number[]): TensorInput => ({ shape, dtype: "int32" });
const float32 = (...shape: number[]): TensorInput => ({ shape, dtype: "float32" });
const float64 = (...shape: number[]): TensorInput => ({ shape, dtype: "float64" });

const late = "whether a matrix is singular is seen when it is factored";
const noSecond = "there is no second derivative at singular matrices";
const singular = matrix([1, 2], [2, 4]);

interface LeftOption {
  readonly left?: boolean;
}

/** Shapes and layouts of systems of equations. */
function systemShapes<Options>(
  make: Make,
  sample: (a: TensorInput, b: TensorInput) => Sample<Options>,
): ShapeCategories<Options> {
  return {
    scalar: noScalar,
    empty: [
      sample(float([0, 0]), float([0, 2])),
      sample(make([2, 2]), float([2, 0])),
      sample(float([0, 2, 2]), float([0, 2, 3])),
      sample(float([2, 0, 0]), float([2, 0, 3])),
    ],
    one: [sample(make([1, 1]), float([1, 1])), sample(make([2, 1, 1]), float([2, 1, 3]))],
    highRank: [sample(make([2, 1, 2, 2]), float([2, 1, 2, 3]))],
    long: [sample(make([6, 6]), float([6, 1]))],
    transposed: [
      sample(make([3, 3], "transposed"), float([3, 2], "transposed")),
      sample(make([2, 3, 3], "transposed"), float([2, 3, 2])),
    ],
    negativeStep: [sample(make([3, 3], "negative step"), float([3, 2], "negative step"))],
    offset: [sample(make([3, 3], "offset"), float([3, 2], "offset"))],
    expanded: [sample(make([2, 3, 3], "expanded"), float([2, 3, 2], "expanded"))],
  };
}

const broadcastSystems = (make: Make) =>
  ({
    second: [{ inputs: [make([2, 3, 3]), float([3, 2])] }, { inputs: [make([2, 3, 3]), float([1, 3, 2])] }],
    first: [{ inputs: [make([3, 3]), float([2, 3, 2])] }, { inputs: [make([2, 1, 2, 2]), float([3, 2, 2])] }],
  }) as const;

const systemErrors = (name: string) =>
  [
    ...squareErrors<Record<never, never>>(name, (a) => ({ inputs: [a, float([3, 2])] })),
    {
      inputs: [float([3, 3]), float([2, 2])],
      error: ShapeError,
      message: new RegExp(
        `^${name}: a is \\[3, 3\\] and b is \\[2, 2\\]: b's second to last axis has size 2; it must be a's last, 3$`,
      ),
    },
    {
      inputs: [float([2, 3, 3]), float([3, 3, 2])],
      error: ShapeError,
      message: new RegExp(`^${name}: cannot broadcast \\[2\\] with \\[3\\]`),
    },
    { inputs: [float([3, 3]), float([])], error: ShapeError, message: new RegExp(`^${name}: b is \\[\\]`) },
    {
      inputs: [float32(2, 2), float64(2, 2)],
      error: DTypeError,
      message: new RegExp(`^${name}: a is float32 and b is float64; convert one of them with to\\(\\)$`),
    },
    {
      inputs: [float([2, 2]), whole(2, 2)],
      error: DTypeError,
      message: new RegExp(`^${name}: b is int32; it must be a float`),
    },
  ] as const;

export const samples: SamplesOfFamily<typeof ops> = {
  solve: samplesOf<[Tensor, Tensor], LeftOption>({
    call: ([a, b], options) => ops.solve(a, b, options),
    domains,
    ...systemShapes(reversed, (a, b): Sample<LeftOption> => ({ inputs: [a, b] })),
    broadcast: broadcastSystems(reversed),
    shared: [{ inputs: [reversed([3, 3]), { same: 0 }] }],
    options: {
      left: [
        { inputs: [reversed([3, 3]), float([2, 3])], options: { left: false } },
        { inputs: [reversed([2, 3, 3]), float([3, 3])], options: { left: false } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      { inputs: [separated([3, 3]), float([3])] },
      { inputs: [separated([2, 3, 3]), float([2, 3])] },
      { inputs: [separated([2, 3, 3]), float([3])] },
      {
        inputs: [matrix([nan, 1], [1, 2]), float([2, 1])],
        kink: "special values",
      },
    ],
    integers: floatsOnly,
    errors: [
      ...systemErrors("solve"),
      {
        inputs: [float([3, 3]), float([3])],
        options: { left: false },
        error: ShapeError,
        message: /^solve: b is \[3\], a vector for each matrix of a, \[3, 3\]; with left: false/,
      },
      {
        inputs: [singular, float([2, 1])],
        error: LinearAlgebraError,
        message: /^solve: the matrix is singular: pivot 1 of 2 is 0; it must have an inverse/,
        late,
      },
      {
        inputs: [{ shape: [2, 1, 1], values: [1, 0] }, float([2, 1, 1])],
        error: LinearAlgebraError,
        message: /^solve: the matrix at \[1\] of the batch \[2\] is singular: pivot 0 of 1 is 0/,
        late,
      },
    ],
  }),

  triangularSolve: samplesOf<[Tensor, Tensor], ops.TriangularSolveOptions>({
    call: ([a, b], options) => ops.triangularSolve(a, b, options),
    domains,
    ...systemShapes(separated, (a, b): Sample<ops.TriangularSolveOptions> => ({ inputs: [a, b] })),
    broadcast: broadcastSystems(separated),
    shared: [{ inputs: [separated([3, 3]), { same: 0 }] }],
    options: {
      upper: [
        { inputs: [separated([3, 3]), float([3, 2])], options: { upper: true } },
        { inputs: [separated([3, 3]), float([3, 2])], options: { upper: true, unitTriangular: true } },
      ],
      unitTriangular: [
        { inputs: [separated([3, 3]), float([3, 2])], options: { unitTriangular: true } },
        { inputs: [separated([3, 3]), float([2, 3])], options: { unitTriangular: true, left: false } },
      ],
      transpose: [
        { inputs: [separated([3, 3]), float([3, 2])], options: { transpose: true } },
        { inputs: [separated([3, 3]), float([3, 2])], options: { transpose: true, upper: true } },
        {
          inputs: [separated([3, 3]), float([2, 3])],
          options: { transpose: true, upper: true, left: false },
        },
      ],
      left: [
        { inputs: [separated([3, 3]), float([2, 3])], options: { left: false } },
        { inputs: [separated([2, 3, 3]), float([3, 3])], options: { left: false, upper: true } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [matrix([1, nan], [0.5, 2]), float([2, 1])],
        kink: "differences cannot move a NaN, which is not read",
      },
      { inputs: [matrix([1, 5], [nan, 2]), float([2, 1])], kink: "special values" },
    ],
    integers: floatsOnly,
    errors: systemErrors("triangularSolve"),
  }),

  inverse: samplesOf<[Tensor]>({
    call: ([a]) => ops.inverse(a),
    domains,
    ...squareShapes(reversed, (x): Sample<Record<never, never>> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {},
    numbers: tensorsOnly,
    special: [{ inputs: [matrix([nan, 1], [1, 2])], kink: "special values" }],
    integers: floatsOnly,
    errors: [
      ...squareErrors("inverse", (a): Sample<Record<never, never>> => ({ inputs: [a] })),
      {
        inputs: [singular],
        error: LinearAlgebraError,
        message: /^inverse: the matrix is singular: pivot 1 of 2 is 0/,
        late,
      },
    ],
  }),

  cholesky: samplesOf<[Tensor], ops.CholeskyOptions>({
    call: ([a], options) => ops.cholesky(symmetric(a), options),
    domains,
    ...squareShapes(definite, (x): Sample<ops.CholeskyOptions> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {
      upper: [
        { inputs: [separated([3, 3])], options: { upper: true } },
        { inputs: [definite([2, 2, 2])], options: { upper: true } },
      ],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [matrix([nan, 1], [1, 2])], kink: "special values", unlikePyTorch: "it throws" }],
    integers: floatsOnly,
    errors: [
      ...squareErrors("cholesky", (a): Sample<ops.CholeskyOptions> => ({ inputs: [a] })),
      {
        inputs: [matrix([1, 2], [2, 1])],
        error: LinearAlgebraError,
        message:
          /^cholesky: the matrix is not positive definite: its leading minor of order 2 leaves the pivot -3; it must be symmetric with positive eigenvalues/,
        late: "the pivots come out of the factorisation",
      },
      {
        inputs: [{ shape: [2, 1, 1], values: [1, -1] }],
        options: { upper: true },
        error: LinearAlgebraError,
        message: /^cholesky: the matrix at \[1\] of the batch \[2\] is not positive definite/,
        late: "the pivots come out of the factorisation",
      },
    ],
  }),

  det: samplesOf<[Tensor]>({
    call: ([a]) => ops.det(a),
    domains,
    ...squareShapes(reversed, (x): Sample<Record<never, never>> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {},
    numbers: tensorsOnly,
    special: [
      { inputs: [singular], kink: noSecond, unlikePyTorch: "its gradient is 0 there" },
      { inputs: [matrix([0, 1], [0, 0])], kink: noSecond, unlikePyTorch: "its gradient is 0 there" },
      { inputs: [matrix([nan, 1], [1, 2])], kink: "special values" },
    ],
    integers: floatsOnly,
    errors: squareErrors("det", (a): Sample<Record<never, never>> => ({ inputs: [a] })),
  }),

  cofactors: samplesOf<[Tensor]>({
    call: ([a]) => ops.cofactors(a),
    domains,
    ...squareShapes(reversed, (x): Sample<Record<never, never>> => ({ inputs: [x] })),
    // Cofactors of a large matrix are large, and differences of them inexact.
    long: [{ inputs: [reversed([4, 3, 3])] }],
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {},
    numbers: tensorsOnly,
    special: [{ inputs: [matrix([nan, 1], [1, 2])], kink: "special values" }],
    integers: floatsOnly,
    errors: squareErrors("cofactors", (a): Sample<Record<never, never>> => ({ inputs: [a] })),
  }),

  slogdet: samplesOf<[Tensor]>({
    call: ([a]) => {
      const { sign, logAbsDet } = ops.slogdet(a);
      return [sign, logAbsDet];
    },
    domains,
    ...squareShapes(reversed, (x): Sample<Record<never, never>> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {},
    numbers: tensorsOnly,
    special: [
      {
        inputs: [matrix([nan, 1], [1, 2])],
        kink: "special values",
        unlikePyTorch: "the sign of NaN is 0 there",
      },
    ],
    integers: floatsOnly,
    errors: squareErrors("slogdet", (a): Sample<Record<never, never>> => ({ inputs: [a] })),
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  logDet: helperSamplesOf<[Tensor]>({
    call: ([a]) => ops.logDet(a),
    domains,
    samples: [
      { inputs: [separated([3, 3])] },
      { inputs: [definite([2, 2, 2])] },
      { inputs: [float([0, 0])] },
    ],
    options: {},
    errors: squareErrors("logDet", (a): Sample<Record<never, never>> => ({ inputs: [a] })),
  }),

  matrixPower: helperSamplesOf<[Tensor], { readonly power: number }>({
    call: ([a], { power }) => ops.matrixPower(a, power),
    domains,
    samples: [
      { inputs: [separated([2, 2])], options: { power: 1 } },
      { inputs: [separated([2, 2, 2])], options: { power: 3 } },
      { inputs: [float([0, 0])], options: { power: 2 } },
    ],
    options: {
      power: [
        { inputs: [separated([3, 3])], options: { power: 5 } },
        { inputs: [separated([2, 2, 2])], options: { power: 0 } },
        { inputs: [reversed([3, 3])], options: { power: -2 } },
      ],
    },
    errors: [
      ...squareErrors(
        "matrixPower",
        (a): Sample<{ readonly power: number }> => ({
          inputs: [a],
          options: { power: 2 },
        }),
      ),
      {
        inputs: [float([2, 2])],
        options: { power: 0.5 },
        error: ArgumentError,
        message: /^matrixPower: the power is 0.5; it must be an integer$/,
      },
      {
        inputs: [singular],
        options: { power: -1 },
        error: LinearAlgebraError,
        message: /^inverse: the matrix is singular/,
        late,
      },
    ],
  }),
};
