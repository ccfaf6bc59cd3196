import { describe, expect, test } from "vitest";
import type { FloatDType } from "../../src/dtype.js";
import { type Grouping, normalise, normaliseGradient } from "../../src/kernels/normalise.js";
import { allocateView, type View } from "../../src/storage.js";
import { dense, list, numbers } from "./views.js";

interface Norm {
  readonly out: View;
  readonly mean: View;
  readonly variance: View;
  readonly dx: View;
  readonly dweight: View;
  readonly dbias: View;
}

interface Operands {
  readonly x: View;
  readonly g: View;
  readonly weight: View;
  readonly bias: View;
}

const eps = 1e-5;

function statisticsOf({ examples, channels, groups }: Grouping): number {
  return groups === 0 ? channels : examples * groups;
}

function operandsOf(dtype: FloatDType, grouping: Grouping, mean: number): Operands {
  const { examples, channels, places } = grouping;
  const size = examples * channels * places;
  const whole = (seed: number, shift: number): View =>
    dense(
      dtype,
      [examples, channels, places],
      numbers(dtype, size, seed).map((x) => x + shift),
      3,
    );
  const some = (seed: number): View => dense(dtype, [channels], numbers(dtype, channels, seed));
  return { x: whole(1, mean), g: whole(2, 0.5), weight: some(3), bias: some(4) };
}

function run({ x, g, weight, bias }: Operands, grouping: Grouping): Norm {
  const { dtype } = x.data;
  const statistic = (): View => allocateView("float64", [statisticsOf(grouping)]);
  const [out, dx] = [allocateView(dtype, x.shape), allocateView(dtype, x.shape)];
  const [dweight, dbias] = [allocateView(dtype, weight.shape), allocateView(dtype, weight.shape)];
  const [mean, variance, gMean, gVariance] = [statistic(), statistic(), statistic(), statistic()];
  normalise(x, weight, bias, out, mean, variance, grouping, eps);
  gMean.data.set(gMean.offset, 2);
  gVariance.data.set(gVariance.offset, -3);
  const given = { g, x, weight, mean, variance, gMean, gVariance };
  normaliseGradient(given, dx, dweight, dbias, grouping, eps);
  return { out, mean, variance, dx, dweight, dbias };
}

/** By plain loops in float64. */
function reference(operands: Operands, grouping: Grouping): Record<keyof Norm, number[]> {
  const { examples, channels, places, groups } = grouping;
  const [x, g, weight, bias] = [operands.x, operands.g, operands.weight, operands.bias].map((each) =>
    list(each),
  );
  const statistics = statisticsOf(grouping);
  const count = x.length / statistics;
  const zeros = (length: number): number[] => new Array<number>(length).fill(0);
  const [mean, variance, total, product] = [1, 2, 3, 4].map(() => zeros(statistics));
  const [out, dx] = [zeros(x.length), zeros(x.length)];
  const [dweight, dbias] = [zeros(channels), zeros(channels)];
  const forEach = (visit: (i: number, c: number, s: number) => void): void => {
    for (let n = 0, i = 0; n < examples; n++)
      for (let c = 0; c < channels; c++)
        for (let l = 0; l < places; l++, i++)
          visit(i, c, groups === 0 ? c : n * groups + Math.floor((c * groups) / channels));
  };
  forEach((i, _, s) => (mean[s] += (x[i] - x[0]) / count));
  mean.forEach((_, s) => (mean[s] += x[0]));
  forEach((i, _, s) => (variance[s] += (x[i] - mean[s]) ** 2 / count));
  const root = (s: number): number => 1 / Math.sqrt(variance[s] + eps);
  forEach((i, c, s) => {
    const standard = (x[i] - mean[s]) * root(s);
    out[i] = standard * weight[c] + bias[c];
    dweight[c] += g[i] * standard;
    dbias[c] += g[i];
    total[s] += (g[i] * weight[c]) / count;
    product[s] += (g[i] * weight[c] * standard) / count;
  });
  forEach((i, c, s) => {
    const standard = (x[i] - mean[s]) * root(s);
    dx[i] = root(s) * (g[i] * weight[c] - total[s] - standard * product[s]);
    if (s === 0) dx[i] += (2 - 6 * (x[i] - mean[s])) / count;
  });
  return { out, mean, variance, dx, dweight, dbias };
}

const grouping = (examples: number, channels: number, places: number, groups: number): Grouping => ({
  examples,
  channels,
  places,
  groups,
});
// Rows of places and rows of examples; more rows, longer rows and more numbers than one part has.
const groupings = [
  grouping(4, 6, 20, 0),
  grouping(3, 7, 33, 0),
  grouping(5, 6, 17, 3),
  grouping(5, 6, 5, 3),
  grouping(5, 6, 17, 6),
  grouping(2, 2, 20001, 0),
  grouping(2, 2, 20001, 1),
  grouping(5000, 1, 17, 0),
  grouping(4, 6, 3, 0),
  grouping(64, 13, 1, 0),
  grouping(9000, 3, 1, 0),
  grouping(2, 9001, 2, 0),
  grouping(7, 37, 1, 1),
  grouping(3, 5, 2, 1),
  grouping(9000, 5, 1, 1),
  grouping(2, 20001, 1, 1),
];

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  // The reference adds up 85,000 terms in a plain loop.
  const tolerance = dtype === "float32" ? 4e-7 : 1e-11;

  test.each(groupings)("$examples, $channels, $places in $groups groups", (each) => {
    const operands = operandsOf(dtype, each, 1);
    const found = run(operands, each);
    for (const [name, expected] of Object.entries(reference(operands, each))) {
      const values = list(found[name as keyof Norm]);
      const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const worst = expected.reduce((most, x, i) => Math.max(most, Math.abs(x - values[i])), 0);
      expect(values.length, name).toBe(expected.length);
      expect(worst / largest, name).toBeLessThan(tolerance);
    }
  });

  test("the same bits of operands that stay in the memory", () => {
    for (const each of groupings) {
      const operands = operandsOf(dtype, each, 1);
      const first = run(operands, each);
      operands.x.data.settle();
      operands.g.data.settle();
      const again = run(operands, each);
      for (const [name, values] of Object.entries(first))
        expect(differing(list(values), list(again[name as keyof Norm])), name).toBe(-1);
      operands.x.data.leave();
      operands.g.data.leave();
    }
  });
});

function differing(x: readonly number[], y: readonly number[]): number {
  return x.findIndex((value, i) => !Object.is(value, y[i]));
}

test("a large mean costs float32 no digits of a gradient either", () => {
  for (const each of [grouping(4, 3, 50, 0), grouping(40, 3, 2, 0), grouping(6, 50, 1, 1)]) {
    const far = operandsOf("float32", each, 1e6);
    const expected = reference(far, each);
    const found = run(far, each);
    for (const name of ["out", "dx", "dweight"] as const) {
      const largest = Math.max(...expected[name].map(Math.abs));
      list(found[name]).forEach((x, i) =>
        expect(Math.abs(x - expected[name][i]) / largest, `${name} ${i}`).toBeLessThan(1e-6),
      );
    }
  }
});
