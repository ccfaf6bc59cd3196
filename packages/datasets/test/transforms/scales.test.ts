import { fromNdarray, Generator, type NdarrayLike, randn, tensor } from "@wengert/autograd";
import { ndarraysOf, normalize, Standardizer, TensorDataset, toOneHot, Whitening } from "@wengert/datasets";
import { describe, expect, test } from "vitest";

const generator = new Generator(0);
const values = (x: NdarrayLike): number[] => [...fromNdarray(x).toTypedArray()];
const average = (numbers: number[]): number => numbers.reduce((a, b) => a + b) / numbers.length;
const column = (rows: number[][], i: number): number[] => rows.map((row) => row[i]);

test("normalize shifts and scales by channel, or all alike", () => {
  const x = tensor([[[1, 2]], [[3, 4]]]);
  expect(values(normalize({ mean: [1, 2], std: [1, 0.5] })(x.ndarray, generator))).toEqual([0, 1, 2, 4]);
  expect(values(normalize({ mean: 1, std: 2 })(x.ndarray, generator))).toEqual([0, 0.5, 1, 1.5]);
  const bytes = tensor(Uint8Array.of(0, 255), { shape: [1, 2] });
  expect(values(normalize({ std: 255 })(bytes.ndarray, generator))).toEqual([0, 1]);
  expect(() => normalize({ std: 0 })).toThrow("no deviation of 0");
  expect(() => normalize({ mean: [1, 2, 3] })(x.ndarray, generator)).toThrow(
    "mean has 3 numbers and the image 2 channels",
  );
});

test("toOneHot makes rows of labels", () => {
  expect(toOneHot(3)(1, generator).toArray()).toEqual([0, 1, 0]);
  expect(toOneHot(3)(tensor(Int32Array.of(2), { shape: [] }), generator).toArray()).toEqual([0, 0, 1]);
  expect(() => toOneHot(3)(3, generator)).toThrow("there is no class 3; they go from 0 to 2");
  expect(() => toOneHot(0)).toThrow("classes is 0");
});

describe("Standardizer", () => {
  const train = randn([50, 2, 3], { generator, dtype: "float64" }).mul(3).add(7);
  const set = new TensorDataset(train, tensor(new Int32Array(50)));

  test("makes the training set's numbers of mean 0 and deviation 1", () => {
    const scale = Standardizer.fit(ndarraysOf(set));
    const made = Array.from({ length: 50 }, (_, i) =>
      values(scale.transform(train.select(i).ndarray, generator)),
    );
    for (let i = 0; i < 6; i++) {
      expect(average(column(made, i))).toBeCloseTo(0, 12);
      expect(average(column(made, i).map((each) => each * each))).toBeCloseTo(1, 12);
    }
    // Statistics are the training set's, whatever is transformed.
    const other = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    values(scale.transform(other.ndarray, generator)).forEach((each, i) =>
      expect(each).toBeCloseTo((i + 1 - scale.mean[i]) / scale.std[i], 5),
    );
    const again = new Standardizer(JSON.parse(JSON.stringify(scale)) as Standardizer);
    expect(again.transform(other.ndarray, generator)).toEqual(scale.transform(other.ndarray, generator));
    values(scale.inverse(scale.transform(other.ndarray, generator), generator)).forEach((each, i) =>
      expect(each).toBeCloseTo(i + 1, 5),
    );
  });

  test("by channel, or as a whole", () => {
    const channels = Standardizer.fit(ndarraysOf(set), { per: "channel" });
    expect(channels.mean).toHaveLength(2);
    expect(channels.mean[1]).toBeCloseTo(train.select(1, { axis: 1 }).mean().item(), 12);
    const whole = Standardizer.fit(ndarraysOf(set), { per: "sample" });
    expect(whole.mean[0]).toBeCloseTo(train.mean().item(), 12);
    expect(whole.std[0]).toBeCloseTo(train.std({ correction: 0 }).item(), 12);
    const made = values(whole.transform(train.select(0).ndarray, generator));
    expect(made[5]).toBeCloseTo(
      (train.select(0).flatten().select(5).item() - whole.mean[0]) / whole.std[0],
      12,
    );
  });

  test("what never changes becomes 0; nonsense is refused", () => {
    const constant = [tensor([1, 5]).ndarray, tensor([1, 7]).ndarray];
    const scale = Standardizer.fit(constant);
    expect(values(scale.transform(constant[1], generator))).toEqual([0, 1]);
    expect(() => Standardizer.fit([])).toThrow("there are no samples");
    expect(() => Standardizer.fit([...constant, tensor([1]).ndarray])).toThrow(
      "a sample is [1]; the others are [2]",
    );
    expect(() => scale.transform(tensor([1]).ndarray, generator)).toThrow(
      "a sample is [1]; the others are [2]",
    );
    expect(() => new Standardizer({ shape: [2], mean: [1], std: [] })).toThrow(
      "1 means and 0 deviations do not fit",
    );
    expect(() => new Standardizer({ shape: [2], mean: [1], std: [0] })).toThrow("no deviation 0");
  });
});

describe("Whitening", () => {
  const mixing = tensor([
    [2, 0, 0],
    [1, 1, 0],
    [0.5, -0.5, 0.2],
  ]).to("float64");
  const train = randn([400, 3], { generator, dtype: "float64" }).matmul(mixing).add(3);
  const rows = [...ndarraysOf(new TensorDataset(train))];
  const covariance = (samples: number[][]): number[][] =>
    samples[0].map((_, i) =>
      samples[0].map((__, j) => {
        const [a, b] = [column(samples, i), column(samples, j)];
        return average(a.map((each, k) => (each - average(a)) * (b[k] - average(b))));
      }),
    );

  test.each([false, true])("leaves no correlation, zca: %s", (zca) => {
    const white = Whitening.fit(rows, { epsilon: 0, zca });
    const made = rows.map((row) => values(white.transform(row, generator)));
    covariance(made).forEach((line, i) =>
      line.forEach((each, j) => expect(each).toBeCloseTo(i === j ? 1 : 0, 9)),
    );
    for (const i of [0, 1, 2]) expect(average(column(made, i))).toBeCloseTo(0, 9);
    const back = values(white.inverse(white.transform(rows[5], generator), generator));
    back.forEach((each, i) => expect(each).toBeCloseTo(values(rows[5])[i], 9));
    // Of all whitenings ZCA's is the symmetric one: each number stays most like itself.
    const raw = rows.map((row) => values(row));
    const cross = raw[0].map((_, i) => average(raw.map((row, k) => row[i] * made[k][i])));
    if (zca) for (const each of cross) expect(each).toBeGreaterThan(0);
  });

  test("keeps the components of the largest variance", () => {
    const white = Whitening.fit(rows, { components: 2, epsilon: 0 });
    const raw = covariance(rows.map((row) => values(row)));
    expect(white.variances).toHaveLength(2);
    expect(white.variances[0]).toBeGreaterThan(white.variances[1]);
    const trace = raw[0][0] + raw[1][1] + raw[2][2];
    expect(white.variances[0] + white.variances[1]).toBeGreaterThan(0.98 * trace);
    // The best approximation by a plane: what is lost is the variance left out.
    const lost = rows.map((row) => {
      const back = values(white.inverse(white.transform(row, generator), generator));
      return values(row).reduce((sum, each, i) => sum + (each - back[i]) * (each - back[i]), 0);
    });
    expect(average(lost)).toBeCloseTo(trace - white.variances[0] - white.variances[1], 9);
    expect(white.transform(rows[0], generator).shape).toEqual([2]);
  });

  test("epsilon damps, images keep their shape with zca, float32 stays", () => {
    const damped = Whitening.fit(rows, { epsilon: 1 });
    const sharp = Whitening.fit(rows, { epsilon: 0 });
    const [a, b] = [damped, sharp].map((white) => values(white.transform(rows[0], generator)));
    a.forEach((each, i) => {
      const variance = sharp.variances[i];
      expect(each).toBeCloseTo(b[i] * Math.sqrt(variance / (variance + 1)), 9);
    });
    const images = [...ndarraysOf(new TensorDataset(randn([20, 2, 2])))];
    const made = Whitening.fit(images, { zca: true }).transform(images[0], generator);
    expect([made.shape, made.data instanceof Float32Array]).toEqual([[2, 2], true]);
  });

  test("refuses what makes no sense", () => {
    expect(() => Whitening.fit([])).toThrow("there are no samples");
    expect(() => Whitening.fit(rows, { components: 4 })).toThrow("components is 4; samples have 3 numbers");
    expect(() => Whitening.fit(rows, { epsilon: -1 })).toThrow("epsilon is -1");
    expect(() => Whitening.fit([...rows, tensor([1]).ndarray])).toThrow("a sample is [1]; it must be [3]");
    const white = Whitening.fit(rows, { components: 2 });
    expect(() => white.transform(tensor([1]).ndarray, generator)).toThrow("a sample is [1]; it must be [3]");
    expect(() => white.inverse(tensor([1]).ndarray, generator)).toThrow("a sample is [1]; it must be [2]");
  });
});
