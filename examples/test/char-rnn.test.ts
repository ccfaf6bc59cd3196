import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { noGrad, tensor } from "@wengert/autograd";
import { loadSafetensors } from "@wengert/autograd/node";
import { Vocabulary } from "@wengert/datasets";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saveRun } from "../char-rnn/checkpoint.js";
import {
  type Document,
  readCorpus,
  readDocuments,
  split,
  withoutNearDuplicates,
} from "../char-rnn/corpus.js";
import { helpText, parseOptions } from "../char-rnn/options.js";
import { plotCurve } from "../char-rnn/plot.js";
import { runProgram } from "../char-rnn/program.js";
import { startProgress } from "../char-rnn/progress.js";
import { startRun, train } from "../char-rnn/train.js";
import { WittenBell } from "../char-rnn/witten-bell.js";
import { Refusal } from "../command-line/arguments.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "char-rnn-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file into the tests' folder and returns its path. */
function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The sentence with which `body` refuses. */
function refusal(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("options", () => {
  test("defaults", () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({
      cell: "lstm",
      seed: 1,
      input: undefined,
      sampleOnly: undefined,
      help: false,
    });
    expect(options.output).toMatch(/\.safetensors$/);
  });

  test("what is given", () => {
    const args = [
      "--input",
      "a b.txt",
      "--cell=rnn",
      "--hidden",
      "12",
      "--temperature",
      "0.5",
      "--sample-only",
      "w.safetensors",
    ];
    expect(parseOptions(args)).toMatchObject({
      input: "a b.txt",
      cell: "rnn",
      hidden: 12,
      temperature: 0.5,
      sampleOnly: "w.safetensors",
    });
  });

  test.each([
    [["--hidden", "0"], '--hidden is "0"; it must be an integer from 1 to 4096'],
    [["--hidden", "1.5"], '--hidden is "1.5"; it must be an integer'],
    [["--steps", "many"], '--steps is "many"; it must be an integer'],
    [["--steps="], '--steps is ""; it must be an integer'],
    [["--seed", "-1"], '--seed is "-1"; it must be an integer from 0'],
    [["--temperature", "NaN"], '--temperature is "NaN"; it must be a number from 0'],
    [["--steps"], "--steps has no value; it must be an integer"],
    [["--input"], "--input has no value; write --input PATH"],
    [["--cell", "gru"], '--cell is "gru"; it must be lstm or rnn'],
    [["--hiden", "3"], "there is no option --hiden; --help lists them"],
    [["-x"], "there is no option -x"],
    [["text.txt"], '"text.txt" stands without an option; a text is given with --input PATH'],
  ])("refuses %j in one sentence", (args, message) => {
    expect(refusal(() => parseOptions(args))).toContain(message);
  });

  test("--help lists every option", () => {
    expect(parseOptions(["-h"]).help).toBe(true);
    const names = Object.keys(parseOptions([])).filter((name) => name !== "help");
    const dashed = names.map(
      (name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `,
    );
    expect(dashed.filter((name) => !helpText().includes(name))).toEqual([]);
  });
});

describe("corpus", () => {
  test.each<[string, () => string, string]>([
    ["missing", () => join(folder, "nowhere.txt"), "there is no file or folder"],
    ["empty", () => write("empty.txt", ""), "is empty; give a file with text in it"],
    ["binary, by a zero byte", () => write("zero.bin", Uint8Array.of(65, 0, 66)), "is not a text in UTF-8"],
    [
      "binary, by its encoding",
      () => write("latin.txt", Uint8Array.of(65, 0xe9, 66)),
      "is not a text in UTF-8",
    ],
    ["one character", () => write("one.txt", "a"), 'holds no character but "a"'],
    ["one character, many times", () => write("many.txt", "😀😀😀"), 'holds no character but "😀"'],
    [
      "a folder without text",
      () => dirname(write("binaries/zero.bin", Uint8Array.of(0))),
      "has no file with text in it",
    ],
  ])("refuses what is %s in one sentence", (_, make, message) => {
    const path = make();
    const sentence = refusal(() => readCorpus(path));
    expect(sentence).toContain(message);
    expect(sentence).toContain(path);
    expect(sentence).not.toContain("\n");
  });

  test("reads a folder in the order of names, passing over what is not text, hidden or installed", () => {
    write("project/b.ts", "\uFEFFb\r\nb");
    write("project/a/x.ts", "x");
    write("project/a/image.png", Uint8Array.of(0, 1));
    write("project/.git/config", "hidden");
    write("project/node_modules/p/index.js", "installed");
    write("project/notes.md", "notes");
    const documents = readDocuments(join(folder, "project"));
    expect(documents).toEqual<Document[]>([
      { name: "a/x.ts", text: "x" },
      { name: "b.ts", text: "b\nb" },
      { name: "notes.md", text: "notes" },
    ]);
    expect(readDocuments(join(folder, "project"), ".md").map(({ name }) => name)).toEqual(["notes.md"]);
  });

  test("the default is the declaration files of @types/node", () => {
    const corpus = readCorpus();
    expect(corpus.name).toBe("the declaration files of @types/node");
    expect(corpus.documents).toBeGreaterThan(50);
    expect(corpus.train).toContain('declare module "http"');
    expect(corpus.heldOut.length).toBeGreaterThan(50_000);
    // dns/promises repeats dns, buffer.buffer itself for older compilers …
    expect(corpus.removed).toBeGreaterThan(5_000);
  });

  const story = (seed: number, words: number) => {
    let state = seed;
    const word = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state.toString(36);
    };
    return Array.from({ length: words }, (_, i) => word() + (i % 8 === 7 ? "\n" : " ")).join("");
  };

  test("of ten documents and more the tenth is held out", () => {
    const documents = Array.from({ length: 21 }, (_, i) => ({ name: `${i}`, text: story(i + 1, 100) }));
    const { train, heldOut, removed } = split(documents);
    expect(heldOut).toBe(documents[9].text + documents[19].text);
    expect(documents.filter(({ text }) => train.includes(text)).length).toBe(19);
    expect(removed).toBe(0);
  });

  test("of fewer documents the last lines of each are held out", () => {
    const documents = [1, 2].map((i) => ({ name: `${i}`, text: story(i, 800) }));
    const { train, heldOut } = split(documents);
    for (const { text } of documents) expect(heldOut).toContain(text.slice(-Math.floor(text.length / 10)));
    expect(train.length + heldOut.length).toBe(documents[0].text.length + documents[1].text.length + 1);
    expect(split([{ name: "short", text: "ab" }])).toMatchObject({ train: "ab", heldOut: "" });
  });

  test("without a line end about there the cut is made between two characters", () => {
    const [smiles, oneLine] = ["😀".repeat(55), `first line\n${story(5, 100).replaceAll("\n", " ")}`];
    for (const text of [smiles, oneLine]) {
      const { train, heldOut } = split([{ name: "", text }]);
      expect(train + heldOut).toBe(text);
      expect(train).not.toMatch(/\p{Surrogate}/u);
      expect(Math.abs(heldOut.length - text.length / 10)).toBeLessThan(2);
    }
  });

  test("copies are not held out, also where a few words were changed", () => {
    const [known, fresh] = [story(1, 400), story(2, 400)];
    const retouched = known.replaceAll(/^\S+/gm, (word, at: number) => (at % 3 === 0 ? "changed" : word));
    expect(retouched).not.toBe(known);
    expect(withoutNearDuplicates([retouched, fresh, known], [story(3, 400), known])).toBe(fresh);
  });

  test("a new part of a document stays where an old one goes", () => {
    const [known, fresh] = [story(1, 400), story(2, 400)];
    const left = withoutNearDuplicates([known + fresh], [known]);
    // The block across the border may go either way.
    expect(fresh.endsWith(left) || left.endsWith(fresh)).toBe(true);
    expect(Math.abs(left.length - fresh.length)).toBeLessThan(500);
  });
});

describe("Witten–Bell", () => {
  const ids = (text: string, alphabet: string) => Int32Array.from(text, (letter) => alphabet.indexOf(letter));

  test("a case computed by hand", () => {
    // "abracadabra" over {a, b, c, d, r}: n(a) = 5, n(b) = n(r) = 2, n(c) = n(d) = 1, t = 5, so
    //   P(b) = (2 + 5 · 1/5) / (11 + 5) = 3/16.
    // After "a": b 2, c 1, d 1; 4 in all, 3 kinds: P(b | a) = (2 + 3 · 3/16) / (4 + 3) = 41/112.
    // After "ra": c once: P(b | ra) = (0 + 1 · 41/112) / (1 + 1) = 41/224.
    const model = new WittenBell(ids("abracadabra", "abcdr"), { order: 2, alphabet: 5 });
    const found = model.probabilities([...ids("bra", "abcdr")], 1);
    [3 / 16, 41 / 112, 41 / 224].forEach((p, order) => expect(found[order]).toBeCloseTo(p, 15));
  });

  test("a context never seen says what its shorter one says", () => {
    const model = new WittenBell(ids("abracadabra", "abcdr"), { order: 3, alphabet: 5 });
    // Of "a", "ca" and "dca" only the last is new; of "a", "ba" and "bba" the last two.
    const [, a, ca, dca] = model.probabilities([...ids("dca", "abcdr")], 1);
    const [, sameA, ba, bba] = model.probabilities([...ids("bba", "abcdr")], 1);
    expect([dca, sameA, ba, bba]).toEqual([ca, a, a, a]);
    expect(ca).not.toBe(a);
  });

  test("nothing seen is uniform", () => {
    expect(new WittenBell(new Int32Array(0), { order: 1, alphabet: 4 }).probabilities([2], 1)).toEqual([
      0.25, 0.25,
    ]);
  });

  test("probabilities sum to one at every order, and none is zero", () => {
    const letters = fc.array(fc.nat(4), { maxLength: 60 });
    fc.assert(
      fc.property(letters, letters, (text, context) => {
        const model = new WittenBell(Int32Array.from(text), { order: 4, alphabet: 6 });
        const rows = Array.from({ length: 6 }, (_, id) => model.probabilities(context, id));
        for (const order of [0, 1, 2, 3, 4]) {
          expect(rows.reduce((sum, row) => sum + row[order], 0)).toBeCloseTo(1, 12);
          expect(Math.min(...rows.map((row) => row[order]))).toBeGreaterThan(0);
        }
      }),
    );
  });

  test("bits are those of the probabilities, the first character being context only", () => {
    const text = ids("abracadabra", "abcdr");
    const model = new WittenBell(text.slice(0, 7), { order: 2, alphabet: 5 });
    const products = [1, 1, 1];
    for (let i = 1; i < text.length; i++)
      model
        .probabilities(Array.from(text.subarray(0, i)), text[i])
        .forEach((p, order) => (products[order] *= p));
    // 2^(bits · characters) · P(text) = 1, with no logarithm retyped.
    model.bitsPerCharacter(text).forEach((bits, order) => {
      let power = products[order];
      for (let i = 1; i < text.length; i++) power *= tensor(2, { dtype: "float64" }).pow(bits).item();
      expect(power).toBeCloseTo(1, 9);
    });
  });
});

describe("progress", () => {
  const recorded = (isTTY?: boolean) => {
    const written: string[] = [];
    return {
      output: { ...(isTTY === undefined ? {} : { isTTY }), write: (text: string) => written.push(text) },
      written,
    };
  };

  test("plain lines without a terminal", () => {
    const { output, written } = recorded();
    let time = 0;
    const progress = startProgress(40, output, () => time);
    for (let step = 1; step <= 40; step++) {
      time += 500;
      progress.advance(step, 2.5, 1000);
      if (step === 3) progress.print("a sample");
    }
    progress.stop();
    expect(written.length).toBe(21);
    expect(written.slice(0, 2)).toEqual([
      "step 2/40  2.50 bits/char  2,000 char/s  0:19 left\n",
      "a sample\n",
    ]);
    expect(written.at(-1)).toBe("step 40/40  2.50 bits/char  2,000 char/s  0:00 left\n");
    expect(written.join("")).not.toContain("\u001B");
  });
});

describe("plot", () => {
  test("a falling curve falls", () => {
    const text = plotCurve(
      Array.from({ length: 600 }, (_, i) => 1 + 4 / (1 + i / 50)),
      "bits per character",
    );
    const [title, ...rows] = text.split("\n");
    expect(title).toBe("bits per character");
    expect(rows[0]).toMatch(/^ +4\.\d\d ┼╮/);
    expect(rows.at(-1)).toContain("1.");
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(80);
  });
});

describe("the program", () => {
  /** Runs it on a text that repeats itself; what it prints goes into `text`. */
  async function run(...args: string[]) {
    const [printed, errors]: string[][] = [[], []];
    const code = await runProgram(
      args,
      { write: (text) => printed.push(text) },
      { write: (text) => errors.push(text) },
    );
    return { code, printed: printed.join(""), errors: errors.join("") };
  }
  const small = [
    "--hidden",
    "16",
    "--embedding",
    "8",
    "--batch-size",
    "4",
    "--sequence-length",
    "12",
    "--sample-length",
    "20",
  ];
  const song = () =>
    write(
      "song.txt",
      Array.from(
        { length: 60 },
        (_, i) => `${99 - i} bottles of milk on the wall, ${99 - i} bottles of milk.\n`,
      ).join(""),
    );
  const weightsOf = async (path: string) => {
    const { tensors } = await loadSafetensors(path);
    return new Map([...tensors].map(([name, each]) => [name, each.toTypedArray()]));
  };

  test.each([["lstm"], ["rnn"]])("twenty steps of the %s reduce the loss", async (cell) => {
    const output = join(folder, `${cell}.safetensors`);
    const args = ["--cell", cell, "--steps", "20", "--learning-rate", "0.02", "--output", output, ...small];
    const { code, printed } = await run("--input", song(), ...args);
    expect(code).toBe(0);
    const losses = [...printed.matchAll(/^step \d+\/20 {2}([\d.]+) bits\/char/gm)].map(([, bits]) =>
      Number(bits),
    );
    expect(losses.length).toBe(20);
    expect(losses.at(-1)).toBeLessThan(losses[0] - 0.2);
    for (const part of [
      "bits per character while training",
      "── a sample",
      "Witten–Bell, order 5",
      `this ${cell.toUpperCase()}`,
    ])
      expect(printed).toContain(part);
  });

  test("a file of weights alone suffices to sample, the same text for the same seed", async () => {
    const output = join(folder, "sampled.safetensors");
    const trained = await run("--input", song(), "--steps", "3", "--output", output, "--seed", "7", ...small);
    const sampled = await run("--sample-only", output);
    expect(sampled).toMatchObject({ code: 0, errors: "" });
    expect(sampled.printed).toHaveLength(1 + 20 + 1); // prompt, sample, end of line
    expect(trained.printed).toContain(sampled.printed);
    expect(await run("--sample-only", output)).toEqual(sampled);
    expect(await run("--sample-only", output, "--seed", "8")).not.toEqual(sampled);
    const greedy = await run(
      "--sample-only",
      output,
      "--temperature",
      "0",
      "--prompt",
      "99 b",
      "--sample-length",
      "5",
    );
    expect(greedy.printed).toMatch(/^99 b(?:.|\n){5}\n$/);
  });

  test("a run that was stopped goes on to the same bits", async () => {
    const [whole, stopped] = ["whole", "stopped"].map((name) => join(folder, `${name}.safetensors`));
    const args = ["--input", song(), "--steps", "90", "--dropout", "0.2", "--sample-every", "40", ...small];
    await run(...args, "--output", whole);

    const ids = (vocabulary: Vocabulary) => vocabulary.encode(readCorpus(join(folder, "song.txt")).train);
    const options = parseOptions([...args, "--output", stopped]);
    const vocabulary = Vocabulary.fromText(readCorpus(options.input).train, { unknown: "\uFFFD" });
    const begun = startRun(options, vocabulary);
    const interrupt = new AbortController();
    for await (const { step } of train(begun, ids(vocabulary), interrupt.signal))
      if (step === 77) interrupt.abort();
    expect(begun.step).toBe(77);
    await saveRun(stopped, begun);
    expect((await run("--resume", stopped)).code).toBe(0);

    expect(await weightsOf(stopped)).toEqual(await weightsOf(whole));
  });

  test("a text shorter than a batch is learnt in fewer and shorter streams", async () => {
    const output = join(folder, "short.safetensors");
    const { code, printed } = await run("--input", write("ab.txt", "ab"), "--steps", "2", "--output", output);
    expect(code).toBe(0);
    expect(printed).not.toContain("Witten"); // nothing could be held out
  });

  test.each<[string, () => string[], string]>([
    ["a missing text", () => ["--input", join(folder, "nowhere.txt")], "there is no file or folder"],
    ["an unknown option", () => ["--hiden"], "there is no option --hiden"],
    ["missing weights", () => ["--sample-only", join(folder, "nowhere")], "there is no file"],
    ["weights that are none", () => ["--sample-only", song()], "could not be read"],
    [
      "weights of other options",
      () => ["--sample-only", join(folder, "lstm.safetensors"), "--hidden", "3"],
      "does not hold a run that fits",
    ],
    [
      "an output in no folder",
      () => ["--input", song(), "--output", join(folder, "no", "where")],
      "nothing can be written into the folder",
    ],
    [
      "an output that is a folder",
      () => ["--input", song(), "--output", folder],
      "is a folder; give --output",
    ],
  ])("%s: one sentence, exit code 1", async (_, args, message) => {
    const { code, errors } = await run(...args());
    expect(code).toBe(1);
    expect(errors).toMatch(/^char-rnn: .*\n$/);
    expect(errors).toContain(message);
  });

  test("a loss that is no number ends the run in one sentence", async () => {
    const vocabulary = Vocabulary.fromText("abc");
    const begun = startRun(parseOptions(small), vocabulary);
    noGrad(() => begun.model.head.bias!.assign(Number.NaN));
    const step = train(begun, vocabulary.encode("abcabcabc")).next();
    await expect(step).rejects.toThrow(/^the loss is NaN .* at step 0; a --learning-rate below/);
    await expect(step).rejects.toThrow(Refusal);
  });

  test("the weights lie under PyTorch's names", async () => {
    const { tensors } = await loadSafetensors(join(folder, "lstm.safetensors"));
    const shapes = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      "rnn.weight_ih_l0": [64, 8],
      "rnn.weight_hh_l0": [64, 16],
      "rnn.bias_hh_l0": [64],
    });
    expect(Object.keys(shapes)).toEqual(expect.arrayContaining(["embed.weight", "head.weight", "head.bias"]));
  });
});
