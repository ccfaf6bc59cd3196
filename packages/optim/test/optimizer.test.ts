import {
  applyMany,
  assign,
  decodeSafetensors,
  encodeSafetensors,
  Generator,
  matmul,
  noGrad,
  type Op,
  ones,
  randn,
  type Tensor,
  type Trace,
  tensor,
  trace,
  zeros,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  Adadelta,
  Adagrad,
  AdagradTrace,
  Adam,
  Adamax,
  AdamW,
  clipGradNorm,
  clipGradValue,
  NAdam,
  NAG,
  type Optimizer,
  type OptimizerStateDict,
  RMSprop,
  SGD,
} from "../src/index.js";

type AnyOptimizer = Optimizer<{ lr?: number }, Readonly<Record<string, Tensor>>>;

const leaf = (...numbers: number[]): Tensor => tensor(numbers, { requiresGrad: true });
const numbers = (x: Tensor): number[] => [...x.toTypedArray()];

function withGrad(param: Tensor, ...grad: number[]): Tensor {
  param.grad = tensor(grad, { shape: param.shape, dtype: param.dtype });
  return param;
}

describe("parameters", () => {
  test("come from a module, a list, or anything that can be walked", () => {
    const [a, b] = [leaf(1), leaf(2)];
    const module = {
      namedParameters: () =>
        new Map([
          ["a", a],
          ["b", b],
        ]),
    };
    for (const given of [module, [a, b], new Set([a, b]), [a, b].values()]) {
      const sgd = new SGD(given, { lr: 1 });
      expect(sgd.paramGroups[0]!.params).toEqual([a, b]);
    }
  });

  test("may be in groups with options of their own", () => {
    const [a, b] = [withGrad(leaf(1), 1), withGrad(leaf(1), 1)];
    const sgd = new SGD(
      [{ params: [a] }, { params: { namedParameters: () => [["b", b]] }, lr: 0.25, weightDecay: 1 }],
      { lr: 0.5 },
    );
    expect(sgd.paramGroups.map(({ lr }) => lr)).toEqual([0.5, 0.25]);
    sgd.step();
    expect([a.item(), b.item()]).toEqual([0.5, 0.5]);
  });

  test("without a gradient are left alone, and their steps are not counted", () => {
    const [a, b] = [withGrad(leaf(1), 1), leaf(1)];
    const adam = new Adam([a, b], { lr: 0.1 });
    adam.step();
    adam.step();
    expect(b.item()).toBe(1);
    withGrad(b, 1);
    adam.step();
    // The first step of Adam is the learning rate, whatever the gradient.
    expect(b.item()).toBeCloseTo(0.9, 6);
    expect(adam.state.get(a)!.step.item()).toBe(3);
  });

  test("are refused where training them cannot work", () => {
    const a = leaf(1);
    expect(() => new Adam([])).toThrow("Adam: there are no parameters");
    expect(() => new Adam([{ params: [] }])).toThrow("Adam: there are no parameters");
    expect(() => new Adam([a, a])).toThrow("Adam: a parameter is listed twice");
    expect(() => new Adam([{ params: [a] }, { params: [a] }])).toThrow("Adam: a parameter is listed twice");
    expect(() => new Adam([a.mul(2)])).toThrow("Adam: parameter 0, [1], was computed from others");
    expect(() => new Adam([1 as never])).toThrow("Adam: parameter 0 is no tensor");
    expect(() => new Adam(undefined as never)).toThrow("Adam: the parameters are undefined; give a module");
    expect(() => new Adam([{ params: 3 as never }])).toThrow("Adam: the parameters are 3; give a module");
    expect(() => new Adam([zeros([2], { dtype: "int32" })])).toThrow(
      "Adam: parameter 0, [2], is int32; only floats can be trained",
    );
    const sgd = new SGD([a], { lr: 1 });
    a.grad = ones([]);
    expect(() => sgd.step()).toThrow("SGD: a parameter is float32 [1] and its grad float32 []");
  });

  test("of float64 and float32 go together", () => {
    const [a, b] = [withGrad(leaf(1), 1), withGrad(tensor([1], { dtype: "float64", requiresGrad: true }), 1)];
    for (const optimizer of [
      new Adam([a, b]),
      new Adagrad([a, b]),
      new SGD([a, b], { lr: 0.1, momentum: 0.9 }),
    ]) {
      const before = b.item();
      optimizer.step();
      expect([a.dtype, b.dtype]).toEqual(["float32", "float64"]);
      expect(b.item()).toBeLessThan(before);
      expect(a.item()).toBeCloseTo(b.item(), 6);
    }
  });
});

describe("gradients", () => {
  test("that are missing, infinite, NaN or of another shape stop a step before anything is changed", () => {
    const [a, b] = [leaf(1, 2), leaf(3)];
    for (const make of Object.values(makers)) {
      const optimizer = make([a, b]);
      a.grad = null;
      b.grad = null;
      const refused = (message: string): void => {
        expect(() => optimizer.step()).toThrow(message);
        expect(optimizer.state.size).toBe(0);
        expect([...numbers(a), ...numbers(b)]).toEqual([1, 2, 3]);
      };
      refused("step: no parameter has a gradient; call backward() on a loss that was computed from them");
      withGrad(a, 1, 1);
      withGrad(b, NaN);
      refused(
        "step: nothing was updated: the gradient of parameter 1, [1], has 1 of 1 numbers infinite or NaN",
      );
      withGrad(b, 1);
      withGrad(a, Infinity, -Infinity);
      refused("the gradient of parameter 0, [2], has 2 of 2 numbers infinite or NaN");
      withGrad(a, 1, 1);
      b.grad = ones([]);
      refused("a parameter is float32 [1] and its grad float32 []");
    }
  });

  test("whose sum overflows are finite all the same", () => {
    const a = withGrad(leaf(1, 1), 3e38, 3e38);
    new Adam([a], { lr: 0.5 }).step();
    expect(numbers(a)).not.toContain(NaN);
  });

  test("pass unseen where that is asked for", () => {
    const a = withGrad(leaf(1), NaN);
    new SGD([a], { lr: 1 }).step({ errorIfNonfinite: false });
    expect(a.item()).toBeNaN();
  });
});

describe("options", () => {
  test("can be set between steps", () => {
    const a = withGrad(leaf(1), 1);
    const sgd = new SGD([a], { lr: 0.5 });
    sgd.step();
    for (const group of sgd.paramGroups) group.lr *= 0.5;
    sgd.step();
    expect(a.item()).toBe(0.25);
    sgd.paramGroups[0]!.maximize = true;
    sgd.step();
    expect(a.item()).toBe(0.5);
  });

  test("may turn momentum on and off", () => {
    const a = withGrad(leaf(1), 1);
    const sgd = new SGD([a], { lr: 0.25 });
    sgd.step();
    sgd.paramGroups[0]!.momentum = 1;
    sgd.step();
    sgd.step();
    expect(a.item()).toBe(0);
    sgd.paramGroups[0]!.momentum = 0;
    sgd.step();
    expect(a.item()).toBe(-0.25);
  });

  test("out of their range are refused, early and late", () => {
    const a = leaf(1);
    expect(() => new SGD([a], { lr: -1 })).toThrow("SGD: lr is -1; it must be 0 or more");
    expect(() => new SGD([a], { lr: NaN })).toThrow("SGD: lr is NaN");
    expect(() => new SGD([a], { lr: "1" as never })).toThrow('SGD: lr is "1"; it must be a number');
    expect(() => new SGD([a], {} as never)).toThrow("SGD: lr is undefined; it must be a number");
    expect(() => new Adam([a], { betas: 0.9 as never })).toThrow(
      "Adam: betas is 0.9; it must be a list of two",
    );
    expect(() => new SGD([a], { lr: 1, nesterov: true })).toThrow(
      "SGD: nesterov needs momentum, and no dampening",
    );
    expect(() => new Adam([a], { betas: [0.9, 1] })).toThrow(
      "Adam: beta2 is 1; it must be from 0 to 1, without 1",
    );
    expect(() => new Adagrad([{ params: [a], lrDecay: -1 }])).toThrow("Adagrad: lrDecay is -1");
    for (const [params, options] of [
      [[a], { learningRate: 1 }],
      [[{ params: [a], learningRate: 1 }], {}],
    ])
      expect(() => new Adam(params as Tensor[], options as never)).toThrow(
        "Adam: there is no option learningRate; there are lr, betas, eps, weightDecay, amsgrad, maximize",
      );
    expect(() => new SGD([a], 0.1 as never)).toThrow("SGD: the options are 0.1; give an object with lr, mom");
    expect(() => new SGD([a], { lr: 1, maximize: 1 as never })).toThrow(
      "SGD: maximize is 1; it must be true or false",
    );
    expect(() => new SGD([a], { lr: 1, dampening: NaN })).toThrow("SGD: dampening is NaN");
    const adam = new Adam([a], { lr: 0.5 });
    expect(() => (adam.paramGroups[0]!.lr = -1)).toThrow("Adam: lr is -1");
    expect(() => (adam.paramGroups[0]!.lr = undefined as never)).toThrow("Adam: lr is undefined");
    expect(adam.paramGroups[0]!.lr).toBe(0.5);
  });

  test("that are left out are the paper's", () => {
    const adam = new Adam([leaf(1)]);
    expect(adam.paramGroups[0]).toMatchObject({ lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 });
  });
});

type Make = (params: readonly Tensor[]) => AnyOptimizer;

function made<Options, Made>(
  Class: new (params: readonly Tensor[], options: Options) => Made,
  options: Options,
): Make {
  return (params) => new Class(params, options) as unknown as AnyOptimizer;
}

const makers: Record<string, Make> = {
  SGD: made(SGD, { lr: 0.1 }),
  "SGD with momentum": made(SGD, { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
  NAG: made(NAG, { lr: 0.1, momentum: 0.8, weightDecay: 0.1 }),
  Adagrad: made(Adagrad, { lr: 0.1, lrDecay: 0.1 }),
  AdagradTrace: made(AdagradTrace, { lr: 0.1 }),
  Adadelta: made(Adadelta, { lr: 0.5 }),
  RMSprop: made(RMSprop, { lr: 0.1 }),
  "RMSprop, centred, with momentum": made(RMSprop, { lr: 0.1, centered: true, momentum: 0.5 }),
  Adam: made(Adam, { lr: 0.1 }),
  "Adam with amsgrad": made(Adam, { lr: 0.1, amsgrad: true }),
  AdamW: made(AdamW, { lr: 0.1, weightDecay: 0.1 }),
  "AdamW with amsgrad": made(AdamW, { lr: 0.1, amsgrad: true }),
  Adamax: made(Adamax, { lr: 0.1 }),
  NAdam: made(NAdam, { lr: 0.1 }),
};

/** A small problem with a step of its own. */
function problem(make: (params: readonly Tensor[]) => AnyOptimizer, seed = 1) {
  const generator = new Generator(seed);
  const params = [
    randn([3, 4], { generator, requiresGrad: true }),
    randn([4], { generator, requiresGrad: true }),
  ];
  const optimizer = make(params);
  const step = (x: Tensor): void => {
    optimizer.zeroGrad();
    matmul(x, params[0]!).add(params[1]!).tanh().square().mean().backward();
    clipGradNorm(params, 0.1, { errorIfNonfinite: false });
    optimizer.step({ errorIfNonfinite: false });
  };
  return { params, optimizer, step, values: () => params.map((param) => numbers(param)) };
}

const batches = Array.from({ length: 11 }, (_, i) => randn([2, 3], { generator: new Generator(100 + i) }));

describe.each(Object.entries(makers))("%s", (_, make) => {
  test("goes on from a snapshot as if nothing had happened", () => {
    const whole = problem(make);
    const half = problem(make);
    const batch = (i: number): Tensor => batches[i % batches.length]!;
    for (let i = 0; i < 100; i++) {
      whole.step(batch(i));
      if (i < 50) half.step(batch(i));
      if (i === 49) for (const { optimizer } of [whole, half]) optimizer.paramGroups[0]!.lr = 0.03;
    }
    const { state, paramGroups } = half.optimizer.stateDict();
    const bytes = encodeSafetensors(state);
    const text = JSON.stringify(paramGroups);

    const fresh = problem(make, 2);
    fresh.step(batches[9]!);
    noGrad(() => fresh.params.forEach((param, i) => param.assign(half.params[i]!)));
    fresh.optimizer.loadStateDict({
      state: decodeSafetensors(bytes).tensors,
      paramGroups: JSON.parse(text) as OptimizerStateDict["paramGroups"],
    });
    for (let i = 50; i < 100; i++) fresh.step(batch(i));
    expect(fresh.values()).toEqual(whole.values());
    expect(fresh.optimizer.paramGroups[0]!.lr).toBe(0.03);
  });

  test("replays from a record of its first step, bit for bit, with the learning rate of the day", () => {
    const one = problem(make);
    const other = problem(make);
    const taken = trace(() => one.step(batches[0]!));
    expect(taken.steps.filter(({ kind }) => kind === "barrier")).toEqual([]);
    const id = taken.find(batches[0]!)!;
    other.step(batches[0]!);
    batches.slice(1).forEach((x, i) => {
      if (i === 5) for (const { optimizer } of [one, other]) optimizer.paramGroups[0]!.lr = 0.01;
      replay(taken, new Map(taken.externals).set(id, x));
      other.step(x);
      expect(one.values()).toEqual(other.values());
    });
  });

  test("changes its parameters in place", () => {
    const { params, step } = problem(make);
    const { data } = params[0]!.view;
    step(batches[0]!);
    expect(params[0]!.view.data).toBe(data);
  });
});

/** Executes a trace once more on its own tensors. */
function replay(taken: Trace, values: Map<number, Tensor>): void {
  noGrad(() => {
    for (const step of taken.steps) {
      if (step.kind === "op")
        applyMany(
          step.op as Op,
          step.inputs.map((id) => values.get(id)!),
          step.options,
        ).forEach((made, i) => values.set(step.outputs[i]!.id, made));
      else if (step.kind === "assign") assign(values.get(step.target)!, values.get(step.value)!);
      else throw new Error(`a step of kind ${step.kind}`);
    }
  });
}

describe("loadStateDict", () => {
  const trained = (): Adam => {
    const adam = new Adam([withGrad(leaf(1, 2), 1, 1), leaf(3)], { lr: 0.1 });
    adam.step();
    return adam;
  };

  test("has PyTorch's names, and nothing for what has not been updated", () => {
    const { state, paramGroups } = trained().stateDict();
    expect([...state.keys()]).toEqual(["0.step", "0.exp_avg", "0.exp_avg_sq"]);
    expect(paramGroups).toEqual([
      {
        params: [0, 1],
        lr: 0.1,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weightDecay: 0,
        amsgrad: false,
        maximize: false,
      },
    ]);
  });

  test("lists everything that does not fit, and changes nothing", () => {
    const adam = trained();
    const before = adam.stateDict();
    const state = new Map(before.state);
    state.delete("0.step");
    state.set("0.exp_avg", zeros([3]));
    state.set("0.momentum_buffer", zeros([2]));
    const snapshot = { state, paramGroups: [{ ...before.paramGroups[0]!, lr: 5 }] };
    expect(() => adam.loadStateDict(snapshot)).toThrow(
      [
        "Adam.loadStateDict: nothing was loaded, the snapshot does not fit:",
        "  0.step: is missing",
        "  0.exp_avg: it is float32 [3]; the optimizer has float32 [2]",
        "  0.momentum_buffer: the optimizer has no such state",
      ].join("\n"),
    );
    const wrongOption = { state: before.state, paramGroups: [{ ...before.paramGroups[0]!, lr: -1 }] };
    expect(() => adam.loadStateDict(wrongOption)).toThrow("Adam: lr is -1");
    expect(() => adam.loadStateDict({} as never)).toThrow(
      "Adam.loadStateDict: there is no state and paramGroups; give what stateDict returned",
    );
    const fewer = { state: before.state, paramGroups: [{ ...before.paramGroups[0]!, params: [0] }] };
    expect(() => adam.loadStateDict(fewer)).toThrow("the snapshot has 1 parameters; the optimizer has 2");
    expect(adam.stateDict().paramGroups).toEqual(before.paramGroups);
    for (const [name, value] of before.state)
      expect(adam.stateDict().state.get(name)!.toArray()).toEqual(value.toArray());
  });

  test("takes over options that need another state, too", () => {
    const a = withGrad(leaf(1), 1);
    const from = new SGD([a], { lr: 0.1, momentum: 0.5 });
    from.step();
    const to = new SGD([withGrad(leaf(1), 1)], { lr: 0.1 });
    to.step();
    to.loadStateDict(from.stateDict());
    expect(to.state.get(to.paramGroups[0]!.params[0]!)!.momentumBuffer!.item()).toBe(1);
    expect(to.paramGroups[0]!.momentum).toBe(0.5);
  });

  test("takes over what an option has left that is off by now", () => {
    const run = (sgd: SGD, momenta: readonly number[]): void => {
      for (const momentum of momenta) {
        sgd.paramGroups[0]!.momentum = momentum;
        sgd.step();
      }
    };
    const [a, b] = [withGrad(leaf(1), 1), withGrad(leaf(1), 1)];
    const from = new SGD([a], { lr: 0.125 });
    run(from, [0.5, 0]);
    const to = new SGD([b], { lr: 0.125 });
    noGrad(() => b.assign(a));
    to.loadStateDict(from.stateDict());
    for (const each of [from, to]) run(each, [0.5]);
    expect(b.item()).toBe(a.item());
    expect(to.state.get(b)!.momentumBuffer!.item()).toBe(1.5);
  });

  test("forgets the state of parameters for which there is none", () => {
    const adam = trained();
    adam.loadStateDict(new Adam([leaf(1, 2), leaf(3)]).stateDict());
    expect(adam.state.size).toBe(0);
    expect(adam.paramGroups[0]!.lr).toBe(1e-3);
  });
});

test("in float32 a hundred steps of Adam stay with those in float64", () => {
  const run = (dtype: "float32" | "float64"): number[] => {
    const param = tensor([1, -2, 3], { dtype, requiresGrad: true });
    const adam = new Adam([param], { lr: 0.01 });
    for (let i = 0; i < 100; i++) {
      param.grad = param.detach().mul(tensor([1, 10, 100], { dtype }));
      adam.step();
    }
    return numbers(param);
  };
  const wide = run("float64");
  run("float32").forEach((value, i) =>
    expect(Math.abs(value - wide[i]!)).toBeLessThan(1e-6 * Math.abs(wide[i]!) + 1e-6),
  );
});

describe("clipGradNorm", () => {
  test("refuses what is not finite, and touches nothing then", () => {
    const [a, b] = [withGrad(leaf(1), 3), withGrad(leaf(1), Infinity)];
    expect(() => clipGradNorm([a, b], 1)).toThrow(
      /^clipGradNorm: the norm of the gradients is Infinity: a gradient is infinite or NaN/,
    );
    expect(a.grad!.toArray()).toEqual([3]);
    expect(clipGradNorm([a, b], 1, { errorIfNonfinite: false }).item()).toBe(Infinity);
    expect(clipGradNorm([a, withGrad(b, NaN)], 1, { errorIfNonfinite: false }).item()).toBeNaN();
  });

  test("counts gradients of both floats, and skips what has none", () => {
    const a = withGrad(leaf(1), 3);
    const b = withGrad(tensor([1], { dtype: "float64", requiresGrad: true }), 4);
    expect(clipGradNorm([a, b, leaf(1)], 2.5).item()).toBe(5);
    expect(a.grad!.item()).toBeCloseTo(1.5, 5);
    expect([a.grad!.dtype, b.grad!.dtype]).toEqual(["float32", "float64"]);
    expect(clipGradNorm([leaf(1)], 1).item()).toBe(0);
  });

  test("clips a gradient that is a view", () => {
    const a = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const source = tensor([3]);
    a.grad = source.expand([2, 2]);
    clipGradNorm([a], 3);
    expect(source.item()).toBe(3);
    expect(numbers(a.grad!)).toEqual(Array(4).fill(expect.closeTo(1.5, 5)));
  });

  test("wants a bound", () => {
    expect(() => clipGradNorm([leaf(1)], NaN)).toThrow("clipGradNorm: maxNorm is NaN; it must be 0 or more");
    for (const normType of [0, -1, NaN, "2" as never])
      expect(() => clipGradNorm([leaf(1)], 1, { normType })).toThrow(
        `clipGradNorm: normType is ${normType}; it must be more than 0`,
      );
  });
});

test("clipGradValue holds every element", () => {
  const a = withGrad(leaf(1, 2, 3), -5, 0.5, 7);
  clipGradValue([a, leaf(1)], 2);
  expect(a.grad!.toArray()).toEqual([-2, 0.5, 2]);
  expect(() => clipGradValue([a], -1)).toThrow("clipGradValue: the bound is -1");
});
