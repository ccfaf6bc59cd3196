/** A derivative of one's own for a function made of ops. */
import { gradients } from "../backward.js";
import { reveal } from "../confine.js";
import { zeros } from "../create.js";
import { defineOp } from "../definition.js";
import { isFloat } from "../dtype.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { type Op, type RuleContext, type Saved, Tensor } from "../graph.js";
import { alias } from "../ops/identity.js";
import { sameShape, show } from "../shape.js";
import { carry, carrying, enableGrad, isRecording, noGrad, recordAs } from "../tape.js";
import { isRecorded, released } from "./forward.js";

/** What a rule of `customGrad` is told. */
export interface CustomContext {
  readonly inputs: readonly Tensor[];
  /** The result of the function. */
  readonly output: Tensor;
}

export interface CustomGradOptions {
  /** As errors and the tape call it; by default the name of the function, or `customGrad`. */
  readonly name?: string;
  /**
   * The tangent of the output, given those of the inputs (zeros where there is none). By default the transpose of the
   * reverse rule.
   */
  readonly jvp?: (tangents: readonly Tensor[], context: CustomContext) => Tensor;
}

/**
 * `f` with a derivative of your own: for a straight-through estimator, a reversed or clipped gradient, or where the
 * derived one is numerically poor. What `f` does inside is not recorded. For an op with its own kernel see `defineOp`, for
 * a fused element-wise one `elementwise`.
 *
 * ```ts
 * const roundThrough = customGrad((x) => round(x), (g) => [g]);
 * ```
 *
 * @param f any number of tensors to one
 * @param vjp the cotangent `g` of the output to one cotangent for each input, null where none flows; made of ops, so that
 *   it can be differentiated again
 * @throws ArgumentError if `f` returns no tensor, or `vjp` another number of cotangents; ShapeError if one does not have
 *   the shape of its input
 */
export function customGrad<Inputs extends readonly Tensor[]>(
  f: (...inputs: Inputs) => Tensor,
  vjp: (g: Tensor, context: CustomContext) => readonly (Tensor | null)[],
  options: CustomGradOptions = {},
): (...inputs: Inputs) => Tensor {
  const name = options.name ?? (f.name === "" ? "customGrad" : f.name);
  const ops = new Map<number, Op>();
  return (...inputs) => {
    const result: unknown = reveal(inputs, () => noGrad(() => carry(name, null, () => f(...inputs))));
    if (!(result instanceof Tensor))
      throw new ArgumentError(`${name}: the function returned ${typeof result}; it must return one tensor`);
    // A tensor of its own, because the function may have returned an input.
    const output = noGrad(() => carry(name, null, () => alias(result)));
    let op = ops.get(inputs.length);
    if (op === undefined) {
      op = opOf(name, inputs.length, vjp, options.jvp);
      ops.set(inputs.length, op);
    }
    const recorded =
      isRecording() && inputs.some(({ slot }) => slot !== null) ? record(op, inputs, output) : output;
    carrying()?.op(op as Op<never>, inputs, [recorded], undefined);
    return recorded;
  };
}

function record(op: Op, inputs: readonly Tensor[], output: Tensor): Tensor {
  const saved = ({ view, slot }: Tensor): Saved => {
    view.data.hold();
    return { view, slot, version: view.data.version };
  };
  const slots = inputs.map(({ slot }) => slot);
  const specs = inputs.map(({ shape, dtype }) => ({ shape, dtype }));
  const parts: (Saved | undefined)[] = inputs.map(saved);
  const [recorded] = recordAs(op, slots, [output], { specs, saved: parts });
  parts.push(saved(recorded));
  return recorded;
}

function opOf(
  name: string,
  count: number,
  vjp: (g: Tensor, context: CustomContext) => readonly (Tensor | null)[],
  jvp: CustomGradOptions["jvp"],
): Op {
  const names = Array.from({ length: count }, (_, k) => `input${k}`);
  const pull = (g: Tensor, context: CustomContext): readonly (Tensor | null)[] => {
    const made = vjp(g, context);
    if (made.length !== count)
      throw new ArgumentError(
        `${name}: its rule made ${made.length} cotangents for ${count} inputs; give one for each, null where none flows`,
      );
    for (const [k, each] of made.entries()) {
      const { shape } = context.inputs[k];
      if (each !== null && !sameShape(each.shape, shape))
        throw new ShapeError(
          `${name}: its rule made a cotangent of ${show(each.shape)} for input ${k}, ${show(shape)}; they must be the same`,
        );
    }
    return made;
  };
  // The sweep asks input by input; one call of the rule answers for all.
  const answers = new WeakMap<RuleContext, readonly (Tensor | null)[]>();
  const rule = (context: RuleContext, index: number): Tensor | undefined => {
    let answer = answers.get(context);
    if (answer === undefined) {
      const inputs = names.map((each) => context[each] as Tensor);
      answer = pull(context.gs[0], { inputs, output: context["out"] as Tensor });
      answers.set(context, answer);
    }
    return answer[index] ?? undefined;
  };
  const defined = defineOp<string, string, string, undefined>({
    name,
    inputs: names,
    outputs: ["out"],
    saves: [...names, "out"],
    vjp: Object.fromEntries(names.map((each) => [each, null])),
  });
  return {
    ...defined,
    rules: names.map((_, k) => (context: RuleContext) => rule(context, k)),
    pushforward: (tangents, inputs, [output]) => {
      const context = { inputs, output };
      const ts = inputs.map(({ shape, dtype }, k) => tangents[k] ?? zeros(shape, { dtype }));
      if (jvp !== undefined) return [jvp(ts, context)];
      const made = transposed(pull, tangents, context);
      return [isRecorded([...inputs, ...tangents]) ? made : released(made)];
    },
  } as Op;
}

/** `J t` from a rule for `Jᵀ g`, which is linear in g: its own transpose. */
function transposed(
  pull: (g: Tensor, context: CustomContext) => readonly (Tensor | null)[],
  tangents: readonly (Tensor | null)[],
  context: CustomContext,
): Tensor | null {
  const { shape, dtype } = context.output;
  if (!isFloat(dtype)) return null;
  return enableGrad(() => {
    const g = zeros(shape, { dtype, requiresGrad: true });
    const made = pull(g, context).flatMap((cotangent, k) => {
      const t = tangents[k];
      return cotangent === null || cotangent.slot === null || t === null ? [] : [{ cotangent, t }];
    });
    if (made.length === 0) return null;
    const [found] = gradients(
      made.map(({ cotangent }) => cotangent),
      [g],
      { gradient: made.map(({ t }) => t), createGraph: true },
    );
    return found;
  });
}
