/** Modules of another dtype. */
import { type FloatDType, isFloat, noGrad } from "@wengert/autograd";
import { Buffer, Parameter } from "./parameter.js";
import { isParameter, type ModuleLike, replaceTensors } from "./walk.js";

/** Puts parameters and buffers of `dtype` in the place of other floats; what was shared stays shared. */
export function convertFloats(
  modules: Iterable<readonly [name: string, module: ModuleLike]>,
  dtype: FloatDType,
): void {
  const made = new Map<Parameter | Buffer, Parameter | Buffer>();
  const converted = <Old extends Parameter | Buffer>(old: Old): Old => {
    if (!isFloat(old.dtype) || old.dtype === dtype) return old;
    const values = noGrad(() => old.to(dtype));
    const other =
      made.get(old) ??
      (isParameter(old)
        ? new Parameter(values, { requiresGrad: old.requiresGrad })
        : new Buffer(values, old));
    made.set(old, other);
    return other as Old;
  };
  for (const [, module] of modules) replaceTensors(module, converted);
}
