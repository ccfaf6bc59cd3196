/** Samples of the ops in ops/attention.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/attention.js";
import { Generator } from "../src/random.js";
import {
  type Domain,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  type SamplesOfFamily,
  type TensorInput,
} from "./sample.js";

const everywhere: Domain = { low: -1, high: 1 };
const none = Number.NEGATIVE_INFINITY;

export const samples: SamplesOfFamily<typeof ops> = {};

type Attending = [q: Tensor, k: Tensor, v: Tensor, mask?: Tensor];
type Options = Omit<ops.AttentionOptions, "mask" | "generator">;

const qkv = (queries: number, keys: number, features: number, values: number): TensorInput[] => [
  float([queries, features]),
  float([keys, features]),
  float([keys, values]),
];
const flags = (rows: number[][]): TensorInput => ({
  shape: [rows.length, rows[0].length],
  dtype: "bool",
  values: rows.flat(),
});
const bias = (rows: number[][]): TensorInput => ({
  shape: [rows.length, rows[0].length],
  values: rows.flat(),
});
const noKey = "before 2.5 PyTorch gives NaN for a query that attends to no key";

export const helpers: HelpersOfFamily<typeof ops> = {
  scaledDotProductAttention: helperSamplesOf<Attending, Options>({
    call: ([q, k, v, mask], options) =>
      ops.scaledDotProductAttention(q, k, v, { mask, generator: new Generator(5), ...options }),
    domains: [everywhere],
    samples: [
      { inputs: qkv(3, 4, 2, 3) },
      { inputs: [float([2, 2, 2, 1]), float([2, 2, 3, 1]), float([2, 2, 3, 2])] },
      { inputs: [float([2, 3, 2], "transposed"), float([4, 2]), float([2, 4, 2], "negative step")] },
      { inputs: [float([2, 3]), { same: 0 }, { same: 0 }] },
      { inputs: qkv(0, 4, 2, 3) },
      { inputs: qkv(2, 0, 2, 3) },
      { inputs: [...qkv(2, 0, 2, 3), { shape: [2, 0], dtype: "bool" }] },
      {
        inputs: [
          ...qkv(2, 3, 2, 2),
          flags([
            [1, 0, 1],
            [0, 0, 1],
          ]),
        ],
      },
      { inputs: [...qkv(2, 3, 2, 2), float([2, 3])] },
      {
        inputs: [
          ...qkv(2, 3, 2, 2),
          bias([
            [0, none, 1],
            [none, none, 0.5],
          ]),
        ],
        kink: "infinite scores",
      },
      // One mask for all heads.
      {
        inputs: [
          float([2, 2, 2, 1]),
          float([2, 2, 3, 1]),
          float([2, 2, 3, 1]),
          { shape: [2, 1, 1, 3], dtype: "bool", values: [1, 1, 0, 0, 1, 1] },
        ],
      },
      {
        inputs: [
          ...qkv(2, 3, 2, 2),
          flags([
            [0, 0, 0],
            [0, 1, 1],
          ]),
        ],
        unlikePyTorch: noKey,
      },
      {
        inputs: [
          ...qkv(2, 3, 2, 2),
          bias([
            [none, none, none],
            [0, 1, none],
          ]),
        ],
        kink: "infinite scores",
        unlikePyTorch: noKey,
      },
    ],
    options: {
      isCausal: [
        { inputs: qkv(3, 3, 2, 2), options: { isCausal: true } },
        { inputs: qkv(2, 4, 2, 2), options: { isCausal: true } },
        { inputs: qkv(4, 2, 2, 2), options: { isCausal: true } },
        {
          inputs: [
            ...qkv(3, 3, 2, 2),
            flags([
              [1, 0, 1],
              [0, 1, 1],
              [1, 0, 0],
            ]),
          ],
          options: { isCausal: true },
        },
        { inputs: [...qkv(3, 3, 2, 2), float([3, 3])], options: { isCausal: true } },
        {
          inputs: [
            ...qkv(2, 2, 2, 2),
            flags([
              [0, 1],
              [1, 1],
            ]),
          ],
          options: { isCausal: true },
          unlikePyTorch: noKey,
        },
      ],
      scale: [{ inputs: qkv(2, 3, 2, 2), options: { scale: 2 } }],
      dropout: [
        { inputs: qkv(3, 4, 2, 2), options: { dropout: 0.5 }, unlikePyTorch: "it draws other numbers" },
        { inputs: qkv(3, 4, 2, 2), options: { dropout: 1 } },
      ],
      training: [{ inputs: qkv(3, 4, 2, 2), options: { dropout: 0.5, training: false } }],
    },
    errors: [
      {
        inputs: [float([2, 3]), float([2, 4]), float([2, 3])],
        error: ShapeError,
        message:
          /^scaledDotProductAttention: q is \[2, 3\], k is \[2, 4\] and v is \[2, 3\]; the last axes of q \(3\) and k \(4\) must be equal$/,
      },
      {
        inputs: [float([2, 3]), float([4, 3]), float([5, 3])],
        error: ShapeError,
        message: /; the second to last axes of k \(4\) and v \(5\) must be equal$/,
      },
      {
        inputs: [float([3]), float([4, 3]), float([4, 3])],
        error: ShapeError,
        message: /; they must be \[\.\.\., L, E\], \[\.\.\., S, E\] and \[\.\.\., S, V\]$/,
      },
      {
        inputs: [float([2, 2, 3]), float([3, 4, 3]), float([3, 4, 3])],
        error: ShapeError,
        message: /^scaledDotProductAttention: cannot broadcast \[2\] with \[3\]/,
      },
      {
        inputs: [float([2, 3]), float([4, 3]), { shape: [4, 3], dtype: "int32" }],
        error: DTypeError,
        message:
          /^scaledDotProductAttention: q is float32, k is float32 and v is int32; they must be the same float$/,
      },
      {
        inputs: [...qkv(2, 3, 2, 2), { shape: [2, 3], dtype: "uint8" }],
        error: DTypeError,
        message: /^scaledDotProductAttention: the mask is uint8; it must be bool, or float32 like q$/,
      },
      {
        inputs: [...qkv(2, 3, 2, 2), float([4, 2, 3])],
        error: ShapeError,
        message:
          /^scaledDotProductAttention: the mask is \[4, 2, 3\]; it must broadcast to the scores, \[2, 3\]$/,
      },
      {
        inputs: qkv(2, 3, 2, 2),
        options: { dropout: 2 },
        error: ArgumentError,
        message: /^scaledDotProductAttention: the probability of dropout is 2; it must be from 0 to 1$/,
      },
    ],
  }),
  causalMask: helperSamplesOf<[], { readonly queries: number; readonly keys?: number }>({
    call: (_, { queries, keys }) => ops.causalMask(queries, keys),
    domains: [everywhere],
    samples: [
      { inputs: [], options: { queries: 4 } },
      { inputs: [], options: { queries: 0 } },
    ],
    options: {
      queries: [{ inputs: [], options: { queries: 1 } }],
      keys: [
        { inputs: [], options: { queries: 3, keys: 5 } },
        { inputs: [], options: { queries: 3, keys: 2 } },
        { inputs: [], options: { queries: 3, keys: 0 } },
      ],
    },
    errors: [
      {
        inputs: [],
        options: { queries: 2, keys: -1 },
        error: ArgumentError,
        message: /^causalMask: -1 is no number of places; give integers, 0 or more$/,
      },
    ],
    withoutGradcheck: "it has no gradient",
  }),
};
