import { Generator } from "@wengert/autograd";
import {
  binaryAddition,
  binaryNumber,
  bracketSymbols,
  brackets,
  copyMemory,
  isReber,
  lorenz,
  mackeyGlass,
  parity,
  reber,
  reberSymbols,
  sines,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { counts, expectSeeded, mean, samples } from "./support.js";

type Rows = number[][];

describe("binaryAddition", () => {
  test("columns of digits add up", () => {
    expectSeeded((options) => binaryAddition(options));
    const seen = new Set<number>();
    for (const [x, y] of samples(binaryAddition({ bits: 2, count: 150 }))) {
      expect([x.shape, y.shape]).toEqual([
        [3, 2],
        [3, 1],
      ]);
      const rows = x.toArray() as Rows;
      const [a, b] = [0, 1].map((i) => binaryNumber(rows.map((row) => row[i])));
      expect(binaryNumber(y.toTypedArray())).toBe(a + b);
      seen.add(4 * a + b);
    }
    expect(seen.size).toBe(16);
    expect(() => binaryAddition({ bits: 0 })).toThrow("bits is 0");
  });

  test("binaryNumber rounds digits", () => {
    expect(binaryNumber([0.4, 0.5, 0, 0.9])).toBe(10);
    expect(binaryNumber([])).toBe(0);
  });
});

describe("parity", () => {
  test("of all bits, or of those so far", () => {
    expectSeeded((options) => parity(options));
    expectSeeded((options) => parity({ ...options, target: "running" }));
    const labels = samples(parity({ length: 5, count: 400, generator: new Generator(3) })).map(([x, y]) => {
      expect([x.shape, y.shape, y.dtype]).toEqual([[5, 1], [], "int32"]);
      expect(y.item()).toBe(x.sum().item() % 2);
      return y.item();
    });
    expect(Math.abs(mean(labels) - 0.5)).toBeLessThan(0.06);
    for (const [x, y] of samples(parity({ length: 7, target: "running", count: 20 })))
      expect([...y.toTypedArray()]).toEqual([...x.flatten().cumsum().remainder(2).toTypedArray()]);
    expect(() => parity({ target: "all" as "last" })).toThrow('the target is "all"');
    expect(() => parity({ length: 0 })).toThrow("length is 0");
  });
});

describe("brackets", () => {
  const textOf = (rows: Rows): string => rows.map((row) => bracketSymbols[row.indexOf(1)]).join("");
  const matching = (text: string): boolean => {
    let rest = text;
    for (let next = ""; next !== rest; ) {
      next = rest;
      rest = rest.replace(/\(\)|\[\]|\{\}|<>/, "");
      if (rest !== next) next = "";
    }
    return rest === "";
  };

  test("half of the words match", () => {
    expectSeeded((options) => brackets(options));
    let balanced = 0;
    for (const [i, [x, y]] of samples(brackets({ length: 12, kinds: 3, count: 300 })).entries()) {
      expect(x.shape).toEqual([12, 6]);
      const text = textOf(x.toArray() as Rows);
      expect(y.item()).toBe(matching(text) ? 1 : 0);
      expect(y.item()).toBe(i % 2 === 0 ? 1 : 0);
      const opening = text.replace(/[^([{<]/g, "").length;
      if (y.item() === 0 && opening === 6) balanced++;
    }
    // Counting does not give them away.
    expect(balanced).toBeGreaterThan(100);
  });

  test("every nesting is as likely as any other", () => {
    const words = samples(brackets({ length: 6, kinds: 1, count: 2000 }))
      .filter((_, i) => i % 2 === 0)
      .map(([x]) => textOf(x.toArray() as Rows));
    const found = counts(words);
    expect([...found.keys()].sort()).toEqual(["((()))", "(()())", "(())()", "()(())", "()()()"].sort());
    for (const count of found.values()) expect(Math.abs(count - 200)).toBeLessThan(45);
  });

  test("refuses what makes no sense", () => {
    expect(() => brackets({ length: 7 })).toThrow("length is 7; it must be even");
    expect(() => brackets({ length: 2 })).toThrow("length is 2; it must be an integer, 4 or more");
    expect(() => brackets({ kinds: 5 })).toThrow("kinds is 5; there are 4 kinds of brackets");
  });
});

describe("copyMemory", () => {
  test("shows symbols, and asks for them after the delay", () => {
    expectSeeded((options) => copyMemory(options));
    for (const [x, y] of samples(copyMemory({ delay: 5, symbols: 3, alphabet: 4, count: 30 }))) {
      const shown = (x.toArray() as Rows).map((row) => row.indexOf(1));
      expect(x.shape).toEqual([11, 6]);
      expect(shown.slice(3)).toEqual([4, 4, 4, 4, 5, 4, 4, 4]);
      expect(shown.slice(0, 3).every((symbol) => symbol < 4)).toBe(true);
      expect(y.toArray()).toEqual([4, 4, 4, 4, 4, 4, 4, 4, ...shown.slice(0, 3)]);
    }
    expect(() => copyMemory({ delay: 0 })).toThrow("delay is 0");
  });
});

describe("reber", () => {
  // Worked out by hand from the graph, state by state.
  const plain = "B(TS*X(XT*VP)*(S|XT*VV)|PT*V(V|P(XT*VP)*(S|XT*VV)))E";
  const grammar = new RegExp(`^${plain}$`);
  const embedded = new RegExp(`^B(T${plain}T|P${plain}P)E$`);

  test.each([
    { embedded: false, pattern: grammar, least: 4 },
    { embedded: true, pattern: embedded, least: 8 },
  ])("makes strings of the grammar, embedded: $embedded", ({ embedded: within, pattern, least }) => {
    expectSeeded((options) => reber({ ...options, embedded: within }));
    const lengths: number[] = [];
    for (const [x, y, next] of samples(
      reber({ embedded: within, count: 400, generator: new Generator(1) }),
    )) {
      const [steps] = x.shape;
      const symbols = [...(x.toArray() as Rows).map((row) => row.indexOf(1)), y.toArray() as number[]].flat();
      const text = symbols.slice(0, steps).map((id) => reberSymbols[id]);
      const after = symbols.slice(steps).map((id) => reberSymbols[id]);
      expect(text.slice(1)).toEqual(after.slice(0, -1));
      const whole = [...text, after.at(-1)].join("");
      expect(whole).toMatch(pattern);
      expect(isReber(whole, { embedded: within })).toBe(true);
      // What comes is among what may come, and that is all that may: putting it there leaves a string's beginning.
      const table = next.toArray() as Rows;
      table.forEach((row, t) => {
        if (!(row[symbols[steps + t]] > 0) || Math.abs(row.reduce((a, b) => a + b) - 1) > 1e-6)
          throw new Error(`${whole} at ${t}`);
      });
      lengths.push(steps);
    }
    expect(Math.min(...lengths)).toBe(least);
    expect(Math.abs(mean(lengths) - (least + 3))).toBeLessThan(0.4);
  });

  test("strings of others are told apart", () => {
    for (const text of ["", "B", "BTXSE", "BTSSXXTTVPSE", "BPVVE", "BTXXVPXVVE"])
      expect([text, isReber(text)]).toEqual([text, grammar.test(text)]);
    for (const text of ["BTXSEE", "BTXS", "BTXXVPE", "XTXSE", "BTTXSE"]) expect(isReber(text)).toBe(false);
    expect(isReber("BTBTXSETE", { embedded: true })).toBe(true);
    expect(isReber("BTBTXSEPE", { embedded: true })).toBe(false);
    expect(isReber("BSBTXSESE", { embedded: true })).toBe(false);
    expect(isReber("BTE", { embedded: true })).toBe(false);
  });
});

describe("sines", () => {
  test("have the frequency that the control says", () => {
    expectSeeded((options) => sines(options));
    for (const [u, y] of samples(sines({ length: 400, count: 10, minFrequency: 0.02, maxFrequency: 0.05 }))) {
      const [level] = u.toTypedArray();
      expect(new Set(u.toTypedArray()).size).toBe(1);
      const phases = Array.from(y.toTypedArray(), (_, t) => 2 * Math.PI * t * (0.02 + level * 0.03));
      const off = Math.max(
        ...Array.from(y.toTypedArray(), (value, t) => Math.abs(value - Math.sin(phases[t]))),
      );
      expect(off).toBeLessThan(1e-6);
    }
  });

  test("change it where the control steps, without a jump", () => {
    const [u, y] = sines({ length: 90, hold: 30 }).get(0);
    const [control, wave] = [u.toTypedArray(), y.toTypedArray()];
    expect(counts(control)).toEqual(new Map([0, 30, 60].map((t) => [control[t], 30])));
    for (let t = 1; t < 90; t++) expect(Math.abs(wave[t] - wave[t - 1])).toBeLessThan(2 * Math.PI * 0.1);
    expect(() => sines({ minFrequency: -1 })).toThrow("minFrequency is -1");
    expect(() => sines({ hold: 0 })).toThrow("hold is 0");
  });
});

describe("mackeyGlass", () => {
  test("satisfies its delay differential equation", () => {
    expectSeeded((options) => mackeyGlass({ ...options, length: 20 }));
    const [x] = mackeyGlass({ length: 600, interval: 0.1, delay: 17, generator: new Generator(0) }).get(0);
    const series = x.toTypedArray();
    let worst = 0;
    for (let t = 170; t < 599; t++) {
      const slope = (series[t + 1] - series[t - 1]) / 0.2;
      const late = series[t - 170];
      worst = Math.max(worst, Math.abs(slope - (0.2 * late) / (1 + late ** 10) + 0.1 * series[t]));
    }
    expect(worst).toBeLessThan(2e-4);
  });

  test("stays on its attractor; y is x later", () => {
    const [x, y] = mackeyGlass({ length: 500, horizon: 6 }).get(0);
    const [inputs, targets] = [x.toTypedArray(), y.toTypedArray()];
    expect(inputs.slice(6)).toEqual(targets.slice(0, -6));
    expect(Math.min(...inputs)).toBeGreaterThan(0.2);
    expect(Math.max(...inputs)).toBeLessThan(1.4);
    expect(Math.max(...inputs) - Math.min(...inputs)).toBeGreaterThan(0.6);
    expect(() => mackeyGlass({ delay: 0.05 })).toThrow("delay is 0.05; it must be a multiple of 0.1 above 0");
    expect(() => mackeyGlass({ horizon: 0 })).toThrow("horizon is 0");
  });
});

describe("lorenz", () => {
  test("satisfies its differential equations", () => {
    expectSeeded((options) => lorenz({ ...options, length: 20 }));
    const [path] = lorenz({ length: 300, interval: 0.001, generator: new Generator(0) }).get(0);
    const points = path.toArray() as Rows;
    let worst = 0;
    for (let t = 1; t < 299; t++) {
      const [x, y, z] = points[t];
      const rates = [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z];
      rates.forEach((rate, i) => {
        worst = Math.max(worst, Math.abs((points[t + 1][i] - points[t - 1][i]) / 0.002 - rate));
      });
    }
    expect(worst).toBeLessThan(0.05); // of rates up to some hundreds
  });

  test("visits both wings; y is x later; long intervals are cut", () => {
    const [x, y] = lorenz({ length: 1500, horizon: 3 }).get(0);
    const points = x.toArray() as Rows;
    expect(points.slice(3)).toEqual((y.toArray() as Rows).slice(0, -3));
    expect(points.some(([first]) => first > 5) && points.some(([first]) => first < -5)).toBe(true);
    expect(points.every(([, , z]) => z > 0 && z < 50)).toBe(true);
    const [coarse] = lorenz({ length: 50, interval: 0.7 }).get(0);
    expect(Math.max(...coarse.abs().toTypedArray())).toBeLessThan(50);
    expect(() => lorenz({ interval: 0 })).toThrow("interval is 0");
  });
});
