/** Learning, and how well that went. */
import { Generator, noGrad, randint } from "@wengert/autograd";
import { Adam } from "@wengert/optim";
import { drawDigits } from "./digits.js";
import { type Model, makeModel } from "./model.js";
import type { Options } from "./options.js";

export interface Run {
  readonly options: Options;
  readonly model: Model;
  readonly optimizer: Adam;
  /** What weights, batches and noise are drawn from. */
  readonly generator: Generator;
  /** Updates so far. */
  step: number;
}

/** A run before its first step. */
export function startRun(options: Options): Run {
  const generator = new Generator(options.seed);
  const model = makeModel(options, generator);
  return { options, model, optimizer: new Adam(model, { lr: options.learningRate }), generator, step: 0 };
}

/**
 * Trains up to the last step, or until `signal` is aborted; yields the loss of each step. Between steps it gives way to the
 * event loop, without which Ctrl-C would not be heard.
 */
export async function* train(run: Run, signal?: AbortSignal): AsyncGenerator<number, void, undefined> {
  const { model, optimizer, generator } = run;
  const { steps, batchSize, images, seed } = run.options;
  const all = drawDigits(images, new Generator(seed).fork("training"));
  while (run.step < steps && signal?.aborted !== true) {
    const batch = all.indexSelect(randint(0, images, [batchSize], { generator }));
    model.train();
    optimizer.zeroGrad();
    const loss = model.loss(batch);
    loss.backward();
    optimizer.step();
    run.step += 1;
    yield loss.item();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The loss on digits that were not trained on, in nats per image. */
export function evaluate({ model, options: { seed } }: Run): number {
  const generator = new Generator(seed).fork("test");
  return noGrad(() => model.train().loss(drawDigits(500, generator)).item());
}
