import { describe, expect, test } from "vitest";
import {
  add,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  gradients,
  klDiv,
  logSoftmax,
  nllLoss,
  ones,
  randn,
  type Shape,
  sigmoid,
  softmax,
  type Tensor,
  tensor,
} from "../../src/index.js";
import { Generator } from "../../src/random.js";

const drawn = (shape: Shape, dtype: "float32" | "float64" = "float64"): Tensor =>
  randn(shape, { generator: new Generator(7), dtype, requiresGrad: true });
const numbers = (x: Tensor): number[] => [...x.toTypedArray()];

function expectClose(found: Tensor, expected: Tensor, tolerance: number): void {
  const values = numbers(expected);
  numbers(found).forEach((x, i) => expect(Math.abs(x - values[i]!), `element ${i}`).toBeLessThan(tolerance));
}

describe("the cross entropy as one op", () => {
  const y = tensor([2, 0, 1, 1, 2], { dtype: "int32" });

  test.each<CrossEntropyOptions>([{}, { reduction: "sum" }, { reduction: "none" }, { ignoreIndex: 1 }])(
    "is that of logSoftmax and nllLoss: %o",
    (options) => {
      const x = drawn([5, 3]);
      const found = crossEntropy(x, y, options);
      const expected = nllLoss(logSoftmax(x, { axis: 1 }), y, options);
      expectClose(found, expected, 1e-14);
      const weights = { gradient: [ones(found.shape, { dtype: "float64" })] };
      const [gradient] = gradients([found], [x], weights);
      const [other] = gradients([expected], [x], weights);
      expectClose(gradient!, other!, 1e-15);
    },
  );

  test("loses no digits to large logits", () => {
    // Eighths are exact beside 2¹⁶.
    const x = Array.from({ length: 15 }, (_, i) => ((i * 7) % 15) / 8);
    const near = crossEntropy(tensor(x).reshape([5, 3]), y, { reduction: "none" });
    const far = crossEntropy(add(tensor(x), 65536).reshape([5, 3]), y, { reduction: "none" });
    expect(numbers(far)).toEqual(numbers(near));
  });

  test("takes targets that are certain as it takes classes", () => {
    const x = drawn([5, 3]);
    const certain = tensor(
      [...y.toTypedArray()].flatMap((label) => [0, 1, 2].map((c) => Number(c === label))),
      { dtype: "float64" },
    ).reshape([5, 3]);
    for (const labelSmoothing of [0, 0.25])
      expectClose(
        crossEntropy(x, certain, { labelSmoothing }),
        crossEntropy(x, y, { labelSmoothing }),
        1e-14,
      );
  });
});

describe("the binary cross entropy of logits", () => {
  test("is that of their probabilities", () => {
    const x = drawn([20]);
    const y = sigmoid(randn([20], { generator: new Generator(8), dtype: "float64" }));
    expectClose(binaryCrossEntropyWithLogits(x, y), binaryCrossEntropy(sigmoid(x), y), 1e-14);
  });

  test("keeps the digits of small losses", () => {
    const x = tensor([-40, 40], { dtype: "float64" });
    const y = tensor([0, 1], { dtype: "float64" });
    const least = 4.248354255291589e-18;
    for (const loss of numbers(binaryCrossEntropyWithLogits(x, y, { reduction: "none" })))
      expect(Math.abs(loss / least - 1)).toBeLessThan(1e-15);
  });
});

test("a distribution does not diverge from itself, and nothing is certain without a logarithm of 0", () => {
  const p = softmax(drawn([4, 3]));
  expect(Math.abs(klDiv(logSoftmax(drawn([4, 3])), p, { reduction: "batchMean" }).item())).toBeLessThan(
    1e-15,
  );
  const x = tensor([-1, -2], { requiresGrad: true });
  const y = tensor([0, 1], { requiresGrad: true });
  const losses = klDiv(x, y, { reduction: "none" });
  expect(numbers(losses)).toEqual([-0, 2].map((value) => value + 0));
  const [byX, byY] = gradients([losses], [x, y], { gradient: [ones([2])] });
  expect(numbers(byX!).map((value) => value + 0)).toEqual([0, -1]);
  expect(numbers(byY!)).toEqual([1, 3]);
});
