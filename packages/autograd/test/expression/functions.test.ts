import { describe, expect, test } from "vitest";
import { pullback, pushforward } from "../../src/expression/differentiate.js";
import { call, constant, type Expression, input, product, sum } from "../../src/expression/expression.js";
import { exp, fallingExp } from "../../src/expression/functions/index.js";
import { interpret } from "../../src/expression/interpret.js";
import { functions, sampler, stratified, stratifiedPairs } from "./support/accuracy.js";
import type { DD } from "./support/double-double.js";
import { compile, type FloatType } from "./support/kernel.js";
import { exact, ulps32, ulps64 } from "./support/reference.js";

const types: readonly FloatType[] = ["f32", "f64"];
const binary = ["pow", "atan2"] as const;
const unary = [...functions.keys()].filter((name) => name !== "pow" && name !== "atan2");

/** The function of the inputs. */
function root(name: string): Expression {
  return call(functions.get(name)!, input(0), ...(unary.includes(name) ? [] : [input(1)]));
}

/** The values of a kernel, each operand given as a list. */
function values(name: string, type: FloatType, ...operands: readonly (readonly number[])[]): number[] {
  const length = operands[0].length;
  const kernel = compile(type, root(name), operands.length, (length + 3) & ~3);
  operands.forEach((operand, i) => kernel.inputs[i].set(operand));
  kernel.run((length + 3) & ~3);
  return [...kernel.output.subarray(0, length)];
}

const odd: readonly [number, number][] = [
  [0, 0],
  [-0, -0],
  [NaN, NaN],
];

// What C's annex F says. Results that no float32 holds are rounded to it below.
// biome-ignore format: a table
const special: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  exp: [[0, 1], [-0, 1], [-Infinity, 0], [Infinity, Infinity], [1e30, Infinity], [-1e30, 0], [NaN, NaN]],
  expm1: [...odd, [-Infinity, -1], [Infinity, Infinity], [-1e30, -1], [1e30, Infinity]],
  sigmoid: [[0, 0.5], [-0, 0.5], [-Infinity, 0], [Infinity, 1], [-1e30, 0], [1e30, 1], [NaN, NaN]],
  softplus: [[0, Math.LN2], [-Infinity, 0], [Infinity, Infinity], [-1e30, 0], [NaN, NaN]],
  log: [[1, 0], [0, -Infinity], [-0, -Infinity], [-1, NaN], [-1e-45, NaN], [Infinity, Infinity], [-Infinity, NaN], [NaN, NaN]],
  log2: [[1, 0], [8, 3], [2 ** -126, -126], [2 ** -140, -140], [0, -Infinity], [-0, -Infinity], [-1, NaN], [Infinity, Infinity], [NaN, NaN]],
  log10: [[1, 0], [10, 1], [100, 2], [1e10, 10], [0, -Infinity], [-0, -Infinity], [-1, NaN], [Infinity, Infinity], [NaN, NaN]],
  log1p: [...odd, [-1, -Infinity], [-2, NaN], [Infinity, Infinity], [-Infinity, NaN]],
  sin: [...odd, [Infinity, NaN], [-Infinity, NaN]],
  cos: [[0, 1], [-0, 1], [Infinity, NaN], [-Infinity, NaN], [NaN, NaN]],
  tan: [...odd, [Infinity, NaN], [-Infinity, NaN]],
  asin: [...odd, [1, Math.PI / 2], [-1, -Math.PI / 2], [1.0001, NaN], [-Infinity, NaN]],
  acos: [[1, 0], [-1, Math.PI], [0, Math.PI / 2], [-0, Math.PI / 2], [1.0001, NaN], [-2, NaN], [Infinity, NaN], [NaN, NaN]],
  atan: [...odd, [Infinity, Math.PI / 2], [-Infinity, -Math.PI / 2], [1, Math.PI / 4], [1e30, Math.PI / 2]],
  sinh: [...odd, [Infinity, Infinity], [-Infinity, -Infinity], [1e30, Infinity]],
  cosh: [[0, 1], [-0, 1], [Infinity, Infinity], [-Infinity, Infinity], [-1e30, Infinity], [NaN, NaN]],
  tanh: [...odd, [Infinity, 1], [-Infinity, -1], [30, 1], [-1e30, -1]],
  asinh: [...odd, [Infinity, Infinity], [-Infinity, -Infinity]],
  acosh: [[1, 0], [0.999, NaN], [-2, NaN], [Infinity, Infinity], [-Infinity, NaN], [NaN, NaN]],
  atanh: [...odd, [1, Infinity], [-1, -Infinity], [1.0001, NaN], [-Infinity, NaN]],
  erf: [...odd, [Infinity, 1], [-Infinity, -1], [7, 1], [-1e30, -1]],
  erfc: [[0, 1], [-0, 1], [Infinity, 0], [-Infinity, 2], [1e30, 0], [-1e30, 2], [NaN, NaN]],
};

describe.each(types)("%s", (type) => {
  const round = type === "f32" ? Math.fround : (x: number): number => x;

  test("fallingExp has the bits of exp up to 0 where they are a normal number, and keeps NaN", () => {
    const smallest = type === "f32" ? 2 ** -126 : 2 ** -1022;
    const numbers = [0, -0, Number.NaN, Number.NEGATIVE_INFINITY, -1e30];
    for (let x = 1e-30; x < 1e-3; x *= 7) numbers.push(-x);
    for (let x = 0; x < 1500; x += 0.03) numbers.push(-x);
    const [fast, slow] = [fallingExp, exp].map((f) => {
      const kernel = compile(type, f(input(0)), 1, (numbers.length + 3) & ~3);
      kernel.inputs[0].set(numbers);
      kernel.run((numbers.length + 3) & ~3);
      return [...kernel.output.subarray(0, numbers.length)];
    });
    expect(fast.filter((_, i) => !(slow[i] < smallest))).toEqual(slow.filter((e) => !(e < smallest)));
    fast.forEach((e, i) => {
      if (slow[i] < smallest / 2) expect(e, `${numbers[i]}`).toBe(0);
    });
  });

  test.each(unary)("%s of special values", (name) => {
    const cases = special[name];
    const found = values(
      name,
      type,
      cases.map(([x]) => x),
    );
    expect(found).toEqual(cases.map(([, y]) => round(y)));
  });

  test.each(unary)("%s within 2 ulp", (name) => {
    const { ulps, at } = stratified(name, type, name.startsWith("erf") ? 3e4 : 1e5);
    expect(ulps, `at ${at}`).toBeLessThanOrEqual(2);
  });

  test.each(binary)("%s within 2 ulp", (name) => {
    const { ulps, at } = stratifiedPairs(name, type, 1e5);
    expect(ulps, `at ${at}`).toBeLessThanOrEqual(2);
  });

  test.each([...unary, ...binary])("%s interpreted gives the bits of the kernel, in every lane", (name) => {
    const draw = sampler(name, type);
    const some = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e30];
    const operands = (unary.includes(name) ? [some] : [some, [...some].reverse()]).map((list) => [
      ...list.map((x) => round(x)),
      ...Array.from({ length: 112 }, draw),
    ]);
    const found = values(name, type, ...operands);
    const expression = root(name);
    for (let i = 0; i < found.length; i++)
      expect(found[i]).toBe(
        interpret(
          expression,
          type,
          operands.map((operand) => operand[i]),
        ),
      );
    // Other neighbours, other places.
    const turned = operands.map((operand) => [...operand.slice(41), ...operand.slice(0, 41)]);
    expect(values(name, type, ...turned)).toEqual([...found.slice(41), ...found.slice(0, 41)]);
  });

  test("pow of special values", () => {
    const numbers = [
      0,
      -0,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      -3,
      2.5,
      -2.5,
      1e30,
      -1e30,
      1e-40,
      -1e-40,
      16777215,
      9007199254740991,
      Infinity,
      -Infinity,
      NaN,
    ];
    const pairs = numbers.flatMap((x) => numbers.map((y) => [round(x), round(y)]));
    const found = values(
      "pow",
      type,
      pairs.map(([x]) => x),
      pairs.map(([, y]) => y),
    );
    pairs.forEach(([x, y], i) => {
      // JavaScript differs from C here.
      const one = x === 1 || (x === -1 && Math.abs(y) === Infinity);
      const expected = one ? 1 : x ** y;
      const ulps = type === "f32" ? ulps32(found[i], expected) : ulps64(found[i], expected);
      // JavaScript's own power is not exact either.
      expect(ulps, `${x} to the ${y} is ${found[i]}`).toBeLessThanOrEqual(type === "f32" ? 2 : 3);
    });
  });

  test("atan2 of special values", () => {
    const numbers = [0, -0, 1, -1, Infinity, -Infinity, NaN];
    const pairs = numbers.flatMap((y) => numbers.map((x) => [y, x]));
    const found = values(
      "atan2",
      type,
      pairs.map(([y]) => y),
      pairs.map(([, x]) => x),
    );
    expect(found).toEqual(pairs.map(([y, x]) => round(Math.atan2(y, x))));
  });
});

// Of all numbers of the type, these and their like come nearest to multiples of π/2.
test.each([
  ["f32", [16367173 * 2 ** 72, 16367173 * 2 ** 73, 10741887 * 2 ** 11]],
  ["f64", [6381956970095103 * 2 ** 797, 3205513981387887 * 2 ** -46, 6411027962775774 * 2 ** -47]],
] as const)("%s: the hardest numbers for sin, cos and tan", (type, numbers) => {
  for (const name of ["sin", "cos", "tan"])
    values(name, type, numbers).forEach((y, i) => {
      const expected = exact[name](numbers[i]);
      const ulps = type === "f64" ? ulps64(y, expected) : ulps32(y, (expected as DD)[0]);
      expect(ulps, `${name} of ${numbers[i]}`).toBeLessThanOrEqual(2);
    });
});

test("powers of two and whole powers are exact", () => {
  const exponents = Array.from({ length: 600 }, (_, i) => i - 300);
  expect(
    values(
      "log2",
      "f64",
      exponents.map((n) => 2 ** n),
    ),
  ).toEqual(exponents);
  expect(
    values(
      "pow",
      "f64",
      exponents.map(() => 2),
      exponents,
    ),
  ).toEqual(exponents.map((n) => 2 ** n));
  expect(values("pow", "f32", [3, 5, 7, -3, 10], [2, 3, 2, 3, 5])).toEqual([9, 125, 49, -27, 100000]);
});

// Places where functions are smooth.
const smooth: Readonly<Record<string, readonly number[]>> = {
  log: [0.3, 1.1, 5],
  log2: [0.3, 1.1, 5],
  log10: [0.3, 1.1, 5],
  log1p: [-0.6, 0.1, 4],
  asin: [-0.7, 0.1, 0.6],
  acos: [-0.7, 0.1, 0.6],
  atanh: [-0.7, 0.1, 0.6],
  acosh: [1.3, 2, 7],
};

const numberOf = (e: Expression, ...inputs: number[]): number => interpret(e, "f64", inputs) as number;

/** The derivative of `e` by its `k`-th input, by pullback; checked to be that of the pushforward. */
function derivative(e: Expression, k: number, arity: number, at: readonly number[]): Expression {
  const result = pullback([e], [constant(1)], arity)[k];
  const forward = pushforward(
    e,
    Array.from({ length: arity }, (_, i) => constant(i === k ? 1 : 0)),
  );
  expect(numberOf(forward, ...at)).toBeCloseTo(numberOf(result, ...at), 12);
  return result;
}

/** `e` and its derivatives by all inputs are compared with central differences, to second order. */
function checkDerivatives(e: Expression, at: readonly number[], orders: number): void {
  at.forEach((x, k) => {
    const h = 1e-5 * Math.max(Math.abs(x), 0.1);
    const moved = (step: number): number => numberOf(e, ...at.map((y, i) => (i === k ? y + step : y)));
    const slope = derivative(e, k, at.length, at);
    const difference = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
    const found = numberOf(slope, ...at);
    expect(Math.abs(found - difference)).toBeLessThan(2e-9 * Math.max(1, Math.abs(found)));
    if (orders > 1) checkDerivatives(slope, at, orders - 1);
  });
}

test.each(unary)("%s: derivatives to second order", (name) => {
  for (const x of smooth[name] ?? [-1.7, -0.2, 0.4, 2.3]) checkDerivatives(root(name), [x], 2);
});

test.each(binary)("%s: derivatives to second order", (name) => {
  for (const at of [
    [0.7, 1.9],
    [2.3, -1.4],
    [1.2, 0.3],
    [0.7, 0],
  ])
    checkDerivatives(root(name), at, 2);
});

test("derivatives by an input that occurs as several objects add up", () => {
  checkDerivatives(product(input(0), sum(input(0), 1)), [1.5], 2);
});

test("pow: derivatives at 0 are not NaN where the function is flat", () => {
  const [byBase, byExponent] = pullback([root("pow")], [constant(1)], 2);
  expect(numberOf(byBase, 0, 0)).toBe(0);
  expect(numberOf(byExponent, 0, 2)).toBe(0);
  expect(numberOf(byExponent, 0, 0)).toBe(0);
  expect(numberOf(byBase, 0, 1)).toBe(1);
  expect(numberOf(byBase, -2, 3)).toBe(12);
});
