import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  add,
  arange,
  assign,
  backward,
  DTypeError,
  enableGrad,
  exp,
  GradientError,
  gradients,
  isRecording,
  mul,
  noGrad,
  ones,
  ShapeError,
  square,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.js";

const float64 = { dtype: "float64", requiresGrad: true } as const;

describe("backward", () => {
  test("adds to the .grad of leaves, and adds again the next time", () => {
    const x = tensor([1, 2, 3], float64);
    x.square().sum().backward();
    expect(x.grad?.toArray()).toEqual([2, 4, 6]);
    x.mul(10).sum().backward();
    expect(x.grad?.toArray()).toEqual([12, 14, 16]);
  });

  test("takes .grad as it has been set", () => {
    const x = tensor([1, 2], float64);
    x.grad = tensor([100, 200], { dtype: "float64" });
    x.sum().backward();
    expect(x.grad.toArray()).toEqual([101, 201]);
    x.grad = null;
    x.sum().backward();
    expect(x.grad).toMatchObject({ shape: [2] });
  });

  test("sums what comes by several ways, and over broadcast axes", () => {
    const x = tensor([[1], [2]], float64);
    const y = x.mul(x).add(x.mul(ones([2, 3], { dtype: "float64" })));
    y.sum().backward();
    expect(x.grad?.toArray()).toEqual([[9], [15]]);
  });

  test("wants the cotangent of a result with several elements", () => {
    const x = tensor([1, 2], float64);
    expect(() => x.mul(2).backward()).toThrow(
      /backward: the result is \[2\]; give its cotangent as `gradient`/,
    );
    expect(() => x.mul(2).backward({ gradient: ones([3]) })).toThrow(ShapeError);
    x.mul(2).backward({ gradient: tensor([1, 10], { dtype: "float64" }) });
    expect(x.grad?.toArray()).toEqual([2, 20]);
  });

  test("refuses a result that requires no gradient", () => {
    expect(() => tensor([1]).backward()).toThrow(GradientError);
    expect(() => noGrad(() => tensor([1], float64).mul(2)).backward()).toThrow(/requires no gradient/);
  });

  test("frees the graph, unless it is retained", () => {
    const x = tensor([3], float64);
    const y = square(x);
    y.backward({ retainGraph: true });
    y.backward();
    expect(x.grad?.toArray()).toEqual([12]);
    expect(() => y.backward()).toThrow(
      /square: its graph was freed by an earlier backward; give that one retainGraph: true/,
    );
  });

  test("records itself with createGraph", () => {
    const x = tensor(2, float64);
    const [first] = gradients(x.mul(x).mul(x), [x], { createGraph: true });
    expect(first?.item()).toBe(12);
    const [second] = gradients(first as Tensor, [x], { createGraph: true });
    expect(second?.item()).toBe(12);
    const [third] = gradients(second as Tensor, [x]);
    expect(third?.item()).toBe(6);
  });

  test("differentiates through saved outputs", () => {
    const x = tensor(0.5, float64);
    const [first] = gradients(x.tanh(), [x], { createGraph: true });
    const [second] = gradients(first as Tensor, [x]);
    const t = Math.tanh(0.5);
    expect(second?.item()).toBeCloseTo(-2 * t * (1 - t * t), 14);
  });

  test("brings each gradient in the dtype of its leaf", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = tensor([3, 4], float64);
    x.mul(y).sum().backward();
    expect(x.grad?.dtype).toBe("float32");
    expect(y.grad?.dtype).toBe("float64");
    expect(x.grad?.toArray()).toEqual([3, 4]);
  });

  test("gives leaves gradients on numbers of their own", () => {
    const x = tensor([1, 2], float64);
    const y = tensor([3, 4], float64);
    const seed = ones([2], { dtype: "float64" });
    backward(add(x, y), { gradient: seed });
    assign(x.grad as Tensor, 7);
    expect(y.grad?.toArray()).toEqual([1, 1]);
    expect(seed.toArray()).toEqual([1, 1]);
  });

  test("does not disturb the operands of a product", () => {
    const x = tensor([2], float64);
    const y = tensor([5], float64);
    x.mul(y).backward({ gradient: ones([1], { dtype: "float64" }) });
    assign(x.grad as Tensor, 0);
    expect(y.toArray()).toEqual([5]);
  });

  test("goes back through 100,000 ops", () => {
    const x = tensor(1, float64);
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = i % 2 === 0 ? y.add(1e-6) : y.mul(1.000001);
    y.backward();
    expect(x.grad?.item()).toBeCloseTo(Math.exp(50_000 * Math.log(1.000001)), 9);
  });

  test("gives the same bits twice", () => {
    const x = arange(0, 1000, 1, { dtype: "float32", requiresGrad: true });
    const run = () => gradients(sum(exp(mul(x, 0.001)).tanh().mul(x)), [x])[0]!.toTypedArray();
    expect(run()).toEqual(run());
  });
});

describe("gradients", () => {
  test("are values, and touch no .grad", () => {
    const x = tensor([1, 2], float64);
    const y = tensor([3, 4], float64);
    const [gx, gy] = gradients(x.mul(y).sum(), [x, y]);
    expect([gx?.toArray(), gy?.toArray()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect([x.grad, y.grad]).toEqual([null, null]);
  });

  test("are null where nothing depends on the input", () => {
    const x = tensor([1, 2], float64);
    const unused = tensor([1], float64);
    expect(gradients(x.sum(), [unused, x])[0]).toBeNull();
  });

  test("reach tensors in the middle of the graph", () => {
    const x = tensor([1, 2], float64);
    const middle = x.mul(3);
    const [g] = gradients(middle.square().sum(), [middle]);
    expect(g?.toArray()).toEqual([6, 12]);
  });

  test("refuse an input that requires none", () => {
    const x = tensor([1, 2], float64);
    expect(() => gradients(x.sum(), [zeros([2])])).toThrow(/input 0, \[2\], requires no gradient/);
  });
});

describe("requiresGrad", () => {
  test("can be set on leaves of floats", () => {
    const x = tensor([1]);
    expect([x.requiresGrad, x.isLeaf]).toEqual([false, true]);
    x.requiresGrad = true;
    const y = x.mul(2);
    expect([y.requiresGrad, y.isLeaf]).toEqual([true, false]);
    expect(() => {
      y.requiresGrad = false;
    }).toThrow(GradientError);
    expect(() => tensor([1], { dtype: "int32", requiresGrad: true })).toThrow(DTypeError);
  });

  test("does not pass through integers, comparisons, detach and noGrad", () => {
    const x = tensor([1.5, -2], float64);
    expect(x.to("int32").requiresGrad).toBe(false);
    expect(x.greater(0).requiresGrad).toBe(false);
    expect(x.detach().mul(2).requiresGrad).toBe(false);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
  });

  test("recording ends with its function, also by an error, and refuses promises", () => {
    expect(() =>
      noGrad(() => {
        throw new RangeError("out");
      }),
    ).toThrow(RangeError);
    expect(isRecording()).toBe(true);
    expect(() => noGrad(async () => 1)).toThrow(ArgumentError);
    expect(isRecording()).toBe(true);
  });
});

describe("hooks", () => {
  test("see the whole cotangent and may replace it", () => {
    const x = tensor([1, 2], float64);
    const y = x.mul(3);
    const seen: unknown[] = [];
    y.registerHook((g) => {
      seen.push(g.toArray());
      return g.mul(10);
    });
    y.add(y).sum().backward();
    expect(seen).toEqual([[2, 2]]);
    expect(x.grad?.toArray()).toEqual([60, 60]);
  });

  test("work on leaves, in order, and can be removed", () => {
    const x = tensor([1], float64);
    x.registerHook((g) => g.add(1));
    const remove = x.registerHook((g) => g.mul(10));
    x.mul(2).sum().backward();
    expect(x.grad?.toArray()).toEqual([30]);
    remove();
    x.grad = null;
    x.mul(2).sum().backward();
    expect(x.grad).toMatchObject({ shape: [1] });
    expect((x.grad as unknown as Tensor).toArray()).toEqual([3]);
  });

  test("must keep the shape", () => {
    const x = tensor([1, 2], float64);
    x.registerHook((g) => g.sum());
    expect(() => x.mul(2).sum().backward()).toThrow(
      /registerHook: the hook returned \[\] for a gradient of \[2\]/,
    );
  });

  test("may run a backward of their own, but not over the same graph", () => {
    const x = tensor([2], float64);
    const other = tensor([3], float64);
    const y = x.mul(5);
    y.registerHook(() => enableGrad(() => other.square().sum().backward()));
    y.sum().backward();
    expect([x.grad?.toArray(), other.grad?.toArray()]).toEqual([[5], [6]]);
    const z = x.mul(5);
    const loss = z.sum().add(z.mul(2).sum());
    z.registerHook(() => loss.backward());
    expect(() => loss.backward()).toThrow(GradientError);
  });

  test("retainGrad keeps the gradient of a computed tensor", () => {
    const x = tensor([1, 2], float64);
    const y = x.mul(3);
    y.retainGrad();
    y.square().sum().backward();
    expect(y.grad?.toArray()).toEqual([6, 12]);
    expect(x.grad?.toArray()).toEqual([18, 36]);
  });
});

describe("versions", () => {
  test("a saved tensor that was assigned to since is an error", () => {
    const x = tensor([1, 2], float64);
    const y = x.square();
    noGrad(() => assign(x, [5, 6].length));
    expect(() => y.sum().backward()).toThrow(
      /square: x, \[2\], was changed after it was recorded \(version 1, recorded 0\)/,
    );
  });

  test("views and detached tensors share the version", () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      float64,
    );
    const y = x.select(0).square();
    noGrad(() => assign(x.detach(), 0));
    expect(() => y.sum().backward()).toThrow(GradientError);
  });

  test("assigning what no rule reads is harmless", () => {
    const x = tensor([1, 2], float64);
    const y = x.add(1);
    noGrad(() => assign(x, 0));
    y.sum().backward();
    expect(x.grad?.toArray()).toEqual([1, 1]);
  });

  test("assign writes through views, in the dtype of the target", () => {
    const x = tensor(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: "float64" },
    );
    assign(x.transpose().select(1), tensor([0.1, 0.2]));
    assign(x.slice({ axis: 1, start: 2 }), 0.1);
    expect(x.toArray()).toEqual([
      [1, Math.fround(0.1), 0.1],
      [4, Math.fround(0.2), 0.1],
    ]);
    assign(x.transpose(), tensor([[1], [2], [3]]));
    expect(x.toArray()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(() => assign(tensor([1]).expand([3]), 0)).toThrow(/expanded: one number stands in several places/);
  });

  test("assign refuses what it would have to record", () => {
    const x = tensor([1, 2], float64);
    expect(() => assign(x, 0)).toThrow(/wrap it in noGrad/);
    expect(() => assign(zeros([2]), ones([3]))).toThrow(ShapeError);
    expect(() => assign(zeros([1]), ones([3]))).toThrow(ShapeError);
  });
});
