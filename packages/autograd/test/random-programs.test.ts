/**
 * Programs of many ops over shared nodes and views, as scripts/fixtures/programs.py has drawn them: what each op does
 * right alone, it must do right among others.
 */
import { describe, expect, test } from "vitest";
import { helperSamples, opSamples } from "../samples/index.js";
import { gradients } from "../src/backward.js";
import { tensor } from "../src/create.js";
import { Tensor } from "../src/graph.js";
import type { TensorLike } from "../src/ops/elementwise-op.js";
import type { Shape } from "../src/shape.js";
import { cotangent } from "./support/cases.js";
import { difference, type Expected } from "./support/compare.js";
import { Cursor, readJson, readNumbers } from "./support/fixtures.js";

type Operand = number | { readonly number: number };

interface Program {
  readonly leaves: readonly Shape[];
  readonly steps: readonly (readonly [
    op: string,
    operands: readonly Operand[],
    options: Record<string, unknown>,
  ])[];
  /** Which values are results, and their shapes. */
  readonly results: readonly (readonly [value: number, shape: Shape])[];
  /** Which leaves the results depend on. */
  readonly gradients: readonly boolean[];
}

const programs = readJson("programs") as readonly Program[];
const numbers = readNumbers("programs");
const cursors = {
  leaves: new Cursor(numbers.get("leaves")!),
  results: new Cursor(numbers.get("results")!),
  gradients: new Cursor(numbers.get("gradients")!),
};

/** A program with its numbers, which lie in the files one after another. */
interface Drawn {
  readonly program: Program;
  readonly leaves: readonly Expected[];
  readonly results: readonly Expected[];
  readonly gradients: readonly (Expected | null)[];
}

const drawn: readonly Drawn[] = programs.map((program) => ({
  program,
  leaves: program.leaves.map((shape) => cursors.leaves.take(shape)),
  results: program.results.map(([, shape]) => cursors.results.take(shape)),
  gradients: program.gradients.map((depends, i) =>
    depends ? cursors.gradients.take(program.leaves[i]) : null,
  ),
}));

function run({ steps }: Program, leaves: readonly Tensor[]): readonly Tensor[] {
  const values = [...leaves];
  for (const [op, operands, options] of steps) {
    if (op === "indices") {
      values.push(
        tensor(Int32Array.from(options["values"] as number[]), { shape: options["shape"] as Shape }),
      );
      continue;
    }
    const { call } = (opSamples.get(op) ?? helperSamples.get(op))!;
    const inputs: TensorLike[] = operands.map((each) =>
      typeof each === "number" ? values[each] : each.number,
    );
    const result = call(inputs, options);
    values.push(...(result instanceof Tensor ? [result] : result));
  }
  return values;
}

const tolerance = { relative: 1e-9, absolute: 1e-9 };

describe("random programs", () => {
  test("are two hundred, of 5 to 40 ops, and use up the fixtures", () => {
    expect(programs).toHaveLength(200);
    const lengths = programs.map(({ steps }) => steps.length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(40);
    expect(Object.values(cursors).map(({ rest }) => rest)).toEqual([0, 0, 0]);
  });

  test.each(drawn.map((each, i) => [i, each] as const))(
    "%i",
    (_, { program, leaves, results, gradients: slopes }) => {
      const inputs = leaves.map(({ shape, values }) =>
        tensor(Float64Array.from(values), { shape, requiresGrad: true }),
      );
      const values = run(program, inputs);
      const outputs = program.results.map(([value]) => values[value]);
      const wrong = outputs.flatMap((out, j) => difference(out, results[j], tolerance) ?? []);
      expect(wrong).toEqual([]);

      const gradient = outputs.map(({ shape }, j) => cotangent(shape, "float64", j));
      const found = gradients(outputs, inputs, { gradient });
      const wrongGradients = found.flatMap((each, i) => {
        const expected = slopes[i];
        if (each === null || expected === null)
          return each === expected ? [] : `gradient ${i}: one is missing`;
        return difference(each, expected, tolerance) ?? [];
      });
      expect(wrongGradients).toEqual([]);
    },
  );
});
