/** Schedules against what PyTorch sets; scripts/fixtures/schedules.py wrote the fixtures. */
import { GradientError, noGrad, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  Adadelta,
  Adam,
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  type EpochFactor,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  type LRScheduler,
  lrRangeTest,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  PolynomialLR,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
  type Schedule,
  type ScheduleState,
  SequentialLR,
  SGD,
  StepLR,
} from "../src/index.js";
import { expectClose as expectNear, fixtureOf, flat, lossOf, type ProblemName, startOf } from "./problems.js";

interface Case {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly options: object;
}

interface Seen {
  readonly rates: readonly number[];
  readonly second: readonly number[];
  readonly momenta: readonly (readonly number[])[];
  /** By problem, all parameters, one after another, after some of the 100 steps. */
  readonly trained: Readonly<Record<ProblemName, Readonly<Record<string, readonly number[]>>>>;
}

interface Fixtures {
  /** How much of the loss of each problem is descended. */
  readonly scales: Readonly<Record<ProblemName, number>>;
  readonly schedules: readonly (Case & Seen)[];
  readonly metrics: readonly number[];
  readonly plateaus: readonly (Seen & { readonly options: ReduceLROnPlateauOptions })[];
}

const fixtures = fixtureOf("schedules") as Fixtures;

const functions: Readonly<Record<string, EpochFactor>> = {
  inverse: (epoch) => 1 / (1 + epoch),
  shrink: (epoch) => (epoch % 3 === 0 ? 1.01 : 0.98),
};

const classes = {
  StepLR,
  MultiStepLR,
  ConstantLR,
  LinearLR,
  ExponentialLR,
  PolynomialLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  LambdaLR,
  MultiplicativeLR,
  OneCycleLR,
  CyclicLR,
} as unknown as Readonly<Record<string, new (...args: unknown[]) => LRScheduler>>;

const parameter = (): Tensor => tensor([1], { dtype: "float64", requiresGrad: true });

function makeSgd(): SGD {
  return new SGD([{ params: [parameter()] }, { params: [parameter()], lr: 0.02 }], {
    lr: 0.1,
    momentum: 0.9,
  });
}

function make(optimizer: SGD, { name, args, options }: Case): Schedule {
  const parts = (): LRScheduler[] => (args[0] as Case[]).map((each) => make(optimizer, each) as LRScheduler);
  if (name === "ChainedScheduler") return new ChainedScheduler(parts());
  if (name === "SequentialLR") return new SequentialLR(parts(), args[1] as number[]);
  const own = args.map((arg) => (typeof arg === "string" ? functions[arg] : arg));
  return new classes[name]!(optimizer, ...own, options);
}

function expectClose(actual: readonly number[], wanted: readonly number[], what: string): void {
  const wrong = wanted.findIndex(
    (value, i) => !(Math.abs(actual[i]! - value) <= 1e-9 * Math.abs(value) + 1e-14),
  );
  if (wrong !== -1) expect.fail(`${what}: number ${wrong} is ${actual[wrong]}, PyTorch has ${wanted[wrong]}`);
}

function expectSame(optimizer: SGD, step: (i: number) => void, { rates, second, momenta }: Seen): void {
  const seen = rates.map((_, i) => {
    const groups = optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum] as const);
    step(i);
    return groups;
  });
  const tenth = seen.filter((_, i) => i % 10 === 0);
  expectClose(
    seen.map((each) => each[0]![0]),
    rates,
    "learning rates",
  );
  expectClose(
    tenth.map((each) => each[1]![0]),
    second,
    "learning rates of the second group",
  );
  expectClose(
    tenth.flatMap((each) => each.map(([, momentum]) => momentum)),
    momenta.flat(),
    "momenta",
  );
}

const described = fixtures.schedules.map(
  (each) => [`${each.name} ${JSON.stringify([each.args, each.options])}`, each] as const,
);

describe("100 steps", () => {
  test.each(described)("%s", (_, given) => {
    const optimizer = makeSgd();
    const schedule = make(optimizer, given);
    expectSame(optimizer, () => schedule.step(), given);
  });

  test.each(fixtures.plateaus)("ReduceLROnPlateau $options", ({ options, ...seen }) => {
    const optimizer = makeSgd();
    const schedule = new ReduceLROnPlateau(optimizer, options);
    expectSame(optimizer, (i) => schedule.step(fixtures.metrics[i]!), seen);
  });
});

/** SGD in two groups: the layers of a perceptron, or all there is and a number that has no gradient. */
function expectTrained(scheduled: (optimizer: SGD) => (i: number) => void, { trained }: Seen): void {
  for (const [problem, kept] of Object.entries(trained) as [ProblemName, Seen["trained"][ProblemName]][]) {
    const params = startOf(problem);
    const [first, second] =
      params.length > 2 ? [params.slice(0, 2), params.slice(2)] : [params, [parameter()]];
    const optimizer = new SGD([{ params: first }, { params: second, lr: 0.02 }], { lr: 0.1, momentum: 0.9 });
    const step = scheduled(optimizer);
    const loss = lossOf(problem);
    for (let i = 0; i < 100; i++) {
      optimizer.zeroGrad();
      loss(params).mul(fixtures.scales[problem]).backward();
      optimizer.step();
      step(i);
      const wanted = kept[i + 1];
      if (wanted !== undefined) expectNear(flat(params), wanted, `${problem}, step ${i + 1}`);
    }
  }
}

describe("100 steps of training on three problems", () => {
  test.each(described)("%s", (_, given) => {
    expectTrained((optimizer) => {
      const schedule = make(optimizer, given);
      return () => schedule.step();
    }, given);
  });

  test.each(fixtures.plateaus)("ReduceLROnPlateau $options", ({ options, ...seen }) => {
    expectTrained((optimizer) => {
      const schedule = new ReduceLROnPlateau(optimizer, options);
      return (i) => schedule.step(fixtures.metrics[i]!);
    }, seen);
  });
});

interface Saved {
  stateDict(): ScheduleState;
  loadStateDict(state: ScheduleState): void;
}

/** 100 steps of training, and 50 + 50 with everything new after a way through JSON; the parameters and options of both. */
function twice<S extends Saved>(makeSchedule: (optimizer: SGD) => S, step: (schedule: S, i: number) => void) {
  const train = (optimizer: SGD, schedule: S, from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      for (const { params } of optimizer.paramGroups) {
        params[0]!.grad = null;
        params[0]!.square().sum().backward();
      }
      optimizer.step();
      step(schedule, i);
    }
  };
  const begin = (): [SGD, S] => {
    const optimizer = makeSgd();
    return [optimizer, makeSchedule(optimizer)];
  };
  const look = ({ paramGroups }: SGD): unknown =>
    paramGroups.map(({ params, ...options }) => [params[0]!.item(), options]);

  const whole = begin();
  train(...whole, 0, 100);
  const half = begin();
  train(...half, 0, 50);
  const text = JSON.stringify([half[1].stateDict(), half[0].stateDict().paramGroups]);
  const [state, paramGroups] = JSON.parse(text) as [
    ScheduleState,
    ReturnType<SGD["stateDict"]>["paramGroups"],
  ];
  const fresh = begin();
  noGrad(() =>
    fresh[0].paramGroups.forEach(({ params }, k) => params[0]!.assign(half[0].paramGroups[k]!.params[0]!)),
  );
  fresh[0].loadStateDict({ state: half[0].stateDict().state, paramGroups });
  fresh[1].loadStateDict(state);
  train(...fresh, 50, 100);
  return [look(fresh[0]), look(whole[0])];
}

describe("from a snapshot training goes on bit for bit", () => {
  test.each(described)("%s", (_, given) => {
    const [resumed, whole] = twice(
      (optimizer) => make(optimizer, given),
      (schedule) => schedule.step(),
    );
    expect(resumed).toEqual(whole);
  });

  test.each(fixtures.plateaus)("ReduceLROnPlateau $options", ({ options }) => {
    const [resumed, whole] = twice(
      (optimizer) => new ReduceLROnPlateau(optimizer, options),
      (schedule, i) => schedule.step(fixtures.metrics[i]!),
    );
    expect(resumed).toEqual(whole);
  });
});

test("a snapshot that does not fit is refused, and nothing is loaded", () => {
  const optimizer = makeSgd();
  const schedule = new StepLR(optimizer, 1, { gamma: 0.5 });
  schedule.step();
  const before = schedule.stateDict();
  const refused = (state: ScheduleState, message: string): void => {
    expect(() => schedule.loadStateDict(state)).toThrow(message);
    expect(schedule.stateDict()).toEqual(before);
  };
  refused({}, "StepLR.loadStateDict: the snapshot has ; it must have baseRates, lastEpoch, rates");
  refused({ ...before, rates: [1] }, "StepLR.loadStateDict: rates is [1]; the optimizer has 2 groups");
  refused({ ...before, baseRates: [1, NaN] }, "baseRates is [1,null]");
  refused({ ...before, rates: [1, -1] }, "the schedule gives a learning rate of -1");
  refused({ ...before, lastEpoch: 0.5 }, "StepLR.loadStateDict: lastEpoch is 0.5");

  const parts = [new StepLR(optimizer, 1), new CosineAnnealingWarmRestarts(optimizer, 3)];
  const both = new ChainedScheduler(parts);
  const saved = both.stateDict();
  const [one, other] = saved["schedulers"] as ScheduleState[];
  const wrong = {
    schedulers: [
      { ...one, lastEpoch: 7 },
      { ...other, period: 0 },
    ],
  } as ScheduleState;
  expect(() => both.loadStateDict(wrong)).toThrow("CosineAnnealingWarmRestarts.loadStateDict: period is 0");
  expect(() => both.loadStateDict({ schedulers: [one!] })).toThrow(
    "the snapshot has 1 schedules; there are 2",
  );
  expect(both.stateDict()).toEqual(saved);

  const plateau = new ReduceLROnPlateau(optimizer);
  const kept = plateau.stateDict();
  for (const bad of [{ badEpochs: -1 }, { cooling: null }, { best: [1] }, { rates: [1] }])
    expect(() => plateau.loadStateDict({ ...kept, ...bad })).toThrow("ReduceLROnPlateau.loadStateDict");
  expect(plateau.stateDict()).toEqual(kept);
});

test("arguments out of their range are refused before the learning rate is touched", () => {
  const optimizer = makeSgd();
  const cases: [() => unknown, string][] = [
    [() => new StepLR(optimizer, 0), "StepLR: stepSize is 0; it must be a whole number, 1 or more"],
    [() => new StepLR(optimizer, 1, { gamma: -1 }), "StepLR: gamma is -1"],
    [() => new MultiStepLR(optimizer, [1.5]), "MultiStepLR: a milestone is 1.5"],
    [() => new ExponentialLR(optimizer, NaN), "ExponentialLR: gamma is NaN"],
    [() => new ConstantLR(optimizer, { factor: 0 }), "ConstantLR: factor is 0; it must be more than 0"],
    [() => new ConstantLR(optimizer, { totalIters: 0 }), "ConstantLR: totalIters is 0"],
    [() => new LinearLR(optimizer, { startFactor: 2 }), "LinearLR: startFactor is 2"],
    [() => new LinearLR(optimizer, { endFactor: -1 }), "LinearLR: endFactor is -1"],
    [() => new PolynomialLR(optimizer, { power: -1 }), "PolynomialLR: power is -1"],
    [() => new CosineAnnealingLR(optimizer, 0), "CosineAnnealingLR: tMax is 0"],
    [() => new CosineAnnealingWarmRestarts(optimizer, 1, { tMult: 0.5 }), "tMult is 0.5"],
    [() => new LambdaLR(optimizer, [() => 1]), "LambdaLR: there are 1 functions; the optimizer has 2 groups"],
    [() => new LambdaLR(optimizer, () => NaN), "the schedule gives a learning rate of NaN"],
    [() => new OneCycleLR(optimizer, { maxLr: [1], totalSteps: 9 }), "OneCycleLR: maxLr has 1 numbers"],
    [() => new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 0 }), "OneCycleLR: totalSteps is 0"],
    [() => new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 9, divFactor: 0 }), "divFactor is 0"],
    [() => new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 9, pctStart: 2 }), "pctStart is 2"],
    [() => new CyclicLR(optimizer, { baseLr: -1, maxLr: 1 }), "CyclicLR: baseLr is -1"],
    [() => new ChainedScheduler([]), "ChainedScheduler: there are no schedules"],
    [() => new ReduceLROnPlateau(optimizer, { factor: 1 }), "ReduceLROnPlateau: factor is 1"],
    [() => new ReduceLROnPlateau(optimizer, { threshold: -1 }), "ReduceLROnPlateau: threshold is -1"],
    [
      () => new ReduceLROnPlateau(optimizer, { mode: "maximum" as never }),
      'mode is "maximum"; it must be one of min',
    ],
    [() => new ReduceLROnPlateau(optimizer, { thresholdMode: "" as never }), 'thresholdMode is ""'],
    [() => new ReduceLROnPlateau(optimizer, { minLr: -1 }), "ReduceLROnPlateau: minLr is -1"],
    [() => new CyclicLR(optimizer, { baseLr: 0, maxLr: 1, mode: "saw" as never }), 'CyclicLR: mode is "saw"'],
    [() => new CyclicLR(optimizer, { baseLr: 0, maxLr: NaN }), "CyclicLR: maxLr is NaN"],
    [() => new CyclicLR(optimizer, { baseLr: 0, maxLr: 1, maxMomentum: 1 }), "CyclicLR: maxMomentum is 1"],
    [() => new OneCycleLR(optimizer, { totalSteps: 9 } as never), "OneCycleLR: maxLr is undefined"],
    [
      () => new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 9, annealStrategy: "cosine" as never }),
      'OneCycleLR: annealStrategy is "cosine"; it must be one of cos, linear',
    ],
    [
      () => new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 9, baseMomentum: [0.5, -1] }),
      "OneCycleLR: baseMomentum is -1",
    ],
    [() => lrRangeTest(optimizer, () => 1, { mode: "log" as never }), 'lrRangeTest: mode is "log"'],
  ];
  for (const [build, message] of cases) expect(build).toThrow(message);
  expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.1, 0.02]);
  const [one, other] = [new StepLR(optimizer, 1), new StepLR(makeSgd(), 1)];
  expect(() => new SequentialLR([one, other], [1])).toThrow(
    "SequentialLR: the schedules are of several optimizers",
  );
  expect(() => new SequentialLR([one], [1])).toThrow("there are 1 milestones and 1 schedules");
  expect(() => new SequentialLR([one, one], [0])).toThrow("SequentialLR: milestone 0 is 0");
});

test("options that there are not are refused, and what is no options", () => {
  const optimizer = makeSgd();
  const wrong = { tmax: 1 } as never;
  const makers: Record<string, (options: never) => unknown> = {
    StepLR: (options) => new StepLR(optimizer, 1, options),
    MultiStepLR: (options) => new MultiStepLR(optimizer, [1], options),
    ConstantLR: (options) => new ConstantLR(optimizer, options),
    LinearLR: (options) => new LinearLR(optimizer, options),
    PolynomialLR: (options) => new PolynomialLR(optimizer, options),
    CosineAnnealingLR: (options) => new CosineAnnealingLR(optimizer, 1, options),
    CosineAnnealingWarmRestarts: (options) => new CosineAnnealingWarmRestarts(optimizer, 1, options),
    OneCycleLR: (options) => new OneCycleLR(optimizer, options),
    CyclicLR: (options) => new CyclicLR(optimizer, options),
    ReduceLROnPlateau: (options) => new ReduceLROnPlateau(optimizer, options),
    lrRangeTest: (options) => lrRangeTest(optimizer, () => 1, options),
  };
  for (const [name, make] of Object.entries(makers)) {
    expect(() => make(wrong)).toThrow(`${name}: there is no option tmax; there are `);
    expect(() => make(0.1 as never)).toThrow(`${name}: the options are 0.1; give an object with `);
  }
  expect(() => new StepLR(optimizer, 1, wrong)).toThrow(/there are gamma$/);
  expect(optimizer.paramGroups.map(({ lr, momentum }) => [lr, momentum])).toEqual([
    [0.1, 0.9],
    [0.02, 0.9],
  ]);
});

test("momentum cycles where there is such", () => {
  const adam = new Adam([parameter()]);
  const options = { maxLr: 1, totalSteps: 10 };
  new OneCycleLR(adam, options);
  expect(adam.paramGroups[0]!.betas).toEqual([0.95, 0.999]);
  expect(() => new OneCycleLR(new Adadelta([parameter()]), options)).toThrow(
    "OneCycleLR: the optimizer has no momentum; say cycleMomentum: false",
  );
});

test("a momentum that cannot be is an error, and nothing is set then", () => {
  const sgd = new SGD([{ params: [parameter()] }, { params: [parameter()], nesterov: true }], {
    lr: 0.1,
    momentum: 0.9,
  });
  const schedule = new CyclicLR(sgd, { baseLr: 0.1, maxLr: 0.2, stepSizeUp: 1, baseMomentum: 0 });
  const look = (): unknown => [schedule.stateDict(), sgd.stateDict().paramGroups];
  const before = look();
  expect(() => schedule.step()).toThrow("SGD: nesterov needs momentum");
  expect(look()).toEqual(before);
});

test("a cycle has an end", () => {
  const sgd = makeSgd();
  const schedule = new OneCycleLR(sgd, { maxLr: 1, totalSteps: 2 });
  schedule.step();
  schedule.step();
  const before = schedule.stateDict();
  expect(() => schedule.step()).toThrow("OneCycleLR: this is step 4; the cycle has 2 steps");
  expect(schedule.stateDict()).toEqual(before);
});

test("a plateau of NaN is an error, and not counted", () => {
  const schedule = new ReduceLROnPlateau(makeSgd());
  schedule.step(tensor(2));
  expect(() => schedule.step(NaN)).toThrow("ReduceLROnPlateau.step: the measurement is NaN");
  expect(schedule.stateDict()).toMatchObject({ best: 2, badEpochs: 0 });
});

describe("lrRangeTest", () => {
  const problem = () => {
    const param = parameter();
    const optimizer = new SGD([param], { lr: 0.125, momentum: 0.5 });
    const step = (): Tensor => {
      optimizer.zeroGrad();
      const loss = param.square().sum();
      loss.backward();
      optimizer.step();
      return loss;
    };
    step();
    return { param, optimizer, step };
  };

  test("ends when the loss grows, and puts everything back", () => {
    const { param, optimizer, step } = problem();
    const buffer = tensor([5]);
    const [value, state] = [param.item(), optimizer.stateDict()];
    const result = lrRangeTest(
      optimizer,
      () => {
        noGrad(() => buffer.assign(buffer.add(1)));
        return step();
      },
      { startLr: 1e-3, endLr: 1e3, iterations: 61, buffers: [buffer] },
    );
    expect(result.rates[0]).toBe(1e-3);
    expect(result.rates[10]).toBeCloseTo(1e-2, 12);
    expect(result.losses.length).toBe(result.rates.length);
    expect(result.rates.at(-1)).toBeLessThan(100);
    expect(result.steepest).toBeGreaterThan(0.01);
    expect([param.item(), buffer.item()]).toEqual([value, 5]);
    expect(optimizer.stateDict().paramGroups).toEqual(state.paramGroups);
    expect(optimizer.state.get(param)!.momentumBuffer!.item()).toBe(
      state.state.get("0.momentum_buffer")!.item(),
    );
  });

  test("goes straight where asked to, and takes gradients that are not finite for the end", () => {
    const { optimizer } = problem();
    let calls = 0;
    const { rates, losses, steepest } = lrRangeTest(
      optimizer,
      () => {
        if (++calls === 4) throw new GradientError("not finite");
        return 10 + calls;
      },
      { startLr: 0.5, endLr: 1.5, iterations: 5, mode: "linear" },
    );
    expect(rates).toEqual([0.5, 0.75, 1]);
    expect(losses).toEqual([11, 12, 13]);
    expect(steepest).toBeUndefined();
  });

  test("puts everything back after an error", () => {
    const { param, optimizer } = problem();
    const value = param.item();
    const broken = (): number => {
      noGrad(() => param.assign(tensor([9])));
      throw new TypeError("of another kind");
    };
    expect(() => lrRangeTest(optimizer, broken)).toThrow("of another kind");
    expect([param.item(), optimizer.paramGroups[0]!.lr]).toEqual([value, 0.125]);
    expect(() => lrRangeTest(optimizer, broken, { startLr: 0 })).toThrow("lrRangeTest: startLr is 0");
  });
});
