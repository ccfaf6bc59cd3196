/** Accuracy, confusion and what is read off it, against plain counting. */
import { Generator, ones, randint, randn, type Tensor, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  Accuracy,
  type Average,
  accuracy,
  ConfusionMatrix,
  confusionMatrix,
  fScore,
  precision,
  recall,
} from "../../src/index.js";

const generator = new Generator(4);
const classes = (values: number[], shape = [values.length]): Tensor =>
  tensor(values, { shape, dtype: "int32" });
const list = (x: Tensor): number[] => [...x.toTypedArray()];

describe("accuracy", () => {
  test.each([1, 2, 3, 5, 9])("with topK %i is counting among the sorted scores", (topK) => {
    const scores = randn([40, 5], { generator });
    const y = randint(0, 5, [40], { generator });
    const rows = scores.toArray() as number[][];
    const right = rows.filter((row, i) =>
      row
        .map((_, c) => c)
        .toSorted((a, b) => row[b] - row[a])
        .slice(0, topK)
        .includes(list(y)[i]),
    );
    expect(accuracy(scores, y, { topK })).toBe(right.length / 40);
  });

  test("adds up over batches of any size, and starts again", () => {
    const scores = randn([10, 3], { generator });
    const y = randint(0, 3, [10], { generator });
    const metric = new Accuracy().update(scores.narrow(0, 0, 7), y.narrow(0, 0, 7));
    metric.update(scores.narrow(0, 7, 3), y.narrow(0, 7, 3));
    expect([metric.value, metric.count]).toEqual([accuracy(scores, y), 10]);
    metric.reset();
    expect([metric.value, metric.count]).toEqual([Number.NaN, 0]);
  });

  test("takes one row, maps of classes, classes themselves, and leaves out what is ignored", () => {
    expect(accuracy(tensor([0.1, 0.7, 0.2]), classes([1], []))).toBe(1);
    const scores = randn([2, 3, 2, 2], { generator });
    const best = scores.argmax({ axis: 1 });
    expect(accuracy(scores, best)).toBe(1);
    expect(accuracy(best, best)).toBe(1);
    expect(accuracy(classes([1, 0, 2, 2]), classes([1, 1, -100, 2]))).toBe(2 / 3);
    expect(accuracy(classes([1, 0, 2, 2]), classes([1, 1, 2, 0]), { ignoreIndex: 1 })).toBe(1 / 2);
    expect(accuracy(tensor([true, false]), tensor([true, true]))).toBe(1 / 2);
  });

  test("gives equal scores to the lower class, and NaN to none", () => {
    expect(accuracy(zeros([1, 3]), classes([0]))).toBe(1);
    expect(accuracy(zeros([1, 3]), classes([1]))).toBe(0);
    expect(accuracy(zeros([1, 3]), classes([1]), { topK: 2 })).toBe(1);
    const spoilt = tensor([[Number.NaN, 1, 2]]);
    expect([0, 1, 2].map((c) => accuracy(spoilt, classes([c])))).toEqual([0, 0, 0]);
    expect([0, 1, 2].map((c) => accuracy(spoilt, classes([c]), { topK: 2 }))).toEqual([0, 0, 1]);
  });

  test("refuses what does not fit, and counts nothing of it", () => {
    const metric = new Accuracy();
    expect(() => metric.update(ones([4, 3]), classes([0, 1]))).toThrow(
      "Accuracy: the predictions are [4, 3] and the targets [2]; scores [N, C, ...] are for targets [N, ...], here [4]",
    );
    expect(() => metric.update(classes([0]), classes([0, 1]))).toThrow(
      "predicted classes are for as many targets, here [1]",
    );
    expect(() => metric.update(ones([2, 3]), ones([2]))).toThrow("the targets are float32");
    expect(() => metric.update(tensor(1), classes([0], []))).toThrow("the scores are 0-d");
    expect(() => metric.update(ones([2, 3]), classes([0, 3]))).toThrow(
      "target 1 is 3; it must be a class from 0 to 2",
    );
    expect(metric.count).toBe(0);
    expect(() => new Accuracy({ topK: 0 })).toThrow("topK is 0; it must be a positive integer");
    expect(() => accuracy(classes([0]), classes([0]), { topK: 2 })).toThrow("for which scores are needed");
  });
});

/** Precision, recall and F by definition, one class at a time. */
function reference(guesses: number[], targets: number[], count: number, beta: number) {
  const of = (c: number) => {
    const tp = targets.filter((t, i) => t === c && guesses[i] === c).length;
    const fp = targets.filter((t, i) => t !== c && guesses[i] === c).length;
    const fn = targets.filter((t, i) => t === c && guesses[i] !== c).length;
    const [p, r] = [tp + fp === 0 ? 0 : tp / (tp + fp), tp + fn === 0 ? 0 : tp / (tp + fn)];
    const b = beta * beta;
    return { p, r, f: p + r === 0 ? 0 : ((1 + b) * p * r) / (b * p + r), support: tp + fn };
  };
  return Array.from({ length: count }, (_, c) => of(c));
}

describe("the confusion matrix", () => {
  const count = 4;
  const scores = randn([60, count], { generator });
  // Class 3 is never a target.
  const y = randint(0, 3, [60], { generator });
  const guesses = list(scores.argmax({ axis: 1 }));
  const targets = list(y);
  const metric = new ConfusionMatrix(count);
  metric
    .update(scores.narrow(0, 0, 11), y.narrow(0, 0, 11))
    .update(scores.narrow(0, 11, 49), y.narrow(0, 11, 49));

  test("counts targets by predictions, over batches", () => {
    const wanted = Array.from({ length: count }, (_, t) =>
      Array.from(
        { length: count },
        (__, p) => targets.filter((each, i) => each === t && guesses[i] === p).length,
      ),
    );
    expect(metric.matrix).toEqual(wanted);
    expect(confusionMatrix(scores, y, count)).toEqual(wanted);
    expect(metric.accuracy).toBe(accuracy(scores, y));
    const recalls = reference(guesses, targets, count, 1)
      .slice(0, 3)
      .map(({ r }) => r);
    expect(metric.balancedAccuracy).toBeCloseTo(recalls.reduce((a, b) => a + b) / 3, 14);
  });

  test("is divided by rows, columns, or the whole", () => {
    const sums = (rows: number[][]): number[] => rows.map((row) => row.reduce((a, b) => a + b, 0));
    const near = (numbers: number[], wanted: number[]) =>
      numbers.forEach((each, i) => expect(each).toBeCloseTo(wanted[i], 14));
    near(sums(metric.normalized("target")), [1, 1, 1, 0]);
    const columns = metric.normalized("predicted");
    near(sums(columns[0].map((_, c) => columns.map((row) => row[c]))), [1, 1, 1, 1]);
    near([sums(metric.normalized("all")).reduce((a, b) => a + b)], [1]);
    expect(metric.normalized("all")[1][2]).toBe(metric.matrix[1][2] / 60);
  });

  test.each([0.5, 1, 2])("precision, recall and F with beta %d are those of each class, averaged", (beta) => {
    const each = reference(guesses, targets, count, beta);
    const mean = (key: "p" | "r" | "f"): Record<Exclude<Average, "micro">, number> => ({
      binary: each[1][key],
      macro: each.reduce((sum, row) => sum + row[key], 0) / count,
      weighted: each.reduce((sum, row) => sum + row[key] * row.support, 0) / 60,
    });
    for (const average of ["binary", "macro", "weighted"] as const) {
      expect(metric.precision({ average })).toBeCloseTo(mean("p")[average], 14);
      expect(metric.recall({ average })).toBeCloseTo(mean("r")[average], 14);
      expect(metric.fScore({ average, beta })).toBeCloseTo(mean("f")[average], 14);
    }
    // Every wrong prediction is a false positive of one class and a false negative of another.
    for (const score of [metric.precision({ average: "micro" }), metric.fScore({ average: "micro", beta })])
      expect(score).toBeCloseTo(metric.accuracy, 14);
    if (beta === 1) {
      expect(metric.f1()).toBe(metric.fScore({ average: "macro" }));
      metric.report().forEach((row, c) => {
        expect(row.support).toBe(each[c].support);
        [row.precision, row.recall, row.f1].forEach((value, i) =>
          expect(value).toBeCloseTo([each[c].p, each[c].r, each[c].f][i], 14),
        );
      });
    }
  });

  test("one-call forms are the same", () => {
    expect(precision(scores, y, count)).toBe(metric.precision());
    expect(recall(scores, y, count, { average: "weighted" })).toBe(metric.recall({ average: "weighted" }));
    expect(fScore(scores, y, count, { beta: 2 })).toBe(metric.fScore({ beta: 2 }));
    const [guess, target] = [classes([1, 1, 0, 0, 1]), classes([1, 0, 0, 1, -1])];
    expect(precision(guess, target, 2, { ignoreIndex: -1 })).toBe(1 / 2);
    expect(recall(guess, target, 2, { ignoreIndex: -1, positive: 0 })).toBe(1 / 2);
  });

  test("0 / 0 is what it is said to be", () => {
    const never = new ConfusionMatrix(2).update(classes([0, 0]), classes([0, 0]));
    expect([never.precision(), never.recall(), never.f1()]).toEqual([0, 0, 0]);
    expect([never.precision({ zeroDivision: 1 }), never.recall({ zeroDivision: 1 })]).toEqual([1, 1]);
    expect(never.report({ zeroDivision: 1 })[1]).toEqual({ precision: 1, recall: 1, f1: 1, support: 0 });
    never.reset();
    expect([never.accuracy, never.precision({ average: "weighted" })]).toEqual([Number.NaN, 0]);
  });

  test("refuses what does not fit, and counts nothing of it", () => {
    const matrix = new ConfusionMatrix(2);
    expect(() => matrix.update(classes([0, 2]), classes([0, 1]))).toThrow(
      "prediction 1 is 2; it must be a class from 0 to 1",
    );
    expect(() => matrix.update(classes([0, 1]), classes([0, -1]))).toThrow("target 1 is -1");
    expect(() => matrix.update(ones([1, 0]), classes([0]))).toThrow("the scores are [1, 0], of no class");
    expect(matrix.matrix).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(() => new ConfusionMatrix(0)).toThrow("there are 0 classes");
    expect(() => matrix.precision({ positive: 2 })).toThrow("positive is 2");
    expect(() => matrix.fScore({ beta: -1 })).toThrow("beta is -1");
  });
});
