/** Nonlinear conjugate gradients, against the formulas of the papers in plain numbers. */
import {
  decodeSafetensors,
  encodeSafetensors,
  Generator,
  matmul,
  noGrad,
  rand,
  type Tensor,
  tensor,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { NonlinearCG, type NonlinearCGOptions } from "../src/index.js";
import { type LinePoint, strongWolfe } from "../src/vector/strong-wolfe.js";
import { expectClose, fixtureOf, flat, lossOf, type ProblemName, place, startOf } from "./problems.js";

type Vector = readonly number[];

const start = [1, -2, 0.5];
const parameter = (): Tensor => tensor(start, { dtype: "float64", requiresGrad: true });
const numbers = (x: Tensor): number[] => [...x.toTypedArray()];
const inner = (x: Vector, y: Vector): number => x.reduce((all, each, i) => all + each * y[i]!, 0);
const plus = (x: Vector, y: Vector, t = 1): number[] => x.map((each, i) => each + t * y[i]!);
const largest = (x: Vector): number => Math.max(...x.map(Math.abs));

/** What a step leaves for the next, by the names of snapshots. */
interface Memory {
  readonly direction: Vector;
  readonly grad: Vector;
  readonly progress: Vector;
}

function memoryOf(optimizer: NonlinearCG): Memory | undefined {
  const { state } = optimizer.stateDict();
  if (state.size === 0) return undefined;
  return Object.fromEntries(
    Array.from(state, ([name, x]) => [name.slice("0.".length), numbers(x)]),
  ) as unknown as Memory;
}

/** The loss of a problem and its gradient, at given numbers. */
function evaluated(problem: ProblemName): (p: Vector) => { readonly loss: number; readonly grad: number[] } {
  const lossAt = lossOf(problem);
  const params = startOf(problem);
  return (p) => {
    place(params, p);
    for (const param of params) param.grad = null;
    const loss = lossAt(params);
    loss.backward();
    return { loss: loss.item(), grad: flat(params.map(({ grad }) => grad!)) };
  };
}

/** φ(t) = f(p + t d) and its slope. */
interface Point {
  readonly t: number;
  readonly phi: number;
  readonly slope: number;
}

/** Nocedal & Wright, equation 3.59. */
function cubic(x: Point, y: Point): number {
  const d1 = x.slope + y.slope - (3 * (x.phi - y.phi)) / (x.t - y.t);
  const d2 = Math.sign(y.t - x.t) * Math.sqrt(d1 * d1 - x.slope * y.slope);
  return y.t - ((y.t - x.t) * (y.slope + d2 - d1)) / (y.slope - x.slope + 2 * d2);
}

/** The least of a cubic within bounds, or where there is none the middle of them. */
function within(x: Point, y: Point, [from, to]: readonly [number, number]): number {
  const t = cubic(x, y);
  return Number.isNaN(t) ? (from + to) / 2 : Math.min(Math.max(t, from), to);
}

/**
 * Nocedal & Wright, algorithms 3.5 and 3.6, with c₁ = 1e-4. Their book leaves open how to interpolate and when to give up;
 * that is here as in minFunc: by cubics, kept a tenth of the bracket away from its ends where two in a row come too near,
 * and after 25 points.
 */
function lineSearch(
  phi: (t: number) => Point,
  zero: Point,
  first: number,
  c2: number,
  isSmall: (bracket: number) => boolean,
): number {
  const tooHigh = (x: Point): boolean => x.phi > zero.phi + 1e-4 * x.t * zero.slope;
  const isFlat = (x: Point): boolean => Math.abs(x.slope) <= c2 * Math.abs(zero.slope);
  let left = 25;
  let [last, now] = [zero, phi(first)];
  for (; ; left--) {
    if (left === 0) {
      last = zero;
      break;
    }
    if (tooHigh(now) || (left < 24 && now.phi >= last.phi)) break;
    if (isFlat(now)) return now.t;
    if (now.slope >= 0) break;
    [last, now] = [now, phi(within(last, now, [now.t + 0.01 * (now.t - last.t), 10 * now.t]))];
  }
  let [low, high] = last.phi <= now.phi ? [last, now] : [now, last];
  let wasNear = false;
  for (; left > 0 && !isSmall(Math.abs(high.t - low.t)); left--) {
    const [from, to] = low.t < high.t ? [low.t, high.t] : [high.t, low.t];
    // From the later point to the earlier it is the same cubic, but for its rounding errors.
    let t = low.t < high.t ? within(low, high, [from, to]) : within(high, low, [from, to]);
    const margin = (to - from) / 10;
    const isNear = Math.min(t - from, to - t) < margin;
    if (isNear && (wasNear || t <= from || t >= to)) {
      t = to - t < t - from ? to - margin : from + margin;
      wasNear = false;
    } else wasNear = isNear;
    const found = phi(t);
    if (tooHigh(found) || found.phi >= low.phi) {
      high = found;
      if (high.phi < low.phi) [low, high] = [high, low];
    } else {
      if (isFlat(found)) return found.t;
      if (found.slope * (high.t - low.t) >= 0) high = low;
      low = found;
    }
  }
  return low.t;
}

/** A step of the method of Polak and Ribière, restarted where β would be negative. */
function plainStep(
  at: ReturnType<typeof evaluated>,
  p: Vector,
  memory: Memory | undefined,
  { lr, curvature, toleranceGrad, toleranceChange }: Required<NonlinearCGOptions>,
): { readonly p: Vector; readonly memory: Memory | undefined } {
  const { loss, grad: g } = at(p);
  if (largest(g) <= toleranceGrad) return { p, memory };
  const steepest = g.map((each) => -each);
  let d = steepest;
  if (memory !== undefined) {
    const g0 = memory.grad;
    const beta = inner(g, plus(g, g0, -1)) / inner(g0, g0);
    if (beta > 0) d = plus(steepest, memory.direction, beta);
    if (inner(g, d) >= 0) d = steepest;
  }
  const slope = inner(g, d);
  const phi = (t: number): Point => {
    const { loss: there, grad } = at(plus(p, d, t));
    return { t, phi: there, slope: inner(grad, d) };
  };
  const first = memory === undefined ? lr / Math.sqrt(inner(g, g)) : memory.progress[0]! / slope;
  const isSmall = (bracket: number): boolean => bracket * largest(d) < toleranceChange;
  const t = lineSearch(phi, { t: 0, phi: loss, slope }, first, curvature, isSmall);
  if (t === 0) return { p, memory: undefined };
  return { p: plus(p, d, t), memory: { direction: d, grad: g, progress: [t * slope] } };
}

function descend(problem: ProblemName, params: readonly Tensor[], optimizer: NonlinearCG): () => Tensor {
  const lossAt = lossOf(problem);
  return () => {
    optimizer.zeroGrad();
    const loss = lossAt(params);
    loss.backward();
    return loss;
  };
}

test("the line search goes as the algorithms of the book do on a thousand wavy lines", () => {
  const generator = new Generator(1);
  const between = (low: number, high: number): number =>
    low + (high - low) * rand([], { generator, dtype: "float64" }).item();
  const grad = tensor([0]);
  for (let k = 0; k < 1000; k++) {
    const waves = Array.from({ length: 4 }, () => [between(-1, 1), between(0.3, 6), between(0, 6)] as const);
    const down = Math.sign(waves.reduce((all, [a, w, p]) => all - a * w * Math.sin(p), 0));
    let calls = 0;
    const phi = (t: number): Point => {
      calls++;
      return {
        t,
        phi: -down * waves.reduce((all, [a, w, p]) => all + a * Math.cos(w * t + p), 0),
        slope: down * waves.reduce((all, [a, w, p]) => all + a * w * Math.sin(w * t + p), 0),
      };
    };
    const [first, curvature, tolerance] = [
      10 ** between(-2, 1.5),
      between(0.05, 0.95),
      10 ** between(-9, -1),
    ];
    const zero = phi(0);
    calls = 0;
    const wanted = lineSearch(phi, zero, first, curvature, (bracket) => bracket < tolerance);
    const wantedCalls = calls;
    calls = 0;
    const point = (t: number): LinePoint => {
      const { phi: loss, slope } = phi(t);
      return { t, loss, grad, slope };
    };
    const start = { t: 0, loss: zero.phi, grad, slope: zero.slope };
    const found = strongWolfe(point, start, { first, largest: 1, toleranceChange: tolerance, curvature });
    expectClose([found.t], [wanted], `line ${k}`);
    expect(calls, `evaluations on line ${k}`).toBe(wantedCalls);
  }
});

test("the line search wants a ten-thousandth of the descent that the slope promises", () => {
  const grad = tensor([0]);
  const at = (t: number): LinePoint => ({ t, loss: 0.5 * t * t - t, grad, slope: t - 1 });
  const found = (first: number): number =>
    strongWolfe(at, at(0), { first, largest: 1, curvature: 0.99999 }).t;
  expect(found(1.9997)).toBe(1.9997);
  expect(found(1.9999)).toBeCloseTo(1, 12);
});

describe("NonlinearCG", () => {
  const matrix = [
    [4, 1, 0],
    [1, 3, 0.5],
    [0, 0.5, 20],
  ];
  const times = (v: readonly number[]): number[] =>
    matrix.map((row) => row.reduce((all, each, i) => all + each * v[i]!, 0));

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
      const closure = descend(problem, params, optimizer);
      expectClose(
        losses.map(() => optimizer.step(closure)),
        losses,
        "losses",
      );
      expectClose(flat(params), last, "the last parameters");
    },
  );

  // Every choice for two of the three.
  const crossed: readonly NonlinearCGOptions[] = [
    { lr: 1, curvature: 0.1 },
    { lr: 1, curvature: 0.4, toleranceGrad: 1e-2, toleranceChange: 1e-2 },
    { lr: 0.1, curvature: 0.1, toleranceGrad: 1e-2, toleranceChange: 1e-2 },
    { lr: 0.1, curvature: 0.4 },
  ];
  test.each(
    (["quadratic", "rosenbrock", "mlp"] as const).flatMap((problem) =>
      crossed.map((options) => [problem, options] as const),
    ),
  )("on %s with %j goes each of 100 steps as the papers do from there", (problem, options) => {
    const params = startOf(problem);
    const optimizer = new NonlinearCG(params, options);
    const closure = descend(problem, params, optimizer);
    const at = evaluated(problem);
    for (let step = 1; step <= 100; step++) {
      const before = memoryOf(optimizer);
      const wanted = plainStep(at, flat(params), before, { ...optimizer.paramGroups[0] });
      optimizer.step(closure);
      expectClose(flat(params), wanted.p, `parameters after step ${step}`);
      const after = memoryOf(optimizer);
      expect(Object.keys(after ?? {}), `step ${step}`).toEqual(Object.keys(wanted.memory ?? {}));
      for (const [name, values] of Object.entries(wanted.memory ?? {}))
        expectClose(after![name as keyof Memory], values, `${name} after step ${step}`);
    }
  });

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
