/** Learning to translate dates, and how well that went. */
import { Generator, manualSeed, noGrad } from "@wengert/autograd";
import { Adam, clipGradNorm } from "@wengert/optim";
import { drawDates } from "./dates.js";
import type { Options } from "./options.js";
import { Translator } from "./translator.js";

/** The network before the first step. */
export function makeTranslator(options: Options): Translator {
  manualSeed(options.seed);
  return new Translator(options);
}

/**
 * Trains up to the last step, or until `signal` is aborted; yields the loss of each step in bits per character. Between
 * steps it gives way to the event loop, without which Ctrl-C would not be heard.
 */
export async function* train(
  model: Translator,
  { steps, batchSize, learningRate, seed }: Options,
  signal?: AbortSignal,
): AsyncGenerator<number, void, undefined> {
  const generator = new Generator(seed).fork("training");
  const optimizer = new Adam(model, { lr: learningRate });
  model.train();
  for (let step = 0; step < steps && signal?.aborted !== true; step++) {
    for (const group of optimizer.paramGroups) group.lr = learningRate * (1 - (0.9 * step) / steps);
    const loss = model.forward(drawDates(batchSize, { generator }));
    optimizer.zeroGrad();
    loss.backward();
    clipGradNorm(model.parameters(), 1);
    optimizer.step();
    yield loss.item() / Math.LN2;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The part of dates, none of them trained on, that are translated without an error. */
export function evaluate(model: Translator, count: number, { seed, beams }: Options): number {
  const dates = drawDates(count, { generator: new Generator(seed).fork("held out"), heldOut: true });
  model.eval();
  const translations = noGrad(() =>
    model.translate(
      dates.map(({ written }) => written),
      beams,
    ),
  );
  return translations.filter((each, i) => each === dates[i]!.iso).length / count;
}
