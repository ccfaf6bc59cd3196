// The rules of the house fire: each is run on a small house that breaks it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const houses: string[] = [];
afterAll(() => {
  for (const house of houses) rmSync(house, { recursive: true });
});

/** A folder with these files (path → text); it goes when the tests end. */
function build(files: Readonly<Record<string, string>>): string {
  const house = mkdtempSync(join(tmpdir(), "wengert-"));
  houses.push(house);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  return house;
}

interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

function run(script: string, args: readonly string[], cwd: string): Outcome {
  const command = [join(root, script), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

/** What the linter says about these files, under the repository's own configuration. */
function lint(files: Readonly<Record<string, string>>): Outcome {
  const house = build(files);
  const scripts = ["same-bits", "no-backward", "no-ops"].map((name) => `scripts/${name}.mjs`);
  for (const path of [".oxlintrc.json", ...scripts]) cpSync(join(root, path), join(house, path));
  return run("node_modules/oxlint/bin/oxlint", ["--format=unix"], house);
}

describe("engine-dependent arithmetic", () => {
  const forbidden = [
    ["return Math.exp(x);", "Math.exp differ"],
    ["return Math.pow(x, 2);", "Math.pow differ"],
    ["return x ** 2;", "`**` differ"],
    ["let y = x; y **= 2; return y;", "`**=` differ"],
    ["return Math.random() * x;", "draw from a Generator"],
    ["const { tanh } = Math; return tanh(x);", "only used as Math.name"],
    ["const M = Math; return M.log(x);", "only used as Math.name"],
    ['return Math["sin"](x);', "only used as Math.name"],
    ["return globalThis.Math.cos(x);", "only used as Math.name"],
    ['return globalThis["Math"].cos(x);', "only used as Math.name"],
    ["return [x].map((y) => Reflect.apply(Math.cbrt, null, [y]));", "Math.cbrt differ"],
  ].map(([code, message], i) => ({ code, message, path: `packages/nn/src/${i}.ts` }));
  const numeric = ["packages/autograd/src/a/b.ts", "packages/nn/samples/a.ts", "examples/rnn/main.ts"];
  const exact = "Math.sqrt(Math.abs(x)) + Math.max(Math.PI, Math.fround(x)) * Math.imul(2, Math.clz32(x))";
  const file = (code: string) => `export const f = (x: number) => {\n  ${code}\n};\n`;

  // One run for all: starting the linter is what takes the time.
  let complaints: string[] = [];
  beforeAll(() => {
    const fixtures = forbidden.map(({ code, path }) => [path, file(code)]);
    fixtures.push(...numeric.map((path) => [path, file("return Math.exp(x);")]));
    const { status, output } = lint(Object.fromEntries(fixtures) as Record<string, string>);
    if (status === 0) throw new Error("the linter found nothing to complain of");
    complaints = output.split("\n");
  });
  const complaintAbout = (path: string) => complaints.find((line) => line.startsWith(`${path}:`));

  test.each(forbidden)("$code is an error", ({ path, message }) => {
    expect(complaintAbout(path)).toContain(message);
  });

  test.each(numeric)("it is an error in %s", (path) => {
    expect(complaintAbout(path)).toContain("Math.exp differ");
  });

  test("what the standard specifies to the last bit is allowed, and tests compute as they like", () => {
    const files = {
      "packages/nn/src/loss.ts": file(`return ${exact};`),
      "packages/nn/test/loss.test.ts": file("return Math.exp(x) ** 2;"),
    };
    expect(lint(files)).toMatchObject({ status: 0 });
  });
});

describe("derivatives by hand", () => {
  const path = "packages/nn/src/layer.ts";
  const forbidden: [code: string, message: string][] = [
    ['import { defineOp } from "@wengert/autograd";', "defineOp gives a derivative by hand"],
    ['import { customGrad as f } from "@wengert/autograd";', "customGrad gives"],
    ['export { customGrad } from "@wengert/autograd";', "customGrad gives"],
    ['import * as autograd from "@wengert/autograd";', "import names"],
    ['export * from "@wengert/autograd";', "import names"],
    ['export const all = import("@wengert/autograd");', "import names"],
    ["export const op = { vjp: () => [] };", "`vjp` is a derivative by hand"],
    ['export const op = { "jvp"() { return []; } };', "`jvp` is"],
    ["export const op = { pullback: (g: number) => g };", "`pullback` is"],
    ["export class A { backward(): number { return 1; } }", "`backward` is"],
    ["export class A { backward = () => 1; }", "`backward` is"],
    ["export const f = (x: any) => x.registerHook(() => 1);", "registerHook gives"],
  ];

  test("are errors in the package of layers", () => {
    const files = forbidden.map(([code], i) => [`packages/nn/src/${i}.ts`, `${code}\n`]);
    const { status, output } = lint(Object.fromEntries(files) as Record<string, string>);
    expect(status).toBe(1);
    const complaints = output.split("\n");
    forbidden.forEach(([code, message], i) =>
      expect(
        complaints.find((line) => line.startsWith(`packages/nn/src/${i}.ts:`)),
        code,
      ).toContain(message),
    );
  });

  test("are no errors elsewhere, nor is the sweep where it is called", () => {
    const files = {
      [path]:
        'import { linear } from "@wengert/autograd";\nexport const f = (x: { backward(): void }) => {\n  x.backward();\n  return linear;\n};\n',
      "packages/autograd/src/ops/a.ts": "export const op = { vjp: () => [] };\n",
      "packages/nn/test/a.test.ts":
        'import { customGrad } from "@wengert/autograd";\nexport const f = customGrad;\n',
    };
    expect(lint(files)).toMatchObject({ status: 0 });
  });
});

describe("what data sets import of autograd", () => {
  const forbidden: [code: string, message: string][] = [
    ['import { matmul } from "@wengert/autograd";', "matmul is more than"],
    ['import { tensor, noGrad as f } from "@wengert/autograd";', "noGrad is more than"],
    ['import { type Shape, rand } from "@wengert/autograd";', "rand is more than"],
    ['export { stack } from "@wengert/autograd";', "stack is more than"],
    ['import { readFile } from "@wengert/autograd/node";', "readFile is more than"],
    ['import * as autograd from "@wengert/autograd";', "import names"],
    ['export * from "@wengert/autograd";', "import names"],
    ['export const all = import("@wengert/autograd");', "import names"],
  ];

  test("is no op", () => {
    const files = forbidden.map(([code], i) => [`packages/datasets/src/a/${i}.ts`, `${code}\n`]);
    const { status, output } = lint(Object.fromEntries(files) as Record<string, string>);
    expect(status).toBe(1);
    const complaints = output.split("\n");
    forbidden.forEach(([code, message], i) =>
      expect(
        complaints.find((line) => line.startsWith(`packages/datasets/src/a/${i}.ts:`)),
        code,
      ).toContain(message),
    );
  });

  test("is what makes tensors and draws, errors and types", () => {
    const files = {
      "packages/datasets/src/a.ts":
        'import { ArgumentError, defaultGenerator, Generator, Tensor, tensor, type Shape } from "@wengert/autograd";\n' +
        'import type { Trace } from "@wengert/autograd";\nimport type * as all from "@wengert/autograd";\n' +
        "export const f = (shape: Shape, trace: Trace, g: all.DType) =>\n" +
        "  [ArgumentError, defaultGenerator, Generator, Tensor, tensor([]).exp(), shape, trace, g];\n" +
        'export type { DType } from "@wengert/autograd";\nexport { FormatError } from "@wengert/autograd";\n',
      "packages/datasets/test/a.test.ts":
        'import { matmul } from "@wengert/autograd";\nexport const f = matmul;\n',
      "packages/nn/src/a.ts": 'export { matmul } from "@wengert/autograd";\n',
    };
    expect(lint(files)).toMatchObject({ status: 0 });
  });
});

describe("the order of files", () => {
  const layers = (files: Readonly<Record<string, string>>) => run("scripts/layers.mjs", [build(files)], root);

  test.each([
    [
      "a file imports from above",
      { shape: 'import "./graph.js";' },
      "imports ./graph.js, but graph stands below",
    ],
    ["a type from above", { shape: 'import type { A } from "./graph.js";' }, "graph stands below"],
    ["a type from above, in place", { shape: 'type A = import("./graph.js").A;' }, "graph stands below"],
    ["an export from above", { shape: '\nexport * from "./graph.js";' }, "shape.ts:2: imports ./graph.js"],
    ["a dynamic import from above", { shape: 'void import("./graph.js");' }, "graph stands below"],
    [
      "a later family of operations",
      { "ops/layout": 'import "./losses.js";' },
      "ops/losses stands below ops/layout",
    ],
    ["a file that stands in no list", { shapes: "" }, "shapes.ts: stands in no list"],
    ["an import of such a file", { tape: 'import "./tapes.js";' }, "./tapes.js, which stands in no list"],
    ["an import that leaves src", { tape: 'import "../samples/a.js";' }, "which lies outside src"],
    [
      "a circle in a folder",
      { "kernels/a": 'import "./b.js";', "kernels/b": 'import "./a.js";' },
      "circle: kernels/a → ",
    ],
    ["ndarray outside storage", { graph: 'import "ndarray";' }, "which only storage may import"],
    ["Node in the core", { backward: 'import "node:fs";' }, "which only node may import"],
    ["a dependency", { backward: 'import "lodash";' }, "which this package may not use"],
  ])("%s is an error", (_, files, message) => {
    const sources = Object.entries(files).map(([name, text]) => [`packages/autograd/src/${name}.ts`, text]);
    const { status, output } = layers(Object.fromEntries(sources) as Record<string, string>);
    expect(output).toContain(message);
    expect(status).toBe(1);
  });

  test.each([
    ["packages/nn/src/linear.ts", "@wengert/autograd/dist/graph.js", "public names only"],
    ["packages/nn/src/linear.ts", "@wengert/optim", "may not use"],
    ["packages/optim/src/sgd.ts", "../../autograd/src/graph.js", "outside src"],
    ["examples/rnn/main.ts", "../../packages/nn/src/index.js", "no stranger could"],
    ["examples/rnn/main.ts", "@wengert/nn/dist/lstm.js", "no stranger could"],
  ])("%s imports %s is an error", (path, specifier, message) => {
    expect(layers({ [path]: `import "${specifier}";` })).toMatchObject({
      status: 1,
      output: expect.stringContaining(message),
    });
  });

  test("imports from below, within a folder and by public name are fine", () => {
    const result = layers({
      "packages/autograd/src/storage.ts": 'import "ndarray"; import "./shape.js";',
      "packages/autograd/src/kernels/b.ts": 'import "./a.js"; import "../wasm/builder.js";',
      "packages/nn/src/sequential.ts": 'import "@wengert/autograd"; import "./linear.js";',
      "examples/rnn/main.ts": 'import "@wengert/autograd/node"; import "./model.js";',
    });
    expect(result).toEqual({ status: 0, output: "" });
  });
});
