/** Checks the tensors that a module is to load, all of them before one is changed. */
import { ArgumentError, isFloat, type Tensor } from "@wengert/autograd";

export interface LoadOptions {
  /** Whether every tensor of the module must be given and no other, true by default. */
  readonly strict?: boolean;
  /** Whether float32 is taken where the module has float64, and the other way round; false by default. */
  readonly convertFloats?: boolean;
}

/** Names that were not on both sides; both lists are empty if loading was strict. */
export interface LoadReport {
  /** Those that the module has: they kept their values. */
  readonly missing: readonly string[];
  /** Those that were given: they were not used. */
  readonly unexpected: readonly string[];
}

/** @throws ArgumentError that lists everything which does not fit */
export function checkLoad(
  own: ReadonlyMap<string, Tensor>,
  given: ReadonlyMap<string, Tensor>,
  { strict = true, convertFloats = false }: LoadOptions,
): LoadReport {
  const missing = [...own.keys()].filter((name) => !given.has(name));
  const unexpected = [...given.keys()].filter((name) => !own.has(name));
  const problems = strict
    ? [
        ...missing.map((name) => `${name}: is missing`),
        ...unexpected.map((name) => `${name}: the module has no such tensor`),
      ]
    : [];
  for (const [name, target] of own) {
    const value = given.get(name);
    if (value === undefined) continue;
    if (show(value.shape) !== show(target.shape))
      problems.push(`${name}: its shape is ${show(value.shape)}; the module has ${show(target.shape)}`);
    if (value.dtype !== target.dtype && !(convertFloats && isFloat(value.dtype) && isFloat(target.dtype)))
      problems.push(
        `${name}: it is ${value.dtype}; the module has ${target.dtype}${isFloat(value.dtype) && isFloat(target.dtype) ? ", convertFloats: true converts it" : ""}`,
      );
  }
  if (problems.length > 0)
    throw new ArgumentError(
      `loadStateDict: nothing was loaded, the tensors do not fit the module:\n${problems.map((each) => `  ${each}`).join("\n")}`,
    );
  return { missing, unexpected };
}

function show(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
