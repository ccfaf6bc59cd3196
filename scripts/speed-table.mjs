// Writes the tables of docs/speed.md from results of the benchmark:
//
//   npm run bench -- --json results.json && node scripts/speed-table.mjs results.json
import { readFileSync, writeFileSync } from "node:fs";

const page = new URL("../docs/speed.md", import.meta.url);
const rows = process.argv.slice(2).flatMap((file) => JSON.parse(readFileSync(file, "utf8")));
const number = (x) => (x >= 100 ? x.toFixed(0) : x.toPrecision(3));

const table = (head, lines) =>
  [head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

function stepsTable() {
  const steps = rows.filter(({ workload }) => /^W[1-58]/.test(workload));
  const peers = [...new Set(steps.map(({ peer }) => peer))].filter((peer) => peer !== "wengert");
  const workloads = [...new Set(steps.map(({ workload }) => workload))];
  const cell = (workload, peer) => {
    const row = steps.find((each) => each.workload === workload && each.peer === peer);
    if (row === undefined) return "";
    if (peer === "wengert") return `${number(row.ms.median)} ms`;
    if (row.ratio === undefined) return "fails";
    const { median, min, max } = row.ratio;
    return `${number(median)} (${number(min)}–${number(max)})`;
  };
  return table(
    ["workload", "Wengert", ...peers],
    workloads.map((name) => [name, cell(name, "wengert"), ...peers.map((peer) => cell(name, peer))]),
  );
}

function kernelsTable() {
  const own = rows.filter(({ workload, peer }) => workload.startsWith("W6") && peer === "wengert");
  const others = ["torch", "tfjs-wasm"];
  const ratio = (workload, peer) => {
    const row = rows.find((each) => each.workload === workload && each.peer === peer);
    return row?.ratio === undefined ? "" : number(row.ratio.median);
  };
  return table(
    ["kernel", "time", "rate", "of the limit", ...others.map((peer) => `to ${peer}`)],
    own
      .filter(({ ms }) => ms !== undefined)
      .map(({ workload, ms, rate }) => [
        workload.slice(3),
        `${number(ms.median)} ms`,
        rate === undefined ? "" : `${number(rate.value)} ${rate.unit}`,
        rate === undefined ? "" : `${Math.round((100 * rate.value) / rate.ceiling)} %`,
        ...others.map((peer) => ratio(workload, peer)),
      ]),
  );
}

const memoryTable = () =>
  table(
    ["workload", "steps", "heapUsed", "arrayBuffers", "rss"],
    rows
      .filter(({ workload, heapUsed }) => workload.startsWith("W7") && heapUsed !== undefined)
      .map(({ workload, steps, heapUsed, arrayBuffers, rss }) => [
        workload.slice(3),
        String(steps),
        ...[heapUsed, arrayBuffers, rss].map(({ bytesPerStep }) => `${Math.round(bytesPerStep)} B`),
      ]),
  );

let text = readFileSync(page, "utf8");
for (const [name, make] of Object.entries({
  steps: stepsTable,
  kernels: kernelsTable,
  memory: memoryTable,
})) {
  const found = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!found.test(text)) throw new Error(`docs/speed.md has no place called ${name}`);
  const made = make();
  // What was not measured stays as it was.
  if (made.split("\n").length > 2)
    text = text.replace(found, (_, begin, end) => `${begin}\n${made}\n\n${end}`);
}
writeFileSync(page, text);
