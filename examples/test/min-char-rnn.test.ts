// The gradients that the tape gives, beside those that Karpathy derived by hand.
// oxlint-disable same-bits/math -- the reference is plain arithmetic on purpose, and compared to 1e-9 only
import { Generator, gradients, randn, type Tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { lossOf, type Weights } from "../min-char-rnn/loss.js";

type Matrix = number[][];

const matrix = (rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
const times = (w: Matrix, x: readonly number[]) =>
  w.map((row) => row.reduce((sum, v, j) => sum + v * x[j], 0));
const timesTransposed = (w: Matrix, x: readonly number[]) =>
  w[0].map((_, j) => w.reduce((sum, row, i) => sum + row[j] * x[i], 0));
const addOuter = (w: Matrix, x: readonly number[], y: readonly number[]) =>
  x.forEach((xi, i) => y.forEach((yj, j) => (w[i][j] += xi * yj)));
const addTo = (x: number[], y: readonly number[]) => y.forEach((v, i) => (x[i] += v));

/** min-char-rnn's lossFun, line for line, without the clipping. */
function reference(weights: Weights, inputs: readonly number[], targets: readonly number[], start: Tensor) {
  const [Wxh, Whh, Why] = [weights.Wxh, weights.Whh, weights.Why].map((w) => w.toArray() as Matrix);
  const [bh, by] = [weights.bh, weights.by].map((b) => b.toArray() as number[]);
  const [vocabSize, hiddenSize] = [by.length, bh.length];
  const hs = [start.toArray() as number[]]; // hs[t + 1] follows input t
  const ps: Matrix = [];
  let loss = 0;
  for (const [t, input] of inputs.entries()) {
    const fromState = times(Whh, hs[t]);
    hs.push(fromState.map((v, i) => Math.tanh(Wxh[i][input] + v + bh[i])));
    const y = times(Why, hs[t + 1]).map((v, i) => v + by[i]);
    const total = y.reduce((sum, v) => sum + Math.exp(v), 0);
    ps.push(y.map((v) => Math.exp(v) / total));
    loss -= Math.log(ps[t][targets[t]]);
  }
  const d = {
    Wxh: matrix(hiddenSize, vocabSize),
    Whh: matrix(hiddenSize, hiddenSize),
    Why: matrix(vocabSize, hiddenSize),
    bh: new Array<number>(hiddenSize).fill(0),
    by: new Array<number>(vocabSize).fill(0),
  };
  let dhNext = new Array<number>(hiddenSize).fill(0);
  for (let t = inputs.length - 1; t >= 0; t--) {
    const dy = ps[t].map((p, i) => (i === targets[t] ? p - 1 : p));
    addOuter(d.Why, dy, hs[t + 1]);
    addTo(d.by, dy);
    const dh = timesTransposed(Why, dy).map((v, i) => v + dhNext[i]);
    const dhRaw = dh.map((v, i) => (1 - hs[t + 1][i] * hs[t + 1][i]) * v);
    addTo(d.bh, dhRaw);
    dhRaw.forEach((v, i) => (d.Wxh[i][inputs[t]] += v));
    addOuter(d.Whh, dhRaw, hs[t]);
    dhNext = timesTransposed(Whh, dhRaw);
  }
  return { loss, d, dStart: dhNext, last: hs[inputs.length] };
}

describe("min-char-rnn", () => {
  test("gradients equal a hand-derived backpropagation through time", () => {
    const [vocabSize, hiddenSize, length] = [11, 13, 25];
    const generator = new Generator(4);
    // Larger than at the start of training, so that tanh is far from linear and the state carries gradients.
    const random = (...shape: number[]) => {
      const made = randn(shape, { dtype: "float64", generator }).mul(0.4);
      made.requiresGrad = true;
      return made;
    };
    const weights: Weights = {
      Wxh: random(hiddenSize, vocabSize),
      Whh: random(hiddenSize, hiddenSize),
      Why: random(vocabSize, hiddenSize),
      bh: random(hiddenSize),
      by: random(vocabSize),
    };
    const start = random(hiddenSize);
    const inputs = Array.from({ length }, (_, t) => (t * 7 + 3) % vocabSize);
    const targets = Array.from({ length }, (_, t) => (t * t + 1) % vocabSize);

    const [loss, last] = lossOf(weights, inputs, targets, start);
    const expected = reference(weights, inputs, targets, start);
    const found = gradients(loss, [...Object.values(weights), start]);
    const wanted = [...Object.values(expected.d), expected.dStart, expected.last];

    expect(Math.abs(loss.item() - expected.loss)).toBeLessThan(1e-9);
    const distances = [...found, last].map((x, i) => {
      const values = [...x!.toTypedArray()];
      const reference = [wanted[i]].flat(2);
      expect(values.length).toBe(reference.length);
      return Math.max(...values.map((value, j) => Math.abs(value - reference[j])));
    });
    expect(Math.max(...distances)).toBeLessThan(1e-9);
    // The comparison has something to compare.
    expect(Math.max(...expected.d.Whh.flat().map((v) => Math.abs(v)))).toBeGreaterThan(0.1);
  });
});
