/** Feed-forward layers against what PyTorch computes; scripts/fixtures/layers.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import { isFloat, Tensor } from "@wengert/autograd";
import { expect, test } from "vitest";
import * as nn from "../src/index.js";
import { expectClose, type FixtureTensor, load } from "./support.js";

interface Case {
  readonly module: string;
  readonly args: unknown[];
  readonly options: Record<string, unknown>;
  /** What `forward` is given besides tensors. */
  readonly extra: unknown[];
  readonly state: Record<string, FixtureTensor>;
  readonly inputs: FixtureTensor[];
  readonly outputs: FixtureTensor[];
  readonly cotangents: FixtureTensor[];
  readonly inputGrads: FixtureTensor[];
  readonly grads: Record<string, FixtureTensor>;
  /** Where there are buffers: the state after two steps, and what comes out after `eval()`. */
  readonly after?: Record<string, FixtureTensor>;
  readonly evaluated?: FixtureTensor;
}

type AnyModule = nn.Module & { forward: (...inputs: unknown[]) => Tensor | Record<string, Tensor> };
type Constructor = new (...args: unknown[]) => AnyModule;

const file = new URL("fixtures/layers.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

const close = (actual: Tensor | null, wanted: FixtureTensor, what: string): void =>
  expectClose(actual, wanted, what, 1e-10);
const namesOf = (each: Case): string =>
  `${each.module}(${JSON.stringify(each.args).slice(1, -1)}) ${JSON.stringify(each.options)} of ${each.inputs.map(({ shape }) => `[${shape}]`)}`;

test.each(cases.map((each) => [namesOf(each), each] as const))("%s", (_, each) => {
  const options = { ...each.options, dtype: "float64" };
  const Layer = (nn as unknown as Record<string, Constructor>)[each.module];
  const module = new Layer(...each.args, options);
  expect([...module.stateDict().keys()]).toEqual(Object.keys(each.state));
  module.loadStateDict(Object.entries(each.state).map(([key, value]) => [key, load(value)]));

  const inputs = each.inputs.map(load);
  const leaves = inputs.filter(({ dtype }) => isFloat(dtype)).slice(0, each.inputGrads.length);
  for (const leaf of leaves) leaf.requiresGrad = true;
  if (each.after !== undefined) module.forward(...inputs);
  const made = module.forward(...inputs, ...each.extra);
  const outputs = made instanceof Tensor ? [made] : Object.values(made);
  expect(outputs).toHaveLength(each.outputs.length);
  outputs.forEach((out, i) => close(out, each.outputs[i], `output ${i}`));

  const floats = outputs.filter(({ dtype }) => isFloat(dtype));
  for (const [i, out] of floats.entries()) out.backward({ gradient: load(each.cotangents[i]) });
  leaves.forEach((leaf, i) => close(leaf.grad, each.inputGrads[i], `gradient of input ${i}`));
  Object.entries(each.grads).forEach(([key, wanted], i) =>
    close(module.parameters()[i].grad, wanted, `gradient of ${key}`),
  );

  for (const [key, wanted] of Object.entries(each.after ?? {}))
    close(module.stateDict().get(key)!, wanted, `${key} after two steps`);
  if (each.evaluated !== undefined)
    close(module.eval().forward(...inputs) as Tensor, each.evaluated, "output after eval()");
});
