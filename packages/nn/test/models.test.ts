/** Ready models: counts and shapes of their papers, and what PyTorch computes; scripts/fixtures/models.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import {
  arange,
  crossEntropy,
  Generator,
  noGrad,
  ones,
  randint,
  randn,
  type Tensor,
  tensor,
  zerosLike,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  AlexNet,
  CifarNet,
  init,
  LeNet,
  LeNet5,
  type Module,
  ResNet,
  shapesOnly,
  TextCNN,
  VGG,
} from "../src/index.js";

type Model = Module & { forward: (x: Tensor) => Tensor };

describe("parameter counts", () => {
  test.each<[string, number, () => Module]>([
    ["LeNet-5, of the paper", 60_000, () => new LeNet5()],
    ["LeNet", 61_706, () => new LeNet()],
    ["the net of PyTorch's CIFAR tutorial", 62_006, () => new CifarNet()],
    ["AlexNet, of the paper", 60_965_224, () => new AlexNet()],
    ["VGG-11", 132_863_336, () => new VGG(11)],
    ["VGG-16", 138_357_544, () => new VGG(16)],
    ["VGG-19", 143_667_240, () => new VGG(19)],
    ["VGG-16 with batch norm", 138_365_992, () => new VGG(16, { batchNorm: true })],
    ["ResNet-18", 11_689_512, () => new ResNet(18)],
    ["ResNet-34", 21_797_672, () => new ResNet(34)],
    ["ResNet-50", 25_557_032, () => new ResNet(50)],
    ["ResNet-101", 44_549_160, () => new ResNet(101)],
    ["ResNet-152", 60_192_808, () => new ResNet(152)],
    ["TextCNN", 7 * 300 + 300 * 100 * (3 + 4 + 5) + 300 + 602, () => new TextCNN(7, 300, 2)],
  ])("%s: %d", (_, count, make) => {
    const model = shapesOnly(make);
    expect(model.parameterCount()).toBe(count);
    expect(model.parameterCount({ trainable: true })).toBe(count);
  });
});

test("models without numbers cannot be loaded, and others made afterwards have theirs", () => {
  const model = shapesOnly(() => new LeNet());
  expect(new Set(model.conv1.weight.toTypedArray())).toEqual(new Set([0]));
  expect(() => model.loadStateDict(new LeNet().stateDict())).toThrow("one number stands in several places");
  expect(() =>
    shapesOnly(() => {
      throw new Error("inside");
    }),
  ).toThrow("inside");
  expect(new Set(new LeNet().conv1.weight.toTypedArray()).size).toBeGreaterThan(100);
});

interface Case {
  readonly name: string;
  readonly state: Record<string, number[]>;
  readonly trained: number[];
  readonly gradientNorms: number[];
  readonly evaluated: number[];
}

const file = new URL("fixtures/models.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

/** The numbers that scripts/fixtures/models.py calls by the same name. */
function formula(shape: readonly number[], seed: number, scale: number): Tensor {
  const count = shape.reduce((product, length) => product * length, 1);
  const values = Array.from(
    { length: count },
    (_, i) => ((((i * 7919 + seed * 104729) % 2003) - 1001) / 1001) * scale,
  );
  return tensor(values, { shape, dtype: "float64" });
}

const dtype = "float64";
const image = (...shape: number[]): Tensor => formula(shape, 7, 1);
const models: Record<string, [make: () => Model, x: Tensor]> = {
  LeNet: [() => new LeNet({ dtype }), image(2, 1, 28, 28)],
  CifarNet: [() => new CifarNet({ dtype }), image(2, 3, 32, 32)],
  AlexNet: [
    () => new AlexNet({ width: 12, classes: 10, inputSize: 64, dropout: 0, dtype }),
    image(2, 3, 64, 64),
  ],
  "VGG-11": [() => new VGG(11, { width: 2, classes: 5, dropout: 0, dtype }), image(2, 3, 32, 32)],
  "VGG-16 with batch norm": [
    () => new VGG(16, { width: 2, classes: 5, batchNorm: true, dropout: 0, dtype }),
    image(3, 3, 32, 32),
  ],
  "ResNet-18": [() => new ResNet(18, { width: 4, classes: 5, dtype }), image(3, 3, 33, 32)],
  "ResNet-50": [() => new ResNet(50, { width: 2, classes: 5, dtype }), image(3, 3, 33, 32)],
  TextCNN: [
    () => new TextCNN(11, 5, 3, { widths: [2, 3, 4], maps: 4, dropout: 0, dtype }),
    arange(0, 14, 1, { dtype: "int32" }).mul(7).remainder(11).reshape([2, 7]),
  ],
};

function expectAllClose(actual: Iterable<number>, wanted: readonly number[], what: string): void {
  const numbers = [...actual];
  expect(numbers).toHaveLength(wanted.length);
  wanted.forEach((each, i) =>
    expect(Math.abs(numbers[i] - each), `${what}: element ${i}`).toBeLessThanOrEqual(
      1e-9 * (1 + Math.abs(each)),
    ),
  );
}

test.each(cases)("$name computes what PyTorch does", ({ name, state, trained, gradientNorms, evaluated }) => {
  const [make, x] = models[name];
  const model = make();
  expect(Array.from(model.stateDict(), ([key, { shape }]) => [key, shape])).toEqual(Object.entries(state));
  model.parameters().forEach((parameter, i) => {
    const fan = parameter.rank > 1 ? parameter.size / parameter.shape[0] : 10;
    const values = formula(parameter.shape, i + 1, Math.sqrt(3 / fan));
    const shift = /^(ResNet|VGG)/.test(name) && parameter.rank === 1 ? 1 : 0;
    noGrad(() => parameter.assign(values.add(shift)));
  });
  const out = model.forward(x);
  expectAllClose(out.toTypedArray(), trained, "output in training");
  out.backward({ gradient: formula(out.shape, 99, 1) });
  const norms = model.parameters().map(({ grad }) => grad!.square().sum().sqrt().item());
  expectAllClose(norms, gradientNorms, "norms of gradients");
  expectAllClose(model.eval().forward(x).toTypedArray(), evaluated, "output after eval()");
});

/** RMSProp in three lines: the package of optimizers is not known here. */
function descend(model: Model, lossOf: () => Tensor, { lr, steps }: { lr: number; steps: number }): number {
  const squares = model.parameters().map((parameter) => zerosLike(parameter));
  for (let step = 0; step < steps; step++) {
    model.zeroGrad();
    lossOf().backward();
    noGrad(() =>
      model.parameters().forEach((parameter, i) => {
        const { grad } = parameter;
        squares[i].assign(squares[i].lerp(grad!.square(), 0.1));
        parameter.assign(parameter.sub(grad!.div(squares[i].sqrt().add(1e-4)).mul(lr)));
      }),
    );
  }
  return lossOf().item();
}

describe("models learn a tiny batch by heart", () => {
  const options = (): { generator: Generator; classes: number } => ({
    generator: new Generator(3),
    classes: 4,
  });
  const draw = (...shape: number[]): Tensor => randn(shape, { generator: new Generator(4) });
  /** With weights for their width: those of the papers are so small that signals vanish in narrow models. */
  const redrawn = <M extends Module>(model: M): M => {
    const generator = new Generator(5);
    noGrad(() => {
      for (const [name, parameter] of model.namedParameters()) {
        if (name.endsWith("bias")) parameter.assign(0);
        else if (parameter.rank > 1) parameter.assign(init.kaimingNormal(parameter.shape, { generator }));
      }
    });
    return model;
  };
  const image = draw(4, 3, 32, 32);
  const y = tensor([0, 1, 2, 3], { dtype: "int32" });
  const narrow = (): { generator: Generator; classes: number; width: number; dropout: number } => ({
    ...options(),
    width: 4,
    dropout: 0,
  });
  test.each<[string, () => Model, Tensor, { lr: number; steps: number }]>([
    ["LeNet", () => new LeNet(options()), draw(4, 1, 28, 28), { lr: 0.003, steps: 15 }],
    ["CifarNet", () => new CifarNet(options()), image, { lr: 0.003, steps: 17 }],
    [
      "AlexNet at 1/16 width",
      () => redrawn(new AlexNet({ ...narrow(), width: 6, inputSize: 63 })),
      draw(4, 3, 63, 63), // of 32 pooling would leave nothing
      { lr: 0.003, steps: 19 },
    ],
    [
      "VGG-11 at 1/16 width, with batch norm",
      () => redrawn(new VGG(11, { ...narrow(), batchNorm: true })),
      image,
      { lr: 0.001, steps: 10 },
    ],
    ["VGG-16 at 1/16 width", () => redrawn(new VGG(16, narrow())), image, { lr: 0.001, steps: 22 }],
    ["VGG-19 at 1/16 width", () => redrawn(new VGG(19, narrow())), image, { lr: 0.001, steps: 23 }],
    [
      "ResNet-18 at 1/16 width",
      () => new ResNet(18, { ...options(), width: 4 }),
      image,
      { lr: 0.01, steps: 20 },
    ],
    [
      "ResNet-50 at 1/16 width",
      () => new ResNet(50, { ...options(), width: 4 }),
      image,
      { lr: 0.01, steps: 16 },
    ],
    [
      "ResNet-152 at 1/16 width",
      () => new ResNet(152, { ...options(), width: 4 }),
      image,
      { lr: 0.01, steps: 20 },
    ],
    [
      "TextCNN",
      () => new TextCNN(20, 8, 4, { maps: 6, k: 2, dropout: 0, generator: new Generator(3) }),
      randint(0, 20, [4, 9], { generator: new Generator(4) }),
      { lr: 0.02, steps: 15 },
    ],
  ])("%s", (_, make, x, rates) => {
    const model = make();
    expect(descend(model, () => crossEntropy(model.forward(x), y), rates)).toBeLessThan(0.01);
  });

  test("LeNet-5, by distances from pictures of the classes", () => {
    const model = new LeNet5(options());
    const x = draw(4, 1, 32, 32);
    const lossOf = (): Tensor => crossEntropy(model.forward(x).neg(), y);
    expect(descend(model, lossOf, { lr: 0.003, steps: 25 })).toBeLessThan(0.01);
  });
});

test("models refuse what does not fit", () => {
  const wrong: [() => unknown, RegExp][] = [
    [
      () => new LeNet5({ codes: ones([10, 12]) }),
      /^LeNet5: the codes are \[10, 12\]; for 10 classes they must be \[10, 84\]/,
    ],
    [() => new AlexNet({ width: 10 }), /^AlexNet: the width is 10; it must be a multiple of 6/],
    [
      () => new AlexNet({ inputSize: 32 }),
      /^AlexNet: the input size is 32, of which pooling would leave nothing; it must be from 63 on/,
    ],
    [() => shapesOnly(() => new AlexNet({ width: 6, inputSize: 62 })), /from 63 on/],
    [() => new CifarNet().forward(ones([1, 1, 32, 32])), /^conv1 \(Conv2d\): conv2d: /],
    [() => new LeNet().forward(ones([1, 1, 32, 32])), /^fc1 \(Linear\): linear: /],
  ];
  for (const [run, message] of wrong) expect(run).toThrow(message);
  expect(shapesOnly(() => new AlexNet({ width: 6, inputSize: 63 })).classifier).toBeDefined();
});
