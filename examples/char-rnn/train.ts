/** Learning a text by truncated backpropagation through time, and how well it is known then. */
import { manualSeed, noGrad, type Tensor } from "@wengert/autograd";
import { TextStream, type Vocabulary } from "@wengert/datasets";
import { crossEntropy, detachState } from "@wengert/nn";
import { Adam, clipGradNorm } from "@wengert/optim";
import { Refusal } from "../command-line/arguments.js";
import { CharModel, type State } from "./model.js";
import type { Options } from "./options.js";

/** All that changes while the network learns: what has to be saved for the run to go on as if never stopped. */
export interface Run {
  readonly options: Options;
  readonly vocabulary: Vocabulary;
  readonly model: CharModel;
  readonly optimizer: Adam;
  /** Updates made. */
  step: number;
  /** What the recurrent layer carries into the next batch. */
  state: State | undefined;
}

export function startRun(options: Options, vocabulary: Vocabulary): Run {
  manualSeed(options.seed);
  const model = new CharModel(vocabulary.size, options);
  return { options, vocabulary, model, optimizer: new Adam(model), step: 0, state: undefined };
}

/** The text as streams; where it is too short for all that the options ask for, as fewer and shorter ones. */
function streamsOf(ids: Int32Array, { batchSize, sequenceLength }: Options): TextStream {
  const length = Math.min(sequenceLength, ids.length - 1);
  const rows = Math.min(batchSize, Math.floor((ids.length - 1) / length));
  return new TextStream(ids, { batchSize: rows, sequenceLength: length, dropLast: true });
}

/**
 * Trains up to the last step, or until `signal` is aborted; yields the loss of each step in bits per character. Between
 * steps it gives way to the event loop, without which Ctrl-C would not be heard.
 *
 * @throws Refusal if the loss stops being a number
 */
export async function* train(
  run: Run,
  ids: Int32Array,
  signal?: AbortSignal,
): AsyncGenerator<
  { readonly step: number; readonly bits: number; readonly characters: number },
  void,
  undefined
> {
  const { model, optimizer, options } = run;
  const stream = streamsOf(ids, options);
  let batches = stream.batches(run.step % stream.length);
  while (run.step < options.steps && signal?.aborted !== true) {
    if (run.step % stream.length === 0) {
      batches = stream.batches();
      run.state = undefined;
    }
    const [x, y] = batches.next().value as [Tensor, Tensor];
    for (const group of optimizer.paramGroups)
      group.lr = options.learningRate * (1 - (0.9 * run.step) / options.steps);

    model.train(); // sampling in between has switched dropout off
    const [logits, next] = model.forward(x, run.state);
    const loss = crossEntropy(logits.flatten(0, 1), y.flatten());
    optimizer.zeroGrad();
    loss.backward();
    const norm = clipGradNorm(model.parameters(), 1, { errorIfNonfinite: false });
    const bits = loss.item() / Math.LN2;
    if (!Number.isFinite(bits + norm.item()))
      throw new Refusal(
        `the loss is ${bits} and its gradient ${norm.item()} long at step ${run.step}; a --learning-rate below ${options.learningRate} may help`,
      );
    optimizer.step();
    run.state = detachState(next);
    run.step++;
    yield { step: run.step, bits, characters: y.size };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The mean of −log₂ P over the text, the network reading it in a few streams from their beginnings. */
export function evaluate(
  model: CharModel,
  ids: Int32Array,
): { readonly bits: number; readonly characters: number } {
  // More streams would be faster, but each begins without context.
  const stream = new TextStream(ids, { batchSize: Math.min(16, ids.length - 1), sequenceLength: 64 });
  model.eval();
  let nats = 0;
  let state: State | undefined;
  noGrad(() => {
    for (const [x, y] of stream) {
      const [logits, next] = model.forward(x, state);
      nats += crossEntropy(logits.flatten(0, 1), y.flatten(), { reduction: "sum" }).item();
      state = next;
    }
  });
  return { bits: nats / stream.predictions / Math.LN2, characters: stream.predictions };
}
