/** The samples are what they say: complete, true to their categories, and the ones that the fixtures were made of. */
import { describe, expect, test } from "vitest";
import { families, helperSamples, opSamples } from "../samples/index.js";
import type { AnyExpectedError, TensorInput } from "../samples/sample.js";
import { isFloat } from "../src/dtype.js";
import { laidTensor } from "../src/gradcheck/layouts.js";
import type { Tensor } from "../src/graph.js";
import { families as modules, opTable } from "../src/ops/table.js";
import { sizeOf } from "../src/shape.js";
import { build, type Case, helperCases, opCases, valuesOf } from "./support/cases.js";
import { bitDifference, difference, tolerances } from "./support/compare.js";
import { expectNone, fixtureOf, fixtures, hasReference, problemsOf } from "./support/walk.js";

const allCases: readonly Case[] = [...opCases.values(), ...helperCases.values()].flat();

describe("the samples", () => {
  test("cover every op of the table, and no other", () => {
    expect([...opSamples.keys()].sort()).toEqual([...opTable.keys()].sort());
    for (const [name, { family }] of opTable) expect(Object.keys(families[family].samples)).toContain(name);
  });

  test("cover every function of a family that is no op", () => {
    const functions = Object.values(modules).flatMap((exports) =>
      Object.entries(exports).flatMap(([name, value]) => {
        const isOp = `${name}Op` in exports || `${name}Ops` in exports;
        return typeof value === "function" && !isOp ? [name] : [];
      }),
    );
    expect([...helperSamples.keys()].sort()).toEqual(functions.sort());
  });

  test("name what has no second derivative", () => {
    const all = [...opSamples, ...helperSamples];
    const without = all.flatMap(([name, { withoutSecondOrder }]) =>
      withoutSecondOrder === undefined ? [] : [name],
    );
    expect(without).toEqual(["spectralRadius"]);
  });

  test("are at least twelve for each op, and one in ten is empty", () => {
    const drawn = ["uniform", "normal", "integers", "exponential", "bernoulli", "permutation"];
    const few = [...opCases].filter(([name, cases]) => cases.length < 12 && !drawn.includes(name));
    expect(few.map(([name, cases]) => `${name}: ${cases.length}`)).toEqual([]);
    const cases = [...opCases.values()].flat();
    const empty = cases.filter((each) => each.category === "empty");
    expect(empty.length).toBeGreaterThan(cases.length / 10);
  });

  test("have the fixtures that belong to them, and the fixtures their inputs", () => {
    const cases = allCases.filter(hasReference);
    expect(fixtures.size, "scripts/fixtures/ops.py makes them anew").toBe(cases.length);
    const problems = problemsOf(cases, (each) => {
      const values = valuesOf(each).flatMap((list) => (list === null ? [] : [list]));
      return fixtureOf(each).inputs.map(({ shape, values: stored }, i) =>
        difference(laidTensor(shape, values[i], "float64"), { shape, values: stored }, tolerances.exact),
      );
    });
    expectNone(problems);
  });
});

const shapeOf = (each: Case, k: number): readonly number[] | undefined => {
  const input = each.sample.inputs[k];
  return typeof input === "object" && "shape" in input ? input.shape : undefined;
};

const tensorsOf = ({ sample }: Case): TensorInput[] =>
  sample.inputs.flatMap((input) => (typeof input === "object" && "shape" in input ? [input] : []));

/** Shapes of the inputs, or of what is drawn. */
function shapesOf(each: Case): (readonly number[])[] {
  const { shape, count } = (each.sample.options ?? {}) as { shape?: readonly number[]; count?: number };
  const inputs = tensorsOf(each).map((input) => input.shape);
  return inputs.length > 0 ? inputs : [shape ?? [count ?? 0]];
}

/** Inputs and results. */
function involved(each: Case): Tensor[] {
  const { tensors, call } = build(each, "float64");
  return [...tensors, ...call()];
}

const hasLayout =
  (wanted: TensorInput["layout"], suits: (shape: readonly number[]) => boolean) =>
  (each: Case): boolean =>
    tensorsOf(each).some(({ layout: found, shape }) => found === wanted && suits(shape));

/** What a sample of a category must be, so that the name of the category is true. */
const claims: Readonly<Record<string, (each: Case) => boolean>> = {
  scalar: (each) => involved(each).some(({ rank }) => rank === 0),
  empty: (each) => involved(each).some(({ size }) => size === 0),
  one: (each) => involved(each).some(({ size, shape }) => size === 1 || shape.includes(1)),
  highRank: (each) => involved(each).some(({ rank }) => rank >= 4),
  long: (each) => involved(each).some(({ size }) => size > 32),
  transposed: hasLayout("transposed", (shape) => shape.filter((length) => length > 1).length > 1),
  negativeStep: hasLayout("negative step", (shape) => shape.some((length) => length > 1)),
  offset: hasLayout("offset", (shape) => sizeOf(shape) > 0),
  expanded: hasLayout("expanded", (shape) => shape[0] > 1),
  shared: ({ sample }) => sample.inputs.some((input) => typeof input === "object" && "same" in input),
  numbers: ({ sample }) => sample.inputs.some((input) => typeof input === "number"),
  special: (each) => tensorsOf(each).some(({ values }) => values !== undefined),
  integers: (each) => tensorsOf(each).some(({ dtype }) => dtype !== undefined && !isFloat(dtype)),
};

describe.each([...opCases])("the samples of %s", (name, cases) => {
  test("are what their categories say", () => {
    expect(
      problemsOf(cases, (each) => [
        claims[each.category]?.(each) === false ? `is not ${each.category}` : undefined,
      ]),
    ).toEqual([]);
    for (const { id, sample } of cases)
      for (const input of sample.inputs)
        if (typeof input === "object" && "shape" in input && input.values !== undefined)
          expect(input.values.length, id).toBe(sizeOf(input.shape));
  });

  test("have each operand the smaller one", () => {
    const { broadcast } = opSamples.get(name)!;
    if ("notApplicable" in broadcast) return;
    const repeated = (category: string, k: number): boolean =>
      cases.some((each) => {
        if (each.category !== category) return false;
        const shape = shapeOf(each, k);
        const other = shapeOf(each, 1 - k)!;
        return (
          shape !== undefined &&
          (shape.length < other.length || shape.some((length, i) => length === 1 && other[i] > 1))
        );
      });
    expect(repeated("broadcast.first", 0)).toBe(true);
    // A mask is the first operand of a choice, and the others are tried beside it.
    expect(repeated("broadcast.second", 1)).toBe(true);
  });

  test("have an empty axis at each place", () => {
    if (!Array.isArray(opSamples.get(name)!.empty)) return;
    const empty = cases.filter(({ category }) => category === "empty");
    // At a place where nothing may be empty, an error says so.
    const { errors } = opSamples.get(name)!;
    const refused = (Array.isArray(errors) ? (errors as readonly AnyExpectedError[]) : []).flatMap(
      ({ inputs }) =>
        inputs.flatMap((input) => (typeof input === "object" && "shape" in input ? [input.shape] : [])),
    );
    const places = new Set(
      [...empty.flatMap(shapesOf), ...refused].flatMap((shape) =>
        shape.flatMap((length, axis) => (length === 0 ? [axis - shape.length] : [])),
      ),
    );
    // Its last axis counts windows, of which there is one at least.
    if (name !== "fold") expect([...places]).toContain(-1);
    if (empty.some((each) => shapesOf(each).some(({ length }) => length > 1)))
      expect([...places]).toContain(-2);
  });

  test("have options that change the result", () => {
    // Their options come from a rule, which gives all of them.
    if (["placeSlice", "scatterZeros", "indexZeros"].includes(name)) return;
    const changed = problemsOf(
      cases.filter(({ category }) => category.startsWith("options.")),
      (each) => {
        const option = each.category.slice("options.".length);
        const options = { ...(each.sample.options as Record<string, unknown>) };
        if (!(option in options))
          return option === "dtype" && name === "bernoulli" ? [] : [`does not give ${option}`];
        const value = options[option];
        delete options[option];
        const { tensors, call } = build(each, "float64");
        const before = call();
        let after: readonly Tensor[];
        try {
          after = build({ ...each, sample: { ...each.sample, options } as never }, "float64").call(tensors);
        } catch {
          // It is required: it has no default to be away from.
          return [];
        }
        const same =
          before.length === after.length && before.every((x, j) => bitDifference(x, after[j]) === undefined);
        return [same ? `${option}: ${JSON.stringify(value)} changes nothing` : undefined];
      },
    );
    expectNone(changed);
  });
});
