/** Samples of the products that are made of matmul. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/products.js";
import {
  domains,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  type Input,
  type Sample,
  type SamplesOfFamily,
  type TensorInput,
} from "./sample.js";

const whole = (...shape: number[]): TensorInput => ({ shape, dtype: "int32" });
const byte = (...shape: number[]): TensorInput => ({ shape, dtype: "uint8" });
const float32 = (...shape: number[]): TensorInput => ({ shape, dtype: "float32" });
const float64 = (...shape: number[]): TensorInput => ({ shape, dtype: "float64" });

export const samples: SamplesOfFamily<typeof ops> = {};

interface Equation {
  readonly equation: string;
}

/** A sample of einsum. */
const sums = (equation: string, ...inputs: Input[]): Sample<Equation> => ({ inputs, options: { equation } });

const refused = (
  equation: string,
  error: new (text: string) => Error,
  message: RegExp,
  ...inputs: Input[]
) => ({
  inputs,
  options: { equation },
  error,
  message,
});

export const helpers: HelpersOfFamily<typeof ops> = {
  dot: helperSamplesOf<[Tensor, Tensor]>({
    call: ([x, y]) => ops.dot(x, y),
    domains,
    samples: [
      { inputs: [float([5]), float([5])] },
      { inputs: [float([5], "negative step"), float([5], "offset")] },
      { inputs: [float([0]), float([0])] },
      { inputs: [float([4]), { same: 0 }] },
      { inputs: [whole(3), whole(3)] },
    ],
    options: {},
    errors: [
      {
        inputs: [float([3]), float([2])],
        error: ShapeError,
        message: /^dot: x is \[3\] and y is \[2\]; both must have one axis, of the same size; use matmul/,
      },
      { inputs: [float([3, 1]), float([3])], error: ShapeError, message: /^dot: x is \[3, 1\]/ },
      { inputs: [float32(3), float64(3)], error: DTypeError, message: /^dot: x is float32/ },
    ],
  }),

  outer: helperSamplesOf<[Tensor, Tensor]>({
    call: ([x, y]) => ops.outer(x, y),
    domains,
    samples: [
      { inputs: [float([3]), float([4])] },
      { inputs: [float([3], "negative step"), float([2])] },
      { inputs: [float([0]), float([2])] },
      { inputs: [float([3]), { same: 0 }] },
      { inputs: [whole(3), float([2])] },
      { inputs: [byte(3), byte(2)] },
    ],
    options: {},
    errors: [
      {
        inputs: [float([3, 1]), float([2])],
        error: ShapeError,
        message: /^outer: x is \[3, 1\] and y is \[2\]; both must have one axis, flatten\(\) makes it so$/,
      },
    ],
  }),

  matrixTrace: helperSamplesOf<[Tensor]>({
    call: ([x]) => ops.matrixTrace(x),
    domains,
    samples: [
      { inputs: [float([3, 3])] },
      { inputs: [float([2, 4], "transposed")] },
      { inputs: [float([4, 2], "negative step")] },
      { inputs: [float([2, 3, 3])] },
      { inputs: [float([3, 0])] },
      { inputs: [float([0, 2, 2])] },
      { inputs: [whole(3, 3)] },
      { inputs: [byte(2, 2)] },
    ],
    options: {},
    errors: [
      {
        inputs: [float([3])],
        error: ShapeError,
        message: /^matrixTrace: x is \[3\]; it must have at least the two axes of a matrix$/,
      },
    ],
  }),

  kron: helperSamplesOf<[Tensor, Tensor]>({
    call: ([x, y]) => ops.kron(x, y),
    domains,
    samples: [
      { inputs: [float([2, 3]), float([3, 2])] },
      { inputs: [float([2], "negative step"), float([2, 2], "transposed")] },
      { inputs: [float([2, 1, 2]), float([3])] },
      { inputs: [float([]), float([2, 2])] },
      { inputs: [float([0, 2]), float([2, 2])] },
      { inputs: [float([2, 2]), { same: 0 }] },
      { inputs: [whole(2, 2), float([2])] },
    ],
    options: {},
    errors: { notApplicable: "it takes all tensors" },
  }),

  tensordot: helperSamplesOf<[Tensor, Tensor], ops.TensordotOptions>({
    call: ([x, y], options) => ops.tensordot(x, y, options),
    domains,
    samples: [
      { inputs: [float([2, 3, 4]), float([3, 4, 2])] },
      { inputs: [float([3, 4], "transposed"), float([3, 4, 2], "negative step")] },
      { inputs: [float([3, 4]), { same: 0 }] },
      { inputs: [whole(2, 3), whole(2, 3)] },
      { inputs: [float([3, 0]), float([3, 0, 2])] },
    ],
    options: {
      axes: [
        { inputs: [float([2, 3]), float([2, 2])], options: { axes: 0 } },
        { inputs: [float([2, 3]), float([3, 4])], options: { axes: 1 } },
        {
          inputs: [float([2, 3, 4]), float([4, 5, 2])],
          options: {
            axes: [
              [2, 0],
              [0, -1],
            ],
          },
        },
        { inputs: [float([2, 1]), float([3, 2])], options: { axes: [[1], [0]] } },
        { inputs: [float([2, 3]), float([2])], options: { axes: [[], []] } },
      ],
    },
    errors: [
      {
        inputs: [float([2, 3]), float([4, 2])],
        options: { axes: 1 },
        error: ShapeError,
        message:
          /^tensordot: axis 1 of x, \[2, 3\], has size 3 and axis 0 of y, \[4, 2\], has 4; the sizes of a pair must be equal, or 1$/,
      },
      {
        inputs: [float([2, 3]), float([3])],
        error: ShapeError,
        message:
          /^tensordot: cannot sum over 2 axes of x, \[2, 3\], and y, \[3\]; axes must be an integer from 0 to 1/,
      },
      {
        inputs: [float([2, 3]), float([3, 2])],
        options: { axes: [[0, 1], [1]] },
        error: ArgumentError,
        message: /^tensordot: there are 2 axes of x, \[0, 1\], and 1 of y, \[1\]; they must be pairs$/,
      },
      {
        inputs: [float([2, 3]), float([3, 2])],
        options: { axes: [[2], [0]] },
        error: ShapeError,
        message: /^tensordot: there is no axis 2/,
      },
      {
        inputs: [float([3, 3]), float([3, 3])],
        options: {
          axes: [
            [0, -2],
            [0, 1],
          ],
        },
        error: ShapeError,
        message: /^tensordot: axis 0 is named twice in \[0, -2\]; name each axis once$/,
      },
      {
        inputs: [float32(2, 2), float64(2, 2)],
        error: DTypeError,
        message: /^tensordot: x is float32 and y is float64; convert one of them with to\(\)$/,
      },
    ],
  }),

  einsum: helperSamplesOf<readonly Tensor[], Equation>({
    call: (operands, { equation }) => ops.einsum(equation, operands),
    domains,
    samples: [
      sums("ij,jk->ik", float([2, 3]), float([3, 4])),
      sums("bij, bjk -> bik", float([2, 2, 3]), float([2, 3, 2], "transposed")),
      sums("bij,bkj->bik", float([2, 2, 3]), float([2, 4, 3])),
      sums("i,i", float([5]), float([5])),
      sums("i,j->ij", float([3]), float([2])),
      sums("i,j->ji", float([3]), float([2])),
      sums("ij->ji", float([2, 3])),
      sums("ba", float([2, 3])),
      sums("aB", float([2, 3])),
      sums("ij->", float([2, 3], "negative step")),
      sums("ij->j", float([2, 3])),
      sums("ii", float([3, 3])),
      sums("ii->i", float([3, 3], "transposed")),
      sums("iji->j", float([2, 3, 2])),
      sums("iii->i", float([2, 2, 2])),
      sums("ii,ij->j", float([3, 3]), float([3, 2])),
      sums("i...->...i", float([2, 3, 4])),
      sums("...ij,...jk->...ik", float([2, 1, 2, 3]), float([3, 3, 2])),
      sums("...ij,...jk", float([2, 2, 3]), float([3, 2])),
      sums("...i,...i->...", float([2, 3]), float([3])),
      sums("b...,b...->b", float([2, 3]), float([2, 3])),
      sums("...i->i", float([2, 2, 3])),
      sums("...->...", float([2, 3])),
      sums("...->", float([2, 3])),
      sums("bn,anm,bm->ba", float([2, 3]), float([4, 3, 2]), float([2, 2])),
      sums("bhqd,bhkd->bhqk", float([2, 2, 3, 2]), float([2, 2, 2, 2])),
      sums("i,i,i->i", float([3]), float([3]), float([3])),
      sums("i,j,k->kji", float([2]), float([3]), float([2])),
      sums("ij,ij->ij", float([2, 3]), float([2, 3])),
      sums("ij,jk->ik", float([2, 1]), float([3, 4])),
      sums("ij,ij->i", float([1, 3]), float([2, 3])),
      sums("ij,k->i", float([2, 3]), float([4])),
      sums(",i->i", float([]), float([3])),
      sums("->", float([])),
      sums("ij,jk->ik", float([2, 0]), float([0, 4])),
      sums("ij,jk->ik", float([0, 2]), float([2, 4])),
      sums("ij,ij->j", float([3, 2]), { same: 0 }),
      sums("ij,jk->ik", whole(2, 3), whole(3, 2)),
      sums("ii", whole(3, 3)),
    ],
    options: { equation: [sums("ij,kj->ki", float([2, 3]), float([4, 3]))] },
    errors: [
      refused(
        "ij,jk",
        ArgumentError,
        /^einsum: "ij,jk" names 2 operands and there are 1; separate the subscripts of each with a comma$/,
        float([2, 3]),
      ),
      refused(
        "ij->ij->i",
        ArgumentError,
        /^einsum: "ij->ij->i" has more than one ->; it may have one$/,
        float([2, 3]),
      ),
      refused(
        "i1->i",
        ArgumentError,
        /^einsum: "1" in "i1->i" is no subscript; subscripts are letters/,
        float([2, 3]),
      ),
      refused("i.j", ArgumentError, /^einsum: "\." in "i\.j" is no subscript/, float([2, 3])),
      refused(
        "...i...->i",
        ArgumentError,
        /^einsum: "\.\.\.i\.\.\." in .* has \.\.\. more than once/,
        float([2, 3]),
      ),
      refused("ij->ii", ArgumentError, /^einsum: the subscript i stands twice after ->/, float([2, 3])),
      refused(
        "ij->ik",
        ArgumentError,
        /^einsum: the subscript k stands after -> in "ij->ik" and in no operand; /,
        float([2, 3]),
      ),
      refused(
        "i->i",
        ShapeError,
        /^einsum: operand 0 is \[2, 3\] and has 1 subscripts, i, in "i->i"; each of its 2 axes needs one, or \.\.\./,
        float([2, 3]),
      ),
      refused("ijk...->i", ShapeError, /^einsum: operand 0 is \[2, 3\] and has 3 subscripts/, float([2, 3])),
      refused(
        "ij,jk->ik",
        ShapeError,
        /^einsum: the subscript j has size 3 in \[2, 3\] and 4 in \[4, 2\]; the sizes must be equal, or 1$/,
        float([2, 3]),
        float([4, 2]),
      ),
      refused(
        "ii->i",
        ShapeError,
        /^einsum: the subscript i stands for axes of sizes 2 and 3 of \[2, 3\]; a diagonal needs equal sizes$/,
        float([2, 3]),
      ),
      refused(
        "i,i",
        DTypeError,
        /^einsum: operand 0 is float32 and operand 1 is float64; convert one of them with to\(\)$/,
        float32(2),
        float64(2),
      ),
      refused("i,i", DTypeError, /^einsum: there is no product of uint8; convert/, byte(2), byte(2)),
    ],
  }),
};
