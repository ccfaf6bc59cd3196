/** What modules can do besides computing, containers, and small layers that learn nothing. */
import { arange, Generator, ones, randn, relu, type Tensor, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  BatchNorm1d,
  Conv2d,
  Dropout,
  Embedding,
  Flatten,
  Identity,
  Lambda,
  Linear,
  LSTM,
  Module,
  ModuleDict,
  ModuleList,
  Residual,
  ResNet,
  Sequential,
  shapesOnly,
  TextCNN,
  VGG,
} from "../src/index.js";

const model = (): Sequential =>
  new Sequential(new Linear(2, 3), new Sequential(new BatchNorm1d(3), relu), new Linear(3, 1));

test("apply visits every module once, those below first", () => {
  const shared = new Linear(2, 2);
  const seen: string[] = [];
  const both = new Sequential(shared, new Sequential(shared), new Dropout());
  expect(both.apply((module) => seen.push(module.constructor.name))).toBe(both);
  expect(seen).toEqual(["Linear", "Sequential", "Dropout", "Sequential"]);
});

test("freeze takes parameters out of training", () => {
  const net = model();
  (net.layers[0] as Linear).freeze();
  net
    .forward(ones([4, 2]))
    .sum()
    .backward();
  expect(net.parameters().map(({ grad }) => grad !== null)).toEqual([false, false, true, true, true, true]);
  expect(net.parameterCount()).toBe(6 + 3 + 6 + 4);
  expect(net.parameterCount({ trainable: true })).toBe(6 + 4);
  net.unfreeze();
  expect(net.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
});

describe("to", () => {
  test("converts floats, and leaves counts and what is frozen", () => {
    const net = model();
    (net.layers[2] as Linear).freeze();
    const before = net.stateDict();
    expect(net.to("float64")).toBe(net);
    expect(net.parameters().map(({ dtype }) => dtype)).toEqual(Array(6).fill("float64"));
    expect(Array.from(net.namedBuffers(), ([, { dtype }]) => dtype)).toEqual(["float64", "float64", "int32"]);
    expect(net.parameters().map(({ requiresGrad }) => requiresGrad)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    for (const [name, value] of net.stateDict()) expect(value.toArray()).toEqual(before.get(name)!.toArray());
    expect(net.stateDict().get("1.0.num_batches_tracked")).toMatchObject({ diskDtype: "I64" });
    expect(net.forward(ones([2, 2], { dtype: "float64" })).dtype).toBe("float64");
    const { weight } = net.layers[0] as Linear;
    expect((net.to("float64").layers[0] as Linear).weight).toBe(weight);
  });

  test("keeps shared parameters shared, and reaches arrays and objects", () => {
    class Tied extends Module {
      readonly embed = new Embedding(4, 3);
      readonly parts = { heads: [new Linear(3, 4, { bias: false })], loose: [this.embed.weight] };
      constructor() {
        super();
        Object.assign(this.parts.heads[0], { weight: this.embed.weight });
      }
    }
    const tied = new Tied().to("float64");
    expect(tied.parts.heads[0].weight).toBe(tied.embed.weight);
    expect(tied.parts.loose[0]).toBe(tied.embed.weight);
    expect(tied.embed.weight.dtype).toBe("float64");
  });
});

describe("forward hooks", () => {
  test("see inputs and outputs, and may put others in their place", () => {
    const double = new Lambda((x) => x.mul(2));
    const seen: unknown[] = [];
    const removals = [
      double.registerForwardPreHook((module, [x]) => {
        seen.push(module, x);
        return [(x as Tensor).add(1)];
      }),
      double.registerForwardHook((_, inputs, output) => {
        seen.push(inputs[0], output);
      }),
      double.registerForwardHook((_, __, output) => (output as Tensor).neg()),
    ];
    const x = tensor([1]);
    expect(double.forward(x).toArray()).toEqual([-4]);
    expect(seen.slice(0, 2)).toEqual([double, x]);
    expect(seen.slice(2).map((each) => (each as Tensor).toArray())).toEqual([[2], [4]]);
    for (const remove of removals) remove();
    expect(double.forward(x).toArray()).toEqual([2]);
    expect(seen).toHaveLength(4);
  });

  test("are called once where forward calls that of its super class, and again after an error", () => {
    class Twice extends Linear {
      override forward(x: Tensor): Tensor {
        return super.forward(super.forward(x));
      }
    }
    const twice = new Twice(2, 2);
    let calls = 0;
    const count = (): void => {
      calls += 1;
    };
    twice.registerForwardHook(count);
    const remove = twice.registerForwardHook(count);
    twice.forward(ones([1, 2]));
    expect(calls).toBe(2);
    expect(() => twice.forward(ones([1, 3]))).toThrow(/^Twice: linear: /);
    remove();
    twice.forward(ones([1, 2]));
    expect(calls).toBe(3);
  });
});

describe("summary", () => {
  test("shows shapes and counts, and changes nothing", () => {
    const net = new Sequential(
      new Conv2d(3, 8, 3, { padding: 1 }),
      new Flatten(),
      new Linear(8 * 16, 10),
      new BatchNorm1d(10),
    );
    (net.layers[3] as BatchNorm1d).eval();
    (net.layers[0] as Conv2d).freeze();
    expect(net.summary(zeros([2, 3, 4, 4]))).toBe(`module                  output        parameters
Sequential              [2, 10]                0
layers.0 (Conv2d)       [2, 8, 4, 4]         224
layers.1 (Flatten)      [2, 128]               0
layers.2 (Linear)       [2, 10]            1,290
layers.3 (BatchNorm1d)  [2, 10]               20
1,534 parameters, 1,310 of them trained`);
    expect([...net.namedModules()].map(([, { training }]) => training)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect((net.layers[3] as BatchNorm1d).numBatchesTracked!.item()).toBe(0);
    expect(() => net.summary(zeros([2, 1, 4, 4]))).toThrow(/^layers\.0 \(Conv2d\): /);
    expect(net.training).toBe(true);
  });

  test("counts what is shared once, shows all outputs, and what was not called", () => {
    class Odd extends Module {
      readonly lstm = new LSTM(2, 3);
      readonly unused = new Linear(2, 2);
      readonly again = [this.unused.weight];
      forward(x: Tensor): unknown {
        return this.lstm.forward(x);
      }
    }
    const lines = new Odd()
      .summary(zeros([4, 1, 2]))
      .split("\n")
      .map((line) => line.trim());
    expect(lines[1]).toMatch(/^Odd +\[4, 1, 3\], \[1, 1, 3\], \[1, 1, 3\] +4$/);
    expect(lines.at(-2)).toMatch(/^unused \(Linear\) +2$/);
    expect(lines.at(-1)).toMatch(/^90 parameters, 90 of them trained$/);
  });
});

describe("a summary of a large model is drawn from shapes alone", () => {
  const image = zeros([0, 3, 224, 224]);

  test.each<[string, () => Module & { forward(x: Tensor): Tensor }, Tensor, Record<string, string>]>([
    [
      "VGG-16",
      () => new VGG(16),
      image,
      {
        "features.layers.0 (Conv2d)": "[0, 64, 224, 224] 1,792",
        "features.layers.30 (MaxPool2d)": "[0, 512, 7, 7] 0",
        "classifier.layers.0 (Linear)": "[0, 4096] 102,764,544",
        total: "138,357,544 parameters, 138,357,544 of them trained",
      },
    ],
    [
      "ResNet-152",
      () => new ResNet(152),
      image,
      {
        "layer1 (Sequential)": "[0, 256, 56, 56] 0",
        "layer3.layers.35.conv2 (Conv2d)": "[0, 256, 14, 14] 589,824",
        "avgpool (AdaptiveAvgPool2d)": "[0, 2048, 1, 1] 0",
        total: "60,192,808 parameters, 60,192,808 of them trained",
      },
    ],
    [
      "TextCNN",
      () => new TextCNN(1_000_000, 300, 2),
      zeros([0, 50], { dtype: "int32" }),
      { "embed (Embedding)": "[0, 50, 300] 300,000,000", "head (Linear)": "[0, 2] 602" },
    ],
  ])("%s", (_, make, x, wanted) => {
    const before = process.memoryUsage().arrayBuffers;
    const lines = shapesOnly(make).summary(x).split("\n");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
    const found = new Map(
      lines.map((line) => line.split(/ {2,}/)).map(([name, ...rest]) => [name, rest.join(" ")]),
    );
    found.set("total", lines.at(-1)!);
    for (const [name, line] of Object.entries(wanted)) expect(found.get(name), name).toBe(line);
  });
});

describe("containers", () => {
  test("Sequential refuses what is no layer", () => {
    expect(() => new Sequential([new Linear(1, 2)] as never)).toThrow(
      "Sequential: layer 0 is neither a module nor a function; give one layer after another, not an array",
    );
    expect(() => new Sequential(new Linear(1, 2), 3 as never)).toThrow("Sequential: layer 1 is neither");
  });

  test("ModuleList counts, iterates and grows", () => {
    const list = new ModuleList([new Linear(1, 2), new Linear(2, 3)]);
    expect(list.push(new Linear(3, 4))).toBe(list);
    expect(list.length).toBe(3);
    expect(list.at(-1).outFeatures).toBe(4);
    expect(Array.from(list, ({ inFeatures }) => inFeatures)).toEqual([1, 2, 3]);
    expect([...list.stateDict().keys()]).toEqual(
      [0, 1, 2].flatMap((index) => [`${index}.weight`, `${index}.bias`]),
    );
    expect(() => list.at(3)).toThrow("ModuleList: there is no module 3 among 3; count from 0");
  });

  test("ModuleDict finds by name", () => {
    const dict = new ModuleDict<Module>({ left: new Linear(1, 2) });
    dict.set("right", new Linear(1, 3, { bias: false }));
    expect(dict.size).toBe(2);
    expect([...dict].map(([name]) => name)).toEqual(["left", "right"]);
    expect([...dict.stateDict().keys()]).toEqual(["left.weight", "left.bias", "right.weight"]);
    expect(dict.has("toString")).toBe(false);
    expect(() => dict.get("toString")).toThrow(
      "ModuleDict: there is no module toString; there are left, right",
    );
    expect(() => dict.set("a.b", new Identity())).toThrow('ModuleDict: the name is "a.b"');
    expect((dict.get("left") as Linear).outFeatures).toBe(2);
  });

  test("Residual adds what it goes around", () => {
    const inner = new Linear(3, 3, { generator: new Generator(1) });
    const x = randn([2, 3]);
    expect(new Residual(inner).forward(x).toArray()).toEqual(inner.forward(x).add(x).toArray());
    const shortcut = new Linear(3, 4);
    const wide = new Residual(new Linear(3, 4), shortcut);
    expect([...wide.stateDict().keys()]).toContain("shortcut.weight");
    expect(wide.forward(x).toArray()).toEqual(
      (wide.inner as Linear).forward(x).add(shortcut.forward(x)).toArray(),
    );
    expect(() => new Residual(new Linear(3, 4)).forward(x)).toThrow(
      "Residual: the inner module gives [2, 4], and x is [2, 3]; they must be the same",
    );
  });

  test("Identity, Flatten and Lambda", () => {
    const x = arange(24).reshape([2, 3, 2, 2]);
    expect(new Identity().forward(x)).toBe(x);
    expect(new Flatten().forward(x).shape).toEqual([2, 12]);
    expect(new Flatten(0, 1).forward(x).shape).toEqual([6, 2, 2]);
    expect(new Flatten(0).forward(ones([])).shape).toEqual([1]);
    expect(new Lambda(relu).forward(x.neg()).sum().item()).toBe(0);
    expect(String(new Sequential(new Flatten(2), new Lambda(relu), new Identity()))).toBe(`Sequential(
  (layers.0): Flatten(start=2, end=-1)
  (layers.1): Lambda(relu)
  (layers.2): Identity()
)`);
  });
});
