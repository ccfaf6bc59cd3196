import { describe, expect, test } from "vitest";
import {
  customGrad,
  exp,
  GradientError,
  grad,
  gradcheck,
  gradgradcheck,
  jvp,
  mul,
  neg,
  noGrad,
  randn,
  round,
  sin,
  sum,
  Tape,
  type Tensor,
  tensor,
  toArray,
  trace,
  zeros,
} from "../../src/index.js";

const normal = (...shape: number[]): Tensor => randn(shape, { dtype: "float64" });

describe("customGrad", () => {
  const roundThrough = customGrad(
    (x: Tensor) => round(x),
    (g) => [g],
    { name: "roundThrough" },
  );

  test("has the given derivative: straight through", () => {
    const x = tensor([0.4, 1.6]);
    x.requiresGrad = true;
    const y = roundThrough(x);
    expect(toArray(y)).toEqual([0, 2]);
    sum(mul(y, tensor([3, 5]))).backward();
    expect(toArray(x.grad!)).toEqual([3, 5]);
    expect(Tape.of(y).rows.some(({ op }) => op === "roundThrough")).toBe(true);
  });

  test("goes forward by the transpose of its rule", () => {
    const turned = customGrad(
      (x: Tensor, y: Tensor) => mul(x, y),
      (g, { inputs: [x, y] }) => [neg(mul(g, y)), mul(g, x)],
    );
    const [x, y] = [normal(3), normal(3)];
    const [tx, ty] = [normal(3), normal(3)];
    const { tangent } = jvp(turned, [x, y], [tx, ty]);
    expect(toArray(tangent)).toEqual(toArray(mul(x, ty).sub(mul(tx, y))));
    expect(toArray(jvp(roundThrough, [x], [tx]).tangent)).toEqual(toArray(tx));
  });

  test("goes forward by a rule of its own", () => {
    const f = customGrad(
      (x: Tensor) => exp(x),
      (g, { output }) => [mul(g, output)],
      {
        jvp: ([t], { output }) => mul(mul(t, output), 2),
      },
    );
    expect(jvp(f, [zeros([])], [tensor(1)]).tangent.item()).toBe(2);
  });

  test("is checked like any other, to second order", () => {
    const right = customGrad(
      (x: Tensor, y: Tensor) => mul(exp(x), y),
      (g, { inputs: [x, y], output }) => [mul(g, output), mul(g, exp(x)).add(mul(y, 0))],
    );
    const wrong = customGrad(
      (x: Tensor) => sin(x),
      (g, { output }) => [mul(g, output)],
    );
    const inputs = [normal(2, 3), normal(2, 3)];
    expect(gradcheck(right, inputs).ok).toBe(true);
    expect(gradgradcheck(right, inputs).ok).toBe(true);
    expect(gradcheck(wrong, [normal(3)]).ok).toBe(false);
    expect(
      grad(grad((x: Tensor) => right(x, tensor(1, { dtype: "float64" }))))(
        zeros([], { dtype: "float64" }),
      ).item(),
    ).toBe(1);
  });

  test("records nothing of its inside, and nothing where nothing is needed", () => {
    const x = normal(2);
    expect(roundThrough(x).requiresGrad).toBe(false);
    x.requiresGrad = true;
    expect(noGrad(() => roundThrough(x)).requiresGrad).toBe(false);
    expect(Tape.of(roundThrough(x)).rows.map(({ op }) => op)).not.toContain("round");
  });

  test("may return its input", () => {
    const reversed = customGrad(
      (x: Tensor) => x,
      (g) => [neg(g)],
    );
    expect(grad((x: Tensor) => mul(reversed(x), x))(tensor(3)).item()).toBe(0);
  });

  test("may leave out inputs", () => {
    const first = customGrad(
      (x: Tensor, y: Tensor) => mul(x, y),
      (g, { inputs }) => [mul(g, inputs[1]), null],
    );
    const [x, y] = [tensor(2), tensor(3)];
    x.requiresGrad = true;
    y.requiresGrad = true;
    first(x, y).backward();
    expect([x.grad!.item(), y.grad]).toEqual([3, null]);
  });

  test("is in a trace with what it does", () => {
    const { steps } = trace(() => roundThrough(normal(2)));
    expect(steps.map((step) => (step.kind === "op" ? step.op.name : step.kind))).toContain("round");
  });

  test("notices a changed input and a rule that does not fit", () => {
    const leaf = (): Tensor => zeros([2], { requiresGrad: true });
    const x = leaf();
    const y = roundThrough(x);
    noGrad(() => x.assign(1));
    expect(() => sum(y).backward()).toThrow(GradientError);
    expect(() =>
      sum(
        customGrad(
          (z: Tensor) => exp(z),
          () => [],
        )(leaf()),
      ).backward(),
    ).toThrow(/its rule made 0 cotangents for 1 inputs/);
    expect(() =>
      sum(
        customGrad(
          (z: Tensor) => exp(z),
          (g) => [sum(g)],
        )(leaf()),
      ).backward(),
    ).toThrow(/its rule made a cotangent of \[\] for input 0, \[2\]/);
    expect(() => customGrad((() => 3) as never, () => [])()).toThrow(/the function returned number/);
  });
});
