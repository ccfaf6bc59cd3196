import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { assign, matmul, noGrad, ones, relu, softmax, sum, type Tensor, zeros } from "../src/index.js";

setFlagsFromString("--expose-gc");
// Each takes seconds, and longer on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const collect = runInNewContext("gc") as () => void;

/** Bytes in use after a collection: the JavaScript heap and the arrays outside it. */
function bytesInUse(): number {
  // The second collection waits for the first to have returned the arrays.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Runs `step` `steps` times without a pause and fits a line to the memory in use: its slope, in bytes a step. */
function slope(steps: number, step: (i: number) => void): number {
  const samples: [step: number, bytes: number][] = [];
  const every = steps / 10;
  for (let i = 0; i < steps; i++) {
    step(i);
    // The first tenth is warm-up: kernels are compiled, pools are filled.
    if ((i + 1) % every === 0) samples.push([i, bytesInUse()]);
  }
  const points = samples.slice(1);
  const mean = (k: 0 | 1) => points.reduce((total, point) => total + point[k], 0) / points.length;
  const [meanStep, meanBytes] = [mean(0), mean(1)];
  const rise = points.reduce((total, [i, bytes]) => total + (i - meanStep) * (bytes - meanBytes), 0);
  return rise / points.reduce((total, [i]) => total + (i - meanStep) ** 2, 0);
}

function model(width: number): Tensor[] {
  return [0, 1]
    .map(() => ones([width, width]).mul(0.01))
    .map((weight) => {
      weight.requiresGrad = true;
      return weight;
    });
}

function forward([first, second]: Tensor[], x: Tensor): Tensor {
  return sum(softmax(matmul(relu(matmul(x, first!)), second!)).square());
}

function train(weights: Tensor[], x: Tensor): void {
  forward(weights, x).backward();
  noGrad(() => {
    for (const weight of weights) {
      assign(weight, weight.sub(weight.grad!.mul(0.01)));
      weight.grad = null;
    }
  });
}

describe("memory stays flat in a synchronous loop", () => {
  test("of 20,000 training steps", () => {
    const weights = model(8);
    const x = ones([4, 8]);
    expect(slope(20_000, () => train(weights, x))).toBeLessThan(1000);
  });

  test("of 20,000 forward passes without a backward", () => {
    const weights = model(8);
    const x = ones([4, 8]);
    expect(slope(20_000, () => forward(weights, x))).toBeLessThan(1000);
  });

  test("of 10,000 models of 1 MB, built, used and dropped", () => {
    const x = ones([1, 362]);
    let peak = 0;
    const growth = slope(10_000, (i) => {
      const weights = [zeros([362, 362], { requiresGrad: true }), zeros([362, 362], { requiresGrad: true })];
      if (i % 100 === 0) {
        train(weights, x);
        peak = Math.max(peak, process.memoryUsage().rss);
      }
    });
    expect(growth).toBeLessThan(1000);
    expect(peak).toBeLessThan(1.5e9);
  });
});

test("a node keeps no tensors: 100 additions of a million elements hold a constant number of buffers", () => {
  const x = zeros([1000, 1000], { requiresGrad: true });
  let y: Tensor = x;
  const before = bytesInUse();
  for (let i = 0; i < 100; i++) y = y.add(x);
  expect(bytesInUse() - before).toBeLessThan(3 * 4e6);
  y.sum().backward();
  expect(x.grad?.select(0).select(0).item()).toBe(101);
});
