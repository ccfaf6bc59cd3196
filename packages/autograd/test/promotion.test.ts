/** Which dtype results have: PyTorch's, but for what is listed here with the reason. */
import { afterEach, describe, expect, test } from "vitest";
import { helperSamples, opSamples } from "../samples/index.js";
import { full, ones } from "../src/create.js";
import { type DType, isFloat, promote, setDefaultDtype } from "../src/dtype.js";
import { Tensor } from "../src/graph.js";
import { add, div, mul } from "../src/ops/elementwise.js";
import { mean } from "../src/ops/reductions.js";
import { exp } from "../src/ops/transcendental.js";
import { readJson } from "./support/fixtures.js";
import { expectNone } from "./support/walk.js";

type Operand = DType | number;
/** `null` as the second operand stands for none, as the result for PyTorch's refusal. */
type Row = readonly [name: string, x: Operand, y: Operand | null, result: DType | null];

const rows = readJson("ops/promotion") as readonly Row[];

const dtypes: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];

const operand = (given: Operand): Tensor | number =>
  typeof given === "number" ? given : full([2], 1, { dtype: given });

function resultOf([name, x, y]: Row): DType {
  const { call } = (opSamples.get(name) ?? helperSamples.get(name))!;
  const inputs = y === null ? [operand(x)] : [operand(x), operand(y)];
  const result = call(name === "where" ? [ones([2]), ...inputs] : inputs, {});
  return (result instanceof Tensor ? result : result[0]).dtype;
}

/** What the result is where it is not PyTorch's; undefined where it must be. */
function departure([name, x, y, theirs]: Row): DType | undefined {
  const whole = [x, y].every(
    (each) => each === null || (typeof each === "number" ? Number.isInteger(each) : !isFloat(each)),
  );
  // Powers have fractions for results, as soon as an exponent is negative: PyTorch throws then.
  if (name === "pow" && whole) return "float32";
  // Where PyTorch refuses bools, or computes with them as with truth values, here they are the numbers 0 and 1.
  const truthValues = theirs === null || (theirs === "bool" && ["add", "mul", "sign"].includes(name));
  if (!truthValues) return undefined;
  if (!whole) return [x, y].find((each) => each === "float64") === undefined ? "float32" : "float64";
  const found = [x, y]
    .flatMap((each) => (typeof each === "string" ? [each] : []))
    .reduce((a, b) => promote(a, b));
  return found === "bool" ? "int32" : found;
}

describe("the dtype of a result", () => {
  test.each([...new Set(rows.map(([name]) => name))])("of %s", (wanted) => {
    const wrong = rows.flatMap((row) => {
      const [name, x, y, theirs] = row;
      if (name !== wanted) return [];
      const expected = departure(row) ?? theirs;
      const found = resultOf(row);
      return found === expected ? [] : [`${name} of ${x} and ${y} is ${found}, not ${expected}`];
    });
    expectNone(wrong);
  });

  test("does not depend on the number of axes", () => {
    // In PyTorch a 0-d tensor counts less than one with axes.
    expect(add(ones([2], { dtype: "float32" }), ones([], { dtype: "float64" })).dtype).toBe("float64");
    expect(add(ones([2], { dtype: "uint8" }), ones([], { dtype: "int32" })).dtype).toBe("int32");
  });

  test("is the same whichever operand comes first", () => {
    for (const x of dtypes)
      for (const y of dtypes)
        for (const op of [add, mul, div])
          expect(op(ones([2], { dtype: x }), ones([2], { dtype: y })).dtype).toBe(
            op(ones([2], { dtype: y }), ones([2], { dtype: x })).dtype,
          );
  });
});

describe("the default float", () => {
  afterEach(() => setDefaultDtype("float32"));

  test.each(["float32", "float64"] as const)("%s is what integers become", (float) => {
    setDefaultDtype(float);
    const x = ones([2], { dtype: "int32" });
    expect([exp(x), div(x, x), mean(x), add(x, 0.5), add(1, 2)].map(({ dtype }) => dtype)).toEqual(
      Array(5).fill(float),
    );
    expect(add(x, 2).dtype).toBe("int32");
    expect(add(ones([2], { dtype: "float64" }), 0.5).dtype).toBe("float64");
    expect(add(ones([2], { dtype: "float32" }), 0.1).dtype).toBe("float32");
  });
});
