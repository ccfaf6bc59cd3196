/** Gradients through time: all of them, and some of them. */
import { concat, eye, gradients, noGrad, sum, Tape, type Tensor, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  type Cell,
  detachState,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  MUT1,
  MUT1Cell,
  MUT2,
  MUT2Cell,
  MUT3,
  MUT3Cell,
  MultiplicativeRNN,
  MultiplicativeRNNCell,
  Recurrent,
  Reservoir,
  RNN,
  RNNCell,
  unroll,
} from "../../src/index.js";
import { draw, expectNear, generator, LeakyCell, numbers, options } from "./support.js";

describe("backpropagation through time", () => {
  const stacked = { layers: 2, bidirectional: true, ...options } as const;

  test("through 200 steps is the product of the Jacobians", () => {
    const [steps, H] = [200, 3];
    // Weights near those of a rotation, so that the product neither dies out nor explodes.
    const cell = new RNNCell(2, H, { ...options, bias: false });
    const turning = tensor([0.1, -1.1, 0.2, 1.1, 0.1, -0.1, 0.2, 0.1, 1.1], {
      shape: [H, H],
      dtype: "float64",
    });
    cell.loadStateDict([["weight_hh", turning]], { strict: false });
    const xs = draw(steps, 1, 2).mul(0.1);
    const h = draw(1, H);
    h.requiresGrad = true;
    const [ys, last] = unroll(cell, xs, h);
    const cotangent = draw(1, H);
    last.backward({ gradient: cotangent });

    const w = cell.weightHh.toArray() as number[][];
    const hs = ys.toArray() as number[][][];
    // u ← u · ∂h(t)/∂h(t−1) with ∂h(t)/∂h(t−1) = diag(1 − h(t)²) Whh, from the last step to the first.
    let u = (cotangent.toArray() as number[][])[0]!;
    for (let t = steps - 1; t >= 0; t--) {
      const slopes = hs[t]![0]!.map((value, i) => u[i]! * (1 - value * value));
      u = w[0]!.map((_, j) => slopes.reduce((all, slope, i) => all + slope * w[i]![j]!, 0));
    }
    const size = Math.hypot(...u);
    expect(size).toBeGreaterThan(1e-9);
    expect(size).toBeLessThan(1e9);
    expectNear(
      h.grad!.div(size),
      u.map((value) => value / size),
      11,
    );
  });

  test.each<[string, () => GRUCell | LSTMCell]>([
    ["GRU", () => new GRUCell(2, 3, options)],
    ["LSTM", () => new LSTMCell(2, 3, options)],
  ])("through 200 steps of a gated cell is that product, too: %s", (_, make) => {
    const [steps, H] = [200, 3];
    const cell = make();
    // Gates that are open for what was, so that the product does not die out.
    // Rows H to 2H are those of z in a GRU, and of f in an LSTM.
    noGrad(() => cell.biasIh!.narrow(0, H, H).assign(6));
    const parts = cell instanceof GRUCell ? 1 : 2;
    // The state in one vector: h, or h and c.
    const step = (x: Tensor, s: Tensor): Tensor => {
      if (cell instanceof GRUCell) return cell.forward(x, s);
      const { h, c } = cell.forward(x, { h: s.narrow(1, 0, H), c: s.narrow(1, H, H) });
      return concat([h, c], { axis: 1 });
    };
    const size = parts * H;
    const xs = draw(steps, 1, 2);
    const start = draw(1, size);
    start.requiresGrad = true;
    const states = [start];
    for (const x of xs.unbind()) states.push(step(x, states.at(-1)!));
    const cotangent = draw(1, size);
    states.at(-1)!.backward({ gradient: cotangent });

    let u = numbers(cotangent);
    for (let t = steps - 1; t >= 0; t--) {
      // A row of the Jacobian from each of so many copies of the step.
      const before = states[t]!.detach().repeat([size, 1]);
      before.requiresGrad = true;
      const after = step(xs.select(t).repeat([size, 1]), before);
      const j = gradients(after, [before], {
        gradient: eye(size, size, options),
      })[0]!.toArray() as number[][];
      u = u.map((__, k) => u.reduce((all, each, i) => all + each * j[i]![k]!, 0));
    }
    const length = Math.hypot(...u);
    expect(length).toBeGreaterThan(1e-4);
    expectNear(
      start.grad!.div(length),
      u.map((value) => value / length),
      10,
    );
  });

  test.each<[string, number, () => Recurrent<never>]>([
    ["RNN", 1, () => new RNN(3, 3, stacked)],
    ["RNN with relu", 1, () => new RNN(3, 3, { ...stacked, nonlinearity: "relu" })],
    ["LSTM", 1, () => new LSTM(3, 3, stacked)],
    ["LSTM with peepholes", 1, () => new LSTM(3, 3, { ...stacked, peepholes: true })],
    ["LSTM with coupled gates", 1, () => new LSTM(3, 3, { ...stacked, coupled: true, peepholes: true })],
    ["GRU", 1, () => new GRU(3, 3, stacked)],
    ["GRU with reset before", 2, () => new GRU(3, 3, { ...stacked, resetAfter: false })],
    ["MUT1", 1, () => new MUT1(3, 3, { ...stacked, project: true })],
    ["MUT2", 1, () => new MUT2(3, 3, { ...stacked, project: true })],
    ["MUT3", 1, () => new MUT3(3, 3, stacked)],
    ["MultiplicativeRNN", 1, () => new MultiplicativeRNN(3, 3, stacked)],
    ["a cell of one's own", 1, () => new Recurrent(3, 3, (size) => new LeakyCell(size, 3), stacked)],
  ] as [string, number, () => Recurrent<never>][])(
    "is recorded step by step, layer by layer: %s",
    (_, productsInStep, make) => {
      const steps = 30;
      const layers = make();
      const x = zeros([steps, 2, 3], { dtype: "float64" });
      const { rows } = Tape.of(layers.forward(x)[0].sum());
      const products = rows.filter(({ op }) => op === "linear" || op === "biasedLinear" || op === "matmul");
      // Two layers of two directions. The products with x are one for all steps, and those with h one for each.
      expect(products.length).toBeGreaterThanOrEqual(4 * steps * productsInStep);
      expect(rows.length).toBeGreaterThan(2 * 4 * steps);
    },
  );

  test("is recorded step by step where only the input is trained: a reservoir", () => {
    const x = zeros([30, 2, 3], { requiresGrad: true });
    const { rows } = Tape.of(new Reservoir(3, 8, { generator, density: 1 }).forward(x)[0].sum());
    expect(rows.filter(({ op }) => op === "tanh").length).toBe(30);
  });
});

describe("truncated backpropagation through time", () => {
  const cell = new LSTMCell(2, 3, options);
  const xs = draw(10, 2, 2);

  test.each<[string, () => Cell<unknown>]>([
    ["RNN", () => new RNNCell(2, 3, options)],
    ["LSTM", () => cell],
    ["LSTM with peepholes", () => new LSTMCell(2, 3, { ...options, peepholes: true })],
    ["GRU", () => new GRUCell(2, 3, options)],
    ["MUT1", () => new MUT1Cell(2, 3, { ...options, project: true })],
    ["MUT2", () => new MUT2Cell(2, 3, { ...options, project: true })],
    ["MUT3", () => new MUT3Cell(2, 3, options)],
    ["multiplicative RNN", () => new MultiplicativeRNNCell(2, 3, options)],
    ["a cell of one's own", () => new LeakyCell(2, 3)],
  ] as [string, () => Cell<unknown>][])("is the whole one on the last window: %s", (_, make) => {
    const each = make();
    const leaves = each.parameters();
    const [ys] = unroll(each, xs, undefined, { truncate: 4 });
    const cut = gradients(ys.select(9).sum(), leaves);
    // Steps 8 and 9 are the last window.
    const [, before] = unroll(each, xs.narrow(0, 0, 8));
    const [window] = unroll(each, xs.narrow(0, 8, 2), detachState(before));
    const wanted = gradients(window.select(1).sum(), leaves);
    expect(ys.select(9).toArray()).toEqual(window.select(1).toArray());
    cut.forEach((gradient, i) => expectNear(gradient, numbers(wanted[i]!)));
    const whole = gradients(unroll(each, xs)[0].select(9).sum(), leaves);
    expect(whole.some((gradient, i) => String(numbers(gradient)) !== String(numbers(cut[i]!)))).toBe(true);
  });

  test("is the sum over the windows for losses everywhere", () => {
    const g = draw(10, 2, 3);
    const cut = gradients(sum(unroll(cell, xs, undefined, { truncate: 4 })[0].mul(g)), cell.parameters());
    let state = cell.start(2);
    const windows = [0, 4, 8].map((from) => {
      const length = Math.min(4, 10 - from);
      const [ys, next] = unroll(cell, xs.narrow(0, from, length), detachState(state));
      state = next;
      return ys.mul(g.narrow(0, from, length)).sum();
    });
    const wanted = gradients(
      windows.reduce((a, b) => a.add(b)),
      cell.parameters(),
    );
    cut.forEach((gradient, i) => expectNear(gradient, numbers(wanted[i]!)));
    const whole = gradients(sum(unroll(cell, xs)[0].mul(g)), cell.parameters());
    expect(numbers(whole[1]!)).not.toEqual(numbers(cut[1]!));
  });

  test("stops gradients of inputs, in either direction", () => {
    const rnn = new RNN(1, 2, { bidirectional: true, ...options });
    const x = draw(6, 1, 1);
    x.requiresGrad = true;
    const [y] = rnn.forward(x, undefined, { truncate: 3 });
    const [forward, backward] = y.split(2, { axis: -1 }) as [Tensor, Tensor];
    const reached = (out: Tensor): boolean[] =>
      numbers(gradients(out.sum(), [x], { retainGraph: true })[0]!).map((value) => value !== 0);
    expect(reached(forward.select(4))).toEqual([false, false, false, true, true, false]);
    expect(reached(backward.select(1))).toEqual([false, true, true, false, false, false]);
  });
});
