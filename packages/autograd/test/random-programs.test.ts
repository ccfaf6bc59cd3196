/**
 * Programs of many ops over shared nodes and views, as scripts/fixtures/programs.py has drawn them: what each op does
 * right alone, it must do right among others. Other programs can be drawn, and are read from the folder that the
 * environment variable WENGERT_PROGRAMS names.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { helperSamples, opSamples } from "../samples/index.js";
import { gradients } from "../src/backward.js";
import { tensor } from "../src/create.js";
import { Tensor } from "../src/graph.js";
import type { TensorLike } from "../src/ops/elementwise/elementwise-op.js";
import { toTypedArray } from "../src/read.js";
import { decodeSafetensors } from "../src/serialize.js";
import type { Shape } from "../src/shape.js";
import { cotangent } from "./support/cases.js";
import { difference, type Expected } from "./support/compare.js";
import { Cursor } from "./support/fixtures.js";

type Operand = number | { readonly number: number };

interface Program {
  readonly leaves: readonly Shape[];
  readonly steps: readonly (readonly [
    op: string,
    operands: readonly Operand[],
    options?: Record<string, unknown>,
  ])[];
  /** Which values are results, and their shapes. */
  readonly results: readonly (readonly [value: number, shape: Shape])[];
  /** Which leaves the results depend on. */
  readonly gradients: readonly (0 | 1)[];
}

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
const given = process.env["WENGERT_PROGRAMS"];
// Relative to where the command was given.
const folder = given === undefined ? fixtures : resolve(process.env["INIT_CWD"] ?? "", given);
const read = (name: string): Buffer => readFileSync(resolve(folder, name));

const programs = JSON.parse(gunzipSync(read("programs.json.gz")).toString()) as readonly Program[];
const { tensors: numbers } = decodeSafetensors(read("programs.safetensors"));
const cursorOver = (name: string): Cursor => new Cursor(toTypedArray(numbers.get(name)!));
const cursors = {
  leaves: cursorOver("leaves"),
  results: cursorOver("results"),
  gradients: cursorOver("gradients"),
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
    depends === 1 ? cursors.gradients.take(program.leaves[i]) : null,
  ),
}));

function run({ steps }: Program, leaves: readonly Tensor[]): readonly Tensor[] {
  const values = [...leaves];
  for (const [op, operands, options = {}] of steps) {
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

/** What is unlike PyTorch in the results and gradients of a program. */
function problemsOf({ program, leaves, results, gradients: slopes }: Drawn): readonly string[] {
  const inputs = leaves.map(({ shape, values }) =>
    tensor(Float64Array.from(values), { shape, requiresGrad: true }),
  );
  const values = run(program, inputs);
  const outputs = program.results.map(([value]) => values[value]);
  const wrong = outputs.flatMap((out, j) => {
    const problem = difference(out, results[j], tolerance);
    return problem === undefined ? [] : [`result ${j}: ${problem}`];
  });
  const gradient = outputs.map(({ shape }, j) => cotangent(shape, "float64", j));
  const found = gradients(outputs, inputs, { gradient });
  const wrongGradients = found.flatMap((each, i) => {
    const expected = slopes[i];
    if (each === null || expected === null)
      return each === expected ? [] : [`gradient ${i}: there is ${each === null ? "none" : "one"}`];
    const problem = difference(each, expected, tolerance);
    return problem === undefined ? [] : [`gradient ${i}: ${problem}`];
  });
  return [...wrong, ...wrongGradients];
}

describe("random programs", () => {
  test.runIf(given === undefined)("are two thousand, of 5 to 40 ops of more than a hundred kinds", () => {
    expect(programs).toHaveLength(2000);
    const lengths = programs.map(({ steps }) => steps.length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(40);
    const kinds = new Set(programs.flatMap(({ steps }) => steps.map(([op]) => op)));
    expect(kinds.size).toBeGreaterThan(100);
  });

  test("use up the fixtures", () => {
    expect(programs.length).toBeGreaterThan(0);
    expect(Object.values(cursors).map(({ rest }) => rest)).toEqual([0, 0, 0]);
  });

  const together = 100;
  const starts = Array.from({ length: Math.ceil(drawn.length / together) }, (_, i) => i * together);
  test.each(starts)("from number %i on have PyTorch's values and gradients", { timeout: 30_000 }, (start) => {
    const problems = drawn.slice(start, start + together).flatMap((each, i) => {
      const label = `program ${start + i}`;
      try {
        return problemsOf(each).map((problem) => `${label}, ${problem}`);
      } catch (error) {
        return [`${label}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
      }
    });
    expect(problems.slice(0, 10)).toEqual([]);
  });
});
