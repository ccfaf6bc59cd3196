// gradcheck itself is checked: derivatives with a planted fault, each of which it must find.
import { describe, expect, test } from "vitest";
import { arange, tensor, zeros } from "../../src/create.js";
import { defineOp, type OpDefinition } from "../../src/definition.js";
import { DTypeError, GradientError } from "../../src/errors.js";
import {
  compare,
  constant,
  difference,
  negative,
  product,
  quotient,
  select,
} from "../../src/expression/expression.js";
import { tanh as tanhOf } from "../../src/expression/functions/index.js";
import { type GradcheckOptions, gradcheck, gradgradcheck } from "../../src/gradcheck.js";
import { Tensor } from "../../src/graph.js";
import { copy } from "../../src/kernels/copy.js";
import { sigmoid } from "../../src/ops/activations.js";
import { matmul } from "../../src/ops/contraction.js";
import {
  applyElementwise,
  type ElementwiseOp,
  elementwise,
} from "../../src/ops/elementwise/elementwise-op.js";
import { add, assign, greater, maximum, mul, square, sub, to, where } from "../../src/ops/elementwise.js";
import { gather, indexSelect, scatterAdd } from "../../src/ops/indexing.js";
import { concat, expand, narrow, select as part, permute, slice, transpose } from "../../src/ops/layout.js";
import { bernoulli, randn } from "../../src/ops/random.js";
import { mean, softmax, sum } from "../../src/ops/reductions.js";
import { exp, tanh } from "../../src/ops/transcendental.js";
import { Generator } from "../../src/random.js";
import { sizeOf } from "../../src/shape.js";
import { apply, noGrad } from "../../src/tape.js";

type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

interface Fault {
  readonly f: Checked;
  readonly inputs: readonly Tensor[];
  /** What the message must say. */
  readonly says: RegExp;
  readonly options?: GradcheckOptions;
}

const generator = new Generator(1);
const normal = (...shape: number[]): Tensor => randn(shape, { dtype: "float64", generator });
const float64 = (...values: number[]): Tensor => tensor(values, { dtype: "float64" });
const indices = (...values: number[]): Tensor => tensor(values, { dtype: "int32" });
const detached = (x: Tensor): Tensor => new Tensor(x.view);

/** An op that computes `forward`, with derivative rules of its own. */
function op<const I extends string>(
  inputs: readonly I[],
  forward: (...xs: Tensor[]) => Tensor,
  vjp: OpDefinition<I, "out", I | "out", undefined>["vjp"],
): (...xs: Tensor[]) => Tensor {
  const made = defineOp({
    name: "planted",
    inputs,
    infer: (specs) => [noGrad(() => forward(...specs.map(({ shape, dtype }) => zeros(shape, { dtype }))))],
    kernel: (views, [out]) => copy(noGrad(() => forward(...views.map((view) => new Tensor(view)))).view, out),
    saves: [...inputs, "out"],
    vjp,
  });
  return (...xs) => apply(made, xs, undefined);
}

const run =
  (made: ElementwiseOp): Checked =>
  (...xs) =>
    applyElementwise(made, xs);

/** x³, whose rule takes its factor 3x² from `byX`. */
const cubeBy = (rule: (g: Tensor, x: Tensor) => Tensor): ((...xs: Tensor[]) => Tensor) =>
  op(["x"], (x) => mul(square(x), x), { x: ({ g, x }) => rule(g, x) });

let calls = 0;

const faults: Readonly<Record<string, Fault>> = {
  "a wrong sign": {
    f: op(["x", "y"], sub, { x: ({ g }) => g, y: ({ g }) => g }),
    inputs: [normal(3), normal(3)],
    says: /input 1 .* analytic 1, numeric -1,.*every analytic value is -1 times the numeric one: is a sign wrong/s,
  },
  "a factor 2 forgotten": {
    f: op(["x"], square, { x: ({ g, x }) => mul(g, x) }),
    inputs: [normal(4)],
    says: /every analytic value is 0.5 times the numeric one/,
  },
  "a factor that is 0.1 % off": {
    f: run(
      elementwise("tanh", ["x"], (x) => tanhOf(x), {
        pullback: (g, _, y) => [product(g, product(1.001, difference(1, product(y, y))))],
      }),
    ),
    inputs: [normal(2, 3)],
    options: { rtol: 1e-4 },
    says: /every analytic value is 1.001 times the numeric one/,
  },
  "operands exchanged": {
    f: run(
      elementwise("mul", ["x", "y"], (x, y) => product(x, y), {
        pullback: (g, [x, y]) => [product(g, x), product(g, y)],
      }),
    ),
    inputs: [normal(4), normal(4)],
    says: /this is the gradient by input \d .*: are operands exchanged/,
  },
  "the input read for the output": {
    f: op(["x"], sigmoid, { x: ({ g, x }) => mul(g, mul(x, sub(1, x))) }),
    inputs: [normal(4)],
    says: /4 of 16 entries are wrong/,
  },
  "a quotient rule without its square": {
    f: run(
      elementwise("div", ["x", "y"], (x, y) => quotient(x, y), {
        pullback: (g, [x, y]) => [quotient(g, y), negative(quotient(product(g, x), y))],
      }),
    ),
    inputs: [normal(4), float64(2, -3, 4, 5)],
    says: /input 1 \(\[4\]\)/,
  },
  "an operand not transposed": {
    f: op(["x", "y"], matmul, { x: ({ g, y }) => matmul(g, y), y: ({ g, x }) => matmul(transpose(x), g) }),
    inputs: [normal(3, 3), normal(3, 3)],
    says: /input 0 \(\[3, 3\]\) at/,
  },
  "a gradient transposed": {
    f: op(["x", "y"], matmul, {
      x: ({ g, y }) => matmul(g, transpose(y)),
      y: ({ g, x }) => matmul(transpose(g), x),
    }),
    inputs: [normal(3, 3), normal(3, 3)],
    says: /input 1 .*the gradient looks transposed/s,
  },
  "a gradient transposed by another permutation": {
    f: op(["x"], (x) => permute(x, [1, 2, 0]), { x: ({ g }) => permute(g, [1, 2, 0]) }),
    inputs: [normal(2, 2, 2)],
    says: /of 64 entries are wrong/,
  },
  "a broadcast axis not summed": {
    f: op(["x"], (x) => expand(x, [3, 4]), { x: ({ g }) => part(g, 0) }),
    inputs: [normal(4)],
    says: /8 of 48 entries are wrong/,
  },
  "a broadcast axis averaged": {
    f: op(["x"], (x) => expand(x, [4, 3]), { x: ({ g }) => mean(g, { axis: 0 }) }),
    inputs: [normal(3)],
    says: /every analytic value is 0.25 times .* a sum over a broadcast axis missing/,
  },
  "the wrong broadcast axis": {
    f: op(["x", "bias"], add, { x: ({ g }) => g, bias: ({ g }) => sum(g, { axis: 1 }) }),
    inputs: [normal(3, 3), normal(3)],
    says: /input 1 \(\[3\]\)/,
  },
  "a mean that is not divided": {
    f: op(["x"], (x) => mean(x), { x: ({ g, x }) => expand(g, x.shape) }),
    inputs: [normal(2, 2)],
    says: /every analytic value is 4 times/,
  },
  "an offset forgotten": {
    f: op(["x"], (x) => slice(x, { start: 2 }), {
      x: ({ g }) => concat([g, zeros([2], { dtype: "float64" })]),
    }),
    inputs: [normal(5)],
    says: /6 of 15 entries are wrong/,
  },
  "an offset off by one": {
    f: op(["x"], (x) => slice(x, { start: 1, end: 3 }), {
      x: ({ g }) => concat([zeros([2], { dtype: "float64" }), g, zeros([1], { dtype: "float64" })]),
    }),
    inputs: [normal(5)],
    says: /4 of 10 entries are wrong/,
  },
  "a negative step forgotten": {
    f: op(["x"], (x) => slice(x, { step: -1 }), { x: ({ g }) => g }),
    inputs: [normal(4)],
    says: /8 of 16 entries are wrong/,
  },
  "a view read as if it were dense": {
    f: run(
      Object.assign(
        elementwise("copy", ["x"], (x) => x),
        { kernel: denseCopy },
      ),
    ),
    inputs: [transpose(normal(2, 3))],
    says: /input 0 \(\[3, 2\]\)/,
  },
  "a read beyond the view": {
    f: op(
      ["x"],
      (x) =>
        tensor(
          Array.from(x.view.data.data).reduce((a, b) => a + b, 0),
          { dtype: "float64" },
        ),
      { x: ({ g, x }) => expand(g, x.shape) },
    ),
    inputs: [slice(normal(3, 4), { axis: 1, step: 2 })],
    says: /the numeric value is not finite/,
  },
  "parts joined in another order": {
    f: op(["x", "y"], (x, y) => concat([x, y]), {
      x: ({ g }) => narrow(g, 0, 2, 2),
      y: ({ g }) => narrow(g, 0, 0, 2),
    }),
    inputs: [normal(2), normal(2)],
    says: /this is the gradient by input/,
  },
  "a gather that drops duplicates": {
    f: (x) =>
      op(["x"], (each) => gather(each, indices(1, 1, 3)), {
        x: ({ g }) => where(tensor([false, true, false, true]), gather(g, indices(0, 0, 0, 2)), 0),
      })(x),
    inputs: [normal(4)],
    says: /at \[1\], output 0 \(\[3\]\) at \[1\]: analytic 0, numeric 1/,
  },
  "a scatter along the wrong axis": {
    f: op(
      ["x", "values"],
      (x, values) =>
        scatterAdd(
          x,
          tensor(
            [
              [1, 0],
              [1, 0],
            ],
            { dtype: "int32" },
          ),
          values,
          { axis: 0 },
        ),
      {
        x: ({ g }) => g,
        values: ({ g }) =>
          gather(
            g,
            tensor(
              [
                [1, 0],
                [1, 0],
              ],
              { dtype: "int32" },
            ),
            { axis: 1 },
          ),
      },
    ),
    inputs: [normal(2, 2), normal(2, 2)],
    says: /input 1 \(\[2, 2\]\)/,
  },
  "an index off by one": {
    f: op(["x"], (x) => indexSelect(x, indices(0, 2)), {
      x: ({ g }) => concat([zeros([1, 2], { dtype: "float64" }), g]),
    }),
    inputs: [normal(3, 2)],
    says: /input 0 \(\[3, 2\]\)/,
  },
  "a softmax without the term that couples": {
    f: op(["x"], (x) => softmax(x), { x: ({ g, out }) => mul(g, out) }),
    inputs: [normal(2, 3)],
    says: /of 36 entries are wrong/,
  },
  "the gradient of a maximum to the smaller": {
    f: op(["x", "y"], maximum, {
      x: ({ g, x, y }) => where(greater(x, y), 0, g),
      y: ({ g, x, y }) => where(greater(x, y), g, 0),
    }),
    inputs: [normal(5), normal(5)],
    says: /analytic [01], numeric [01],/,
  },
  "a subgradient of the wrong region": {
    f: run(
      elementwise("relu", ["x"], (x) => select(compare("le", x, 0), constant(0), x), {
        pullback: (g, [x]) => [select(compare("le", x, 0.5), constant(0), g)],
      }),
    ),
    inputs: [float64(-1, 0.25, 1)],
    says: /at \[1\], output 0 \(\[3\]\) at \[1\]: analytic 0, numeric 1/,
  },
  "a gradient beyond the bounds of a clamp": {
    f: op(["x"], (x) => where(greater(x, 1), 1, x), { x: ({ g }) => g }),
    inputs: [float64(0.5, 2)],
    says: /at \[1\], .*: analytic 1, numeric 0/,
  },
  "one of two uses forgotten": {
    f: (x) => mul(x, detached(x)),
    inputs: [normal(4)],
    says: /every analytic value is 0.5 times .* a use forgotten/,
  },
  "a value detached in the middle": {
    f: (x, w) => mul(detached(tanh(x)), w),
    inputs: [normal(3), normal(3)],
    says: /analytic gradient is 0 throughout: was a value detached.*the tape shows no way from input 0 \(x, \[3\]\)/s,
  },
  "a part computed in noGrad": {
    f: (x) =>
      add(
        sum(x),
        noGrad(() => sum(exp(x))),
      ),
    inputs: [normal(3)],
    says: /3 of 3 entries are wrong/,
  },
  "everything detached": {
    f: (x) => exp(detached(x)),
    inputs: [normal(3)],
    says: /analytic gradient is 0 throughout/,
  },
  "an input without a rule": {
    f: op(["x", "y"], mul, { x: ({ g, y }) => mul(g, y), y: null }),
    inputs: [normal(3), normal(3)],
    says: /input 1 .*is a rule missing/s,
  },
  "a saved value changed in silence": {
    f: (x) => {
      const h = mul(x, 2);
      const y = square(h);
      h.view.data.set(h.view.offset, 7);
      return y;
    },
    inputs: [normal(3)],
    says: /at \[0\], output 0 \(\[3\]\) at \[0\]/,
  },
  "a rule that writes over its cotangent": {
    f: op(["x", "y"], add, {
      x: ({ g }) => {
        noGrad(() => assign(g, mul(g, 2)));
        return g;
      },
      y: ({ g }) => g,
    }),
    inputs: [normal(2), normal(2)],
    says: /every analytic value is 2 times/,
  },
  "a mask drawn anew in backward": {
    f: (x) => {
      const mask = (): Tensor => bernoulli(x.shape, 0.5);
      return op(["x"], (each) => where(mask(), each, 0), { x: ({ g }) => where(mask(), g, 0) })(x);
    },
    inputs: [normal(20)],
    says: /analytic [01], numeric [01],/,
  },
  "a backward that is not deterministic": {
    f: op(["x"], tanh, { x: ({ g, out }) => mul(g, add(sub(1, square(out)), 1e-12 * calls++)) }),
    inputs: [normal(3)],
    says: /the gradient of output 0 by input 0 differs between two backward runs/,
  },
  "a function that is not deterministic": {
    f: (x) => add(tanh(x), 1e-12 * calls++),
    inputs: [normal(3)],
    says: /output 0 differs between two evaluations/,
  },
  "a gradient that is not finite": {
    f: run(
      elementwise("zero", ["x"], (x) => product(x, 1), {
        pullback: (g, [x]) => [quotient(product(g, x), x)],
      }),
    ),
    inputs: [float64(1, 0)],
    says: /analytic NaN, numeric [01],.*the analytic value is not finite/s,
  },
  "one wrong element in ten thousand": {
    f: op(["x"], square, {
      x: ({ g, x }) =>
        mul(
          g,
          where(
            tensor(
              arange(10_000).view.data.data.map((i) => (i === 4711 ? 1 : 0)),
              { shape: [100, 100] },
            ),
            x,
            mul(x, 2),
          ),
        ),
    }),
    inputs: [normal(100, 100)],
    says: /input 0 \(\[100, 100\]\) at \[47, 11\], output 0 \(\[100, 100\]\), a random combination/,
  },
  "a factor that is 0.1 % off, in a large input": {
    f: op(["x"], exp, { x: ({ g, out }) => mul(g, mul(out, 1.001)) }),
    inputs: [normal(60, 60)],
    options: { rtol: 1e-4 },
    says: /every analytic value is 1.001 times/,
  },
};

function denseCopy([x]: readonly Tensor["view"][], [out]: readonly Tensor["view"][]): void {
  for (let i = 0; i < sizeOf(x.shape); i++) out.data.set(out.offset + i, x.data.get(x.offset + i));
}

/** Faults that only the second derivative has. */
const second: Readonly<Record<string, Fault>> = {
  "a rule of detached values": {
    f: cubeBy((g, x) => mul(g, mul(3, square(detached(x))))),
    inputs: [normal(3)],
    says: /input 0 \(\[3\]\) at .* the gradient by input 0.*analytic gradient is 0 throughout/s,
  },
  "a rule in noGrad": {
    f: cubeBy((g, x) => noGrad(() => mul(g, mul(3, square(x))))),
    inputs: [normal(3)],
    says: /analytic gradient is 0 throughout/,
  },
  "a rule with a detached cotangent": {
    f: cubeBy((g, x) => mul(detached(g), mul(3, square(x)))),
    inputs: [normal(3)],
    says: /the cotangent of output 0/,
  },
  "a backward op with a wrong rule": {
    f: cubeBy(
      op(["h", "x"], (h, x) => mul(h, mul(3, square(x))), {
        h: ({ g, x }) => mul(g, mul(3, square(x))),
        x: ({ g, x }) => mul(g, mul(6, x)),
      }),
    ),
    inputs: [normal(3)],
    says: /gradient by input 0/,
  },
  "a backward op with a wrong sign": {
    f: cubeBy(
      run(
        elementwise("cube.grad", ["g", "x"], (g, x) => product(g, product(3, product(x, x))), {
          pullback: (h, [g, x]) => [
            product(h, product(3, product(x, x))),
            negative(product(h, product(g, product(6, x)))),
          ],
        }),
      ) as (g: Tensor, x: Tensor) => Tensor,
    ),
    inputs: [normal(3)],
    says: /every analytic value is -1 times/,
  },
  "a backward op without a rule for what was saved": {
    f: cubeBy(
      op(["h", "x"], (h, x) => mul(h, mul(3, square(x))), {
        h: ({ g, x }) => mul(g, mul(3, square(x))),
        x: null,
      }),
    ),
    inputs: [normal(3)],
    says: /is a rule missing/,
  },
};

describe("gradcheck finds", () => {
  test.each(Object.keys(faults))("%s", (name) => {
    const { f, inputs, says, options } = faults[name];
    const report = gradcheck(f, inputs, options);
    expect(report.message).toMatch(says);
    expect(report.ok).toBe(false);
  });

  test("a float32 value in the middle, whose op it names", () => {
    const f = (x: Tensor): Tensor => exp(to(tanh(to(sigmoid(x), "float32")), "float64"));
    expect(() => gradcheck(f, [normal(3)])).toThrow(DTypeError);
    expect(() => gradcheck(f, [normal(3)])).toThrow(/^gradcheck: toFloat32 makes a float32 \[3\] between/);
    expect(() => gradgradcheck(f, [normal(3)])).toThrow(/^gradgradcheck: toFloat32 makes/);
  });

  test("a gradient transposed that is not square, whose op it names", () => {
    const f = op(["x", "y"], matmul, {
      x: ({ g, y }) => matmul(g, transpose(y)),
      y: ({ g, x }) => matmul(transpose(g), x),
    });
    expect(() => gradcheck(f, [normal(3, 4), normal(4, 2)])).toThrow(
      /^planted: a derivative rule made a cotangent of \[2, 4\] for an input of \[4, 2\]/,
    );
  });

  test("a saved value that was assigned to", () => {
    const f = (x: Tensor): Tensor => {
      const h = detached(mul(x, 2));
      const y = mul(x, h);
      assign(h, 1);
      return y;
    };
    expect(() => gradcheck(f, [normal(3)])).toThrow(GradientError);
    expect(() => gradcheck(f, [normal(3)])).toThrow(/^mul: y, \[3\], was changed/);
  });
});

describe("gradgradcheck finds, where gradcheck finds nothing,", () => {
  test.each(Object.keys(second))("%s", (name) => {
    const { f, inputs, says } = second[name];
    expect(gradcheck(f, inputs).message).toMatch(/^gradcheck: all 9 entries agree/);
    const report = gradgradcheck(f, inputs);
    expect(report.message).toMatch(says);
    expect(report.ok).toBe(false);
  });

  test("an op without a second derivative, which it names", () => {
    const made = defineOp({
      name: "cubeGrad",
      inputs: ["h", "x"],
      infer: ([g]) => [g],
      kernel: elementwise("cube.grad", ["g", "x"], (g, x) => product(g, product(3, product(x, x)))).kernel,
      vjp: { h: ({ g }) => g, x: ({ g }) => g },
      undifferentiable: "nobody has written it yet",
    });
    const f = cubeBy((g, x) => apply(made, [g, x], undefined));
    expect(gradcheck(f, [normal(3)]).ok).toBe(true);
    expect(() => gradgradcheck(f, [normal(3)])).toThrow(GradientError);
    expect(() => gradgradcheck(f, [normal(3)])).toThrow(
      /^cubeGrad: has no derivative: nobody has written it yet/,
    );
  });

  // Its rule would read the input for the cotangent, and be right until it is differentiated.
  test.each([
    ["g", ["g"], ["out"]],
    ["out", ["x", "out"], ["out"]],
    ["g_a", ["g_a"], ["a", "b"]],
  ])("so that defineOp refuses two things called %s", (twice, inputs, outputs) => {
    const vjp = Object.fromEntries(inputs.map((name) => [name, null]));
    expect(() => defineOp({ name: "pair", inputs, outputs, vjp })).toThrow(
      `defineOp: pair has two things called ${twice}`,
    );
  });
});
