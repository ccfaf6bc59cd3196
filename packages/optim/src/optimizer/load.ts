/** Snapshots of optimizers: what they hold, and the check that one fits before anything is changed. */
import { ArgumentError, isFloat, type Tensor } from "@wengert/autograd";

/** What an optimizer keeps for a parameter between steps. */
export type State = Readonly<Record<string, Tensor>>;

/** A snapshot of an optimizer. */
export interface OptimizerStateDict {
  /** By the parameter's index and PyTorch's name: `0.exp_avg`. Fit to be a safetensors file. */
  readonly state: Map<string, Tensor>;
  /** Plain data: the options of each group, and the indices of its parameters in `params`. */
  readonly paramGroups: readonly { readonly params: readonly number[]; readonly [option: string]: unknown }[];
}

/** What files call a part of the state of a parameter: `expAvgSq` is PyTorch's `exp_avg_sq`. */
export function diskName(index: number | string, name: string): string {
  return `${index}.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** A parameter's state, and what is to become of it. */
export interface StateChange<S extends State> {
  readonly param: Tensor;
  /** The state to be overwritten, and the values of its parts; undefined if the snapshot has none for the parameter. */
  readonly change: { readonly target: S; readonly values: State } | undefined;
}

/** @throws ArgumentError if it is no snapshot, or the groups have not as many parameters as there */
export function checkSizes(
  name: string,
  { state, paramGroups }: OptimizerStateDict,
  groups: readonly { readonly params: readonly Tensor[] }[],
): void {
  if (!(state instanceof Map && Array.isArray(paramGroups)))
    throw new ArgumentError(
      `${name}.loadStateDict: there is no state and paramGroups; give what stateDict returned`,
    );
  const sizes = (all: readonly { readonly params: readonly unknown[] }[]): string =>
    all.map(({ params }) => params.length).join(" + ");
  if (sizes(groups) !== sizes(paramGroups))
    throw new ArgumentError(
      `${name}.loadStateDict: the snapshot has ${sizes(paramGroups)} parameters; the optimizer has ${sizes(groups)}`,
    );
}

/**
 * The changes that loading `snapshot` means: one for each parameter, group by group.
 *
 * @param stateOf the state of a parameter that is to be overwritten; `saved` tells which parts the snapshot has
 * @throws ArgumentError that lists everything which does not fit
 */
export function planLoad<S extends State>(
  name: string,
  { state, paramGroups }: OptimizerStateDict,
  groups: readonly { readonly params: readonly Tensor[] }[],
  stateOf: (param: Tensor, group: number, saved: (part: string) => boolean) => S,
): StateChange<S>[] {
  const problems: string[] = [];
  const left = new Map(state);
  const plan = groups.flatMap(({ params }, k) =>
    params.map((param, i): StateChange<S> => {
      const prefix = String(paramGroups[k]?.params[i]);
      if (![...state.keys()].some((key) => key.startsWith(`${prefix}.`))) return { param, change: undefined };
      const target = stateOf(param, k, (part) => state.has(diskName(prefix, part)));
      const values: Record<string, Tensor> = {};
      for (const [part, wanted] of Object.entries<Tensor>(target)) {
        const key = diskName(prefix, part);
        const value = left.get(key);
        left.delete(key);
        if (value === undefined) problems.push(`${key}: is missing`);
        else if (!fits(value, wanted))
          problems.push(`${key}: it is ${describe(value)}; the optimizer has ${describe(wanted)}`);
        else values[part] = value;
      }
      return { param, change: { target, values } };
    }),
  );
  problems.push(...[...left.keys()].map((key) => `${key}: the optimizer has no such state`));
  if (problems.length > 0)
    throw new ArgumentError(
      `${name}.loadStateDict: nothing was loaded, the snapshot does not fit:\n${problems.map((each) => `  ${each}`).join("\n")}`,
    );
  return plan;
}

/** Counts may come as another float: PyTorch keeps those of float64 parameters in float32. */
function fits(value: Tensor, wanted: Tensor): boolean {
  const convertible = value.rank === 0 && isFloat(value.dtype) && isFloat(wanted.dtype);
  return String(value.shape) === String(wanted.shape) && (value.dtype === wanted.dtype || convertible);
}

function describe({ dtype, shape }: Tensor): string {
  return `${dtype} [${shape.join(", ")}]`;
}
