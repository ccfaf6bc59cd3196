/** A run in a file: weights under PyTorch's names, and beside them all that going on needs. */
import type { GeneratorState, Tensor } from "@wengert/autograd";
import { loadSafetensors, saveSafetensors } from "@wengert/autograd/node";
import { Refusal } from "../command-line/arguments.js";
import { parseOptions, savedArguments } from "./options.js";
import { type Run, startRun } from "./train.js";

interface Metadata {
  readonly arguments: readonly string[];
  readonly step: number;
  readonly generator: GeneratorState;
  readonly paramGroups: ReturnType<Run["optimizer"]["stateDict"]>["paramGroups"];
}

const metadataKey = "digit-autoencoder";
const prefix = "optimizer.";

/** @throws Refusal if the file cannot be written */
export async function saveRun({ options, model, optimizer, generator, step }: Run): Promise<void> {
  const { state, paramGroups } = optimizer.stateDict();
  const metadata: Metadata = {
    arguments: savedArguments(options),
    step,
    generator: generator.getState(),
    paramGroups,
  };
  const moments = Array.from(state, ([name, each]): [string, Tensor] => [prefix + name, each]);
  try {
    await saveSafetensors(options.output, [...model.stateDict(), ...moments], {
      metadata: { [metadataKey]: JSON.stringify(metadata) },
    });
  } catch (error) {
    throw new Refusal(`the weights could not be saved as ${options.output}: ${(error as Error).message}`);
  }
}

/**
 * @param args options that take the place of those saved
 * @throws Refusal if the file cannot be read, or is not one that {@link saveRun} has written
 */
export async function loadRun(path: string, args: readonly string[]): Promise<Run> {
  const { tensors, metadata } = await loadSafetensors(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      error.code === "ENOENT" ? `there is no file ${path}` : `${path} could not be read: ${error.message}`,
    );
  });
  const written = metadata.get(metadataKey);
  if (written === undefined)
    throw new Refusal(`${path} was not saved by this program; give a file that a training run has saved`);
  const { arguments: given, step, generator, paramGroups } = JSON.parse(written) as Metadata;
  const run = startRun(parseOptions([...given, `--output=${path}`, ...args]));
  try {
    run.model.loadStateDict([...tensors].filter(([name]) => !name.startsWith(prefix)));
    const moments = [...tensors].filter(([name]) => name.startsWith(prefix));
    const state = new Map(moments.map(([name, each]) => [name.slice(prefix.length), each]));
    run.optimizer.loadStateDict({ state, paramGroups });
  } catch (error) {
    const [reason] = (error as Error).message.split(/:?\n/, 1); // a list of what does not fit may follow
    throw new Refusal(`${path} does not hold a run that fits these options: ${reason}`);
  }
  run.generator.setState(generator);
  run.step = step;
  return run;
}
