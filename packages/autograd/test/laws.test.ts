/** Laws that hold for all inputs, tried on drawn ones. */
import fc from "fast-check";
import ndarray from "ndarray";
import ndarrayOps from "ndarray-ops";
import { describe, expect, test } from "vitest";
import { gradients } from "../src/backward.js";
import { tensor } from "../src/create.js";
import { allocate, type DType, type FloatDType } from "../src/dtype.js";
import { Tensor } from "../src/graph.js";
import { relu, sigmoid } from "../src/ops/activations.js";
import { linear, matmul } from "../src/ops/contraction.js";
import {
  abs,
  add,
  clamp,
  clone,
  div,
  equal,
  greater,
  greaterEqual,
  lerp,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  reciprocal,
  sign,
  sqrt,
  square,
  sub,
  to,
  where,
} from "../src/ops/elementwise.js";
import { embedding, gather, indexAdd, indexSelect, oneHot, scatterAdd } from "../src/ops/indexing.js";
import {
  concat,
  contiguous,
  expand,
  flatten,
  permute,
  reshape,
  slice,
  split,
  squeeze,
  stack,
  transpose,
  unbind,
  unsqueeze,
} from "../src/ops/layout.js";
import * as reductions from "../src/ops/reductions.js";
import { logSoftmax, mean, softmax, sum } from "../src/ops/reductions.js";
import { cos, exp, log, sin, tanh } from "../src/ops/transcendental.js";
import { toTypedArray } from "../src/read.js";
import { broadcast, type Shape, sameShape, sizeOf } from "../src/shape.js";
import { makeView, Storage } from "../src/storage.js";
import { words } from "./kernels/views.js";
import { bitDifference } from "./support/compare.js";

// The same draws in every run: what is found must be found again.
fc.configureGlobal({ seed: 20_231_107, numRuns: 150 });

function expectSameBits(actual: Tensor, expected: Tensor): void {
  expect(bitDifference(actual, expected)).toBeUndefined();
}

/** How an axis of a view lies in memory. */
interface Axis {
  readonly step: number;
  readonly backwards: boolean;
  readonly repeated: boolean;
  readonly padding: number;
}

/** A view of some shape on memory of its own: any order of axes, steps, gaps, strides of 0. */
interface Drawn {
  readonly shape: Shape;
  readonly axes: readonly Axis[];
  readonly order: readonly number[];
  readonly seed: number;
}

const axis: fc.Arbitrary<Axis> = fc.record({
  step: fc.constantFrom(1, 1, 2, 3),
  backwards: fc.boolean(),
  repeated: fc.constantFrom(false, false, false, true),
  padding: fc.constantFrom(0, 0, 1),
});

function drawnOf(shape: Shape): fc.Arbitrary<Drawn> {
  const axes = shape.map((_, i) => i);
  return fc.record({
    shape: fc.constant(shape),
    axes: fc.array(axis, { minLength: shape.length, maxLength: shape.length }),
    order: fc.shuffledSubarray(axes, { minLength: shape.length, maxLength: shape.length }),
    seed: fc.nat(),
  });
}

const length = fc.constantFrom(0, 1, 2, 3, 3, 4, 5, 9);
const shapes = (minLength: number, maxLength = 4): fc.Arbitrary<Shape> =>
  fc.array(length, { minLength, maxLength });
const drawn = (minLength: number, maxLength = 4): fc.Arbitrary<Drawn> =>
  shapes(minLength, maxLength).chain(drawnOf);

const specials = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

/** @param whole small integers alone, for which sums are exact in any order */
function view({ shape, axes, order, seed }: Drawn, dtype: DType, { whole = false } = {}): Tensor {
  const stride = shape.map(() => 0);
  let size = 1;
  let offset = 0;
  // From the innermost axis in memory to the outermost.
  for (const i of order.toReversed()) {
    const { step, backwards, repeated, padding } = axes[i];
    if (repeated) continue;
    stride[i] = backwards ? -size * step : size * step;
    if (backwards) offset += size * step * Math.max(0, shape[i] - 1);
    size *= step * Math.max(1, shape[i]) + padding;
  }
  const next = words(seed);
  const numbers = allocate(dtype, size).map(() => {
    const drawn = next();
    if (dtype === "bool") return drawn & 1;
    if (dtype === "uint8") return drawn & 255;
    if (dtype === "int32" || whole) return (drawn % 19) - 9;
    return drawn % 16 === 0 ? specials[(drawn >>> 8) % specials.length] : drawn / 0x40000000 - 2;
  });
  return new Tensor(makeView(new Storage(dtype, numbers), shape, stride, offset));
}

/** The same numbers, dense and in a storage of their own. */
function copyOf(x: Tensor): Tensor {
  return tensor(toTypedArray(x), { shape: x.shape, dtype: x.dtype });
}

function leaf(x: Tensor): Tensor {
  const made = copyOf(x);
  made.requiresGrad = true;
  return made;
}

/** Σ x·y, of integers: exact. */
function dot(x: Tensor, y: Tensor): number {
  const [a, b] = [toTypedArray(x), toTypedArray(y)];
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

/** ⟨Ax, v⟩ = ⟨x, Aᵀv⟩ for integers, where both sides are exact. */
function expectAdjoint(map: (x: Tensor) => Tensor, x: Tensor, seed: number): void {
  const input = leaf(x);
  const out = map(input);
  const next = words(seed);
  const v = tensor(
    Float64Array.from({ length: out.size }, () => (next() % 19) - 9),
    { shape: out.shape },
  );
  const [transposed] = gradients(out, [input], { gradient: v });
  expect(dot(out, v)).toBe(transposed === null ? 0 : dot(input, transposed));
}

const wholeView = (each: Drawn): Tensor => view(each, "float64", { whole: true });

describe("a linear op and its gradient are adjoint", () => {
  const maps: Readonly<Record<string, (x: Tensor, k: number) => Tensor>> = {
    neg: (x) => neg(x),
    mul: (x) => mul(x, -3),
    add: (x) => add(x, x),
    sub: (x) => sub(x, mul(x, 2)),
    flatten: (x) => flatten(x),
    permute: (x, k) =>
      permute(
        x,
        x.shape.map((_, i) => (i + k) % x.rank),
      ),
    transpose: (x, k) => transpose(x, k % x.rank, 0),
    expand: (x) => expand(unsqueeze(x, 0), [3, ...x.shape]),
    slice: (x, k) => slice(x, { axis: k % x.rank, start: k % 3, step: 1 + (k % 2) }),
    "slice backwards": (x, k) => slice(x, { axis: k % x.rank, step: -1 - (k % 2) }),
    concat: (x, k) => concat([x, mul(x, 2), x], { axis: k % x.rank }),
    stack: (x, k) => stack([x, mul(x, 2)], { axis: k % (x.rank + 1) }),
    split: (x, k) => concat(split(x, 2, { axis: k % x.rank }).toReversed(), { axis: k % x.rank }),
    unbind: (x, k) =>
      stack(unbind(concat([x, twoMore(x, k)], { axis: k % x.rank }), { axis: k % x.rank }).toReversed()),
    sum: (x, k) => sum(x, { axis: k % x.rank }),
    "sum of two": (x, k) => sum(x, { axis: k % x.rank === 0 ? [0] : [0, k % x.rank], keepDims: true }),
    "sum of all": (x) => sum(x),
    indexSelect: (x, k) =>
      x.shape[k % x.rank] === 0 ? x : indexSelect(x, indices(7, x.shape[k % x.rank]), { axis: k % x.rank }),
    gather: (x) => (x.shape[0] === 0 ? x : gather(x, indices(x.shape, x.shape[0]))),
  };

  test.each(Object.entries(maps))("%s", (_, map) => {
    fc.assert(
      fc.property(drawn(1, 4), fc.nat(100), fc.nat(), (each, k, seed) => {
        expectAdjoint((x) => map(x, k), wholeView(each), seed);
      }),
    );
  });

  const sides = fc.tuple(
    length,
    length,
    length,
    fc.constantFrom<Shape>([], [2], [3, 1]),
    fc.constantFrom<Shape>([], [1], [2]),
  );

  test("matmul, in each operand", () => {
    const operands = sides.chain(([m, k, n, left, right]) =>
      fc.tuple(drawnOf([...left, m, k]), drawnOf([...right, k, n]), fc.nat()),
    );
    fc.assert(
      fc.property(operands, ([x, y, seed]) => {
        expectAdjoint((each) => matmul(each, wholeView(y)), wholeView(x), seed);
        expectAdjoint((each) => matmul(wholeView(x), each), wholeView(y), seed);
      }),
    );
  });

  test("linear, in each operand", () => {
    const operands = sides.chain(([m, k, n, left]) =>
      fc.tuple(drawnOf([...left, m, k]), drawnOf([n, k]), drawnOf([n]), fc.nat()),
    );
    fc.assert(
      fc.property(operands, ([x, weight, bias, seed]) => {
        const zero = mul(wholeView(bias), 0);
        expectAdjoint((each) => linear(each, wholeView(weight), zero), wholeView(x), seed);
        expectAdjoint((each) => linear(wholeView(x), each, zero), wholeView(weight), seed);
        expectAdjoint((each) => linear(mul(wholeView(x), 0), wholeView(weight), each), wholeView(bias), seed);
      }),
    );
  });

  test("indexAdd and scatterAdd, in what is added", () => {
    fc.assert(
      fc.property(drawn(1, 3), fc.nat(), (each, seed) => {
        const values = wholeView(each);
        const base = tensor(new Float64Array(sizeOf([5, ...each.shape.slice(1)])), {
          shape: [5, ...each.shape.slice(1)],
        });
        expectAdjoint((x) => indexAdd(base, indices(x.shape[0], 5), x), values, seed);
        expectAdjoint((x) => scatterAdd(base, indices(x.shape, 5), x), values, seed);
      }),
    );
  });
});

/** Indices below `size` that repeat some and leave out others. */
function indices(shape: Shape | number, size: number): Tensor {
  const wanted = typeof shape === "number" ? [shape] : shape;
  return tensor(
    Int32Array.from({ length: sizeOf(wanted) }, (_, i) => (i * i + 2) % size),
    { shape: wanted },
  );
}

/** Two more to join `x` along an axis, so that there is something to unbind. */
function twoMore(x: Tensor, k: number): Tensor {
  const at = k % x.rank;
  return expand(sum(x, { axis: at, keepDims: true }), x.shape.with(at, 2));
}

type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, y: Tensor) => Tensor;

const unary: Readonly<Record<string, Unary>> = {
  neg,
  square,
  sqrt,
  reciprocal,
  abs,
  sign,
  exp,
  log,
  sin,
  cos,
  tanh,
  sigmoid,
  relu,
  logicalNot,
  clone,
};

const binary: Readonly<Record<string, Binary>> = {
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  equal,
  notEqual,
  less,
  lessEqual,
  greater,
  greaterEqual,
  logicalAnd,
  logicalOr,
};

const dtype = fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "bool");
const float = fc.constantFrom<FloatDType>("float32", "float64");

describe("a view is as good as a copy, to the bit", () => {
  const anyRank: Readonly<Record<string, Unary>> = {
    ...unary,
    toFloat32: (x) => to(x, "float32"),
    toFloat64: (x) => to(x, "float64"),
    toInt32: (x) => to(x, "int32"),
    toUint8: (x) => to(x, "uint8"),
    toBool: (x) => to(x, "bool"),
    contiguous: (x) => contiguous(x),
    flatten: (x) => flatten(x),
    where: (x) => where(x, 1, x),
    clamp: (x) => clamp(x, { min: -0.5, max: 0.5 }),
    lerp: (x) => lerp(x, 1, x),
    sum: (x) => sum(x),
    mean: (x) => mean(x),
    logSumExp: (x) => reductions.logSumExp(x),
  };
  const alongAxis: Readonly<Record<string, (x: Tensor, axis: number) => Tensor>> = {
    sum: (x, axis) => sum(x, { axis }),
    mean: (x, axis) => mean(x, { axis }),
    logSumExp: (x, axis) => reductions.logSumExp(x, { axis }),
    softmax: (x, axis) => softmax(x, { axis }),
    logSoftmax: (x, axis) => logSoftmax(x, { axis }),
    concat: (x, axis) => concat([x, x], { axis }),
  };
  const ofSome: Readonly<Record<string, (x: Tensor, axis: number) => Tensor>> = {
    max: (x, axis) => reductions.max(x, { axis }).values,
    "index of max": (x, axis) => reductions.max(x, { axis }).indices,
    min: (x, axis) => reductions.min(x, { axis }).values,
    "index of min": (x, axis) => reductions.min(x, { axis }).indices,
    amax: (x, axis) => reductions.amax(x, { axis }),
    amin: (x, axis) => reductions.amin(x, { axis }),
    indexSelect: (x, axis) => indexSelect(x, indices(6, x.shape[axis]), { axis }),
    gather: (x, axis) => gather(x, indices(x.shape, x.shape[axis]), { axis }),
  };

  test.each(Object.entries(anyRank))("%s", (_, op) => {
    fc.assert(
      fc.property(drawn(0), dtype, (each, type) => {
        const x = view(each, type);
        expectSameBits(op(x), op(copyOf(x)));
      }),
    );
  });

  test.each([...Object.entries(alongAxis), ...Object.entries(ofSome)])("%s along an axis", (name, op) => {
    fc.assert(
      fc.property(drawn(1), dtype, fc.nat(3), (each, type, k) => {
        const x = view(each, type);
        const axis = k % x.rank;
        fc.pre(!(name in ofSome) || x.shape[axis] > 0);
        expectSameBits(op(x, axis), op(copyOf(x), axis));
      }),
    );
  });

  test.each(Object.entries(binary))("%s", (_, op) => {
    const pairs = shapes(0).chain((shape) => fc.tuple(drawnOf(shape), drawnOf(shape)));
    fc.assert(
      fc.property(pairs, dtype, dtype, ([a, b], type, other) => {
        const [x, y] = [view(a, type), view(b, other)];
        expectSameBits(op(x, y), op(copyOf(x), copyOf(y)));
      }),
    );
  });

  test("matmul", () => {
    const operands = fc
      .tuple(length, fc.constantFrom(1, 2, 3, 8, 17, 300), length)
      .chain(([m, k, n]) => fc.tuple(drawnOf([2, m, k]), drawnOf([k, n])));
    fc.assert(
      fc.property(operands, float, ([a, b], type) => {
        const [x, y] = [view(a, type), view(b, type)];
        expectSameBits(matmul(x, y), matmul(copyOf(x), copyOf(y)));
      }),
    );
  });
});

describe("moving numbers there and back", () => {
  test("reshape", () => {
    fc.assert(
      fc.property(drawn(0), dtype, (each, type) => {
        const x = view(each, type);
        expectSameBits(reshape(flatten(x), x.shape), x);
        expectSameBits(reshape(reshape(x, x.shape.toReversed()), x.shape), x);
      }),
    );
  });

  test("permute", () => {
    fc.assert(
      fc.property(drawn(0), dtype, (each, type) => {
        const x = view(each, type);
        const { order } = each;
        const inverse = order.map((_, i) => order.indexOf(i));
        expectSameBits(permute(permute(x, order), inverse), x);
      }),
    );
  });

  test("slice, squeeze, transpose", () => {
    fc.assert(
      fc.property(drawn(1), dtype, fc.nat(3), (each, type, k) => {
        const x = view(each, type);
        const axis = k % x.rank;
        expectSameBits(slice(slice(x, { axis, step: -1 }), { axis, step: -1 }), x);
        expectSameBits(squeeze(unsqueeze(x, axis), axis), x);
        expectSameBits(transpose(transpose(x, axis, 0), axis, 0), x);
      }),
    );
  });

  test("split and concat, unbind and stack", () => {
    fc.assert(
      fc.property(drawn(1), dtype, fc.nat(3), fc.integer({ min: 1, max: 4 }), (each, type, k, size) => {
        const x = view(each, type);
        const axis = k % x.rank;
        expectSameBits(concat(split(x, size, { axis }), { axis }), x);
        if (x.shape[axis] > 0) expectSameBits(stack(unbind(x, { axis }), { axis }), x);
      }),
    );
  });

  test("conversions to a wider dtype", () => {
    fc.assert(
      fc.property(drawn(0), dtype, (each, type) => {
        const x = view(each, type);
        for (const wider of ["float64", ...(type === "float64" ? [] : ["float32" as const])] as const)
          if (type !== "int32" || wider === "float64") expectSameBits(to(to(x, wider), type), x);
      }),
    );
  });
});

describe("broadcasting", () => {
  /** Two shapes that broadcast: some axes of one of them are 1, and some of its first are left out. */
  const pairs = fc
    .tuple(
      shapes(0),
      fc.array(fc.constantFrom("x", "y", "both"), { minLength: 4, maxLength: 4 }),
      fc.nat(4),
      fc.nat(4),
    )
    .chain(([shape, who, dropX, dropY]) => {
      const keep = (name: string): number[] =>
        shape.map((n, i) => (who[i] === name || who[i] === "both" ? n : 1));
      return fc.tuple(
        drawnOf(keep("x").slice(dropX % (shape.length + 1))),
        drawnOf(keep("y").slice(dropY % (shape.length + 1))),
      );
    });

  test.each(Object.entries(binary))("%s does as if its operands were expanded", (_, op) => {
    fc.assert(
      fc.property(pairs, dtype, dtype, ([a, b], type, other) => {
        const [x, y] = [view(a, type), view(b, other)];
        const shape = broadcast("test", [x.shape, y.shape]);
        expectSameBits(op(x, y), op(copyOf(expand(x, shape)), copyOf(expand(y, shape))));
      }),
    );
  });

  test("gives the gradients of the expansion", () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const [x, y] = [leaf(wholeView(a)), leaf(wholeView(b))];
        const shape = broadcast("test", [x.shape, y.shape]);
        const implicit = gradients(sum(mul(mul(x, y), y)), [x, y]);
        const explicit = gradients(sum(mul(mul(expand(x, shape), expand(y, shape)), expand(y, shape))), [
          x,
          y,
        ]);
        implicit.forEach((gradient, i) => {
          expect(sameShape(gradient!.shape, [x, y][i].shape)).toBe(true);
          expectSameBits(add(gradient!, 0), add(explicit[i]!, 0));
        });
      }),
    );
  });
});

describe("ndarray-ops computes the same", () => {
  /** The view as the package ndarray knows it: its own memory, shape, stride and offset. */
  function asNdarray({ view: { data, shape, stride, offset } }: Tensor): ndarray.NdArray {
    return ndarray(data.data as Float64Array, [...shape], [...stride], offset) as ndarray.NdArray;
  }
  const result = (x: Tensor): ndarray.NdArray =>
    ndarray(allocate(x.dtype, x.size) as Float64Array, [...x.shape]) as ndarray.NdArray;
  const tensorOf = (x: ndarray.NdArray, { shape, dtype }: Tensor): Tensor =>
    tensor(x.data as Float64Array, { shape, dtype });

  test.each([
    ["add", add],
    ["sub", sub],
    ["mul", mul],
    ["div", div],
  ] as const)("%s", (name, op) => {
    const pairs = shapes(1).chain((shape) => fc.tuple(drawnOf(shape), drawnOf(shape)));
    fc.assert(
      fc.property(pairs, float, ([a, b], type) => {
        const [x, y] = [view(a, type), view(b, type)];
        const out = result(x);
        ndarrayOps[name](out, asNdarray(x), asNdarray(y));
        expectSameBits(op(x, y), tensorOf(out, x));
      }),
    );
  });

  test.each([
    ["neg", neg],
    ["abs", abs],
    ["recip", reciprocal],
    ["sqrt", sqrt],
  ] as const)("%s", (name, op) => {
    fc.assert(
      fc.property(drawn(1), float, (each, type) => {
        const x = view(each, type);
        const out = result(x);
        ndarrayOps[name](out, asNdarray(x));
        expectSameBits(op(x), tensorOf(out, x));
      }),
    );
  });

  test("sum, of integers", () => {
    fc.assert(
      fc.property(drawn(1), (each) => {
        const x = wholeView(each);
        expect(toTypedArray(sum(x))[0]).toBe(x.size === 0 ? 0 : ndarrayOps.sum(asNdarray(x)));
      }),
    );
  });
});

describe("dtypes", () => {
  test.each(["add", "sub", "mul", "maximum", "minimum", "div", "equal", "less"] as const)(
    "%s of two dtypes is that of both as the wider",
    (name) => {
      const op = binary[name];
      const pairs = shapes(0, 3).chain((shape) => fc.tuple(drawnOf(shape), drawnOf(shape)));
      fc.assert(
        fc.property(pairs, dtype, dtype, ([a, b], type, other) => {
          const [x, y] = [view(a, type), view(b, other)];
          const wide = add(x, y).dtype;
          fc.pre(type !== "bool" || other !== "bool");
          const result = op(x, y);
          expectSameBits(result, op(to(x, wide), to(y, wide)));
        }),
      );
    },
  );
});

describe("the same in other words", () => {
  test("an embedding is a product with one-hot vectors", () => {
    const given = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 5 }), shapes(0, 3));
    fc.assert(
      fc.property(given, fc.nat(), ([vocabulary, width, shape], seed) => {
        const next = words(seed);
        const weight = tensor(
          Float64Array.from({ length: vocabulary * width }, () => (next() % 19) - 9),
          { shape: [vocabulary, width] },
        );
        const chosen = tensor(
          Int32Array.from({ length: sizeOf(shape) }, () => next() % vocabulary),
          { shape },
        );
        const product = matmul(oneHot(chosen, vocabulary, { dtype: "float64" }), weight);
        // A product with one axis only is none of a vector, and adds to +0.
        expectSameBits(add(embedding(chosen, weight), 0), add(product, 0));
      }),
    );
  });

  test("gather takes what oneHot marks", () => {
    fc.assert(
      fc.property(drawn(1, 1), (each) => {
        const x = wholeView(each);
        fc.pre(x.size > 0);
        const chosen = indices(6, x.size);
        expectSameBits(
          add(gather(x, chosen), 0),
          add(matmul(oneHot(chosen, x.size, { dtype: "float64" }), x), 0),
        );
      }),
    );
  });

  test("the parts of a sum add up", () => {
    fc.assert(
      fc.property(drawn(1), fc.nat(3), (each, k) => {
        const x = wholeView(each);
        expectSameBits(add(sum(sum(x, { axis: k % x.rank })), 0), add(sum(x), 0));
      }),
    );
  });
});
