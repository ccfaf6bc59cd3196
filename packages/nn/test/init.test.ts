import { eye, Generator, randn, type Tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { Conv2d, init } from "../src/index.js";

const numbers = (x: Tensor): number[] => [...x.toTypedArray()];
const largest = (x: Tensor): number => Math.max(...numbers(x).map(Math.abs));
const deviation = (x: Tensor): number => x.std().item();
const generator = new Generator(11);

test("bounds and deviations are those of the papers", () => {
  const shape = [40, 30, 5]; // fans of 150 and 200
  const bounds: [Tensor, number][] = [
    [init.kaimingUniform(shape, { fan: "out", generator }), Math.sqrt(6 / 200)],
    [init.kaimingUniform(shape, { fan: "average", gain: 1, generator }), Math.sqrt(3 / 175)],
    [init.xavierUniform(shape, { gain: init.inverseSlope("sigmoid"), generator }), 4 * Math.sqrt(6 / 350)],
    [init.lecunUniform(shape, { generator }), Math.sqrt(3 / 150)],
    [init.truncatedNormal(shape, { std: 3, low: -1, high: 0.5, generator }), 1],
  ];
  for (const [x, bound] of bounds) {
    expect(largest(x)).toBeLessThanOrEqual(bound);
    expect(largest(x)).toBeGreaterThan(0.98 * bound);
  }
  const deviations: [Tensor, number][] = [
    [init.kaimingNormal(shape, { generator }), Math.sqrt(2 / 150)],
    [init.kaimingNormal(shape, { fan: "out", gain: 3, generator }), 3 / Math.sqrt(200)],
    [init.xavierNormal(shape, { generator }), Math.sqrt(2 / 350)],
    [init.lecunNormal(shape, { generator }), 1 / Math.sqrt(150)],
    [init.inverseRootNormal(shape, 25, { generator }), 1 / 5],
  ];
  for (const [x, wanted] of deviations) {
    expect(deviation(x) / wanted).toBeGreaterThan(0.96);
    expect(deviation(x) / wanted).toBeLessThan(1.04);
    expect(Math.abs(x.mean().item())).toBeLessThan(0.05 * wanted);
  }
  expect(numbers(init.ones([2]))).toEqual([1, 1]);
  expect(numbers(init.inverseRootNormal([2], 0))).toEqual([0, 0]);
});

test("gains are PyTorch's, and the inverse slopes beside them", () => {
  const gains = ["linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu"] as const;
  // torch.nn.init.calculate_gain
  const wanted = [1, 1, 1.6666666666666667, 1.4142135623730951, 1.4141428569978354, 0.75];
  gains.forEach((each, i) => expect(init.gainOf(each)).toBeCloseTo(wanted[i], 14));
  expect(init.gainOf("leakyRelu", { negativeSlope: 1 })).toBe(1);
  expect([init.inverseSlope("tanh"), init.inverseSlope("sigmoid")]).toEqual([1, 4]);
});

describe("structure", () => {
  test("orthogonal matrices keep lengths", () => {
    for (const [rows, columns] of [
      [4, 7],
      [7, 4],
      [5, 5],
    ]) {
      const q = init.orthogonal([rows, columns], { gain: 3, generator, dtype: "float64" });
      const product = rows < columns ? q.matmul(q.transpose()) : q.transpose().matmul(q);
      expect(
        largest(product.sub(eye(Math.min(rows, columns), undefined, { dtype: "float64" }).mul(9))),
      ).toBeLessThan(1e-12);
    }
    expect(init.orthogonal([3, 2, 2], { generator })).toMatchObject({ shape: [3, 2, 2], dtype: "float32" });
    // Uniform among all: the mean of a diagonal element is 0, which it would not be with the decomposition's signs.
    const corners = Array.from({ length: 200 }, () =>
      init.orthogonal([2, 2], { generator }).select(0).select(0).item(),
    );
    expect(Math.abs(corners.reduce((a, b) => a + b) / 200)).toBeLessThan(0.15);
  });

  test("sparse columns have so many zeros each", () => {
    const x = init.sparse([10, 20], { sparsity: 0.25, std: 2, generator });
    const zeros = numbers(x.equal(0).to("int32").sum({ axis: 0 }));
    expect(new Set(zeros)).toEqual(new Set([3]));
    expect(new Set(numbers(x.equal(0).to("int32").argmax({ axis: 0 }))).size).toBeGreaterThan(2);
    const rest = numbers(x).filter((each) => each !== 0);
    expect(Math.sqrt(rest.reduce((sum, each) => sum + each * each, 0) / rest.length)).toBeCloseTo(2, 0);
  });

  test("identity and dirac pass things on", () => {
    expect(init.identity([2, 3], { gain: 2 }).toArray()).toEqual([
      [2, 0, 0],
      [0, 2, 0],
    ]);
    const options = { padding: "same", bias: false } as const;
    const x = randn([1, 4, 5, 6], { generator });
    const whole = new Conv2d(4, 4, [3, 5], options);
    whole.loadStateDict([["weight", init.dirac([4, 4, 3, 5])]]);
    expect(whole.forward(x).toArray()).toEqual(x.toArray());
    const grouped = new Conv2d(4, 4, 3, { ...options, groups: 2 });
    grouped.loadStateDict([["weight", init.dirac([4, 2, 3, 3], { groups: 2 })]]);
    expect(grouped.forward(x).toArray()).toEqual(x.toArray());
    expect(init.dirac([3, 2, 1], { dtype: "float64" }).sum().item()).toBe(2);
  });

  test("refuses shapes that it is not for", () => {
    const wrong: [() => unknown, string][] = [
      [
        () => init.orthogonal([3]),
        "orthogonal: the shape is [3]; it must have two axes or more, [out, in, ...]",
      ],
      [() => init.sparse([3], { sparsity: 0.5 }), "sparse: the shape is [3]; it must be [out, in]"],
      [() => init.sparse([3, 3], { sparsity: 2 }), "sparse: the sparsity is 2; it must be from 0 to 1"],
      [() => init.identity([2, 2, 2]), "identity: the shape is [2, 2, 2]; it must be [out, in]"],
      [() => init.dirac([3, 2, 2], { groups: 2 }), "dirac: 2 groups do not divide 3 output channels"],
      [() => init.lecunNormal([3]), "lecunNormal: the shape is [3]"],
    ];
    for (const [run, message] of wrong) expect(run).toThrow(message);
  });
});

test("seeds decide", () => {
  const make = (): number[] => numbers(init.orthogonal([3, 3], { generator: new Generator(1) }));
  expect(make()).toEqual(make());
});
