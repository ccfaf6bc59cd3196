/** First-order optimizers that PyTorch does not have, against the formulas of their papers in plain numbers. */
import { expression, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  AdagradTrace,
  type DescentOptions,
  defineRule,
  NAG,
  Optimizer,
  type OptimizerInput,
} from "../src/index.js";
import { expectClose, flat, lossOf, type ProblemName, place, startOf } from "./problems.js";

const scales = [0.5, 3, 20];
const start = [1, -2, 0.5];
/** Of f(w) = ½ Σ cᵢ wᵢ² + Σ wᵢ. */
const gradientAt = (w: readonly number[]): number[] => w.map((each, i) => scales[i]! * each + 1);

function parameter(): Tensor {
  return tensor(start, { dtype: "float64", requiresGrad: true });
}

function backward(param: Tensor): void {
  param.grad = null;
  const c = tensor(scales, { dtype: "float64" });
  param.square().mul(c).mul(0.5).add(param).sum().backward();
}

const numbers = (x: Tensor): number[] => [...x.toTypedArray()];

/** The gradient of a problem at given numbers, as one list. */
function gradientOf(problem: ProblemName): (at: readonly number[]) => number[] {
  const loss = lossOf(problem);
  const params = startOf(problem);
  return (at) => {
    place(params, at);
    for (const param of params) param.grad = null;
    loss(params).backward();
    return flat(params.map(({ grad }) => grad!));
  };
}

/** 100 steps, each looked at afterwards. */
function train(
  problem: ProblemName,
  params: readonly Tensor[],
  optimizer: { zeroGrad(): void; step(): void },
  look: (step: number) => void,
): void {
  const loss = lossOf(problem);
  for (let step = 0; step < 100; step++) {
    optimizer.zeroGrad();
    loss(params).backward();
    optimizer.step();
    look(step);
  }
}

const problems = ["quadratic", "rosenbrock", "mlp"] as const;
const switches = [false, true];

describe("NAG", () => {
  const rates = { quadratic: 1e-3, rosenbrock: 1e-4, mlp: 0.05 };
  const crossed = [0.9, 0.5].flatMap((momentum) =>
    [0, 0.1].flatMap((weightDecay) => switches.map((maximize) => ({ momentum, weightDecay, maximize }))),
  );
  test.each(problems.flatMap((problem) => crossed.map((options) => [problem, options] as const)))(
    "on %s is v = μ v − η ∇f(w + μ v), w += v, with %j",
    (problem, options) => {
      const { momentum: mu, weightDecay: decay, maximize } = options;
      const lr = maximize ? rates[problem] / 100 : rates[problem];
      const params = startOf(problem);
      const nag = new NAG(params, { lr, ...options });
      const gradient = gradientOf(problem);
      let w = flat(params);
      let v = w.map(() => 0);
      train(problem, params, nag, (step) => {
        const eta = nag.paramGroups[0]!.lr;
        const ahead = w.map((each, i) => each + mu * v[i]!);
        const g = gradient(ahead).map((each, i) => (maximize ? -each : each) + decay * ahead[i]!);
        v = v.map((each, i) => mu * each - eta * g[i]!);
        w = w.map((each, i) => each + v[i]!);
        nag.atWeights(() => expectClose(flat(params), w, `w at ${step}`, 1e-10));
        expectClose(flat(params.map((param) => nag.state.get(param)!.velocity)), v, `v at ${step}`, 1e-10);
        if (step === 49) nag.paramGroups[0]!.lr = lr / 4;
      });
    },
  );

  test("puts parameters back from their weights, after an error too", () => {
    const param = parameter();
    const nag = new NAG([param], { lr: 0.01 });
    nag.atWeights(() => expect(numbers(param)).toEqual(start));
    backward(param);
    nag.step();
    const ahead = numbers(param);
    expect(() =>
      nag.atWeights(() => {
        expect(numbers(param)).not.toEqual(ahead);
        throw new Error("in the middle");
      }),
    ).toThrow("in the middle");
    expect(numbers(param)).toEqual(ahead);
  });
});

describe.each(problems)("AdagradTrace on %s", (problem) => {
  const crossed = [0, 0.1].flatMap((weightDecay) =>
    [0, 2].flatMap((initialAccumulatorValue) =>
      switches.map((maximize) => ({ weightDecay, initialAccumulatorValue, maximize })),
    ),
  );
  test.each(crossed)("is s += ‖g‖², w −= η g / √s in each parameter, with %j", (options) => {
    const { weightDecay, initialAccumulatorValue, maximize } = options;
    const [eta, eps] = [maximize ? 1e-3 : 0.05, 1e-3];
    const params = startOf(problem);
    const gradient = gradientOf(problem);
    // Of which parameter each number is.
    const owner = params.flatMap(({ size }, k) => Array.from({ length: size }, () => k));
    const s = params.map(() => initialAccumulatorValue);
    let w = flat(params);
    train(problem, params, new AdagradTrace(params, { lr: eta, eps, ...options }), (step) => {
      const g = gradient(w).map((each, i) => (maximize ? -each : each) + weightDecay * w[i]!);
      g.forEach((each, i) => (s[owner[i]!]! += each * each));
      w = w.map((each, i) => each - (eta * g[i]!) / (Math.sqrt(s[owner[i]!]!) + eps));
      expectClose(flat(params), w, `step ${step}`, 1e-10);
    });
  });
});

test("an optimizer of one's own is its rule: Lion", () => {
  interface LionOptions extends DescentOptions {
    readonly lr?: number;
    readonly betas?: readonly [number, number];
  }
  type State = { readonly expAvg: Tensor };
  const { compare, difference, product, select, sum } = expression;
  const lion = defineRule<LionOptions, State, "beta1" | "beta2" | "new1" | "new2">({
    name: "Lion",
    defaults: { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false },
    state: () => ({ expAvg: 0 }),
    numbers: ({ betas: [beta1, beta2] }) => ({ beta1, beta2, new1: 1 - beta1, new2: 1 - beta2 }),
    update: ({ p, g, expAvg, lr, beta1, beta2, new1, new2 }) => {
      const c = sum(product(beta1, expAvg), product(new1, g));
      const sign = select(compare("gt", c, 0), 1, select(compare("lt", c, 0), -1, 0));
      return {
        p: difference(p, product(lr, sign)),
        expAvg: sum(product(beta2, expAvg), product(new2, g)),
      };
    },
  });
  class Lion extends Optimizer<LionOptions, State> {
    constructor(params: OptimizerInput<LionOptions>, options: LionOptions = {}) {
      super(params, options, lion);
    }
  }

  const param = parameter();
  const optimizer = new Lion([param], { lr: 0.02, betas: [0.8, 0.95], weightDecay: 0.1 });
  let [w, m] = [start, start.map(() => 0)];
  for (let step = 0; step < 100; step++) {
    const g = gradientAt(w).map((each, i) => each + 0.1 * w[i]!);
    w = w.map((each, i) => each - 0.02 * Math.sign(0.8 * m[i]! + (1 - 0.8) * g[i]!));
    m = m.map((each, i) => 0.95 * each + (1 - 0.95) * g[i]!);
    backward(param);
    optimizer.step();
    expectClose(numbers(param), w, `step ${step}`, 1e-12);
  }
  expect([...optimizer.stateDict().state.keys()]).toEqual(["0.exp_avg"]);
  expect(() => new Lion([param], { betas: [0.9, 1] })).toThrow("Lion: beta2 is 1; it must be from 0 to 1");
});

test("a rule has no name twice", () => {
  interface Options {
    readonly lr: number;
  }
  const twice = defineRule<Options, { readonly lr: Tensor }>({
    name: "Twice",
    defaults: { lr: undefined },
    state: () => ({ lr: 0 }),
    update: ({ p }) => ({ p }),
  });
  class Twice extends Optimizer<Options, { readonly lr: Tensor }> {
    constructor(params: OptimizerInput<Options>, options: Options) {
      super(params, options, twice);
    }
  }
  const param = parameter();
  backward(param);
  expect(() => new Twice([param], { lr: 1 }).step()).toThrow(
    "Twice: its rule has two things of the name lr; give them other names",
  );
});
