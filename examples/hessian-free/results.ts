/** A study in a file: its options and the outcomes so far. */
import { readFile, writeFile } from "node:fs/promises";
import { Refusal } from "../command-line/arguments.js";
import { type Options, parseOptions, savedArguments } from "./options.js";
import type { Outcome } from "./study.js";

export interface Results {
  readonly options: Options;
  readonly outcomes: Outcome[];
}

interface Written {
  readonly program: "hessian-free";
  readonly arguments: readonly string[];
  readonly outcomes: readonly Outcome[];
}

/** @throws Refusal if the file cannot be written */
export async function saveResults({ options, outcomes }: Results): Promise<void> {
  const written: Written = { program: "hessian-free", arguments: savedArguments(options), outcomes };
  const lines = outcomes.map((each) => `    ${JSON.stringify(each)}`).join(",\n");
  const text = JSON.stringify({ ...written, outcomes: [] }, null, 2).replace(
    '"outcomes": []',
    () => `"outcomes": [${lines === "" ? "" : `\n${lines}\n  `}]`,
  );
  try {
    await writeFile(options.output, `${text}\n`);
  } catch (error) {
    throw new Refusal(`the results could not be saved as ${options.output}: ${(error as Error).message}`);
  }
}

/**
 * @param args options that take the place of those saved
 * @throws Refusal if the file cannot be read, or is not one that {@link saveResults} has written
 */
export async function loadResults(path: string, args: readonly string[]): Promise<Results> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      error.code === "ENOENT" ? `there is no file ${path}` : `${path} could not be read: ${error.message}`,
    );
  });
  const { program, arguments: given = [], outcomes } = parsed(text);
  if (program !== "hessian-free" || outcomes === undefined)
    throw new Refusal(`${path} was not saved by this program; give a file that a study has saved`);
  return {
    options: parseOptions([...given, `--output=${path}`, ...args]),
    outcomes: [...outcomes],
  };
}

/** Nothing where it is no JSON. */
function parsed(text: string): Partial<Written> {
  try {
    return JSON.parse(text) as Partial<Written>;
  } catch {
    return {};
  }
}
