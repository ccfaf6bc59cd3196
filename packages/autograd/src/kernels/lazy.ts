/** WebAssembly functions that are emitted when they are first called: all of a family take tens of milliseconds. */
import { ModuleBuilder } from "../wasm/builder.js";
import type { Lanes } from "../wasm/lanes.js";
import { instantiate } from "./memory.js";

type Kernel = (...operands: number[]) => void;

/** What emits each function of a family, under the name by which it exports it. */
export type Emitters<Kernels> = Readonly<
  Record<keyof Kernels & string, (module: ModuleBuilder, lanes: Lanes) => void>
>;

/** The functions of a family for one lane type. */
export function lazily<Kernels>(emitters: Emitters<Kernels>, lanes: Lanes): Kernels {
  const kernels: Record<string, Kernel> = {};
  for (const name of Object.keys(emitters) as (keyof Kernels & string)[]) {
    kernels[name] = (...operands) => {
      const module = new ModuleBuilder();
      emitters[name](module, lanes);
      kernels[name] = instantiate<Record<string, Kernel>>(module)[name];
      kernels[name](...operands);
    };
  }
  return kernels as Kernels;
}
