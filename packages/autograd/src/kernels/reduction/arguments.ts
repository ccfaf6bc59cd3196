/** How an emitted loop gets its arguments: as 32-bit integers from address 0 on, so that their number is free. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { i32 } from "../../wasm/values.js";
import { heap, instantiate } from "../memory.js";

/** Adds the loop `name`, whose arguments `define` gets as variables, in order. */
export function emitLoop(
  module: ModuleBuilder,
  name: string,
  define: (f: Fn, ...parameters: Local<"i32">[]) => void,
): void {
  module.export(name, {}, null, (f) => {
    const count = define.length - 1;
    define(f, ...Array.from({ length: count }, (_, index) => f.let(i32.load(0, 4 * index))));
  });
}

/** Compiles the loops of `module`; each takes its arguments in order. */
export function compileLoops<Name extends string>(
  module: ModuleBuilder,
): Record<Name, (...values: number[]) => void> {
  const args = heap().int32;
  const loops = Object.entries(instantiate<Record<Name, () => void>>(module)) as [Name, () => void][];
  const callable = loops.map(([name, loop]) => [
    name,
    (...values: number[]) => {
      for (let i = 0; i < values.length; i++) args[i] = values[i];
      loop();
    },
  ]);
  return Object.fromEntries(callable) as Record<Name, (...values: number[]) => void>;
}
