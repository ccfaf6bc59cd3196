import { describe, expect, test } from "vitest";
import {
  apply,
  applyElementwise,
  arange,
  defineOp,
  dropout,
  elementwise,
  expression,
  functions,
  gather,
  matmul,
  mul,
  type OpDefinition,
  opcheck,
  randn,
  relu,
  sub,
  sum,
  type Tensor,
  tanh,
  to,
  transpose,
} from "../src/index.js";
import "../src/vitest.js";

const normal = (...shape: number[]): Tensor => randn(shape, { dtype: "float64" });

describe("opcheck passes", () => {
  test("compositions, kinks aside, and functions that draw", () => {
    expect((x: Tensor, w: Tensor) => tanh(matmul(x, w))).toPassOpcheck([normal(2, 3), normal(3, 2)]);
    expect((x: Tensor) => dropout(x, 0.5)).toPassOpcheck([normal(5)]);
    expect(opcheck((x, i) => gather(x, i), [normal(5), arange(3)]).ok).toBe(true);
    expect(opcheck((x) => relu(x), [normal(0, 3)]).ok).toBe(true);
    expect(opcheck((x) => mul(x, x), [normal()]).message).toMatch(
      /^passed gradients\npassed second derivatives\n/,
    );
  });

  test("a fused element-wise op of one's own", () => {
    const swishOp = elementwise("swish", ["x", "beta"], (x, beta) =>
      expression.product(x, functions.sigmoid(expression.product(beta, x))),
    );
    expect((x: Tensor, beta: Tensor) => applyElementwise(swishOp, [x, beta])).toPassOpcheck([
      normal(2, 3),
      normal(3),
    ]);
  });

  test("what has no derivative, and says so", () => {
    const report = opcheck((x) => to(x, "int32"), [normal(3)]);
    expect(report.ok).toBe(true);
    expect(report.message).toContain("passed gradients: no output depends on an input");
  });
});

/** The squares of a vector, defined with one fault. */
function squareWith(fault: Partial<OpDefinition<"x", "out", "x", undefined>>): (x: Tensor) => Tensor {
  const op = defineOp<"x", "x", "out", undefined>({
    name: "mySquare",
    inputs: ["x"],
    infer: ([x]) => [x],
    kernel: ([x], [out]) => {
      for (let i = 0; i < x.shape[0]; i++) {
        const value = x.data.get(x.offset + i * x.stride[0]);
        out.data.set(out.offset + i, value * value);
      }
    },
    saves: ["x"],
    vjp: { x: ({ g, x }) => mul(g, mul(2, x)) },
    ...fault,
  });
  return (x) => apply(op, [x], undefined);
}

describe("opcheck finds", () => {
  const failing = (f: (x: Tensor) => Tensor): string[] =>
    opcheck(f, [normal(4)]).checks.flatMap(({ name, ok }) => (ok ? [] : [name]));

  test("nothing wrong with the right one", () => {
    expect(failing(squareWith({}))).toEqual([]);
    expect(failing(squareWith({ jvp: { x: ({ t, x }) => mul(mul(t, x), 2) } }))).toEqual([]);
  });

  test("a wrong gradient, and only that", () => {
    expect(failing(squareWith({ vjp: { x: ({ g, x }) => mul(g, x) } }))).toEqual(["gradients"]);
  });

  test("a derivative that is lost on the way to the second", () => {
    expect(failing(squareWith({ vjp: { x: ({ g, x }) => mul(g, mul(2, x.detach())) } }))).toEqual([
      "second derivatives",
    ]);
  });

  test("a wrong forward rule", () => {
    expect(failing(squareWith({ jvp: { x: ({ t, x }) => mul(t, x) } }))).toEqual(["forward mode"]);
    expect(failing(squareWith({ linear: ["x"] }))).toEqual(["forward mode"]);
  });

  test("a kernel that does not mind strides", () => {
    expect(
      failing(
        squareWith({
          kernel: ([x], [out]) => {
            for (let i = 0; i < x.shape[0]; i++) {
              const value = x.data.get(x.offset + i);
              out.data.set(out.offset + i, value * value);
            }
          },
        }),
      ),
    ).toEqual(["layouts"]);
  });

  test("a function that keeps a state or changes its input", () => {
    let calls = 0;
    expect(failing((x) => mul(x.square(), 1 + 1e-9 * calls++))).toContain("repetition");
    const counting = (x: Tensor, i: Tensor): Tensor => {
      i.view.data.set(i.view.offset, i.view.data.get(i.view.offset) + 1);
      return x.square();
    };
    const { checks } = opcheck(counting, [normal(2), arange(2)]);
    expect(checks.find(({ name }) => name === "repetition")!.message).toMatch(
      /it changed its inputs: number 1/,
    );
  });

  test("a kernel that writes into its input, which stays as it was for the caller", () => {
    const x = normal(4);
    const before = [...x.toTypedArray()];
    const f = squareWith({
      kernel: ([a], [out]) => {
        for (let i = 0; i < a.shape[0]; i++) {
          const value = a.data.get(a.offset + i * a.stride[0]);
          out.data.set(out.offset + i, value * value);
          a.data.set(a.offset + i * a.stride[0], 7);
        }
      },
    });
    const { checks } = opcheck(f, [x]);
    expect(checks.find(({ name }) => name === "repetition")!.message).toMatch(/it changed its inputs/);
    expect([...x.toTypedArray()]).toEqual(before);
  });

  test("a rule whose cotangent has another shape", () => {
    const failed = opcheck(squareWith({ vjp: { x: ({ g }) => g.slice({ end: 2 }) } }), [normal(4)]).checks[0];
    expect([failed.ok, failed.message]).toEqual([
      false,
      expect.stringMatching(/a derivative rule made a cotangent of \[2\] for an input of \[4\]/),
    ]);
  });

  test("digits lost in float32", () => {
    const variance = (x: Tensor): Tensor => {
      const y = x.add(1e4);
      return sub(sum(y.square()), mul(sum(y), sum(y)).div(4));
    };
    expect(failing(variance)).toContain("float32");
  });

  test("a rule that takes the wrong operand", () => {
    const op = defineOp({
      name: "product",
      inputs: ["x", "y"],
      infer: ([x, y]) => [{ shape: [x.shape[0], y.shape[1]], dtype: x.dtype }],
      kernel: ([x, y], [out]) => {
        for (let i = 0; i < x.shape[0]; i++)
          for (let j = 0; j < y.shape[1]; j++) {
            let total = 0;
            for (let k = 0; k < x.shape[1]; k++)
              total +=
                x.data.get(x.offset + i * x.stride[0] + k * x.stride[1]) *
                y.data.get(y.offset + k * y.stride[0] + j * y.stride[1]);
            out.data.set(out.offset + i * y.shape[1] + j, total);
          }
      },
      saves: ["x", "y"],
      linear: ["x", "y"],
      vjp: { x: ({ g, y }) => matmul(g, y), y: ({ g, x }) => matmul(transpose(x), g) },
    });
    const { checks } = opcheck((x, y) => apply(op, [x, y], undefined), [normal(3, 3), normal(3, 3)]);
    expect(checks.flatMap(({ name, ok }) => (ok ? [] : [name]))).toEqual(["gradients", "forward mode"]);
  });
});
