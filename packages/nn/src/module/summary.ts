/** A model as a table. */
import { noGrad, Tensor } from "@wengert/autograd";
import { addForwardHook } from "./hooks.js";
import { isParameter, type ModuleLike, modulesBelow, partsOf } from "./walk.js";

interface Summarised extends ModuleLike {
  training: boolean;
  forward(...inputs: readonly unknown[]): unknown;
}

/** Runs `model` on the inputs and says what came out of each module. */
export function summarise(model: ModuleLike & { forward: unknown }, inputs: readonly unknown[]): string {
  const root = model as Summarised;
  const modules = [...modulesBelow<Summarised>(root)];
  const shapes = new Map<Summarised, string>();
  const removals = modules.map(([, module]) =>
    addForwardHook(module, (_, __, output) => {
      shapes.set(module, shapesIn(output));
    }),
  );
  const modes = modules.map(([, module]) => module.training);
  for (const [, module] of modules) module.training = false;
  try {
    noGrad(() => root.forward(...inputs));
  } finally {
    removals.forEach((remove) => remove());
    modules.forEach(([, module], i) => {
      module.training = modes[i]!;
    });
  }
  return table(modules, shapes);
}

function table(
  modules: readonly (readonly [path: string, module: Summarised])[],
  shapes: ReadonlyMap<Summarised, string>,
): string {
  const counted = new Set<unknown>();
  let [total, trainable] = [0, 0];
  const rows = modules.map(([path, module]) => {
    let count = 0;
    for (const [, part] of partsOf(module)) {
      if (!isParameter(part) || counted.has(part)) continue;
      counted.add(part);
      count += part.size;
      if (part.requiresGrad) trainable += part.size;
    }
    total += count;
    const { name } = module.constructor;
    return [path === "" ? name : `${path} (${name})`, shapes.get(module) ?? "", grouped(count)] as const;
  });
  const lines = [["module", "output", "parameters"] as const, ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
  const printed = lines.map(
    ([name, shape, count]) =>
      `${name.padEnd(widths[0]!)}  ${shape.padEnd(widths[1]!)}  ${count.padStart(widths[2]!)}`,
  );
  const last = `${grouped(total)} parameters, ${grouped(trainable)} of them trained`;
  return [...printed, last].join("\n");
}

/** The shapes of all tensors in an output: of itself, or in arrays and plain objects. */
function shapesIn(output: unknown): string {
  if (output instanceof Tensor) return `[${output.shape.join(", ")}]`;
  if (typeof output !== "object" || output === null) return "";
  return Object.values(output)
    .map(shapesIn)
    .filter((shape) => shape !== "")
    .join(", ");
}

/** `25,557,032`: the same in every locale. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
