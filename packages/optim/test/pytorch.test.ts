/** Optimizers and clipping against what PyTorch computes; scripts/fixtures/optim.py wrote the fixtures. */
import { decodeSafetensors, encodeSafetensors, noGrad, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  clipGradNorm,
  LBFGS,
  type LBFGSOptions,
  NAdam,
  RMSprop,
  SGD,
} from "../src/index.js";
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
  readonly lbfgs: {
    readonly options: LBFGSOptions;
    readonly problem: ProblemName;
    readonly losses: number[];
    readonly last: number[];
  }[];
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

function closureOf(optimizer: LBFGS, problem: ProblemName, params: readonly Tensor[]) {
  const lossAt = lossOf(problem);
  return () => {
    optimizer.zeroGrad();
    const loss = lossAt(params);
    loss.backward();
    return loss;
  };
}

describe("LBFGS", () => {
  test.each(
    fixtures.lbfgs.map((each) => [`${JSON.stringify(each.options)} on ${each.problem}`, each] as const),
  )("%s", (_, { options, problem, losses: wanted, last }) => {
    const params = startOf(problem);
    const optimizer = new LBFGS(params, options);
    const closure = closureOf(optimizer, problem, params);
    wanted.forEach((loss, i) => expectClose([optimizer.step(closure)], [loss], `loss of step ${i}`));
    expectClose(flat(params), last, "the last parameters");
  });

  test("goes on from a snapshot bit for bit", () => {
    const options = { lineSearchFn: "strong_wolfe", maxIter: 3, historySize: 4 } as const;
    const run = (params: Tensor[], optimizer: LBFGS, steps: number): void => {
      const closure = closureOf(optimizer, "rosenbrock", params);
      for (let i = 0; i < steps; i++) optimizer.step(closure);
    };
    const [whole, half, fresh] = [0, 1, 2].map(() => startOf("rosenbrock"));
    run(whole!, new LBFGS(whole!, options), 6);
    const first = new LBFGS(half!, options);
    run(half!, first, 3);
    const { state, paramGroups } = first.stateDict();
    const second = new LBFGS(fresh!);
    noGrad(() => fresh!.forEach((param, i) => param.assign(half![i]!)));
    second.loadStateDict({
      state: decodeSafetensors(encodeSafetensors(state)).tensors,
      paramGroups: JSON.parse(JSON.stringify(paramGroups)) as typeof paramGroups,
    });
    run(fresh!, second, 3);
    expect(flat(fresh!)).toEqual(flat(whole!));

    const other = new LBFGS(startOf("quadratic"));
    expect(() => other.loadStateDict({ state, paramGroups })).toThrow(
      /^LBFGS.loadStateDict: 0.direction is float64 \[2\]; the optimizer has float64 \[4\]$/,
    );
    expect(other.paramGroups[0].maxIter).toBe(20);
    expect(() => other.loadStateDict({ state, paramGroups: [] })).toThrow("the snapshot has  parameters");
  });

  test("refuses losses and gradients that are not finite or missing, and puts parameters back", () => {
    const param = tensor([1, 2], { dtype: "float64", requiresGrad: true });
    const optimizer = new LBFGS([param], { lr: 0.1 });
    const square = (broken: () => number) => () => {
      optimizer.zeroGrad();
      const loss = param.square().sum().mul(broken());
      loss.backward();
      return loss;
    };
    let calls = 0;
    const state = (): unknown => [flat([param]), optimizer.stateDict().state.size];
    expect(() => optimizer.step(square(() => (++calls === 3 ? NaN : 1)))).toThrow(
      "LBFGS.step: the loss is NaN; nothing was updated",
    );
    expect(state()).toEqual([[1, 2], 0]);
    const infinite = (): Tensor => {
      param.grad = tensor([Infinity, 1], { dtype: "float64" });
      return param.sum();
    };
    // Not how to let it pass, because there is no way.
    expect(() => optimizer.step(infinite)).toThrow(
      /parameter 0, \[2\], has 1 of 2 numbers infinite or NaN; detectAnomaly finds where they come from$/,
    );
    expect(state()).toEqual([[1, 2], 0]);
    expect(() => new LBFGS([param], { lineSearchFn: "armijo" as never })).toThrow(
      'LBFGS: lineSearchFn is "armijo"; it must be "strong_wolfe" or null',
    );
    param.grad = null;
    expect(() => optimizer.step(() => 1)).toThrow("LBFGS.step: no parameter has a gradient");
    expect(() => new LBFGS([param], { maxIter: 0 })).toThrow(
      "LBFGS: maxIter is 0; it must be a whole number",
    );
    expect(() => new LBFGS([])).toThrow("LBFGS: there are no parameters");
    expect(() => new LBFGS([param, tensor([1], { requiresGrad: true })])).toThrow(
      "they must be of one dtype",
    );
  });

  test("steps back from where the loss is not finite", () => {
    const param = tensor([4], { dtype: "float64", requiresGrad: true });
    const optimizer = new LBFGS([param], { lineSearchFn: "strong_wolfe", lr: 50 });
    optimizer.step(() => {
      optimizer.zeroGrad();
      // Only defined above 0, least at 1.
      const loss = param.sub(param.log()).sum();
      loss.backward();
      return loss;
    });
    expect(param.item()).toBeCloseTo(1, 6);
  });

  test("steps back from where the gradient is not finite, though the loss is", () => {
    const param = tensor([4], { dtype: "float64", requiresGrad: true });
    const optimizer = new LBFGS([param], { lineSearchFn: "strong_wolfe", lr: 5 });
    let tried = false;
    optimizer.step(() => {
      const x = param.item();
      tried ||= x < 0;
      param.grad = tensor([x < 0 ? NaN : 2 * (x - 1)], { dtype: "float64" });
      return (x - 1) * (x - 1);
    });
    expect(tried).toBe(true);
    expect(param.item()).toBeCloseTo(1, 6);
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
