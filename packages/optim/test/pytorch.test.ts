/** Optimizers and clipping against what PyTorch computes; scripts/fixtures/optim.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import { matmul, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { Adadelta, Adagrad, Adam, Adamax, AdamW, clipGradNorm, NAdam, RMSprop, SGD } from "../src/index.js";

interface FixtureTensor {
  readonly shape: number[];
  readonly data: number[];
}

interface Trajectory {
  readonly optimizer: keyof typeof optimizers;
  readonly options: { readonly lr: number };
  readonly problem: "quadratic" | "rosenbrock" | "mlp";
  /** All parameters, one after another, after some of the 100 steps. */
  readonly kept: Record<string, number[]>;
  readonly state: Record<string, FixtureTensor>;
}

interface Fixtures {
  readonly problems: Record<string, { params: FixtureTensor[]; data: Record<string, FixtureTensor> }>;
  readonly trajectories: Trajectory[];
  readonly clipping: {
    grads: FixtureTensor[];
    maxNorm: number;
    normType: 2 | "Infinity";
    norm: number;
    clipped: number[];
  }[];
}

const file = new URL("fixtures/trajectories.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(file, "utf8")) as Fixtures;
const dtype = "float64";
const load = ({ shape, data }: FixtureTensor): Tensor => tensor(data, { shape, dtype });
const flat = (tensors: readonly Tensor[]): number[] => tensors.flatMap((each) => [...each.toTypedArray()]);

function expectClose(
  actual: readonly number[],
  wanted: readonly number[],
  what: string,
  tolerance = 1e-9,
): void {
  expect(actual, what).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    const error = Math.abs(actual[i]! - value);
    expect(error, `${what}: number ${i} is ${actual[i]}, PyTorch has ${value}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(value)),
    );
  });
}

type Loss = (params: readonly Tensor[], data: Record<string, Tensor>) => Tensor;

const losses: Record<Trajectory["problem"], Loss> = {
  quadratic: ([x], { a }) => matmul(x!, matmul(a!, x!)).mul(0.5),
  rosenbrock: ([x]) => {
    const [a, b] = x!.unbind();
    return a!.neg().add(1).square().add(b!.sub(a!.square()).square().mul(100));
  },
  mlp: ([w1, b1, w2, b2], { inputs, targets }) =>
    matmul(matmul(inputs!, w1!.transpose()).add(b1!).tanh(), w2!.transpose())
      .add(b2!)
      .sub(targets!)
      .square()
      .mean(),
};

const optimizers = { SGD, Adagrad, Adam, AdamW, Adamax, NAdam, RMSprop, Adadelta };

describe("100 steps", () => {
  test.each(
    fixtures.trajectories.map(
      (each) => [`${each.optimizer} ${JSON.stringify(each.options)} on ${each.problem}`, each] as const,
    ),
  )("%s", (_, { optimizer, options, problem, kept, state }) => {
    const { params: starts, data: given } = fixtures.problems[problem]!;
    const params = starts.map((start) => load(start));
    for (const param of params) param.requiresGrad = true;
    const data = Object.fromEntries(Object.entries(given).map(([name, each]) => [name, load(each)]));
    const made = new optimizers[optimizer](params, options);
    for (let step = 1; step <= 100; step++) {
      made.zeroGrad();
      losses[problem](params, data).backward();
      made.step();
      const wanted = kept[step];
      if (wanted !== undefined) expectClose(flat(params), wanted, `step ${step}`);
    }
    const own = made.stateDict().state;
    expect([...own.keys()].sort()).toEqual(Object.keys(state).sort());
    for (const [name, { shape, data: numbers }] of Object.entries(state)) {
      expect(own.get(name)!.shape).toEqual(shape);
      expectClose(flat([own.get(name)!]), numbers, name);
    }
  });
});

test.each(fixtures.clipping)(
  "clipGradNorm to $maxNorm by norm $normType",
  ({ grads, maxNorm, normType, norm, clipped }) => {
    const params = grads.map((each) => {
      const param = load(each);
      param.requiresGrad = true;
      param.grad = load(each);
      return param;
    });
    const found = clipGradNorm(params, maxNorm, { normType: Number(normType) });
    expectClose([found.item()], [norm], "norm", 1e-14);
    expectClose(flat(params.map(({ grad }) => grad!)), clipped, "gradients", 1e-14);
  },
);
