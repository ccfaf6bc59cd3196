/** Hessian-free optimisation against direct solves, finite differences, and the paper's algorithm on dense matrices. */
import {
  decodeSafetensors,
  encodeSafetensors,
  Generator,
  hessian,
  jacobian,
  linear,
  matmul,
  mean,
  noGrad,
  qr,
  randn,
  solve,
  type Tensor,
  tensor,
  trace,
  withSubstitutes,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { conjugateGradients } from "../src/hessian-free/conjugate-gradients.js";
import { Surface } from "../src/hessian-free/surface.js";
import {
  HessianFree,
  type HessianFreeOptions,
  type HessianFreeReport,
  type Objective,
} from "../src/index.js";
import { FlatParameters } from "../src/vector/flat-parameters.js";
import { dataOf, expectClose as expectNear, startOf } from "./problems.js";

const dtype = "float64";
type Vector = readonly number[];
type Matrix = readonly Vector[];

const numbers = (x: Tensor): number[] => [...x.toTypedArray()];
const vector = (x: Vector): Tensor => tensor(x, { dtype });
const inner = (x: Vector, y: Vector): number => x.reduce((all, each, i) => all + each * y[i]!, 0);
const times = (matrix: Matrix, x: Vector): number[] => matrix.map((row) => inner(row, x));
const plus = (x: Vector, y: Vector, t = 1): number[] => x.map((each, i) => each + t * y[i]!);

function drawn(shape: readonly number[], seed: number): Tensor {
  return randn(shape, { dtype, generator: new Generator(seed) });
}

function expectClose(actual: Vector, wanted: Vector, tolerance: number, what = ""): void {
  expectNear(actual, wanted, what, tolerance);
}

/** The paper's conjugate gradients, in plain numbers: the iterates at ⌈1.3ʲ⌉ and the last, with their φ. */
function plainGradients(
  a: Matrix,
  b: Vector,
  start: Vector,
  preconditioner: Vector,
  most: number,
  epsilon: number,
): { readonly i: number; readonly x: Vector }[] {
  const kept: { i: number; x: Vector }[] = [];
  const marks = new Set(Array.from({ length: 40 }, (_, j) => Math.ceil(1.3 ** (j + 1))));
  let x = start;
  let r = plus(b, times(a, x), -1);
  let y = r.map((each, k) => each / preconditioner[k]!);
  let d: Vector = y;
  const values = [0.5 * inner(x, times(a, x)) - inner(x, b)];
  let done = 0;
  for (let i = 1; i <= most; i++) {
    const curvature = inner(d, times(a, d));
    if (inner(r, y) === 0 || curvature <= 0) break;
    const alpha = inner(r, y) / curvature;
    done = i;
    x = plus(x, d, alpha);
    const next = plus(r, times(a, d), -alpha);
    const nextY = next.map((each, k) => each / preconditioner[k]!);
    d = plus(nextY, d, inner(next, nextY) / inner(r, y));
    [r, y] = [next, nextY];
    values.push(0.5 * inner(x, times(a, x)) - inner(x, b));
    if (marks.has(i)) kept.push({ i, x });
    const k = Math.max(10, Math.floor(i / 10));
    const [now, then] = [values[i]!, values[i - k] ?? NaN];
    if (i > k && now < 0 && (now - then) / now < k * epsilon) break;
  }
  if (kept.at(-1)?.i !== done) kept.push({ i: done, x });
  return kept;
}

describe("conjugate gradients", () => {
  const size = 24;
  const factor = drawn([size, size], 1);
  const a = matmul(factor, factor.transpose()).add(
    tensor(
      Array.from({ length: size }, (_, i) =>
        Array.from({ length: size }, (_, j) => (i === j ? 0.1 * (i + 1) : 0)),
      ),
      { dtype },
    ),
  );
  const b = drawn([size], 2);
  const rows = a.toArray() as number[][];
  const product = (v: Tensor): Tensor => matmul(a, v);
  const ones = vector(rows.map(() => 1));
  const diagonal = vector(rows.map((row, i) => row[i]!));

  test.each([
    ["without a preconditioner", ones],
    ["with one", diagonal],
  ])("come to the direct solution, %s", (_, preconditioner) => {
    const options = { start: drawn([size], 3), preconditioner, maxIterations: 80, tolerance: 0 };
    const { x } = conjugateGradients(product, b, options).at(-1)!;
    expectClose(numbers(x), numbers(solve(a, b)), 1e-8);
  });

  test("with A for the preconditioner are there in one iteration", () => {
    const diagonalOnly = (v: Tensor): Tensor => v.mul(diagonal);
    const start = drawn([size], 4);
    const made = conjugateGradients(diagonalOnly, b, {
      start,
      preconditioner: diagonal,
      maxIterations: 1,
      tolerance: 0,
    });
    expect(made).toHaveLength(1);
    expectClose(numbers(made[0]!.x), numbers(b.div(diagonal)), 1e-13);
  });

  test.each([0.05, 0.005, 0.0005])(
    "stop by relative progress of %f, and keep the iterates at ⌈1.3ʲ⌉",
    (tolerance) => {
      const start = vector(rows.map(() => 0));
      const made = conjugateGradients(product, b, {
        start,
        preconditioner: diagonal,
        maxIterations: 60,
        tolerance,
      });
      const wanted = plainGradients(rows, numbers(b), numbers(start), numbers(diagonal), 60, tolerance);
      expect(made.map(({ iteration }) => iteration)).toEqual(wanted.map(({ i }) => i));
      expect(wanted.at(-1)!.i).toBeLessThan(60);
      made.forEach(({ x }, j) => expectClose(numbers(x), wanted[j]!.x, 1e-7));
    },
  );

  test("leave what solves it already, stop at curvature that is not positive, and refuse what is no number", () => {
    const options = { preconditioner: ones, maxIterations: 9, tolerance: 0 };
    const solution = vector(rows.map((_, i) => i));
    const same = conjugateGradients((v) => v, solution, { start: solution, ...options });
    expect(same.map(({ iteration, x }) => [iteration, numbers(x)])).toEqual([[0, numbers(solution)]]);
    const zero = vector(rows.map(() => 0));
    const upside = conjugateGradients((v) => v.neg(), b, { start: zero, ...options });
    expect(upside.map(({ iteration, x }) => [iteration, numbers(x)])).toEqual([[0, numbers(zero)]]);
    expect(() => conjugateGradients((v) => v.mul(NaN), b, { start: zero, ...options })).toThrow(
      "conjugate gradients: the residual rᵀM⁻¹r is NaN after 0 iterations",
    );
  });
});

/** A recurrent network over 3 steps of 5 cases, with 2 hidden units and one input and output: 11 numbers. */
function recurrent(seed = 1) {
  const shapes = [[2, 1], [2, 2], [2], [1, 2], [1]];
  const params = shapes.map((shape, i) =>
    drawn(shape, 10 * seed + i)
      .mul(0.7)
      .detach(),
  );
  for (const param of params) param.requiresGrad = true;
  const [wx, wh, bh, wy, by] = params as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const xs = Array.from({ length: 3 }, (_, t) => drawn([5, 1], 100 + t));
  const targets = drawn([5, 1], 200);
  const outputs = () => {
    let h = matmul(xs[0]!, wx.transpose()).add(bh).tanh();
    const hidden = [h];
    for (const x of xs.slice(1)) {
      h = matmul(x, wx.transpose()).add(matmul(h, wh.transpose())).add(bh).tanh();
      hidden.push(h);
    }
    return { y: matmul(h, wy.transpose()).add(by), hidden };
  };
  type Out = ReturnType<typeof outputs>;
  // Convex, and of another curvature in every case: log cosh.
  const losses = ({ y }: Out): Tensor => y.sub(targets).cosh().log().sum({ axis: 1 });
  const objective: Objective<Out> = { outputs, losses, hidden: ({ hidden }) => hidden };
  return { params, objective };
}

/** D(now, before) whose curvature by what goes into the tanh is 1 − h². */
function matching(now: Tensor, before: Tensor): Tensor {
  const part = (sign: number): Tensor =>
    before
      .mul(sign)
      .add(1)
      .mul(now.mul(sign).add(1).log().sub(before.mul(sign).add(1).log()));
  return part(1).add(part(-1)).sum().mul(-0.5);
}

/**
 * Everything of an objective by dense matrices, as functions of a vector.
 *
 * @param bend the second derivative of the mean loss by each output, where it is the same for all and mixed ones are 0
 */
function dense<Out extends { y: Tensor; hidden: readonly Tensor[] }>(
  params: readonly Tensor[],
  { outputs, losses }: Objective<Out>,
  bend?: number,
) {
  const flat = new FlatParameters("test", params);
  const at = <T>(p: Tensor, body: (out: Out) => T): T => {
    const parts = flat.split(p);
    return withSubstitutes(
      params.map((param, i) => [param, parts[i]!]),
      () => body(outputs()),
    );
  };
  const rows = (x: Tensor): Matrix => x.reshape([-1, x.shape.at(-1)!]).toArray() as number[][];
  const cases = noGrad(() => losses(outputs()).size);
  const cost = (p: Vector): number => noGrad(() => at(vector(p), (out) => mean(losses(out)).item()));
  const gradient = (p: Vector): Vector =>
    numbers(jacobian((q: Tensor) => at(q, (out) => mean(losses(out))), vector(p)));
  const caseGradients = (p: Vector): Matrix => rows(jacobian((q: Tensor) => at(q, losses), vector(p)));
  const gaussNewton = (p: Vector): Matrix => {
    const j = jacobian((q: Tensor) => at(q, ({ y }) => y), vector(p)).reshape([-1, p.length]);
    if (bend !== undefined) return rows(matmul(j.transpose(), j).mul(bend));
    const seen = noGrad(() => at(vector(p), (out) => out));
    const curvature = hessian((y: Tensor) => mean(losses({ ...seen, y })), seen.y);
    const h = curvature.reshape([j.shape[0]!, j.shape[0]!]);
    return rows(matmul(j.transpose(), matmul(h, j)));
  };
  const states = (p: Vector): Vector =>
    noGrad(() => at(vector(p), ({ hidden }) => hidden.flatMap((each) => numbers(each))));
  const hiddenJacobian = (p: Vector): Matrix =>
    Array.from({ length: noGrad(() => outputs().hidden.length) }, (_, t) =>
      rows(jacobian((q: Tensor) => at(q, ({ hidden }) => hidden[t]!), vector(p)).reshape([-1, p.length])),
    ).flat();
  return { cases, cost, gradient, caseGradients, gaussNewton, states, hiddenJacobian };
}

describe("the curvature", () => {
  const { params, objective } = recurrent();
  const flat = new FlatParameters("test", params);
  const here = numbers(noGrad(() => flat.join(params)));
  const [u, v] = [drawn([flat.length], 5), drawn([flat.length], 6)];
  const of = dense(params, objective);
  const product = (damping: number, structural: number, given = objective, decay = 0): Tensor =>
    noGrad(() => new Surface("test", flat, given, decay).product(v, { damping, structural }));

  test("is Jᵀ H J and the damping", () => {
    const matrix = of.gaussNewton(here);
    expectClose(numbers(product(0, 0)), times(matrix, numbers(v)), 1e-12);
    expectClose(numbers(product(0.3, 0)), plus(times(matrix, numbers(v)), numbers(v), 0.3), 1e-12);
    expectClose(
      numbers(product(0.3, 0, objective, 0.2)),
      plus(times(matrix, numbers(v)), numbers(v), 0.5),
      1e-12,
    );
  });

  test.each([
    ["squared distance", undefined],
    ["distance matched to tanh", matching],
  ])("of damping with a %s is that of finite differences", (_, distance) => {
    const [lambda, mu, step] = [0.3, 0.7, 1e-4];
    const given = distance ? { ...objective, distance } : objective;
    const damped = product(lambda, mu, given).sub(product(0, 0, given));
    const before = of.states(here);
    const away = (now: Vector): number =>
      distance
        ? distance(vector(now), vector(before)).item()
        : 0.5 * inner(plus(now, before, -1), plus(now, before, -1));
    // λ (½ ‖p − here‖² + μ D / N)
    const penalty = (s: number, t: number): number => {
      const move = plus(numbers(u.mul(s)), numbers(v), t);
      return lambda * (0.5 * inner(move, move) + (mu * away(of.states(plus(here, move)))) / of.cases);
    };
    const second =
      (penalty(step, step) - penalty(step, -step) - penalty(-step, step) + penalty(-step, -step)) /
      (4 * step * step);
    expect(second).not.toBeCloseTo(lambda * inner(numbers(u), numbers(v)), 1);
    expectClose([inner(numbers(u), numbers(damped))], [second], 1e-5);
  });

  test("has a preconditioner of the squares of the gradients of cases", () => {
    const surface = new Surface("test", flat, objective, 0);
    const exact = noGrad(() => surface.squaredGradients("all", new Generator(1)));
    const rows = of.caseGradients(here);
    const wanted = here.map((_, k) => rows.reduce((all, row) => all + row[k]! ** 2, 0) / of.cases);
    expectClose(numbers(exact), wanted, 1e-12);
    // Few cases are not sampled.
    expect(numbers(noGrad(() => surface.squaredGradients(5, new Generator(1))))).toEqual(numbers(exact));
    const draws = 100;
    const sampled = Array.from({ length: draws }, (_, i) =>
      numbers(noGrad(() => surface.squaredGradients(1, new Generator(i)))),
    ).reduce((all, each) => plus(all, each));
    const scale = Math.max(...wanted);
    sampled.forEach((each, k) => expect(Math.abs(each / draws - wanted[k]!)).toBeLessThan(0.3 * scale));
  });

  test("of samples is exact where every case has parameters of its own", () => {
    const param = tensor([1, 2, 3], { dtype, requiresGrad: true });
    const own = new FlatParameters("test", [param]);
    const surface = new Surface(
      "test",
      own,
      { outputs: () => param, losses: (out: Tensor) => out.square() },
      0,
    );
    const sampled = noGrad(() => surface.squaredGradients(2, new Generator(3)));
    expectClose(numbers(sampled), [4 / 3, 16 / 3, 12], 1e-14);
  });
});

/** What a step of the plain algorithm starts from, and leaves. */
interface PlainState {
  readonly p: Vector;
  /** What conjugate gradients came to. */
  readonly last: Vector;
  readonly lambda: number;
}

type PlainOptions = Omit<Required<HessianFreeOptions>, "damping">;

/**
 * A step of the papers' algorithm, in plain numbers and dense matrices.
 *
 * @param kept how many iterations the optimizer has kept: where iterates have the same loss but for rounding errors, it may
 *   take either
 * @param length how far it went, which is for it to say where the whole step changes the loss by less than rounding errors
 * @returns also whether it changes it by more
 */
function plainStep(
  [of, part]: readonly [whole: ReturnType<typeof dense>, part: ReturnType<typeof dense>],
  { p, last, lambda }: PlainState,
  options: PlainOptions,
  { kept, length }: Pick<HessianFreeReport, "kept" | "length">,
): PlainState & { readonly isTold: boolean } {
  const { structuralDamping: structural, weightDecay: decay, warmStart: zeta } = options;
  const f = (q: Vector, { cost } = of): number => {
    const loss = cost(q) + 0.5 * decay * inner(q, q);
    return Number.isFinite(loss) ? loss : Infinity;
  };
  const g = plus(of.gradient(p), p, decay);
  const undamped = part.gaussNewton(p).map((row, k) => row.map((x, l) => x + (k === l ? decay : 0)));
  const j = structural === 0 ? [] : part.hiddenJacobian(p);
  const damped = undamped.map((row, k) =>
    row.map((x, l) => {
      const held = j.reduce((all, states) => all + states[k]! * states[l]!, 0) / part.cases;
      return x + lambda * ((k === l ? 1 : 0) + structural * held);
    }),
  );
  const each = part.caseGradients(p);
  const m = p.map((_, k) =>
    options.preconditionerSamples === 0
      ? 1
      : (each.reduce((all, row) => all + row[k]! ** 2, 0) / part.cases + lambda + decay) **
        options.preconditionerExponent,
  );
  const iterates = plainGradients(
    damped,
    g.map((x) => -x),
    last.map((x) => zeta * x),
    m,
    options.maxIterations,
    options.tolerance,
  );
  let chosen = iterates.length - 1;
  let now = f(plus(p, iterates[chosen]!.x), part);
  for (; chosen > 0; chosen--) {
    const earlier = f(plus(p, iterates[chosen - 1]!.x), part);
    const isTie = Math.abs(earlier - now) <= 1e-13 * now;
    if (isTie ? iterates[chosen]!.i <= kept : earlier > now) break;
    now = earlier;
  }
  const d = iterates[chosen]!.x;
  const loss = f(p);
  const foretold = inner(g, d) + 0.5 * inner(d, times(undamped, d));
  const rho = foretold < 0 ? (f(plus(p, d)) - loss) / foretold : -Infinity;
  let t = 1;
  let tries = 0;
  while (tries <= 60 && f(plus(p, d, t)) > loss + 0.01 * t * Math.min(inner(g, d), 0)) {
    t *= 0.8;
    tries++;
  }
  // Of the outputs, whose squares the losses are.
  const isTold = Math.abs(foretold) > 1e-13 * (loss + Math.sqrt(loss)) + 1e-28;
  return {
    p: plus(p, d, isTold ? (tries <= 60 ? t : 0) : length),
    last: iterates.at(-1)!.x,
    lambda: rho < 1 / 4 ? lambda * 1.5 : rho > 3 / 4 ? (lambda * 2) / 3 : lambda,
    isTold,
  };
}

/** Rosenbrock's valley as two cases with an output each. */
function valley(start: Vector = [-1.2, 1]) {
  const param = tensor(start, { dtype, requiresGrad: true });
  const outputs = () => {
    const [a, b] = param.unbind();
    return {
      y: matmul(
        tensor(
          [
            [-1, 0],
            [0, 10],
          ],
          { dtype },
        ),
        a!.mul(vector([1, 0])).add(b!.sub(a!.square()).mul(vector([0, 1]))),
      ).add(vector([1, 0])),
      hidden: [param.tanh()],
    };
  };
  const objective: Objective<ReturnType<typeof outputs>> = {
    outputs,
    losses: ({ y }) => y.square(),
    hidden: ({ hidden }) => hidden,
  };
  return { params: [param], objective };
}

/** ½ xᵀA x of condition number 1e4, as four cases of one output each. */
function bowl() {
  const param = tensor([1, -2, 3, -4], { dtype, requiresGrad: true });
  const { q } = qr(drawn([4, 4], 7));
  const root = q.mul(vector([0.02, 1, 10, 200]).sqrt().unsqueeze(1));
  const outputs = () => ({ y: matmul(root, param), hidden: [matmul(root, param).tanh()] });
  const objective: Objective<ReturnType<typeof outputs>> = {
    outputs,
    losses: ({ y }) => y.square().mul(2),
    hidden: ({ hidden }) => hidden,
  };
  return { params: [param], objective };
}

/** The small perceptron on which the other optimizers are compared, and half of its cases for the curvature. */
function perceptron() {
  const params = startOf("mlp");
  const { inputs, targets } = dataOf("mlp");
  const [w1, b1, w2, b2] = params as [Tensor, Tensor, Tensor, Tensor];
  const over = (cases: number) => {
    const [x, wanted] = [inputs!.narrow(0, 0, cases), targets!.narrow(0, 0, cases)];
    const outputs = () => {
      const hidden = linear(x, w1, b1).tanh();
      return { y: linear(hidden, w2, b2), hidden: [hidden] };
    };
    const objective: Objective<ReturnType<typeof outputs>> = {
      outputs,
      losses: ({ y }) => y.sub(wanted).square().mean({ axis: 1 }),
      hidden: ({ hidden }) => hidden,
    };
    return objective;
  };
  return { params, objective: over(6), curvature: over(3) };
}

describe("HessianFree", () => {
  const flatOf = (params: readonly Tensor[]): number[] => params.flatMap((param) => numbers(param));

  type Problem = () => { params: Tensor[]; objective: Objective<never>; curvature?: Objective<never> };
  test.each<[string, Problem, number, HessianFreeOptions]>([
    ["a bowl", bowl as never, 25, { preconditionerSamples: "all", maxIterations: 2 }],
    ["a valley", valley as never, 100, { preconditionerSamples: "all" }],
    [
      "a recurrent network",
      recurrent as never,
      40,
      { preconditionerSamples: "all", structuralDamping: 0.5, weightDecay: 0.01, maxIterations: 4 },
    ],
    [
      "a recurrent network, each time from nothing",
      recurrent as never,
      100,
      { preconditionerSamples: 0, warmStart: 0, maxIterations: 4 },
    ],
  ])("follows the papers' algorithm on %s", (_, problem, steps, options) => {
    const { params, objective } = problem();
    const optimizer = new HessianFree(params, options);
    const group = optimizer.paramGroups[0];
    const of = dense(params, objective as never);
    let wanted: PlainState = {
      p: flatOf(params),
      last: flatOf(params).map(() => 0),
      lambda: group.damping,
    };
    // The reference computes at given parameters, so it may take turns with the optimizer.
    let step = 0;
    while (step < steps) {
      const report = optimizer.step(objective);
      const { loss, next } = report;
      wanted = plainStep([of, of], wanted, group, report);
      expect(next).toBeLessThanOrEqual(loss);
      expectClose(flatOf(params), wanted.p, 1e-9, `step ${step}`);
      expect(group.damping).toBeCloseTo(wanted.lambda, 12);
      step++;
      // In the end it is rounding that decides.
      if (loss < 1e-20) break;
    }
    expect(step).toBeGreaterThan(10);
  });

  /** Each option at two values or more, on every problem. */
  const settings: readonly HessianFreeOptions[] = [
    { preconditionerSamples: "all", maxIterations: 3 },
    {
      preconditionerSamples: 0,
      damping: 0.5,
      tolerance: 0.1,
      warmStart: 0.5,
      weightDecay: 0.1,
      maxIterations: 12,
    },
    {
      preconditionerExponent: 0.5,
      preconditionerSamples: "all",
      weightDecay: 0.1,
      structuralDamping: 0.5,
      maxIterations: 6,
    },
  ];
  test.each(
    // All of squares: with their second derivatives by each output of the cases for the curvature.
    Object.entries<readonly [Problem, bend: number]>({
      "a bowl": [bowl as never, 1],
      "a valley": [valley as never, 1],
      "a perceptron": [perceptron as never, 1 / 3],
    }).flatMap(([name, [problem, bend]]) =>
      settings.map((options) => [name, options, problem, bend] as const),
    ),
  )("goes on %s with %j each of 100 steps as the papers do from there", (_, options, problem, bend) => {
    const { params, objective, curvature = objective } = problem();
    const optimizer = new HessianFree(params, options);
    const group = optimizer.paramGroups[0];
    const whole = dense(params, objective as never);
    const part = dense(params, curvature as never, bend);
    const solution = (): number[] => numbers(optimizer.stateDict().state.get("0.solution")!);
    let told = 0;
    for (let step = 1; step <= 100; step++) {
      const state = { p: flatOf(params), last: solution(), lambda: group.damping };
      const report = optimizer.step(objective, curvature);
      const wanted = plainStep([whole, part], state, { ...group }, report);
      expectClose(flatOf(params), wanted.p, 1e-9, `parameters after step ${step}`);
      expectClose(solution(), wanted.last, 1e-9, `solution of step ${step}`);
      // The ratio may be one of rounding errors.
      if (!wanted.isTold) continue;
      told++;
      expectClose([group.damping], [wanted.lambda], 1e-12, `damping after step ${step}`);
    }
    expect(told).toBeGreaterThan(10);
  });

  /** A net of 2 inputs, with 100 cases for the gradient and 20 of them for the curvature. */
  function net(options: HessianFreeOptions = {}, seed = 1) {
    const generator = new Generator(seed);
    const params = [randn([3, 2], { generator }), randn([3], { generator }), randn([1, 3], { generator })];
    for (const param of params) param.requiresGrad = true;
    const x = randn([100, 2], { generator: new Generator(50) });
    const of = (cases: number): Objective<Tensor> => {
      const [inputs, wanted] = [x.narrow(0, 0, cases), x.narrow(0, 0, cases).sin().sum({ axis: 1 })];
      return {
        outputs: () =>
          matmul(matmul(inputs, params[0]!.transpose()).add(params[1]!).tanh(), params[2]!.transpose()),
        losses: (y) => y.squeeze(1).sub(wanted).square(),
      };
    };
    const optimizer = new HessianFree(params, { ...options, generator: new Generator(seed) });
    return { params, optimizer, all: of(100), some: of(20) };
  }

  test("with the curvature of a part of the cases goes down on all of them", () => {
    const { params, optimizer, all, some } = net({ damping: 0.1 });
    const reports = Array.from({ length: 15 }, () => optimizer.step(all, some));
    for (const { loss, next } of reports) expect(next).toBeLessThanOrEqual(loss);
    expect(reports[0]!.loss).toBeGreaterThan(20 * reports.at(-1)!.next);
    for (const { iterations, kept, trials } of reports) {
      expect(kept).toBeLessThanOrEqual(iterations);
      expect(trials).toBeGreaterThan(0);
    }
    expect(params.map(({ grad }) => grad)).toEqual([null, null, null]);
  });

  test("stops conjugate gradients by relative progress, which counts from the eleventh iteration, or at the most", () => {
    const iterations = (options: HessianFreeOptions): number => {
      const { params, objective } = perceptron();
      const optimizer = new HessianFree(params, { preconditionerSamples: 0, damping: 0.01, ...options });
      return optimizer.step(objective).iterations;
    };
    expect(iterations({ tolerance: 0.1 })).toBe(11);
    expect(iterations({ tolerance: 0, maxIterations: 20 })).toBe(20);
    expect(iterations({ maxIterations: 7 })).toBe(7);
  });

  test("goes on from a snapshot bit for bit, and refuses others", () => {
    const [whole, half, fresh] = [net({ damping: 0.3 }), net({ damping: 0.3 }), net({}, 2)];
    for (let i = 0; i < 8; i++) whole.optimizer.step(whole.all, whole.some);
    for (let i = 0; i < 4; i++) half.optimizer.step(half.all, half.some);
    const { state, paramGroups } = half.optimizer.stateDict();
    noGrad(() => fresh.params.forEach((param, i) => param.assign(half.params[i]!)));
    fresh.optimizer.loadStateDict({
      state: decodeSafetensors(encodeSafetensors(state)).tensors,
      paramGroups: JSON.parse(JSON.stringify(paramGroups)) as typeof paramGroups,
    });
    for (let i = 0; i < 4; i++) fresh.optimizer.step(fresh.all, fresh.some);
    expect(flatOf(fresh.params)).toEqual(flatOf(whole.params));
    expect(fresh.optimizer.paramGroups[0].damping).toBe(whole.optimizer.paramGroups[0].damping);

    const other = new HessianFree([tensor([1], { requiresGrad: true })]);
    const before = other.stateDict();
    expect(() => other.loadStateDict({ state, paramGroups })).toThrow(
      "HessianFree.loadStateDict: the snapshot has 3 parameters; the optimizer has 1",
    );
    const one = [{ ...paramGroups[0]!, params: [0] }];
    expect(() => other.loadStateDict({ state, paramGroups: one })).toThrow(
      "HessianFree.loadStateDict: 0.solution is float32 [12]; the optimizer has float32 [1]",
    );
    expect(other.stateDict().paramGroups).toEqual(before.paramGroups);
    expect([...other.stateDict().state].map(([name, x]) => [name, numbers(x)])).toEqual(
      [...before.state].map(([name, x]) => [name, numbers(x)]),
    );
  });

  test("makes no tensor larger than parameters and activations are", () => {
    const param = randn([40, 30], { generator: new Generator(1), requiresGrad: true });
    const x = randn([3, 30], { generator: new Generator(2) });
    const optimizer = new HessianFree([param], { maxIterations: 5, preconditionerSamples: 2 });
    const objective: Objective<Tensor> = {
      outputs: () => matmul(x, param.transpose()).tanh(),
      losses: (y) => y.sub(1).square().sum({ axis: 1 }),
    };
    const sizes = trace(() => optimizer.step(objective)).steps.flatMap((step) =>
      step.kind === "op" ? step.outputs.map(({ shape }) => shape.reduce((all, axis) => all * axis, 1)) : [],
    );
    expect(sizes.length).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBe(1200);
  });

  test("shortens a step that is too long, and leaves parameters where none is right", () => {
    // The losses have another bottom than the quadratic model says: f(x) = √(1 + x²).
    const param = tensor([30], { dtype, requiresGrad: true });
    const optimizer = new HessianFree([param], { damping: 0, preconditionerSamples: 0 });
    const objective: Objective<Tensor> = {
      outputs: () => param.mul(1),
      losses: (y) => y.square().add(1).sqrt(),
    };
    const report = optimizer.step(objective);
    expect(report.length).toBeLessThan(1);
    expect(report.next).toBeLessThan(report.loss);
    expect(Math.abs(report.ratio)).toBeGreaterThan(1);

    const kink = tensor([1], { dtype, requiresGrad: true });
    const stuck = new HessianFree([kink], { preconditionerSamples: 0 });
    // Smaller nowhere, in spite of the slope of 1 that is said to be here.
    const peak: Objective<Tensor> = {
      outputs: () => kink.mul(1),
      losses: (y) => y.sub(1).add(y.sub(1).abs().mul(1e6)),
    };
    const before = stuck.paramGroups[0].damping;
    const { length, loss, next } = stuck.step(peak);
    expect([length, next, kink.item()]).toEqual([0, loss, 1]);
    expect(stuck.paramGroups[0].damping).toBe(1.5 * before);
  });

  test("stays where the gradient is 0", () => {
    const param = tensor([0], { dtype, requiresGrad: true });
    const optimizer = new HessianFree([param]);
    const report = optimizer.step({ outputs: () => param.mul(2), losses: (y) => y.square() });
    expect([report.length, report.iterations, param.item()]).toEqual([0, 0, 0]);
  });

  test("refuses what it cannot descend, and changes nothing then", () => {
    const { params, optimizer, all } = net();
    optimizer.step(all);
    const [values, snapshot] = [flatOf(params), optimizer.stateDict()];
    const refused = (change: Partial<Objective<Tensor>>, message: string): void => {
      expect(() => optimizer.step({ ...all, ...change })).toThrow(message);
      expect(flatOf(params)).toEqual(values);
      const { state, paramGroups } = optimizer.stateDict();
      expect(paramGroups).toEqual(snapshot.paramGroups);
      for (const [name, x] of state) expect(numbers(x)).toEqual(numbers(snapshot.state.get(name)!));
    };
    refused(
      { losses: (y) => y.mul(NaN).squeeze(1) },
      "HessianFree.step: the loss is NaN; nothing was updated",
    );
    refused(
      { losses: (y) => y },
      "HessianFree.step: the losses are [100, 1]; they must be [N], one for each",
    );
    refused({ losses: (y) => y.narrow(0, 0, 0).squeeze(1) }, "HessianFree.step: the losses are [0]");
    refused(
      { outputs: () => randn([100, 1]) },
      "HessianFree.step: the losses were not computed from the parameters; outputs must run the model",
    );
    // A slope of NaN where the value is a number.
    const cliff = (y: Tensor): Tensor => y.squeeze(1).mul(0).sqrt().add(y.squeeze(1).square());
    refused({ losses: cliff }, "HessianFree.step: nothing was updated: the gradient of all parameters");
    let calls = 0;
    const late = (): Tensor => {
      if (++calls === 8) throw new TypeError("of another kind");
      return all.outputs();
    };
    refused({ outputs: late }, "of another kind");
    optimizer.paramGroups[0].structuralDamping = 1;
    expect(() => optimizer.step(all)).toThrow(
      "HessianFree.step: structuralDamping is 1 and the objective has no hidden",
    );
    expect(flatOf(params)).toEqual(values);

    const param = tensor([1], { requiresGrad: true });
    const made =
      (options: HessianFreeOptions, list = [param]) =>
      () =>
        new HessianFree(list, options);
    expect(made({}, [])).toThrow("HessianFree: there are no parameters");
    expect(made({}, [param, param])).toThrow("HessianFree: a parameter is listed twice");
    expect(made({ damping: -1 })).toThrow("HessianFree: damping is -1; it must be 0 or more");
    expect(made({ tolerance: NaN })).toThrow("HessianFree: tolerance is NaN");
    expect(made({ warmStart: 1.5 })).toThrow("HessianFree: warmStart is 1.5; it must be from 0 to 1");
    expect(made({ maxIterations: 0 })).toThrow("HessianFree: maxIterations is 0; it must be a whole number");
    expect(made({ preconditionerSamples: 0.5 })).toThrow("HessianFree: preconditionerSamples is 0.5");
    expect(made({ damping: 0 })).toThrow("HessianFree: damping is 0; with a preconditioner");
    expect(made({ lr: 1 } as never)).toThrow("HessianFree: there is no option lr; there are damping");
  });
});
