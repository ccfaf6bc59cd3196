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
import { Generator, noGrad, randint, randn } from "../packages/autograd/dist/index.js";
import { loadSafetensors, saveSafetensors } from "../packages/autograd/dist/node.js";
import * as nn from "../packages/nn/dist/index.js";

const generator = new Generator(1);
const options = { generator };
const image = (...shape) => [randn(shape, options)];

/** By the names of scripts/safetensors/architectures.py: what makes the model, and what to give it. */
const architectures = {
  "LeNet-5": [() => new nn.LeNet5(options)], // PyTorch has the names alone
  LeNet: [() => new nn.LeNet(options), image(2, 1, 28, 28)],
  CifarNet: [() => new nn.CifarNet(options), image(2, 3, 32, 32)],
  AlexNet: [() => new nn.AlexNet(options), image(1, 3, 224, 224)],
  "VGG-16": [() => new nn.VGG(16, options), image(1, 3, 224, 224)],
  "VGG-19": [() => new nn.VGG(19, options), image(1, 3, 224, 224)],
  "VGG-16 with batch norm": [() => new nn.VGG(16, { batchNorm: true, ...options }), image(1, 3, 224, 224)],
  "ResNet-18": [() => new nn.ResNet(18, options), image(1, 3, 224, 224)],
  "ResNet-34": [() => new nn.ResNet(34, options), image(1, 3, 224, 224)],
  "ResNet-50": [() => new nn.ResNet(50, options), image(1, 3, 224, 224)],
  "ResNet-101": [() => new nn.ResNet(101, options), image(1, 3, 224, 224)],
  "ResNet-152": [() => new nn.ResNet(152, options), image(1, 3, 224, 224)],
  TextCNN: [() => new nn.TextCNN(20_000, 300, 2, options), [randint(0, 20_000, [4, 50], options)]],
  RNN: [() => new nn.RNN(128, 512, { layers: 2, bidirectional: true, ...options }), image(20, 4, 128)],
  LSTM: [() => new nn.LSTM(128, 512, { layers: 3, batchFirst: true, ...options }), image(4, 20, 128)],
  GRU: [
    () => new nn.GRU(128, 512, { layers: 2, bidirectional: true, bias: false, ...options }),
    image(20, 4, 128),
  ],
  Transformer: [() => new nn.Transformer(512, 8, options), [...image(10, 2, 512), ...image(9, 2, 512)]],
};

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
    if (inputs !== undefined) {
      const out = noGrad(() => model.eval().forward(...inputs));
      const given = inputs.map((x, i) => [`x${i}`, x]);
      await saveSafetensors(join(folder, "computed.safetensors"), [
        ...given,
        ["y", Array.isArray(out) ? out[0] : out],
      ]);
    }
    const difference = ask(name, folder);
    if (inputs !== undefined && !(Number(difference) < 1e-3))
      throw new Error(`it computes something else: ${difference}`);
    const { tensors } = await loadSafetensors(join(folder, "theirs.safetensors"));
    model.loadStateDict(tensors);
    checkReturned(model.stateDict(), before);
    const megabytes = (statSync(join(folder, "theirs.safetensors")).size / 1e6).toFixed(1);
    return `${before.size} tensors, ${megabytes} MB there and back${difference && `; computes the same but for ${Number(difference).toExponential(1)}`}`;
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
