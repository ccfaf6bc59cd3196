/** Pooling over sizes that samples do not reach, against loops that say what it is. */
import { describe, expect, test } from "vitest";
import { bytesOf, type DType } from "../../src/dtype.js";
import { placeChosen } from "../../src/kernels/pooling/chosen.js";
import { windowMaxima } from "../../src/kernels/pooling/maximum.js";
import { spreadMeans, windowMeans } from "../../src/kernels/pooling/mean.js";
import { adaptiveSpans, type Sliding, type Spans, slidingSpans } from "../../src/kernels/pooling/spans.js";
import { sizeOf } from "../../src/shape.js";
import { allocateView, type View } from "../../src/storage.js";

interface Pooling {
  readonly planes: number;
  readonly spans: readonly Spans[];
}

/** Whole numbers, some of them equal, and a NaN here and there where the dtype has it. */
function filled(dtype: DType, shape: readonly number[]): View {
  const view = allocateView(dtype, shape);
  const numbers = view.data.writable;
  let state = 12345;
  for (let i = 0; i < sizeOf(shape); i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const value = ((state >>> 8) % 201) - 100;
    numbers[view.offset + i] = dtype.startsWith("float") && value === 77 ? Number.NaN : value;
  }
  return view;
}

const valuesOf = ({ data, shape, offset }: View): number[] =>
  Array.from(data.data.subarray(offset, offset + sizeOf(shape)));

/** The places of the windows of a plane, each in row-major order. */
function windowsOf(spans: readonly Spans[]): number[][] {
  let windows: number[][] = [[0]];
  for (const { size, starts, ends, step } of spans)
    windows = windows.flatMap((places) =>
      Array.from(starts, (start, i) => {
        const along: number[] = [];
        for (let place = start; place < ends[i]; place += step) along.push(place);
        return places.flatMap((place) => along.map((each) => place * size + each));
      }),
    );
  return windows;
}

const sliding = (kernelSize: number, stride: number, padding = 0, dilation = 1): Sliding => ({
  kernelSize,
  stride,
  padding,
  dilation,
  ceilMode: padding > 0,
});

const poolings: Readonly<Record<string, Pooling>> = {
  "2 by 2, in several pieces": {
    planes: 100,
    spans: [slidingSpans(24, sliding(2, 2)), slidingSpans(24, sliding(2, 2))],
  },
  "3 by 3 with padding": {
    planes: 5,
    spans: [slidingSpans(17, sliding(3, 2, 1)), slidingSpans(23, sliding(3, 1, 1))],
  },
  "2 by 2, of rows of one vector and less": {
    planes: 3,
    spans: [slidingSpans(6, sliding(2, 2)), slidingSpans(10, sliding(2, 2))],
  },
  "2 by 2, with a row and a column left over": {
    planes: 3,
    spans: [slidingSpans(7, sliding(2, 2)), slidingSpans(9, sliding(2, 2))],
  },
  "every fourth": { planes: 2, spans: [slidingSpans(9, sliding(1, 3)), slidingSpans(50, sliding(3, 4))] },
  dilated: {
    planes: 2,
    spans: [slidingSpans(15, sliding(3, 1, 1, 4)), slidingSpans(31, sliding(2, 2, 1, 3))],
  },
  "a sequence": { planes: 3, spans: [slidingSpans(4001, sliding(5, 3))] },
  "a volume": {
    planes: 2,
    spans: [
      slidingSpans(5, sliding(2, 1)),
      slidingSpans(7, sliding(3, 2)),
      slidingSpans(9, sliding(2, 2, 1)),
    ],
  },
  adaptive: { planes: 3, spans: [adaptiveSpans(13, 5), adaptiveSpans(29, 12)] },
  "adaptive to more": { planes: 3, spans: [adaptiveSpans(4, 7), adaptiveSpans(5, 9)] },
};

const sizesOf = (spans: readonly Spans[]): number[] => spans.map(({ size }) => size);
const countsOf = (spans: readonly Spans[]): number[] => spans.map(({ starts }) => starts.length);

describe.each(Object.entries(poolings))("%s", (_, { planes, spans }) => {
  const windows = windowsOf(spans);
  const plane = sizeOf(sizesOf(spans));
  const shape = [planes, ...countsOf(spans)];

  test.each(["float32", "float64", "int32", "uint8"] as const)(
    "has the maxima of %s and their places",
    (dtype) => {
      const x = filled(dtype, [planes, ...sizesOf(spans)]);
      const [values, indices] = [allocateView(dtype, shape), allocateView("int32", shape)];
      windowMaxima(x, values, indices, spans);
      const numbers = valuesOf(x);
      const expected = Array.from({ length: planes }, (__, p) =>
        windows.map((places) => {
          const own = places.map((place) => numbers[p * plane + place]);
          const nan = own.findIndex(Number.isNaN);
          return places[nan >= 0 ? nan : own.indexOf(Math.max(...own))];
        }),
      );
      expect(valuesOf(indices)).toEqual(expected.flat());
      expect(valuesOf(values)).toEqual(
        expected.flatMap((places, p) => places.map((place) => numbers[p * plane + place])),
      );
    },
  );
});

describe.each(Object.entries(poolings))("%s", (_, { planes, spans }) => {
  const plane = sizeOf(sizesOf(spans));
  const shape = [planes, ...countsOf(spans)];

  test.each(["float32", "float64"] as const)("has %s placed where the maxima were", (dtype) => {
    const x = filled(dtype, [planes, ...sizesOf(spans)]);
    const [values, indices] = [allocateView(dtype, shape), allocateView("int32", shape)];
    windowMaxima(x, values, indices, spans);
    const g = filled(dtype, shape);
    const out = allocateView(dtype, [planes, ...sizesOf(spans)]);
    placeChosen(g, indices, out, spans);
    const expected = new Array<number>(planes * plane).fill(0);
    const places = valuesOf(indices);
    // Whole numbers: their sums are exact.
    for (const [i, number] of valuesOf(g).entries())
      expected[Math.floor(i / (places.length / planes)) * plane + places[i]] += number;
    expect(valuesOf(out)).toEqual(expected);
  });

  test("refuses a place outside of the planes", () => {
    const indices = allocateView("int32", shape);
    indices.data.writable[indices.offset + 1] = plane;
    const out = allocateView("float32", [planes, ...sizesOf(spans)]);
    const isSquare = plane === 4 * windowsOf(spans).length;
    const place = (): void => placeChosen(filled("float32", shape), indices, out, spans);
    if (isSquare) expect(place).not.toThrow();
    else expect(place).toThrow(/the index/);
  });
});

// Means have no gaps between places.
const gapless = Object.entries(poolings).filter(([, { spans }]) => spans.every(({ step }) => step === 1));

describe.each(gapless)("%s", (_, { planes, spans }) => {
  const windows = windowsOf(spans);
  const plane = sizeOf(sizesOf(spans));
  const shape = [planes, ...countsOf(spans)];
  const single = spans.map((each) => ({ ...each, divisors: each.divisors.map(() => 1) }));

  test.each(["float32", "float64"] as const)("has the means of %s", (dtype) => {
    const x = filled(dtype, [planes, ...sizesOf(spans)]);
    const means = allocateView(dtype, shape);
    windowMeans(x, means, single);
    const numbers = valuesOf(x);
    // Whole numbers: their sums are exact in any order.
    const expected = Array.from({ length: planes }, (__, p) =>
      windows.map((places) => places.reduce((sum, place) => sum + numbers[p * plane + place], 0)),
    );
    expect(valuesOf(means)).toEqual(expected.flat());
  });

  test("spreads means over their windows", () => {
    const g = filled("int32", shape);
    const x = allocateView("float64", shape);
    const numbers = valuesOf(g);
    x.data.writable.set(numbers, x.offset);
    const out = allocateView("float64", [planes, ...sizesOf(spans)]);
    spreadMeans(x, out, single);
    const expected = new Array<number>(planes * plane).fill(0);
    for (let p = 0; p < planes; p++)
      windows.forEach((places, w) => {
        for (const place of places) expected[p * plane + place] += numbers[p * windows.length + w];
      });
    expect(valuesOf(out)).toEqual(expected);
  });
});

// In the project with little memory this plane does not fit.
test("a plane too large for the memory is pooled with the same bits", () => {
  const size = 1500;
  const spans = [slidingSpans(size, sliding(3, 2, 1)), slidingSpans(size, sliding(2, 2))];
  const x = filled("float64", [1, size, size]);
  expect(sizeOf(x.shape) * bytesOf.float64).toBeGreaterThan(16 * 1024 * 1024);
  const shape = [1, ...countsOf(spans)];
  const [values, indices, means] = [
    allocateView("float64", shape),
    allocateView("int32", shape),
    allocateView("float64", shape),
  ];
  windowMaxima(x, values, indices, spans);
  windowMeans(x, means, spans);
  const last = shape[2];
  for (const [row, column] of [
    [0, 0],
    [1, 1],
    [400, 700],
    [749, 749],
  ]) {
    const lines = [2 * row - 1, 2 * row, 2 * row + 1].filter((line) => line >= 0);
    const places = lines.flatMap((line) => [line * size + 2 * column, line * size + 2 * column + 1]);
    const own = places.map((place) => x.data.get(x.offset + place));
    const nan = own.findIndex(Number.isNaN);
    const at = nan >= 0 ? nan : own.indexOf(Math.max(...own));
    expect(indices.data.get(indices.offset + row * last + column)).toBe(places[at]);
    expect(values.data.get(values.offset + row * last + column)).toBe(own[at]);
    expect(means.data.get(means.offset + row * last + column)).toBe(
      own.reduce((sum, value) => sum + value) / 6,
    );
  }
});
