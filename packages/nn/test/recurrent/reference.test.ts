/** Cells that PyTorch lacks against the equations of their papers, written as loops over numbers. */
import { Generator, randn, type Tensor } from "@wengert/autograd";
import "@wengert/autograd/vitest";
import { describe, expect, test } from "vitest";
import {
  type Cell,
  functionalCall,
  GRUCell,
  LSTMCell,
  type LSTMState,
  MUT1,
  MUT1Cell,
  MUT2,
  MUT2Cell,
  MUT3Cell,
  MultiplicativeRNN,
  MultiplicativeRNNCell,
} from "../../src/index.js";

type Vector = readonly number[];
/** The parameters of a cell by the names that files have them under. */
type Weights = (name: string) => number[][];
interface State {
  readonly h: Vector;
  readonly c?: Vector;
}
type Step = (x: Vector, state: State, weights: Weights) => State;

const each = (x: Vector, f: (value: number, i: number) => number): number[] =>
  x.map((value, i) => f(value, i));
const times = (w: number[][], x: Vector): number[] =>
  w.map((row) => row.reduce((sum, value, k) => sum + value * x[k]!, 0));
const plus = (...xs: Vector[]): number[] => each(xs[0]!, (_, i) => xs.reduce((sum, x) => sum + x[i]!, 0));
const product = (x: Vector, y: Vector): number[] => each(x, (value, i) => value * y[i]!);
const logistic = (x: Vector): number[] => each(x, (value) => 1 / (1 + Math.exp(-value)));
const tanh = (x: Vector): number[] => each(x, (value) => Math.tanh(value));
/** g x + (1 − g) y */
const mix = (g: Vector, x: Vector, y: Vector): number[] =>
  each(g, (value, i) => value * x[i]! + (1 - value) * y[i]!);
const rows = <T>(w: readonly T[], part: number, size: number): T[] => w.slice(part * size, (part + 1) * size);

const gruBefore: Step = (x, { h }, w) => {
  const H = h.length;
  const wx = (k: number) =>
    plus(times(rows(w("weight_ih"), k, H), x), rows(w("bias_ih")[0]!, k, H), rows(w("bias_hh")[0]!, k, H));
  const wh = (k: number, v: Vector) => times(rows(w("weight_hh"), k, H), v);
  const r = logistic(plus(wx(0), wh(0, h)));
  const z = logistic(plus(wx(1), wh(1, h)));
  const n = tanh(plus(wx(2), wh(2, product(r, h))));
  return { h: mix(z, h, n) };
};

const lstm =
  ({ peepholes, coupled }: { peepholes: boolean; coupled: boolean }): Step =>
  (x, { h, c }, w) => {
    const H = h.length;
    const gate = (k: number) =>
      plus(
        times(rows(w("weight_ih"), k, H), x),
        times(rows(w("weight_hh"), k, H), h),
        rows(w("bias_ih")[0]!, k, H),
        rows(w("bias_hh")[0]!, k, H),
      );
    const peep = (k: number, cell: Vector) =>
      peepholes ? product(w("weight_peephole")[k]!, cell) : each(cell, () => 0);
    const i = logistic(plus(gate(0), peep(0, c!)));
    const f = coupled ? each(i, (value) => 1 - value) : logistic(plus(gate(1), peep(1, c!)));
    const g = tanh(gate(coupled ? 1 : 2));
    const next = plus(product(f, c!), product(i, g));
    const o = logistic(plus(gate(coupled ? 2 : 3), peep(coupled ? 1 : 2, next)));
    return { h: product(o, tanh(next)), c: next };
  };

const bare = (x: Vector, w: Weights, project: boolean) => (project ? times(w("weight_projection"), x) : x);
const mutant1 =
  (project: boolean): Step =>
  (x, { h }, w) => {
    const z = logistic(plus(times(w("weight_xz"), x), w("bias_z")[0]!));
    const r = logistic(plus(times(w("weight_xr"), x), times(w("weight_hr"), h), w("bias_r")[0]!));
    const inner = plus(times(w("weight_hh"), product(r, h)), tanh(bare(x, w, project)), w("bias_h")[0]!);
    return { h: mix(z, tanh(inner), h) };
  };
const mutant2 =
  (project: boolean): Step =>
  (x, { h }, w) => {
    const z = logistic(plus(times(w("weight_xz"), x), times(w("weight_hz"), h), w("bias_z")[0]!));
    const r = logistic(plus(bare(x, w, project), times(w("weight_hr"), h), w("bias_r")[0]!));
    const inner = plus(times(w("weight_hh"), product(r, h)), times(w("weight_xh"), x), w("bias_h")[0]!);
    return { h: mix(z, tanh(inner), h) };
  };
const mutant3: Step = (x, { h }, w) => {
  const z = logistic(plus(times(w("weight_xz"), x), times(w("weight_hz"), tanh(h)), w("bias_z")[0]!));
  const r = logistic(plus(times(w("weight_xr"), x), times(w("weight_hr"), h), w("bias_r")[0]!));
  const inner = plus(times(w("weight_hh"), product(r, h)), times(w("weight_xh"), x), w("bias_h")[0]!);
  return { h: mix(z, tanh(inner), h) };
};

const multiplicative: Step = (x, { h }, w) => {
  // The matrix that x chooses, written out.
  const factors = times(w("weight_fx"), x);
  const chosen = w("weight_hf").map((out) =>
    h.map((_, j) => factors.reduce((sum, f, k) => sum + out[k]! * f * w("weight_fh")[k]![j]!, 0)),
  );
  return { h: tanh(plus(times(chosen, h), times(w("weight_hx"), x), w("bias_h")[0]!)) };
};

const generator = new Generator(11);
const options = { generator, dtype: "float64" } as const;
const draw = (...shape: number[]): Tensor => randn(shape, options);
type AnyCell = Cell<Tensor> | Cell<LSTMState>;

const cases: [name: string, make: (bias: boolean) => AnyCell, step: Step][] = [
  ["GRU, reset before", (bias) => new GRUCell(3, 2, { resetAfter: false, bias, ...options }), gruBefore],
  ...[
    { peepholes: true, coupled: false },
    { peepholes: false, coupled: true },
    { peepholes: true, coupled: true },
  ].map((gates): [string, (bias: boolean) => AnyCell, Step] => [
    `LSTM ${JSON.stringify(gates)}`,
    (bias) => new LSTMCell(3, 2, { ...gates, bias, ...options }),
    lstm(gates),
  ]),
  ["MUT1", (bias) => new MUT1Cell(2, 2, { bias, ...options }), mutant1(false)],
  ["MUT1, projected", (bias) => new MUT1Cell(3, 2, { bias, project: true, ...options }), mutant1(true)],
  ["MUT2", (bias) => new MUT2Cell(2, 2, { bias, ...options }), mutant2(false)],
  ["MUT2, projected", (bias) => new MUT2Cell(3, 2, { bias, project: true, ...options }), mutant2(true)],
  ["MUT3", (bias) => new MUT3Cell(3, 2, { bias, ...options }), mutant3],
  ["multiplicative", (bias) => new MultiplicativeRNNCell(3, 2, { bias, ...options }), multiplicative],
  [
    "multiplicative of four factors",
    (bias) => new MultiplicativeRNNCell(3, 2, { bias, factors: 4, ...options }),
    multiplicative,
  ],
];

const numbers = (x: Tensor): number[][] => (x.shape.length === 1 ? [x.toArray()] : x.toArray()) as number[][];
const partsOf = (state: Tensor | LSTMState): Tensor[] => ("h" in state ? [state.h, state.c] : [state]);

describe.each(cases)("%s", (_, make, step) => {
  test.each([true, false])("is its equations, bias=%s", (bias) => {
    const cell = make(bias) as Cell<Tensor | LSTMState>;
    const state = cell.stateDict();
    const weights: Weights = (name) => {
      if (!bias && name.startsWith("bias")) return [Array<number>(8).fill(0)];
      return numbers(state.get(name)!);
    };
    const [x, h, c] = [draw(4, cell.inputSize), draw(4, 2), draw(4, 2)];
    const before = "h" in cell.start(1) ? { h, c } : h;
    const made = partsOf(cell.forward(x, before)).map((part) => numbers(part));
    numbers(x).forEach((row, n) => {
      const wanted = step(row, { h: numbers(h)[n]!, c: numbers(c)[n]! }, weights);
      [wanted.h, ...(wanted.c === undefined ? [] : [wanted.c])].forEach((part, k) =>
        part.forEach((value, i) => expect(made[k]![n]![i]).toBeCloseTo(value, 13)),
      );
    });
  });

  test("has right gradients", () => {
    const cell = make(true) as Cell<Tensor | LSTMState>;
    const parameters = [...cell.namedParameters()];
    const isMemory = "h" in cell.start(1);
    const run = (x: Tensor, h: Tensor, c: Tensor, ...values: Tensor[]): Tensor[] =>
      partsOf(
        functionalCall(
          cell,
          Object.fromEntries(parameters.map(([name], i) => [name, values[i]!])),
          x,
          isMemory ? { h, c } : h,
        ),
      );
    const inputs = [draw(2, cell.inputSize), draw(2, 2), draw(2, 2)] as const;
    expect(run).toPassGradcheck([...inputs, ...parameters.map(([, { shape }]) => draw(...shape))]);
  });
});

test.each([true, false])("the step of a GRU has right second gradients, resetAfter=%s", (resetAfter) => {
  const cell = new GRUCell(3, 2, { resetAfter, ...options });
  const step = (projected: Tensor, h: Tensor): Tensor => cell.step(projected, h);
  expect(step).toPassGradgradcheck([draw(2, 6), draw(2, 2)]);
});

test("the mutants that add x to h say what they need", () => {
  expect(() => new MUT1(3, 2)).toThrow(
    "MUT1Cell: the inputSize is 3 and the hiddenSize 2; its equations add x to what has the length of h, so they must be the same, or project: true",
  );
  expect(() => new MUT2(2, 2, { layers: 2, bidirectional: true })).toThrow(
    "MUT2Cell: the inputSize is 4 and the hiddenSize 2",
  );
  const projected = new MUT2(2, 2, { layers: 2, bidirectional: true, project: true, ...options });
  expect(projected.forward(draw(3, 2))[0].shape).toEqual([3, 4]);
  expect(() => new MultiplicativeRNN(3, 2, { factors: 0 })).toThrow(
    "MultiplicativeRNNCell: there are 0 factors; the number must be a positive integer",
  );
});
