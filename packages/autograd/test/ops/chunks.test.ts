/** Element-wise ops of several outputs, and of tensors that hold several numbers side by side. */
import "../../src/methods.js";
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/backward.js";
import { tensor } from "../../src/create.js";
import type { DType } from "../../src/dtype.js";
import { ShapeError } from "../../src/errors.js";
import { difference, type Expression, product, quotient, sum } from "../../src/expression/expression.js";
import { exp, sigmoid, tanh } from "../../src/expression/functions/index.js";
import type { Tensor } from "../../src/graph.js";
import { elementwise } from "../../src/ops/elementwise/elementwise-op.js";
import { add, mul } from "../../src/ops/elementwise.js";
import { concat, expand, slice, split, transpose } from "../../src/ops/layout.js";
import { randn } from "../../src/ops/random.js";
import { sum as total } from "../../src/ops/reductions.js";
import { Generator } from "../../src/random.js";
import { toTypedArray } from "../../src/read.js";
import { allocateView } from "../../src/storage.js";
import { applyMany } from "../../src/tape.js";
import { trace } from "../../src/trace.js";
import { jvp } from "../../src/transforms/forward.js";

const formulas = {
  /** Three chunks, one of them in none of the products, and a number of its own. */
  mixed: (x: Expression, y: Expression, z: Expression, c: Expression): Expression[] => [
    sum(product(sigmoid(x), c), tanh(y)),
    difference(z, product(y, c)),
  ],
  pair: (x: Expression, y: Expression, z: Expression, c: Expression): Expression[] => [
    exp(product(x, c)),
    quotient(sum(y, z), sum(1, product(c, c))),
  ],
};

const fused = elementwise("fused", [{ name: "xyz", chunks: ["x", "y", "z"] }, "c"], (x, y, z, c) => {
  const [a, b] = formulas.mixed(x, y, z, c);
  return { a: a!, b: b!, pair: formulas.pair(x, y, z, c) };
});

const parts = [...Array(4).keys()].map((k) =>
  elementwise(`part${k}`, ["x", "y", "z", "c"], (x, y, z, c) =>
    k < 2 ? formulas.mixed(x, y, z, c)[k]! : formulas.pair(x, y, z, c)[k - 2]!,
  ),
);

function applyFused(inputs: readonly Tensor[]): readonly Tensor[] {
  return applyMany(fused, inputs, undefined);
}

/** The same by an op for each number. */
function applyParts([xyz, c]: readonly Tensor[]): readonly Tensor[] {
  const length = xyz.shape.at(-1)! / 3;
  const numbers = [...split(xyz, [length, length, length], { axis: -1 }), c];
  const [a, b, first, second] = parts.map((op) => applyMany(op, numbers, undefined)[0]);
  return [a, b, concat([first, second], { axis: -1 })];
}

const cases: Readonly<Record<string, (draw: (...shape: number[]) => Tensor) => readonly [Tensor, Tensor]>> = {
  "whole vectors": (draw) => [draw(3, 24), draw(3, 8)],
  "rows that end within a vector": (draw) => [draw(3, 15), draw(3, 5)],
  "columns of one": (draw) => [draw(4, 3), draw(4, 1)],
  "one row": (draw) => [draw(1, 21), draw(1, 7)],
  "one element": (draw) => [draw(1, 3), draw(1, 1)],
  "one axis": (draw) => [draw(15), draw(5)],
  "three axes": (draw) => [draw(2, 3, 9), draw(2, 3, 3)],
  "broadcast rows": (draw) => [draw(15), draw(3, 5)],
  "a broadcast number": (draw) => [draw(2, 3, 15), draw()],
  "a broadcast column": (draw) => [draw(3, 15), draw(3, 1)],
  transposed: (draw) => [transpose(draw(15, 3)), transpose(draw(5, 3))],
  "every other": (draw) => [slice(draw(6, 30), { axis: 1, step: 2 }), slice(draw(11, 5), { step: -2 })],
  expanded: (draw) => [expand(draw(1, 15), [4, 15]), draw(4, 5)],
  empty: (draw) => [draw(0, 15), draw(0, 5)],
  "no columns": (draw) => [draw(2, 0), draw(2, 0)],
  "several pieces": (draw) => [draw(90, 3 * 183), draw(90, 183)],
};

function drawn(dtype: DType, name: string): [Tensor, Tensor] {
  const generator = new Generator(7);
  return [...cases[name]((...shape) => randn(shape, { generator, dtype: dtype as "float32" }))] as [
    Tensor,
    Tensor,
  ];
}

const numbersOf = (tensors: readonly (Tensor | null)[]) => tensors.map((x) => x && toTypedArray(x));

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  test.each(Object.keys(cases))("%s: the bits of an op for each number", (name) => {
    const inputs = drawn(dtype, name);
    const found = applyFused(inputs);
    const wanted = applyParts(inputs);
    expect(found.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
    expect(numbersOf(found)).toEqual(numbersOf(wanted));
  });

  test.each(Object.keys(cases))("%s: the derivatives of an op for each number", (name) => {
    const leaves = (): [Tensor, Tensor] => {
      const inputs = drawn(dtype, name).map((x) => x.detach()) as [Tensor, Tensor];
      for (const x of inputs) x.requiresGrad = true;
      return inputs;
    };
    const derivatives = (f: (inputs: readonly Tensor[]) => readonly Tensor[]) => {
      const inputs = leaves();
      const loss = f(inputs)
        .map((out) => total(mul(out, out)))
        .reduce((x, y) => add(x, y));
      const first = gradients(loss, inputs, { createGraph: true });
      const again = first.map((g) => total(mul(g!, g!))).reduce((x, y) => add(x, y));
      const second = gradients(again, inputs);
      const direction = (x: Tensor): Tensor => randn(x.shape, { generator: new Generator(3), dtype });
      const [xyz, c] = inputs;
      const { tangent } = jvp((...moved: readonly Tensor[]) => f(moved), inputs, [
        direction(xyz),
        direction(c),
      ]);
      return [...first, ...second, ...tangent].map((x) => [...toTypedArray(x!)]);
    };
    const found = derivatives(applyFused);
    const wanted = derivatives(applyParts);
    const tolerance = dtype === "float32" ? 1e-4 : 1e-12;
    for (const [i, each] of found.entries()) {
      expect(each.length).toBe(wanted[i]!.length);
      const size = Math.max(1, ...wanted[i]!.map(Math.abs));
      const worst = Math.max(0, ...each.map((x, k) => Math.abs(x - wanted[i]![k]!)));
      expect(worst / size).toBeLessThan(tolerance);
    }
  });
});

test.each([
  [67, 5],
  [67, 8],
  [1, 301],
  [300, 1],
])("the bits of %i x %i where the outputs stay in the WebAssembly memory", (rows, columns) => {
  const generator = new Generator(2);
  const views = [3 * columns, columns].map((length) => randn([rows, length], { generator }).view);
  const run = (resident: boolean): Float32Array[] => {
    const outputs = [columns, columns, 2 * columns].map((length) => allocateView("float32", [rows, length]));
    for (const { data } of outputs) if (resident) expect(data.settle()).toBeGreaterThan(0);
    fused.kernel(views, outputs);
    return outputs.map(({ data }) =>
      Float32Array.from(data.data.subarray(data.start, data.start + data.length)),
    );
  };
  expect(run(true)).toEqual(run(false));
});

test("all cotangents come of one op", () => {
  const inputs = drawn("float32", "whole vectors");
  const { steps } = trace(() => {
    const leaves = inputs.map((x) => x.detach());
    for (const x of leaves) x.requiresGrad = true;
    const [a, b] = applyFused(leaves);
    gradients([a, b], leaves, { gradient: [a.detach(), b.detach()] });
  });
  const names = steps.flatMap((step) => (step.kind === "op" ? [step.op.name] : []));
  expect(names.filter((name) => name.includes("fused"))).toEqual(["fused", "fused.grad(xyz, c)"]);
  expect(names).not.toContain("concat");
});

test("a cotangent that is that of the output is not computed", () => {
  const { steps } = trace(() => {
    const [x, y] = [tensor([1, 2]), tensor([3, 4])];
    for (const each of [x, y]) each.requiresGrad = true;
    total(add(x, y)).backward();
  });
  const names = steps.flatMap((step) => (step.kind === "op" ? [step.op.name] : []));
  expect(names.filter((name) => name.startsWith("add."))).toEqual([]);
});

test("refuses what cannot be divided", () => {
  const apply = (xyz: number[], c: number[]) => () =>
    applyFused([xyz, c].map((shape) => randn(shape, { generator: new Generator(1) })));
  expect(apply([2, 7], [2, 2])).toThrow(
    new ShapeError("fused: xyz is [2, 7]; its last axis must be of 3 chunks of one length"),
  );
  expect(apply([], [2, 2])).toThrow(
    new ShapeError("fused: xyz is []; its last axis must be of 3 chunks of one length"),
  );
  expect(apply([2, 3], [2, 4])).toThrow(
    new ShapeError(
      "fused: xyz is [2, 3], 3 chunks of [2, 1], and the others broadcast to [2, 4]; the last axis of a chunk (1) must be the others' (4)",
    ),
  );
  expect(apply([2, 9], [2, 4])).toThrow(/^fused: cannot broadcast \[2, 3\] with \[2, 4\]/);
});
