import { Generator, type Tensor } from "@wengert/autograd";
import {
  type DigitsOptions,
  digits,
  Lexicon,
  type SceneObject,
  sceneAnswers,
  sceneCaptions,
  sceneColors,
  sceneLexicon,
  sceneQuestions,
  sceneShapes,
  scenes,
  shapeNames,
  shapes,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { Draws } from "../../src/draws.js";
import { describeScene } from "../../src/synthetic/language/scene-captions.js";
import { askAbout } from "../../src/synthetic/language/scene-questions.js";
import { counts, expectSeeded, mean, samples } from "./support.js";

/** Of an image's ink: how much there is, and where its middle is in parts of the size. */
function inkOf(image: Tensor): { sum: number; x: number; y: number } {
  const [height, width] = image.shape.slice(-2);
  const values = image.toTypedArray();
  let [sum, x, y] = [0, 0, 0];
  values.forEach((value, at) => {
    sum += value;
    x += value * ((at % width) + 0.5);
    y += value * (Math.floor(at / width) + 0.5);
  });
  return { sum: sum / values.length, x: x / sum / width, y: y / sum / height };
}

function expectUnitRange(image: Tensor): void {
  expect(image.dtype).toBe("float32");
  const values = image.toTypedArray();
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
}

describe("digits", () => {
  test("ten balanced classes of images", () => {
    expectSeeded((options) => digits(options));
    const found = samples(digits({ count: 100 }));
    expect(counts(found.map(([, y]) => y.item()))).toEqual(
      new Map([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((d) => [d, 10])),
    );
    for (const [x, y] of found) {
      expect([x.shape, y.shape, y.dtype]).toEqual([[1, 28, 28], [], "int32"]);
      expectUnitRange(x);
      const { sum, x: across, y: down } = inkOf(x);
      expect(sum).toBeGreaterThan(0.02);
      expect(sum).toBeLessThan(0.35);
      expect(Math.abs(across - 0.5)).toBeLessThan(0.25);
      expect(Math.abs(down - 0.5)).toBeLessThan(0.25);
    }
    // Nobody writes a 1 with as much ink as an 8.
    const ink = (digit: number): number =>
      mean(found.filter(([, y]) => y.item() === digit).map(([x]) => inkOf(x).sum));
    expect(ink(1)).toBeLessThan(0.8 * ink(8));
  });

  test("are the same drawing at every size", () => {
    const small = samples(digits({ count: 10, generator: new Generator(3) }));
    const large = samples(digits({ count: 10, size: 84, generator: new Generator(3) }));
    for (const [i, [x]] of large.entries()) {
      expect(x.shape).toEqual([1, 84, 84]);
      const [a, b] = [inkOf(x), inkOf(small[i][0])];
      for (const key of ["sum", "x", "y"] as const) expect(Math.abs(a[key] - b[key])).toBeLessThan(0.02);
    }
  });

  test("options reach the drawing", () => {
    const ink = (options: DigitsOptions): number =>
      mean(
        samples(digits({ count: 20, generator: new Generator(0), ...options })).map(([x]) => inkOf(x).sum),
      );
    expect(ink({ pen: [0.12, 0.12] })).toBeGreaterThan(1.5 * ink({ pen: [0.05, 0.05] }));
    expect(ink({ scale: [1, 1] })).toBeGreaterThan(1.2 * ink({ scale: [0.6, 0.6] }));
    const still = {
      degrees: 0,
      shear: 0,
      translate: [0, 0],
      scale: [1, 1],
      alpha: 0,
      jitter: 0,
      pen: [0.1, 0.1],
    } as const;
    const variants = samples(digits({ count: 300, ...still })).filter(([, y]) => y.item() === 1);
    // Only the ways to write it and its width are left: it stands in the middle.
    for (const [x] of variants) expect(Math.abs(inkOf(x).y - 0.5)).toBeLessThan(0.1);
    expect(() => digits({ size: 7 })).toThrow("size is 7");
    expect(() => digits({ pen: [0.2, 0.1] })).toThrow("pen is from 0.2 to 0.1");
    expect(() => digits({ jitter: -1 })).toThrow("jitter is -1");
    expect(() => digits({ sigma: 0 })).toThrow("sigma is 0");
    expect(() => digits({ scale: [0, 1] })).toThrow("scale is from 0");
  });
});

describe("shapes", () => {
  test("ten balanced classes of coloured images", () => {
    expectSeeded((options) => shapes({ ...options, size: 16 }));
    expect(shapeNames).toHaveLength(10);
    const found = samples(shapes({ count: 40 }));
    expect([...counts(found.map(([, y]) => y.item())).values()]).toEqual(shapeNames.map(() => 4));
    for (const [x, y] of found) {
      expect([x.shape, y.shape, y.dtype]).toEqual([[3, 32, 32], [], "int32"]);
      expectUnitRange(x);
    }
    // Colours say nothing about the class: on average all are grey.
    const colors = [0, 1, 2].map((channel) => mean(found.map(([x]) => x.select(channel).mean().item())));
    for (const each of colors) expect(Math.abs(each - 0.5)).toBeLessThan(0.15);
  });

  test("noise is an option", () => {
    const rough = (noise: number): number => {
      const [x] = shapes({ noise, generator: new Generator(1) }).get(3);
      const rows = x.select(0).toArray() as number[][];
      return mean(rows.flatMap((row) => row.slice(1).map((value, j) => Math.abs(value - row[j]))));
    };
    expect(rough(0.1)).toBeGreaterThan(2 * rough(0));
    expect(() => shapes({ noise: -1 })).toThrow("noise is -1");
    expect(() => shapes({ size: 4 })).toThrow("size is 4");
  });
});

describe("scenes", () => {
  test("objects differ, stay apart, and are where the picture has them", () => {
    expectSeeded((options) => scenes({ ...options, size: 24 }));
    const numbers = samples(scenes({ count: 60, objects: [1, 5], noise: 0 })).map(({ image, objects }) => {
      expect(image.shape).toEqual([3, 48, 48]);
      expectUnitRange(image);
      expect(new Set(objects.map(({ color, shape }) => color + shape)).size).toBe(objects.length);
      for (const { shape, color, x, y } of objects) {
        expect(sceneShapes).toContain(shape);
        expect(sceneColors).toContain(color);
        if (shape === "ring") continue; // has nothing in its middle
        const pixel = image.narrow(1, Math.floor(48 * y), 1).narrow(2, Math.floor(48 * x), 1);
        const [r, g, b] = pixel.toTypedArray();
        const seen = {
          red: r > 0.6 && g < 0.3,
          green: g > 0.4 && r < 0.3 && b < 0.3,
          blue: b > 0.6 && r < 0.3,
          yellow: r > 0.7 && g > 0.82 * r && g < r && b < 0.3,
          purple: r > 0.4 && g < 0.3 && b > 0.4,
          white: Math.min(r, g, b) > 0.8 && Math.max(r, g, b) < 1.07 * Math.min(r, g, b),
        }[color];
        expect(seen, `${color} ${r} ${g} ${b}`).toBe(true);
      }
      return objects.length;
    });
    expect(new Set(numbers)).toEqual(new Set([1, 2, 3, 4, 5]));
    for (const objects of [
      [0, 2],
      [2, 1],
      [2, 7],
      [1.5, 2],
    ] as const)
      expect(() => scenes({ objects })).toThrow(/objects is/);
    expect(() => scenes({ size: 8 })).toThrow("size is 8");
  });

  test("captions say what is there, and how it lies", () => {
    expectSeeded((options) => sceneCaptions({ ...options, size: 24 }));
    const generator = (): Generator => new Generator(11);
    const captioned = sceneCaptions({ count: 60, size: 24, generator: generator() });
    const relations = new Set<string>();
    for (const { caption, words, image } of samples(captioned)) {
      const [, first, relation, second] = /^(a .*) (left of|right of|above|below) (a .*)$/.exec(caption)!;
      relations.add(relation);
      expect(sceneLexicon.decode(words.toTypedArray())).toBe(caption);
      expect([words.toTypedArray()[0], words.toTypedArray().at(-1)]).toEqual([Lexicon.begin, Lexicon.end]);
      expect(first).not.toBe(second);
      expect(image.shape).toEqual([3, 24, 24]);
    }
    expect(relations.size).toBe(4);
    for (const { caption } of samples(sceneCaptions({ count: 5, size: 24, objects: [1, 1] })))
      expect(caption).toMatch(/^a (small|large) [a-z]+ [a-z]+$/);
  });
});

/** How far a is to the side of b that the relation names. */
function sideways(relation: string, a: SceneObject, b: SceneObject): number {
  const [dx, dy] = [a.x - b.x, a.y - b.y];
  return { "left of": -dx, "right of": dx, above: -dy, below: dy }[relation]!;
}

test("what is said and answered is so", () => {
  for (const [index, { objects }] of samples(scenes({ count: 300, size: 24, noise: 0 })).entries()) {
    const draws = new Draws(new Generator(index));
    const caption = describeScene(draws, objects);
    const [, first, relation, second] = /^a (.*) (left of|right of|above|below) a (.*)$/.exec(caption)!;
    const find = (words: string): SceneObject[] =>
      objects.filter((object) =>
        words
          .split(" ")
          .every((word) => word === "thing" || [object.size, object.color, object.shape].includes(word)),
      );
    const [[a], [b]] = [find(first), find(second)];
    expect(sideways(relation, a, b)).toBe(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)));

    const { question, answer } = askAbout(draws, objects);
    const [what, words] = [/^what (color|shape|size) is the (.*)$/.exec(question), question.split(" ")];
    const relates = /^is the (.*) (left of|right of|above|below) the (.*)$/.exec(question);
    if (what !== null) {
      const meant = find(what[2]);
      expect(meant).toHaveLength(1);
      expect(answer).toBe(meant[0][what[1] as "color"]);
    } else if (relates !== null) {
      const [[c], [d]] = [find(relates[1]), find(relates[3])];
      expect(answer).toBe(sideways(relates[2], c, d) > 0 ? "yes" : "no");
    } else if (question.startsWith("is there a "))
      expect(answer).toBe(find(words.slice(3).join(" ")).length > 0 ? "yes" : "no");
    else expect(answer).toBe(String(find(words[2].replace(/s$/, "")).length));
  }
});

describe("questions", () => {
  const asked = samples(sceneQuestions({ count: 500, size: 24, noise: 0, generator: new Generator(2) }));

  test("are of six kinds, and their numbers are those of words", () => {
    expectSeeded((options) => sceneQuestions({ ...options, size: 24 }));
    for (const { question, answer, words, label } of asked) {
      expect(sceneLexicon.decode(words.toTypedArray())).toBe(question);
      expect(sceneAnswers[label.item()]).toBe(answer);
    }
    const kinds = counts(asked.map(({ question }) => question.split(" ").slice(0, 2).join(" ")));
    expect([...kinds.keys()].sort()).toEqual([
      "how many",
      "is the",
      "is there",
      "what color",
      "what shape",
      "what size",
    ]);
    for (const count of kinds.values()) expect(count).toBeGreaterThan(40);
  });

  test("yes and no are as likely", () => {
    for (const start of ["is there", "is the "]) {
      const answers = counts(
        asked.filter(({ question }) => question.startsWith(start)).map(({ answer }) => answer),
      );
      expect([...answers.keys()].sort()).toEqual(["no", "yes"]);
      expect(Math.abs(answers.get("yes")! - answers.get("no")!)).toBeLessThan(35);
    }
  });
});
