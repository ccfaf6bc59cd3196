/**
 * Prints where the time of a workload's steps goes, op by op.
 *
 *   npm run profile -- W4 [--seconds 5] [--clock cpu]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeInputs } from "./inputs.js";
import { outputOf } from "./peer.js";
import { readWorkloads } from "./workloads.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "5" }, clock: { type: "string", default: "wall" } },
});
const all = readWorkloads(fileURLToPath(new URL("..", import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "wengert-profile-"));
try {
  for (const name of positionals) {
    const workload = all.get(name);
    if (workload === undefined)
      throw new Error(`no workload is called ${name}; there are ${[...all.keys()].join(", ")}`);
    const [specification, inputs] = [join(folder, "workload.json"), join(folder, "inputs.safetensors")];
    writeFileSync(specification, JSON.stringify(workload));
    writeInputs(inputs, workload);
    const worker = fileURLToPath(new URL("profile/worker.js", import.meta.url));
    console.log(`${name}: ${workload.title}`);
    console.log(outputOf([process.execPath, worker, specification, inputs, values.seconds, values.clock]));
  }
  if (positionals.length === 0) console.log("name a workload: npm run profile -- W4");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
