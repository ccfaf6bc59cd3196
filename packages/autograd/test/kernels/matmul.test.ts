import { describe, expect, it } from "vitest";
import { matmul, matmulInto } from "../../src/kernels/matmul/matmul.js";
import { allocateView, denseView, Storage } from "../../src/storage.js";
import { describeMatmul, run } from "./matmul-cases.js";
import { difference, elements, laidOut, numbers } from "./matmul-reference.js";

describeMatmul();

describe("matmul", () => {
  it("is near the exact product", () => {
    const draw = numbers(8);
    const [rows, depth, columns] = [37, 1000, 41];
    const x = laidOut("rows", "float32", [rows, depth], draw);
    const y = laidOut("rows", "float32", [depth, columns], draw);
    const computed = elements(run(x, y, [rows, columns]));
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        let magnitude = 0;
        for (let k = 0; k < depth; k++) {
          const product = x.data.get(x.offset + i * depth + k) * y.data.get(y.offset + k * columns + j);
          sum += product;
          magnitude += Math.abs(product);
        }
        // 256 + 4 roundings of at most half a unit each; in practice far fewer than that.
        expect(Math.abs(computed[i * columns + j] - sum)).toBeLessThan(magnitude * 20 * 2 ** -24);
      }
  });

  it("adds in place to the same bits as apart, up to 256 products", () => {
    const draw = numbers(9);
    const x = laidOut("columns", "float32", [30, 256], draw);
    const y = laidOut("rows", "float32", [256, 30], draw);
    const start = laidOut("rows", "float32", [30, 30], draw);
    const out = allocateView("float32", [30, 30]);
    elements(out).set(elements(start));
    const apart = elements(run(x, y, [30, 30])).map((product, i) => product + elements(start)[i]);
    matmulInto(x, y, out, { accumulate: true });
    expect(difference(elements(out), apart)).toBeUndefined();
  });

  it("lets infinities and NaN through", () => {
    const values = (...list: number[]): Storage => new Storage("float32", new Float32Array(list));
    const out = allocateView("float32", [1, 3]);
    const x = denseView(values(0, 1), [1, 2]);
    matmul(
      x,
      denseView(values(Number.POSITIVE_INFINITY, 1, 2, 3, Number.NaN, Number.NEGATIVE_INFINITY), [2, 3]),
      out,
    );
    expect([...elements(out)]).toEqual([Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY]);
  });
});
