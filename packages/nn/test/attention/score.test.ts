/** Attention by scores against the equations of the papers, written as loops over numbers. */
import { full, Generator, ones, randn, type Tensor, tensor, zeros } from "@wengert/autograd";
import "@wengert/autograd/vitest";
import { describe, expect, test } from "vitest";
import {
  AdditiveAttention,
  Attention,
  ConcatAttention,
  DotAttention,
  functionalCall,
  GeneralAttention,
} from "../../src/index.js";
import { expectClose } from "../support.js";

type Vector = readonly number[];
type Matrix = readonly Vector[];
type Weights = (name: string) => Matrix;
type Score = (q: Vector, k: Vector, weights: Weights) => number;

const generator = new Generator(31);
const options = { generator, dtype: "float64" } as const;
const draw = (...shape: number[]): Tensor => randn(shape, options);
const flat = (x: unknown[]): number[] => x.flat(9) as number[];

const dot = (x: Vector, y: Vector): number => x.reduce((sum, each, i) => sum + each * y[i]!, 0);
const times = (w: Matrix, x: Vector): number[] => w.map((row) => dot(row, x));
/** vᵀ tanh(x) */
const squashed = (v: Vector, x: Vector): number => dot(v, x.map(Math.tanh));

const additive: Score = (q, k, w) => {
  const [own, other] = [times(w("weight_query"), q), times(w("weight_key"), k)];
  return squashed(
    w("v")[0]!,
    own.map((each, i) => each + other[i]! + w("bias")[0]![i]!),
  );
};
const concatenated: Score = (q, k, w) => squashed(w("v")[0]!, times(w("weight"), [...q, ...k]));
const general: Score = (q, k, w) => dot(q, times(w("weight"), k));

const cases: [name: string, make: (queryDim: number, keyDim: number) => Attention, score: Score][] = [
  ["additive", (q, k) => new AdditiveAttention(q, k, 5, { bias: true, ...options }), additive],
  ["dot", (q) => new DotAttention(q), dot],
  ["general", (q, k) => new GeneralAttention(q, k, options), general],
  ["concat", (q, k) => new ConcatAttention(q, k, 5, options), concatenated],
];

/** Contexts and weights, query by query. */
function attend(
  queries: number[][][],
  keys: number[][][],
  values: number[][][],
  padding: boolean[][],
  score: (q: Vector, k: Vector) => number,
): { contexts: number[][][]; weights: number[][][] } {
  const weights = queries.map((qs, n) =>
    qs.map((q) => {
      const powers = keys[n]!.map((k, s) => (padding[n]![s]! ? 0 : Math.exp(score(q, k))));
      const total = powers.reduce((sum, each) => sum + each, 0);
      return powers.map((each) => each / total);
    }),
  );
  const contexts = weights.map((rows, n) =>
    rows.map((row) =>
      values[n]![0]!.map((_, i) =>
        dot(
          row,
          values[n]!.map((value) => value[i]!),
        ),
      ),
    ),
  );
  return { contexts, weights };
}

describe.each(cases)("%s", (name, make, score) => {
  const [queryDim, keyDim] = name === "dot" ? [3, 3] : [3, 2];
  const module = make(queryDim, keyDim);
  const state = module.stateDict();
  const weights: Weights = (key) => {
    const value = state.get(key)!.toArray() as number[] | number[][];
    return Array.isArray(value[0]) ? (value as number[][]) : [value as number[]];
  };
  const [query, keys, values] = [draw(2, 4, queryDim), draw(2, 5, keyDim), draw(2, 5, 3)];
  const padded = [
    [false, false, true, false, false],
    [false, false, false, true, true],
  ];
  const padding = tensor(
    padded.flat().map((each) => (each ? 1 : 0)),
    { shape: [2, 5], dtype: "bool" },
  );

  test.each([false, true])("is as the paper has it (padding: %s)", (some) => {
    const [context, alpha] = module.forward(query, keys, {
      values,
      keyPaddingMask: some ? padding : undefined,
      projected: module.projectKeys(keys),
    });
    const numbers = (x: Tensor): number[][][] => x.toArray() as number[][][];
    const reference = attend(
      numbers(query),
      numbers(keys),
      numbers(values),
      padded.map((row) => row.map((each) => some && each)),
      (q, k) => score(q, k, weights),
    );
    expectClose(context, { shape: [2, 4, 3], data: flat(reference.contexts) }, "context");
    expectClose(alpha, { shape: [2, 4, 5], data: flat(reference.weights) }, "weights");
    const [one, weightsOfOne] = module.forward(query.select(1, { axis: 1 }), keys, {
      values,
      keyPaddingMask: some ? padding.to("float64").mul(-1e300) : undefined,
    });
    expectClose(one, { shape: [2, 3], data: [...context.select(1, { axis: 1 }).toTypedArray()] }, "one step");
    expect(weightsOfOne.shape).toEqual([2, 5]);
  });

  test("has the gradients of its values", () => {
    const parameters = [...module.namedParameters()];
    const run = (q: Tensor, k: Tensor, ...given: Tensor[]): Tensor => {
      const made = functionalCall(
        module,
        Object.fromEntries(parameters.map(([key], i) => [key, given[i]!])),
        q,
        k,
        { keyPaddingMask: padding.narrow(1, 0, 3) },
      ) as unknown as [Tensor, Tensor];
      return made[0].square().sum().add(made[1].square().sum());
    };
    expect(run).toPassGradcheck([
      draw(2, 2, queryDim),
      draw(2, 3, keyDim),
      ...parameters.map(([, { shape }]) => draw(...shape)),
    ]);
  });

  test("reads its own values where it is given no others, and nothing where all is padding", () => {
    const own = module.forward(query, keys)[0].toArray();
    expect(module.forward(query, keys, { values: keys })[0].toArray()).toEqual(own);
    const nothing = { keyPaddingMask: ones([2, 5], { dtype: "bool" }) };
    expect(module.forward(query, keys, nothing)[0].toArray()).toEqual(zeros([2, 4, keyDim]).toArray());
    const far = { keyPaddingMask: full([2, 5], Number.NEGATIVE_INFINITY, options) };
    expect(module.forward(query, keys, far)[1].toArray()).toEqual(zeros([2, 4, 5]).toArray());
  });
});

describe("Attention", () => {
  test("starts within bounds", () => {
    const module = new AdditiveAttention(400, 100, 25, { bias: true, generator });
    const bounds = { weight_query: 1 / 20, weight_key: 1 / 10, v: 1 / 5, bias: 1 / 10 };
    expect([...module.stateDict().keys()]).toEqual(Object.keys(bounds));
    for (const [key, value] of module.stateDict()) {
      const largest = value.abs().amax().item();
      expect(largest).toBeLessThanOrEqual(bounds[key as keyof typeof bounds]);
      expect(largest).toBeGreaterThan(0.8 * bounds[key as keyof typeof bounds]);
    }
  });

  test("can be one's own", () => {
    class Distance extends Attention {
      override score(query: Tensor, keys: Tensor): Tensor {
        return query.unsqueeze(2).sub(keys.unsqueeze(1)).square().sum({ axis: -1 }).neg();
      }
    }
    const [, weights] = new Distance(2, 2).forward(
      zeros([1, 2]),
      tensor([
        [
          [0, 0],
          [9, 9],
        ],
      ]),
    );
    expect(weights.toArray()).toEqual([[1, 0]]);
  });

  test("refuses what does not fit", () => {
    const module = new GeneralAttention(3, 2, options);
    expect(() => module.forward(draw(2, 2), draw(2, 5, 2))).toThrow(
      "GeneralAttention: query is [2, 2], keys are [2, 5, 2] and values are [2, 5, 2]; they must be [N, L, 3] or [N, 3], [N, S, 2] and [N, S, V]",
    );
    expect(() => module.forward(draw(1, 3), draw(2, 5, 2))).toThrow("query is [1, 3]");
    expect(() => module.forward(draw(2, 3), draw(2, 5, 2), { values: draw(2, 4, 2) })).toThrow(
      "values are [2, 4, 2]",
    );
    expect(() => module.forward(draw(2, 3), draw(2, 5, 2), { values: zeros([2, 5, 2]) })).toThrow(
      "values are float32",
    );
    expect(() => module.forward(draw(2, 3), draw(2, 5, 2), { keyPaddingMask: zeros([2, 5]) })).toThrow(
      "keyPaddingMask is float32; it must be bool, or float64",
    );
    expect(() => module.forward(draw(2, 3), draw(2, 5, 2), { keyPaddingMask: draw(5, 2) })).toThrow(
      "keyPaddingMask is [5, 2]; it must be [2, 5]: [N, S]",
    );
  });
});
