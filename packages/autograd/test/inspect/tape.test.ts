import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { backward, gradients } from "../../src/backward.js";
import { full, tensor, zeros } from "../../src/create.js";
import { defineOp } from "../../src/definition.js";
import type { Tensor } from "../../src/graph.js";
import { Tape } from "../../src/inspect.js";
import { matmul } from "../../src/ops/contraction.js";
import { add, mul, sub } from "../../src/ops/elementwise.js";
import { split } from "../../src/ops/layout.js";
import { sum } from "../../src/ops/reductions.js";
import { tanh } from "../../src/ops/transcendental.js";
import { apply } from "../../src/tape.js";

/** A layer, and what it is made of. */
function layer(): { x: Tensor; w: Tensor; b: Tensor; loss: Tensor } {
  const x = full([64, 3], 0.5);
  const w = full([3, 10], 0.1, { requiresGrad: true });
  const b = zeros([10], { requiresGrad: true });
  return { x, w, b, loss: sum(tanh(add(matmul(x, w), b))) };
}

describe("a tape", () => {
  test("as a table", () => {
    const { w, b, loss } = layer();
    expect(Tape.of(loss, { names: { w, b } }).table()).toBe(
      `
w   leaf           float32 [3, 10]
b   leaf           float32 [10]
v1  matmul  _, w   float32 [64, 10]  saves x
v2  add     v1, b  float32 [64, 10]
v3  tanh    v2     float32 [64, 10]  saves out
v4  sum     v3     float32 []
2 leaves, 4 ops, 3328 bytes saved`.trimStart(),
    );
  });

  test("as a table with formulas, through String and in Node's console", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const tape = Tape.of(tanh(mul(x, x)));
    expect(tape.table({ formulas: true })).toBe(
      `
leaf1  leaf                float32 [2]
v1     mul   leaf1, leaf1  float32 [2]  saves x, y  out = (x * y)
v2     tanh  v1            float32 [2]  saves out   out = tanh(x)
1 leaf, 2 ops, 16 bytes saved`.trimStart(),
    );
    expect(String(tape)).toBe(tape.table());
    expect(inspect(tape)).toBe(tape.table());
  });

  test("as plain data", () => {
    const { w, b, loss } = layer();
    const tape = Tape.of(loss, {
      names: new Map([
        ["layer.weight", w],
        ["layer.bias", b],
      ]),
    });
    const json: unknown = JSON.parse(JSON.stringify(tape));
    expect(json).toEqual(tape.toJSON());
    const wide = { shape: [64, 10], dtype: "float32" };
    expect(json).toEqual({
      leaves: [
        { name: "layer.weight", shape: [3, 10], dtype: "float32" },
        { name: "layer.bias", shape: [10], dtype: "float32" },
      ],
      rows: [
        {
          outputs: [{ name: "v1", ...wide }],
          op: "matmul",
          inputs: [null, "layer.weight"],
          saves: [{ name: "x", shape: [64, 3], dtype: "float32", bytes: 768 }],
        },
        {
          outputs: [{ name: "v2", ...wide }],
          op: "add",
          inputs: ["v1", "layer.bias"],
          saves: [],
          formula: "out = (x + y)",
        },
        {
          outputs: [{ name: "v3", ...wide }],
          op: "tanh",
          inputs: ["v2"],
          saves: [{ name: "out", ...wide, bytes: 2560 }],
          formula: "out = tanh(x)",
        },
        {
          outputs: [{ name: "v4", shape: [], dtype: "float32" }],
          op: "sum",
          inputs: ["v3"],
          options: { axes: [0, 1], keepDims: false },
          saves: [],
        },
      ],
      results: ["v4"],
      savedBytes: 3328,
    });
  });

  test("as a drawing", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = tensor(3, { requiresGrad: true });
    expect(Tape.of(sub(mul(x, y), x), { names: { 'a "name"\\': x, y } }).toDot()).toBe(
      `
digraph tape {
  node [shape=ellipse];
  leaf0 [shape=box, label="a \\"name\\"\\\\\\nfloat32 [2]"];
  leaf1 [shape=box, label="y\\nfloat32 []"];
  op0 [label="v1 = mul", tooltip="out = (x * y)"];
  op1 [label="v2 = sub", tooltip="out = (x - y)", style=bold];
  leaf0 -> op0 [label="a \\"name\\"\\\\: float32 [2]"];
  leaf1 -> op0 [label="y: float32 []"];
  op0 -> op1 [label="v1: float32 [2]"];
  leaf0 -> op1 [label="a \\"name\\"\\\\: float32 [2]"];
}
`.trimStart(),
    );
  });

  test("a drawing quotes whatever a name may hold", () => {
    const x = tensor(1, { requiresGrad: true });
    const dot = Tape.of(mul(x, x), { names: { "<b>&amp;\n\0]": x } }).toDot();
    expect(dot).toContain(String.raw`label="<b>&amp;amp;\n�]\nfloat32 []"`);
  });

  test("options keep the numbers that JSON lacks, as text", () => {
    class Strange {}
    const odd = defineOp({
      name: "odd",
      inputs: ["x"],
      infer: ([x]) => [x],
      kernel: () => {},
      vjp: { x: ({ g }) => g },
    });
    const circle: unknown[] = [1];
    circle.push(circle);
    const options = {
      low: -Infinity,
      nan: NaN,
      zero: -0,
      big: 2n,
      list: [undefined, new Float32Array([1, Infinity])],
      map: new Map([["a", 1]]),
      none: undefined,
      strange: new Strange(),
      call: () => 1,
      circle,
      ["__proto__"]: 5,
    };
    const x = tensor([1], { requiresGrad: true });
    const tape = Tape.of(apply(odd, [x], options as never));
    const json = tape.toJSON() as { rows: [{ options: unknown }] };
    expect(JSON.parse(JSON.stringify(tape))).toEqual(json);
    expect(json.rows[0].options).toEqual({
      low: "-Infinity",
      nan: "NaN",
      zero: "-0",
      big: "2",
      list: [null, [1, "Infinity"]],
      map: [["a", 1]],
      strange: "[Strange]",
      call: "[function]",
      circle: [1, "[circular]"],
      ["__proto__"]: 5,
    });
  });

  test("several results, several outputs, and values that are shared", () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], { requiresGrad: true });
    const parts = split(x, 1);
    const two = add(parts[0], parts[7]);
    const tape = Tape.of([two, mul(two, x), x], { names: { v1: two, x } });
    expect(tape.results).toEqual(["v1", "v10", "x"]);
    expect(tape.table()).toBe(
      `
x                      leaf           float32 [8]
v2, v3, v4, v5, …, v9  split  x       8 × float32 [1]
v1                     add    v2, v9  float32 [1]
v10                    mul    v1, x   float32 [8]      saves x, y
1 leaf, 3 ops, 36 bytes saved`.trimStart(),
    );
  });

  test("a freed graph says so", () => {
    const { loss } = layer();
    backward(loss);
    const tape = Tape.of(loss);
    expect(tape.rows.map((row) => row.saves)).toEqual([null, null, null, null]);
    expect(tape.savedBytes).toBe(0);
    expect(tape.table()).toContain("freed");
  });

  test("the tape of a gradient", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const [g] = gradients(sum(tanh(x)), [x], { createGraph: true });
    const row = Tape.of(g!, { names: { x } }).rows.find(({ op }) => op === "tanh.grad(x)");
    expect(row?.formula).toMatch(/^out = .*\bg\b/);
  });

  test("storages that rows share are counted once", () => {
    const x = tensor([1, 2, 3, 4], { requiresGrad: true });
    const tape = Tape.of(sum(mul(mul(x, x), x)));
    expect(tape.rows.map((row) => row.saves!.map(({ bytes }) => bytes))).toEqual([[16, 16], [16, 16], []]);
    expect(tape.savedBytes).toBe(32);
  });

  test("a result without a tape is an error", () => {
    expect(() => Tape.of(tensor([1, 2]))).toThrow(
      /^Tape\.of: result 0, \[2\], requires no gradient, .*set requiresGrad/,
    );
    expect(() => Tape.of(tensor(1, { requiresGrad: true }), { names: { x: 1 as never } })).toThrow(
      /names\.x is not a tensor/,
    );
  });

  test("the tape of 100,000 ops, in linear time", { timeout: 60_000 }, () => {
    const length = 100_000;
    let x = tensor(1, { requiresGrad: true });
    for (let i = 0; i < length; i++) x = add(x, 1);
    const before = process.cpuUsage();
    const tape = Tape.of(x);
    expect(tape.rows.length).toBe(length);
    expect(tape.table().split("\n").length).toBe(length + 2);
    expect(tape.toDot().length).toBeGreaterThan(length);
    expect(JSON.stringify(tape).length).toBeGreaterThan(length);
    // 2 s or so; what took time in the square of the length would take minutes.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10);
  });
});
