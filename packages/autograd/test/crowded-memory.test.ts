import { expect, test } from "vitest";
import { add, full, matmul } from "../src/index.js";
import { configureMemory } from "../src/memory.js";

// There is one block of 4 MB in it, and both operands want it.
configureMemory({ bytes: 0x1000000, poison: true });

test("no operand of a kernel makes way for another of the same kernel", () => {
  const x = full([800, 800], 2);
  const y = full([800, 800], 3);
  for (let i = 0; i < 8; i++) {
    expect(matmul(x, y).select(799).select(799).item()).toBe(4800);
    expect(add(x, y).select(799).select(799).item()).toBe(5);
  }
});
