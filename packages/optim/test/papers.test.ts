/** Optimizers that PyTorch does not have, against the formulas of their papers in plain numbers. */
import { type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { AdagradTrace, NAG } from "../src/index.js";

const scales = [0.5, 3, 20];
const start = [1, -2, 0.5];
/** Of f(w) = ½ Σ cᵢ wᵢ² + Σ wᵢ. */
const gradientAt = (w: readonly number[]): number[] => w.map((each, i) => scales[i]! * each + 1);

function parameter(): Tensor {
  return tensor(start, { dtype: "float64", requiresGrad: true });
}

function backward(param: Tensor): void {
  param.grad = null;
  const c = tensor(scales, { dtype: "float64" });
  param.square().mul(c).mul(0.5).add(param).sum().backward();
}

const numbers = (x: Tensor): number[] => [...x.toTypedArray()];

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  actual.forEach((each, i) => {
    expect(Math.abs(each - wanted[i]!)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(wanted[i]!)));
  });
}

describe("NAG", () => {
  test("is v = μ v − η ∇f(w + μ v), w += v", () => {
    const [mu, decay] = [0.9, 0.1];
    const param = parameter();
    const nag = new NAG([param], { lr: 0.02, momentum: mu, weightDecay: decay });
    let [w, v] = [start, start.map(() => 0)];
    for (let step = 0; step < 100; step++) {
      const eta = step < 50 ? 0.02 : 0.005;
      nag.paramGroups[0]!.lr = eta;
      const ahead = w.map((each, i) => each + mu * v[i]!);
      const g = gradientAt(ahead).map((each, i) => each + decay * ahead[i]!);
      v = v.map((each, i) => mu * each - eta * g[i]!);
      w = w.map((each, i) => each + v[i]!);
      backward(param);
      nag.step();
      nag.atWeights(() => expectClose(numbers(param), w));
      expectClose(numbers(nag.state.get(param)!.velocity), v);
    }
  });

  test("climbs with maximize", () => {
    const param = parameter();
    backward(param);
    new NAG([param], { lr: 0.5, momentum: 0, maximize: true }).step();
    expectClose(
      numbers(param),
      start.map((each, i) => each + 0.5 * gradientAt(start)[i]!),
    );
  });

  test("puts parameters back from their weights, after an error too", () => {
    const param = parameter();
    const nag = new NAG([param], { lr: 0.01 });
    nag.atWeights(() => expect(numbers(param)).toEqual(start));
    backward(param);
    nag.step();
    const ahead = numbers(param);
    expect(() =>
      nag.atWeights(() => {
        expect(numbers(param)).not.toEqual(ahead);
        throw new Error("in the middle");
      }),
    ).toThrow("in the middle");
    expect(numbers(param)).toEqual(ahead);
  });
});

test.each([
  { weightDecay: 0, initialAccumulatorValue: 0, maximize: false },
  { weightDecay: 0.1, initialAccumulatorValue: 2, maximize: false },
  { weightDecay: 0.1, initialAccumulatorValue: 0, maximize: true },
])("AdagradTrace is s += ‖g‖², w −= η g / √s with %j", (options) => {
  const [eta, eps] = [0.05, 1e-3];
  const param = parameter();
  const optimizer = new AdagradTrace([param], { lr: eta, eps, ...options });
  let [w, s] = [start, options.initialAccumulatorValue];
  for (let step = 0; step < 100; step++) {
    const sign = options.maximize ? -1 : 1;
    const g = gradientAt(w).map((each, i) => sign * each + options.weightDecay * w[i]!);
    s += g.reduce((all, each) => all + each * each, 0);
    w = w.map((each, i) => each - (eta * g[i]!) / (Math.sqrt(s) + eps));
    backward(param);
    optimizer.step();
    expectClose(numbers(param), w);
  }
});
