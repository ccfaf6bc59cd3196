/** Reads a file and says what memory that took: `node --expose-gc read.js reading small file`. */
import { readFileSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { readings } from "./readings.js";

/** Bytes of memory, at the most and afterwards; or why the file was refused. */
export interface Read {
  readonly peak: number;
  readonly retained: number;
  readonly refusal?: string;
}

const [, , name = "", small = "", large = ""] = process.argv;
const { read } = readings[name]!;
const { gc } = globalThis;
if (gc === undefined) throw new Error("start it with --expose-gc");
// Twice, with a turn of the event loop between: what a finalizer lets go is collected too.
const used = async (): Promise<number> => {
  gc();
  await setImmediate();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const attempt = (file: Uint8Array): unknown => {
  try {
    return read(file);
  } catch (error) {
    return error;
  }
};

/** The most that was resident since it was last forgotten, of this process alone: what getrusage says begins with its parent. */
const forgetPeak = (): void => writeFileSync("/proc/self/clear_refs", "5");
const peakSince = (): number =>
  1024 * Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))![1]);

// The code is there before it counts.
const [warm, file] = [readFileSync(small), readFileSync(large)];
attempt(warm);
const before = await used();
forgetPeak();
const resident = peakSince();
const result = attempt(file);
const peak = peakSince() - resident;
const retained = (await used()) - before;
const facts: Read = { peak, retained, ...(result instanceof Error ? { refusal: result.message } : {}) };
console.log(JSON.stringify(facts));
