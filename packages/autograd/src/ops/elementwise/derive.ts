/** The derivatives of element-wise ops, as expressions over what they may read. */
import { pullback, pushforward } from "../../expression/differentiate.js";
import {
  constant,
  type Expression,
  input,
  inputsOf,
  isConstant,
  maskInput,
  substitute,
} from "../../expression/expression.js";
import { Tensors } from "./tensors.js";

/** Derivatives in the place of those that follow from an expression, of an op of one output. */
export interface WrittenDerivatives {
  /**
   * The cotangent of each input, where the derived one is not the best: `g` is the cotangent of the output, `out`
   * the output itself.
   */
  readonly pullback?: (
    g: Expression,
    inputs: readonly Expression[],
    out: Expression,
  ) => readonly Expression[];
  /** The tangent of the output, where the derived one is not the best: `ts` are the tangents of the inputs. */
  readonly pushforward?: (
    ts: readonly Expression[],
    inputs: readonly Expression[],
    out: Expression,
  ) => Expression;
}

/** What is differentiated. */
interface Formulas {
  readonly operands: Tensors;
  readonly results: Tensors;
  readonly roots: readonly Expression[];
  /** Which inputs are read as truth values. */
  readonly masks: readonly boolean[];
  readonly options: WrittenDerivatives;
}

const zero = constant(0);

/** How the cotangent of an input comes about. */
export interface Cotangent {
  /** One for each chunk of the input. */
  readonly expressions: readonly Expression[];
  /** The values that it reads. */
  readonly reads: readonly number[];
  /** Where it is a value as it stands: which. */
  readonly same: number | undefined;
}

/**
 * The cotangent of each input; null for a truth value and where it is 0 everywhere.
 *
 * @param values inputs, outputs and cotangents of outputs
 */
export function cotangentsOf(formulas: Formulas, values: Tensors): readonly (Cotangent | null)[] {
  const { roots, operands, masks, options } = formulas;
  const numbers = operands.numbers.length;
  if (roots.every((root) => root.kind === "mask")) return masks.map(() => null);
  const outs = roots.map((_, j) => input(numbers + j));
  const gs = roots.map((_, j) => input(numbers + roots.length + j));
  const raw = options.pullback?.(gs[0], leavesOf(formulas), outs[0]) ?? pullback(roots, gs, numbers);
  const found = readingOutputs(formulas, raw);
  return masks.map((mask, k) => {
    const first = operands.firsts[k];
    const expressions = found.slice(first, first + operands.chunksOf(k));
    if (mask || expressions.every((e) => isConstant(e, 0))) return null;
    const reads = readsOf(values, expressions);
    const start = values.firsts[reads[0]];
    const isSame =
      values.chunksOf(reads[0]) === expressions.length &&
      expressions.every((e, i) => e.node === "input" && e.index === start + i);
    return { expressions, reads, same: isSame ? reads[0] : undefined };
  });
}

/**
 * The tangent of each number of the outputs, over inputs, outputs and tangents of inputs.
 *
 * @param moved which inputs have tangents
 */
export function tangentsOf(formulas: Formulas, moved: readonly boolean[]): readonly Expression[] {
  const { roots, operands, options } = formulas;
  const numbers = operands.numbers.length;
  const ts = operands.owners.map((owner, i) => (moved[owner] ? input(numbers + roots.length + i) : zero));
  const tangents = roots.map((root, j) => {
    if (root.kind === "mask") return zero;
    return options.pushforward?.(ts, leavesOf(formulas), input(numbers + j)) ?? pushforward(root, ts);
  });
  return readingOutputs(formulas, tangents);
}

function leavesOf({ operands, masks }: Formulas): readonly Expression[] {
  return operands.owners.map((owner, i) => (masks[owner] ? maskInput(i) : input(i)));
}

/** `expressions` that read an output rather than compute it. */
function readingOutputs(
  { operands, roots }: Formulas,
  expressions: readonly Expression[],
): readonly Expression[] {
  const first = operands.numbers.length;
  const whole = new Map<Expression, Expression>(roots.map((root, j) => [root, input(first + j)]));
  return substitute(expressions, (part) => (part.node === "input" ? undefined : whole.get(part)));
}

/** The tensors whose numbers `expressions` read, by their index, rising. */
function readsOf(values: Tensors, expressions: readonly Expression[]): readonly number[] {
  return [...new Set(inputsOf(...expressions).map((number) => values.owners[number]))];
}

/** Expressions over those of some values that they read. */
export interface Sources {
  readonly roots: readonly Expression[];
  readonly operands: Tensors;
  /** Which values the operands are. */
  readonly reads: readonly number[];
}

export function overReads(expressions: readonly Expression[], values: Tensors): Sources {
  const reads = readsOf(values, expressions);
  const operands = new Tensors(reads.map((i) => values.list[i]));
  const places = new Map<number, number>();
  for (const [k, i] of reads.entries())
    for (let j = 0; j < values.chunksOf(i); j++) places.set(values.firsts[i] + j, operands.firsts[k] + j);
  const roots = substitute(expressions, (part) =>
    part.node === "input" ? { ...part, index: places.get(part.index)! } : undefined,
  );
  return { roots, operands, reads };
}
