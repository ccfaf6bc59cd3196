import { detectAnomaly, gradients, manualSeed, sum, Tape, type Tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { crossEntropy, Embedding, Linear, LSTM, Module, Sequential } from "../src/index.js";

class CharModel extends Module {
  readonly embed = new Embedding(10, 4);
  readonly lstm = new LSTM(4, 5, { layers: 2 });
  readonly head = new Sequential(new Linear(5, 6), new Linear(6, 10));

  forward(x: Tensor): Tensor {
    const [y] = this.lstm.forward(this.embed.forward(x));
    return this.head.forward(y).flatten(0, 1);
  }
}

manualSeed(1);
const model = new CharModel();
const steps = 40;
const loss = crossEntropy(
  model.forward(zeros([steps, 2], { dtype: "int32" })),
  zeros([2 * steps], { dtype: "int32" }),
);
const tape = Tape.of(loss);

describe("the tape of a model", () => {
  test("names parameters as the model does, and what each module did", () => {
    const names = tape.leaves.map(({ name }) => name);
    expect(names.toSorted()).toEqual([...model.namedParameters()].map(([name]) => name).toSorted());
    const text = tape.table();
    expect(text).toContain("-- embed (Embedding)");
    expect(text).toContain("-- lstm (LSTM)");
    expect(text).toContain("-- head.layers.1 (Linear)");
  });

  test("folds to a line for each part", () => {
    const lines = tape.table({ depth: 1 }).split("\n");
    expect(lines.length).toBeLessThan(15);
    expect(lines.find((line) => line.includes("lstm (LSTM)"))).toMatch(/^v\d+ .*\d+ ops, 8 leaves$/);
    expect(lines.at(-1)).toBe(tape.table().split("\n").at(-1));
    expect(tape.table({ depth: 0 })).toMatch(/^v\d+ +CharModel .*\d+ ops, 13 leaves$/m);
  });

  test("is read as text on a screen or two", () => {
    expect(tape.table().split("\n").length).toBeGreaterThan(200);
    expect(String(tape).split("\n").length).toBeLessThan(90);
  });

  test("is drawn with a frame for each module, or a box", () => {
    const whole = tape.toDot();
    expect(whole).toContain('label="lstm (LSTM)"');
    expect(whole.match(/subgraph/g)!.length).toBe(6);
    expect(whole.match(/\{/g)!.length).toBe(whole.match(/\}/g)!.length);
    const folded = tape.toDot({ depth: 1 });
    expect(folded.split("\n").length).toBeLessThan(40);
    expect(folded).toMatch(/lstm \(LSTM\)\\n\d+ ops", shape=box3d/);
  });

  test("leaves alone what no module did", () => {
    const x = zeros([3], { requiresGrad: true });
    const y = sum(x.exp());
    expect(Tape.of(y).rows.every(({ scopes }) => scopes === undefined)).toBe(true);
    expect(gradients(y, [x])[0]!.toArray()).toEqual([1, 1, 1]);
  });

  test("knows a module whose forward threw as left", () => {
    expect(() => model.head.forward(zeros([2, 3]))).toThrow(/^layers.0 \(Linear\): /);
    const x = zeros([3], { requiresGrad: true });
    expect(Tape.of(x.exp()).rows[0]!.scopes).toBeUndefined();
  });
});

test("a backward anomaly says in which module it was recorded", () => {
  class Root extends Module {
    readonly inner = new Linear(2, 2);

    forward(x: Tensor): Tensor {
      return this.inner.forward(x).mul(0).sqrt();
    }
  }
  const root = new Root();
  expect(() => detectAnomaly(() => sum(root.forward(zeros([1, 2]))).backward())).toThrow(
    /the backward of sqrt made an infinity(.|\n)* in Root\n/,
  );
});
