/** einsum and tensordot against loops over all indices. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { einsum, type Tensor, tensordot } from "../../src/index.js";
import { difference, tolerances } from "../support/compare.js";
import { drawn } from "../support/matrices.js";

/** The sum over all values of all letters, element by element. */
function loops(
  inputs: readonly (readonly string[])[],
  output: readonly string[],
  operands: readonly Tensor[],
): number[] {
  const lengths = new Map<string, number>();
  for (const [k, names] of inputs.entries())
    for (const [axis, name] of names.entries()) lengths.set(name, operands[k].shape[axis]);
  const names = [...lengths.keys()];
  const flat = operands.map((x) => x.toTypedArray());
  const index = new Map(names.map((name) => [name, 0]));
  const place = (subscript: readonly string[]): number =>
    subscript.reduce((at, name) => at * lengths.get(name)! + index.get(name)!, 0);
  const result = new Array<number>(output.reduce((size, name) => size * lengths.get(name)!, 1)).fill(0);
  const visit = (depth: number): void => {
    if (depth === names.length) {
      result[place(output)] += flat.reduce((product, numbers, k) => product * numbers[place(inputs[k])], 1);
      return;
    }
    for (let i = 0; i < lengths.get(names[depth])!; i++) {
      index.set(names[depth], i);
      visit(depth + 1);
    }
  };
  visit(0);
  return result;
}

const length = { a: 2, b: 3, c: 1, d: 2, e: 4 } as const;
const letters = Object.keys(length) as (keyof typeof length)[];
const subscripts = fc.array(fc.constantFrom(...letters), { maxLength: 4 });
const equations = fc
  .array(subscripts, { minLength: 1, maxLength: 4 })
  .chain((inputs) =>
    fc.record({ inputs: fc.constant(inputs), output: fc.shuffledSubarray([...new Set(inputs.flat())]) }),
  );

test("einsum sums what loops sum", () => {
  fc.assert(
    fc.property(equations, ({ inputs, output }) => {
      const operands = inputs.map((names, k) =>
        drawn(
          names.map((name) => length[name]),
          k + 1,
        ),
      );
      const left = inputs.map((names) => names.join("")).join(",");
      const found = einsum(`${left}->${output.join("")}`, operands);
      const expected = {
        shape: output.map((name) => length[name]),
        values: loops(inputs, output, operands),
      };
      expect(difference(found, expected, tolerances.float64)).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

test("tensordot sums what loops sum", () => {
  const [x, y] = [drawn([2, 3, 4]), drawn([4, 2, 5], 2)];
  const found = tensordot(x, y, {
    axes: [
      [0, 2],
      [1, 0],
    ],
  });
  const expected = {
    shape: [3, 5],
    values: loops(
      [
        ["a", "b", "c"],
        ["c", "a", "d"],
      ],
      ["b", "d"],
      [x, y],
    ),
  };
  expect(difference(found, expected, tolerances.float64)).toBeUndefined();
});
