// Exchanges weights with PyTorch: every architecture at full size goes there in a file, is loaded strictly, computes what it
// computes here, comes back changed, and is loaded strictly again.
//
//   pip install safetensors
//   npm run safetensors [-- part of a name]
//
// Needs PyTorch. PYTHON names the interpreter, python3 by default.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { noGrad } from "../packages/autograd/dist/index.js";
import { loadSafetensors, saveSafetensors } from "../packages/autograd/dist/node.js";
import { architectures } from "./safetensors/architectures.mjs";

const exchange = fileURLToPath(new URL("safetensors/exchange.py", import.meta.url));
const python = process.env.PYTHON ?? "python3";

/** What PyTorch says of the files in `folder`. */
function ask(name, folder) {
  const { status, stdout, stderr, error } = spawnSync(python, [exchange, name, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(error?.message ?? stderr);
  return stdout.trim();
}

/** That `state` is `before` with its floats in the opposite order, and counts that are one more. */
function checkReturned(state, before) {
  for (const [name, tensor] of before) {
    const [wanted, found] = [tensor.toTypedArray(), state.get(name).toTypedArray()];
    const right =
      tensor.dtype === "int32"
        ? (each, i) => each === wanted[i] + 1
        : (each, i) => each === wanted.at(-1 - i);
    if (!found.every(right)) throw new Error(`${name} came back with other numbers`);
  }
}

async function check(name, [make, inputs]) {
  const folder = mkdtempSync(join(tmpdir(), "wengert-"));
  try {
    const model = make();
    const before = model.stateDict();
    await saveSafetensors(join(folder, "ours.safetensors"), before);
    const out = noGrad(() => model.eval().forward(...inputs));
    const given = inputs.map((x, i) => [`x${i}`, x]);
    await saveSafetensors(join(folder, "computed.safetensors"), [
      ...given,
      ["y", Array.isArray(out) ? out[0] : out],
    ]);
    const difference = Number(ask(name, folder) || Number.NaN);
    if (!(difference < 1e-3)) throw new Error(`it computes something else: ${difference}`);
    const { tensors } = await loadSafetensors(join(folder, "theirs.safetensors"));
    model.loadStateDict(tensors);
    checkReturned(model.stateDict(), before);
    const megabytes = (statSync(join(folder, "theirs.safetensors")).size / 1e6).toFixed(1);
    return `${before.size} tensors, ${megabytes} MB there and back; computes the same but for ${difference.toExponential(1)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const wanted = process.argv[2] ?? "";
for (const [name, architecture] of Object.entries(architectures)) {
  if (!name.includes(wanted)) continue;
  try {
    console.log(`${name}: ${await check(name, architecture)}`);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
