/** The program: what the command line asks for, from the first step to the drawn alignments. */
import { Generator, noGrad } from "@wengert/autograd";
import { plotCurve } from "../char-rnn/plot.js";
import { type Output, printTo, runCommand } from "../command-line/output.js";
import { startProgress } from "../command-line/progress.js";
import { drawDates } from "./dates.js";
import { drawAlignment } from "./draw.js";
import { helpText, type Options, parseOptions } from "./options.js";
import { evaluate, makeTranslator, train } from "./train.js";
import type { Translator } from "./translator.js";

const tested = 200;
const shown = 3;

/** Trains, shows how it goes, and returns the bits per character of each step. */
async function learn(
  model: Translator,
  options: Options,
  signal: AbortSignal,
  output: Output,
): Promise<readonly number[]> {
  const progress = startProgress(options.steps, output);
  const curve: number[] = [];
  let smooth = 0;
  try {
    for await (const bits of train(model, options, signal)) {
      curve.push(bits);
      smooth += (bits - smooth) * Math.max(0.05, 1 / curve.length);
      progress.advance(curve.length, [`${smooth.toFixed(3)} bits/char`]);
    }
  } finally {
    progress.stop();
  }
  return curve;
}

async function obey(args: readonly string[], output: Output): Promise<void> {
  const print = printTo(output);
  const options = parseOptions(args);
  if (options.help) {
    print(helpText());
    return;
  }
  const { seed, attention, beams, date } = options;
  const model = makeTranslator(options);
  const [example] = drawDates(1, { generator: new Generator(seed).fork("example") });
  print(`From "${example!.written}" to ${example!.iso}, character by character.`);
  print(
    `Network: GRU, ${attention} attention, ${model.parameterCount().toLocaleString("en")} weights. Ctrl-C stops early.\n`,
  );

  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  // Once: a second Ctrl-C ends the program at once.
  process.once("SIGINT", stop);
  const curve = await learn(model, options, interrupt.signal, output);
  process.off("SIGINT", stop);

  if (curve.length > 1) print(`\n${plotCurve(curve, "bits per character while training")}\n`);
  const right = evaluate(model, tested, options);
  print(`Of ${tested} dates never trained on, ${(100 * right).toFixed(1)} % are right in every character.\n`);
  const drawn = drawDates(shown, { generator: new Generator(seed).fork("shown"), heldOut: true });
  const texts = date === undefined ? drawn.map(({ written }) => written) : [date];
  for (const text of texts)
    print(
      `${drawAlignment(
        text,
        noGrad(() => model.align(text, beams)),
      )}\n`,
    );
}

/** Does what `args` ask for; returns the exit code. What the user can put right is one sentence to `errors`. */
export function runProgram(
  args: readonly string[],
  output: Output = process.stdout,
  errors: Output = process.stderr,
): Promise<number> {
  return runCommand("date-translator", errors, () => obey(args, output));
}
