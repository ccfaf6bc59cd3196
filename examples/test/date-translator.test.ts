import { Generator } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { Refusal } from "../command-line/arguments.js";
import { characters, drawDates, write } from "../date-translator/dates.js";
import { drawAlignment } from "../date-translator/draw.js";
import { helpText, parseOptions } from "../date-translator/options.js";
import { runProgram } from "../date-translator/program.js";
import { evaluate, makeTranslator, train } from "../date-translator/train.js";

const dayOf = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 86_400_000;

/** What a program prints. */
class Recording {
  text = "";
  write(text: string): void {
    this.text += text;
  }
}

describe("dates", () => {
  test("are written in eight ways", () => {
    const all = Array.from({ length: 8 }, (_, style) => write(dayOf("2026-11-21"), style));
    expect(all.map(({ written }) => written)).toEqual([
      "21 November 2026",
      "November 21, 2026",
      "Saturday, 21 Nov 2026",
      "Nov 21st 2026",
      "the 21st of November 2026",
      "21.11.2026",
      "Saturday, November 21 2026",
      "2026, November 21",
    ]);
    expect(new Set(all.map(({ iso }) => iso))).toEqual(new Set(["2026-11-21"]));
    const ordinals = [1, 2, 3, 4, 11, 12, 13, 22, 23, 30].map(
      (day) => write(dayOf("1999-12-01") + day - 1, 3).written.split(" ")[1],
    );
    expect(ordinals.join(" ")).toBe("1st 2nd 3rd 4th 11th 12th 13th 22nd 23rd 30th");
  });

  test("are held out by the day", () => {
    const draw = (heldOut: boolean) => drawDates(3000, { generator: new Generator(1), heldOut });
    const [trained, held] = [draw(false), draw(true)];
    const days = new Set(trained.map(({ iso }) => iso));
    expect(held.filter(({ iso }) => days.has(iso))).toEqual([]);
    expect(new Set(trained.map(({ iso }) => iso.slice(0, 4))).size).toBe(200);
    expect(new Set(trained.map(({ iso }) => (dayOf(iso) - dayOf("1900-01-01")) % 10))).toEqual(
      new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
    const known = new Set(characters);
    const unknown = [...trained, ...held].filter(({ written }) =>
      Array.from(written).some((each) => !known.has(each)),
    );
    expect(unknown).toEqual([]);
  });
});

describe("options", () => {
  test("have defaults, and are refused where they cannot be", () => {
    expect(parseOptions([])).toMatchObject({ attention: "additive", beams: 3, date: undefined, help: false });
    expect(() => parseOptions(["--hidden", "7"])).toThrow(Refusal);
    expect(() => parseOptions(["--attention", "luong"])).toThrow(
      '--attention is "luong"; it must be additive or dot or general or concat',
    );
    expect(() => parseOptions(["1 May"])).toThrow("a date is given with --date TEXT");
    for (const name of Object.keys(parseOptions([])))
      if (name !== "help") expect(helpText().replaceAll("-", "").toLowerCase()).toContain(name.toLowerCase());
  });
});

test("an alignment is drawn", () => {
  const alignment = [
    [0, 0.1, 0.9],
    [1, 0, 0],
    [0.34, 0.33, 0.33],
  ];
  expect(drawAlignment("1 A", { text: "401", alignment })).toBe(
    ["     1 A", "    ┌───", "  4 │  █", "  0 │█  ", "  1 │░··"].join("\n"),
  );
});

describe("the program", () => {
  const small = ["--hidden", "8", "--embedding", "4", "--batch-size", "4", "--steps", "3", "--beams", "1"];

  test.each(["additive", "dot", "general", "concat"])(
    "learns a little with %s attention",
    async (attention) => {
      const output = new Recording();
      const args = [...small, "--attention", attention, "--date", "1 May 1900!"];
      expect(await runProgram(args, output, output)).toBe(0);
      expect(output.text).toContain(`Network: GRU, ${attention} attention`);
      expect(output.text).toContain("step 3/3");
      expect(output.text).toContain("Of 200 dates never trained on");
      expect(output.text).toContain("     1 May 1900!\n    ┌───────────\n");
    },
  );

  test("does the same for the same seed, and learns", async () => {
    const run = async (seed: number) => {
      const options = parseOptions([
        "--hidden",
        "8",
        "--batch-size",
        "8",
        "--steps",
        "15",
        "--seed",
        String(seed),
      ]);
      const model = makeTranslator(options);
      const losses: number[] = [];
      for await (const loss of train(model, options)) losses.push(loss);
      expect(evaluate(model, 5, options)).toBeLessThanOrEqual(1);
      return losses;
    };
    const losses = await run(1);
    expect(await run(1)).toEqual(losses);
    expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
  });

  test("helps, and refuses in one sentence", async () => {
    const [output, errors] = [new Recording(), new Recording()];
    expect(await runProgram(["--help"], output, errors)).toBe(0);
    expect(output.text).toContain("--attention KIND");
    expect(await runProgram(["--steps", "0"], output, errors)).toBe(1);
    expect(errors.text).toBe('date-translator: --steps is "0"; it must be an integer from 1 to 1000000\n');
  });
});
