/** Perceptrons and their kin, and small layers beside the linear one. */
import {
  concat,
  Generator,
  gradcheck,
  ones,
  randn,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  Adaline,
  Bilinear,
  binaryCrossEntropyWithLogits,
  CELU,
  functionalCall,
  HardShrink,
  HardSigmoid,
  HebbianAssociator,
  HingeLoss,
  LogisticRegression,
  Maxout,
  MLP,
  type Module,
  OneVsAll,
  Perceptron,
  PReLU,
  RadialBasis,
  RReLU,
  ThresholdUnit,
} from "../src/index.js";

const inputs = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const draw = (...shape: number[]): Tensor => randn(shape, { generator: new Generator(6), dtype: "float64" });

const largest = (x: Tensor): number => Math.max(...[...x.toTypedArray()].map(Math.abs));

test("threshold units compute with logic", () => {
  const gate = (weight: number[], threshold: number) => new ThresholdUnit(weight, threshold).forward(inputs);
  expect(gate([1, 1], 2).toArray()).toEqual([0, 0, 0, 1]);
  expect(gate([1, 1], 1).toArray()).toEqual([0, 1, 1, 1]);
  expect(gate([-1, -1], -1).toArray()).toEqual([1, 1, 1, 0]);
});

describe("Perceptron", () => {
  test("follows its rule, step by step", () => {
    const unit = new Perceptron(2, { lr: 0.5 });
    // 0 reaches the threshold, so that (0, 1) with target 0 is wrong: w = (0, −½), b = −½. Then (1, 1) with 1 is.
    expect(
      unit.fit(
        tensor([
          [0, 1],
          [1, 1],
        ]),
        tensor([0, 1]),
      ),
    ).toBe(2);
    expect(unit.weight.toArray()).toEqual([0.5, 0]);
    expect(unit.bias.item()).toBe(0);
  });

  test("finds AND, but not XOR", () => {
    const and = new Perceptron(2);
    let rounds = 0;
    while (and.fit(inputs, tensor([0, 0, 0, 1])) > 0 && rounds < 20) rounds += 1;
    expect(rounds).toBeLessThan(20);
    expect(and.forward(inputs).toArray()).toEqual([0, 0, 0, 1]);
    const xor = new Perceptron(2);
    const changes = Array.from({ length: 20 }, () => xor.fit(inputs, tensor([0, 1, 1, 0])));
    expect(Math.min(...changes)).toBeGreaterThan(0);
  });

  test("refuses what does not fit", () => {
    expect(() => new Perceptron(2).fit(ones([3, 2]), ones([2]))).toThrow(
      "Perceptron: x is [3, 2] and y [2]; they must be [N, 2] and [N]",
    );
    expect(() => new Perceptron(2, { lr: 0 })).toThrow("Perceptron: lr is 0; it must be above 0");
    expect(String(new Adaline(3))).toBe("Adaline(3, lr=0.01)");
  });
});

test("Adaline descends the squared error to the plane of least squares", () => {
  const x = draw(30, 2);
  const y = x.matmul(tensor([2, -1], { dtype: "float64" })).add(0.5);
  const unit = new Adaline(2, { lr: 0.1, dtype: "float64" });
  for (let round = 0; round < 20; round++) unit.fit(x, y);
  expect(largest(unit.weight.sub(tensor([2, -1], { dtype: "float64" })))).toBeLessThan(1e-6);
  expect(unit.bias.item()).toBeCloseTo(0.5, 6);
});

test("Hebbian association recalls what goes with orthonormal inputs", () => {
  const memory = new HebbianAssociator(3, 2);
  const y = tensor([
    [1, 2],
    [-3, 4],
  ]);
  memory.associate(
    tensor([
      [1, 0, 0],
      [0, 0.6, 0.8],
    ]),
    y,
  );
  memory
    .forward(
      tensor([
        [1, 0, 0],
        [0, 0.6, 0.8],
      ]),
    )
    .sub(y)
    .toTypedArray()
    .forEach((each) => expect(each).toBeCloseTo(0, 6));
  expect(largest(memory.forward(tensor([0, 0.8, -0.6])))).toBeLessThan(1e-6);
  expect([...memory.stateDict().keys()]).toEqual(["weight"]);
  expect(() => memory.associate(ones([1, 2]), ones([1, 2]))).toThrow(
    "HebbianAssociator: x is [1, 2] and y [1, 2]",
  );
});

test("one against all makes several classes of two", () => {
  const generator = new Generator(8);
  const centres = tensor([
    [4, 0],
    [-4, 4],
    [-4, -4],
  ]);
  const x = concat(centres.unbind().map((centre) => randn([8, 2], { generator }).mul(0.5).add(centre)));
  const labels = [0, 1, 2].flatMap((label) => new Array<number>(8).fill(label));
  const y = tensor(labels, { dtype: "int32" });
  const model = new OneVsAll(3, () => new Perceptron(2));
  model.fit(y, (unit, targets) => {
    while (unit.fit(x, targets) > 0);
  });
  expect(model.scores(x).shape).toEqual([24, 3]);
  expect(model.forward(x).toArray()).toEqual(labels);
  expect(new OneVsAll(2, () => new LogisticRegression(2)).forward(x).shape).toEqual([24]);
  expect(() => new OneVsAll(1, () => new Perceptron(2))).toThrow("OneVsAll: there are 1 classes");
});

describe("layers", () => {
  /** Checks the gradients of all parameters and inputs. */
  function check<M extends Module & { forward: (...xs: Tensor[]) => Tensor }>(
    module: M,
    ...xs: Tensor[]
  ): void {
    const parameters = [...module.namedParameters()];
    const report = gradcheck(
      (...all: Tensor[]) =>
        functionalCall(
          module,
          new Map(parameters.map(([name], i) => [name, all[i]])),
          ...all.slice(parameters.length),
        ),
      [...parameters.map(([, parameter]) => parameter.detach()), ...xs],
    );
    expect(report.ok, report.message).toBe(true);
  }
  const options = { dtype: "float64", generator: new Generator(9) } as const;

  test("have gradients of all their parts", () => {
    check(new RadialBasis(2, 3, { ...options, width: 0.7 }), draw(4, 2));
    check(new Maxout(3, 2, 3, options), draw(4, 3));
    check(new MLP([2, 4, 3, 1], { ...options, activation: tanh }), draw(5, 2));
    check(new LogisticRegression(3, options), draw(4, 3));
  });

  test("RadialBasis is 1 at its centres, and falls by its width", () => {
    const basis = new RadialBasis(2, 3, { ...options, width: 2 });
    const y = basis.forward(basis.centres);
    for (let i = 0; i < 3; i++) expect(y.select(i).select(i).item()).toBe(1);
    const near = basis.forward(basis.centres.narrow(0, 0, 1).add(tensor([[2, 0]], { dtype: "float64" })));
    expect(near.select(0).select(0).item()).toBeCloseTo(Math.exp(-0.5), 12);
    expect(() => basis.forward(draw(3))).toThrow("RadialBasis: x is [3]; it must be [..., 2]");
  });

  test("Maxout of two opposite pieces is an absolute value", () => {
    const absolute = new Maxout(1, 1, 2);
    absolute.loadStateDict([
      ["linear.weight", tensor([[1], [-1]])],
      ["linear.bias", zeros([2])],
    ]);
    expect(absolute.forward(tensor([[-3], [2]])).toArray()).toEqual([[3], [2]]);
  });

  test("MLP has layers from size to size, and drops between them in training", () => {
    const net = new MLP([3, 5, 2], { dropout: 0.9, generator: new Generator(1) });
    expect(net.parameterCount()).toBe(3 * 5 + 5 + 5 * 2 + 2);
    const x = ones([1, 3]);
    expect(net.forward(x).toArray()).not.toEqual(net.eval().forward(x).toArray());
    expect(net.forward(x).toArray()).toEqual(net.forward(x).toArray());
    expect(() => new MLP([3])).toThrow("MLP: the sizes are [3]; there must be two or more");
  });

  test("LogisticRegression gives logits and their probabilities", () => {
    const model = new LogisticRegression(2, options);
    const x = draw(3, 2);
    expect(model.forward(x).toArray()).toEqual(model.score(x).sigmoid().toArray());
    expect(binaryCrossEntropyWithLogits(model.score(x), ones([3, 1], { dtype: "float64" })).rank).toBe(0);
  });

  test("Bilinear refuses inputs that do not go together", () => {
    expect(() => new Bilinear(2, 3, 1).forward(ones([4, 2]), ones([5, 3]))).toThrow(
      "Bilinear: the inputs are [4, 2] and [5, 3]; they must be [..., 2] and [..., 3], the same before",
    );
  });

  test("RReLU draws slopes in training, and else takes their mean", () => {
    const layer = new RReLU({ lower: 0.2, upper: 0.6, generator: new Generator(2) });
    const x = concat([ones([500]).neg(), ones([500])]);
    const slopes = [...layer.forward(x).neg().toTypedArray()].slice(0, 500);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...slopes)).toBeLessThanOrEqual(0.6);
    expect(Math.max(...slopes) - Math.min(...slopes)).toBeGreaterThan(0.38);
    expect(layer.forward(x).narrow(0, 500, 500).toArray()).toEqual(ones([500]).toArray());
    expect(
      layer
        .eval()
        .forward(tensor([-1, 2]))
        .toArray(),
    ).toEqual(tensor([-0.4, 2]).toArray());
    check(layer, draw(6));
  });

  test("refuse options that they cannot take", () => {
    expect(() => new RReLU({ lower: 1, upper: 0 })).toThrow("RReLU: lower is 1 and upper 0");
    expect(() => new CELU({ alpha: 0 })).toThrow("CELU: alpha is 0; it must be above 0");
    expect(() => new HardShrink({ lambda: -1 })).toThrow("HardShrink: lambda is -1; it must be 0 or above");
  });

  test("what PyTorch lacks, or rounds, among activations and losses", () => {
    expect(new HardSigmoid().forward(tensor([-4, 0, 4])).toArray()).toEqual([0, 0.5, 1]);
    expect(new HingeLoss({ reduction: "sum" }).forward(tensor([0.5, 2]), tensor([1, 1])).item()).toBe(0.5);
    expect(String(new HingeLoss({ reduction: "sum" }))).toBe("HingeLoss(reduction=sum)");
    expect(() => new PReLU(3).forward(ones([2, 4]))).toThrow(/^PReLU: x is \[2, 4\]/);
  });
});
