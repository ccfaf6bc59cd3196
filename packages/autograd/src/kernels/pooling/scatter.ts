/** The emitted loop that adds numbers at places of planes. */
import { bytesOf, type FloatDType } from "../../dtype.js";
import { ModuleBuilder } from "../../wasm/builder.js";
import { f32, f64, i32 } from "../../wasm/values.js";
import { instantiate } from "../memory.js";

/**
 * Adds `count` numbers of each plane at their places, in their order; leaves out what lies in no place.
 *
 * @param out planes of `size` elements
 * @returns whether all places lie in their planes
 */
export type PlaceLoop = (
  numbers: number,
  indices: number,
  planes: number,
  count: number,
  out: number,
  size: number,
) => boolean;

const parameters = {
  numbers: "i32",
  indices: "i32",
  planes: "i32",
  count: "i32",
  out: "i32",
  size: "i32",
} as const;

const compiled = new Map<FloatDType, PlaceLoop>();

function compile(dtype: FloatDType): PlaceLoop {
  const bytes = bytesOf[dtype];
  const scalar = dtype === "float32" ? f32 : f64;
  const module = new ModuleBuilder();
  module.export("place", parameters, "i32", (f, { numbers, indices, planes, count, out, size }) => {
    const outside = f.local("i32");
    const left = f.local("i32");
    const index = f.local("i32");
    f.while(planes, () => {
      f.set(left, count);
      f.while(left, () => {
        f.set(index, i32.load(indices));
        f.if(
          i32.ltU(index, size),
          () => {
            const target = f.let(i32.add(out, i32.mul(index, bytes)));
            f.run(scalar.store(target, scalar.add(scalar.load(target), scalar.load(numbers))));
          },
          () => f.set(outside, 1),
        );
        f.increase(indices, 4);
        f.increase(numbers, bytes);
        f.increase(left, -1);
      });
      f.increase(out, i32.mul(size, bytes));
      f.increase(planes, -1);
    });
    f.result(outside);
  });
  const { place } = instantiate<{ place: (...values: number[]) => number }>(module);
  return (...values) => place(...values) === 0;
}

/** The loop for a dtype, compiled at the first call. */
export function placeLoop(dtype: FloatDType): PlaceLoop {
  let loop = compiled.get(dtype);
  if (loop === undefined) {
    loop = compile(dtype);
    compiled.set(dtype, loop);
  }
  return loop;
}
