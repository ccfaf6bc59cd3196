/** The program: what the command line asks for, from the text to the last sample. */
import { Generator } from "@wengert/autograd";
import { Vocabulary } from "@wengert/datasets";
import { checkWritable, type Output, printTo, runCommand } from "../command-line/output.js";
import { loadRun, saveRun } from "./checkpoint.js";
import { type Corpus, readCorpus } from "./corpus.js";
import { helpText, parseOptions } from "./options.js";
import { plotCurve } from "./plot.js";
import { startProgress } from "./progress.js";
import { sample } from "./sample.js";
import { evaluate, type Run, startRun, train } from "./train.js";
import { WittenBell } from "./witten-bell.js";

const orders = 5;

/** Draws from a stream of its own: how often a sample is taken does not change what is learnt. */
function write({ model, vocabulary, step, options }: Run): string {
  const { seed, prompt, sampleLength, temperature } = options;
  const generator = new Generator(seed).fork(`sample ${step}`);
  return sample(model, vocabulary, { prompt, length: sampleLength, temperature, generator });
}

function framed(title: string, text: string): string {
  return `── ${title} ${"─".repeat(Math.max(0, 70 - title.length))}\n${text}\n${"─".repeat(74)}`;
}

/** In a longer text, what is rarer than one in a million is learnt as the unknown character. */
function vocabularyOf({ train: text }: Corpus): Vocabulary {
  return Vocabulary.fromText(text, { unknown: "\uFFFD", minCount: 1 + Math.floor(text.length / 1e6) });
}

/** Trains, shows how it goes, and returns the bits per character of each step. */
async function learn(
  run: Run,
  ids: Int32Array,
  signal: AbortSignal,
  output: Output,
): Promise<readonly number[]> {
  const { steps, sampleEvery } = run.options;
  const progress = startProgress(Math.max(0, steps - run.step), output);
  const first = run.step;
  const curve: number[] = [];
  let smooth = 0;
  try {
    for await (const { step, bits, characters } of train(run, ids, signal)) {
      curve.push(bits);
      smooth += (bits - smooth) * Math.max(0.05, 1 / curve.length);
      progress.advance(step - first, smooth, characters);
      if (step % sampleEvery === 0 && step < steps) progress.print(framed(`step ${step}`, write(run)));
    }
  } finally {
    progress.stop();
  }
  return curve;
}

/** The network's bits per character on the held-out text, among those of models that count. */
function compare({ model, vocabulary, options }: Run, ids: Int32Array, held: Int32Array): string {
  const { bits, characters } = evaluate(model, held);
  const counting = new WittenBell(ids, { order: orders, alphabet: vocabulary.size });
  const byOrder = counting.bitsPerCharacter(held.subarray(0, characters + 1));
  const rows = byOrder.map((each, order): [string, number] => [`Witten–Bell, order ${order}`, each]).slice(1);
  rows.push([`this ${options.cell.toUpperCase()}`, bits]);
  const lines = rows.map(([name, each]) => `  ${name.padEnd(22)} ${each.toFixed(3)}`);
  return [
    `Bits per character on ${characters.toLocaleString("en")} characters of held-out text (less is better):`,
    ...lines,
  ].join("\n");
}

async function trainAndShow(run: Run, corpus: Corpus, output: Output): Promise<void> {
  const print = printTo(output);
  const { options, model, vocabulary } = run;
  await checkWritable(options.output); // before the work, not after it
  const ids = vocabulary.encode(corpus.train);
  const held = vocabulary.encode(corpus.heldOut);
  const weights = model.parameters().reduce((sum, { size }) => sum + size, 0);
  const count = (n: number): string => n.toLocaleString("en");
  print(`Text: ${corpus.name}; ${count(ids.length)} characters, ${vocabulary.size} different ones.`);
  if (held.length > 1)
    print(
      `Held out: ${count(held.length)} characters, not counting ${count(corpus.removed)} that nearly repeat others.`,
    );
  print(
    `Network: ${options.cell.toUpperCase()}, ${count(weights)} weights. Ctrl-C stops early, saves and samples.\n`,
  );

  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  // Once: a second Ctrl-C ends the program at once.
  process.once("SIGINT", stop);
  const curve = await learn(run, ids, interrupt.signal, output);
  process.off("SIGINT", stop);

  await saveRun(options.output, run);
  if (curve.length > 1) print(`\n${plotCurve(curve, "bits per character while training")}`);
  print(`\n${framed("a sample", write(run))}\n`);
  if (interrupt.signal.aborted)
    print(
      `Stopped after ${run.step} of ${options.steps} steps. To go on: npm start -- --resume ${options.output}`,
    );
  else if (held.length > 1) print(`${compare(run, ids, held)}\n`);
  print(`Weights: ${options.output}. For another sample: npm start -- --sample-only ${options.output}`);
}

async function obey(args: readonly string[], output: Output): Promise<void> {
  const print = printTo(output);
  const options = parseOptions(args);
  if (options.help) print(helpText());
  else if (options.sampleOnly !== undefined) print(write(await loadRun(options.sampleOnly, args)));
  else if (options.resume !== undefined) {
    const run = await loadRun(options.resume, args);
    await trainAndShow(run, readCorpus(run.options.input), output);
  } else {
    const corpus = readCorpus(options.input);
    await trainAndShow(startRun(options, vocabularyOf(corpus)), corpus, output);
  }
}

/** Does what `args` ask for; returns the exit code. What the user can put right is one sentence to `errors`. */
export function runProgram(
  args: readonly string[],
  output: Output = process.stdout,
  errors: Output = process.stderr,
): Promise<number> {
  return runCommand("char-rnn", errors, () => obey(args, output));
}
