/** L-BFGS against what PyTorch computes; scripts/fixtures/lbfgs.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import { decodeSafetensors, encodeSafetensors, noGrad, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { LBFGS, type LBFGSOptions, type OptimizerStateDict } from "../src/index.js";
import { expectClose, fixtureOf, flat, lossOf, type ProblemName, place, startOf } from "./problems.js";

interface Run {
  readonly problem: ProblemName;
  readonly options: LBFGSOptions;
}

/** A run that rounding errors do not decide. */
interface Together extends Run {
  /** All parameters, one after another, after some of the 100 steps. */
  readonly kept: Record<string, number[]>;
  readonly evaluations: number;
}

/** A run that they do decide; of each of its 100 steps: */
interface Alone extends Run {
  /** The row of the state after it. */
  readonly states: number[];
  /** The rows of the pairs that came to those remembered, of which the oldest may have gone. */
  readonly pairs: number[][];
  /** What it took. */
  readonly iterations: number[];
  readonly evaluations: number[];
}

const { together, alone } = fixtureOf("lbfgs") as { readonly together: Together[]; readonly alone: Alone[] };
const file = new URL("fixtures/lbfgs.safetensors", import.meta.url);
const rows = new Map(
  [...decodeSafetensors(readFileSync(file)).tensors].map(([name, x]) => [name, x.toArray() as number[][]]),
);

const named = <Each extends Run>(runs: readonly Each[]) =>
  runs.map((run) => [`${JSON.stringify(run.options)} on ${run.problem}`, run] as const);

/** Computes loss and gradients, and counts how often. */
function closureOf(optimizer: LBFGS, problem: ProblemName, params: readonly Tensor[]) {
  const lossAt = lossOf(problem);
  const closure = (): Tensor => {
    closure.calls++;
    optimizer.zeroGrad();
    const loss = lossAt(params);
    loss.backward();
    return loss;
  };
  closure.calls = 0;
  return closure;
}

describe("100 steps are PyTorch's", () => {
  test.each(named(together))("%s", (_, { problem, options, kept, evaluations }) => {
    const params = startOf(problem);
    const optimizer = new LBFGS(params, options);
    const closure = closureOf(optimizer, problem, params);
    for (let step = 1; step <= 100; step++) {
      optimizer.step(closure);
      if (kept[step] !== undefined) expectClose(flat(params), kept[step], `step ${step}`);
    }
    expect(closure.calls).toBe(evaluations);
  });
});

/** What PyTorch has after a step: parameters, and the rest by the names of our snapshots. */
class Snapshot {
  readonly point: number[];
  readonly state: OptimizerStateDict["state"];

  constructor(row: readonly number[], pairs: readonly (readonly number[])[], iterations: number) {
    const length = (row.length - 2) / 3;
    const part = (of: readonly number[], k: number): number[] => of.slice(k * length, (k + 1) * length);
    this.point = part(row, 0);
    const parts: Record<string, readonly number[] | number[][]> = {
      numbers: [iterations, ...part(row, 3)],
      direction: part(row, 1),
      grad: part(row, 2),
      y: pairs.map((pair) => part(pair, 0)),
      s: pairs.map((pair) => part(pair, 1)),
      ro: pairs.flatMap((pair) => part(pair, 2)),
    };
    // Ours leave out what is empty.
    const filled = Object.entries(parts).filter(([, values]) => values.length > 0);
    this.state = new Map(filled.map(([name, values]) => [`0.${name}`, tensor(values, { dtype: "float64" })]));
  }
}

function expectSnapshot(
  params: readonly Tensor[],
  { state }: OptimizerStateDict,
  wanted: Snapshot,
  step: number,
): void {
  expectClose(flat(params), wanted.point, `parameters after step ${step}`);
  const shapes = (of: typeof state): string =>
    Array.from(of, ([name, { shape }]) => `${name} [${shape.join(", ")}]`).join();
  expect(shapes(state), `after step ${step}`).toBe(shapes(wanted.state));
  for (const [name, value] of wanted.state)
    expectClose(flat([state.get(name)!]), flat([value]), `${name} after step ${step}`);
}

describe("each of 100 steps is PyTorch's, from the state that PyTorch had before it", () => {
  test.each(named(alone))("%s", (_, { problem, options, states, pairs, iterations, evaluations }) => {
    const params = startOf(problem);
    const optimizer = new LBFGS(params, options);
    const { paramGroups } = optimizer.stateDict();
    const closure = closureOf(optimizer, problem, params);
    let [window, done]: [number[], number] = [[], 0];
    const calls = states.map((state, i) => {
      closure.calls = 0;
      optimizer.step(closure);
      window = [...window, ...pairs[i]!].slice(-optimizer.paramGroups[0].historySize);
      done += iterations[i]!;
      const remembered = window.map((k) => rows.get(`${problem}.pairs`)![k]!);
      const wanted = new Snapshot(rows.get(`${problem}.states`)![state]!, remembered, done);
      expectSnapshot(params, optimizer.stateDict(), wanted, i + 1);
      place(params, wanted.point);
      optimizer.loadStateDict({ state: wanted.state, paramGroups });
      return closure.calls;
    });
    expect(calls).toHaveLength(100);
    expect(calls).toEqual(evaluations);
  });
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
  expect(() => new LBFGS([param], { maxIter: 0 })).toThrow("LBFGS: maxIter is 0; it must be a whole number");
  expect(() => new LBFGS([])).toThrow("LBFGS: there are no parameters");
  expect(() => new LBFGS([param, tensor([1], { requiresGrad: true })])).toThrow("they must be of one dtype");
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
