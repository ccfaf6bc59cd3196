/** First-order optimizers and clipping against what PyTorch computes; scripts/fixtures/optim.py wrote the fixtures. */
import type { Tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { Adadelta, Adagrad, Adam, Adamax, AdamW, clipGradNorm, NAdam, RMSprop, SGD } from "../src/index.js";
import {
  expectClose,
  type FixtureTensor,
  fixtureOf,
  flat,
  load,
  lossOf,
  type ProblemName,
  startOf,
} from "./problems.js";

interface Run {
  readonly optimizer: keyof typeof optimizers;
  readonly options: { readonly lr: number };
  /** All parameters, one after another, after some of the 100 steps. */
  readonly kept: Record<string, number[]>;
}

interface Trajectory extends Run {
  readonly problem: ProblemName;
  readonly state?: Record<string, FixtureTensor>;
}

/** On the perceptron, its parameters in groups with options of their own. */
interface GroupedTrajectory extends Run {
  readonly sizes: readonly number[];
  readonly groups: readonly object[];
  readonly state: Record<string, FixtureTensor>;
}

interface Fixtures {
  readonly trajectories: Trajectory[];
  readonly groups: GroupedTrajectory[];
  readonly clipping: {
    grads: FixtureTensor[];
    maxNorm: number;
    normType: number | "Infinity";
    norm: number;
    clipped: number[];
  }[];
}

const fixtures = fixtureOf("trajectories") as Fixtures;

const optimizers = { SGD, Adagrad, Adam, AdamW, Adamax, NAdam, RMSprop, Adadelta };

type Stepped = Pick<InstanceType<(typeof optimizers)[Run["optimizer"]]>, "zeroGrad" | "step">;

function expectRun(made: Stepped, params: readonly Tensor[], problem: ProblemName, run: Run): void {
  const loss = lossOf(problem);
  for (let step = 1; step <= 100; step++) {
    made.zeroGrad();
    loss(params).backward();
    made.step();
    const wanted = run.kept[step];
    if (wanted !== undefined) expectClose(flat(params), wanted, `step ${step}`);
  }
}

function expectState(own: ReadonlyMap<string, Tensor>, state: Record<string, FixtureTensor>): void {
  expect([...own.keys()].sort()).toEqual(Object.keys(state).sort());
  for (const [name, { shape, data }] of Object.entries(state)) {
    expect(own.get(name)!.shape).toEqual(shape);
    expectClose(flat([own.get(name)!]), data, name);
  }
}

describe("100 steps", () => {
  test.each(
    fixtures.trajectories.map(
      (each) => [`${each.optimizer} ${JSON.stringify(each.options)} on ${each.problem}`, each] as const,
    ),
  )("%s", (_, { problem, state, ...run }) => {
    const params = startOf(problem);
    const made = new optimizers[run.optimizer](params, run.options);
    expectRun(made, params, problem, run);
    if (state !== undefined) expectState(made.stateDict().state, state);
  });

  test.each(
    fixtures.groups.map((each) => [`${each.optimizer} ${JSON.stringify(each.groups)}`, each] as const),
  )("in groups: %s", (_, { sizes, groups, state, ...run }) => {
    const params = startOf("mlp");
    const ends = sizes.map((_size, k) => sizes.slice(0, k + 1).reduce((all, size) => all + size));
    const input = groups.map((own, k) => ({ params: params.slice(ends[k - 1] ?? 0, ends[k]), ...own }));
    const made = new optimizers[run.optimizer](input, run.options);
    expectRun(made, params, "mlp", run);
    expectState(made.stateDict().state, state);
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
