import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  AnomalyError,
  ArgumentError,
  add,
  arange,
  assign,
  checkpoint,
  concat,
  customGrad,
  detectAnomaly,
  div,
  exp,
  log,
  matmul,
  mean,
  mul,
  noGrad,
  ones,
  pow,
  softmax,
  sqrt,
  sub,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from "../../src/index.js";

const source = readFileSync(new URL(import.meta.url), "utf8").split("\n");

function anomalyIn(body: () => unknown, options?: { infinities?: boolean }): AnomalyError {
  try {
    detectAnomaly(body, options);
  } catch (error) {
    if (error instanceof AnomalyError) return error;
    throw error;
  }
  throw new Error("nothing was found");
}

/** The text of the line that an error names. */
function lineOf({ source: place }: AnomalyError): string {
  expect(place).toContain("anomaly.test.ts");
  return source[Number(/:(\d+):\d+$/.exec(place!)![1]) - 1];
}

const leaf = (...values: number[]): Tensor => {
  const x = tensor(values);
  x.requiresGrad = true;
  return x;
};

// What users ask of PyTorch's detect_anomaly and do not get: pytorch issue 160016.
describe("detectAnomaly", () => {
  test("names the first op that made a NaN, not the last that passed it on", () => {
    const found = anomalyIn(() => {
      const x = leaf(1, -1, 2);
      const root = sqrt(x); // the culprit
      const scaled = mul(root, 3);
      const result = mean(add(scaled, 1));
      result.backward();
    });
    expect([found.op, found.phase]).toEqual(["sqrt", "forward"]);
    expect(lineOf(found)).toContain("// the culprit");
    expect(found.message).toMatch(
      /^detectAnomaly: sqrt made NaN; all its operands are finite\n {2}its output: float32 \[3\], from 1 to 1\.41421, 1 NaN, the first at \[1\]\n {2}x: float32 \[3\], from -1 to 2\n {2}called at .*anomaly\.test\.ts:\d+:\d+$/,
    );
  });

  test("is not silent where only the loss is NaN", () => {
    const found = anomalyIn(() => {
      const x = leaf(0, 0);
      return div(sum(x), sum(x)); // 0 / 0
    });
    expect([found.op, found.phase]).toEqual(["div", "forward"]);
    expect(lineOf(found)).toContain("// 0 / 0");
  });

  test("names the op whose derivative is not finite, by the line that recorded it", () => {
    const found = anomalyIn(() => {
      const x = leaf(4, 0, 1);
      const y = sqrt(x); // whose derivative at 0 is infinite
      const z = mul(y, y);
      sum(z).backward();
    });
    // g is 0 there, and 0 / 0 is NaN.
    expect([found.op, found.phase]).toEqual(["sqrt", "backward"]);
    expect(lineOf(found)).toContain("// whose derivative");
    expect(found.message).toMatch(/the backward of sqrt made NaN; all its operands are finite/);
    expect(found.message).toMatch(/the cotangent of x: float32 \[3\].* the first at \[1\]/);
  });

  test("sees the branch that where does not take", () => {
    const found = anomalyIn(() => {
      const x = leaf(0, 1);
      const safe = where(tensor([false, true]), log(add(x, 1)), div(x, x)); // both are computed
      sum(safe).backward();
    });
    expect(found.op).toBe("div");
  });

  test("names an infinity, but not one that was there before", () => {
    const body = (): Tensor => log(zeros([2]));
    expect(anomalyIn(body).message).toMatch(/log made an infinity; all its operands are finite/);
    expect([...detectAnomaly(body, { infinities: false }).toTypedArray()]).toEqual([-Infinity, -Infinity]);
    const mask = tensor([0, -Infinity]);
    const x = leaf(1, 2);
    expect(() => detectAnomaly(() => sum(softmax(add(x, mask)).square()).backward())).not.toThrow();
    expect(anomalyIn(() => exp(tensor([1000]))).op).toBe("exp");
    expect(anomalyIn(() => sub(mask, mask)).message).toMatch(/sub made NaN; x and y were not finite before/);
  });

  test("says that an input was bad before", () => {
    const found = anomalyIn(() => matmul(tensor([[1, Number.NaN]]), ones([2, 2])));
    expect(found.message).toMatch(/matmul made NaN; x was not finite before/);
    expect(found.message).toMatch(/x: float32 \[1, 2\], all 1, 1 NaN/);
  });

  test("looks at updates, lists of tensors, views and integers", () => {
    const parameter = zeros([2]);
    expect(anomalyIn(() => assign(parameter, tensor([Number.NaN, 0]))).op).toBe("assign float32");
    expect(anomalyIn(() => concat([ones([1]), tensor([Number.NaN])])).message).toMatch(/xs\[1\]: float32/);
    expect(() => detectAnomaly(() => tensor([Number.NaN, 1]).slice({ start: 1 }).exp())).not.toThrow();
    expect(() => detectAnomaly(() => add(arange(3), 1))).not.toThrow();
  });

  test("looks into checkpoints, rules of one's own and second derivatives", () => {
    const inside = anomalyIn(() => {
      const y = checkpoint((x: Tensor) => sqrt(x).square(), leaf(0));
      y.sum().backward();
    });
    expect([inside.op, inside.phase]).toEqual(["sqrt", "backward"]);
    expect(lineOf(inside)).toContain("const y = checkpoint((x: Tensor) => sqrt(x)");
    const own = customGrad(
      (x: Tensor) => exp(x),
      (g) => [div(g, 0)],
      { name: "own" },
    );
    const ownFound = anomalyIn(() => sum(own(leaf(1))).backward()); // my own rule
    expect(ownFound.op).toBe("own");
    expect(lineOf(ownFound)).toContain("// my own rule");
    const second = anomalyIn(() => {
      const x = leaf(0);
      const y = pow(x, 1.5);
      sum(y).backward({ createGraph: true });
      sum(x.grad!).backward();
    });
    expect([second.op, second.phase]).toEqual(["pow.grad(x)", "backward"]);
  });

  test("looks at what hooks return", () => {
    const found = anomalyIn(() => {
      const x = leaf(1);
      const y = exp(x);
      y.registerHook((g) => div(g, 0));
      sum(y).backward();
    });
    expect(found.message).toMatch(/a hook on the result of exp made an infinity/);
    const onLeaf = anomalyIn(() => {
      const x = leaf(1);
      x.registerHook((g) => mul(g, Number.NaN));
      sum(exp(x)).backward();
    });
    expect(onLeaf.message).toMatch(/a hook on a leaf made NaN/);
  });

  test("says where to look if the forward pass was not watched", () => {
    const y = sum(sqrt(leaf(0)));
    const found = anomalyIn(() => y.backward());
    expect(found.source).toBeUndefined();
    expect(found.message).toMatch(/recorded before detectAnomaly began: let it run the forward pass too/);
  });

  test("returns what the function returns, changes nothing, and ends with it", () => {
    const x = leaf(1, 2);
    const gradient = (run: (body: () => void) => void): unknown => {
      x.grad = null;
      run(() => sum(mul(exp(x), x)).backward());
      return x.grad!.toArray();
    };
    expect(gradient((body) => detectAnomaly(body))).toEqual(gradient((body) => body()));
    expect(detectAnomaly(() => 3)).toBe(3);
    expect(noGrad(() => log(zeros([1])).item())).toBe(-Infinity);
    expect(() => detectAnomaly(async () => 3)).toThrow(ArgumentError);
  });
});
