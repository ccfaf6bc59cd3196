/** What the walk over the op table does not ask of arranging and selecting. */
import { describe, expect, test } from "vitest";
import { gradcheck, gradgradcheck } from "../../src/gradcheck.js";
import {
  addAt,
  apply,
  diagonal,
  flip,
  getAt,
  gradients,
  maskedSelect,
  nonzero,
  pad,
  ShapeError,
  scatter,
  setAt,
  type Tensor,
  tensor,
  trace,
  zeros,
} from "../../src/index.js";
import { nonzeroOp } from "../../src/ops/selection.js";

const ints = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const floats = (values: number[][]): Tensor => tensor(values, { dtype: "float64", requiresGrad: true });

describe("pad", () => {
  test("that only takes away is a view", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const inner = pad(x, [-1, -1]);
    expect(inner.toArray()).toEqual([[2], [5]]);
    expect(inner.view.data).toBe(x.view.data);
    expect(pad(x, []).toArray()).toEqual(x.toArray());
  });

  test("takes infinities, as the largest of a window wants them", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const padded = pad(x, [1, 0], { value: -Infinity });
    expect(padded.toArray()).toEqual([-Infinity, 1, 2]);
    const taken = trace(() => pad(x, [1, 0], { value: -Infinity }));
    expect(JSON.stringify(taken)).toContain('"value":"-Infinity"');
    padded.backward({ gradient: tensor([5, 6, 7]) });
    expect(x.grad!.toArray()).toEqual([6, 7]);
  });

  test("has the gradient of each mode counted where it came from", () => {
    const gradientOf = (mode: "reflect" | "replicate" | "circular"): unknown => {
      const x = tensor([1, 2, 3], { requiresGrad: true });
      pad(x, [2, 1], { mode }).sum().backward();
      return x.grad!.toArray();
    };
    expect(gradientOf("reflect")).toEqual([1, 3, 2]);
    expect(gradientOf("replicate")).toEqual([3, 1, 2]);
    expect(gradientOf("circular")).toEqual([2, 2, 2]);
  });
});

describe("views", () => {
  test("share the numbers of what they look at", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    for (const view of [flip(x), diagonal(x), getAt(x, [1]), getAt(x, [null, { step: -1 }])])
      expect(view.view.data).toBe(x.view.data);
  });
});

describe("scatter", () => {
  test("keeps the last of several values, which alone has a gradient", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const values = tensor([10, 20, 30, 40], { requiresGrad: true });
    const out = scatter(x, ints(1, 0, 1, -2), values);
    expect(out.toArray()).toEqual([20, 40, 3]);
    out.backward({ gradient: tensor([5, 6, 7]) });
    expect(x.grad!.toArray()).toEqual([0, 0, 7]);
    expect(values.grad!.toArray()).toEqual([0, 5, 0, 6]);
  });
});

describe("setAt and addAt", () => {
  test("at indices of a whole axis", () => {
    const x = floats([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const row = tensor([10, 20], { dtype: "float64", requiresGrad: true });
    expect(setAt(x, [null, ints(2, 0)], row).toArray()).toEqual([
      [20, 2, 10],
      [20, 5, 10],
    ]);
    expect(addAt(x, [null, ints(2, 2)], row).toArray()).toEqual([
      [1, 2, 33],
      [4, 5, 36],
    ]);
    expect(addAt(x, [1, ints(2, 2)], row).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 36],
    ]);
    expect(setAt(x, [ints(1, 1)], 7).toArray()).toEqual([
      [1, 2, 3],
      [7, 7, 7],
    ]);
    expect(x.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test("have exact gradients there, with places that are named twice", () => {
    const x = floats([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const values = floats([[0.5, -1, 2]]);
    for (const change of [setAt, addAt])
      for (const parts of [
        [null, ints(2, 0, 2)],
        [{ step: -1 }, ints(1, 1, 0)],
        [{ start: 1 }, ints(-1, 2, 0)],
      ]) {
        const f = (x: Tensor, values: Tensor): Tensor => change(x.square(), parts, values.square());
        expect(gradcheck(f, [x, values]).ok).toBe(true);
        expect(gradgradcheck(f, [x, values]).ok).toBe(true);
      }
  });

  test("undo one another", () => {
    const x = floats([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const parts = [null, { start: 2, end: 0, step: -1 }];
    expect(setAt(zeros([2, 3], { dtype: "float64" }), parts, getAt(x, parts)).toArray()).toEqual([
      [0, 2, 3],
      [0, 5, 6],
    ]);
    const [gradient] = gradients(setAt(x, parts, 0).sum(), [x]);
    expect(gradient!.toArray()).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });
});

describe("in a trace, what depends on values", () => {
  test("is refused where a replay finds another number of elements", () => {
    const taken = trace(() => nonzero(tensor([1, 0, 2])));
    const step = taken.steps.find((each) => each.kind === "op")!;
    expect(step).toMatchObject({ kind: "op", op: nonzeroOp, options: { count: 2 } });
    expect(apply(nonzeroOp, [tensor([0, 1, 2])], { count: 2 }).toArray()).toEqual([[1], [2]]);
    expect(() => apply(nonzeroOp, [tensor([0, 0, 2])], { count: 2 })).toThrow(ShapeError);
    expect(() => apply(nonzeroOp, [tensor([0, 0, 2])], { count: 2 })).toThrow(
      /^nonzero: 1 elements of \[3\] are not 0, and the program was recorded with 2/,
    );
  });

  test("leaves no step but ops", () => {
    const x = tensor([1, -2, 3], { requiresGrad: true });
    const taken = trace(() => maskedSelect(x, x.greater(0)).sum().backward());
    expect(taken.steps.every(({ kind }) => kind === "op")).toBe(true);
    expect(x.grad!.toArray()).toEqual([1, 0, 1]);
  });
});
