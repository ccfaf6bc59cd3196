/** Optimizers that PyTorch does not have, against the formulas of their papers in plain numbers. */
import {
  decodeSafetensors,
  encodeSafetensors,
  expression,
  matmul,
  noGrad,
  type Tensor,
  tensor,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  AdagradTrace,
  type DescentOptions,
  defineRule,
  NAG,
  NonlinearCG,
  type NonlinearCGOptions,
  Optimizer,
  type OptimizerInput,
} from "../src/index.js";
import { expectClose, fixtureOf, flat, lossOf, type ProblemName, startOf } from "./problems.js";

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
    let offset = 0;
    noGrad(() => {
      for (const param of params) {
        param.grad = null;
        const part = at.slice(offset, offset + param.size);
        param.assign(tensor(part, { shape: param.shape, dtype: "float64" }));
        offset += param.size;
      }
    });
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

describe("NAG", () => {
  test.each([
    ["quadratic", 0.9, 0, 1e-3],
    ["quadratic", 0.8, 0.1, 1e-3],
    ["rosenbrock", 0.9, 0, 1e-4],
    ["rosenbrock", 0.5, 0.1, 2e-4],
    ["mlp", 0.9, 0, 0.05],
    ["mlp", 0.8, 0.1, 0.05],
  ] as const)("on %s is v = μ v − η ∇f(w + μ v), w += v, with μ %f and λ %f", (problem, mu, decay, lr) => {
    const params = startOf(problem);
    const nag = new NAG(params, { lr, momentum: mu, weightDecay: decay });
    const gradient = gradientOf(problem);
    let w = flat(params);
    let v = w.map(() => 0);
    train(problem, params, nag, (step) => {
      const eta = nag.paramGroups[0]!.lr;
      const ahead = w.map((each, i) => each + mu * v[i]!);
      const g = gradient(ahead).map((each, i) => each + decay * ahead[i]!);
      v = v.map((each, i) => mu * each - eta * g[i]!);
      w = w.map((each, i) => each + v[i]!);
      nag.atWeights(() => expectClose(flat(params), w, `w at ${step}`, 1e-10));
      expectClose(flat(params.map((param) => nag.state.get(param)!.velocity)), v, `v at ${step}`, 1e-10);
      if (step === 49) nag.paramGroups[0]!.lr = lr / 4;
    });
  });

  test("climbs with maximize", () => {
    const param = parameter();
    backward(param);
    new NAG([param], { lr: 0.5, momentum: 0, maximize: true }).step();
    expectClose(
      numbers(param),
      start.map((each, i) => each + 0.5 * gradientAt(start)[i]!),
      "a step",
    );
  });

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

describe.each(["quadratic", "rosenbrock", "mlp"] as const)("AdagradTrace on %s", (problem) => {
  test.each([
    { weightDecay: 0, initialAccumulatorValue: 0, maximize: false },
    { weightDecay: 0.1, initialAccumulatorValue: 2, maximize: false },
    { weightDecay: 0.1, initialAccumulatorValue: 0, maximize: true },
  ])("is s += ‖g‖², w −= η g / √s in each parameter, with %j", (options) => {
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

describe("NonlinearCG", () => {
  const matrix = [
    [4, 1, 0],
    [1, 3, 0.5],
    [0, 0.5, 20],
  ];
  const times = (v: readonly number[]): number[] =>
    matrix.map((row) => row.reduce((all, each, i) => all + each * v[i]!, 0));
  const inner = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((all, each, i) => all + each * y[i]!, 0);

  function closureOf(param: Tensor, optimizer: NonlinearCG) {
    const a = tensor(matrix, { dtype: "float64" });
    return () => {
      optimizer.zeroGrad();
      const loss = matmul(param, matmul(a, param)).mul(0.5);
      loss.backward();
      return loss;
    };
  }

  test("with an exact line search is the linear method of Hestenes and Stiefel", () => {
    const param = parameter();
    const optimizer = new NonlinearCG([param], { curvature: 1e-10, toleranceChange: 0 });
    let x = [...start];
    let r = times(x).map((each) => -each);
    let d = r;
    for (let k = 0; k < 3; k++) {
      const t = inner(r, r) / inner(d, times(d));
      x = x.map((each, i) => each + t * d[i]!);
      const next = r.map((each, i) => each - t * times(d)[i]!);
      const beta = inner(next, next) / inner(r, r);
      d = next.map((each, i) => each + beta * d[i]!);
      r = next;
      optimizer.step(closureOf(param, optimizer));
      for (const [i, each] of numbers(param).entries()) expect(Math.abs(each - x[i]!)).toBeLessThan(1e-9);
    }
    expect(Math.max(...numbers(param).map(Math.abs))).toBeLessThan(1e-9);
  });

  const rosenbrock = (param: Tensor, optimizer: NonlinearCG) => () => {
    optimizer.zeroGrad();
    const [a, b] = param.unbind();
    const loss = a!.neg().add(1).square().add(b!.sub(a!.square()).square().mul(100));
    loss.backward();
    return loss;
  };
  const valley = (): Tensor => tensor([-1.2, 1], { dtype: "float64", requiresGrad: true });

  interface Run {
    readonly problem: ProblemName;
    readonly options: NonlinearCGOptions;
    readonly losses: readonly number[];
    /** The parameters after as many steps. */
    readonly last: readonly number[];
  }
  // By scripts/fixtures/conjugate_gradients.py, with PyTorch's line search; each as far as rounding errors let it be told.
  const runs = fixtureOf("conjugate-gradients") as readonly Run[];

  test.each(runs.map((run) => [run.problem, run.options, run] as const))(
    "on %s with %j goes the way of the papers",
    (problem, options, { losses, last }) => {
      const params = startOf(problem);
      const optimizer = new NonlinearCG(params, options);
      const lossAt = lossOf(problem);
      const closure = (): Tensor => {
        optimizer.zeroGrad();
        const loss = lossAt(params);
        loss.backward();
        return loss;
      };
      expectClose(
        losses.map(() => optimizer.step(closure)),
        losses,
        "losses",
      );
      expectClose(flat(params), last, "the last parameters");
    },
  );

  test("finds the end of Rosenbrock's valley", () => {
    const param = valley();
    const optimizer = new NonlinearCG([param]);
    const losses = Array.from({ length: 100 }, () => optimizer.step(rosenbrock(param, optimizer)));
    losses.slice(1).forEach((loss, i) => expect(loss).toBeLessThanOrEqual(losses[i]!));
    for (const each of numbers(param)) expect(Math.abs(each - 1)).toBeLessThan(1e-6);
  });

  test("goes on from a snapshot bit for bit, and refuses others", () => {
    const [whole, half, fresh] = [valley(), valley(), valley()];
    const run = (param: Tensor, optimizer: NonlinearCG, steps: number): void => {
      for (let i = 0; i < steps; i++) optimizer.step(rosenbrock(param, optimizer));
    };
    run(whole, new NonlinearCG([whole], { curvature: 0.2 }), 10);
    const first = new NonlinearCG([half], { curvature: 0.2 });
    run(half, first, 5);
    const { state, paramGroups } = first.stateDict();
    const second = new NonlinearCG([fresh]);
    noGrad(() => fresh.assign(half));
    second.loadStateDict({
      state: decodeSafetensors(encodeSafetensors(state)).tensors,
      paramGroups: JSON.parse(JSON.stringify(paramGroups)) as typeof paramGroups,
    });
    run(fresh, second, 5);
    expect(numbers(fresh)).toEqual(numbers(whole));
    const other = new NonlinearCG([parameter()]);
    expect(() => other.loadStateDict({ state, paramGroups })).toThrow(
      "NonlinearCG.loadStateDict: 0.direction is float64 [2]; the optimizer has float64 [3]",
    );
    expect(other.paramGroups[0].curvature).toBe(0.1);
  });

  test("changes nothing on an error", () => {
    const param = valley();
    const optimizer = new NonlinearCG([param]);
    let calls = 0;
    const broken = (): Tensor => {
      if (++calls === 2) throw new TypeError("of another kind");
      return rosenbrock(param, optimizer)();
    };
    expect(() => optimizer.step(broken)).toThrow("of another kind");
    expect(numbers(param)).toEqual([-1.2, 1]);
    expect(optimizer.stateDict().state.size).toBe(0);
    expect(() => optimizer.step(() => NaN)).toThrow("NonlinearCG.step: the loss is NaN");
    expect(() => new NonlinearCG([])).toThrow("NonlinearCG: there are no parameters");
    expect(() => new NonlinearCG([param], { curvature: 0.5 })).toThrow("NonlinearCG: curvature is 0.5");
  });
});
