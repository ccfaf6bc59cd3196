/** Convolutional layers beyond what PyTorch has, how they start, and what they refuse. */
import {
  decodeSafetensors,
  encodeSafetensors,
  Generator,
  localContrastNorm,
  ones,
  randn,
  type Tensor,
  tensor,
  trace,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  AdaptiveAvgPool2d,
  AlphaDropout,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  DepthwiseConv1d,
  DepthwiseConv2d,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  GlobalAvgPool,
  GlobalMaxPool,
  GroupNorm,
  InstanceNorm2d,
  KMaxPool1d,
  KMaxPool2d,
  LayerNorm,
  LocalContrastNorm,
  LocallyConnected1d,
  LocallyConnected2d,
  LocalResponseNorm,
  LpPool2d,
  MaxPool2d,
  MaxPool2dWithIndices,
  MaxUnpool2d,
  type Module,
  SeparableConv1d,
  SeparableConv2d,
  Sequential,
  Upsample,
} from "../src/index.js";

const numbers = (x: Tensor): number[] => [...x.toTypedArray()];
const draw = (...shape: number[]): Tensor => randn(shape, { generator: new Generator(3), dtype: "float64" });

function expectEqual(actual: Tensor, wanted: Tensor): void {
  expect(actual.shape).toEqual(wanted.shape);
  const expected = numbers(wanted);
  numbers(actual).forEach((each, i) => expect(each).toBeCloseTo(expected[i], 12));
}

/** Copies tensors of one module to those of another. */
function fill(module: Module, state: Record<string, Tensor>): void {
  module.loadStateDict(Object.entries(state));
}

test.each([
  [Conv2d.name, new Conv2d(8, 50, [2, 3], { groups: 2 }), 1 / Math.sqrt(4 * 6)],
  [ConvTranspose2d.name, new ConvTranspose2d(8, 40, [2, 3], { groups: 2 }), 1 / Math.sqrt(20 * 6)],
  [LocallyConnected2d.name, new LocallyConnected2d(3, 8, 6, 2), 1 / Math.sqrt(12)],
])("%s starts within PyTorch's bounds", (_, { weight, bias }, bound) => {
  for (const each of [weight, bias!]) {
    const largest = Math.max(...numbers(each).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.85 * bound);
  }
});

describe("depthwise and separable convolutions", () => {
  const generator = new Generator(1);

  test("treat each channel by itself, then all at each place", () => {
    const x = draw(2, 3, 6, 5);
    const depthwise = new DepthwiseConv2d(3, [3, 2], { multiplier: 2, generator, dtype: "float64" });
    expect(depthwise.weight.shape).toEqual([6, 1, 3, 2]);
    const y = depthwise.forward(x);
    const alone = new Conv2d(1, 2, [3, 2], { dtype: "float64" });
    fill(alone, { weight: depthwise.weight.narrow(0, 2, 2), bias: depthwise.bias!.narrow(0, 2, 2) });
    expectEqual(y.narrow(1, 2, 2), alone.forward(x.narrow(1, 1, 1)));
    expect(new DepthwiseConv1d(3, 2).forward(ones([1, 3, 5])).shape).toEqual([1, 3, 4]);
  });

  test("have few weights", () => {
    const separable = new SeparableConv2d(3, 8, 3, { padding: 1, generator, dtype: "float64" });
    const x = draw(1, 3, 4, 4);
    expectEqual(separable.forward(x), separable.pointwise.forward(separable.depthwise.forward(x)));
    expect([...separable.stateDict()].map(([name, { shape }]) => [name, shape])).toEqual([
      ["depthwise.weight", [3, 1, 3, 3]],
      ["depthwise.bias", [3]],
      ["pointwise.weight", [8, 3, 1, 1]],
      ["pointwise.bias", [8]],
    ]);
    const plain = new SeparableConv1d(4, 6, 3, { multiplier: 2, bias: false, stride: 2 });
    expect(plain.parameters().map(({ shape }) => shape)).toEqual([
      [8, 1, 3],
      [6, 8, 1],
    ]);
    expect(plain.forward(ones([2, 4, 9])).shape).toEqual([2, 6, 4]);
  });
});

describe("locally connected layers", () => {
  test("with the same weights everywhere are convolutions", () => {
    const options = { stride: 2, padding: 1, dtype: "float64" } as const;
    const plane = new Conv2d(2, 3, [3, 2], options);
    const local = new LocallyConnected2d(2, 3, [5, 6], [3, 2], options);
    fill(local, {
      weight: plane.weight.expand([3, 4, 3, 2, 3, 2]),
      bias: plane.bias!.reshape([3, 1, 1]).expand([3, 3, 4]),
    });
    const x = draw(2, 2, 5, 6);
    expectEqual(local.forward(x), plane.forward(x));

    const line = new Conv1d(2, 3, 3, { dilation: 2, bias: false, dtype: "float64" });
    const along = new LocallyConnected1d(2, 3, 7, 3, { dilation: 2, bias: false, dtype: "float64" });
    fill(along, { weight: line.weight.expand([3, 3, 2, 3]) });
    expectEqual(along.forward(draw(2, 7)), line.forward(draw(2, 7)));
  });

  test("have weights of their own at each place", () => {
    const local = new LocallyConnected1d(1, 1, 3, 1, { bias: false });
    fill(local, { weight: tensor([1, 10, 100], { shape: [3, 1, 1, 1] }) });
    expect(local.forward(ones([1, 1, 3])).toArray()).toEqual([[[1, 10, 100]]]);
  });

  test("refuse kernels and inputs that do not fit", () => {
    expect(() => new LocallyConnected1d(1, 1, 3, 5)).toThrow(
      "LocallyConnected1d: the kernel 5 does not fit the input size 3 with padding [0]; use a smaller kernel",
    );
    expect(() => new LocallyConnected1d(1, 1, 3, 2).forward(ones([1, 1, 4]))).toThrow(
      /^LocallyConnected1d: localConv1d: /,
    );
  });
});

describe("pooling", () => {
  const x = tensor([3, 1, 2, 5, 4, 0], { shape: [1, 1, 2, 3] });

  test("over all of space, and of the k largest", () => {
    expect(new GlobalAvgPool().forward(x).toArray()).toEqual([[2.5]]);
    expect(new GlobalMaxPool({ keepDims: true }).forward(x).toArray()).toEqual([[[[5]]]]);
    expect(new KMaxPool2d(3).forward(x).toArray()).toEqual([[[3, 5, 4]]]);
    expect(new KMaxPool1d(2).forward(x.flatten(2, 3)).toArray()).toEqual([[[5, 4]]]);
  });

  test("is undone by unpooling", () => {
    const { values, indices } = new MaxPool2dWithIndices([2, 1]).forward(x);
    expect(values.toArray()).toEqual([[[[5, 4, 2]]]]);
    expect(new MaxUnpool2d([2, 1]).forward(values, indices).toArray()).toEqual([
      [
        [
          [0, 0, 2],
          [5, 4, 0],
        ],
      ],
    ]);
  });
});

test("LocalContrastNorm is its op, LocalResponseNorm says its defaults", () => {
  const x = draw(1, 2, 6, 6);
  expectEqual(
    new LocalContrastNorm({ size: 3, sigma: 1 }).forward(x),
    localContrastNorm(x, { size: 3, sigma: 1 }),
  );
  expect(String(new LocalContrastNorm())).toBe("LocalContrastNorm(size=9, sigma=2.25, eps=0.0001)");
  expect(String(new LocalResponseNorm(5))).toBe("LocalResponseNorm(5, alpha=0.0001, beta=0.75, k=1)");
});

test("dropout of channels drops whole ones, in training", () => {
  const kinds = [
    [new Dropout1d(0.5, { generator: new Generator(2) }), [8, 16, 4]],
    [new Dropout2d(0.5, { generator: new Generator(2) }), [8, 16, 2, 2]],
    [new Dropout3d(0.5, { generator: new Generator(2) }), [8, 16, 1, 2, 2]],
  ] as const;
  for (const [layer, shape] of kinds) {
    const y = layer.forward(ones(shape));
    const channels = numbers(y.flatten(2).mean({ axis: 2 }));
    expect(new Set(channels)).toEqual(new Set([0, 2]));
    const x = ones(shape);
    expect(layer.eval().forward(x)).toBe(x);
  }
  const y = new AlphaDropout(0.3, { generator: new Generator(2) }).forward(draw(4000));
  expect(y.mean().item()).toBeCloseTo(0, 1);
  expect(y.square().mean().item()).toBeCloseTo(1, 0);
  expect(() => new Dropout2d(2)).toThrow("Dropout2d: the dropout probability is 2");
});

describe("batch normalisation", () => {
  test("counts batches in int64 on disk, as PyTorch does", () => {
    const norm = new BatchNorm1d(2);
    norm.forward(draw(4, 2).to("float32"));
    norm.forward(draw(4, 2).to("float32"));
    const bytes = encodeSafetensors(norm.stateDict());
    expect(new TextDecoder().decode(bytes)).toContain('"num_batches_tracked":{"dtype":"I64"');
    const again = new BatchNorm1d(2);
    again.loadStateDict(decodeSafetensors(bytes).tensors);
    expect(again.numBatchesTracked!.item()).toBe(2);
    expect(again.runningVar!.toArray()).toEqual(norm.runningVar!.toArray());
  });

  test("learns nothing by the way after eval(), and keeps no graph of what it learned", () => {
    const norm = new BatchNorm2d(2);
    norm.eval().forward(ones([2, 2, 3, 3]));
    expect(norm.numBatchesTracked!.item()).toBe(0);
    expect(norm.runningMean!.toArray()).toEqual([0, 0]);
    norm.train().forward(ones([2, 2, 3, 3]));
    expect(norm.runningMean!.requiresGrad).toBe(false);
    numbers(norm.runningMean!).forEach((each) => expect(each).toBeCloseTo(0.1, 6));
  });
});

test("a recorded step of batch normalisation reads no number, so that it counts on when it is run again", () => {
  const norm = new BatchNorm1d(2, { momentum: null });
  const { steps } = trace(() => norm.forward(ones([3, 2])));
  expect(steps.filter(({ kind }) => kind === "assign")).toHaveLength(3);
  expect(steps.filter(({ kind }) => kind === "barrier")).toEqual([]);
});

describe("what does not fit is refused by the layer that got it", () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      "channels",
      () => new Sequential(new Conv2d(3, 4, 3), new Conv2d(3, 4, 3)).forward(ones([1, 3, 8, 8])),
      /^layers\.1 \(Conv2d\): conv2d: .*\[1, 4, 6, 6\]/,
    ],
    [
      "axes of batch norm",
      () => new BatchNorm2d(3).forward(ones([2, 3])),
      /^BatchNorm2d: x is \[2, 3\]; it must be \[N, C, H, W\] with C 3/,
    ],
    [
      "channels of batch norm",
      () => new BatchNorm1d(3).forward(ones([2, 4])),
      /^BatchNorm1d: x is \[2, 4\]; it must be \[N, C\] or \[N, C, L\] with C 3/,
    ],
    ["volumes", () => new BatchNorm3d(3).forward(ones([2, 3, 4])), /^BatchNorm3d: x is/],
    [
      "instances",
      () => new InstanceNorm2d(3).forward(ones([2, 4, 2, 2])),
      /^InstanceNorm2d: x is \[2, 4, 2, 2\]; it must be \[N, C, H, W\] or \[C, H, W\] with C 3/,
    ],
    ["layers", () => new LayerNorm(3).forward(ones([2, 4])), /^LayerNorm: layerNorm: /],
    ["windows", () => new MaxPool2d(5).forward(ones([1, 1, 3, 3])), /^MaxPool2d: maxPool2d: /],
    [
      "output sizes",
      () => new ConvTranspose2d(1, 1, 3, { stride: 2 }).forward(ones([1, 1, 2, 2]), [5, 7]),
      /^ConvTranspose2d: the output size is \[5, 7\]; for x \[1, 1, 2, 2\] it must be from \[5, 5\] to \[6, 6\]/,
    ],
    [
      "kernel sizes",
      () => new Conv2d(1, 1, [3]),
      /^Conv2d: the kernel size is \[3\]; it must be an integer from 1 on, or 2 of them/,
    ],
    ["strides", () => new Conv1d(1, 1, 3, { stride: 0 }), /^Conv1d: the stride is 0/],
    [
      "groups",
      () => new Conv2d(3, 4, 3, { groups: 2 }),
      /^Conv2d: 2 groups do not divide 3 channels into 4; groups must divide both/,
    ],
    [
      "numbers of channels",
      () => new Conv2d(0, 4, 3),
      /^Conv2d: inChannels is 0; it must be a positive integer/,
    ],
    [
      "groups of a norm",
      () => new GroupNorm(3, 4),
      /^GroupNorm: there are 3 groups of 4 channels; the groups must divide them/,
    ],
    ["no channels", () => new GroupNorm(3, 0), /^GroupNorm: there are 3 groups of 0 channels/],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});

test("layers print their options", () => {
  const model = new Sequential(
    new Conv2d(3, 4, 3, { stride: 2, padding: "same", groups: 1, bias: false, paddingMode: "reflect" }),
    new ConvTranspose2d(4, 4, 2),
    new BatchNorm2d(4, { affine: false }),
    new MaxPool2d(2, { stride: 1 }),
    new AdaptiveAvgPool2d([2, null]),
    new LpPool2d(2, 3),
    new Upsample({ scaleFactor: 2 }),
    new GroupNorm(2, 4),
    new LayerNorm([4, 2]),
    new LocallyConnected1d(1, 2, 5, 3),
    new KMaxPool1d(3),
    new GlobalMaxPool(),
  );
  expect(String(model)).toBe(`Sequential(
  (layers.0): Conv2d(3, 4, kernelSize=[3, 3], stride=[2, 2], padding=same, bias=false, paddingMode=reflect)
  (layers.1): ConvTranspose2d(4, 4, kernelSize=[2, 2], stride=[1, 1], padding=[0, 0])
  (layers.2): BatchNorm2d(4, eps=0.00001, momentum=0.1, affine=false, trackRunningStats=true)
  (layers.3): MaxPool2d(kernelSize=2, stride=1)
  (layers.4): AdaptiveAvgPool2d(outputSize=[2, null])
  (layers.5): LpPool2d(normType=2, kernelSize=3)
  (layers.6): Upsample(scaleFactor=2)
  (layers.7): GroupNorm(2, 4, eps=0.00001, affine=true)
  (layers.8): LayerNorm([4, 2], eps=0.00001, elementwiseAffine=true)
  (layers.9): LocallyConnected1d(1, 2, inputSize=[5], kernelSize=[3])
  (layers.10): KMaxPool1d(k=3)
  (layers.11): GlobalMaxPool()
)`);
});
