import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Generator, tensor } from "@wengert/autograd";
import { afterAll, describe, expect, test } from "vitest";
import { Refusal } from "../command-line/arguments.js";
import { loadRun, saveRun } from "../digit-autoencoder/checkpoint.js";
import { drawDigits, side } from "../digit-autoencoder/digits.js";
import { svgOf } from "../digit-autoencoder/draw.js";
import { rowsOf } from "../digit-autoencoder/model.js";
import { helpText, parseOptions } from "../digit-autoencoder/options.js";
import { runProgram } from "../digit-autoencoder/program.js";
import { evaluate, type Run, startRun, train } from "../digit-autoencoder/train.js";

const folder = mkdtempSync(join(tmpdir(), "digit-autoencoder-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
const small = ["--hidden", "12", "--code", "3", "--batch-size", "8", "--images", "40"];
const kinds = ["variational", "denoising"];

async function finish(run: Run): Promise<number[]> {
  const losses: number[] = [];
  for await (const loss of train(run)) losses.push(loss);
  return losses;
}

const weights = ({ model }: Run): unknown[] =>
  [...model.stateDict()].map(([name, value]) => [name, value.toArray()]);

test("digits are drawn each another way, the same from the same seed", () => {
  const draw = (seed: number) => drawDigits(20, new Generator(seed)).toArray() as number[][];
  const images = draw(1);
  expect(images.map(({ length }) => length)).toEqual(Array(20).fill(side * side));
  expect(draw(1)).toEqual(images);
  expect(new Set([...images, ...draw(2)].map((image) => image.join())).size).toBe(40);
  for (const image of images) {
    expect(Math.min(...image)).toBe(0);
    expect(Math.max(...image)).toBeGreaterThan(0.5);
    expect(Math.max(...image)).toBeLessThanOrEqual(1);
  }
});

test("options have defaults, which --quick lowers, and are refused where they cannot be", () => {
  expect(parseOptions([])).toMatchObject({ kind: "variational", steps: 4000, images: 10_000, code: 8 });
  expect(parseOptions(["--quick", "--steps", "7"])).toMatchObject({ steps: 7, images: 2000 });
  expect(() => parseOptions(["--kind", "sparse"])).toThrow(Refusal);
  expect(() => parseOptions(["--noise", "2"])).toThrow('--noise is "2"; it must be a number from 0 to 1');
  for (const name of Object.keys(parseOptions([])))
    if (name !== "help") expect(helpText().replaceAll("-", "").toLowerCase()).toContain(name.toLowerCase());
});

test("a picture has a path for each grey of an image, and none for white", () => {
  const image = (...values: number[]): number[] => [
    ...values,
    ...new Array<number>(side * side - values.length).fill(0),
  ];
  const svg = svgOf([
    { title: "first", images: tensor([image(1, 0.2, 1), image()]) },
    { title: "second", images: tensor([image(-3, 7)]) },
  ]);
  expect(svg.match(/<path[^>]*>/g)).toEqual([
    '<path fill="#000000" d="M0 0h1v1h-1zM2 0h1v1h-1z"/>',
    '<path fill="#cccccc" d="M1 0h1v1h-1z"/>',
    '<path fill="#000000" d="M1 0h1v1h-1z"/>',
  ]);
  expect(svg.match(/<g /g)).toHaveLength(3);
  expect(svg).toContain(">second</text>");
});

describe.each(kinds)("the %s autoencoder", (kind) => {
  const options = (...args: string[]) => parseOptions([...small, "--kind", kind, ...args]);

  test("learns, and shows rows of images from 0 to 1", async () => {
    const run = startRun(options("--steps", "60", "--learning-rate", "0.01"));
    const before = evaluate(run);
    await finish(run);
    expect(evaluate(run)).toBeLessThan(0.8 * before);
    const rows = rowsOf(run.model, drawDigits(4, new Generator(3)));
    expect(rows).toHaveLength(3);
    for (const { images } of rows) {
      expect(images.shape).toEqual([4, side * side]);
      const values = [...images.toTypedArray()];
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(1);
    }
  });

  test("goes on after it was stopped as if it had not been", async () => {
    const whole = startRun(options("--steps", "6"));
    const losses = await finish(whole);
    const path = file(`${kind}.safetensors`);
    const half = startRun(options("--steps", "3", "--output", path));
    expect(await finish(half)).toEqual(losses.slice(0, 3));
    await saveRun(half);
    const resumed = await loadRun(path, ["--steps", "6"]);
    expect(resumed.options).toMatchObject({ kind, steps: 6, output: path });
    expect(await finish(resumed)).toEqual(losses.slice(3));
    expect(weights(resumed)).toEqual(weights(whole));
    await expect(loadRun(path, ["--hidden", "5"])).rejects.toThrow(
      "does not hold a run that fits these options: loadStateDict: nothing was loaded",
    );
  });
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

  test("trains, evaluates, saves and draws, and goes on", async () => {
    const output = file("run.safetensors");
    const { code, printed } = await run(...small, "--steps", "3", "--output", output);
    expect(code).toBe(0);
    for (const part of ["variational autoencoder", "step 3/3", "it was not trained on: ", "run.svg"])
      expect(printed).toContain(part);
    expect(readFileSync(file("run.svg"), "utf8")).toContain("restored from 3 numbers each");
    const more = await run("--resume", output, "--steps", "5");
    expect(more.code).toBe(0);
    expect(more.printed).toContain("step 2/2");
  });

  test.each<[string, () => string[], string]>([
    ["an unknown option", () => ["--fast"], "there is no option --fast"],
    ["a missing file", () => ["--resume", file("nowhere")], "there is no file"],
    ["an output that is a folder", () => ["--output", folder], "is a folder; give --output"],
    [
      "a file of another kind",
      () => {
        writeFileSync(file("other"), "no weights");
        return ["--resume", file("other")];
      },
      "could not be read",
    ],
  ])("%s: one sentence, exit code 1", async (_, args, message) => {
    const { code, errors } = await run(...args());
    expect(code).toBe(1);
    expect(errors).toMatch(/^digit-autoencoder: .*\n$/);
    expect(errors).toContain(message);
  });

  test("--help", async () => {
    expect((await run("--help")).printed).toContain("--kind KIND");
  });
});
