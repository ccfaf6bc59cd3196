/** A run in a file: weights under PyTorch's names, and beside them all that sampling and going on need. */
import { defaultGenerator, type GeneratorState, Tensor } from "@wengert/autograd";
import { loadSafetensors, saveSafetensors } from "@wengert/autograd/node";
import { Vocabulary } from "@wengert/datasets";
import { Refusal } from "../command-line/arguments.js";
import type { State } from "./model.js";
import { parseOptions, savedArguments } from "./options.js";
import { type Run, startRun } from "./train.js";

interface Metadata {
  readonly arguments: readonly string[];
  readonly vocabulary: unknown;
  readonly step: number;
  readonly generator: GeneratorState;
  readonly paramGroups: ReturnType<Run["optimizer"]["stateDict"]>["paramGroups"];
}

const metadataKey = "char-rnn";
const prefixes = { optimizer: "optimizer.", state: "state." };

function* prefixed(prefix: string, tensors: Iterable<readonly [string, Tensor]>): Iterable<[string, Tensor]> {
  for (const [name, each] of tensors) yield [prefix + name, each];
}

function unprefixed(prefix: string, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, each]) => [name.slice(prefix.length), each]));
}

/** @throws Refusal if the file cannot be written */
export async function saveRun(
  path: string,
  { options, vocabulary, model, optimizer, step, state }: Run,
): Promise<void> {
  const { state: moments, paramGroups } = optimizer.stateDict();
  const carried =
    state === undefined ? [] : Object.entries<Tensor>(state instanceof Tensor ? { h: state } : { ...state });
  const metadata: Metadata = {
    arguments: savedArguments(options),
    vocabulary,
    step,
    generator: defaultGenerator.getState(),
    paramGroups,
  };
  const tensors = [
    ...model.stateDict(),
    ...prefixed(prefixes.optimizer, moments),
    ...prefixed(prefixes.state, carried),
  ];
  try {
    await saveSafetensors(path, tensors, { metadata: { [metadataKey]: JSON.stringify(metadata) } });
  } catch (error) {
    throw new Refusal(`the weights could not be saved as ${path}: ${(error as Error).message}`);
  }
}

/**
 * @param args options that take the place of those saved
 * @throws Refusal if the file cannot be read, or is not one that {@link saveRun} has written
 */
export async function loadRun(path: string, args: readonly string[] = []): Promise<Run> {
  const { tensors, metadata } = await loadSafetensors(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      error.code === "ENOENT" ? `there is no file ${path}` : `${path} could not be read: ${error.message}`,
    );
  });
  const written = metadata.get(metadataKey);
  if (written === undefined)
    throw new Refusal(`${path} was not saved by this program; give a file that a training run has saved`);
  try {
    return restore(tensors, JSON.parse(written) as Metadata, args);
  } catch (error) {
    const [reason] = (error as Error).message.split(/:?\n/, 1); // a list of what does not fit may follow
    throw new Refusal(`${path} does not hold a run that fits these options: ${reason}`);
  }
}

function restore(tensors: ReadonlyMap<string, Tensor>, metadata: Metadata, args: readonly string[]): Run {
  const options = parseOptions([...metadata.arguments, ...args]);
  const run = startRun(options, Vocabulary.fromJSON(metadata.vocabulary));
  const isWeight = (name: string): boolean =>
    !Object.values(prefixes).some((prefix) => name.startsWith(prefix));
  run.model.loadStateDict([...tensors].filter(([name]) => isWeight(name)));
  run.optimizer.loadStateDict({
    state: unprefixed(prefixes.optimizer, tensors),
    paramGroups: metadata.paramGroups,
  });
  defaultGenerator.setState(metadata.generator);
  const { h, c } = Object.fromEntries(unprefixed(prefixes.state, tensors)) as { h?: Tensor; c?: Tensor };
  const state: State | undefined = h && c ? { h, c } : h;
  return { ...run, step: metadata.step, state };
}
