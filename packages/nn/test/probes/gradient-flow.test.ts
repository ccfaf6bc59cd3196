/** What probes say of models whose gradients are known, and of those whose gradients are known to vanish or explode. */
import {
  concat,
  eye,
  Generator,
  gradients,
  mul,
  noGrad,
  ones,
  randn,
  relu,
  sigmoid,
  type Tensor,
  tensor,
  zeros,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  Conv2d,
  GRU,
  type GradientFlow,
  gradientFlow,
  HardTanh,
  init,
  Linear,
  LSTM,
  MLP,
  MSELoss,
  ReLU,
  RNN,
  RNNCell,
  Sequential,
  Sigmoid,
  Tanh,
} from "../../src/index.js";

const generator = new Generator(8);
const options = { generator, dtype: "float64" } as const;
const draw = (...shape: number[]): Tensor => randn(shape, options);
const size = (x: Tensor | null): number => Math.hypot(...x!.toTypedArray());

describe("norms", () => {
  const model = new Sequential(new Linear(3, 4, options), new Tanh(), new Linear(4, 2, options));
  const x = draw(5, 3);
  const lossOf = (): Tensor => model.forward(x).square().sum();

  test("of gradients and weights, by parameter and by layer", () => {
    const flow = gradientFlow(model, lossOf);
    const found = gradients(lossOf(), model.parameters());
    expect(flow.loss).toBe(lossOf().item());
    expect(flow.parameters.map(({ name }) => name)).toEqual(
      [...model.namedParameters()].map(([name]) => name),
    );
    flow.parameters.forEach(({ gradientNorm, weightNorm, updateRatio }, i) => {
      expect(gradientNorm).toBeCloseTo(size(found[i]), 12);
      expect(weightNorm).toBeCloseTo(size(model.parameters()[i]), 12);
      expect(updateRatio).toBeNull();
    });
    expect(flow.layers.map(({ path, kind }) => [path, kind])).toEqual([
      ["layers.0", "Linear"],
      ["layers.2", "Linear"],
    ]);
    expect(flow.layers[0].gradientNorm).toBeCloseTo(Math.hypot(size(found[0]), size(found[1])), 12);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  test("of the gradients of values, with what op made them", () => {
    const flow = gradientFlow(model, lossOf);
    expect(flow.signals.map(({ path, place, op, shape }) => [path, place, op, shape])).toEqual([
      ["layers.0", "output", "biasedLinear", [5, 4]],
      ["layers.1", "output", "tanh", [5, 4]],
      ["layers.2", "output", "biasedLinear", [5, 2]],
      ["", "output", "biasedLinear", [5, 2]],
    ]);
    const y = model.forward(x);
    // L = Σ y²
    expect(flow.signals[3].gradientNorm).toBeCloseTo(2 * size(y), 12);
    expect(flow.signals[3].mean).toBeCloseTo(y.mean().item(), 12);
    expect(flow.signals[3].deviation).toBeCloseTo(size(y.sub(y.mean())) / Math.sqrt(10), 12);
  });

  test("of updates, made with the gradients by whatever makes them", () => {
    const before = model.parameters().map((parameter) => parameter.clone().detach());
    const flow = gradientFlow(model, lossOf, {
      update: () =>
        noGrad(() => model.parameters().forEach((each) => each.assign(each.sub(each.grad!.mul(0.01))))),
    });
    flow.parameters.forEach(({ gradientNorm, weightNorm, updateRatio }, i) => {
      expect(weightNorm).toBeCloseTo(size(before[i]), 12);
      expect(updateRatio).toBeCloseTo((0.01 * gradientNorm!) / weightNorm, 12);
      expect(model.parameters()[i].toArray()).not.toEqual(before[i].toArray());
    });
    expect(flow.layers[1].updateRatio).toBeCloseTo(
      (0.01 * flow.layers[1].gradientNorm!) / flow.layers[1].weightNorm,
      12,
    );
    model.zeroGrad();
  });

  test("are null where nothing flows, and finite where squares would not be", () => {
    const frozen = new Sequential(new Linear(3, 2, options).freeze(), new Linear(2, 1, options));
    const flow = gradientFlow(frozen, () => frozen.forward(x).sum());
    expect(flow.parameters.map(({ gradientNorm }) => gradientNorm === null)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(flow.signals[0]).toMatchObject({ op: null, gradientNorm: null });
    const huge = gradientFlow(frozen, () => frozen.forward(x).sum().mul(1e200));
    expect(huge.parameters[2].gradientNorm! / 1e200).toBeCloseTo(flow.parameters[2].gradientNorm!, 10);
    const nan = gradientFlow(frozen, () => frozen.forward(x).sum().mul(Number.NaN));
    expect(nan.parameters[2].gradientNorm).toBeNaN();
  });

  test("leave the model as it was, on errors too", () => {
    const layers = new RNN(2, 3, options);
    const cell = layers.cells[0];
    expect(() => gradientFlow(layers, () => layers.forward(draw(4, 1, 2))[0])).toThrow(
      "gradientFlow: the loss is [4, 1, 3]; it must have one element",
    );
    expect(() => gradientFlow(layers, () => layers.forward(draw(4, 1, 5))[0])).toThrow("RNN: x is [4, 1, 5]");
    expect(Object.hasOwn(cell, "step")).toBe(false);
    let calls = 0;
    const step = (projected: Tensor): Tensor => {
      calls++;
      return projected.tanh();
    };
    Object.assign(cell, { step });
    gradientFlow(layers, () => layers.forward(draw(4, 1, 2))[0].sum());
    layers.forward(draw(4, 1, 2));
    expect(calls).toBe(8);
  });

  test("of one tensor that is seen in several places, and of a loss among the modules", () => {
    const whole = new Sequential(new Sequential(new Linear(2, 2, options)));
    const loss = new MSELoss();
    const flow = gradientFlow(whole, () => loss.forward(whole.forward(draw(3, 2)), zeros([3, 2], options)));
    const norms = flow.signals.map(({ gradientNorm }) => gradientNorm);
    expect(norms).toHaveLength(3);
    expect(new Set(norms).size).toBe(1);
    expect(JSON.parse(JSON.stringify(flow))).toEqual(flow);
  });
});

describe("units", () => {
  test("are dead where they are 0 for all examples", () => {
    const layer = new Linear(2, 4, options);
    noGrad(() => layer.bias!.assign(tensor([0, -1e3, 1e3, -1e3], { dtype: "float64" })));
    const model = new Sequential(layer, new ReLU());
    const x = draw(20, 2);
    const [, rectified] = gradientFlow(model, () => model.forward(x).sum()).signals;
    expect(rectified).toMatchObject({ units: 4, deadUnits: [1, 3], saturation: null });
  });

  test("of feature maps are channels", () => {
    const conv = new Conv2d(1, 3, 3, options);
    noGrad(() => conv.bias!.assign(tensor([0, -1e3, 0], { dtype: "float64" })));
    const model = new Sequential(conv, relu, new Conv2d(3, 1, 1, options));
    const x = draw(2, 1, 6, 6);
    const { signals } = gradientFlow(model, () => model.forward(x).sum());
    const between = signals.find(({ place }) => place === "input");
    expect(between).toMatchObject({ path: "layers.2", op: "relu", units: 3, deadUnits: [1] });
    const sequences = gradientFlow(model, () => model.forward(x).sum(), { unitAxis: () => 2 }).signals;
    expect(sequences[0].units).toBe(4);
  });

  test("are saturated within a hundredth of what their activation can give, or another margin", () => {
    const values = [-9, -4.7, -4.5, 0, 4.5, 4.7, 9, 20];
    const part = (model: Sequential, margin?: number): number | null => {
      const x = tensor(values, { shape: [1, 8], dtype: "float64", requiresGrad: true });
      const each = margin === undefined ? {} : { margin };
      return gradientFlow(model, () => model.forward(x).sum(), each).signals[0].saturation;
    };
    // σ(4.6) = 0.99, tanh(2.3) = 0.98
    expect(part(new Sequential(new Sigmoid()))).toBe(5 / 8);
    expect(part(new Sequential(sigmoid))).toBe(5 / 8);
    expect(part(new Sequential(new Tanh()))).toBe(7 / 8);
    expect(part(new Sequential(new Sigmoid()), 0.02)).toBe(7 / 8);
    expect(part(new Sequential(new HardTanh({ min: -4.6, max: 10 })))).toBe(4 / 8);
    expect(part(new Sequential(new ReLU()))).toBeNull();
  });

  test("are correlated as the definition says", () => {
    const a = draw(30);
    const b = draw(30);
    const columns = [a, mul(a, -2).add(1), b, zeros([30], options), a.add(b)];
    const x = concat(
      columns.map((each) => each.reshape([30, 1])),
      { axis: 1 },
    );
    x.requiresGrad = true;
    const model = new Sequential((each) => each.mul(1));
    const { correlation, deadUnits } = gradientFlow(model, () => model.forward(x).sum()).signals[0];
    const rows = columns.map((each) => [...each.toTypedArray()]);
    const r = (u: number[], v: number[]): number => {
      const [mu, mv] = [u, v].map((each) => each.reduce((p, q) => p + q) / 30);
      const dot = (p: number[], mp: number, q: number[], mq: number) =>
        p.reduce((s, _, i) => s + (p[i] - mp) * (q[i] - mq), 0);
      return Math.abs(dot(u, mu, v, mv) / Math.sqrt(dot(u, mu, u, mu) * dot(v, mv, v, mv)));
    };
    const varying = [0, 1, 2, 4];
    const all = varying.flatMap((i, k) => varying.slice(k + 1).map((j) => r(rows[i], rows[j])));
    expect(correlation!.mean).toBeCloseTo(all.reduce((p, q) => p + q) / all.length, 12);
    expect(correlation!.largest).toBeCloseTo(1, 12);
    expect(correlation!.pair).toEqual([0, 1]);
    expect(deadUnits).toEqual([3]);
    const one = new Sequential(new Linear(2, 1, options));
    expect(gradientFlow(one, () => one.forward(draw(4, 2)).sum()).signals[0].correlation).toBeNull();
  });
});

describe("through time", () => {
  const steps = 40;
  const H = 8;
  const x = draw(steps, 2, 3).mul(0.1);

  /** ‖∂L/∂s(t)‖ for a loss at the last step alone. */
  const atLastStep = (layers: RNN | LSTM | GRU, part: string): number[] => {
    const weight = draw(2, H);
    const flow = gradientFlow(layers, () => mul(layers.forward(x)[0].select(steps - 1), weight).sum());
    return flow.steps.find((each) => each.part === part)!.gradientNorms as number[];
  };

  /** An RNN whose Whh is an orthogonal matrix times its spectral radius. */
  const rnnOfRadius = (radius: number, nonlinearity: "tanh" | "relu"): RNN => {
    const rnn = new RNN(3, H, { ...options, bias: false, nonlinearity });
    // ReLU keeps its slope at 1 where states stay positive: there Whh only moves them around.
    const turning =
      nonlinearity === "tanh" ? init.orthogonal([H, H], options) : eye(H, H, options).roll(1, { axis: 0 });
    rnn.loadStateDict([["weight_hh_l0", turning.mul(radius)]], { strict: false });
    if (nonlinearity === "relu")
      rnn.loadStateDict([["weight_ih_l0", ones([H, 3], options)]], { strict: false });
    return rnn;
  };

  test("gradients vanish in an RNN of small spectral radius, by its powers", () => {
    const norms = atLastStep(rnnOfRadius(0.5, "tanh"), "h");
    expect(norms).toHaveLength(steps);
    expect(norms[0] / norms[steps - 1]).toBeLessThan(0.5 ** (steps - 1));
    norms.slice(1).forEach((each, t) => expect(norms[t]).toBeLessThan(0.5 * each * (1 + 1e-12)));
  });

  test("gradients explode in an RNN of large spectral radius", () => {
    const rnn = rnnOfRadius(1.5, "relu");
    const weight = draw(2, H);
    const flow = gradientFlow(rnn, () => mul(rnn.forward(x.abs())[0].select(steps - 1), weight).sum());
    const norms = flow.steps[0].gradientNorms as number[];
    expect(norms[0] / norms[steps - 1] / 1.5 ** (steps - 1)).toBeCloseTo(1, 9);
    // Around 0, where tanh has the slope 1, as well.
    const tanh = rnnOfRadius(1.5, "tanh");
    const small = gradientFlow(tanh, () =>
      mul(tanh.forward(x.mul(1e-12))[0].select(steps - 1), weight).sum(),
    );
    expect(small.steps[0].gradientNorms[0]! / small.steps[0].gradientNorms[steps - 1]!).toBeGreaterThan(1e6);
  });

  test("gradients do neither in an LSTM with an open forget gate", () => {
    const lstm = new LSTM(3, H, options);
    const bias = lstm.cells[0].namedParameters();
    for (const [name, parameter] of bias)
      if (name === "biasIh") noGrad(() => parameter.narrow(0, H, H).assign(8));
    // The loss reads h(T), which comes of the same step as c(T) and not of it.
    const norms = atLastStep(lstm, "c").slice(0, -1);
    for (const each of norms) {
      expect(each / norms[steps - 2]).toBeGreaterThan(0.5);
      expect(each / norms[steps - 2]).toBeLessThan(2);
    }
    // With a forget gate at ½, they vanish here too.
    const closed = atLastStep(new LSTM(3, H, options), "c");
    expect(closed[0] / closed[steps - 2]).toBeLessThan(1e-6);
  });

  test("are the gradients of the states themselves, cell by cell, in either direction", () => {
    const layers = new GRU(3, H, { ...options, layers: 2, bidirectional: true });
    const flow = gradientFlow(layers, () => layers.forward(x)[0].square().sum());
    expect(flow.steps.map(({ path, part, norms }) => [path, part, norms.length])).toEqual(
      [0, 1, 2, 3].map((k) => [`cells.${k}`, "h", steps]),
    );
    const cell = new RNNCell(3, H, options);
    const states: Tensor[] = [];
    const run = (): Tensor => {
      states.length = 0;
      let h = cell.start(2);
      for (const each of x.narrow(0, 0, 5).unbind()) {
        h = cell.forward(each, h);
        states.push(h);
      }
      return h.square().sum();
    };
    const seen = gradientFlow(cell, run);
    const found = gradients(run(), states);
    seen.steps[0].gradientNorms.forEach((each, t) => expect(each).toBeCloseTo(size(found[t]), 12));
    seen.steps[0].norms.forEach((each, t) => expect(each).toBeCloseTo(size(states[t]), 12));
    expect(seen.signals.map(({ call }) => call)).toEqual([0, 1, 2, 3, 4]);
    expect(seen.steps[0].saturation).toEqual(states.map(() => 0));
  });

  test("are null inside of checkpoints, and beyond a cut", () => {
    const rnn = new RNN(3, H, options);
    const of = (each: object): GradientFlow["steps"][number] =>
      gradientFlow(rnn, () =>
        rnn
          .forward(x, undefined, each)[0]
          .select(steps - 1)
          .sum(),
      ).steps[0];
    expect(of({ checkpoint: 10 }).gradientNorms).toEqual(Array(steps).fill(null));
    const cut = of({ truncate: 30 }).gradientNorms;
    expect(cut.map((norm) => norm === null || norm === 0)).toEqual([
      ...Array(30).fill(true),
      ...Array(10).fill(false),
    ]);
  });
});

test("gradients vanish in a deep MLP with sigmoids, and with ReLU and weights to match do not", () => {
  const sizes = Array(13).fill(16) as number[];
  const x = draw(8, 16);
  const ratio = (model: MLP): number => {
    const { layers } = gradientFlow(model, () => model.forward(x).square().mean());
    expect(layers).toHaveLength(12);
    return layers[0].gradientNorm! / layers[11].gradientNorm!;
  };
  expect(ratio(new MLP(sizes, { ...options, activation: sigmoid }))).toBeLessThan(1e-8);
  const rectified = new MLP(sizes, options);
  for (const { weight } of rectified.layers)
    noGrad(() => weight.assign(init.kaimingNormal([16, 16], options)));
  expect(ratio(rectified)).toBeGreaterThan(0.05);
});
