/** The program: what the command line asks for, from the first step to the picture. */
import { writeFile } from "node:fs/promises";
import { Generator } from "@wengert/autograd";
import { plotCurve } from "../char-rnn/plot.js";
import { checkWritable, type Output, printTo, runCommand } from "../command-line/output.js";
import { startProgress } from "../command-line/progress.js";
import { loadRun, saveRun } from "./checkpoint.js";
import { drawDigits, side } from "./digits.js";
import { svgOf } from "./draw.js";
import { rowsOf } from "./model.js";
import { helpText, parseOptions } from "./options.js";
import { evaluate, type Run, startRun, train } from "./train.js";

const shown = 10;

/** Trains, shows how it goes, and returns the loss of each step. */
async function learn(run: Run, signal: AbortSignal, output: Output): Promise<readonly number[]> {
  const progress = startProgress(Math.max(0, run.options.steps - run.step), output);
  const curve: number[] = [];
  let smooth = 0;
  try {
    for await (const loss of train(run, signal)) {
      curve.push(loss);
      smooth += (loss - smooth) * Math.max(0.05, 1 / curve.length);
      progress.advance(curve.length, [`${smooth.toFixed(2)} nats/image`]);
    }
  } finally {
    progress.stop();
  }
  return curve;
}

async function trainAndShow(run: Run, output: Output): Promise<void> {
  const print = printTo(output);
  const { options, model } = run;
  await checkWritable(options.output); // before the work, not after it
  const weights = model.parameterCount().toLocaleString("en");
  print(`${options.images.toLocaleString("en")} digits of ${side} × ${side} pixels.`);
  print(`Network: ${options.kind} autoencoder, ${weights} weights. Ctrl-C stops early, saves and draws.\n`);

  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  // Once: a second Ctrl-C ends the program at once.
  process.once("SIGINT", stop);
  const curve = await learn(run, interrupt.signal, output);
  process.off("SIGINT", stop);

  await saveRun(run); // before anything else is drawn from the generator
  if (curve.length > 1) print(`\n${plotCurve(curve, "nats per image while training")}\n`);
  print(`On digits that it was not trained on: ${evaluate(run).toFixed(2)} nats per image.`);
  const picture = options.output.replace(/(\.safetensors)?$/, ".svg");
  const digits = drawDigits(shown, new Generator(options.seed).fork("shown"));
  await writeFile(picture, svgOf(rowsOf(model, digits)));
  if (interrupt.signal.aborted)
    print(
      `Stopped after ${run.step} of ${options.steps} steps. To go on: node examples/dist/digit-autoencoder/main.js --resume ${options.output}`,
    );
  print(`Weights: ${options.output}. What it makes of digits: ${picture}`);
}

async function obey(args: readonly string[], output: Output): Promise<void> {
  const options = parseOptions(args);
  if (options.help) printTo(output)(helpText());
  else
    await trainAndShow(
      options.resume === undefined ? startRun(options) : await loadRun(options.resume, args),
      output,
    );
}

/** Does what `args` ask for; returns the exit code. What the user can put right is one sentence to `errors`. */
export function runProgram(
  args: readonly string[],
  output: Output = process.stdout,
  errors: Output = process.stderr,
): Promise<number> {
  return runCommand("digit-autoencoder", errors, () => obey(args, output));
}
