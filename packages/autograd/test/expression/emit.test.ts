import { describe, expect, test } from "vitest";
import {
  compare,
  type Expression,
  input,
  primitive,
  product,
  quotient,
  rarely,
  select,
  sum,
} from "../../src/expression/expression.js";
import { interpret } from "../../src/expression/interpret.js";
import { compile, type FloatType } from "./support/kernel.js";

const numbers = [0, -0, 1, -1, 2.5, -1e30, 1e-40, Infinity, -Infinity, NaN];
const pairs = numbers.flatMap((x) => numbers.map((y) => [x, y] as const));

/** Compares the kernels of `root`, a function of two inputs, with the interpreter on all pairs of numbers. */
function check(root: Expression, type: FloatType): void {
  for (const together of [1, 5]) {
    const kernel = compile(type, root, 2, pairs.length, together);
    pairs.forEach((pair, i) => pair.forEach((x, k) => (kernel.inputs[k][i] = x)));
    kernel.run(pairs.length);
    pairs.forEach((_, i) => {
      const inputs = kernel.inputs.map((array) => array[i]);
      expect(kernel.output[i], `of ${inputs}, ${together} together`).toBe(interpret(root, type, inputs));
    });
  }
}

const [x, y] = [input(0), input(1)];

describe.each(["f32", "f64"] as const)("%s", (type) => {
  test.each(["lt", "gt", "le", "ge"] as const)(
    "a choice by %s of what is compared, in either order",
    (relation) => {
      check(select(compare(relation, x, y), x, y), type);
      check(select(compare(relation, x, y), y, x), type);
      check(select(compare(relation, x, 1), 1, x), type);
      check(select(compare(relation, 0, y), y, 0), type);
    },
  );

  test("a rare branch is computed where a lane asks for it", () => {
    const common = product(x, y);
    const shared = sum(x, 1);
    const slow = quotient(shared, primitive("sqrt", primitive("abs", y)));
    const large = compare("gt", primitive("abs", y), 2);
    check(rarely(large, slow, common), type);
    // What was first met in the branch is needed after it; and one branch stands in another.
    check(sum(rarely(large, slow, common), slow), type);
    check(sum(rarely(large, rarely(compare("lt", x, 0), slow, shared), common), shared), type);
    check(product(rarely(large, slow, common), rarely(large, slow, common)), type);
  });

  test("a rare branch may be rare never or always", () => {
    check(rarely(compare("eq", x, x), sum(x, y), product(x, y)), type);
    check(rarely(compare("lt", primitive("abs", x), 0), sum(x, y), product(x, y)), type);
  });
});
