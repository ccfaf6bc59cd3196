/** Cells over sequences: with some of the memory, of one's own, from a learned state, of several lengths. */
import { Generator, grad, gradients, Tape, type Tensor, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { functionalCall, GRU, LSTM, LSTMCell, Recurrent, RNN, RNNCell, unroll } from "../../src/index.js";
import { draw, expectNear, LeakyCell, numbers, options } from "./support.js";

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
