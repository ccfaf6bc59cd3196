/** Looks on while a model computes: what goes into modules and comes out of them, and the states of cells. */
import { Tensor } from "@wengert/autograd";
import type { Module } from "../module.js";
import { Cell } from "../recurrent/cell.js";
import { mapStates } from "../recurrent/state.js";

/** A value that a module was given, or gave. */
export interface Seen {
  readonly module: Module;
  readonly path: string;
  readonly kind: string;
  readonly place: "input" | "output";
  readonly call: number;
  readonly tensor: Tensor;
}

/** The states that a cell came to, one for each step that it took; of states in several parts one list for each. */
export interface SeenSteps {
  readonly path: string;
  readonly part: string;
  readonly states: Tensor[];
}

export interface Watched<Result> {
  readonly result: Result;
  readonly seen: readonly Seen[];
  readonly steps: readonly SeenSteps[];
}

/** Runs `run` with an eye on `model` and all below it; nothing of that stays behind. */
export function watch<Result>(model: Module, run: () => Result): Watched<Result> {
  const seen: Seen[] = [];
  const steps = new Map<string, SeenSteps>();
  const outputs = new Set<Tensor>();
  const removals: (() => void)[] = [];
  for (const [path, module] of model.namedModules()) {
    const kind = module.constructor.name;
    let calls = 0;
    const note = (place: "input" | "output", call: number, tensor: Tensor): void => {
      seen.push({ module, path, kind, place, call, tensor });
    };
    removals.push(
      module.registerForwardPreHook((_, inputs) => {
        // What no module gave was computed by functions on the way, such as the activations of an MLP.
        for (const input of inputs)
          if (input instanceof Tensor && input.requiresGrad && !input.isLeaf && !outputs.has(input)) {
            outputs.add(input);
            note("input", calls, input);
          }
        return undefined;
      }),
      module.registerForwardHook((_, __, output) => {
        const call = calls++;
        for (const tensor of tensorsIn(output)) {
          outputs.add(tensor);
          note("output", call, tensor);
        }
      }),
    );
    if (module instanceof Cell) removals.push(watchSteps(module as Cell<unknown>, path, steps));
  }
  try {
    const result = run();
    return { result, seen, steps: [...steps.values()] };
  } finally {
    for (const remove of removals) remove();
  }
}

/** Puts another `step` before that of the class. Layers call steps without `forward`, so that hooks do not see them. */
function watchSteps(cell: Cell<unknown>, path: string, steps: Map<string, SeenSteps>): () => void {
  const step = cell.step.bind(cell);
  const own = Object.getOwnPropertyDescriptor(cell, "step");
  Object.defineProperty(cell, "step", {
    configurable: true,
    value: (projected: Tensor, before: unknown): unknown => {
      const state = step(projected, before);
      mapStates([state], ([tensor], part) => {
        const key = `${path} ${part}`;
        const list = steps.get(key) ?? { path, part, states: [] };
        list.states.push(tensor);
        steps.set(key, list);
        return tensor;
      });
      return state;
    },
  });
  return () => {
    if (own === undefined) Reflect.deleteProperty(cell, "step");
    else Object.defineProperty(cell, "step", own);
  };
}

/** The tensors in an output: itself, or in arrays and plain objects. */
function tensorsIn(output: unknown): Tensor[] {
  if (output instanceof Tensor) return [output];
  if (typeof output !== "object" || output === null) return [];
  return Object.values(output).flatMap(tensorsIn);
}
