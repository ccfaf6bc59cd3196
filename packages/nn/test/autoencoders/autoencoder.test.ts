// Autoencoders beside plain arithmetic, and learning by heart.
// oxlint-disable same-bits/math -- the reference is plain arithmetic on purpose, and compared to 1e-12 only
import {
  Generator,
  gradcheck,
  ones,
  randn,
  relu,
  sigmoid,
  type Tensor,
  tanh,
  tensor,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  Autoencoder,
  type AutoencoderOptions,
  klSparsity,
  Linear,
  l1Sparsity,
  MaskingNoise,
  Sequential,
  StackedAutoencoder,
} from "../../src/index.js";
import { descend } from "../descend.js";
import { checkParameters, draw, type Matrix } from "./support.js";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const affine = (weight: Matrix, bias: readonly number[], x: readonly number[]): number[] =>
  weight.map((row, i) => row.reduce((sum, w, j) => sum + w * x[j], bias[i]));
const transposed = (weight: Matrix): Matrix => weight[0].map((_, j) => weight.map((row) => row[j]));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const divergence = (rho: number, seen: number): number =>
  rho * Math.log(rho / seen) + (1 - rho) * Math.log((1 - rho) / (1 - seen));

/** The loss, example by example. */
function reference(model: Autoencoder, examples: Matrix): { loss: number; codes: Matrix; restored: Matrix } {
  const numbers = (x: Tensor) => x.toArray() as number[];
  const [w, b] = [model.encoder.weight.toArray() as Matrix, numbers(model.encoder.bias!)];
  const back = model.decoder instanceof Linear ? (model.decoder.weight.toArray() as Matrix) : transposed(w);
  const codes = examples.map((x) => affine(w, b, x).map(logistic));
  const scores = codes.map((h) => affine(back, numbers(model.decoder.bias!), h));
  const restored = model.output === "linear" ? scores : scores.map((row) => row.map(logistic));
  const losses = restored.map((row, i) =>
    row.reduce((sum, y, j) => {
      const x = examples[i][j];
      const error =
        model.error === "squared" ? 0.5 * (x - y) ** 2 : -x * Math.log(y) - (1 - x) * Math.log(1 - y);
      return sum + error;
    }, 0),
  );
  return { loss: mean(losses), codes, restored };
}

const x = draw(1, 7, 5).sigmoid();
const options = { dtype: "float64", generator: new Generator(2) } as const;
const cases: [string, AutoencoderOptions][] = [
  ["untied, cross entropy", {}],
  ["tied, cross entropy", { tied: true }],
  ["untied, squared error of a sigmoid", { error: "squared" }],
  ["tied, linear output", { tied: true, output: "linear" }],
];

describe.each(cases)("Autoencoder: %s", (_, own) => {
  const model = new Autoencoder(5, 3, { ...options, ...own });

  test("equals plain arithmetic", () => {
    const { loss, codes, restored } = reference(model, x.toArray() as Matrix);
    expect(model.loss(x).item()).toBeCloseTo(loss, 12);
    const compare = (found: Tensor, wanted: Matrix): void => {
      expect(found.shape).toEqual([wanted.length, wanted[0].length]);
      found.toTypedArray().forEach((value, i) => expect(value).toBeCloseTo(wanted.flat()[i], 12));
    };
    compare(model.encode(x), codes);
    compare(model.forward(x), restored);
    compare(model.decode(model.encode(x)), restored);
    expect(model.loss(x.reshape([7, 1, 5])).item()).toBeCloseTo(loss, 12);
  });

  test("has gradients of all its weights", () => {
    checkParameters(model, () => model.loss(x));
    const report = gradcheck((input: Tensor) => model.forward(input), [x]);
    expect(report.ok, report.message).toBe(true);
  });

  test("learns examples by heart", () => {
    const generator = new Generator(4);
    const own32 = new Autoencoder(6, 8, { ...own, activation: tanh, generator });
    const bits = randn([5, 6], { generator }).greater(0).to("float32");
    expect(descend(own32, () => own32.loss(bits), { lr: 0.1, steps: 80 })).toBeLessThan(0.05);
  });
});

describe("Autoencoder", () => {
  test("is saved with one weight if tied, and with two else", () => {
    const names = (tied: boolean) => [...new Autoencoder(4, 2, { tied }).stateDict().keys()];
    expect(names(true)).toEqual(["encoder.weight", "encoder.bias", "decoder.bias"]);
    expect(names(false)).toEqual(["encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"]);
    expect([...new Autoencoder(4, 2, { bias: false, tied: true }).stateDict().keys()]).toEqual([
      "encoder.weight",
    ]);
    const other = new Autoencoder(5, 3, { tied: true, ...options });
    const model = new Autoencoder(5, 3, { tied: true, ...options });
    model.loadStateDict(other.stateDict());
    expect(model.forward(x).toArray()).toEqual(other.forward(x).toArray());
  });

  test("stays tied in another dtype", () => {
    const model = new Autoencoder(5, 3, { tied: true }).to("float64");
    expect(model.forward(x).dtype).toBe("float64");
    model.loss(x).backward();
    expect(model.parameters().every(({ grad }) => grad !== null)).toBe(true);
  });

  test("restores clean examples from corrupted ones, in training only", () => {
    const corruption = new MaskingNoise(1);
    const model = new Autoencoder(5, 3, { ...options, corruption });
    const blank = model.decode(model.encode(x.mul(0)));
    expect(model.forward(x).toArray()).toEqual(blank.toArray());
    const error = model.reconstructionLoss(model.encode(x.mul(0)), x).item();
    expect(model.loss(x).item()).toBe(error);
    expect(model.eval().forward(x).toArray()).toEqual(model.decode(model.encode(x)).toArray());
    expect(String(model)).toContain("(corruption): MaskingNoise(p=1)");
  });

  test("learns to fill in what is masked: the second half, which repeats the first", () => {
    const generator = new Generator(5);
    const half = randn([64, 4], { generator }).greater(0).to("float32");
    const data = tensor((half.toArray() as Matrix).map((row) => [...row, ...row]));
    const masked = tensor((half.toArray() as Matrix).map((row) => [...row, 0, 0, 0, 0]));
    const filled = (corruption: number): number => {
      const model = new Autoencoder(8, 24, {
        generator: new Generator(6),
        corruption: new MaskingNoise(corruption, { generator: new Generator(7) }),
      });
      descend(model, () => model.loss(data), { lr: 0.05, steps: 150 });
      return model.eval().reconstructionLoss(model.encode(masked), data).item();
    };
    expect(filled(0.3)).toBeLessThan(0.6 * filled(0));
  });

  test("refuses what does not fit", () => {
    expect(() => new Autoencoder(4, 2, { output: "linear", error: "crossEntropy" })).toThrow(
      "Autoencoder: linear output has no cross entropy; give sigmoid output, or squared error",
    );
    expect(() => new Autoencoder(4, 2).forward(ones([3, 5]))).toThrow(/^encoder \(Linear\): linear: /);
    expect(() => new Autoencoder(4, 2).loss(ones([3, 5]))).toThrow(/^Linear: linear: /);
    expect(() => new Autoencoder(4, 2).loss(ones([0, 4]))).toThrow(
      "Autoencoder: the examples are [0, 4]; they must be [..., features], and one or more",
    );
  });
});

describe("sparsity", () => {
  const codes = draw(8, 6, 3).sigmoid();
  const rows = codes.toArray() as Matrix;

  test("by KL: Ng's cost, with its three terms", () => {
    const [rho, beta, lambda] = [0.1, 3, 0.01];
    const model = new Autoencoder(5, 3, {
      ...options,
      error: "squared",
      sparsity: (h) => klSparsity(h, { target: rho }).mul(beta),
    });
    const weights = [model.encoder.weight, (model.decoder as Linear).weight];
    const cost = (): Tensor =>
      weights.reduce(
        (sum, w) =>
          sum.add(
            w
              .square()
              .sum()
              .mul(lambda / 2),
          ),
        model.loss(x),
      );
    const { loss, codes: hidden } = reference(model, x.toArray() as Matrix);
    const decay = weights.flatMap((w) => [...w.toTypedArray()]).reduce((sum, w) => sum + w * w, 0);
    const activity = transposed(hidden).map(mean);
    const wanted =
      loss + (lambda / 2) * decay + beta * activity.reduce((sum, each) => sum + divergence(rho, each), 0);
    expect(cost().item()).toBeCloseTo(wanted, 12);
    checkParameters(model, cost);
  });

  test("by KL is 0 at the target, and infinite where a unit is never active", () => {
    const half = tensor(
      [
        [0.2, 0.5],
        [0.4, 0.1],
      ],
      { dtype: "float64" },
    );
    expect(klSparsity(half, { target: 0.3 }).item()).toBeCloseTo(0, 15);
    expect(klSparsity(tensor([[0, 0.05]])).item()).toBe(Infinity);
    const wanted = transposed(rows).reduce((sum, column) => sum + divergence(0.05, mean(column)), 0);
    expect(klSparsity(codes).item()).toBeCloseTo(wanted, 12);
    expect(klSparsity(codes.reshape([2, 3, 3])).item()).toBeCloseTo(wanted, 12);
  });

  test("by L1 is the sum of a code, in the mean", () => {
    const signed = codes.sub(0.5);
    const wanted = mean(
      (signed.toArray() as Matrix).map((row) => row.reduce((sum, h) => sum + Math.abs(h), 0)),
    );
    expect(l1Sparsity(signed).item()).toBeCloseTo(wanted, 12);
  });

  test("has gradients", () => {
    for (const penalty of [l1Sparsity, klSparsity]) {
      const report = gradcheck((h: Tensor) => penalty(h), [codes]);
      expect(report.ok, report.message).toBe(true);
    }
  });

  test.each([
    ["KL", (h: Tensor) => klSparsity(h).mul(5)],
    ["L1", (h: Tensor) => l1Sparsity(h).mul(2)],
  ])("%s makes codes sparser", (_, sparsity) => {
    const activity = (penalty: AutoencoderOptions["sparsity"]): number => {
      const generator = new Generator(9);
      const model = new Autoencoder(6, 8, { sparsity: penalty, generator });
      const data = randn([12, 6], { generator }).greater(0).to("float32");
      descend(model, () => model.loss(data), { lr: 0.02, steps: 50 });
      return model.encode(data).mean().item();
    };
    expect(activity(sparsity)).toBeLessThan(0.5 * activity(undefined));
  });

  test("refuses what is none", () => {
    expect(() => klSparsity(codes, { target: 1 })).toThrow(
      "klSparsity: the target is 1; it must be above 0 and below 1",
    );
    expect(() => l1Sparsity(ones([0, 2]))).toThrow("l1Sparsity: the examples are [0, 2]");
  });
});

describe("StackedAutoencoder", () => {
  const make = (seed = 1) => {
    const generator = new Generator(seed);
    return new StackedAutoencoder([
      new Autoencoder(6, 8, { generator }),
      new Autoencoder(8, 5, { generator, tied: true }),
      new Autoencoder(5, 4, { generator, output: "linear", activation: relu }),
    ]);
  };
  const data = randn([8, 6], { generator: new Generator(3) })
    .greater(0)
    .to("float32");

  test("goes up and down through its layers", () => {
    const stack = make();
    const [a, b, c] = stack.layers;
    const code = c.encode(b.encode(a.encode(data)));
    expect(stack.encode(data).toArray()).toEqual(code.toArray());
    expect(stack.forward(data).toArray()).toEqual(a.decode(b.decode(c.decode(code))).toArray());
    expect(stack.loss(data).item()).toBe(a.reconstructionLoss(b.decode(c.decode(code)), data).item());
  });

  test("trains a layer at a time on the codes below, which stay as they are", async () => {
    const stack = make();
    const before = [...stack.stateDict()].map(([name, value]) => [name, value.toArray()]);
    const seen: unknown[] = [];
    await stack.pretrain((layer, inputsOf, index) => {
      const inputs = inputsOf(data);
      expect(inputs.requiresGrad).toBe(false);
      const wanted = stack.layers.slice(0, index).reduce((h, each) => each.encode(h), data);
      expect(inputs.toArray()).toEqual(wanted.toArray());
      const others = stack.parameters().filter((parameter) => !layer.parameters().includes(parameter));
      others.forEach((parameter) => {
        parameter.grad = null;
      });
      const start = layer.loss(inputs).item();
      seen.push(descend(layer, () => layer.loss(inputsOf(data)), { lr: 0.02, steps: 10 }) < start);
      expect(others.every(({ grad }) => grad === null)).toBe(true);
    });
    expect(seen).toEqual([true, true, true]);
    const after = [...stack.stateDict()].map(([name, value]) => [name, value.toArray()]);
    expect(after.every((each, i) => JSON.stringify(each) !== JSON.stringify(before[i]))).toBe(true);
  });

  test("gives codes of clean examples to layers that corrupt them", async () => {
    const corruption = new MaskingNoise(1);
    const stack = new StackedAutoencoder([
      new Autoencoder(6, 4, { corruption }),
      new Autoencoder(4, 3, { corruption }),
    ]);
    const [first, second] = stack.layers;
    await stack.pretrain((layer, inputsOf) => {
      const inputs = inputsOf(data);
      expect(inputs.toArray()).toEqual((layer === second ? first.encode(data) : data).toArray());
      const blank = layer.encode(inputs.mul(0));
      expect(layer.loss(inputs).item()).toBe(layer.reconstructionLoss(blank, inputs).item());
    });
    expect(stack.forward(data).toArray()).toEqual(stack.eval().forward(data).toArray());
  });

  test("waits for a training that takes time, and passes on its error", async () => {
    const order: string[] = [];
    await make().pretrain(async (_, __, index) => {
      order.push(`start ${index}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      order.push(`end ${index}`);
    });
    expect(order.join()).toBe("start 0,end 0,start 1,end 1,start 2,end 2");
    await expect(make().pretrain(() => Promise.reject(new Error("no data")))).rejects.toThrow("no data");
  });

  test("learns examples by heart after greedy training, as a whole", async () => {
    const generator = new Generator(1);
    const stack = new StackedAutoencoder([
      new Autoencoder(6, 16, { generator }),
      new Autoencoder(16, 8, { generator, tied: true }),
    ]);
    await stack.pretrain((layer, inputsOf) => {
      descend(layer, () => layer.loss(inputsOf(data)), { lr: 0.05, steps: 40 });
    });
    expect(descend(stack, () => stack.loss(data), { lr: 0.05, steps: 80 })).toBeLessThan(0.05);
  });

  test("gives its encoder to a classifier, fine-tuned or frozen", () => {
    const stack = make();
    const encoder = stack.encoder();
    expect(encoder.forward(data).toArray()).toEqual(stack.encode(data).toArray());
    expect(encoder.parameters()[0]).toBe(stack.layers[0].encoder.weight);
    const classifier = new Sequential(encoder, new Linear(4, 2));
    expect([...classifier.stateDict().keys()].slice(0, 3)).toEqual(["0.0.weight", "0.0.bias", "0.2.weight"]);
    classifier.forward(data).sum().backward();
    expect(stack.layers[0].encoder.weight.grad).not.toBe(null);

    stack.zeroGrad();
    const frozen = new Sequential(stack.encoder({ frozen: true }), new Linear(4, 2));
    expect(frozen.parameterCount({ trainable: true })).toBe(10);
    frozen.forward(data).sum().backward();
    expect(stack.layers[0].encoder.weight.grad).toBe(null);
    frozen.unfreeze();
    expect(stack.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
  });

  test("refuses layers that do not go together", () => {
    expect(() => new StackedAutoencoder([])).toThrow("StackedAutoencoder: there are no layers");
    expect(() => new StackedAutoencoder([new Autoencoder(4, 3), new Autoencoder(2, 1)])).toThrow(
      "StackedAutoencoder: layer 0 has codes of 3 features, and layer 1 inputs of 2; they must be the same",
    );
  });
});

test("sigmoid is what codes are made with by default", () => {
  expect(new Autoencoder(2, 2).activation).toBe(sigmoid);
});
