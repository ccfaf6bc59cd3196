/** Watches the memory of Wengert over many steps: `node --expose-gc watch.js workload.json inputs steps`. */
import { readFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { readInputs } from "../peers/serve.js";
import { makeProgram } from "../peers/wengert/program.js";
import type { Workload } from "../workload.js";

const parts = ["rss", "heapUsed", "arrayBuffers"] as const;

/** The slope of the line through (x, y) with the least squares. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, each) => sum + each[of], 0) / points.length;
  const [centreX, centreY] = [mean(0), mean(1)];
  const above = points.reduce((sum, [x, y]) => sum + (x - centreX) * (y - centreY), 0);
  return above / points.reduce((sum, [x]) => sum + (x - centreX) * (x - centreX), 0);
}

const [, , specification = "", inputs = "", count = ""] = process.argv;
const steps = Number(count);
const { step } = makeProgram(JSON.parse(readFileSync(specification, "utf8")) as Workload, readInputs(inputs));
const { gc } = globalThis;
if (gc === undefined) throw new Error("start it with --expose-gc");
const samples: { at: number; memory: NodeJS.MemoryUsage }[] = [];
const every = Math.max(1, Math.floor(steps / 50));
for (let i = 0; i <= steps; i++) {
  step();
  if (i % every !== 0) continue;
  // Twice, with a turn of the event loop between: what a finalizer lets go is collected too.
  gc();
  await setImmediate();
  gc();
  samples.push({ at: i, memory: process.memoryUsage() });
}
// Compilers and caches fill in the first half.
const settled = samples.slice(samples.length >> 1);
const found = parts.map((part) => {
  const points = settled.map(({ at, memory }) => [at, memory[part]] as const);
  return [part, { bytesPerStep: slope(points), bytes: settled.at(-1)?.memory[part] }] as const;
});
console.log(JSON.stringify({ steps, ...Object.fromEntries(found) }));
