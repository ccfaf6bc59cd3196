/** What stands around training: averages, early stopping, accumulation, ensembles, penalties, searches. */
import { assign, noGrad, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
// By path, because this package does not depend on that of modules: anything with named parameters will do.
import * as nn from "../../nn/src/index.js";
import {
  clipGradNorm,
  EarlyStopping,
  type EarlyStoppingState,
  ExponentialMovingAverage,
  ensemble,
  GradientAccumulation,
  gridSearch,
  integerBetween,
  l1Penalty,
  l2Penalty,
  logUniformBetween,
  oneOf,
  ParameterAverage,
  randomSearch,
  SGD,
  type Trial,
  uniformBetween,
} from "../src/index.js";

const numbers = (x: Tensor): number[] => [...x.toTypedArray()];

/** A model of one parameter, a buffer of floats and a count. */
function makeModel(...start: number[]) {
  const weight = tensor(start, { dtype: "float64", requiresGrad: true });
  const mean = tensor([1], { dtype: "float64" });
  const count = tensor([0], { dtype: "int32" });
  const set = (value: number): void =>
    noGrad(() => {
      assign(weight, tensor([value, -value], { dtype: "float64" }));
      assign(mean, tensor([10 * value], { dtype: "float64" }));
      assign(count, tensor([value], { dtype: "int32" }));
    });
  const look = (): number[] => [weight, mean, count].flatMap(numbers);
  return {
    weight,
    set,
    look,
    namedParameters: () => new Map([["weight", weight]]),
    namedBuffers: () =>
      new Map([
        ["mean", mean],
        ["count", count],
      ]),
  };
}

describe("averages of parameters", () => {
  test("are the mean of all updates", () => {
    const model = makeModel(7, 7);
    const average = new ParameterAverage(model);
    for (const value of [1, 2, 6]) {
      model.set(value);
      average.update();
    }
    expect(average.use(() => model.look())).toEqual([3, -3, 60, 6]);
    expect(model.look()).toEqual([6, -6, 60, 6]);
    average.copyToModel();
    expect(model.look()).toEqual([3, -3, 60, 6]);
  });

  test("decay exponentially from the start, buffers too where that is asked for", () => {
    const model = makeModel(4, -4);
    const average = new ExponentialMovingAverage(model, { decay: 0.75, averageBuffers: true });
    model.set(8);
    average.update();
    expect(average.use(() => model.look())).toEqual([5, -5, 20.75, 8]);
    model.set(1);
    average.update();
    expect(average.use(() => model.look())).toEqual([4, -4, 18.0625, 1]);
  });

  test("put the model back after an error", () => {
    const model = makeModel(4, -4);
    const average = new ExponentialMovingAverage(model);
    model.set(8);
    expect(() =>
      average.use(() => {
        expect(model.look()[0]).toBe(4);
        throw new Error("in the middle");
      }),
    ).toThrow("in the middle");
    expect(model.look()[0]).toBe(8);
  });

  test("go on from a snapshot, and refuse what does not fit", () => {
    const model = makeModel(0, 0);
    const whole = new ParameterAverage(model);
    model.set(1);
    whole.update();
    const resumed = new ParameterAverage(makeModel(5, 5));
    resumed.loadStateDict(whole.stateDict());
    expect(resumed.updates).toBe(1);
    expect(resumed.stateDict().state.get("weight")!.toArray()).toEqual([1, -1]);
    const before = resumed.stateDict().state;
    const state = new Map([...before, ["weight", tensor([1])], ["more", tensor([1])]] as [string, Tensor][]);
    expect(() => resumed.loadStateDict({ state, updates: -1 })).toThrow(
      [
        "ParameterAverage.loadStateDict: nothing was loaded, the snapshot does not fit:",
        "  weight: the snapshot has float32 [1]; the model has float64 [2]",
        "  more: the snapshot has float32 [1]; the model has nothing",
        "  updates is -1; it must be a whole number",
      ].join("\n"),
    );
    expect(resumed.stateDict().state.get("weight")!.toArray()).toEqual([1, -1]);
  });

  test("want a model and a decay", () => {
    expect(() => new ParameterAverage({ namedParameters: () => [] })).toThrow("the model has no parameters");
    expect(() => new ExponentialMovingAverage(makeModel(1, 1), { decay: 2 })).toThrow("decay is 2");
  });
});

describe("EarlyStopping", () => {
  test("stops after so many measurements without improvement, at the best", () => {
    const model = makeModel(0, 0);
    const stopping = new EarlyStopping({ patience: 2, minDelta: 0.5, restoreBest: model });
    const stops = [5, 3, 2.8, 2.4, 2, 9].map((metric, epoch) => {
      model.set(epoch);
      return stopping.step(metric);
    });
    expect(stops).toEqual([false, false, false, false, false, true]);
    expect(stopping.bestMetric).toBe(2.4);
    expect(model.look()[0]).toBe(3);
  });

  test("goes up where more is better, and can do without a model", () => {
    const stopping = new EarlyStopping({ patience: 1, mode: "max" });
    expect([1, 2, tensor(2)].map((metric) => stopping.step(metric))).toEqual([false, false, true]);
  });

  test("goes on from a snapshot", () => {
    const model = makeModel(0, 0);
    const first = new EarlyStopping({ patience: 3, restoreBest: model });
    for (const [metric, value] of [
      [1, 1],
      [2, 2],
    ] as const) {
      model.set(value);
      first.step(metric);
    }
    const { state, ...plain } = first.stateDict();
    const other = makeModel(9, 9);
    const second = new EarlyStopping({ patience: 3, restoreBest: other });
    second.loadStateDict({ ...(JSON.parse(JSON.stringify(plain)) as EarlyStoppingState), state });
    expect([3, 4].map((metric) => second.step(metric))).toEqual([false, true]);
    expect(other.look()).toEqual([1, -1, 10, 1]);
    const wrong = { best: 0, bad: 0, state: new Map([["weight", tensor([1])]]) };
    expect(() => second.loadStateDict(wrong)).toThrow("weight is [1]; the model has [2]");
    expect(second.bestMetric).toBe(1);
  });

  test("refuses NaN, and impatience", () => {
    const stopping = new EarlyStopping();
    expect(() => stopping.step(NaN)).toThrow("EarlyStopping.step: the measurement is NaN");
    expect(() => new EarlyStopping({ patience: 0 })).toThrow("EarlyStopping: patience is 0");
    expect(() => new EarlyStopping({ minDelta: -1 })).toThrow("EarlyStopping: threshold is -1");
  });
});

test("options that there are not are refused", () => {
  const [model, wrong] = [makeModel(1, 1), { decays: 1 } as never];
  const refusing: Record<string, () => unknown> = {
    ExponentialMovingAverage: () => new ExponentialMovingAverage(model, wrong),
    ParameterAverage: () => new ParameterAverage(model, wrong),
    EarlyStopping: () => new EarlyStopping(wrong),
    ensemble: () => ensemble([(x: Tensor) => x], wrong),
    l1Penalty: () => l1Penalty([model.weight], 1, wrong),
    clipGradNorm: () => clipGradNorm([model.weight], 1, wrong),
    gridSearch: () => gridSearch({ x: [1] }, () => 0, wrong),
    randomSearch: () => randomSearch({ x: oneOf([1]) }, () => 0, { trials: 1, decays: 1 } as never),
  };
  for (const [name, call] of Object.entries(refusing))
    expect(call).toThrow(`${name}: there is no option decays; there are `);
  expect(() => gridSearch({ x: [1] }, () => 0, { mode: "most" as never })).toThrow('mode is "most"');
});

describe("GradientAccumulation", () => {
  const parts = [1, 2, 4, 5].map((x) => tensor([x], { dtype: "float64" }));
  const loss = (weight: Tensor, x: Tensor): Tensor => weight.mul(x).sub(1).square().mean();

  test("descends the mean of the losses", () => {
    const [small, large] = [0, 1].map(() => tensor([3], { dtype: "float64", requiresGrad: true }));
    const optimizer = new SGD([small!], { lr: 0.25 });
    let told = 0;
    const accumulation = new GradientAccumulation(optimizer, 4, () => told++);
    expect(parts.map((x) => accumulation.backward(loss(small!, x)))).toEqual([false, false, false, true]);
    const whole = new SGD([large!], { lr: 0.25 });
    loss(large!, tensor([1, 2, 4, 5], { dtype: "float64" })).backward();
    whole.step();
    expect(small!.item()).toBe(large!.item());
    expect(told).toBe(1);
  });

  test("takes a step of what is left over, and forgets the gradients of the last step", () => {
    const weight = tensor([3], { dtype: "float64", requiresGrad: true });
    const accumulation = new GradientAccumulation(new SGD([weight], { lr: 1 }), 2);
    expect(accumulation.flush()).toBe(false);
    accumulation.backward(weight.sum());
    expect(accumulation.flush()).toBe(true);
    expect(weight.item()).toBe(2.5);
    accumulation.backward(weight.sum());
    accumulation.backward(weight.sum());
    expect(weight.item()).toBe(1.5);
  });

  test("refuses a loss that is not finite, and adds nothing of it", () => {
    const weight = tensor([3], { requiresGrad: true });
    const accumulation = new GradientAccumulation(new SGD([weight], { lr: 1 }), 2);
    accumulation.backward(weight.sum());
    expect(() => accumulation.backward(weight.mul(NaN).sum())).toThrow("the loss is NaN; it must be finite");
    expect(weight.grad!.item()).toBe(0.5);
    expect(() => new GradientAccumulation(new SGD([weight], { lr: 1 }), 0)).toThrow("every is 0");
  });
});

describe("ensemble", () => {
  test("averages the predictions of functions and modules", () => {
    const double = { forward: (x: Tensor) => x.mul(2) };
    const predict = ensemble([double, (x: Tensor) => x.mul(4)]);
    expect(predict(tensor([1, 2])).toArray()).toEqual([3, 6]);
    const weighted = ensemble([double, (x: Tensor) => x.mul(4)], {
      weights: [3, 1],
      transform: (x) => x.square(),
    });
    expect(weighted(tensor([1])).item()).toBe(7);
  });

  test("wants members, and a weight for each", () => {
    expect(() => ensemble([])).toThrow("ensemble: there are no members");
    for (const weights of [[], [1, 1], [-1], [0], [NaN]])
      expect(() => ensemble([(x: Tensor) => x], { weights })).toThrow(
        "there must be 1, 0 or more, and not all 0",
      );
  });
});

describe("penalties", () => {
  test("are sums over all parameters, with their gradients", () => {
    const [a, b] = [tensor([1, -2], { requiresGrad: true }), tensor([[3]], { requiresGrad: true })];
    const one = l1Penalty([a, b], 0.5);
    expect(one.item()).toBe(3);
    one.backward();
    expect([a.grad!.toArray(), b.grad!.toArray()]).toEqual([[0.5, -0.5], [[0.5]]]);
    a.grad = null;
    const two = l2Penalty({ namedParameters: () => [["a", a]] }, 0.5);
    expect(two.item()).toBe(2.5);
    two.backward();
    expect(a.grad!.toArray()).toEqual([1, -2]);
  });

  test("want parameters, and a weight that is none of a reward", () => {
    expect(() => l1Penalty([], 1)).toThrow("l1Penalty: there are no parameters");
    expect(() => l2Penalty([tensor([1])], -1)).toThrow("l2Penalty: weight is -1");
    expect(() => l1Penalty([tensor([1])], 1, { which: /weight/ })).toThrow(
      "a list of tensors has none; give a module",
    );
    expect(() => l1Penalty(new nn.Linear(1, 1), 1, { which: /gain/ })).toThrow(
      "of the parameters `which` chooses none",
    );
  });

  test("are over those parameters of a module that are chosen", () => {
    const model = new nn.MLP([2, 3, 1], { dtype: "float64" });
    const of = (names: string[], f: (p: number) => number): number =>
      [...model.namedParameters()]
        .filter(([name]) => names.includes(name))
        .flatMap(([, parameter]) => [...parameter.toTypedArray()])
        .reduce((total, p) => total + f(p), 0);
    const weights = ["layers.0.weight", "layers.1.weight"];
    for (const which of [/weight$/, /weight$/g, (_: string, { rank }: Tensor) => rank > 1])
      for (let again = 0; again < 2; again++)
        expect(l1Penalty(model, 0.1, { which }).item()).toBeCloseTo(0.1 * of(weights, Math.abs), 14);
    const penalty = l2Penalty(model, 0.1, { which: (name) => name.startsWith("layers.1.") });
    expect(penalty.item()).toBeCloseTo(0.1 * of(["layers.1.weight", "layers.1.bias"], (p) => p * p), 14);
    penalty.backward();
    const [first, second] = model.layers;
    expect([first!.weight.grad, first!.bias!.grad]).toEqual([null, null]);
    expect(second!.weight.grad!.toArray()).toEqual(second!.weight.mul(0.2).toArray());
    expect(l2Penalty(model, 0.1).item()).toBeCloseTo(
      0.1 *
        of(
          [...model.namedParameters()].map(([name]) => name),
          (p) => p * p,
        ),
      14,
    );
  });
});

describe("searches", () => {
  test("go over a grid, the last parameter first", () => {
    const { best, trials } = gridSearch({ lr: [1, 2], name: ["a", "b", "c"] }, ({ lr, name }) =>
      name === "a" ? NaN : lr * (name === "b" ? 3 : 2),
    );
    expect(trials.map(({ values }) => `${values.lr}${values.name}`)).toEqual([
      "1a",
      "1b",
      "1c",
      "2a",
      "2b",
      "2c",
    ]);
    expect(best).toEqual({ index: 2, values: { lr: 1, name: "c" }, score: 2 });
    expect(gridSearch({ lr: [1, 3, 2] }, ({ lr }) => lr, { mode: "max" }).best!.values).toEqual({ lr: 3 });
    expect(gridSearch({ lr: [1] }, () => NaN).best).toBeUndefined();
    expect(() => gridSearch({ lr: [1], size: [] }, () => 0)).toThrow("gridSearch: size has no values");
  });

  const space = {
    lr: logUniformBetween(1e-5, 1e-1),
    drop: uniformBetween(-1, 1),
    size: integerBetween(2, 4),
    name: oneOf(["a", "b"]),
  };

  test("draw the same from the same seed, whatever is asked for beside it", () => {
    const score = ({ lr, drop }: { lr: number; drop: number }): number => lr + drop;
    const many = randomSearch(space, score, { trials: 200, seed: 3 });
    expect(randomSearch(space, score, { trials: 5, seed: 3 }).trials).toEqual(many.trials.slice(0, 5));
    expect(randomSearch(space, score, { trials: 5, seed: 4 }).trials).not.toEqual(many.trials.slice(0, 5));
    const values = many.trials.map((trial) => trial.values);
    for (const { lr, drop } of values) {
      expect(lr).toBeGreaterThanOrEqual(0.99999e-5);
      expect(lr).toBeLessThan(1e-1);
      expect(Math.abs(drop)).toBeLessThanOrEqual(1);
    }
    const below = values.filter(({ lr }) => lr < 1e-3).length;
    expect(below).toBeGreaterThan(70);
    expect(below).toBeLessThan(130);
    expect([...new Set(values.map(({ size }) => size))].sort((x, y) => x - y)).toEqual([2, 3, 4]);
    expect([...new Set(values.map(({ name }) => name))].sort()).toEqual(["a", "b"]);
    expect(many.best!.score).toBe(Math.min(...many.trials.map((trial) => trial.score)));
  });

  test("resume where they were interrupted", () => {
    const run = ({ drop }: { drop: number }): number => drop;
    const whole = randomSearch(space, run, { trials: 6 });
    const done: Trial<(typeof whole.trials)[number]["values"]>[] = [];
    expect(() =>
      randomSearch(
        space,
        (values, index) => {
          if (index === 4) throw new Error("out of power");
          return run(values);
        },
        { trials: 6, onTrial: (trial) => done.push(trial) },
      ),
    ).toThrow("out of power");
    const saved = JSON.parse(JSON.stringify(done)) as typeof done;
    const ran: number[] = [];
    const resumed = randomSearch(
      space,
      (values, index) => {
        ran.push(index);
        return run(values);
      },
      { trials: 6, done: saved },
    );
    expect(ran).toEqual([4, 5]);
    expect(resumed).toEqual(whole);
    expect(() => randomSearch(space, run, { trials: 6, seed: 1, done: saved })).toThrow(
      "randomSearch: trial 0 of done has",
    );
    expect(() => randomSearch(space, run, { trials: 2, done: saved })).toThrow("this search has 2 trials");
  });

  test("want bounds in order", () => {
    expect(() => uniformBetween(1, 1)).toThrow("uniformBetween: low is 1 and high 1");
    expect(() => logUniformBetween(0, 1)).toThrow("logUniformBetween: low is 0");
    expect(() => integerBetween(3, 2)).toThrow("integerBetween: low is 3 and high 3");
    expect(() => oneOf([])).toThrow("oneOf: there are no choices");
    expect(() => randomSearch(space, () => 0, { trials: 0 })).toThrow("randomSearch: trials is 0");
  });
});
