// `npm run mutate` itself: that its faults are what they should be, and that a test which is missing shows.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
// @ts-expect-error: a script, without types
import { makeBench } from "../scripts/mutate/bench.mjs";
// @ts-expect-error: a script, without types
import { campaign } from "../scripts/mutate/campaign.mjs";
// @ts-expect-error: a script, without types
import { mutantsOf, show } from "../scripts/mutate/mutators.mjs";
// @ts-expect-error: a script, without types
import { report, shareCaught } from "../scripts/mutate/report.mjs";

interface Mutant {
  readonly id: string;
  readonly entry: string;
  readonly outcome?: string;
}

interface Found {
  readonly mutants: readonly Mutant[];
}

interface Task {
  readonly id?: string;
  readonly names: readonly string[];
  readonly skip?: readonly string[];
}

/** The mutants of a file with this text, as a person reads them. */
function mutations(source: string): string[] {
  const { mutants } = mutantsOf("ops/tiny.ts", source, undefined) as Found;
  return mutants.map((mutant) => show(mutant, source) as string);
}

describe("the mutators", () => {
  const rule = (body: string): string => `export const op = defineOp({ vjp: { x: ({ g, x }) => ${body} } });`;

  test.each([
    ["neg(g)", ["flip a sign: neg(g) → g"]],
    ["mul(g, x)", ["drop a factor: mul(g, x) → g", "drop a factor: mul(g, x) → x"]],
    [
      "sub(g, x)",
      [
        "flip a sign: sub(g, x) → add(g, x)",
        "drop a term: sub(g, x) → g",
        "swap operands: sub(g, x) → sub(x, g)",
      ],
    ],
    [
      "div(g, 2)",
      ["drop a factor: div(g, 2) → g", "swap operands: div(g, 2) → div(2, g)", "change a constant: 2 → 1"],
    ],
    ["where(x, g, 1)", ["swap operands: where(x, g, 1) → where(x, 1, g)", "change a constant: 1 → 0"]],
    [
      "matmul(g, transpose(x))",
      [
        "swap operands: matmul(g, transpose(x)) → matmul(transpose(x), g)",
        "leave out a move: transpose(x) → x",
      ],
    ],
    ["greater(g, x)", ["move a boundary: greater(g, x) → greaterEqual(g, x)"]],
    ["sum(g, { axis: -1, keepDims: true })", ["change a constant: -1 → -2", "turn a flag: true → false"]],
    [
      "x.shape.length === n + 1 ? g : x",
      [
        "turn a condition: x.shape.length === n + 1 ? g : x → x.shape.length === n + 1 ? x : g",
        "turn arithmetic: n + 1 → n - 1",
        "change a constant: 1 → 2",
      ],
    ],
  ])("change %s", (body, expected) => {
    expect(mutations(rule(body))).toEqual(expected);
  });

  test("know functions of expressions by what they are imported as", () => {
    const source = `
      import { compare, sum as plus, product } from "../expression/expression.js";
      const slope = (x: Expression): Expression => plus(x, 0.5);
      export const op = elementwise("op", ["x"], (x) => product(x, x), {
        pullback: (g, [x]) => [product(g, slope(x))],
        pushforward: ([dx], [x]) => compare("lt", dx, x),
      });`;
    expect(mutations(source)).toEqual([
      "flip a sign: plus(x, 0.5) → difference(x, 0.5)",
      "drop a term: plus(x, 0.5) → x",
      "change a constant: 0.5 → 1",
      "drop a factor: product(g, slope(x)) → g",
      "drop a factor: product(g, slope(x)) → slope(x)",
      'swap operands: compare("lt", dx, x) → compare("lt", x, dx)',
      'move a boundary: compare("lt", dx, x) → compare("le", dx, x)',
    ]);
  });

  test("leave out what lists name, and change no shape rule and no kernel", () => {
    const source = `
      export function twice(x: Tensor): Tensor { return mul(x, 2); }
      export const op = defineOp({
        infer: ([x]) => [{ shape: x.shape.slice(0, -1) }],
        kernel: ([x], [out]) => sub(x, out),
        linear: [["x", "y"], "z"],
        saves: ["x", "out"],
        savedFor: { y: ["x"] },
        vjp: { x: ({ g }) => g, y: { op: () => op, operands: ({ g, x }) => [g, x] } },
      });`;
    expect(mutations(source)).toEqual([
      'drop a linear input: [["x", "y"], "z"] → [["y"], "z"]',
      'drop a linear input: [["x", "y"], "z"] → [["x"], "z"]',
      'drop a linear input: [["x", "y"], "z"] → [["x", "y"]]',
      'drop a saved value: ["x", "out"] → ["out"]',
      'drop a saved value: ["x", "out"] → ["x"]',
      'drop a saved value: ["x"] → []',
      "swap what an op reads: [g, x] → [x, g]",
    ]);
  });
});

test("a fault that no test notices is reported", async () => {
  const root = mkdtempSync(join(tmpdir(), "wengert-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const files = {
    "numbers.ts": `
      export const mul = (x: number, y: number): number => x * y;
      export const neg = (x: number): number => -x;`,
    "ops.ts": `
      import { mul, neg } from "./numbers.js";
      type Context = Readonly<Record<"g" | "x", number>>;
      export const squareOp = { vjp: { x: ({ g, x }: Context) => mul(g, mul(2, x)) } };
      export const lessOp = { vjp: { x: ({ g }: Context) => neg(g) } };
      export const otherOp = { vjp: { x: ({ g }: Context) => neg(g) } };`,
    "ops.test.ts": `
      import { describe, expect, test } from "vitest";
      import { lessOp, squareOp } from "./ops.js";
      test("square", () => expect(squareOp.vjp.x({ g: 1, x: 3 })).toBe(6));
      describe("less", () => {
        test.each([1, 2])("at %i", (x) => expect(lessOp.vjp.x({ g: x, x })).toBe(-x));
      });
      test("fails anyway", () => expect(1).toBe(2));`,
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  const found = new Map([["ops.ts", mutantsOf("ops.ts", files["ops.ts"], undefined) as Found]]);
  const house = { root, files: found, tests: ["ops.test.ts"], vocabulary: { tensors: "numbers.ts" } };
  const bench = await makeBench(house);
  afterAll(() => bench.close());
  const worker = {
    run: (task: string, { id, names, skip }: Task) =>
      task === "record" ? bench.record(names) : bench.tryOut(id, names, skip),
  };
  const crew = {
    start: () => bench.groups,
    async each(items: readonly unknown[], body: (item: unknown, to: typeof worker) => Promise<void>) {
      for (const item of items) await body(item, worker);
    },
  };
  const results: Mutant[] = [];
  const failing: string[] = [];
  await campaign({
    root,
    crew,
    mutants: found.get("ops.ts")!.mutants,
    onOutcome: (mutant: Mutant, outcome: object) => results.push({ ...mutant, ...outcome }),
    onFailing: (failure: { readonly test: string }) => failing.push(failure.test),
  });
  expect(failing).toEqual(["ops.test.ts > fails anyway"]);
  expect(results.map(({ entry, outcome }) => `${entry}: ${outcome}`).sort()).toEqual([
    "lessOp: caught",
    "otherOp: survived", // no test meets it
    "squareOp: caught",
    "squareOp: caught",
    "squareOp: caught",
    "squareOp: survived", // g is 1 wherever a test looks
  ]);
  expect(shareCaught(results)).toBeCloseTo(4 / 6);
  const said = report(root, results, results.length) as string;
  expect(said).toContain(`ops.ts:4 (squareOp) drop a factor: mul(g, mul(2, x)) → mul(2, x)`);
  expect(said).toContain("66.7 % of 6 mutants were caught");
});
