/** Perplexity and bits per character against their definition; BLEU against the examples of its paper. */
import { Generator, randint, randn, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { BitsPerCharacter, Bleu, bitsPerCharacter, bleu, Perplexity, perplexity } from "../../src/index.js";

const generator = new Generator(4);

describe("perplexity and bits per character", () => {
  const logits = randn([12, 5], { generator, dtype: "float64" });
  const y = randint(0, 5, [12], { generator });
  const targets = [...y.toTypedArray()];
  const surprise = (logits.toArray() as number[][]).map((row, i) => {
    const sum = row.reduce((all, each) => all + Math.exp(each), 0);
    return -Math.log(Math.exp(row[targets[i]]) / sum);
  });
  const total = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

  test("are the mean surprise, exp'ed and in bits", () => {
    expect(perplexity(logits, y)).toBeCloseTo(Math.exp(total(surprise) / 12), 12);
    expect(bitsPerCharacter(logits, y)).toBeCloseTo(total(surprise) / 12 / Math.log(2), 12);
    // A model that knows nothing of eight classes.
    expect(perplexity(zeros([3, 8]), tensor([1, 2, 7], { dtype: "int32" }))).toBeCloseTo(8, 12);
    expect(bitsPerCharacter(zeros([3, 8]), tensor([1, 2, 7], { dtype: "int32" }))).toBeCloseTo(3, 12);
  });

  test("add up over targets, not over batches", () => {
    const metric = new Perplexity().update(logits.narrow(0, 0, 2), y.narrow(0, 0, 2));
    metric.update(logits.narrow(0, 2, 10), y.narrow(0, 2, 10));
    expect(metric.value).toBeCloseTo(perplexity(logits, y), 12);
    expect(metric.meanLoss).toBeCloseTo(total(surprise) / 12, 12);
    const ignored = targets[0];
    const kept = surprise.filter((_, i) => targets[i] !== ignored);
    expect(perplexity(logits, y, { ignoreIndex: ignored })).toBeCloseTo(
      Math.exp(total(kept) / kept.length),
      12,
    );
    metric.reset();
    expect([metric.value, metric.count]).toEqual([Number.NaN, 0]);
  });

  test("take losses that are known, and characters that are not the targets", () => {
    const metric = new BitsPerCharacter().addLoss(4 * Math.LN2, 2).addLoss(2 * Math.LN2, 1);
    expect(metric.value).toBeCloseTo(2, 14);
    metric.characters = 12;
    expect(metric.value).toBeCloseTo(1 / 2, 14);
    metric.reset();
    metric.addLoss(Math.LN2, 1);
    expect(metric.value).toBeCloseTo(1, 14);
    expect(() => metric.addLoss(1, -1)).toThrow("BitsPerCharacter: the count is -1");
  });
});

const words = (text: string): string[] => text.toLowerCase().split(" ");

describe("BLEU", () => {
  // Papineni et al. 2002, section 2.
  const references = [
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
  ].map(words);
  const one = words(
    "It is a guide to action which ensures that the military always obeys the commands of the party",
  );
  const two = words("It is to insure the troops forever hearing the activity guidebook that party direct");

  test("has the modified precisions of the paper", () => {
    const of = (candidate: string[]) => new Bleu().update([candidate], [references]).parts().precisions;
    expect(of(one).slice(0, 2)).toEqual([17 / 18, 10 / 17]);
    expect(of(two).slice(0, 2)).toEqual([8 / 14, 1 / 13]);
    const the = new Bleu().update(
      [words("the the the the the the the")],
      [[words("The cat is on the mat"), words("There is a cat on the mat")]],
    );
    expect(the.parts().precisions).toEqual([2 / 7, 0, 0, 0]);
    expect(the.value).toBe(0);
  });

  test("is the geometric mean, shortened", () => {
    const {
      precisions: p,
      brevityPenalty,
      candidateLength,
      referenceLength,
      value,
    } = new Bleu().update([one], [references]).parts();
    expect([candidateLength, referenceLength]).toEqual([18, 18]);
    expect(brevityPenalty).toBe(1);
    expect(value).toBeCloseTo((p[0] * p[1] * p[2] * p[3]) ** 0.25, 14);
    // The figure in the documentation of nltk, for the same sentence.
    expect(value).toBeCloseTo(0.5045666840058485, 12);
    const short = new Bleu({ weights: [1] }).update([words("of the")], [references]).parts();
    expect(short.referenceLength).toBe(16);
    expect(short.brevityPenalty).toBeCloseTo(Math.exp(1 - 16 / 2), 14);
    expect(short.value).toBeCloseTo(Math.exp(-7), 14);
  });

  test("takes the closest length, of two the shorter", () => {
    const of = (...lengths: number[]) =>
      new Bleu().update([Array(10).fill(1)], [lengths.map((length) => Array(length).fill(1))]).parts();
    expect(of(12, 8, 3).referenceLength).toBe(8);
    expect(of(11, 8).referenceLength).toBe(11);
    expect(of(11, 8).brevityPenalty).toBeCloseTo(Math.exp(-0.1), 14);
    expect(of(8, 12).brevityPenalty).toBe(1);
  });

  test("counts over the corpus, whichever way it is cut", () => {
    const others = [words("he was interested in world history because he read the book")];
    const hypothesis = words("he read the book because he was interested in world history");
    const whole = bleu([one, hypothesis], [references, others]);
    const metric = new Bleu().update([one], [references]).update([hypothesis], [others]);
    expect(metric.value).toBe(whole);
    expect(whole).toBeCloseTo(0.5920778868801042, 12);
    const mean = (bleu([one], [references]) + bleu([hypothesis], [others])) / 2;
    expect(Math.abs(whole - mean)).toBeGreaterThan(0.01);
    metric.reset();
    expect(metric.value).toBe(0);
  });

  test("is smoothed where asked to", () => {
    const candidate = ["a", "b", "x"];
    const reference = [["a", "b", "c", "d"]];
    const brevity = Math.exp(1 - 4 / 3);
    const of = (smoothing: "none" | "epsilon" | "addOne") => bleu([candidate], [reference], { smoothing });
    expect(of("none")).toBe(0);
    expect(of("epsilon")).toBeCloseTo(brevity * ((2 / 3) * (1 / 2) * 0.1 * 0.1) ** 0.25, 14);
    expect(of("addOne")).toBeCloseTo(brevity * ((2 / 3) * (2 / 3) * (1 / 2) * 1) ** 0.25, 14);
    expect(bleu([candidate], [reference], { weights: [0.5, 0.5] })).toBeCloseTo(
      brevity * ((2 / 3) * (1 / 2)) ** 0.5,
      14,
    );
    expect(bleu([candidate], [reference], { weights: [1, 0, 0, 0] })).toBeCloseTo((brevity * 2) / 3, 14);
  });

  test("keeps apart what only looks alike", () => {
    expect(bleu([[1, 2]], [[["1", "2"]]], { weights: [1] })).toBe(0);
    expect(bleu([["a b", "c"]], [[["a", "b c"]]], { weights: [0, 1] })).toBe(0);
    expect(bleu([[1, 2]], [[[1, 2]]], { weights: [0.5, 0.5] })).toBe(1);
  });

  test("of nothing is 0; what does not fit is refused", () => {
    expect(bleu([[]], [[["a"]]])).toBe(0);
    expect(() => bleu([["a"]], [])).toThrow("there are 1 candidates and 0 lists of references");
    expect(() => bleu([["a"]], [[]])).toThrow("candidate 0 has no reference");
    expect(() => new Bleu({ weights: [0.5, 0.6] })).toThrow("they must be 0 or more, and 1 together");
  });
});
