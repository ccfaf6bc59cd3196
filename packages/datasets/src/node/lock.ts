/** One process at a time writes a file. */
import { lstat, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs `work` while no other process that asks for the same lock does: the file at `path` says who has it. */
export async function locked<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    if (await isAbandoned(path)) await rm(path, { force: true });
    else await sleep(100, undefined, signal === undefined ? {} : { signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Whether the process that has the lock is gone. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return true; // nobody's lock
    const holder = Number(await readFile(path, "utf8"));
    // The file is there for a moment before the number is in it.
    if (!Number.isInteger(holder) || holder <= 0) return Date.now() - stats.mtimeMs > 10_000;
    process.kill(holder, 0); // signal 0 only asks whether the process exists
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH"; // EPERM: alive, another user's; ENOENT: released just now
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
