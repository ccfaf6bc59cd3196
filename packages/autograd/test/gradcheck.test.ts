import { describe, expect, expectTypeOf, test, vi } from "vitest";
import "../src/methods.js";
import "../src/vitest.js";
import { arange, ones, tensor, zeros } from "../src/create.js";
import { defineOp } from "../src/definition.js";
import { ArgumentError } from "../src/errors.js";
import { product } from "../src/expression/expression.js";
import { type GradcheckReport, gradcheck, gradgradcheck } from "../src/gradcheck.js";
import type { Tensor } from "../src/graph.js";
import { relu, sigmoid } from "../src/ops/activations.js";
import { linear, matmul } from "../src/ops/contraction.js";
import { applyElementwise, elementwise } from "../src/ops/elementwise/elementwise-op.js";
import { abs, add, assign, div, greater, maximum, mul, sub, where } from "../src/ops/elementwise.js";
import { embedding, gather } from "../src/ops/indexing.js";
import { concat, expand, reshape, slice, split, transpose } from "../src/ops/layout.js";
import { randn } from "../src/ops/random.js";
import { logSumExp, max, softmax, sum } from "../src/ops/reductions.js";
import { dropout } from "../src/ops/sampling.js";
import { exp, log, tanh } from "../src/ops/transcendental.js";
import { defaultGenerator, Generator, manualSeed } from "../src/random.js";
import { apply, noGrad } from "../src/tape.js";
import { trace } from "../src/trace.js";

type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

const generator = new Generator(5);
const normal = (...shape: number[]): Tensor => randn(shape, { dtype: "float64", generator });
const positive = (...shape: number[]): Tensor => exp(normal(...shape));
const indices = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });

/** x, with a derivative by y that is y and ought to be 0. */
const wrongOp = elementwise("wrong", ["x", "y"], (x) => x, { pullback: (g, [, y]) => [g, product(g, y)] });
const wrong = (x: Tensor, y: Tensor): Tensor => applyElementwise(wrongOp, [x, y]);

describe("right derivatives pass, to first and second order:", () => {
  const programs: Readonly<Record<string, readonly [Checked, readonly Tensor[]]>> = {
    "a layer": [(x, w, b) => tanh(linear(x, w, b)), [normal(2, 3), normal(4, 3), normal(4)]],
    "broadcasting both ways": [(x, y) => div(mul(x, y), add(exp(x), 2)), [normal(3, 1), normal(1, 2)]],
    "an input used twice": [(x) => matmul(x, mul(x, sigmoid(x))), [normal(3, 3)]],
    "one tensor as two inputs": [mul, Array.from({ length: 2 }, () => ones([2], { dtype: "float64" }))],
    "an input returned as it is": [(x) => x, [normal(2)]],
    "several outputs": [(x) => split(exp(x), [1, 2]), [normal(3)]],
    "a single number": [(x) => log(x), [positive()]],
    "an input that no output reads": [(x, _) => exp(x), [normal(2), normal(2)]],
    "indices, held fixed": [(i, w) => embedding(i, w), [indices(1, 0, 1), normal(2, 2)]],
    "a gather with duplicates": [(x, i) => gather(x, i), [normal(3), indices(0, 2, 2, 2)]],
    "an integer among the outputs": [(x) => Object.values(max(x, { axis: 1 })), [normal(2, 3)]],
    "softmax and its like": [(x) => [softmax(x), logSumExp(x)], [normal(2, 3)]],
    "a mask": [(x) => where(greater(x, 0), exp(x), x), [normal(4)]],
  };
  test.each(Object.keys(programs))("%s", (name) => {
    const [f, inputs] = programs[name];
    expect(gradcheck(f, inputs, { rtol: 1e-6 })).toMatchObject({ ok: true, failed: 0 });
    expect(gradgradcheck(f, inputs, { rtol: 1e-5 })).toMatchObject({ ok: true, failed: 0 });
  });

  const layouts: Readonly<Record<string, Tensor>> = {
    transposed: transpose(normal(3, 2)),
    strided: slice(normal(4, 5), { axis: 1, step: 2 }),
    backwards: slice(normal(4, 2), { step: -1 }),
    expanded: expand(normal(2, 1), [2, 3]),
    "with an offset": slice(normal(5, 2), { start: 2 }),
  };
  test.each(Object.keys(layouts))("an input that is %s keeps its layout where it can", (name) => {
    const x = layouts[name];
    let seen: Tensor["view"] | undefined;
    const f = (y: Tensor): Tensor => {
      seen = y.view;
      return tanh(mul(y, reshape(y, y.shape)));
    };
    expect(gradcheck(f, [x]).message).toMatch(/^gradcheck: all/);
    expect(seen?.stride).toEqual(name === "expanded" ? [3, 1] : x.view.stride);
  });

  test.each([[[0]], [[0, 3]], [[2, 0]]])("of size 0: %j", (shape) => {
    const f = (x: Tensor, y: Tensor): Tensor => add(sum(mul(x, x)), y);
    const report = gradcheck(f, [zeros(shape), normal(2)]);
    expect(report).toMatchObject({ ok: true, checked: 4 });
    expect(gradgradcheck(f, [zeros(shape), normal(2)]).ok).toBe(true);
    expect(gradcheck(exp, [zeros(shape)])).toMatchObject({ ok: true, checked: 0, worst: null });
    const large = (y: Tensor): Tensor => add(zeros([100, 100]), sum(y));
    expect(gradcheck(large, [zeros(shape)])).toMatchObject({ ok: true, checked: 20 });
  });

  test("of size 0, whose rules run nevertheless", () => {
    const rule = vi.fn<(g: Tensor) => Tensor>((g) => g);
    const rowsOp = defineOp({
      name: "copy",
      inputs: ["x"],
      infer: ([x]) => [x],
      kernel: () => {},
      vjp: { x: ({ g }) => rule(g) },
    });
    expect(gradgradcheck((x) => apply(rowsOp, [x], undefined), [zeros([0, 3])]).ok).toBe(true);
    expect(rule).toHaveBeenCalled();
    expect(gradcheck(mul, [zeros([0, 3]), normal(3)])).toMatchObject({ ok: true });
  });

  test("large inputs, by random projections", () => {
    const report = gradcheck((x, w) => tanh(matmul(x, w)), [normal(30, 20), normal(20, 30)]);
    expect(report).toMatchObject({ ok: true, checked: 40 });
    expect(report.worst).toMatchObject({ inputIndex: null, outputIndex: null });
    expect(report.notes).toContain("the Jacobian is large: random projections of it were compared");
    expect(gradgradcheck((x) => sigmoid(x), [normal(100)])).toMatchObject({ ok: true, checked: 40 });
  });

  test("maxEntries sets what is large", () => {
    expect(gradcheck(exp, [normal(4)], { maxEntries: 16 }).checked).toBe(16);
    expect(gradcheck(exp, [normal(4)], { maxEntries: 15 }).notes).toHaveLength(1);
  });
});

describe("the report", () => {
  const report = gradcheck(
    (x: Tensor, y: Tensor) => [exp(x), wrong(x, y)],
    [
      normal(2, 2),
      tensor([
        [4, 3],
        [5, 2],
      ]),
    ],
  );

  test("tells the worst element", () => {
    expect(report).toMatchObject({
      ok: false,
      checked: 2 * 4 * 8,
      failed: 4,
      worst: {
        output: 1,
        outputIndex: [1, 0],
        input: 1,
        inputName: "y",
        inputIndex: [1, 0],
        analytic: 5,
        numeric: 0,
        error: 5,
        tolerance: 1e-5,
      },
    });
  });

  test("as text", () => {
    expect(report.message).toBe(
      [
        "gradcheck: input 1 (y, [2, 2]) at [1, 0], output 1 ([2, 2]) at [1, 0]: analytic 5, numeric 0, |error| 5 > 0.00001",
        "  4 of 64 entries are wrong",
        "  note: input 1 (y, [2, 2]) is float32 and was checked as float64",
      ].join("\n"),
    );
  });

  test("of what is right names the largest error too", () => {
    const { worst, message } = gradcheck(exp, [tensor(0, { dtype: "float64" })]);
    expect(worst?.numeric).toBeCloseTo(1);
    expect(message).toMatch(
      /^gradcheck: all 1 entries agree; the worst is input 0 \(x, \[\]\), output 0 \(\[\]\): analytic 1, numeric 1, \|error\| .* <= 0.00101$/,
    );
  });

  test("calls inputs by the names that are given, or by none", () => {
    const worst = (report: GradcheckReport): string | undefined => report.worst?.inputName;
    expect(worst(gradcheck(exp, [normal(1)], { names: ["logits"] }))).toBe("logits");
    expect(worst(gradcheck((...xs: Tensor[]) => exp(xs[0]), [normal(1)]))).toBeUndefined();
    expect(worst(gradcheck((one) => exp(one), [normal(1)]))).toBe("one");
  });

  test("of gradgradcheck counts inputs and gradients by their positions", () => {
    const { worst, message } = gradgradcheck((i, x) => mul(i, exp(x)), [indices(1), normal(1)]);
    expect(worst).toMatchObject({ output: 1 });
    expect(message).toContain("the gradient by input 1 (x, [1])");
  });

  test("is the same for the same seed", () => {
    const f = (x: Tensor): Tensor => tanh(matmul(x, x));
    const x = normal(20, 20);
    expect(gradcheck(f, [x], { seed: 3 })).toEqual(gradcheck(f, [x], { seed: 3 }));
    expect(gradcheck(f, [x], { seed: 3 }).worst).not.toEqual(gradcheck(f, [x], { seed: 4 }).worst);
  });
});

describe("inputs", () => {
  test("of float32 are checked as float64, which the report says", () => {
    let dtype: string | undefined;
    const f = (x: Tensor): Tensor => {
      dtype = x.dtype;
      return exp(x);
    };
    const report = gradcheck(f, [tensor([1, 2])]);
    expect(dtype).toBe("float64");
    expect(report.notes).toEqual(["input 0 (x, [2]) is float32 and was checked as float64"]);
  });

  test("of integers and bools are held fixed, which the report says", () => {
    const { notes, checked } = gradcheck(
      (x, i, b) => where(b, mul(x, i), x),
      [normal(2), indices(2, 3), tensor([true, false])],
    );
    expect(checked).toBe(4);
    expect(notes).toEqual([
      "input 1 (i, [2]) is int32 and was held fixed",
      "input 2 (b, [2]) is bool and was held fixed",
    ]);
  });

  test("keep their values and their gradients", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    gradcheck(exp, [x], { kinks: [1] });
    expect(x.toArray()).toEqual([1, 2]);
    expect(x.grad).toBeNull();
  });

  test("that the function changes are an error", () => {
    const f = (x: Tensor): Tensor => {
      const y = exp(x);
      noGrad(() => assign(x, 0));
      return y;
    };
    expect(() => gradcheck(f, [normal(2)])).toThrow(/^gradcheck: the function changed the values of input 0/);
  });

  test("without floats, and outputs without floats, are errors", () => {
    expect(() => gradcheck(exp, [indices(1)])).toThrow(/none of the inputs is a tensor of floats/);
    expect(() => gradcheck((x) => greater(x, 0), [normal(2)])).toThrow(
      /the function returned no tensor of floats/,
    );
    expect(() => gradgradcheck(() => 3 as unknown as Tensor, [normal(2)])).toThrow(
      /gradgradcheck: the function returned a number/,
    );
    expect(() => gradcheck((async () => normal(2)) as unknown as Checked, [normal(2)])).toThrow(
      /the function returned a promise/,
    );
  });

  test("whose values decide on shapes are an error", () => {
    const f = (x: Tensor): Tensor => slice(x, { end: (x.toArray() as number[])[0] > 1 ? 2 : 1 });
    expect(() => gradcheck(f, [tensor([1, 2, 3], { dtype: "float64" })])).toThrow(
      /returned \[1\] and then, of other values, \[2\]/,
    );
  });

  test.each(["eps", "atol", "rtol", "maxEntries", "nondeterminism"])(
    "a negative %s is an error",
    (option) => {
      expect(() => gradcheck(exp, [normal(2)], { [option]: -1 })).toThrow(ArgumentError);
    },
  );
});

describe("kinks", () => {
  const atKinks = tensor([0, 1, 2, 1e-6, -1e-6, 0], { dtype: "float64" });

  test("that nobody declared are guessed", () => {
    expect(gradcheck(relu, [zeros([2])]).message).toMatch(
      /differences to both sides disagree, 1 and 0: is there a kink or a jump\? Declare it in `kinks`/,
    );
  });

  test("as values of elements: inputs there are moved", () => {
    expect(gradcheck(relu, [atKinks]).ok).toBe(false);
    const report = gradcheck(relu, [atKinks], { kinks: [0] });
    expect(report.ok).toBe(true);
    expect(report.notes).toEqual(["input 0: 4 of 6 elements lay at a kink, and were moved"]);
    expect(gradcheck(relu, [atKinks], { kinks: [5] }).notes).toEqual([]);
  });

  test("side by side", () => {
    const steps = Array.from({ length: 20 }, (_, i) => i * 7e-6);
    const f = (x: Tensor): Tensor => steps.map((step) => abs(sub(x, step))).reduce((a, b) => add(a, b));
    expect(gradcheck(f, [zeros([3])], { kinks: steps }).ok).toBe(true);
  });

  test("as a function of the inputs, 0 at a kink", () => {
    const [x, y] = [normal(3, 4), normal(3, 4)];
    expect(gradcheck(maximum, [x, x], { kinks: (a, b) => sub(a, b) })).toMatchObject({ ok: true });
    expect(gradcheck(maximum, [x, x], { kinks: (a, b) => [a, sub(a, b)] }).notes).toEqual([
      "the inputs lay at a kink, and were moved by up to 0.001",
    ]);
    expect(gradcheck(maximum, [x, y], { kinks: (a, b) => sub(a, b) }).notes).toEqual([]);
    expect(gradgradcheck(maximum, [x, x], { kinks: (a, b) => sub(a, b) }).ok).toBe(true);
  });

  test("that cannot be avoided are an error", () => {
    expect(() => gradcheck(relu, [normal(2)], { kinks: (x) => mul(x, 0) })).toThrow(
      /moving them does not help/,
    );
  });
});

describe("random functions", () => {
  test("draw the same numbers again", () => {
    manualSeed(1);
    const state = defaultGenerator.getState();
    expect(gradcheck((x) => dropout(x, 0.5), [normal(20)]).ok).toBe(true);
    expect(gradgradcheck((x) => exp(dropout(x, 0.5)), [normal(5)]).ok).toBe(true);
    expect(defaultGenerator.getState()).toEqual(state);
  });

  test("of generators that nobody told of, too", () => {
    const own = new Generator(9);
    randn([3], { generator: own });
    const state = own.getState();
    expect(gradcheck((x) => mul(x, randn([4], { dtype: "float64", generator: own })), [normal(4)]).ok).toBe(
      true,
    );
    expect(own.getState()).toEqual(state);
  });

  test("of generators that are drawn from in a trace", () => {
    const own = new Generator(9);
    const f = (x: Tensor): Tensor =>
      trace(() => mul(x, randn([4], { dtype: "float64", generator: own }))).result;
    expect(gradcheck(f, [normal(4)]).ok).toBe(true);
    expect(own.getState().counter).toBe(0);
  });

  test("put generators back after an error", () => {
    const own = new Generator(9);
    const f = (): never => {
      randn([1], { generator: own });
      throw new RangeError("no");
    };
    expect(() => gradcheck(f, [normal(1)])).toThrow(RangeError);
    expect(own.getState().counter).toBe(0);
  });

  test("may differ by what nondeterminism allows", () => {
    let calls = 0;
    const f = (x: Tensor): Tensor => add(exp(x), 1e-13 * calls++);
    expect(gradcheck(f, [normal(2)]).ok).toBe(false);
    expect(gradcheck(f, [normal(2)], { nondeterminism: 1e-11 }).ok).toBe(true);
  });
});

describe("the matchers", () => {
  test("pass and fail", () => {
    expect((x, w) => x.matmul(w).tanh().sum()).toPassGradcheck([randn([3, 4]), randn([4, 2])]);
    expect((x) => x.mul(x).sum()).toPassGradgradcheck([normal(3)], { rtol: 1e-6 });
    expect(softmax).toPassGradcheck([normal(3)]);
    expect(wrong).not.toPassGradcheck([normal(2), normal(2)]);
    expect((x, y) => wrong(x, y).exp()).not.toPassGradgradcheck([normal(2), normal(2)]);
  });

  test("say what is wrong, also where it should be", () => {
    expect(() => expect(wrong).toPassGradcheck([normal(2), normal(2)])).toThrow(
      /^gradcheck: input 1 \(y, \[2\]\) at/,
    );
    expect(() => expect(exp).not.toPassGradcheck([normal(2)])).toThrow(/^gradcheck: all 4 entries agree/);
    expect(() => expect(exp).not.toPassGradgradcheck([normal(2)])).toThrow(
      /^gradgradcheck: all 8 entries agree/,
    );
    expect(() => expect(3 as unknown as typeof exp).toPassGradcheck([normal(2)])).toThrow(
      /toPassGradcheck: expects a function of tensors, not a number/,
    );
  });

  test("are typed by the function", () => {
    expect((x, w) => {
      expectTypeOf(x).toEqualTypeOf<Tensor>();
      return concat([x, w]);
    }).toPassGradcheck([arange(3, undefined, 1, { dtype: "float64" }), normal(1)]);
    expectTypeOf(expect(matmul).toPassGradcheck)
      .parameter(0)
      .toEqualTypeOf<readonly [x: Tensor, y: Tensor]>();
    expectTypeOf(expect(3).toPassGradcheck).parameter(0).toBeNever();
    expectTypeOf(expect(softmax).toPassGradcheck).parameter(0).toEqualTypeOf<readonly Tensor[]>();
    expectTypeOf(expect((x: string) => x).toPassGradgradcheck)
      .parameter(0)
      .toBeNever();
    // What has nothing to do with tensors is typed as ever.
    expectTypeOf(expect((x: string) => x.length).toBeTypeOf).toBeFunction();
    expectTypeOf(gradcheck(matmul, [normal(1, 1), normal(1, 1)])).toEqualTypeOf<GradcheckReport>();
    const unchecked = (): void => {
      // @ts-expect-error one input is missing
      expect(matmul).toPassGradcheck([normal(1, 1)]);
      // @ts-expect-error a number is no function
      expect(3).toPassGradcheck([normal(1)]);
      // @ts-expect-error one input is missing
      gradcheck(matmul, [normal(1, 1)]);
    };
    expect(unchecked).toBeTypeOf("function");
  });
});

test("a function that computes with other tensors than it is given is no success", () => {
  const weight = tensor([[1, 2]], { dtype: "float64", requiresGrad: true });
  const report = gradcheck(() => weight.square().sum(), [weight]);
  expect(report.ok).toBe(false);
  expect(report.message).toMatch(
    /depend on other tensors than the inputs: the function must compute with the tensors/,
  );
});
