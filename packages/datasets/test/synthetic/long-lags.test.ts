import { Generator } from "@wengert/autograd";
import { addingProblem, DataLoader, temporalOrder, temporalOrderSymbols } from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { counts, expectSeeded, mean, samples } from "./support.js";

type Rows = readonly (readonly number[])[];

describe("addingProblem", () => {
  test("is seeded", () => {
    expectSeeded((options) => addingProblem(options));
    expectSeeded((options) => addingProblem({ ...options, convention: "arjovsky2016" }));
  });

  test("1997: marks, ends and target are the paper's", () => {
    const firsts = new Set<number>();
    const seconds = new Set<number>();
    const errors: number[] = [];
    for (const [x, y] of samples(addingProblem({ count: 500, length: 40, generator: new Generator(0) }))) {
      const rows = x.toArray() as Rows;
      expect(x.shape).toEqual([40, 2]);
      expect(y.shape).toEqual([1]);
      const marked = rows.flatMap(([, mark], t) => (mark === 1 ? [t] : []));
      expect([rows[0][1], rows[39][1]]).toEqual([-1, -1]);
      expect(rows.filter(([, mark]) => mark === 0)).toHaveLength(38 - marked.length);
      expect(marked.length === 2 || marked.length === 1).toBe(true); // one if the other is the first step
      if (marked.length === 2) {
        firsts.add(marked[0]);
        seconds.add(marked[1]);
      }
      const sum = marked.reduce((total, t) => total + rows[t][0], 0);
      expect(y.item()).toBeCloseTo(0.5 + sum / 4, 6);
      expect(rows.every(([value]) => value >= -1 && value < 1)).toBe(true);
      errors.push((y.item() - 0.5) * (y.item() - 0.5));
    }
    // The earlier mark is among the first 10 steps, the later among the first 19: 0-based 1 to 9, and 2 to 18.
    expect([Math.min(...firsts), Math.max(...firsts)]).toEqual([1, 9]);
    expect([Math.min(...seconds), Math.max(...seconds)]).toEqual([2, 18]);
    expect(Math.abs(mean(errors) - (0.9 + 17.1 / 18) / 48)).toBeLessThan(0.006);
  });

  test("2016: a mark in each half, and their sum", () => {
    const errors: number[] = [];
    const dataset = addingProblem({ count: 500, length: 21, convention: "arjovsky2016" });
    for (const [x, y] of samples(dataset)) {
      const rows = x.toArray() as Rows;
      const marked = rows.flatMap(([, mark], t) => (mark === 1 ? [t] : []));
      expect(marked).toHaveLength(2);
      expect(marked[0] < 10 && marked[1] >= 10).toBe(true);
      expect(y.item()).toBeCloseTo(rows[marked[0]][0] + rows[marked[1]][0], 5);
      expect(rows.every(([value]) => value >= 0 && value < 1)).toBe(true);
      errors.push((y.item() - 1) * (y.item() - 1));
    }
    expect(Math.abs(mean(errors) - 1 / 6)).toBeLessThan(0.03);
  });

  test("lengths are T, or drawn from T to 1.1 T", () => {
    const lengths = samples(addingProblem({ count: 300, length: 50, variableLength: true })).map(
      ([x]) => x.shape[0],
    );
    expect([...counts(lengths).keys()].sort((a, b) => a - b)).toEqual([50, 51, 52, 53, 54, 55]);
    const [[x, y]] = [...new DataLoader(addingProblem({ count: 8, length: 10 }), { batchSize: 8 })];
    expect([x.shape, y.shape]).toEqual([
      [8, 10, 2],
      [8, 1],
    ]);
  });

  test("refuses what makes no sense", () => {
    expect(() => addingProblem({ length: 9 })).toThrow("length is 9; it must be an integer, 10 or more");
    expect(() => addingProblem({ convention: "x" as "arjovsky2016" })).toThrow('the convention is "x"');
  });
});

describe("temporalOrder", () => {
  test("is seeded", () => {
    expectSeeded((options) => temporalOrder(options));
  });

  test.each([
    {
      relevant: 2 as const,
      length: 100,
      windows: [
        [10, 20],
        [50, 60],
      ],
    },
    {
      relevant: 3 as const,
      length: 100,
      windows: [
        [10, 20],
        [33, 43],
        [66, 76],
      ],
    },
    {
      relevant: 3 as const,
      length: 10,
      windows: [
        [1, 2],
        [3, 4],
        [6, 7],
      ],
    },
  ])(
    "has $relevant relevant symbols of $length where the paper has them",
    ({ relevant, length, windows }) => {
      const seen = windows.map(() => new Set<number>());
      const classes: number[] = [];
      for (const [x, y] of samples(temporalOrder({ count: 200, length, relevant }))) {
        expect(x.shape).toEqual([length, 8]);
        expect([y.shape, y.dtype]).toEqual([[], "int32"]);
        // One-hot: as many ones as rows, and the largest number of each row is one.
        expect([x.equal(1).sum().item(), x.equal(0).sum().item()]).toEqual([length, 7 * length]);
        const text = Array.from(x.argmax({ axis: 1 }).toTypedArray(), (id) => temporalOrderSymbols[id]);
        expect(x.amax({ axis: 1 }).sum().item()).toBe(length);
        expect([text[0], text.at(-1)]).toEqual(["E", "B"]);
        const steps = text.flatMap((symbol, t) => (symbol === "X" || symbol === "Y" ? [t] : []));
        expect(steps).toHaveLength(relevant);
        steps.forEach((step, i) => seen[i].add(step));
        expect(y.item()).toBe(Number.parseInt(steps.map((t) => (text[t] === "X" ? 0 : 1)).join(""), 2));
        classes.push(y.item());
      }
      expect(seen.map((steps) => [Math.min(...steps), Math.max(...steps)])).toEqual(windows);
      const found = counts(classes);
      expect(found.size).toBe(1 << relevant);
      for (const count of found.values()) expect(Math.abs(count - 200 / (1 << relevant))).toBeLessThan(25);
    },
  );

  test("lengths may vary, and nonsense is refused", () => {
    const lengths = samples(temporalOrder({ count: 200, variableLength: true })).map(([x]) => x.shape[0]);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([100, 110]);
    expect(() => temporalOrder({ length: 9.5 })).toThrow("length is 9.5; it must be an integer, 10 or more");
    expect(() => temporalOrder({ relevant: 4 as 3 })).toThrow("relevant is 4; it must be 2 or 3");
  });
});
