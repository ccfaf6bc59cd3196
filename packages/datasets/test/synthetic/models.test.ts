import { Generator, slogdet, solve, tensor } from "@wengert/autograd";
import { HiddenMarkovModel, LinearDynamicalSystem } from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { counts, expectSeeded, samples } from "./support.js";

type Rows = number[][];

describe("LinearDynamicalSystem", () => {
  const system = new LinearDynamicalSystem({
    transition: [
      [0.9, 0.2],
      [-0.1, 0.8],
    ],
    observation: [
      [1, 0.5],
      [0, 1],
      [0.3, -1],
    ],
    stateNoise: [
      [0.2, 0.05],
      [0.05, 0.1],
    ],
    observationNoise: [
      [0.3, 0, 0.1],
      [0, 0.2, 0],
      [0.1, 0, 0.4],
    ],
    initialMean: [1, -1],
    initialCovariance: [
      [0.5, 0.1],
      [0.1, 0.4],
    ],
  });

  /** Mean and covariance of all states then all observations of `steps` steps, written down as one normal vector. */
  function joint(steps: number) {
    const a = tensor(system.transition, { dtype: "float64" });
    const c = tensor(system.observation, { dtype: "float64" });
    const q = tensor(system.stateNoise, { dtype: "float64" });
    const mean: number[][] = [[...system.initialMean]];
    const own = [tensor(system.initialCovariance, { dtype: "float64" })];
    for (let t = 1; t < steps; t++) {
      mean.push(a.matmul(tensor(mean[t - 1], { dtype: "float64" })).toArray() as number[]);
      own.push(
        a
          .matmul(own[t - 1])
          .matmul(a.transpose())
          .add(q),
      );
    }
    const cross = (s: number, t: number): Rows => {
      if (s > t) return tensor(cross(t, s), { dtype: "float64" }).transpose().toArray() as Rows;
      let moved = own[s]; // Cov[x_s, x_t] = P_s (Aᵀ)^(t − s)
      for (let k = s; k < t; k++) moved = moved.matmul(a.transpose());
      return moved.toArray() as Rows;
    };
    return { mean, cross, c };
  }

  test("the filter is the conditional of one big normal distribution", () => {
    const steps = 4;
    const [observations] = system.sequences({ length: steps, generator: new Generator(5) }).get(0);
    const found = system.filter(observations);
    const { mean, cross, c } = joint(steps);
    const y = observations.to("float64").flatten();
    for (let seen = 1; seen <= steps; seen++) {
      const blocks = Array.from({ length: seen }, (_, s) =>
        Array.from({ length: seen }, (_, t) => {
          const covariance = c.matmul(tensor(cross(s, t), { dtype: "float64" })).matmul(c.transpose());
          return (
            s === t ? covariance.add(tensor(system.observationNoise, { dtype: "float64" })) : covariance
          ).toArray() as Rows;
        }),
      );
      const ofObserved = tensor(
        blocks.flatMap((row) => [0, 1, 2].map((i) => row.flatMap((block) => block[i]))),
        { dtype: "float64" },
      );
      const meanObserved = tensor(
        mean.slice(0, seen).flatMap((m) => c.matmul(tensor(m, { dtype: "float64" })).toArray() as number[]),
        { dtype: "float64" },
      );
      const last = seen - 1;
      const between = tensor(
        [0, 1].map((i) =>
          Array.from(
            { length: seen },
            (_, t) =>
              (tensor(cross(last, t), { dtype: "float64" }).matmul(c.transpose()).toArray() as Rows)[i],
          ).flat(),
        ),
        { dtype: "float64" },
      );
      const off = y
        .narrow(0, 0, 3 * seen)
        .sub(meanObserved)
        .unsqueeze(1);
      const expectedMean = tensor(mean[last], { dtype: "float64" })
        .unsqueeze(1)
        .add(between.matmul(solve(ofObserved, off)));
      const expectedCovariance = tensor(cross(last, last), { dtype: "float64" }).sub(
        between.matmul(solve(ofObserved, between.transpose())),
      );
      expect(found.means.select(last).sub(expectedMean.flatten()).abs().amax().item()).toBeLessThan(1e-12);
      expect(found.covariances.select(last).sub(expectedCovariance).abs().amax().item()).toBeLessThan(1e-12);
      if (seen === steps) {
        const distance = off.transpose().matmul(solve(ofObserved, off)).item();
        const density =
          -(3 * steps * Math.log(2 * Math.PI) + slogdet(ofObserved).logAbsDet.item() + distance) / 2;
        expect(found.logLikelihood).toBeCloseTo(density, 10);
      }
    }
    expect(found.predictions.shape).toEqual([4, 3]);
    expect(found.predictionCovariances.shape).toEqual([4, 3, 3]);
    const first = c.matmul(tensor(system.initialMean as number[], { dtype: "float64" }));
    expect(found.predictions.select(0).toArray()).toEqual(first.toArray());
  });

  test("sequences have the statistics of the system, and the filter is better than the observations", () => {
    expectSeeded((options) => system.sequences({ ...options, length: 5 }));
    const firsts = samples(system.sequences({ length: 1, count: 1000, generator: new Generator(1) })).map(
      ([, x]) => x.toArray() as Rows,
    );
    const average = (f: (x: number[]) => number): number =>
      firsts.reduce((sum, [x]) => sum + f(x), 0) / firsts.length;
    expect(Math.abs(average(([x]) => x) - 1)).toBeLessThan(0.07);
    expect(Math.abs(average(([x, y]) => (x - 1) * (y + 1)) - 0.1)).toBeLessThan(0.04);
    expect(Math.abs(average(([x]) => (x - 1) * (x - 1)) - 0.5)).toBeLessThan(0.07);
    const tracked = new LinearDynamicalSystem();
    const [y, x] = tracked.sequences({ length: 300, generator: new Generator(0) }).get(0);
    const truth = x.select(0, { axis: 1 });
    const errorOf = (estimate: typeof y): number => estimate.to("float32").sub(truth).square().mean().item();
    expect(errorOf(y.select(0, { axis: 1 }))).toBeGreaterThan(0.2);
    expect(errorOf(tracked.filter(y).means.select(0, { axis: 1 }))).toBeLessThan(0.08);
  });

  test("noise may be of lower rank; what is no system is refused", () => {
    const still = new LinearDynamicalSystem({
      stateNoise: [
        [1, 1],
        [1, 1],
      ],
      initialCovariance: [
        [0, 0],
        [0, 0],
      ],
    });
    const [, x] = still.sequences({ length: 2 }).get(0);
    const [start, next] = x.toArray() as Rows;
    expect(start).toEqual([0, 0]);
    expect(next[0]).toBe(next[1]);
    expect(() => new LinearDynamicalSystem({ transition: [[1, 0]] })).toThrow(
      "transition is no matrix [1, 1]",
    );
    expect(() => new LinearDynamicalSystem({ observation: [[1]] })).toThrow(
      "observation is no matrix [1, 2]",
    );
    for (const stateNoise of [
      [
        [1, 2],
        [2, 1],
      ],
      [
        [1, 0.5],
        [0, 1],
      ],
      [
        [-1, 0],
        [0, 1],
      ],
      [
        [0, 1],
        [1, 1],
      ],
    ])
      expect(() => new LinearDynamicalSystem({ stateNoise })).toThrow("stateNoise is no covariance");
    expect(() => system.filter(tensor([[1, 2]]))).toThrow("the observations are [1, 2]; give [steps, 3]");
    expect(() => system.sequences({ length: 0 })).toThrow("length is 0");
  });
});

describe("HiddenMarkovModel", () => {
  const model = new HiddenMarkovModel({
    initial: [0.5, 0.3, 0.2],
    transition: [
      [0.7, 0.2, 0.1],
      [0.1, 0.6, 0.3],
      [0.25, 0.25, 0.5],
    ],
    emission: [
      [0.9, 0.1],
      [0.2, 0.8],
      [0.5, 0.5],
    ],
  });

  /** p(y₀ … yₜ and the last state): the sum over all paths. */
  function byEnumeration(observed: readonly number[]): number[] {
    const total = [0, 0, 0];
    const walk = (t: number, state: number, p: number): void => {
      const reached = p * model.emission[state][observed[t]];
      if (t === observed.length - 1) total[state] += reached;
      else for (const next of [0, 1, 2]) walk(t + 1, next, reached * model.transition[state][next]);
    };
    for (const state of [0, 1, 2]) walk(0, state, model.initial[state]);
    return total;
  }
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

  test("the forward algorithm is the sum over all paths", () => {
    const observed = [0, 1, 1, 0, 1];
    const found = model.forward(tensor(Int32Array.from(observed)));
    const states = found.states.toArray() as Rows;
    const predictions = found.predictions.toArray() as Rows;
    for (let t = 0; t < observed.length; t++) {
      const paths = byEnumeration(observed.slice(0, t + 1));
      paths.forEach((p, i) => expect(states[t][i]).toBeCloseTo(p / sum(paths), 12));
      const before = t === 0 ? 1 : sum(byEnumeration(observed.slice(0, t)));
      const next = [0, 1].map((symbol) => sum(byEnumeration([...observed.slice(0, t), symbol])) / before);
      next.forEach((p, i) => expect(predictions[t][i]).toBeCloseTo(p, 12));
    }
    expect(found.logLikelihood).toBeCloseTo(Math.log(sum(byEnumeration(observed))), 12);
  });

  test("sequences follow the tables", () => {
    expectSeeded((options) => model.sequences({ ...options, length: 20 }));
    const [y, s] = model.sequences({ length: 20000, generator: new Generator(2) }).get(0);
    const [symbols, states] = [[...y.toTypedArray()], [...s.toTypedArray()]];
    const moves = counts(states.slice(1).map((state, t) => 3 * states[t] + state));
    const shown = counts(symbols.map((symbol, t) => 2 * states[t] + symbol));
    const of = counts(states);
    for (const i of [0, 1, 2]) {
      for (const j of [0, 1, 2])
        expect(Math.abs(moves.get(3 * i + j)! / of.get(i)! - model.transition[i][j])).toBeLessThan(0.025);
      for (const k of [0, 1])
        expect(Math.abs(shown.get(2 * i + k)! / of.get(i)! - model.emission[i][k])).toBeLessThan(0.025);
    }
    expect(model.forward(y).logLikelihood).toBeLessThan(0); // far below what a product would underflow at
  });

  test("what is no model is refused", () => {
    expect(() => new HiddenMarkovModel({ initial: [1] })).toThrow("initial is no table [1, 2]");
    expect(() => new HiddenMarkovModel({ transition: [[1]] })).toThrow("emission is no table [1, 6]");
    expect(() => new HiddenMarkovModel({ initial: [0.5, 0.6] })).toThrow("a row of initial is [0.5, 0.6]");
    expect(() => new HiddenMarkovModel({ initial: [-0.5, 1.5] })).toThrow("probabilities that sum to 1");
    expect(() => model.forward(tensor([0, 1]))).toThrow(
      "the observations are float32 [2]; give int32 [steps]",
    );
    expect(() => model.forward(tensor(Int32Array.of(0, 2)))).toThrow("symbol 2 cannot come at step 1");
    const strict = new HiddenMarkovModel({ transition: [[1]], emission: [[1, 0]] });
    expect(() => strict.forward(tensor(Int32Array.of(0, 1)))).toThrow("symbol 1 cannot come at step 1");
  });
});
