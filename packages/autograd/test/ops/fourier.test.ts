/** Laws of the Fourier transform and of the convolutions beside it, on drawn numbers; slow sums as references. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/backward.js";
import { tensor } from "../../src/create.js";
import type { FloatDType } from "../../src/dtype.js";
import type { Tensor } from "../../src/graph.js";
import { add, mul } from "../../src/ops/elementwise.js";
import {
  complexConjugate,
  complexMul,
  type FourierNorm,
  fft,
  fftConv1d,
  fftConv2d,
  fftn,
  ifft,
  ifftn,
  irfft,
  irfftn,
  rfft,
  rfftn,
} from "../../src/ops/fourier.js";
import { concat, expand, narrow, permute, reshape, select } from "../../src/ops/layout.js";
import { localConv1d, localConv2d } from "../../src/ops/local-convolution.js";
import { sum } from "../../src/ops/reductions.js";
import { item, toTypedArray } from "../../src/read.js";
import { type Shape, sizeOf } from "../../src/shape.js";
import { words } from "../kernels/views.js";
import { bitDifference, difference } from "../support/compare.js";

const runs = { seed: 20_261_121, numRuns: 60 };

function drawn(shape: Shape, seed: number, dtype: FloatDType = "float64"): Tensor {
  const next = words(seed);
  const numbers = Array.from({ length: sizeOf(shape) }, () => next() / 0x80000000 - 1);
  return tensor(numbers, { shape, dtype });
}

function expectClose(actual: Tensor, expected: Tensor, absolute = 1e-12): void {
  const values = { shape: expected.shape, values: toTypedArray(expected) };
  expect(difference(actual, values, { relative: 1e-12, absolute })).toBeUndefined();
}

const length = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(41, 64, 74, 75, 97, 121, 128));
const norms = fc.constantFrom<FourierNorm>("backward", "forward", "ortho");
const dot = (x: Tensor, y: Tensor): number => item(sum(mul(x, y)));

/** The transform of each law, over lengths and seeds. */
function forAll(law: (n: number, seed: number, norm: FourierNorm) => void): void {
  fc.assert(fc.property(length, fc.nat(), norms, law), runs);
}

describe("the Fourier transform", () => {
  test("is linear", () => {
    forAll((n, seed, norm) => {
      const [x, y] = [drawn([n, 2], seed), drawn([n, 2], seed + 1)];
      expectClose(fft(add(mul(x, 3), y), { norm, axis: 0 }), add(mul(fft(x, { norm }), 3), fft(y, { norm })));
    });
  });

  test("is undone by its inverse", () => {
    forAll((n, seed, norm) => {
      const x = drawn([2, n, 2], seed);
      expectClose(ifft(fft(x, { norm }), { norm }), x);
      expectClose(fft(ifft(x, { norm }), { norm }), x);
      const real = drawn([n, 3], seed);
      expectClose(irfft(rfft(real, { norm, axis: 0 }), { norm, n, axis: 0 }), real);
    });
  });

  test("keeps energy (Parseval)", () => {
    forAll((n, seed) => {
      const x = drawn([n, 2], seed);
      const spectrum = fft(x, { norm: "ortho" });
      expect(dot(spectrum, spectrum)).toBeCloseTo(dot(x, x), 11);
      const real = drawn([n], seed);
      const half = rfft(real, { norm: "ortho" });
      // Of a real sequence each frequency stands for two, but for the first and, if n is even, the last.
      const ends = concat(
        n % 2 === 0 ? [narrow(half, 0, 0, 1), narrow(half, 0, n / 2, 1)] : [narrow(half, 0, 0, 1)],
      );
      expect(2 * dot(half, half) - dot(ends, ends)).toBeCloseTo(dot(real, real), 11);
    });
  });

  test("turns a shift into phases", () => {
    forAll((n, seed) => {
      const x = drawn([n, 2], seed);
      const by = seed % n;
      const shifted = concat([narrow(x, 0, n - by, by), narrow(x, 0, 0, n - by)]);
      // The transform of a one in the place `by` is the phases themselves.
      const impulse = tensor(
        Array.from({ length: 2 * n }, (_, i) => (i === 2 * by ? 1 : 0)),
        { shape: [n, 2], dtype: "float64" },
      );
      expectClose(fft(shifted), complexMul(fft(x), fft(impulse)));
    });
  });

  test("turns a circular convolution into a product", () => {
    forAll((n, seed) => {
      const [x, y] = [drawn([n], seed), drawn([n], seed + 1)];
      const [a, b] = [Array.from(toTypedArray(x)), toTypedArray(y)];
      const expected = Array.from({ length: n }, (_, t) =>
        a.reduce((s, each, j) => s + each * b[(t + n - j) % n], 0),
      );
      const product = complexMul(rfft(x), rfft(y));
      expectClose(irfft(product, { n }), tensor(expected, { dtype: "float64" }));
    });
  });

  test("of real numbers is the first half of the complex one", () => {
    forAll((n, seed, norm) => {
      const x = drawn([n, 2], seed);
      const complex = tensor(
        [...toTypedArray(x)].flatMap((each) => [each, 0]),
        { shape: [n, 2, 2], dtype: "float64" },
      );
      const whole = fft(complex, { norm, axis: 0 });
      expectClose(rfft(x, { norm, axis: 0 }), narrow(whole, 0, 0, Math.floor(n / 2) + 1));
    });
  });

  test("of conjugates is the inverse, conjugate", () => {
    forAll((n, seed) => {
      const x = drawn([n, 2], seed);
      expectClose(complexConjugate(fft(complexConjugate(x))), ifft(x, { norm: "forward" }));
    });
  });

  test("over several axes does not mind their order", () => {
    const shapes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 7 }), fc.nat(), norms);
    fc.assert(
      fc.property(shapes, ([h, w, seed, norm]) => {
        const x = drawn([h, w, 2], seed);
        expectClose(fftn(x, { norm }), fftn(x, { norm, axis: [1, 0] }));
        expectClose(fftn(permute(x, [1, 0, 2]), { norm }), permute(fftn(x, { norm }), [1, 0, 2]));
        expectClose(ifftn(fftn(x, { norm }), { norm }), x);
        const real = select(x, 0, { axis: -1 });
        expectClose(irfftn(rfftn(real, { norm }), { norm, shape: [h, w] }), real);
      }),
      runs,
    );
  });

  test("has an adjoint that is its transpose", () => {
    forAll((n, seed, norm) => {
      const transforms: readonly (readonly [(x: Tensor) => Tensor, Shape])[] = [
        [(x) => fft(x, { norm }), [n, 2]],
        [(x) => rfft(x, { norm }), [n]],
        [(x) => irfft(x, { norm, n }), [Math.floor(n / 2) + 1, 2]],
      ];
      for (const [transform, shape] of transforms) {
        const x = drawn(shape, seed);
        x.requiresGrad = true;
        const y = transform(x);
        const cotangent = drawn(y.shape, seed + 1);
        const [gradient] = gradients(y, [x], { gradient: cotangent });
        const v = drawn(shape, seed + 2);
        expect(dot(transform(v), cotangent)).toBeCloseTo(dot(v, gradient!), 11);
      }
    });
  });

  test("of a line does not depend on the lines beside it, in any bit", () => {
    forAll((n, seed) => {
      const rows = drawn([3, n], seed, "float32");
      const first = narrow(rows, 0, 0, 1);
      expect(bitDifference(narrow(rfft(rows), 0, 0, 1), rfft(first))).toBeUndefined();
      const bad = tensor(new Float32Array(n).fill(Number.NaN), { shape: [1, n] });
      expect(bitDifference(narrow(rfft(concat([bad, first])), 0, 1, 1), rfft(first))).toBeUndefined();
      const columns = permute(rows, [1, 0]);
      expect(bitDifference(rfft(columns, { axis: 0 }), permute(rfft(rows), [1, 0, 2]))).toBeUndefined();
    });
  });

  test("in float32 is that in float64, rounded once", () => {
    forAll((n, seed) => {
      const narrowX = drawn([n, 2], seed, "float32");
      const wide = fft(tensor([...toTypedArray(narrowX)], { shape: [n, 2], dtype: "float64" }));
      const rounded = tensor(Float32Array.from(toTypedArray(wide)), { shape: [n, 2] });
      expect(bitDifference(fft(narrowX), rounded)).toBeUndefined();
    });
  });
});

/** Where the windows lie: a length, a kernel, stride, padding and dilation with which it fits. */
const window = fc
  .record({
    kernel: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 0, max: 7 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ more, ...rest }) => {
    const reach = (rest.kernel - 1) * rest.dilation + 1;
    const size = Math.max(1, reach - 2 * rest.padding) + more;
    return { ...rest, size, places: Math.floor((size + 2 * rest.padding - reach) / rest.stride) + 1 };
  });
type Window = typeof window extends fc.Arbitrary<infer Value> ? Value : never;

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 3 }),
  outputs: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(),
});

const optionsOf = (axes: readonly Window[]) => ({
  stride: axes.map(({ stride }) => stride),
  padding: axes.map(({ padding }) => padding),
  dilation: axes.map(({ dilation }) => dilation),
});

/** All indices below a shape. */
function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (list, size) => list.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

const at = (x: Tensor, index: readonly number[]): number =>
  toTypedArray(x)[index.reduce((place, i, axis) => place * x.shape[axis] + i, 0)];

/** The sum that defines a convolution, in loops; `weightAt` tells the weight of an output, channel and tap at a place. */
function slowConvolution(
  x: Tensor,
  axes: readonly Window[],
  { outputs, channels, groups }: { outputs: number; channels: number; groups: number },
  weightAt: (place: readonly number[], o: number, c: number, tap: readonly number[]) => number,
): Tensor {
  const places = axes.map((axis) => axis.places);
  const values = indicesOf([x.shape[0], outputs, ...places]).map(([n, o, ...place]) => {
    let total = 0;
    for (let c = 0; c < channels; c++)
      for (const tap of indicesOf(axes.map(({ kernel }) => kernel))) {
        const index = tap.map((k, i) => place[i] * axes[i].stride + k * axes[i].dilation - axes[i].padding);
        if (index.some((each, i) => each < 0 || each >= axes[i].size)) continue;
        const channel = Math.floor(o / (outputs / groups)) * channels + c;
        total += at(x, [n, channel, ...index]) * weightAt(place, o, c, tap);
      }
    return total;
  });
  return tensor(values, { shape: [x.shape[0], outputs, ...places], dtype: "float64" });
}

describe.each([1, 2])("convolution over %i axes", (space) => {
  const axesDrawn = fc.array(window, { minLength: space, maxLength: space });
  const few = { ...runs, numRuns: 40 };

  test("by the Fourier transform is the sum that defines it", () => {
    fc.assert(
      fc.property(axesDrawn, sizes, (axes, { batch, channels, outputs, groups, seed }) => {
        const x = drawn([batch, channels * groups, ...axes.map(({ size }) => size)], seed);
        const weight = drawn([outputs * groups, channels, ...axes.map(({ kernel }) => kernel)], seed + 1);
        const convolve = space === 1 ? fftConv1d : fftConv2d;
        const expected = slowConvolution(
          x,
          axes,
          { outputs: outputs * groups, channels, groups },
          (_, o, c, tap) => at(weight, [o, c, ...tap]),
        );
        expectClose(convolve(x, weight, undefined, { ...optionsOf(axes), groups }), expected);
      }),
      few,
    );
  });

  test("with weights of its own at each place is the sum that defines it", () => {
    fc.assert(
      fc.property(axesDrawn, sizes, (axes, { batch, channels, outputs, seed }) => {
        const x = drawn([batch, channels, ...axes.map(({ size }) => size)], seed);
        const places = axes.map((axis) => axis.places);
        const weight = drawn([...places, outputs, channels, ...axes.map(({ kernel }) => kernel)], seed + 1);
        const convolve = space === 1 ? localConv1d : localConv2d;
        const expected = slowConvolution(x, axes, { outputs, channels, groups: 1 }, (place, o, c, tap) =>
          at(weight, [...place, o, c, ...tap]),
        );
        expectClose(convolve(x, weight, undefined, optionsOf(axes)), expected);
      }),
      few,
    );
  });

  test("with the same weights at all places is the one with shared weights", () => {
    fc.assert(
      fc.property(axesDrawn, sizes, (axes, { batch, channels, outputs, seed }) => {
        const x = drawn([batch, channels, ...axes.map(({ size }) => size)], seed);
        const places = axes.map((axis) => axis.places);
        const weight = drawn([outputs, channels, ...axes.map(({ kernel }) => kernel)], seed + 1);
        const bias = drawn([outputs], seed + 2);
        const [local, shared] =
          space === 1 ? ([localConv1d, fftConv1d] as const) : ([localConv2d, fftConv2d] as const);
        const everywhere = expand(weight, [...places, ...weight.shape]);
        const spread = expand(reshape(bias, [outputs, ...places.map(() => 1)]), [outputs, ...places]);
        expectClose(local(x, everywhere, spread, optionsOf(axes)), shared(x, weight, bias, optionsOf(axes)));
      }),
      few,
    );
  });
});
