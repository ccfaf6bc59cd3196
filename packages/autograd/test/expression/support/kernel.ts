/** Runs expressions as kernels over arrays. */
import { emitTogether } from "../../../src/expression/emit.js";
import type { Expression } from "../../../src/expression/expression.js";
import { heap, instantiate, place } from "../../../src/kernels/memory.js";
import { ModuleBuilder } from "../../../src/wasm/builder.js";
import { v128 } from "../../../src/wasm/lanes.js";

export type FloatType = "f32" | "f64";
type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export interface Kernel {
  /** The memory of each operand, and of the result. */
  readonly inputs: readonly Floats[];
  readonly output: Floats;
  /** Computes the first `count` numbers, whole turns of the loop. */
  readonly run: (count: number) => void;
}

/** `root`, a function of `arity` inputs, over arrays of `capacity` numbers; so many vectors in a turn of the loop. */
export function compile(
  type: FloatType,
  root: Expression,
  arity: number,
  capacity: number,
  together = 1,
): Kernel {
  const size = type === "f32" ? 4 : 8;
  const addresses = Array.from({ length: arity + 1 }, () =>
    place(type === "f32" ? "float32" : "float64", capacity),
  );
  const builder = new ModuleBuilder();
  builder.export("run", { bytes: "i32" }, null, (f, { bytes }) => {
    const offset = f.local("i32");
    f.for(offset, 0, bytes, 16 * together, () => {
      const places = Array.from({ length: together }, (_, vector) => 16 * vector);
      const inputs = places.map((place) =>
        addresses.slice(0, arity).map((address) => f.let(v128.load(offset, address + place))),
      );
      const results = emitTogether(f, type, [root], inputs);
      places.forEach((place, i) => f.run(v128.store(offset, results[i][0], addresses[arity] + place)));
    });
  });
  const { run } = instantiate<{ run: (bytes: number) => void }>(builder);
  const { buffer } = heap().memory;
  const arrays = addresses.map((address) =>
    type === "f32"
      ? new Float32Array(buffer, address, capacity)
      : new Float64Array(buffer, address, capacity),
  );
  return { inputs: arrays.slice(0, arity), output: arrays[arity], run: (count) => run(count * size) };
}
