/** What programs print, and where. */
import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Refusal } from "./arguments.js";

/** Where text goes: `process.stdout`, or what a test reads. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export const printTo =
  (output: Output): ((text: string) => unknown) =>
  (text) =>
    output.write(`${text}\n`);

/** Runs `body` and returns the exit code. What the user can put right is one sentence to `errors`. */
export async function runCommand(name: string, errors: Output, body: () => Promise<void>): Promise<number> {
  try {
    await body();
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    printTo(errors)(`${name}: ${error.message}`);
    return 1;
  }
}

/** @throws Refusal if no file could be written at `path` */
export async function checkWritable(path: string): Promise<void> {
  const folder = dirname(path);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) throw new Refusal(`${path} is a folder; give --output the name of a file`);
  await access(folder, constants.W_OK).catch(() => {
    throw new Refusal(`nothing can be written into the folder ${folder}; give another --output`);
  });
}
