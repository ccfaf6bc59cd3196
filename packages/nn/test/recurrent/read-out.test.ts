/** Reservoirs, and what reads states out. */
import { Generator, gradients, rand, randn, spectralRadius, type Tensor, tensor } from "@wengert/autograd";
import "@wengert/autograd/vitest";
import { describe, expect, test } from "vitest";
import {
  functionalCall,
  Reservoir,
  ReservoirCell,
  ridgeReadOut,
  shapesOnly,
  WindowedReadOut,
} from "../../src/index.js";

const make = () => ({ generator: new Generator(21), dtype: "float64" }) as const;
const options = make();
const draw = (...shape: number[]): Tensor => randn(shape, options);
const numbers = (x: Tensor): number[] => [...x.toTypedArray()];
const largestOf = (x: Tensor): number => Math.max(...numbers(x.abs()));

describe("a reservoir", () => {
  test("has the spectral radius and the density that it is given", () => {
    for (const [radius, density] of [
      [0.9, 0.1],
      [1.25, 1],
      [0, 0.5],
    ] as const) {
      const cell = new ReservoirCell(2, 60, { spectralRadius: radius, density, ...options });
      expect(spectralRadius(cell.weightHh).item()).toBeCloseTo(radius, 7);
      const filled = numbers(cell.weightHh).filter((value) => value !== 0).length / 3600;
      if (radius > 0) expect(Math.abs(filled - density)).toBeLessThan(0.02);
    }
    const cell = new ReservoirCell(5, 60, { inputScale: 0.2, ...options });
    const largest = largestOf(cell.weightIh);
    expect(largest).toBeGreaterThan(0.19);
    expect(largest).toBeLessThanOrEqual(0.2);
  });

  test("can be small with its usual density: ten connections for each unit, or all", () => {
    for (let units = 1; units <= 20; units++) {
      const cell = new ReservoirCell(3, units, options);
      expect(spectralRadius(cell.weightHh).item()).toBeCloseTo(0.9, 7);
      const filled = numbers(cell.weightHh).filter((value) => value !== 0).length;
      if (units <= 10) expect(filled).toBe(units * units);
    }
    for (const units of [40, 80, 200]) {
      const { weightHh } = new ReservoirCell(3, units, options);
      const each = numbers(weightHh).filter((value) => value !== 0).length / units;
      expect(Math.abs(each - Math.max(10, 0.1 * units))).toBeLessThan(1.5);
    }
    expect(new Reservoir(3, 8, options).forward(draw(5, 2, 3))[0].shape).toEqual([5, 2, 8]);
    expect(shapesOnly(() => new Reservoir(3, 8)).cells[0]!.hiddenSize).toBe(8);
  });

  test("is drawn again from the same seed, and not trained", () => {
    const [first, again] = [new Reservoir(2, 20, make()), new Reservoir(2, 20, make())];
    expect(first.parameters()).toEqual([]);
    expect([...first.stateDict().keys()]).toEqual(["weight_ih_l0", "weight_hh_l0", "bias_l0"]);
    const x = draw(5, 3, 2);
    expect(first.forward(x)[0].toArray()).toEqual(again.forward(x)[0].toArray());
    expect(first.forward(x)[0].requiresGrad).toBe(false);
  });

  test.each([true, false])("is its equations, bias=%s", (bias) => {
    const cell = new ReservoirCell(2, 4, { leak: 0.3, density: 0.7, bias, ...options });
    const state = new Map([...cell.stateDict()].map(([name, value]) => [name, value.toArray()]));
    const [wih, whh] = [state.get("weight_ih"), state.get("weight_hh")] as number[][][];
    const b = (state.get("bias") ?? [0, 0, 0, 0]) as number[];
    const [x, h] = [draw(1, 2), draw(1, 4)];
    const dot = (row: number[], v: number[]): number => row.reduce((sum, value, i) => sum + value * v[i]!, 0);
    numbers(cell.forward(x, h)).forEach((value, i) => {
      const n = Math.tanh(dot(wih![i]!, numbers(x)) + b[i]! + dot(whh![i]!, numbers(h)));
      expect(value).toBeCloseTo(0.7 * numbers(h)[i]! + 0.3 * n, 13);
    });
    const run = (input: Tensor, before: Tensor): Tensor => cell.forward(input, before);
    expect(run).toPassGradcheck([x, h]);
  });

  test("forgets where it started", () => {
    const reservoir = new Reservoir(1, 50, options);
    const x = draw(400, 1, 1);
    const [, a] = reservoir.forward(x, draw(1, 1, 50));
    const [, b] = reservoir.forward(x, draw(1, 1, 50));
    expect(largestOf(a.sub(b))).toBeLessThan(1e-6);
    expect(largestOf(a)).toBeGreaterThan(0.1);
  });

  test("with a ridge read-out remembers, by its connections", () => {
    const x = rand([700, 1, 1], options).sub(0.5);
    const past = (from: number, length: number): Tensor => x.narrow(0, from - 5, length);
    /** The part of the variance five steps ago that is not recalled. */
    const forgotten = (radius: number): number => {
      const reservoir = new Reservoir(1, 100, { spectralRadius: radius, inputScale: 0.2, ...options });
      const [h] = reservoir.forward(x);
      const readOut = ridgeReadOut(h.narrow(0, 100, 400), past(100, 400));
      const error = readOut.forward(h.narrow(0, 500, 200)).sub(past(500, 200));
      return error.square().mean().item() / x.square().mean().item();
    };
    expect(forgotten(0.95)).toBeLessThan(0.05);
    expect(forgotten(0)).toBeGreaterThan(0.9);
  });

  test("refuses what cannot be", () => {
    const cell = (given: object) => () => new ReservoirCell(2, 3, { ...options, ...given });
    expect(cell({ leak: 0 })).toThrow("ReservoirCell: leak is 0; it must be above 0, up to 1");
    expect(cell({ density: 1.5 })).toThrow("ReservoirCell: density is 1.5");
    expect(cell({ spectralRadius: -1 })).toThrow(
      "ReservoirCell: spectralRadius is -1; it must not be negative",
    );
    expect(cell({ inputScale: Number.NaN })).toThrow("ReservoirCell: inputScale is NaN");
    expect(cell({ density: 1e-9 })).toThrow("with 3 units the density 1e-9 must be higher");
  });
});

describe("ridge regression", () => {
  test.each([true, false])("is where the gradient of its loss is 0, bias=%s", (bias) => {
    const [x, y] = [draw(4, 5, 3).add(1), draw(4, 5, 2)];
    const layer = ridgeReadOut(x, y, { alpha: 0.7, bias });
    const loss = layer.forward(x).sub(y).square().sum().add(layer.weight.square().sum().mul(0.7));
    for (const gradient of gradients(loss, layer.parameters()))
      for (const value of numbers(gradient!)) expect(value).toBeCloseTo(0, 11);
    expect(layer.bias === undefined).toBe(!bias);
  });

  test("finds the layer that the targets are from, of float32 too", () => {
    const x = randn([40, 3], { generator: options.generator });
    const w = tensor([1, 2, 3, -1, 0, 1], { shape: [2, 3] });
    const y = x.matmul(w.transpose()).add(tensor([5, -5]));
    const { weight, bias } = ridgeReadOut(x, y, { alpha: 1e-9 });
    numbers(weight).forEach((value, i) => expect(value).toBeCloseTo(numbers(w)[i]!, 5));
    numbers(bias!).forEach((value, i) => expect(value).toBeCloseTo([5, -5][i]!, 5));
  });

  test("refuses what does not fit", () => {
    expect(() => ridgeReadOut(draw(4, 3), draw(5, 2))).toThrow(
      "ridgeReadOut: x is [4, 3] and y is [5, 2]; they must be [..., F] and [..., O], the same but for the last axis",
    );
    expect(() => ridgeReadOut(draw(4, 3), draw(4, 2), { alpha: -1 })).toThrow("ridgeReadOut: alpha is -1");
  });
});

describe("a windowed read-out", () => {
  test.each([
    [1, true],
    [3, false],
    [9, true],
  ])("of %i states is the sum, bias=%s", (window, bias) => {
    const readOut = new WindowedReadOut(2, 3, window, { decay: 0.6, bias, ...options });
    const h = draw(5, 2, 2);
    const w = readOut.weight.toArray() as number[][];
    const hs = h.toArray() as number[][][];
    const y = readOut.forward(h).toArray() as number[][][];
    for (let t = 0; t < 5; t++)
      for (let n = 0; n < 2; n++)
        w.forEach((row, o) => {
          let wanted = bias ? numbers(readOut.bias!)[o]! : 0;
          for (let i = 0; i < window && i <= t; i++)
            row.forEach((weight, k) => {
              wanted += 0.6 ** i * weight * hs[t - i]![n]![k]!;
            });
          expect(y[t]![n]![o]).toBeCloseTo(wanted, 13);
        });
  });

  test("takes one sequence, and the batch first", () => {
    const readOut = new WindowedReadOut(2, 3, 3, options);
    const batchFirst = new WindowedReadOut(2, 3, 3, { batchFirst: true, ...options });
    batchFirst.loadStateDict(readOut.stateDict());
    const h = draw(5, 2, 2);
    const y = readOut.forward(h);
    expect(batchFirst.forward(h.transpose(0, 1)).transpose(0, 1).toArray()).toEqual(y.toArray());
    expect(batchFirst.forward(h.select(1, { axis: 1 })).toArray()).toEqual(
      y.select(1, { axis: 1 }).toArray(),
    );
  });

  test("has right gradients, by α as well", () => {
    const readOut = new WindowedReadOut(2, 3, 3, { learnDecay: true, ...options });
    expect([...readOut.namedParameters()].map(([name]) => name)).toEqual(["weight", "bias", "decay"]);
    const run = (h: Tensor, weight: Tensor, bias: Tensor, decay: Tensor): Tensor =>
      functionalCall(readOut, { weight, bias, decay }, h);
    expect(run).toPassGradcheck([draw(5, 1, 2), draw(3, 2), draw(3), draw()]);
  });

  test("refuses what does not fit", () => {
    expect(() => new WindowedReadOut(2, 3, 0)).toThrow(
      "WindowedReadOut: the window is 0; it must be a positive integer",
    );
    expect(() => new WindowedReadOut(2, 3, 4).forward(draw(5, 2, 3))).toThrow(
      "WindowedReadOut: h is [5, 2, 3]; it must be [T, N, hiddenSize] or [T, hiddenSize] with the hiddenSize 2",
    );
  });
});
