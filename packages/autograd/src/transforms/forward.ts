/**
 * Forward mode: every op also computes what a change of its inputs makes of its outputs, from its own forward rule.
 * Exact, and the rules owe nothing to the reverse ones.
 */
import { gradients } from "../backward.js";
import { zeros } from "../create.js";
import { isFloat } from "../dtype.js";
import { GradientError, ShapeError } from "../errors.js";
import { type Op, Slot, Tensor } from "../graph.js";
import { add, to } from "../ops/elementwise.js";
import { alias } from "../ops/identity.js";
import { expand } from "../ops/layout.js";
import { sameShape, show } from "../shape.js";
import type { View } from "../storage.js";
import {
  applyMany,
  carry,
  carrying,
  enableGrad,
  type ForwardListener,
  isRecording,
  scalar,
} from "../tape.js";
import { type Like, leavesLike, leavesOf, withLeaves } from "./tree.js";

/** One computation that carries tangents. Such may be nested: what an inner one computes, an outer one differentiates. */
class Level implements ForwardListener {
  // By view and not by tensor, because what a rule reads is a new tensor on the view that was saved.
  private readonly tangents = new WeakMap<View, Tensor>();

  constructor(private readonly outer: Level | null) {}

  /** The tangent of a value, null where it does not depend on what is differentiated by. */
  tangentOf(x: Tensor): Tensor | null {
    return this.tangents.get(x.view) ?? null;
  }

  /** Gives `x` a tangent. */
  carry(x: Tensor, tangent: Tensor): void {
    this.tangents.set(x.view, tangent);
  }

  op(op: Op<never>, inputs: readonly Tensor[], outputs: readonly Tensor[], options: unknown): void {
    // First, because a rule of this level may read an output, and then needs its tangent further out.
    this.outer?.op(op, inputs, outputs, options);
    const tangents = inputs.map((x) => this.tangentOf(x));
    if (tangents.some((t) => t !== null))
      // The ops of the rule are differentiated by the levels outside of this one only.
      carry(op.name, this.outer, () => {
        const made = push(op as unknown as Op<unknown>, tangents, inputs, outputs, options);
        for (const [j, tangent] of made.entries())
          if (tangent !== null) this.carry(outputs[j], matching(op.name, tangent, outputs[j]));
      });
  }

  overwrite(name: string, target: View): void {
    if (this.tangents.has(target))
      throw new GradientError(
        `${name}: the target carries a tangent, which would no longer be that of its values; compute a new tensor instead`,
      );
    this.outer?.overwrite(name, target);
  }
}

/** A tangent as it must be: of the shape and dtype of what it belongs to. */
function matching(name: string, tangent: Tensor, { shape, dtype }: Tensor): Tensor {
  if (sameShape(tangent.shape, shape)) return to(tangent, dtype);
  if (tangent.rank > shape.length)
    throw new ShapeError(
      `${name}: its forward rule made a tangent of ${show(tangent.shape)} for an output of ${show(shape)}; it must have the output's shape, or one that broadcasts to it`,
    );
  return expand(to(tangent, dtype), shape);
}

type Tangents = readonly (Tensor | null)[];

function sumOf(parts: readonly Tangents[], outputs: readonly Tensor[]): Tangents {
  return outputs.map((out, j) => {
    let total: Tensor | null = null;
    for (const part of parts) {
      const tangent = part[j];
      if (tangent !== null && isFloat(out.dtype)) total = total === null ? tangent : add(total, tangent);
    }
    return total;
  });
}

/** The tangents of the outputs. */
function push(
  op: Op<unknown>,
  tangents: Tangents,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  options: unknown,
): Tangents {
  if (op.pushforward !== undefined) return op.pushforward(tangents, inputs, outputs);
  const { variadic, rules } = op;
  const moving = inputs.map((_, k) => tangents[k] !== null && rules[variadic ? 0 : k] !== null);
  if (!moving.includes(true)) return outputs.map(() => null);
  if (op.undifferentiable !== undefined)
    throw new GradientError(`${op.name}: has no derivative: ${op.undifferentiable}`);
  const parts: Tangents[] = [];
  const rest = new Set(inputs.flatMap((_, k) => (moving[k] ? [k] : [])));
  for (const set of op.linear) {
    const members = variadic ? [...inputs.keys()] : set;
    if (!members.some((k) => rest.has(k))) continue;
    const operands = inputs.map((x, k) => (members.includes(k) ? (tangents[k] ?? nothing(x)) : x));
    parts.push(applyMany(op, operands, options));
    for (const k of members) rest.delete(k);
  }
  for (const k of rest) {
    const rule = op.forward[variadic ? 0 : k];
    if (rule === undefined) continue;
    const named: Record<string, Tensor> = {};
    if (!variadic) op.inputs.forEach((name, i) => (named[name] = inputs[i]));
    op.outputs.forEach((name, j) => (named[name] = outputs[j]));
    const made = rule({ ...named, t: tangents[k]! }, options, inputs, k);
    parts.push(made instanceof Tensor ? [made] : made);
    rest.delete(k);
  }
  if (rest.size > 0) {
    const made = reverseTwice(op, tangents, inputs, outputs, options, rest);
    parts.push(isRecorded([...inputs, ...tangents]) ? made : made.map(released));
  }
  return sumOf(parts, outputs);
}

/** Whether what is computed from `xs` is recorded. */
export function isRecorded(xs: Tangents): boolean {
  return isRecording() && xs.some((x) => x !== null && x.slot !== null);
}

/** `x` without the record of how it was made; its tangents stay, being those of its numbers. */
export function released<T extends Tensor | null>(x: T): T {
  return (x === null || x.slot === null ? x : new Tensor(x.view)) as T;
}

/** Zeros in the shape of `x`: one number, repeated. */
function nothing({ shape, dtype }: Tensor): Tensor {
  return expand(scalar(0, dtype), shape);
}

/**
 * For an op of a user's that says nothing of forward mode: the reverse rule is linear in the cotangent, and its
 * transpose, a reverse sweep through it, is the forward rule.
 */
function reverseTwice(
  op: Op<unknown>,
  tangents: Tangents,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  options: unknown,
  moving: ReadonlySet<number>,
): Tangents {
  return enableGrad(() => {
    const leaves = inputs.map((x, k) => (moving.has(k) ? differentiable(x) : x));
    const again = applyMany(op, leaves, options);
    const float = again.flatMap((out, j) => (out.slot === null ? [] : [j]));
    const gs = float.map((j) => zeros(outputs[j].shape, { dtype: outputs[j].dtype, requiresGrad: true }));
    const wanted = [...moving].filter((k) => leaves[k].slot !== null);
    const cotangents = gradients(
      float.map((j) => again[j]),
      wanted.map((k) => leaves[k]),
      { gradient: gs, createGraph: true },
    );
    const found = wanted.flatMap((k, i) => {
      const cotangent = cotangents[i];
      return cotangent === null || cotangent.slot === null ? [] : [{ cotangent, t: tangents[k]! }];
    });
    if (found.length === 0) return outputs.map(() => null);
    const turned = gradients(
      found.map(({ cotangent }) => cotangent),
      gs,
      { gradient: found.map(({ t }) => t), createGraph: true },
    );
    return outputs.map((_, j) => (float.includes(j) ? turned[float.indexOf(j)] : null));
  });
}

/**
 * `x` as something to differentiate by: a leaf on its numbers, or, where it was computed from what requires a gradient
 * itself, a value in the middle of the graph.
 */
export function differentiable(x: Tensor): Tensor {
  if (x.slot !== null) return alias(x);
  const leaf = new Tensor(x.view, new Slot(null, 0, x.shape, x.dtype));
  leaf.slot!.owner = leaf;
  return leaf;
}

/** The results of a function, and how they change. */
export interface Pushed<Out> {
  readonly value: Out;
  /** Of the form of `value`; zeros where nothing changes. */
  readonly tangent: Like<Out>;
}

/**
 * The Jacobian-vector product `J(x) v`: the value of `f` at `primals` and its derivative in the direction `tangents`, in
 * one forward pass. Exact.
 *
 * @param f a function of the primals that returns a tensor, or tensors in nested arrays and objects
 * @param primals the arguments of `f`, each a tensor or tensors in nested arrays and objects; floats
 * @param tangents of the same form and shapes
 * @throws ShapeError if the shape of a tangent differs, GradientError for a primal that is no float or an op that has no
 *   derivative, ArgumentError if `f` returns a promise
 */
export function jvp<Arguments extends readonly unknown[], Out>(
  f: (...primals: Arguments) => Out,
  primals: readonly [...Arguments],
  tangents: Like<readonly [...Arguments]>,
): Pushed<Out> {
  return pushed("jvp", f, primals, tangents);
}

/** As {@link jvp}, for the caller that errors name. */
export function pushed<Arguments extends readonly unknown[], Out>(
  name: string,
  f: (...primals: Arguments) => Out,
  primals: readonly [...Arguments],
  tangents: Like<readonly [...Arguments]>,
): Pushed<Out> {
  const xs = leavesOf(name, primals);
  const ts = leavesLike(name, "tangents", tangents, primals);
  const outer = carrying() as Level | null;
  const level = new Level(outer);
  const inputs = xs.map((x, i) => {
    const t = ts[i];
    if (!isFloat(x.dtype))
      throw new GradientError(
        `${name}: primal ${i} is ${x.dtype}; there are derivatives by floats only, close over it instead`,
      );
    if (!sameShape(x.shape, t.shape))
      throw new ShapeError(
        `${name}: primal ${i} is ${show(x.shape)} and its tangent ${show(t.shape)}; they must be the same`,
      );
    // A tensor of its own: if f closes over x as well, that one is held fixed.
    const input = alias(x);
    level.carry(input, to(t, x.dtype));
    return input;
  });
  const value = carry(name, level, () => f(...(withLeaves(name, primals, inputs) as unknown as Arguments)));
  const results = leavesOf(name, value);
  return {
    value,
    tangent: withLeaves(
      name,
      value,
      results.map((out) => level.tangentOf(out) ?? zeros(out.shape, { dtype: out.dtype })),
    ),
  };
}
