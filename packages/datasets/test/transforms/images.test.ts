import { type Generator as Draw, fromNdarray, Generator, rand, type Tensor, tensor } from "@wengert/autograd";
import {
  affine,
  centerCrop,
  colorJitter,
  compose,
  cutOut,
  DataLoader,
  distort,
  elastic,
  gaussianNoise,
  type ImageTransform,
  MappedDataset,
  onImage,
  randomAffine,
  randomCrop,
  randomFlip,
  resize,
  TensorDataset,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";

const seed = (n: number): Draw => new Generator(n);
const image = (shape: readonly number[], n = 0): Tensor => rand(shape, { generator: seed(n) });
/** The values of a transform's result, nested. */
function changed(transform: ImageTransform, x: Tensor, n = 0): unknown {
  return fromNdarray(transform(x.ndarray, seed(n))).toArray();
}
function farthest(x: unknown, y: unknown): number {
  const [a, b] = [x, y].map((each) => (each as number[][]).flat(9) as number[]);
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}
const numbers = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

/** Every transform here, away from its defaults. */
const all: Record<string, ImageTransform> = {
  affine: affine([0.9, 0.1, -0.2, 1.1, 1.5, -0.7], { fill: 0.25 }),
  randomAffine: randomAffine({
    degrees: 20,
    translate: [0.1, 0.2],
    scale: [0.8, 1.2],
    shear: 10,
    shearY: 5,
    fill: 0.5,
  }),
  elastic: elastic({ alpha: 10, sigma: 2, fill: 0.1 }),
  distort: distort({ degrees: [5, 10], shear: [1, 9], shearY: 4, alpha: 8, sigma: 3, fill: 1 }),
  randomCrop: randomCrop([6, 5], { padding: 2, fill: 0.5 }),
  centerCrop: centerCrop([6, 5]),
  randomFlip: randomFlip({ horizontal: 0.3, vertical: 0.6 }),
  cutOut: cutOut([3, 4], { fill: 0.5 }),
  colorJitter: colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  gaussianNoise: gaussianNoise({ std: 0.1 }),
  resize: resize([5, 7], { mode: "bicubic" }),
  compose: compose(randomFlip(), gaussianNoise({ std: 1 }), randomCrop(4)),
};

describe.each(Object.entries(all))("%s", (name, transform) => {
  test("reads any ndarray, changes none, and keeps the dtype", () => {
    const x = image([3, 8, 9]);
    const before = x.toArray();
    const expected = changed(transform, x, 3);
    expect(x.toArray()).toEqual(before);
    const strided = rand([9, 20, 3], { generator: seed(1) }).ndarray;
    const view = strided.transpose(2, 1, 0).step(1, -2, 1).lo(0, 1, 0).hi(3, 8, 9);
    x.toTypedArray().forEach((value, i) => {
      view.set(Math.floor(i / 72), Math.floor(i / 9) % 8, i % 9, value);
    });
    expect(fromNdarray(transform(view, seed(3))).toArray()).toEqual(expected);
    const wide = transform(x.to("float64").ndarray, seed(3));
    expect(wide.data).toBeInstanceOf(Float64Array);
    if (name !== "gaussianNoise" && name !== "compose")
      // whose normal numbers are others in float64
      expect(farthest(fromNdarray(wide).toArray(), expected)).toBeLessThan(1e-5);
    const bytes = tensor(new Uint8Array(3 * 8 * 9).fill(1), { shape: [3, 8, 9] });
    expect(transform(bytes.ndarray, seed(3)).data).toBeInstanceOf(Float32Array);
  });

  test("depends on its generator alone", () => {
    const x = image([3, 8, 9]);
    expect(changed(transform, x, 3)).toEqual(changed(transform, x, 3));
    const random = !["affine", "resize", "centerCrop"].includes(name);
    const others = [4, 5, 6, 7].map((n) => JSON.stringify(changed(transform, x, n)));
    expect(new Set(others).size > 1).toBe(random);
  });

  test("images have two axes or three", () => {
    if (name !== "colorJitter") {
      const x = image([1, 8, 9]);
      expect([changed(transform, x.reshape([8, 9]), 5)]).toEqual(changed(transform, x, 5));
    }
    expect(() => transform(image([1, 3, 8, 9]).ndarray, seed(0))).toThrow(
      "the image is [1, 3, 8, 9]; it must be",
    );
  });
});

test("samples are changed in the same way in any order and batch", () => {
  const augment = onImage(compose(distort({ degrees: 10, alpha: 8 }), randomFlip(), cutOut(3)));
  const x = image([20, 9, 8]);
  const data = new MappedDataset(
    new TensorDataset(x, tensor(Int32Array.from({ length: 20 }, (_, i) => i))),
    augment,
  );
  const byIndex = (options: { batchSize: number; shuffle: boolean }): Map<number, unknown> => {
    const found = new Map<number, unknown>();
    for (const [images, indices] of new DataLoader(data, { ...options, generator: seed(4) }))
      indices.toTypedArray().forEach((index, i) => found.set(index, images.select(i).toArray()));
    return found;
  };
  const plain = byIndex({ batchSize: 20, shuffle: false });
  expect(plain.size).toBe(20);
  for (const options of [
    { batchSize: 3, shuffle: true },
    { batchSize: 1, shuffle: false },
  ])
    for (const [index, made] of byIndex(options)) expect(made).toEqual(plain.get(index));
});

test("onImage takes results of any strides and dtype", () => {
  const x = tensor(
    Uint8Array.from({ length: 6 }, (_, i) => i),
    { shape: [2, 3] },
  );
  const views: [Parameters<typeof onImage>[0], unknown][] = [
    [
      (image) => ({ ...image, shape: [3, 2], stride: [1, 3] }),
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
    ],
    [(image) => ({ ...image, shape: [2], stride: [-2], offset: 5 }), [5, 3]],
    [
      (image) => ({ ...image, shape: [3, 4], stride: [1, 0] }),
      [0, 1, 2].map((value) => Array.from({ length: 4 }, () => value)),
    ],
    [(image) => ({ ...image, shape: [1, 3], stride: [9, 1], offset: 3 }), [[3, 4, 5]]],
  ];
  for (const [change, expected] of views) {
    const made = onImage(change)(x, seed(1));
    expect([made.dtype, made.toArray()]).toEqual(["uint8", expected]);
  }
});

test("onImage changes a tensor, or the first field", () => {
  const twice = onImage((x) => ({ ...x, data: Float32Array.from(x.data, (value) => 2 * value) }));
  expect(twice(numbers, seed(0)).toArray()).toEqual([
    [2, 4, 6],
    [8, 10, 12],
  ]);
  const [x, label] = twice([numbers, "seven"] as const, seed(0));
  expect([x.toArray(), label]).toEqual([
    [
      [2, 4, 6],
      [8, 10, 12],
    ],
    "seven",
  ]);
  expect(() => twice([1 as unknown as Tensor], seed(0))).toThrow(
    "the first field of the sample is no tensor",
  );
});

describe("affine", () => {
  test("moves, turns and scales", () => {
    expect(changed(affine([1, 0, 0, 1, 1, 0]), numbers)).toEqual([
      [0, 1, 2],
      [0, 4, 5],
    ]);
    expect(changed(affine([1, 0, 0, 1, -0.5, 0.5], { fill: 9 }), numbers)).toEqual([
      [5.25, 5.75, 7.5],
      [3, 4, 6.75],
    ]);
    // (x, y) to (2 − y, x): a quarter turn clockwise, as y points down.
    const square = tensor([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(changed(affine([0, 1, -1, 0, 2, 0]), square)).toEqual([
      [7, 4, 1],
      [8, 5, 2],
      [9, 6, 3],
    ]);
    expect(changed(affine([2, 0, 0, 2, 0, 0]), square)).toEqual([
      [1, 1.5, 2],
      [2.5, 3, 3.5],
      [4, 4.5, 5],
    ]);
    expect(() => affine([1, 2, 2, 4, 0, 0])).toThrow("has no inverse");
    expect(() => affine([Number.NaN, 2, 2, 4, 0, 0])).toThrow("has no inverse");
  });

  test("random: about the centre, with the words of torchvision", () => {
    const dot = tensor(
      Float32Array.from({ length: 21 * 21 }, (_, i) => (i === 220 ? 1 : 0)),
      { shape: [21, 21] },
    );
    for (const options of [{ degrees: 180 }, { shear: 30 }, { scale: [0.6, 1.7] as const }])
      expect((changed(randomAffine(options), dot, 8) as number[][])[10][10]).toBeCloseTo(1, 6);
    expect(
      farthest(
        changed(randomAffine({ degrees: [90, 90] }), image([7, 7])),
        image([7, 7]).flip({ axis: 0 }).transpose().toArray(),
      ),
    ).toBeLessThan(1e-6);
    // The dot goes no further than translate says, to both sides.
    const places = Array.from({ length: 60 }, (_, n) => {
      const moved = changed(randomAffine({ translate: [0.2, 0.1] }), dot, n) as number[][];
      const at = (weight: (i: number, j: number) => number): number =>
        moved.reduce((sum, row, i) => row.reduce((s, value, j) => s + value * weight(i, j), sum), 0);
      return [at((_, j) => j) - 10, at((i) => i) - 10];
    });
    for (const [axis, most] of [4.2, 2.1].entries()) {
      const moves = places.map((place) => place[axis]);
      expect(Math.max(...moves)).toBeGreaterThan(0.7 * most);
      expect(Math.min(...moves)).toBeLessThan(-0.7 * most);
      expect(Math.max(...moves.map((each) => Math.abs(each)))).toBeLessThan(most + 1e-5);
    }
    // A slant along x by 45°: rows move by their distance from the centre.
    const rows = changed(randomAffine({ shear: [45, 45] }), dot.roll(3, { axis: 0 })) as number[][];
    expect(rows[13][13]).toBeCloseTo(1, 5);
    expect(() => randomAffine({ degrees: -1 })).toThrow(
      "degrees is -1; give a finite number that is not negative",
    );
    expect(() => randomAffine({ scale: [2, 1] })).toThrow("scale is [2,1]");
    expect(() => randomAffine({ scale: [0, 1] })).toThrow("scale is from 0; it must be above 0");
  });
});

describe("elastic", () => {
  test("reads at places moved by noise that was convolved with a normal density", () => {
    const [height, width, alpha, sigma] = [9, 12, 7, 1.5];
    const noise = rand([height, 2, width], { generator: seed(6), dtype: "float32" })
      .mul(2)
      .sub(1)
      .toArray() as number[][][];
    const density = (k: number): number => Math.exp((-k * k) / (2 * sigma * sigma));
    let total = 0;
    for (let k = -6; k <= 6; k++) total += density(k);
    const field = (i: number, j: number, axis: number): number => {
      let sum = 0;
      for (let m = 0; m < height; m++)
        for (let n = 0; n < width; n++)
          if (Math.abs(m - i) <= 6 && Math.abs(n - j) <= 6)
            sum += noise[m][axis][n] * density(m - i) * density(n - j);
      return (alpha * sum) / (total * total);
    };
    const x = image([height, width], 2);
    const rows = x.toArray() as number[][];
    const made = changed(elastic({ alpha, sigma }), x, 6) as number[][];
    const value = (i: number, j: number): number => rows[i]?.[j] ?? 0;
    let worst = 0;
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) {
        const [u, v] = [j + field(i, j, 0), i + field(i, j, 1)];
        const [left, top] = [Math.floor(u), Math.floor(v)];
        const [p, q] = [u - left, v - top];
        const expected =
          (1 - q) * ((1 - p) * value(top, left) + p * value(top, left + 1)) +
          q * ((1 - p) * value(top + 1, left) + p * value(top + 1, left + 1));
        worst = Math.max(worst, Math.abs(expected - made[i][j]));
      }
    expect(worst).toBeLessThan(1e-5);
  });

  test("distort is both, with one interpolation", () => {
    const x = image([9, 9]);
    const still = distort({ alpha: 0 });
    expect(farthest(changed(still, x), x.toArray())).toBeLessThan(1e-6);
    const bent = changed(distort({ alpha: 5, sigma: 2 }), x, 3);
    expect(farthest(bent, changed(elastic({ alpha: 5, sigma: 2 }), x, 3))).toBeLessThan(1e-6);
    const turned = changed(distort({ alpha: 0, degrees: [90, 90] }), x, 3);
    expect(farthest(turned, changed(randomAffine({ degrees: [90, 90] }), x))).toBeLessThan(1e-5);
    expect(() => elastic({ alpha: -1 })).toThrow("alpha is -1");
    expect(() => distort({ sigma: 0 })).toThrow("sigma is 0");
  });
});

describe("crops, flips and holes", () => {
  test("every place of a crop is as likely as any other", () => {
    const found = new Map<string, number>();
    for (let n = 0; n < 600; n++) {
      const key = JSON.stringify(changed(randomCrop([1, 2], { padding: 1, fill: 9 }), numbers, n));
      found.set(key, (found.get(key) ?? 0) + 1);
    }
    // Four rows, the frame's among them, in which four pairs fit; two rows of the frame are alike.
    const middle = ["[[9,1]]", "[[1,2]]", "[[2,3]]", "[[3,9]]", "[[9,4]]", "[[4,5]]", "[[5,6]]", "[[6,9]]"];
    expect([...found.keys()].sort()).toEqual([...middle, "[[9,9]]"].sort());
    for (const key of middle) expect(Math.abs(found.get(key)! - 600 / 16)).toBeLessThan(20);
    expect(() => randomCrop(5)(numbers.ndarray, seed(0))).toThrow("an image of 2 by 3 has no part of 5 by 5");
    expect(() => randomCrop(0)).toThrow("height is 0");
    expect(() => randomCrop(2, { padding: -1 })).toThrow("padding is -1");
  });

  test("the middle", () => {
    expect(changed(centerCrop([1, 1]), numbers)).toEqual([[2]]);
    expect(changed(centerCrop([2, 3]), numbers)).toEqual(numbers.toArray());
    expect(() => centerCrop(3)(numbers.ndarray, seed(0))).toThrow("an image of 2 by 3 has no part of 3 by 3");
  });

  test("mirror images", () => {
    const always = (horizontal: number, vertical: number) =>
      changed(randomFlip({ horizontal, vertical }), numbers);
    expect(always(1, 0)).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(always(0, 1)).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ]);
    expect(changed(randomFlip({ vertical: 1, horizontal: 1 }), image([2, 3, 4]))).toEqual(
      image([2, 3, 4])
        .flip({ axis: [1, 2] })
        .toArray(),
    );
    const flips = Array.from(
      { length: 200 },
      (_, n) => (changed(randomFlip(), numbers, n) as number[][])[0][0],
    );
    expect(Math.abs(flips.filter((each) => each === 3).length - 100)).toBeLessThan(30);
    expect(() => randomFlip({ vertical: 2 })).toThrow("vertical is 2; it must be a probability");
  });

  test("a hole has its centre anywhere, in all channels", () => {
    const ones = tensor(new Float32Array(2 * 5 * 6).fill(1), { shape: [2, 5, 6] });
    const sizes = new Set<number>();
    const centres = new Set<number>();
    for (let n = 0; n < 200; n++) {
      const [first, second] = changed(cutOut(3), ones, n) as number[][][];
      expect(first).toEqual(second);
      const holes = first.flat().flatMap((value, at) => (value === 0 ? [at] : []));
      sizes.add(holes.length);
      if (holes.length === 9) centres.add(holes[4]);
      expect(holes.length).toBe(
        ((holes.at(-1)! % 6) - (holes[0] % 6) + 1) *
          (Math.floor(holes.at(-1)! / 6) - Math.floor(holes[0] / 6) + 1),
      );
    }
    expect([...sizes].sort((a, b) => a - b)).toEqual([4, 6, 9]);
    expect(centres.size).toBe(12);
    expect(() => cutOut(0)).toThrow("height is 0");
  });
});

describe("colours and noise", () => {
  const x = image([3, 4, 5], 9).mul(0.4).add(0.3); // far from where it would be clipped
  const grey = (pixels: number[][][]): number[] =>
    pixels[0].flat().map((r, i) => 0.2989 * r + 0.587 * pixels[1].flat()[i] + 0.114 * pixels[2].flat()[i]);
  const flat = (value: unknown): number[] => (value as number[][]).flat(9) as number[];
  const average = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
  /** The one factor by which `made` is further from `other` than x. */
  function factor(made: number[], other: (i: number) => number): number {
    const before = flat(x.toArray());
    const i = before.reduce(
      (best, value, k) => (Math.abs(value - other(k)) > Math.abs(before[best] - other(best)) ? k : best),
      0,
    );
    const k = (made[i] - other(i)) / (before[i] - other(i));
    made.forEach((value, j) => expect(value - other(j)).toBeCloseTo(k * (before[j] - other(j)), 5));
    return k;
  }

  test.each([
    ["brightness", () => () => 0],
    [
      "contrast",
      () => {
        const mean = average(grey(x.toArray() as number[][][]));
        return () => mean;
      },
    ],
    [
      "saturation",
      () => {
        const greys = grey(x.toArray() as number[][][]);
        return (i: number) => greys[i % 20];
      },
    ],
  ] as const)("%s blends with a factor", (name, other) => {
    const factors = Array.from({ length: 40 }, (_, n) =>
      factor(flat(changed(colorJitter({ [name]: 0.3 }), x, n)), other()),
    );
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.7);
    expect(Math.min(...factors)).toBeLessThan(0.8);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.3);
    expect(Math.max(...factors)).toBeGreaterThan(1.2);
  });

  test("hue turns the colour circle", () => {
    const colours = tensor([[[1, 0.5, 0.2, 0.4]], [[0, 0.5, 0.8, 0.4]], [[0, 0, 0.2, 0.4]]]);
    const angle = ([r, g, b]: number[]): number => Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b);
    const turns = Array.from({ length: 30 }, (_, n) => {
      const made = changed(colorJitter({ hue: 0.5 }), colours, n) as number[][][];
      const pixels = [0, 1, 2, 3].map((j) => made.map((channel) => channel[0][j]));
      // Value and chroma stay; grey has no hue.
      for (const [j, [value, chroma]] of [
        [1, 1],
        [0.5, 0.5],
        [0.8, 0.6],
        [0.4, 0],
      ].entries()) {
        expect(Math.max(...pixels[j])).toBeCloseTo(value, 6);
        expect(Math.max(...pixels[j]) - Math.min(...pixels[j])).toBeCloseTo(chroma, 6);
      }
      // At a sixth of a circle hue and angle agree, in between by 1.1° at most.
      const [red, , green] = pixels.map((pixel) => angle(pixel) / (2 * Math.PI));
      const around = green - red - 1 / 3;
      expect(Math.abs(around - Math.floor(around + 0.5))).toBeLessThan(0.007);
      return red;
    });
    expect(Math.max(...turns)).toBeGreaterThan(0.35);
    expect(Math.min(...turns)).toBeLessThan(-0.35);
    expect(() => colorJitter({ hue: 0.6 })).toThrow("hue is 0.6; half a circle is the most");
    expect(() => colorJitter({ brightness: -1 })).toThrow("brightness is -1");
    expect(() => colorJitter({})(numbers.ndarray, seed(0))).toThrow(
      "the image is [2, 3]; it must be [3, height, width]",
    );
  });

  test("all is clipped to [0, 1]", () => {
    const wild = flat(
      changed(colorJitter({ brightness: 3, contrast: 3, saturation: 3, hue: 0.5 }), image([3, 9, 9]), 2),
    );
    expect(Math.min(...wild)).toBe(0);
    expect(Math.max(...wild)).toBe(1);
  });

  test("noise has its deviation", () => {
    const off = flat(
      changed(gaussianNoise({ std: 0.3 }), tensor(new Float32Array(10000).fill(5), { shape: [100, 100] })),
    );
    expect(average(off)).toBeCloseTo(5, 1);
    expect(Math.abs(Math.sqrt(average(off.map((value) => (value - 5) * (value - 5)))) - 0.3)).toBeLessThan(
      0.01,
    );
    expect(() => gaussianNoise({ std: -1 })).toThrow("std is -1");
  });
});

test("resize has PyTorch's pixels, whose corners are not aligned", () => {
  expect(changed(resize([2, 6], { mode: "nearest" }), numbers)).toEqual([
    [1, 1, 2, 2, 3, 3],
    [4, 4, 5, 5, 6, 6],
  ]);
  expect(changed(resize([1, 3]), numbers)).toEqual([[2.5, 3.5, 4.5]]);
  expect(changed(resize([1, 1], { mode: "area" }), numbers)).toEqual([[3.5]]);
  expect(
    farthest(changed(resize([2, 6]), numbers), [
      [1, 1.25, 1.75, 2.25, 2.75, 3],
      [4, 4.25, 4.75, 5.25, 5.75, 6],
    ]),
  ).toBeLessThan(1e-6);
  expect(() => resize([2, 0])).toThrow("width is 0");
});
