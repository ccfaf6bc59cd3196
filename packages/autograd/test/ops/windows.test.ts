/** What the samples of windows do not show: that windows along an axis are a view, and what that means. */
import { describe, expect, it } from "vitest";
import { arange, tensor } from "../../src/create.js";
import "../../src/methods.js";
import { assign } from "../../src/ops/elementwise.js";
import { unfoldAxis } from "../../src/ops/windows.js";

describe("unfoldAxis", () => {
  it("shows the numbers of its input where they lie", () => {
    const x = arange(0, 6);
    const windows = unfoldAxis(x, 0, 3, 2);
    assign(x, tensor([10, 11, 12, 13, 14, 15]));
    expect(windows.toArray()).toEqual([
      [10, 11, 12],
      [12, 13, 14],
    ]);
  });

  it("is not written through where windows overlap", () => {
    expect(() => assign(unfoldAxis(arange(0, 6), 0, 3, 2), 0)).toThrow(
      /^assign: the target \[2, 3\] has overlapping windows/,
    );
    const x = arange(0, 6);
    assign(unfoldAxis(x, 0, 2, 3), 7);
    expect(x.toArray()).toEqual([7, 7, 2, 7, 7, 5]);
  });

  it("takes gradients for windows of a view, and of itself", () => {
    const x = tensor([1, 2, 3, 4]);
    x.requiresGrad = true;
    const twice = unfoldAxis(unfoldAxis(x, 0, 3, 1), 1, 2, 1);
    expect(twice.shape).toEqual([2, 2, 2]);
    twice.sum().backward();
    expect(x.grad!.toArray()).toEqual([1, 3, 3, 1]);
  });
});
