import { expect, test } from "vitest";
import type { DType } from "../../src/dtype.js";
import { compare, type Expression, input, product, select, sum } from "../../src/expression/expression.js";
import { exp } from "../../src/expression/functions/index.js";
import { interpret } from "../../src/expression/interpret.js";
import type { NumberType } from "../../src/expression/primitives.js";
import { ElementwiseKernel } from "../../src/kernels/elementwise.js";
import { allocateView, type View } from "../../src/storage.js";
import { dense, expanded, list, numbers, permuted } from "./views.js";

interface Case {
  readonly name: string;
  readonly type: NumberType;
  readonly roots: readonly Expression[];
  readonly inputs: readonly DType[];
  readonly outputs: readonly DType[];
}

const [x, y] = [input(0), input(1)];
const cases: readonly Case[] = [
  { name: "numbers", type: "f32", roots: [sum(x, y)], inputs: ["float32", "float32"], outputs: ["float32"] },
  { name: "a function", type: "f32", roots: [exp(x)], inputs: ["float32"], outputs: ["float32"] },
  { name: "two lanes", type: "f64", roots: [exp(x)], inputs: ["float64"], outputs: ["float64"] },
  { name: "mixed", type: "f64", roots: [product(x, y)], inputs: ["float32", "uint8"], outputs: ["float64"] },
  { name: "bytes", type: "i32", roots: [sum(x, y)], inputs: ["uint8", "int32"], outputs: ["int32"] },
  {
    name: "truth",
    type: "f32",
    roots: [compare("gt", x, y)],
    inputs: ["float32", "float32"],
    outputs: ["bool"],
  },
  {
    name: "two outputs",
    type: "f32",
    roots: [select(compare("lt", x, 0), product(x, y), x), sum(x, y)],
    inputs: ["float32", "float32"],
    outputs: ["float32", "float32"],
  },
];

/** Each length at which whole turns of the loop, single vectors and the lanes of the last one come together. */
const lengths = [...Array.from({ length: 37 }, (_, i) => i + 1), 16400];

function check({ type, roots, inputs, outputs }: Case, operands: readonly View[], where: string): void {
  const { shape } = operands[0];
  const made = outputs.map((dtype) => allocateView(dtype, shape));
  const masks = inputs.map(() => false);
  new ElementwiseKernel({ roots, type, inputs, outputs, masks }).run(operands, made);
  const elements = operands.map(list);
  made.forEach((out, k) => {
    const expected = elements[0].map((_, i) => {
      const value = interpret(
        roots[k],
        type,
        elements.map((each) => each[i]),
      );
      return Number(value);
    });
    expect(list(out).map(Number), `output ${k} of ${where}`).toEqual(expected);
  });
}

test.each(cases)("elements of any number: $name", (each) => {
  for (const length of each.name === "numbers" ? lengths : lengths.slice(0, -1))
    check(
      each,
      each.inputs.map((dtype, k) => dense(dtype, [length], numbers(dtype, length, k))),
      `${length} elements`,
    );
});

test.each(cases)("rows of any layout: $name", (each) => {
  for (const columns of [1, 3, 4, 16, 21, 35]) {
    const shape = [3, columns];
    const [first, second] = each.inputs.map((dtype, k) =>
      dense(dtype, shape, numbers(dtype, 3 * columns, k)),
    );
    const row = each.inputs.map((dtype) =>
      expanded(dense(dtype, [columns], numbers(dtype, columns, 3)), 0, 3),
    );
    const single = each.inputs.map((dtype) => expanded(dense(dtype, [3], numbers(dtype, 3, 4)), 1, columns));
    const turned = each.inputs.map((dtype) =>
      permuted(dense(dtype, [columns, 3], numbers(dtype, 3 * columns, 5)), [1, 0]),
    );
    const firsts = [first, turned[0]];
    const seconds = second === undefined ? [undefined] : [second, row[1], single[1], turned[1]];
    for (const x of firsts)
      for (const y of seconds) check(each, y === undefined ? [x] : [x, y], `rows of ${columns}`);
  }
});
