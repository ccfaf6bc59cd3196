/** Reverse mode over functions: gradients and vector-Jacobian products, of any order, without `.grad`. */
import { gradients } from "../backward.js";
import { ones, zerosLike } from "../create.js";
import { isFloat } from "../dtype.js";
import { ArgumentError, GradientError, ShapeError } from "../errors.js";
import { type Node, type Slot, Tensor } from "../graph.js";
import { sameShape, show } from "../shape.js";
import { enableGrad, isRecording, refusePromise } from "../tape.js";
import { differentiable, released } from "./forward.js";
import { type Like, leavesLike, leavesOf, withLeaves } from "./tree.js";

/** The results of a function, and what it takes to go back through it. */
interface Run<Out> {
  readonly value: Out;
  readonly outputs: readonly Tensor[];
  /** What was differentiated by. */
  readonly inputs: readonly Tensor[];
  /** Whether the results depend on what is differentiated by further out. */
  readonly nested: boolean;
}

/** Runs `f` on `tree`, recorded, with tensors of their own in the place of those that are differentiated by. */
function run<T, Out>(name: string, tree: T, f: (tree: Like<T>) => Out): Run<Out> {
  const given = leavesOf(name, tree);
  for (const [i, { dtype }] of given.entries())
    if (!isFloat(dtype))
      throw new GradientError(
        `${name}: tensor ${i} of what is differentiated by is ${dtype}; there are derivatives by floats only, close over it instead`,
      );
  const { inputs, value } = enableGrad(() => {
    const inputs = given.map(differentiable);
    return { inputs, value: refusePromise(name, f(withLeaves(name, tree, inputs))) };
  });
  const outputs = leavesOf(name, value);
  const nested = isRecording() && (given.some((x) => x.slot !== null) || reachesOthers(outputs, inputs));
  return { value, outputs, inputs, nested };
}

/** Whether `outputs` were computed from leaves other than `inputs`. */
function reachesOthers(outputs: readonly Tensor[], inputs: readonly Tensor[]): boolean {
  const own = new Set<Slot | null>(inputs.map(({ slot }) => slot));
  const seen = new Set<Node>();
  const found: Node[] = [];
  const isOther = (slot: Slot | null): boolean => {
    if (slot === null || own.has(slot)) return false;
    if (slot.node === null) return true;
    if (!seen.has(slot.node)) {
      seen.add(slot.node);
      found.push(slot.node);
    }
    return false;
  };
  if (outputs.some(({ slot }) => isOther(slot))) return true;
  for (let i = 0; i < found.length; i++) if (found[i].inputs.some((slot) => isOther(slot))) return true;
  return false;
}

/** The value, without the record where only this transform needs it. */
function resultOf<Out>(name: string, { value, outputs, nested }: Run<Out>): Out {
  return nested ? value : (withLeaves(name, value, outputs.map(released)) as Out);
}

function pull<T>(
  name: string,
  tree: T,
  run: Run<unknown>,
  gs: readonly Tensor[],
  retainGraph: boolean,
): Like<T> {
  const { inputs, outputs, nested } = run;
  const moved = outputs.flatMap((out, i) => (out.slot === null ? [] : [i]));
  const found =
    moved.length === 0
      ? inputs.map(() => null)
      : gradients(
          moved.map((i) => outputs[i]),
          inputs,
          { gradient: moved.map((i) => gs[i]), createGraph: nested, retainGraph: retainGraph || nested },
        );
  return withLeaves(
    name,
    tree,
    inputs.map((x, k) => found[k] ?? zerosLike(x)),
  );
}

/** A function's value, and its gradient by an argument. */
export interface ValueAndGradient<Value, Gradient> {
  readonly value: Value;
  readonly gradient: Gradient;
}

/** A whole number for which `Arguments` has a place. */
type IndexIn<Arguments extends readonly unknown[], At extends number> = number extends Arguments["length"]
  ? At
  : `${At}` extends keyof Arguments
    ? At
    : never;

export interface GradOptions<Arguments extends readonly unknown[], At extends number> {
  /** Which argument to differentiate by, counted from 0; the first by default. */
  readonly argument?: At & IndexIn<Arguments, At>;
}

/**
 * The function that computes `f` and its gradient `∂f/∂x` by one argument, a tensor or tensors in nested arrays and
 * objects. Transforms may be nested: what they compute can be differentiated again, by them or by `backward`.
 *
 * @param f returns a tensor of one element
 * @returns for the arguments of `f` its value, and a gradient in the form of the argument; zeros where `f` does not
 *   depend on it
 * @throws GradientError if the argument has tensors that are no floats, or the result has several elements
 */
export function valueAndGrad<Arguments extends readonly unknown[], const At extends number = 0>(
  f: (...inputs: Arguments) => Tensor,
  options: GradOptions<Arguments, At> = {},
): (...inputs: Arguments) => ValueAndGradient<Tensor, Like<Arguments[At]>> {
  return differentiated("valueAndGrad", f, options.argument ?? 0) as (
    ...inputs: Arguments
  ) => ValueAndGradient<Tensor, Like<Arguments[At]>>;
}

/** The function that computes the gradient of `f` by one argument, as `valueAndGrad` does. */
export function grad<Arguments extends readonly unknown[], const At extends number = 0>(
  f: (...inputs: Arguments) => Tensor,
  options: GradOptions<Arguments, At> = {},
): (...inputs: Arguments) => Like<Arguments[At]> {
  const both = differentiated("grad", f, options.argument ?? 0);
  return (...inputs) => both(...inputs).gradient as Like<Arguments[At]>;
}

/** As {@link valueAndGrad}, for the caller that errors name. */
export function differentiated<Arguments extends readonly unknown[]>(
  name: string,
  f: (...inputs: Arguments) => Tensor,
  argument: number,
): (...inputs: Arguments) => ValueAndGradient<Tensor, unknown> {
  return (...inputs) => {
    if (!(Number.isInteger(argument) && argument >= 0 && argument < inputs.length))
      throw new ArgumentError(
        `${name}: there is no argument ${argument} among the ${inputs.length} given; count from 0`,
      );
    const by = inputs[argument];
    const ran = run(name, by, (moved) =>
      f(...(inputs.with(argument, moved) as readonly unknown[] as Arguments)),
    );
    const { value } = ran;
    if (!(value instanceof Tensor) || value.size !== 1)
      throw new GradientError(
        `${name}: the function returned ${value instanceof Tensor ? show(value.shape) : typeof value}; it must be a tensor of one element, use vjp or jacobian for more`,
      );
    const gradient: unknown = pull(name, by, ran, [ones(value.shape, { dtype: value.dtype })], false);
    return { value: resultOf(name, ran), gradient };
  };
}

/** The results of a function, and the way back. */
export interface Pulled<Arguments, Out> {
  readonly value: Out;
  /** `Jᵀ g`, for cotangents `g` of the form of `value`: one cotangent for each tensor of the primals. Can be called again. */
  readonly pullback: (cotangents: Like<Out>) => Like<Arguments>;
}

/**
 * The vector-Jacobian product: the value of `f` at `primals`, and the function that takes cotangents of its results
 * back to the primals.
 *
 * @param f a function of the primals that returns a tensor, or tensors in nested arrays and objects
 * @throws GradientError for a primal that is no float, ShapeError if a cotangent has another shape than its result
 */
export function vjp<Arguments extends readonly unknown[], Out>(
  f: (...primals: Arguments) => Out,
  primals: readonly [...Arguments],
): Pulled<Arguments, Out> {
  const ran = run("vjp", primals, (moved) => f(...(moved as unknown as Arguments)));
  return {
    value: resultOf("vjp", ran),
    pullback: (cotangents) => {
      const gs = leavesLike("vjp", "cotangents", cotangents, ran.value);
      const { outputs } = ran;
      for (const [i, { shape }] of outputs.entries())
        if (!sameShape(shape, gs[i].shape))
          throw new ShapeError(
            `vjp: result ${i} is ${show(shape)} and its cotangent ${show(gs[i].shape)}; they must be the same`,
          );
      return pull("vjp", primals, ran, gs, true) as unknown as Like<Arguments>;
    },
  };
}
