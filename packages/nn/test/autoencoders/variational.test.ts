// Variational autoencoders beside plain arithmetic with the same draws.
// oxlint-disable same-bits/math -- the reference is plain arithmetic on purpose, and compared to 1e-12 only
import { Generator, gradcheck, ones, randn, relu, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  GaussianHead,
  gaussianKl,
  gaussianLogDensity,
  Linear,
  sampleGaussian,
  VariationalAutoencoder,
} from "../../src/index.js";
import { descend } from "../descend.js";
import { checkParameters, draw, type Matrix } from "./support.js";

const affine = ({ weight, bias }: Linear, x: readonly number[]): number[] =>
  (weight.toArray() as Matrix).map((row, i) =>
    row.reduce((sum, w, j) => sum + w * x[j], (bias!.toArray() as number[])[i]),
  );
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const normalLogDensity = (x: number, mean: number, logVariance: number): number =>
  -0.5 * (Math.log(2 * Math.PI) + logVariance + (x - mean) ** 2 / Math.exp(logVariance));

const [inFeatures, latent] = [4, 2];
const x = draw(1, 5, inFeatures).sigmoid();

describe.each(["bernoulli", "gaussian"] as const)("VariationalAutoencoder, %s", (likelihood) => {
  const seed = 12;
  // The draws of the loss are those of the generator after the weights were drawn.
  const make = (beta = 1) => {
    const weights = new Generator(3);
    const model = new VariationalAutoencoder(inFeatures, [6, 3], latent, {
      likelihood,
      beta,
      dtype: "float64",
      generator: weights,
    });
    const again = (): Generator => {
      weights.setState(new Generator(seed).getState());
      return new Generator(seed);
    };
    return { model, again };
  };

  /** The terms of one example. */
  function reference(model: VariationalAutoencoder, example: readonly number[], noise: Matrix) {
    const tanh = (values: number[]): number[] => values.map((each) => Math.tanh(each));
    const through = (layers: readonly Linear[], input: readonly number[]): number[] =>
      layers.reduce<number[]>((h, layer) => tanh(affine(layer, h)), [...input]);
    const h = through(model.encoder.layers, example);
    const [mean, logVariance] = [affine(model.posterior.mean, h), affine(model.posterior.logVariance, h)];
    const likelihoods = noise.map((epsilon) => {
      const z = mean.map((m, j) => m + Math.exp(logVariance[j] / 2) * epsilon[j]);
      const up = through(model.decoder.layers, z);
      if (model.output instanceof GaussianHead) {
        const [mu, log] = [affine(model.output.mean, up), affine(model.output.logVariance, up)];
        return sum(example.map((value, j) => normalLogDensity(value, mu[j], log[j])));
      }
      const p = affine(model.output, up).map((score) => 1 / (1 + Math.exp(-score)));
      return sum(example.map((value, j) => value * Math.log(p[j]) + (1 - value) * Math.log(1 - p[j])));
    });
    const divergence = -0.5 * sum(mean.map((m, j) => 1 + logVariance[j] - m * m - Math.exp(logVariance[j])));
    return { logLikelihood: sum(likelihoods) / noise.length, divergence };
  }

  test.each([1, 3])("equals plain arithmetic with %i draws", (samples) => {
    const { model, again } = make(0.7);
    const draws = again();
    const noise = Array.from({ length: samples }, () =>
      randn([5, latent], { generator: draws, dtype: "float64" }).toArray(),
    ) as Matrix[];
    const wanted = (x.toArray() as Matrix).map((example, i) =>
      reference(
        model,
        example,
        noise.map((each) => each[i]),
      ),
    );
    const { logLikelihood, divergence } = model.terms(x, { samples });
    wanted.forEach((each, i) => {
      expect((logLikelihood.toArray() as number[])[i]).toBeCloseTo(each.logLikelihood, 12);
      expect((divergence.toArray() as number[])[i]).toBeCloseTo(each.divergence, 12);
    });
    again();
    const loss = sum(wanted.map((each) => 0.7 * each.divergence - each.logLikelihood)) / 5;
    expect(model.loss(x, { samples }).item()).toBeCloseTo(loss, 12);
    expect(model.posterior.mean).toBeInstanceOf(Linear);
  });

  test("has gradients of all its weights, through the draws", () => {
    const { model, again } = make(2);
    checkParameters(model, () => {
      again();
      return model.loss(x.narrow(0, 0, 2), { samples: 2 });
    });
  });

  test("draws in training, and else takes the mean", () => {
    const { model } = make();
    expect(model.forward(x).toArray()).not.toEqual(model.forward(x).toArray());
    const mean = model.decode(model.encode(x).mean).toArray();
    expect(model.eval().forward(x).toArray()).toEqual(mean);
    expect(model.forward(x).shape).toEqual([5, inFeatures]);
    expect(model.terms(x.reshape([5, 1, inFeatures])).divergence.shape).toEqual([5, 1]);
    const made = model.generate(9);
    expect([made.shape, made.dtype]).toEqual([[9, inFeatures], "float64"]);
  });

  test("learns a tiny set by heart, and to generate it", () => {
    const generator = new Generator(5);
    const model = new VariationalAutoencoder(4, 16, 1, { likelihood, activation: relu, generator });
    const data = tensor([
      [1, 0, 1, 0],
      [0, 1, 0, 1],
    ]);
    descend(model, () => model.loss(data), { lr: 0.01, steps: 300 });
    model.eval();
    model
      .forward(data)
      .sub(data)
      .toTypedArray()
      .forEach((error) => expect(Math.abs(error)).toBeLessThan(0.2));
    const { divergence } = model.terms(data);
    // One bit has to be told, and the code is hardly dearer.
    divergence.toTypedArray().forEach((nats) => {
      expect(nats).toBeGreaterThan(0.4);
      expect(nats).toBeLessThan(4);
    });
    const near = (model.generate(40).toArray() as Matrix).filter((row) =>
      [row, row.map((each) => 1 - each)].some((each) =>
        each.every((value, j) => Math.abs(value - (j % 2)) < 0.25),
      ),
    );
    expect(near.length).toBeGreaterThan(15);
  });
});

describe("normal distributions", () => {
  const gaussian = { mean: draw(2, 3, 4), logVariance: draw(3, 3, 4) };

  test("draw with their mean and variance, and carry gradients", () => {
    const many = {
      mean: tensor([1, -2]).expand([4000, 2]),
      logVariance: tensor([0, 2]).expand([4000, 2]),
    };
    const z = sampleGaussian(many, { generator: new Generator(4) });
    const mean = z.mean({ axis: 0 });
    const variance = z.sub(mean).square().mean({ axis: 0 });
    [1, -2].forEach((value, i) => expect(mean.select(i).item()).toBeCloseTo(value, 0));
    [1, Math.exp(2)].forEach((value, i) => expect(variance.select(i).item() / value).toBeCloseTo(1, 1));
    const report = gradcheck(
      (m: Tensor, v: Tensor) => sampleGaussian({ mean: m, logVariance: v }, { generator: new Generator(1) }),
      [gaussian.mean, gaussian.logVariance],
    );
    expect(report.ok, report.message).toBe(true);
  });

  test("diverge from the standard one by as much as draws say", () => {
    expect(gaussianKl({ mean: ones([2]).mul(0), logVariance: ones([2]).mul(0) }).item()).toBe(0);
    const [mean, logVariance] = [0.8, -0.6];
    const one = {
      mean: tensor([mean], { dtype: "float64" }),
      logVariance: tensor([logVariance], { dtype: "float64" }),
    };
    const at = { mean: one.mean.expand([20000, 1]), logVariance: one.logVariance.expand([20000, 1]) };
    const standard = { mean: one.mean.mul(0), logVariance: one.mean.mul(0) };
    const z = sampleGaussian(at, { generator: new Generator(6) });
    const drawn = gaussianLogDensity(z, at).sub(gaussianLogDensity(z, standard)).mean().item();
    expect(Math.abs(drawn - gaussianKl(one).item())).toBeLessThan(0.02);
    const report = gradcheck(
      (m: Tensor, v: Tensor) => gaussianKl({ mean: m, logVariance: v }),
      [gaussian.mean, gaussian.logVariance],
    );
    expect(report.ok, report.message).toBe(true);
  });

  test("have heads of two layers", () => {
    const head = new GaussianHead(3, 2);
    expect([...head.stateDict().keys()]).toEqual([
      "mean.weight",
      "mean.bias",
      "logVariance.weight",
      "logVariance.bias",
    ]);
    expect(String(head)).toContain("inFeatures=3, outFeatures=2");
  });
});

test("VariationalAutoencoder refuses what does not fit", () => {
  const model = new VariationalAutoencoder(4, 3, 2);
  expect(() => model.forward(ones([2, 5]))).toThrow(/^encoder.layers.0 \(Linear\): linear: .*\[2, 5\]/);
  expect(() => model.loss(ones([2, 5]))).toThrow(/^layers.0 \(Linear\): linear: /);
  expect(() => model.loss(ones([2, 4]), { samples: 0 })).toThrow("there are 0 samples");
  expect(() => new VariationalAutoencoder(4, [], 2)).toThrow("there are no hidden layers");
  expect(() => new VariationalAutoencoder(4, 3, 2, { beta: -1 })).toThrow("beta is -1; it must be 0 or more");
  expect(() => model.decode(ones([2, 3]))).toThrow(/Linear/);
});
