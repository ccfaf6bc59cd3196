import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  add,
  apply,
  arange,
  cos,
  defineOp,
  exp,
  GradientError,
  ggnvp,
  grad,
  gradcheck,
  hessian,
  hvp,
  jacobian,
  jvp,
  logSoftmax,
  manualSeed,
  matmul,
  mul,
  noGrad,
  randn,
  ShapeError,
  sin,
  sum,
  type Tensor,
  tanh,
  tensor,
  toArray,
  toTypedArray,
  trace,
  transpose,
  valueAndGrad,
  vjp,
  zeros,
} from "../../src/index.js";

const number = (x: number): Tensor => tensor(x, { dtype: "float64" });
const normal = (...shape: number[]): Tensor => randn(shape, { dtype: "float64" });

function close(actual: Tensor, expected: Tensor, digits = 10): void {
  expect(actual.shape).toEqual(expected.shape);
  const values = toTypedArray(expected);
  for (const [i, value] of toTypedArray(actual).entries()) expect(value).toBeCloseTo(values[i], digits);
}

type Derivative = (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor;
const forward: Derivative = (f) => (x) => jvp(f, [x], [number(1)]).tangent;
const reverse: Derivative = (f) => (x) => grad(f)(x);
const pairs: readonly (readonly [string, Derivative, Derivative])[] = [
  ["forward over forward", forward, forward],
  ["forward over reverse", forward, reverse],
  ["reverse over forward", reverse, forward],
  ["reverse over reverse", reverse, reverse],
];

describe.each(pairs)("%s", (_, outer, inner) => {
  test("has the second derivative", () => {
    expect(outer(inner((x) => mul(exp(x), sin(x))))(number(0.3)).item()).toBeCloseTo(
      2 * Math.exp(0.3) * Math.cos(0.3),
      12,
    );
  });

  test("has the third derivative", () => {
    const third = outer(inner(outer((x) => x.square().square())));
    expect(third(number(2)).item()).toBeCloseTo(48, 10);
  });

  test("does not confuse one perturbation with the other", () => {
    // Siskind and Pearlmutter 2005: d/dx (x · d/dy (x + y)) = 1.
    const f = outer((x) => mul(x, inner((y) => add(x, y))(number(1))));
    expect(f(number(1)).item()).toBe(1);
    const g = outer((x) => mul(x, inner((y) => mul(x, y))(number(2))));
    expect(g(number(3)).item()).toBe(6);
  });

  test("holds fixed what the function closes over", () => {
    const x = number(3);
    expect(outer((y) => mul(x, y.square()))(x).item()).toBe(18);
    expect(inner((y) => mul(x, y.square()))(x).item()).toBe(18);
  });
});

describe("jvp", () => {
  test("takes trees, and returns them", () => {
    const f = (
      { a, b }: { a: Tensor; b: readonly Tensor[] },
      c: Tensor,
    ): { out: Tensor; rest: Tensor[] } => ({
      out: mul(a, c),
      rest: [add(b[0], 1), c],
    });
    const { value, tangent } = jvp(
      f,
      [{ a: number(2), b: [number(3)] }, number(5)],
      [{ a: number(1), b: [number(10)] }, number(100)],
    );
    expect(value.out.item()).toBe(10);
    expect(tangent.out.item()).toBe(205);
    expect(tangent.rest.map((t) => t.item())).toEqual([10, 100]);
  });

  test("is 0 where nothing depends on the primals, and through detach", () => {
    expect(jvp((_: Tensor) => number(2), [number(1)], [number(1)]).tangent.item()).toBe(0);
    expect(jvp((x) => x.detach().exp(), [number(1)], [number(1)]).tangent.item()).toBe(0);
  });

  test("does not need recording, and goes on in noGrad", () => {
    const { value, tangent } = noGrad(() => jvp((x: Tensor) => x.square(), [number(3)], [number(1)]));
    expect([value.item(), tangent.item(), value.requiresGrad]).toEqual([9, 6, false]);
    expect(jvp((x: Tensor) => noGrad(() => x.square()), [number(3)], [number(1)]).tangent.item()).toBe(6);
  });

  test("can be differentiated backwards by what it closes over", () => {
    const w = number(3);
    w.requiresGrad = true;
    jvp((x: Tensor) => mul(x.square(), w), [number(2)], [number(1)]).tangent.backward();
    expect(w.grad!.item()).toBe(4);
  });

  test("refuses to overwrite what carries a tangent", () => {
    expect(() =>
      jvp(
        (x: Tensor) => {
          const y = x.square();
          y.assign(1);
          return y;
        },
        [number(2)],
        [number(1)],
      ),
    ).toThrow(/assign float64: the target carries a tangent/);
  });

  test("refuses what does not fit", () => {
    const f = (x: Tensor): Tensor => x;
    expect(() => jvp(f, [zeros([2])], [zeros([3])])).toThrow(
      new ShapeError("jvp: primal 0 is [2] and its tangent [3]; they must be the same"),
    );
    expect(() => jvp(f, [arange(2)], [zeros([2])])).toThrow(GradientError);
    expect(() => jvp(f, [zeros([2])], [] as never)).toThrow(
      /jvp: the tangents lack 0; give them in the same form/,
    );
    expect(() => jvp(async (x: Tensor) => x, [zeros([2])], [zeros([2])])).toThrow(ArgumentError);
    expect(() => jvp((_: Tensor) => 3, [zeros([2])], [zeros([2])])).toThrow(
      /jvp: found number; it must be a tensor/,
    );
  });

  test("is in a trace, whose replay has the same values", () => {
    const taken = trace(() => jvp((x: Tensor) => tanh(x), [number(0.5)], [number(2)]));
    expect(taken.steps.some((step) => step.kind === "op" && step.op.name === "tanh.tangent")).toBe(true);
  });
});

describe("trees are paired by their keys", () => {
  const f = ({ a, b }: { a: Tensor; b: Tensor }): Tensor => sum(mul(a.square(), b));
  const x = { a: tensor([1, 2], { dtype: "float64" }), b: tensor([3, 4], { dtype: "float64" }) };
  const va = tensor([1, 0], { dtype: "float64" });
  const vb = zeros([2], { dtype: "float64" });

  test("whatever their order", () => {
    for (const v of [
      { a: va, b: vb },
      { b: vb, a: va },
    ]) {
      const { a, b } = hvp(f, x, v);
      expect([toArray(a), toArray(b)]).toEqual([
        [6, 0],
        [2, 0],
      ]);
      expect(jvp(f, [x], [v]).tangent.item()).toBe(6);
    }
    const both = (y: Tensor): { p: Tensor; q: Tensor } => ({ p: mul(y, 2), q: mul(y, 3) });
    const { pullback } = vjp(both, [number(1)]);
    expect(pullback({ q: number(10), p: number(1) })[0].item()).toBe(32);
  });

  test("or refused", () => {
    expect(() => hvp(f, x, { a: va } as never)).toThrow(/^hvp: the tangents at \[0\] lack b; give them/);
    expect(() => jvp(f, [x], [{ a: va, c: vb, b: vb } as never])).toThrow(/have c besides/);
    expect(() => jvp(f, [x], [[va, vb] as never])).toThrow(
      /have a list of 2 at \[0\] where there is an object/,
    );
    expect(() => jvp(f, [x], [{ a: va, b: 3 } as never])).toThrow(
      /have number at \[0\].b where there is a tensor/,
    );
  });
});

describe("an op without forward rules", () => {
  const cubeOp = defineOp({
    name: "cube",
    inputs: ["x"],
    infer: ([x]) => [x],
    kernel: ([x], [out]) => {
      for (let i = 0; i < out.data.length; i++) {
        const value = x.data.get(x.offset + i * (x.stride[0] ?? 1));
        out.data.set(out.offset + i, value * value * value);
      }
    },
    saves: ["x"],
    vjp: { x: ({ g, x }) => mul(g, mul(3, x.square())) },
  });
  const cube = (x: Tensor): Tensor => apply(cubeOp, [x], undefined);

  test("is differentiated forward by reversing twice, to any order", () => {
    expect(forward(cube)(number(2)).item()).toBe(12);
    expect(forward(forward(cube))(number(2)).item()).toBe(12);
    expect(forward(reverse(forward(cube)))(number(2)).item()).toBe(6);
    expect(reverse(forward(cube))(number(2)).item()).toBe(12);
  });

  test("leaves no record where none is needed", () => {
    expect(jvp(cube, [number(2)], [number(1)]).tangent.requiresGrad).toBe(false);
    expect(jacobian(cube, number(2), { mode: "forward" }).requiresGrad).toBe(false);
    const x = number(2);
    x.requiresGrad = true;
    jvp(cube, [x], [number(1)]).tangent.backward();
    expect(x.grad!.item()).toBe(12);
  });
});

describe("grad", () => {
  const f = (w: Tensor, { x, y }: { x: Tensor; y: number }): Tensor => mul(sum(mul(w, x)), y);

  test("differentiates by the first argument, or another", () => {
    const w = tensor([1, 2]);
    const x = tensor([3, 4]);
    expect(toArray(grad(f)(w, { x, y: 2 }))).toEqual([6, 8]);
    const { value, gradient } = valueAndGrad((a: Tensor, b: Tensor) => sum(mul(a, b)), { argument: 1 })(w, x);
    expect([value.item(), toArray(gradient)]).toEqual([11, [1, 2]]);
  });

  test("touches no grad of its arguments, and leaves no record", () => {
    const w = tensor([1, 2]);
    const { value, gradient } = valueAndGrad((x: Tensor) => sum(x.square()))(w);
    expect([value.requiresGrad, gradient.requiresGrad, w.requiresGrad, w.grad]).toEqual([
      false,
      false,
      false,
      null,
    ]);
  });

  test("is recorded where the result depends on leaves outside: a gradient penalty", () => {
    const w = number(3);
    w.requiresGrad = true;
    const slope = grad((x: Tensor) => mul(w, x.square()))(number(2));
    slope.square().backward();
    // (2 w x)² by w.
    expect(w.grad!.item()).toBe(2 * 12 * 4);
    expect(noGrad(() => grad((x: Tensor) => mul(w, x))(number(2))).requiresGrad).toBe(false);
  });

  test("is recorded where its argument is", () => {
    const x = number(2);
    x.requiresGrad = true;
    grad((each: Tensor) => each.square().square())(x).backward();
    expect(x.grad!.item()).toBe(48);
  });

  test("is 0 where the function does not depend on the argument", () => {
    expect(grad((_: Tensor) => number(1))(number(5)).item()).toBe(0);
  });

  test("refuses what is no number, and what is no float", () => {
    expect(() => grad((x: Tensor) => x)(zeros([2]))).toThrow(/grad: the function returned \[2\]/);
    expect(() => grad((x: Tensor) => sum(x))(arange(2))).toThrow(
      /tensor 0 of what is differentiated by is int32/,
    );
    expect(() => grad((x: Tensor) => sum(x), { argument: 1 as never })(zeros([2]))).toThrow(
      /no argument 1 among the 1/,
    );
    expect(() => grad((async (x: Tensor) => x) as never)(zeros([]) as never)).toThrow(/returned a promise/);
  });
});

describe("vjp", () => {
  test("takes cotangents back, again and again", () => {
    const a = normal(2, 3);
    const b = normal(3, 4);
    const { value, pullback } = vjp((x: Tensor, y: Tensor) => matmul(x, y), [a, b]);
    const g = normal(2, 4);
    for (const scale of [1, 2]) {
      const [da, db] = pullback(mul(g, scale));
      close(da, mul(matmul(g, transpose(b)), scale));
      close(db, mul(matmul(transpose(a), g), scale));
    }
    close(value, matmul(a, b));
    expect(() => pullback(zeros([2, 3]))).toThrow(/vjp: result 0 is \[2, 4\] and its cotangent \[2, 3\]/);
  });
});

describe("Jacobians and Hessians", () => {
  const w = normal(3, 4);
  const model = (x: Tensor): Tensor => tanh(matmul(x, w));

  test.each(["forward", "reverse"] as const)("%s", (mode) => {
    const x = normal(3);
    const j = jacobian(model, x, { mode });
    expect(j.shape).toEqual([4, 3]);
    const slope = model(x).square().neg().add(1);
    close(j, mul(transpose(w), slope.unsqueeze(1)));
  });

  test("of trees, with every pair of shapes", () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }): [Tensor, Tensor] => [mul(a, sum(b)), sum(a)];
    const x = { a: normal(2), b: normal(1, 2) };
    for (const mode of ["forward", "reverse"] as const) {
      const [first, second] = jacobian(f, x, { mode });
      expect([first.a.shape, first.b.shape, second.a.shape, second.b.shape]).toEqual([
        [2, 2],
        [2, 1, 2],
        [2],
        [1, 2],
      ]);
      close(
        first.a,
        mul(
          tensor(
            [
              [1, 0],
              [0, 1],
            ],
            { dtype: "float64" },
          ),
          sum(x.b),
        ),
      );
      close(second.b, zeros([1, 2], { dtype: "float64" }));
    }
  });

  test("of nothing are empty", () => {
    expect(jacobian((x: Tensor) => x.square(), zeros([0])).shape).toEqual([0, 0]);
    expect(jacobian((x: Tensor) => sum(x), zeros([0])).shape).toEqual([0]);
  });

  test("products agree with the matrices", () => {
    manualSeed(3);
    const x = normal(4);
    const v = normal(4);
    const f = (z: Tensor): Tensor => sum(mul(cos(z), exp(z.square().mul(0.3).sum())));
    const h = hessian(f, x);
    close(h, transpose(h));
    close(hvp(f, x, v), matmul(h, v));
  });

  test("the Gauss-Newton product is JᵀHJ v", () => {
    manualSeed(4);
    const x = { w: normal(3, 4), b: normal(4) };
    const v = { w: normal(3, 4), b: normal(4) };
    const input = normal(5, 3);
    const predict = (p: typeof x): Tensor => add(matmul(tanh(input), p.w), p.b);
    const loss = (z: Tensor): Tensor => logSoftmax(z).select(0, { axis: 1 }).sum().neg();
    const product = ggnvp(predict, loss, x, v);
    const j = jacobian(predict, x);
    const flat = (t: { w: Tensor; b: Tensor }): Tensor =>
      matmul(j.w.reshape([20, 12]), t.w.flatten()).add(matmul(j.b.reshape([20, 4]), t.b));
    const h = hessian(loss, predict(x)).reshape([20, 20]);
    const hjv = matmul(h, flat(v));
    close(product.w, matmul(transpose(j.w.reshape([20, 12])), hjv).reshape([3, 4]));
    close(product.b, matmul(transpose(j.b.reshape([20, 4])), hjv));
    expect(
      sum(mul(product.w, v.w))
        .add(sum(mul(product.b, v.b)))
        .item(),
    ).toBeGreaterThan(0);
  });

  test("a function of transforms is checked like any other", () => {
    const f = (x: Tensor, v: Tensor): Tensor => hvp((z: Tensor) => sum(mul(sin(z), z.square())), x, v);
    expect(gradcheck(f, [normal(3), normal(3)]).ok).toBe(true);
  });
});
