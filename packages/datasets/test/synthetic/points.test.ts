import { Generator } from "@wengert/autograd";
import {
  blobs,
  circles,
  moons,
  type Points,
  regressionSurface,
  type SurfaceName,
  spirals,
  surfaces,
  xor,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { expectSeeded, mean, samples } from "./support.js";

/** Places by class. */
function groups(dataset: Points): number[][][] {
  const found: number[][][] = [];
  for (const [x, y] of samples(dataset)) {
    expect([x.dtype, y.shape, y.dtype]).toEqual(["float32", [], "int32"]);
    found[y.item()] = [...(found[y.item()] ?? []), [...x.toTypedArray()]];
  }
  return found;
}
const radius = ([x, y]: number[]): number => Math.hypot(x, y);

test.each(Object.entries({ moons, circles, spirals, xor }))(
  "%s are seeded, in classes of equal size",
  (_, make) => {
    expectSeeded((options) => make(options));
    const sizes = groups(make({ count: 60 })).map(({ length }) => length);
    expect(new Set(sizes).size).toBe(1);
    expect(() => make({ noise: -1 })).toThrow("noise is -1");
  },
);

describe("without noise points lie on their curves", () => {
  test("moons", () => {
    const [upper, lower] = groups(moons({ noise: 0, count: 200 }));
    for (const [x, y] of upper) {
      expect(radius([x, y])).toBeCloseTo(1, 5);
      expect(y).toBeGreaterThanOrEqual(0);
    }
    for (const [x, y] of lower) {
      expect(radius([x - 1, y - 0.5])).toBeCloseTo(1, 5);
      expect(y).toBeLessThanOrEqual(0.5);
    }
  });

  test("circles", () => {
    const [outer, inner] = groups(circles({ noise: 0, factor: 0.3, count: 200 }));
    for (const place of outer) expect(radius(place)).toBeCloseTo(1, 5);
    for (const place of inner) expect(radius(place)).toBeCloseTo(0.3, 5);
    for (const axis of [0, 1]) expect(Math.abs(mean(outer.map((place) => place[axis])))).toBeLessThan(0.2);
    expect(() => circles({ factor: 2 })).toThrow("factor is 2; it must be from 0 to 1");
  });

  test("spirals", () => {
    for (const [group, places] of groups(spirals({ noise: 0, classes: 3, turns: 1, count: 150 })).entries())
      for (const [x, y] of places) {
        const turned = Math.atan2(y, x) / (2 * Math.PI) - radius([x, y]) - group / 3;
        expect(Math.abs(turned - Math.floor(turned + 0.5))).toBeLessThan(1e-5);
        expect(radius([x, y])).toBeGreaterThanOrEqual(0.1);
      }
    expect(() => spirals({ classes: 1 })).toThrow("classes is 1");
  });

  test("xor", () => {
    const [alike, different] = groups(xor({ noise: 0, count: 100 }));
    expect(new Set(alike.map(String))).toEqual(new Set(["1,1", "-1,-1"]));
    expect(new Set(different.map(String))).toEqual(new Set(["1,-1", "-1,1"]));
  });
});

test("noise has its deviation", () => {
  const [alike] = groups(xor({ noise: 0.2, count: 3000 }));
  const squares = alike
    .flatMap((place) => place.map((each) => Math.abs(each) - 1))
    .map((each) => each * each);
  expect(Math.sqrt(mean(squares))).toBeCloseTo(0.2, 1);
});

describe("blobs", () => {
  test("lie around given centers with their deviations", () => {
    expectSeeded((options) => blobs(options));
    const found = groups(
      blobs({
        centers: [
          [5, 0, 1],
          [-5, 2, 3],
        ],
        std: [0.5, 2],
        count: 2000,
      }),
    );
    for (const [i, center] of [
      [5, 0, 1],
      [-5, 2, 3],
    ].entries())
      for (const [axis, each] of center.entries()) {
        const values = found[i].map((place) => place[axis]);
        const deviation = Math.sqrt(
          mean(values.map((value) => (value - mean(values)) * (value - mean(values)))),
        );
        expect(Math.abs(mean(values) - each)).toBeLessThan(0.25);
        expect(Math.abs(deviation / [0.5, 2][i] - 1)).toBeLessThan(0.1);
      }
  });

  test("drawn centers are the same for each set of a generator, or of its seed", () => {
    const generator = new Generator(4);
    const centers = (of: Generator): number[][] =>
      groups(blobs({ centers: 4, features: 3, std: 0, count: 4, generator: of })).map(([place]) => place);
    const first = centers(generator);
    expect(centers(generator)).toEqual(first);
    expect(centers(new Generator(4))).toEqual(first);
    expect(centers(new Generator(5))).not.toEqual(first);
    expect(first.flat().every((each) => Math.abs(each) <= 10)).toBe(true);
  });

  test("refuses what makes no sense", () => {
    expect(() => blobs({ centers: [] })).toThrow("give one center at least");
    expect(() => blobs({ centers: [[1], [1, 2]] })).toThrow("all with as many coordinates");
    expect(() => blobs({ centers: 0 })).toThrow("centers is 0");
    expect(() => blobs({ std: [1] })).toThrow("std is [1] for 3 centers");
    expect(() => blobs({ std: -1 })).toThrow("none negative");
    expect(() => blobs({ features: 0 })).toThrow("features is 0");
  });
});

describe("regressionSurface", () => {
  // Values worked out with NumPy.
  test.each<[SurfaceName, number[], number]>([
    ["plane", [0.5, -1], 3],
    ["saddle", [0.5, -1], -0.75],
    ["ripple", [3, 4], -0.1917848549326277],
    ["ripple", [0, 0], 1],
    ["peaks", [0.5, -1.2], -3.9924326634209377],
    ["franke", [0.2, 0.3], 1.0989476467031518],
    ["friedman1", [0.1, 0.2, 0.3, 0.4, 0.5, 9, 9, 9, 9, 9], 7.927905195293134],
  ])("%s", (name, x, value) => {
    expect(surfaces[name].value(x)).toBeCloseTo(value, 10);
  });

  test("samples lie on the surface, all over its domain", () => {
    expectSeeded((options) => regressionSurface(options));
    for (const surface of Object.keys(surfaces) as SurfaceName[]) {
      const { inputs, low, high, value } = surfaces[surface];
      const found = samples(regressionSurface({ surface, noise: 0, count: 200 }));
      for (const [x, y] of found) {
        expect([x.shape, y.shape]).toEqual([[inputs], [1]]);
        expect(y.item()).toBeCloseTo(value(x.toTypedArray()), 4);
      }
      const places = found.flatMap(([x]) => [...x.toTypedArray()]);
      expect(Math.min(...places)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...places)).toBeLessThan(high);
      expect(Math.max(...places) - Math.min(...places)).toBeGreaterThan(0.9 * (high - low));
    }
    const off = samples(regressionSurface({ surface: "plane", noise: 0.3, generator: new Generator(1) })).map(
      ([x, y]) => y.item() - surfaces.plane.value(x.toTypedArray()),
    );
    expect(Math.sqrt(mean(off.map((each) => each * each)))).toBeCloseTo(0.3, 1);
    expect(() => regressionSurface({ surface: "toString" as "plane" })).toThrow(
      'there is no surface "toString"; there are plane',
    );
    expect(() => regressionSurface({ noise: -1 })).toThrow("noise is -1");
  });
});
