import { describe, expect, test } from "vitest";
import { ones, tensor } from "../src/create.js";
import { applyInto } from "../src/in-place.js";
import { matmulOp } from "../src/ops/contraction.js";
import { oneHotOp } from "../src/ops/indexing.js";
import { toArray } from "../src/read.js";

describe("applyInto", () => {
  test("leaves nothing of what its target held, whatever the kernel fills", () => {
    const target = ones([2, 3]);
    const { version } = target.view.data;
    applyInto(oneHotOp, [tensor([2, 0], { dtype: "int32" })], [target], { classes: 3, dtype: "float32" });
    expect(toArray(target)).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(target.view.data.version).toBe(version + 1);
  });

  test("reads an input that is its target before it writes there", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    applyInto(matmulOp, [x, x], [x], undefined);
    expect(toArray(x)).toEqual([
      [7, 10],
      [15, 22],
    ]);
  });
});
