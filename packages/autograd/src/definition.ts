/** How an op is defined: its shape rule, kernel and derivative rules in one place, of which `defineOp` makes an {@link Op}. */
import { allocate } from "./dtype.js";
import { ArgumentError, internal } from "./errors.js";
import type { ForwardRule, Op, Rule, SavedName, SingleOpRule, Spec, Tensor } from "./graph.js";
import { denseView, Storage, type View } from "./storage.js";

type Context<O extends string, S extends string> = Readonly<Record<S, Tensor>> & {
  readonly gs: readonly Tensor[];
} & { readonly [K in O as O extends "out" ? "g" : `g_${K}`]: Tensor };

/** A list whose first element is there. */
type AtLeastOne<T> = readonly [T, ...T[]];

/** The rule of a variadic input: the cotangents of all tensors of the list, from that of the only output. */
interface EachRule<Options> {
  readonly each: (g: Tensor, options: Options, inputs: AtLeastOne<Spec>) => readonly Tensor[];
}

/** How an op is defined; see `defineOp`. */
export interface OpDefinition<I extends string, O extends string, S extends I | O, Options> {
  readonly name: string;
  /** Names of the inputs, in order. A single name ending in `s` with `variadic` stands for a list. */
  readonly inputs: readonly I[];
  readonly variadic?: boolean;
  /** Names of the outputs; one called `out` where left out. */
  readonly outputs?: readonly O[];
  /** Shape and dtype of each output. Throws where the inputs do not fit, before any work is done. */
  readonly infer?: (inputs: AtLeastOne<Spec>, options: Options) => readonly Spec[];
  /**
   * For an op that only looks at its input otherwise: returns the views, any number of them. Such an op has neither
   * shape rule nor kernel.
   */
  readonly view?: (x: View, options: Options) => readonly View[];
  /** Fills the outputs, which are dense and zeroed. */
  readonly kernel?: (inputs: AtLeastOne<View>, outputs: AtLeastOne<View>, options: Options) => void;
  /** Adds to the only output instead of filling it, with the same bits as both; false where it cannot. */
  readonly accumulate?: (inputs: AtLeastOne<View>, output: View, options: Options) => boolean;
  /** The inputs and outputs that the rules read; nothing else is kept. */
  readonly saves?: readonly S[];
  /** Which of them the rule of an input reads, where that is not all: the others are then not kept for it. */
  readonly savedFor?: { readonly [K in I]?: readonly S[] };
  /**
   * The cotangent of each input, or null where it has none. The context has the cotangent `g` of the output (with
   * several outputs `g_name` for each), and by name what `saves` lists. Rules are made of ops, so they can be
   * differentiated too; broadcasting is undone by the sweep.
   */
  readonly vjp: {
    readonly [K in I]:
      | null
      | ((
          context: Context<NoInfer<O>, NoInfer<S>>,
          options: Options,
          inputs: AtLeastOne<Spec>,
          index: number,
        ) => Tensor)
      | {
          readonly op: () => Op;
          readonly operands: (context: Context<NoInfer<O>, NoInfer<S>>) => readonly Tensor[];
        }
      | EachRule<Options>;
  };
  /**
   * The inputs in which the op is linear while the others are held fixed, or lists of inputs in which it is linear
   * together: `matmul` is linear in `x` and in `y`, `scatterAdd` in `["x", "values"]`. The tangent of the outputs is
   * then the op of the tangents. A view is linear in its input without saying so.
   */
  readonly linear?: readonly (I | readonly I[])[];
  /**
   * What a change `t` of an input makes of the outputs, for inputs in which the op is not linear: a tensor that
   * broadcasts to the output, or one (or null) for each. Made of ops, and written without a look at `vjp`, so that
   * one can be checked by the other. An op without forward rules is differentiated forward by reversing twice.
   */
  readonly jvp?: {
    readonly [K in I]?: (
      context: { readonly t: Tensor } & Readonly<Record<NoInfer<I | O>, Tensor>>,
      options: Options,
      inputs: AtLeastOne<Tensor>,
      index: number,
    ) => Tensor | readonly (Tensor | null)[];
  };
  /** Why this op, itself the derivative of another, cannot be differentiated. */
  readonly undifferentiable?: string;
}

/** The shape rule of a view: what it makes of a dense tensor. */
function inferView<Options>(view: (x: View, options: Options) => readonly View[]) {
  return ([{ shape, dtype }]: readonly Spec[], options: Options): readonly Spec[] => {
    const nothing = denseView(new Storage(dtype, allocate(dtype, 0)), shape);
    return view(nothing, options).map((each) => ({ shape: each.shape, dtype }));
  };
}

/**
 * Defines an op: its shape rule, kernel and derivative rules in one place.
 *
 * Reading what is not in `saves`, or leaving out an input's rule, is a compile error.
 */
export function defineOp<
  const I extends string,
  const S extends I | O = never,
  const O extends string = "out",
  Options = undefined,
>(definition: OpDefinition<I, O, S, Options>): Op<Options> {
  const { name, inputs, variadic = false, view, saves = [], savedFor, vjp, undifferentiable } = definition;
  const outputs: readonly string[] = definition.outputs ?? ["out"];
  // Rules get all of these by name.
  const names = [
    ...inputs,
    ...outputs,
    "gs",
    "t",
    ...(outputs.length === 1 ? ["g"] : outputs.map((each) => `g_${each}`)),
  ];
  const twice = names.find((each, i) => names.indexOf(each) !== i);
  if (twice !== undefined)
    throw new ArgumentError(
      `defineOp: ${name} has two things called ${twice} among its inputs, outputs, their cotangents (g, gs) and tangents (t); rename the input or output`,
    );
  const listRule = variadic
    ? (vjp[inputs[0]] as unknown as Partial<EachRule<Options>> | null)?.each
    : undefined;
  const each = (g: Tensor, options: Options, specs: readonly Spec[]): readonly Tensor[] =>
    listRule!(g, options, specs as AtLeastOne<Spec>);
  const missing = (): never => {
    throw internal(`${name} has neither a kernel nor a view`);
  };
  const { linear = view === undefined || definition.jvp !== undefined ? [] : [inputs[0]] } = definition;
  const { infer = view === undefined ? missing : inferView(view), kernel = missing } = definition;
  const readersOf = (saved: S): number[] =>
    inputs.map((_, k) => k).filter((k) => savedFor?.[inputs[k]]?.includes(saved) ?? true);
  return {
    name,
    inputs,
    outputs,
    variadic,
    infer: infer as Op<Options>["infer"],
    view,
    kernel: kernel as Op<Options>["kernel"],
    saves: saves.map((saved): SavedName => {
      const index = (inputs as readonly string[]).indexOf(saved);
      const readers = readersOf(saved);
      return index >= 0
        ? { name: saved, index, isOutput: false, readers }
        : { name: saved, index: outputs.indexOf(saved), isOutput: true, readers };
    }),
    rules: inputs.map((input) =>
      listRule === undefined
        ? (vjp[input] as unknown as Rule<Options> | SingleOpRule | null)
        : ({ gs }, options, specs, index) => each(gs[0], options, specs)[index],
    ),
    linear: linear.map((set) =>
      (typeof set === "string" ? [set] : set).map((each) => inputs.indexOf(each as I)),
    ),
    forward: inputs.map((input) => definition.jvp?.[input] as ForwardRule<Options> | undefined),
    pushforward: undefined,
    pullback: listRule && (([g], _saved, _wanted, options, specs) => each(g, options, specs)),
    accumulate: definition.accumulate as Op<Options>["accumulate"],
    readsSpecs: true,
    writesResident: false,
    undifferentiable,
  };
}
