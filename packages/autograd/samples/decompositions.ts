/** Samples of the decompositions of matrices, and of what is computed by them. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import { matmul } from "../src/ops/contraction.js";
import * as ops from "../src/ops/decompositions.js";
import { slice, transpose } from "../src/ops/layout.js";
import {
  definite,
  floatsOnly,
  matrix,
  noScalar,
  oneMatrix,
  separated,
  squareErrors,
  squareShapes,
  symmetric,
} from "./linear-algebra/matrices.js";
import {
  domains,
  type ExpectedError,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  type NoOptions,
  nan,
  type Sample,
  type SamplesOfFamily,
  type ShapeCategories,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

/** Shapes and layouts of ops of one matrix of any shape. */
function matrixShapes<Options>(sample: (x: TensorInput) => Sample<Options>): ShapeCategories<Options> {
  return {
    scalar: noScalar,
    empty: [
      sample(float([0, 0])),
      sample(float([3, 0])),
      sample(float([0, 3])),
      sample(float([0, 2, 3])),
      sample(float([2, 2, 0])),
    ],
    one: [sample(separated([1, 1])), sample(separated([3, 1])), sample(separated([1, 3]))],
    highRank: [sample(separated([2, 1, 3, 2]))],
    long: [sample(separated([7, 5])), sample(separated([4, 9]))],
    transposed: [sample(separated([3, 4], "transposed")), sample(separated([2, 3, 2], "transposed"))],
    negativeStep: [sample(separated([4, 3], "negative step"))],
    offset: [sample(separated([2, 3], "offset")), sample(separated([3, 3], "offset"))],
    expanded: [sample(separated([2, 3, 2], "expanded"))],
  };
}

function matrixErrors<Options>(
  name: string,
  more: (x: TensorInput) => Sample<Options>,
): readonly [ExpectedError<Options>, ...ExpectedError<Options>[]] {
  return [
    {
      ...more(float([3])),
      error: ShapeError,
      message: new RegExp(`^${name}: a is \\[3\\]; it must have at least the two axes of a matrix$`),
    },
    {
      ...more({ shape: [2, 2], dtype: "uint8" }),
      error: DTypeError,
      message: new RegExp(`^${name}: a is uint8; it must be a float, convert it with to\\("float32"\\)$`),
    },
  ];
}

const plain = (x: TensorInput): Sample<NoOptions> => ({ inputs: [x] });

/** What does not depend on which columns complete a basis. */
const projection = (x: Tensor): Tensor => matmul(x, transpose(x));

/** The columns from `start` on. */
const columns = (x: Tensor, start: number, end?: number): Tensor =>
  slice(x, { axis: -1, start, ...(end === undefined ? {} : { end }) });

const badMatrices = [
  { inputs: [matrix([nan, 1], [1, 2])], kink: "special values", unlikePyTorch: "it throws" },
  { inputs: [matrix([1, infinite], [infinite, 2])], kink: "special values", unlikePyTorch: "it throws" },
] as const;

export const samples: SamplesOfFamily<typeof ops> = {
  orthogonalComplement: samplesOf<[Tensor]>({
    // Of orthonormal columns; what is refused stays.
    call: ([x]) => projection(ops.orthogonalComplement(x.rank < 2 || x.dtype === "int32" ? x : ops.qr(x).q)),
    domains,
    ...matrixShapes(plain),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {},
    numbers: tensorsOnly,
    special: [{ inputs: [matrix([3, 0], [0, 2], [0, 0], [0, 0])] }],
    integers: floatsOnly,
    errors: [
      {
        inputs: [float([3])],
        error: ShapeError,
        message: /^orthogonalComplement: q is \[3\]; it must have at least the two axes of a matrix$/,
      },
      {
        inputs: [{ shape: [2, 2], dtype: "int32" }],
        error: DTypeError,
        message: /^orthogonalComplement: q is int32; it must be a float/,
      },
    ],
  }),

  qr: samplesOf<[Tensor], ops.QROptions>({
    call: ([a], options) => {
      const { q, r } = ops.qr(a, options);
      if (options?.mode !== "complete") return [q, r];
      const count = Math.min(a.shape.at(-2)!, a.shape.at(-1)!);
      return [columns(q, 0, count), r, projection(columns(q, count))];
    },
    domains,
    ...matrixShapes((x): Sample<ops.QROptions> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {
      mode: [
        { inputs: [separated([4, 2])], options: { mode: "complete" } },
        { inputs: [separated([2, 5, 3])], options: { mode: "complete" } },
        { inputs: [separated([3, 2])], options: { mode: "r" }, unlikePyTorch: "it has no gradient" },
        { inputs: [separated([2, 4])], options: { mode: "r" }, unlikePyTorch: "it has no gradient" },
      ],
    },
    numbers: tensorsOnly,
    special: [
      { inputs: [matrix([2, 1], [0, -3], [0, 0])], kink: "what needs no reflection keeps its sign" },
      { inputs: [matrix([nan, 1], [1, 2])], kink: "special values" },
    ],
    integers: floatsOnly,
    errors: [
      ...matrixErrors("qr", (a): Sample<ops.QROptions> => ({ inputs: [a] })),
      {
        inputs: [float([2, 2])],
        options: { mode: "full" as never },
        error: ArgumentError,
        message: /^qr: there is no mode "full"; it must be "reduced", "complete" or "r"$/,
      },
    ],
  }),

  eigh: samplesOf<[Tensor], ops.EighOptions>({
    call: ([a], options) => {
      // What is not symmetric has eigenvectors of one triangle, and PyTorch's gradient of them is of none.
      if (options?.upper !== undefined) return ops.eigh(a, options).values;
      const { values, vectors } = ops.eigh(symmetric(a));
      return [values, vectors];
    },
    domains,
    ...squareShapes(definite, (x): Sample<ops.EighOptions> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {
      upper: [
        {
          inputs: [separated([3, 3])],
          options: { upper: true },
          kink: "one triangle is read, and the gradient is symmetric",
        },
      ],
    },
    numbers: tensorsOnly,
    special: [...badMatrices],
    integers: floatsOnly,
    errors: [...squareErrors("eigh", (a): Sample<ops.EighOptions> => ({ inputs: [a] }))],
  }),

  eigvalsh: samplesOf<[Tensor], ops.EighOptions>({
    call: ([a], options) => ops.eigvalsh(options?.upper === undefined ? symmetric(a) : a, options),
    domains,
    ...squareShapes(definite, (x): Sample<ops.EighOptions> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {
      upper: [
        {
          inputs: [separated([2, 3, 3])],
          options: { upper: true },
          kink: "one triangle is read, and the gradient is symmetric",
        },
      ],
    },
    numbers: tensorsOnly,
    special: [
      { inputs: [matrix([2, 0, 0], [0, 5, 0], [0, 0, 2])], kink: "equal eigenvalues" },
      { inputs: [matrix([0, 0], [0, 0])], kink: "equal eigenvalues" },
      ...badMatrices,
    ],
    integers: floatsOnly,
    errors: squareErrors("eigvalsh", (a): Sample<ops.EighOptions> => ({ inputs: [a] })),
  }),

  spectralRadius: samplesOf<[Tensor], ops.SpectralRadiusOptions>({
    call: ([a], options) => ops.spectralRadius(a, options),
    domains,
    withoutSecondOrder: "that of the projector on an eigenvector is not implemented",
    ...squareShapes(separated, (x): Sample<ops.SpectralRadiusOptions> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {
      iterations: [
        {
          inputs: [separated([2, 3, 3])],
          options: { iterations: 30 },
          unlikePyTorch: "what the formula leaves out is no rounding yet",
        },
        {
          inputs: [separated([3, 3])],
          options: { iterations: 1 },
          kink: "the eigenvalues have not been told apart",
          unlikePyTorch: "it needs no iterations",
        },
      ],
    },
    numbers: tensorsOnly,
    special: [
      { inputs: [matrix([0, 2], [-2, 0])] },
      { inputs: [matrix([-3, 1, 0], [0, 2, 1], [0.5, 0, 1])] },
      { inputs: [matrix([1, -2, 1, 0], [2, 1, 0, 0.5], [0, 1, 1, 0], [0.25, 0, 0, -1])] },
      { inputs: [matrix([3, 1, 0], [0, -3, 1], [0, 0, 1])], kink: "opposite eigenvalues" },
      { inputs: [matrix([2, 0, 0], [0, 2, 0], [0, 0, 1])], kink: "equal eigenvalues" },
      {
        inputs: [matrix([2, 1], [0, 2])],
        kink: "equal eigenvalues with one eigenvector",
        unlikePyTorch: "its gradient is finite",
      },
      { inputs: [matrix([0, 0], [0, 0])], kink: "the radius is 0" },
      { inputs: [matrix([0, 1], [0, 0])], kink: "the radius is 0" },
      ...badMatrices,
    ],
    integers: floatsOnly,
    errors: [
      ...squareErrors("spectralRadius", (a): Sample<ops.SpectralRadiusOptions> => ({ inputs: [a] })),
      {
        inputs: [float([2, 2])],
        options: { iterations: 0 },
        error: ArgumentError,
        message: /^spectralRadius: iterations is 0; it must be an integer from 1 to 1000$/,
      },
    ],
  }),

  svd: samplesOf<[Tensor], ops.SVDOptions>({
    call: ([a], options) => {
      const fullMatrices = options?.fullMatrices ?? false;
      const { u, s, vh } = ops.svd(a, { fullMatrices });
      if (!fullMatrices) return [u, s, vh];
      const count = s.shape.at(-1)!;
      const v = transpose(vh);
      return [
        columns(u, 0, count),
        s,
        transpose(columns(v, 0, count)),
        projection(columns(u, count)),
        projection(columns(v, count)),
      ];
    },
    domains,
    ...matrixShapes((x): Sample<ops.SVDOptions> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {
      fullMatrices: [
        { inputs: [separated([4, 2])], options: { fullMatrices: true } },
        { inputs: [separated([2, 2, 3])], options: { fullMatrices: true } },
        { inputs: [float([3, 0])], options: { fullMatrices: true } },
      ],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [matrix([3, 0], [0, -2])] }, ...badMatrices],
    integers: floatsOnly,
    errors: matrixErrors("svd", (a): Sample<ops.SVDOptions> => ({ inputs: [a] })),
  }),

  singularValues: samplesOf<[Tensor]>({
    call: ([a]) => ops.singularValues(a),
    domains,
    ...matrixShapes(plain),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {},
    numbers: tensorsOnly,
    special: [
      {
        inputs: [matrix([2, 0, 0], [0, 5, 0], [0, 0, 2])],
        kink: "equal values",
        unlikePyTorch: "which of equal values comes first is a matter of choice",
      },
      ...badMatrices,
    ],
    integers: floatsOnly,
    errors: matrixErrors("singularValues", plain),
  }),

  pinverse: samplesOf<[Tensor], ops.ToleranceOptions>({
    call: ([a], options) => ops.pinverse(a, options),
    domains,
    ...matrixShapes((x): Sample<ops.ToleranceOptions> => ({ inputs: [x] })),
    broadcast: oneMatrix,
    shared: oneMatrix,
    options: {
      atol: [
        { inputs: [separated([3, 3])], options: { atol: 2 }, kink: "differences raise the rank" },
        {
          inputs: [separated([3, 2])],
          options: { atol: 2, rtol: 0.25 },
          kink: "differences raise the rank",
        },
      ],
      rtol: [{ inputs: [separated([2, 3, 3])], options: { rtol: 0.5 }, kink: "differences raise the rank" }],
    },
    numbers: tensorsOnly,
    special: [
      { inputs: [matrix([1, 2], [2, 4], [3, 6])], kink: "differences raise the rank" },
      { inputs: [matrix([0, 0, 0], [0, 0, 0])], kink: "differences raise the rank" },
      ...badMatrices,
    ],
    integers: floatsOnly,
    errors: [
      ...matrixErrors("pinverse", (a): Sample<ops.ToleranceOptions> => ({ inputs: [a] })),
      {
        inputs: [float([2, 2])],
        options: { rtol: -1 },
        error: ArgumentError,
        message: /^pinverse: rtol is -1; it must be 0 or more$/,
      },
    ],
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  lstsq: helperSamplesOf<[Tensor, Tensor], ops.ToleranceOptions>({
    call: ([a, b], options) => ops.lstsq(a, b, options),
    domains,
    samples: [
      { inputs: [separated([4, 2]), float([4, 3])] },
      { inputs: [separated([2, 4]), float([2, 1])] },
      { inputs: [separated([2, 3, 3]), float([3, 2])] },
      { inputs: [separated([4, 2]), float([4])] },
      { inputs: [separated([2, 4, 2]), float([2, 4])] },
      { inputs: [float([3, 0]), float([3, 2])] },
    ],
    options: {
      atol: [{ inputs: [separated([3, 3]), float([3, 1])], options: { atol: 2 }, kink: "the rank rises" }],
      rtol: [{ inputs: [separated([3, 3]), float([3, 1])], options: { rtol: 0.5 }, kink: "the rank rises" }],
    },
    errors: [
      {
        inputs: [float([3, 2]), float([2, 2])],
        error: ShapeError,
        message: /^lstsq: a is \[3, 2\] and b is \[2, 2\]: b has 2 rows; it must have a's, 3$/,
      },
      {
        inputs: [
          { shape: [2, 2], dtype: "float32" },
          { shape: [2, 2], dtype: "float64" },
        ],
        error: DTypeError,
        message: /^lstsq: a is float32 and b is float64; convert one of them with to\(\)$/,
      },
      { inputs: [float([3]), float([3])], error: ShapeError, message: /^lstsq: a is \[3\]/ },
      {
        inputs: [float([2, 2]), float([2])],
        options: { atol: -1 },
        error: ArgumentError,
        message: /^lstsq: atol is -1/,
      },
    ],
  }),

  matrixRank: helperSamplesOf<[Tensor], ops.ToleranceOptions>({
    call: ([a], options) => ops.matrixRank(a, options),
    domains,
    samples: [
      { inputs: [separated([4, 3])] },
      { inputs: [matrix([1, 2], [2, 4])] },
      { inputs: [separated([2, 2, 3])] },
      { inputs: [float([2, 3, 0])] },
      { inputs: [matrix([0, 0], [0, 0])] },
    ],
    options: {
      atol: [{ inputs: [separated([3, 3])], options: { atol: 2 } }],
      rtol: [
        { inputs: [separated([3, 3])], options: { rtol: 0.5 } },
        { inputs: [separated([3, 3])], options: { atol: 2, rtol: 0.9 } },
      ],
    },
    errors: matrixErrors("matrixRank", (a): Sample<ops.ToleranceOptions> => ({ inputs: [a] })),
  }),

  matrixNorm: helperSamplesOf<[Tensor], ops.MatrixNormOptions>({
    call: ([a], options) => ops.matrixNorm(a, options),
    domains,
    samples: [
      { inputs: [separated([3, 3])] },
      { inputs: [separated([2, 3, 2], "transposed")] },
      { inputs: [float([0, 3])] },
    ],
    options: {
      order: [
        { inputs: [separated([3, 2])], options: { order: "nuclear" } },
        { inputs: [separated([2, 2, 3])], options: { order: 2 } },
        { inputs: [separated([3, 3])], options: { order: -2 } },
        { inputs: [separated([3, 2])], options: { order: 1 } },
        { inputs: [separated([2, 3, 3])], options: { order: -1 } },
        { inputs: [separated([3, 2])], options: { order: infinite } },
        { inputs: [separated([3, 3])], options: { order: -infinite } },
        { inputs: [matrix([0, 3], [3, 0])], options: { order: 1 }, kink: "two columns are as large" },
      ],
      keepDims: [
        { inputs: [separated([2, 3, 2])], options: { keepDims: true } },
        { inputs: [separated([2, 3, 2])], options: { order: 2, keepDims: true } },
      ],
    },
    errors: [
      ...matrixErrors("matrixNorm", (a): Sample<ops.MatrixNormOptions> => ({ inputs: [a] })),
      {
        inputs: [float([2, 2])],
        options: { order: 3 },
        error: ArgumentError,
        message: /^matrixNorm: there is no order 3; it must be "frobenius", "nuclear", 1, 2 or Infinity/,
      },
    ],
  }),
};
