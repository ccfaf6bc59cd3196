/** Gradients through time: all of them, some of them, and with some of the memory. */
import {
  Generator,
  grad,
  gradients,
  linear,
  randn,
  sum,
  Tape,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  detachState,
  functionalCall,
  GRU,
  LSTM,
  LSTMCell,
  MUT1,
  MUT2,
  MUT3,
  MultiplicativeRNN,
  Parameter,
  Recurrent,
  Reservoir,
  RNN,
  RNNCell,
  SimpleCell,
  unroll,
} from "../../src/index.js";

const generator = new Generator(5);
const options = { generator, dtype: "float64" } as const;
const draw = (...shape: number[]): Tensor => randn(shape, options);
const numbers = (x: Tensor | null): number[] => [...x!.toTypedArray()];

function expectNear(actual: Tensor | null, wanted: readonly number[], digits = 12): void {
  expect(numbers(actual)).toHaveLength(wanted.length);
  numbers(actual).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, digits));
}

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
    const { rows } = Tape.of(new Reservoir(3, 8, { generator }).forward(x)[0].sum());
    expect(rows.filter(({ op }) => op === "tanh").length).toBe(30);
  });
});

describe("truncated backpropagation through time", () => {
  const cell = new LSTMCell(2, 3, options);
  const xs = draw(10, 2, 2);

  test("is the whole one on the last window", () => {
    const [ys] = unroll(cell, xs, undefined, { truncate: 4 });
    const cut = gradients(ys.select(9).sum(), cell.parameters());
    // Steps 8 and 9 are the last window.
    const [, before] = unroll(cell, xs.narrow(0, 0, 8));
    const [window] = unroll(cell, xs.narrow(0, 8, 2), detachState(before));
    const wanted = gradients(window.select(1).sum(), cell.parameters());
    expect(ys.select(9).toArray()).toEqual(window.select(1).toArray());
    cut.forEach((gradient, i) => expectNear(gradient, numbers(wanted[i]!)));
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

describe("checkpoints", () => {
  test.each([1, 3, 10, 20])("every %i steps change no bit", (checkpoint) => {
    const cell = new LSTMCell(2, 3, options);
    const xs = draw(10, 2, 2);
    const g = draw(10, 2, 3);
    const of = (each: object): [Tensor, Tensor[]] => {
      const [ys, { c }] = unroll(cell, xs, undefined, { truncate: 4, ...each });
      const leaves = [...cell.parameters()];
      return [ys, gradients(ys.mul(g).sum().add(c.sum()), leaves) as Tensor[]];
    };
    const [ys, found] = of({ checkpoint });
    const [wanted, all] = of({});
    expect(ys.toArray()).toEqual(wanted.toArray());
    found.forEach((gradient, i) => expectNear(gradient, numbers(all[i]!), 13));
  });

  test("keep less: a node for each piece", () => {
    const cell = new RNNCell(2, 3, options);
    const xs = draw(100, 1, 2);
    const count = (checkpoint: number): number =>
      Tape.of(unroll(cell, xs, undefined, { checkpoint })[1]).rows.filter(({ op }) => op === "checkpoint")
        .length;
    expect(count(10)).toBe(10);
    expect(count(30)).toBe(4);
    expect(
      Tape.of(unroll(cell, xs, undefined, { checkpoint: 10 })[1]).rows.some(({ op }) => op === "tanh"),
    ).toBe(false);
  });

  test.each([true, false])("go with functionalCall, with parameters of its own: %s", (own) => {
    const rnn = new RNN(2, 3, { layers: 2, ...options });
    const x = draw(6, 2, 2);
    const given = [...rnn.namedParameters()].map(([name, value]) => [
      name,
      own ? value : draw(...value.shape),
    ]);
    const of = (each: object): Record<string, Tensor> =>
      grad((parameters: Record<string, Tensor>) =>
        functionalCall(rnn, parameters, x, undefined, each)[0].square().sum(),
      )(Object.fromEntries(given) as Record<string, Tensor>);
    const wanted = of({});
    for (const [name, gradient] of Object.entries(of({ checkpoint: 2 })))
      expectNear(gradient, numbers(wanted[name]!));
  });

  test("go with layers, directions, dropout and lengths", () => {
    const make = (): GRU =>
      new GRU(2, 3, {
        layers: 2,
        bidirectional: true,
        dropout: 0.5,
        learnInitialState: true,
        dtype: "float64",
        generator: new Generator(9),
      });
    const x = draw(7, 2, 2);
    const of = (each: object): [Tensor, Tensor[]] => {
      const gru = make();
      const [y] = gru.forward(x, undefined, { lengths: [5, 7], ...each });
      return [y, gradients(y.square().sum(), gru.parameters()) as Tensor[]];
    };
    const [y, found] = of({ checkpoint: 3 });
    const [wanted, all] = of({});
    expect(y.toArray()).toEqual(wanted.toArray());
    found.forEach((gradient, i) => expectNear(gradient, numbers(all[i]!)));
  });
});

/** A cell of one's own: one step. */
class LeakyCell extends SimpleCell {
  readonly weight: Parameter;
  readonly fromInput: Parameter;

  constructor(inputSize: number, hiddenSize: number) {
    super(inputSize, hiddenSize, { dtype: "float64" });
    this.weight = new Parameter(draw(hiddenSize, hiddenSize));
    this.fromInput = new Parameter(draw(hiddenSize, inputSize));
  }

  override step(x: Tensor, h: Tensor): Tensor {
    return h.mul(0.5).add(tanh(linear(x, this.fromInput).add(linear(h, this.weight))));
  }
}

describe("a cell of one's own", () => {
  test("is one step, and gets the rest", () => {
    const network = new Recurrent(2, 3, (size) => new LeakyCell(size, 3), {
      layers: 2,
      bidirectional: true,
      batchFirst: true,
      learnInitialState: true,
    });
    expect([...network.stateDict().keys()].toSorted()).toEqual(
      ["h0", "weight", "from_input"]
        .flatMap((name) => ["l0", "l0_reverse", "l1", "l1_reverse"].map((place) => `${name}_${place}`))
        .toSorted(),
    );
    const x = draw(2, 5, 2);
    const [y, h] = network.forward(x, undefined, { lengths: [5, 3] });
    expect([y.shape, h.shape]).toEqual([
      [2, 5, 6],
      [4, 2, 3],
    ]);
    // A sequence alone is what it is in the batch.
    const [alone, end] = network.forward(x.select(1).narrow(0, 0, 3));
    expectNear(y.select(1).narrow(0, 0, 3), numbers(alone));
    expect(numbers(y.select(1).narrow(0, 3, 2))).toEqual(Array(12).fill(0));
    expectNear(h.select(1, { axis: 1 }), numbers(end));
  });

  test("is called step by step, too", () => {
    const cell = new LeakyCell(2, 3);
    const xs = draw(4, 2, 2);
    let h = cell.start(2);
    for (const x of xs.unbind()) h = cell.forward(x, h);
    expect(unroll(cell, xs)[1].toArray()).toEqual(h.toArray());
  });
});

describe("a learned initial state", () => {
  test("starts as the cell does, is given to all of the batch", () => {
    const lstm = new LSTM(2, 3, { learnInitialState: true, bidirectional: true, ...options });
    const names = [...lstm.stateDict().keys()];
    expect(names.slice(0, 4)).toEqual(["h0_l0", "c0_l0", "h0_l0_reverse", "c0_l0_reverse"]);
    const x = draw(4, 2, 2);
    const plain = new LSTM(2, 3, { bidirectional: true, ...options });
    plain.loadStateDict(lstm.stateDict(), { strict: false });
    expect(lstm.forward(x)[0].toArray()).toEqual(plain.forward(x)[0].toArray());

    const learned = Object.fromEntries(
      [...lstm.namedParameters()]
        .filter(([name]) => name.startsWith("initialStates"))
        .map(([name, { shape }]) => [name, draw(...shape)]),
    );
    const [y] = functionalCall(lstm, learned, x);
    const both = (part: string): Tensor =>
      tensor(
        [0, 1].flatMap((k) => [0, 1].flatMap(() => numbers(learned[`initialStates.${k}.${part}`]!))),
        { shape: [2, 2, 3], dtype: "float64" },
      );
    const given = { h: both("h"), c: both("c") };
    expect(plain.forward(x, given)[0].toArray()).toEqual(y.toArray());
  });

  test("has the summed gradient of the states of the batch", () => {
    const rnn = new RNN(2, 3, { learnInitialState: true, ...options });
    const x = draw(4, 5, 2);
    const g = draw(4, 5, 3);
    rnn.forward(x)[0].mul(g).sum().backward();
    const h = zeros([1, 5, 3], { dtype: "float64", requiresGrad: true });
    rnn.forward(x, h)[0].mul(g).sum().backward();
    expectNear((rnn.initialStates![0] as Tensor).grad, numbers(h.grad!.sum({ axis: 1 })));
  });
});

describe("lengths", () => {
  const lstm = new LSTM(2, 3, { layers: 2, bidirectional: true, ...options });

  test("hide what stands beyond, NaN as well", () => {
    const x = draw(4, 2, 2);
    const lengths = tensor([2, 4], { dtype: "int32" });
    const run = (beyond: number): [Tensor, Tensor[]] => {
      const padded = tensor(numbers(x), { shape: [4, 2, 2], dtype: "float64" });
      padded
        .narrow(0, 2, 2)
        .narrow(1, 0, 1)
        .assign(tensor(beyond, { dtype: "float64" }));
      padded.requiresGrad = true;
      const [y, { c }] = lstm.forward(padded, undefined, { lengths });
      return [y, gradients(y.sum().add(c.sum()), [padded, ...lstm.parameters()]) as Tensor[]];
    };
    const [y, found] = run(Number.NaN);
    const [wanted, all] = run(7);
    expect(y.toArray()).toEqual(wanted.toArray());
    found.forEach((gradient, i) => expect(numbers(gradient)).toEqual(numbers(all[i]!)));
    expect(found.every((gradient) => numbers(gradient).every(Number.isFinite))).toBe(true);
  });

  test("may be 0: the state stays as it was", () => {
    const h = draw(4, 2, 3);
    const c = draw(4, 2, 3);
    const [y, end] = lstm.forward(draw(4, 2, 2), { h, c }, { lengths: [0, 3] });
    expect(end.h.select(0, { axis: 1 }).toArray()).toEqual(h.select(0, { axis: 1 }).toArray());
    expect(numbers(y.select(0, { axis: 1 }))).toEqual(Array(24).fill(0));
  });

  test("are refused where they cannot be", () => {
    const run = (lengths: number[]) => () => lstm.forward(draw(4, 2, 2), undefined, { lengths });
    expect(run([1, 2, 3])).toThrow("LSTM: there are 3 lengths; for a batch of 2 there must be as many");
    expect(run([1, 5])).toThrow(
      "LSTM: the length of sequence 1 is 5; it must be an integer from 0 to 4, the number of steps",
    );
    expect(run([1.5, 2])).toThrow("the length of sequence 0 is 1.5");
    expect(() => lstm.forward(draw(4, 2), undefined, { lengths: [3] })).toThrow(
      "LSTM: x is [4, 2], one sequence; lengths are for batches of sequences",
    );
  });
});

test("unroll refuses what does not fit", () => {
  const cell = new RNNCell(2, 3, options);
  expect(() => unroll(cell, draw(4, 2))).toThrow(
    "unroll: xs is [4, 2]; it must be [T, N, inputSize] with T above 0 and the inputSize 2",
  );
  expect(() => unroll(cell, draw(4, 1, 2), draw(2, 3))).toThrow(
    "h of the state is [2, 3]; it must be [1, 3]: [N, hiddenSize]",
  );
  expect(() => unroll(cell, draw(4, 1, 2), undefined, { truncate: 0 })).toThrow(
    "truncate is 0; it must be a positive integer",
  );
  expect(() => unroll(cell, draw(4, 1, 2), undefined, { checkpoint: 1.5 })).toThrow("checkpoint is 1.5");
});
