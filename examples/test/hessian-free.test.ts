import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator, GradientError, spectralRadius, sum } from "@wengert/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Refusal } from "../command-line/arguments.js";
import { describe as inWords, type Method, methods } from "../hessian-free/methods.js";
import { helpText, parseOptions, savedArguments } from "../hessian-free/options.js";
import { svgOf } from "../hessian-free/plot.js";
import { firstOf, Net, Task } from "../hessian-free/problem.js";
import { runProgram } from "../hessian-free/program.js";
import { loadResults } from "../hessian-free/results.js";
import { type Outcome, ratesOf, reach, study, tallyOf, trialsOf } from "../hessian-free/study.js";
import { attempt } from "../hessian-free/trial.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hessian-free-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Trials of seconds. */
const small = ["--budget", "2000", "--sequences", "600", "--hidden", "8", "--seeds", "1"];

describe("options", () => {
  test("quick means few and short trials, unless said otherwise", () => {
    expect(parseOptions([])).toMatchObject({ seeds: 5, budget: 200_000, hidden: 50, help: false });
    expect(parseOptions(["--quick"])).toMatchObject({ lengths: [10, 20], seeds: 1, budget: 60_000 });
    expect(parseOptions(["--quick", "--seeds", "2", "--lengths=30"])).toMatchObject({
      lengths: [30],
      seeds: 2,
      budget: 60_000,
    });
  });

  test("are saved as arguments", () => {
    const options = parseOptions(["--quick", "--methods", "hf,sgd", "--output", "a b.json"]);
    expect(parseOptions(savedArguments(options))).toEqual(options);
  });

  test.each([
    [
      ["--lengths", "20,10"],
      "--lengths has 10; they must be integers of 10 or more, each above the one before",
    ],
    [["--lengths", "9"], "--lengths has 9"],
    [["--lengths", "ten"], "--lengths has NaN"],
    [["--methods", "sgd,adam"], '--methods has "adam"; there are sgd, clip, rmsprop, hf'],
    [["--seeds", "0"], '--seeds is "0"; it must be an integer from 1'],
    [["quick"], '"quick" stands without an option'],
    [["--fast"], "there is no option --fast"],
  ])("refuses %j in one sentence", (args, message) => {
    expect(() => parseOptions(args)).toThrow(Refusal);
    expect(() => parseOptions(args)).toThrow(message);
  });

  test("--help lists every option", () => {
    for (const name of ["quick", "output", "resume", "lengths", "methods", "seeds", "budget", "hidden"])
      expect(helpText()).toContain(`  --${name} `);
  });
});

describe("the task", () => {
  test("goes round its sequences, and keeps some for the test", () => {
    const task = new Task(12, 50, new Generator(1));
    const first = task.draw(20);
    expect([first.x.shape, first.y.shape, task.test.y.size]).toEqual([[20, 12, 8], [20], 1000]);
    const second = task.draw(20);
    expect(second.x.toArray()).not.toEqual(first.x.toArray());
    // Ten are left: too few.
    expect(task.draw(20).x.toArray()).toEqual(first.x.toArray());
    expect(firstOf(first, 3).x.toArray()).toEqual((first.x.toArray() as unknown[]).slice(0, 3));
  });

  test("starts as an echo state network of fifteen weights a unit where that is asked for", () => {
    const net = new Net(40, "echo", new Generator(1));
    const weights = new Map(net.namedParameters()).get("rnn.cells.0.weightHh")!;
    expect(spectralRadius(weights).item()).toBeCloseTo(1.1, 4);
    const used = sum(weights.notEqual(0).to("float32"), { axis: 1 });
    expect(used.toArray()).toEqual(new Array(40).fill(15));
    const cases = new Task(10, 600, new Generator(2)).test;
    expect(net.error(cases)).toBeGreaterThan(0.5);
  });
});

describe("a study", () => {
  const outcome = (
    length: number,
    setting: string,
    seed: number,
    spent: number,
    solved: boolean,
  ): Outcome => ({
    length,
    method: "hf",
    setting,
    seed,
    spent,
    error: solved ? 0 : 1,
    solved,
  });
  const hf = methods.find(({ name }) => name === "hf")!;
  const options = parseOptions(["--lengths", "10,20,30,40", "--seeds", "2", "--methods", "hf"]);

  test("takes the best setting of each length, and gives up on one that solved nothing", () => {
    const outcomes = [
      outcome(10, "uniform", 1, 100, true),
      outcome(10, "uniform", 2, 100, true),
      outcome(10, "echo", 1, 50, true),
      outcome(10, "echo", 2, 90, true),
      outcome(20, "uniform", 1, 500, false),
      outcome(20, "uniform", 2, 500, false),
      outcome(20, "echo", 1, 300, true),
      outcome(20, "echo", 2, 500, false),
    ];
    const rates = ratesOf(outcomes, hf, options);
    expect(rates).toEqual([
      { length: 10, rate: 1 },
      { length: 20, rate: 0.5 },
    ]);
    expect(tallyOf(outcomes, hf, "echo", 10)).toEqual({ tried: 2, solved: 2, spent: 50 });
    expect(tallyOf(outcomes, hf, "uniform", 20)).toEqual({ tried: 2, solved: 0, spent: undefined });
    expect(reach(rates)).toBe(10);
    outcomes.push(outcome(30, "echo", 1, 500, false));
    // One seed is still to come.
    expect(ratesOf(outcomes, hf, options)).toHaveLength(2);
    outcomes.push(outcome(30, "echo", 2, 500, false));
    expect(ratesOf(outcomes, hf, options).map(({ rate }) => rate)).toEqual([1, 0.5, 0, 0]);
  });

  test("skips what is known, and what is hopeless", async () => {
    const given = parseOptions(["--lengths", "10,20", "--methods", "hf", ...small]);
    const outcomes = [outcome(10, "uniform", 1, 1, false), outcome(10, "echo", 1, 1, false)];
    const told = [];
    for await (const news of study(given, outcomes)) told.push([news.done, news.stage]);
    expect(told).toEqual([1, 2, 3, 4].map((done) => [done, undefined]));
    expect(outcomes).toHaveLength(2);
  });

  test.each(methods.map((method) => [method.name, method] as const))("%s learns", (_, method) => {
    const setting = method.settings.at(-1)!;
    const trial = { length: 10, method, setting, seed: 1 };
    const stages = [...attempt(trial, { budget: 14_000, sequences: 1000, hidden: 20 })];
    const spent = stages.map((each) => each.spent);
    expect(spent).toEqual(spent.toSorted((a, b) => a - b));
    expect(spent.at(-1)).toBeLessThanOrEqual(14_000);
    // By chance it would be 0.75.
    expect(stages.at(-1)!.error).toBeLessThan(0.65);
  });

  test("counts a trial whose numbers run away as not solved", () => {
    let steps = 0;
    const method: Method = {
      ...methods[0]!,
      prepare: () => () => {
        if (++steps === 3) throw new GradientError("the gradient is NaN");
        return 10;
      },
    };
    const trial = { length: 10, method, setting: method.settings[0]!, seed: 1 };
    const stages = [...attempt(trial, { budget: 3000, sequences: 600, hidden: 8 })];
    expect(stages).toEqual([10, 20].map((spent) => ({ spent, error: 1 })));
  });
});

test("the picture has a line for each curve, in range", () => {
  const curves = [
    {
      title: "one & two",
      points: [
        [10, 1],
        [20, 0.5],
      ] as const,
    },
    { title: "none", points: [] },
  ];
  const svg = svgOf(curves, { title: "a < b", x: "T", y: "solved", marks: [10, 20] });
  expect(svg).toContain('points="64.0,48.0 616.0,176.0"');
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  for (const text of ["a &lt; b", "one &amp; two", ">20</text>"]) expect(svg).toContain(text);
});

describe("the program", () => {
  async function run(...args: string[]) {
    const [printed, errors]: string[][] = [[], []];
    const code = await runProgram(
      args,
      { write: (text) => printed.push(text) },
      { write: (text) => errors.push(text) },
    );
    return { code, printed: printed.join(""), errors: errors.join("") };
  }
  const saved = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

  test("tells what it does, and goes on to the same outcomes after it was stopped", async () => {
    const [whole, half] = ["whole.json", "half.json"].map((name) => join(folder, name)) as [string, string];
    const args = ["--lengths", "10", "--methods", "rmsprop,hf", ...small];
    const { code, printed } = await run(...args, "--output", whole);
    expect(code).toBe(0);
    for (const part of [
      "4 trials",
      "Hessian-free (echo)  seed 1",
      "The largest T that is solved",
      "whole.svg",
    ])
      expect(printed).toContain(part);
    const { outcomes } = saved(whole) as { outcomes: Outcome[] };
    expect(outcomes).toHaveLength(trialsOf(parseOptions(args)).length);
    expect(outcomes.map(({ setting }) => setting)).toEqual(
      methods
        .filter(({ name }) => name === "rmsprop" || name === "hf")
        .flatMap((each) => each.settings.map(inWords)),
    );
    expect(readFileSync(join(folder, "whole.svg"), "utf8")).toContain("Hessian-free");

    // As it is after Ctrl-C in the third trial.
    const text = readFileSync(whole, "utf8").replaceAll("whole.json", "half.json");
    const stopped = JSON.parse(text) as { outcomes: Outcome[] };
    writeFileSync(half, JSON.stringify({ ...stopped, outcomes: outcomes.slice(0, 2) }));
    expect((await run("--resume", half)).code).toBe(0);
    expect((saved(half) as { outcomes: Outcome[] }).outcomes).toEqual(outcomes);
    expect((await loadResults(half, [])).options.output).toBe(half);
  });

  test("stops between steps when it is told to", async () => {
    const interrupt = new AbortController();
    const outcomes: Outcome[] = [];
    const options = parseOptions(["--lengths", "10", "--methods", "clip", ...small]);
    for await (const { ended } of study(options, outcomes, interrupt.signal)) if (ended) interrupt.abort();
    expect(outcomes).toHaveLength(1);
  });

  test.each<[string, () => string[], string]>([
    ["an unknown option", () => ["--fast"], "there is no option --fast"],
    ["a missing file", () => ["--resume", join(folder, "nowhere")], "there is no file"],
    [
      "a file of another kind",
      () => {
        writeFileSync(join(folder, "other.json"), "{}");
        return ["--resume", join(folder, "other.json")];
      },
      "was not saved by this program",
    ],
    ["an output that is a folder", () => ["--output", folder], "is a folder; give --output"],
  ])("%s: one sentence, exit code 1", async (_, args, message) => {
    const { code, errors } = await run(...args());
    expect(code).toBe(1);
    expect(errors).toMatch(/^hessian-free: .*\n$/);
    expect(errors).toContain(message);
  });

  test("--help", async () => {
    expect((await run("--help")).printed).toContain("--quick");
  });
});
