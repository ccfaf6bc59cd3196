/** Profiles a workload: `node worker.js workload.json inputs seconds clock`; prints a table. */
import { readFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { readInputs } from "../peers/serve.js";
import { measureCeiling } from "../peers/wengert/ceiling.js";
import { makeProgram } from "../peers/wengert/program.js";
import type { Workload } from "../workload.js";
import { type Account, Profiler } from "./profiler.js";

const [, , specification = "", inputs = "", seconds = "", clock = "wall"] = process.argv;
const { step } = makeProgram(JSON.parse(readFileSync(specification, "utf8")) as Workload, readInputs(inputs));

/** Milliseconds by the clock on the wall, or of the processor: what else runs on the core does not count. */
function now(): number {
  if (clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs steps for so many seconds; returns the milliseconds of all and their number. */
function run(duration: number): { ms: number; steps: number } {
  const start = now();
  let steps = 0;
  do {
    step();
    steps++;
  } while (now() - start < 1000 * duration);
  return { ms: now() - start, steps };
}

run(Number(seconds) / 2);
const plain = run(Number(seconds) / 2);
const profiler = new Profiler(step, now);
let collecting = 0;
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) collecting += duration;
});
observer.observe({ entryTypes: ["gc"] });
const ceiling = measureCeiling();
await setTimeout(10); // what was collected before is told now
collecting = 0;
const [began, begun] = [performance.now(), process.cpuUsage()];
const { ms, steps } = run(Number(seconds));
const used = process.cpuUsage(begun);
const lasted = performance.now() - began;
await setTimeout(10);
observer.disconnect();
profiler.stop();

const accounts = [...profiler.accounts].sort((a, b) => total(b) - total(a));

function total({ kernel, copies, allocation }: Account): number {
  return kernel + copies + allocation;
}

function sum(part: (account: Account) => number): number {
  return accounts.reduce((all, each) => all + part(each), 0);
}

const widths = [9, 26, 7, 9, 7, 9, 9, 9, 22];
const line = (...cells: readonly string[]): string =>
  cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" ");
const time = (all: number): string => (all / steps).toFixed(3);
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

function rate({ flops, bytes, kernel }: Account): string {
  const [amount, limit, unit] =
    flops > 0 ? [flops, ceiling.gflops, "GFLOP/s"] : [bytes, ceiling.gigabytes, "GB/s"];
  const reached = amount / kernel / 1e6;
  return `${reached.toFixed(1)} ${unit}, ${percent(reached, limit)}`;
}

console.log(line("phase", "op", "calls", "ms", "", "kernel", "copies", "outputs", "kernel's rate, of limit"));
for (const each of accounts) {
  const { phase, op, calls, kernel, copies, allocation } = each;
  const all = total(each);
  const times = [time(all), percent(all, ms), time(kernel), time(copies), time(allocation)];
  console.log(line(phase, op, (calls / steps).toFixed(0), ...times, rate(each)));
}
const parts = {
  kernels: sum(({ kernel }) => kernel),
  copies: sum(({ copies }) => copies),
  outputs: sum(({ allocation }) => allocation),
};
const rest = ms - parts.kernels - parts.copies - parts.outputs;
const share = (used.user + used.system) / 1000 / lasted;
console.log(`
a step ${time(ms)} ms, of ${steps}; ${(plain.ms / plain.steps).toFixed(3)} ms before it was timed
kernels ${time(parts.kernels)} ms, ${percent(parts.kernels, ms)}
copies ${time(parts.copies)} ms, ${percent(parts.copies, ms)}, ${(sum(({ copiedBytes }) => copiedBytes) / steps / 1e6).toFixed(1)} MB
making of outputs ${time(parts.outputs)} ms, ${percent(parts.outputs, ms)}
everything else (shapes, tape, sweep, this timing) ${time(rest)} ms, ${percent(rest, ms)}
garbage collection, contained in all of these: ${time(collecting)} ms, ${percent(collecting, ms)}
limits: ${ceiling.gflops.toFixed(1)} GFLOP/s, ${ceiling.gigabytes.toFixed(1)} GB/s`);
if (share < 0.9) console.log(`The core was shared: this process had ${percent(share, 1)} of it.`);
