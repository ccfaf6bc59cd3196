/**
 * Makes ops from scalar expressions. The kernel, the dtype rule, what is saved and the derivative rules all follow
 * from the expression; a rule is one fused op, itself made from an expression, and so closed to any order.
 */
import { type DType, defaultDtype, isFloat, promote } from "../../dtype.js";
import { pullback, pushforward } from "../../expression/differentiate.js";
import {
  constant,
  type Expression,
  input,
  inputsOf,
  isConstant,
  maskInput,
  print,
  substitute,
} from "../../expression/expression.js";
import type { NumberType } from "../../expression/primitives.js";
import {
  type Op,
  type Rule,
  type RuleContext,
  type SavedName,
  type SingleOpRule,
  type Spec,
  Tensor,
} from "../../graph.js";
import { ElementwiseKernel } from "../../kernels/elementwise.js";
import { broadcast, sameShape } from "../../shape.js";
import type { View } from "../../storage.js";
import { apply, applyMany, notATensor, scalar } from "../../tape.js";

/** A tensor, or a number that takes the dtype of the tensors beside it. */
export type TensorLike = Tensor | number;

/** What an element-wise op may add to its expression. */
export interface ElementwiseOptions {
  /** Names of the inputs that are read as truth values. */
  readonly masks?: readonly string[];
  /** Names of the outputs, where there are several. */
  readonly outputs?: readonly string[];
  /** The dtype of the outputs; by default that of the computation, or bool for a truth value. */
  readonly outputDtype?: DType;
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

// Primitives that integers have too; an op of others, or of a fraction, computes in floating point.
const forIntegers = new Set([
  "add",
  "sub",
  "mul",
  "neg",
  "abs",
  "floor",
  "ceil",
  "trunc",
  "nearest",
  "min",
  "max",
  "eq",
  "ne",
  "lt",
  "gt",
  "le",
  "ge",
  "select",
  "and",
  "or",
  "not",
]);

function needsFloat(e: Expression): boolean {
  if (e.node === "input") return false;
  if (e.node === "constant") return e.kind === "number" && !Number.isInteger(e.value);
  return e.node === "call" || !forIntegers.has(e.primitive) || e.operands.some(needsFloat);
}

/** Whether it only chooses among its inputs, so that bools stay bools. */
function onlyChooses(e: Expression): boolean {
  if (e.node === "input") return true;
  return (
    e.node === "apply" &&
    ["select", "min", "max"].includes(e.primitive) &&
    e.operands.every((operand) => operand.kind === "mask" || onlyChooses(operand))
  );
}

const numberType: Readonly<Record<DType, NumberType>> = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint8: "i32",
  bool: "i32",
};

const dtypeCode: Readonly<Record<DType, number>> = { float32: 0, float64: 1, int32: 2, uint8: 3, bool: 4 };

/** The name for a further cotangent that collides with none of `taken`. */
function fresh(taken: readonly string[], wanted: string): string {
  let name = wanted;
  for (let i = 2; taken.includes(name); i++) name = `${wanted}${i}`;
  return name;
}

const zero = constant(0);

/** One derivative: the op that computes it, and the inputs and outputs that it reads, by their index in both. */
interface Derivative {
  readonly op: ElementwiseOp;
  readonly reads: readonly number[];
}

type Facts = Pick<Op<undefined>, "saves" | "rules">;

/** An op made from expressions over its inputs. */
export class ElementwiseOp implements Op<undefined> {
  readonly outputs: readonly string[];
  readonly variadic = false;
  readonly view = undefined;
  readonly undifferentiable = undefined;
  readonly readsSpecs = false;
  readonly writesResident = true;
  readonly accumulate = undefined;
  readonly linear: readonly [] = [];
  readonly forward: readonly [] = [];
  /** Which inputs are read as truth values. */
  readonly masks: readonly boolean[];
  private readonly onlyMasks: boolean;
  private readonly float: boolean;
  private readonly kernels = new Map<number, ElementwiseKernel>();
  private found: Facts | undefined;
  /** By the inputs that have tangents. */
  private readonly tangentOps = new Map<string, Derivative | null>();

  constructor(
    readonly name: string,
    readonly inputs: readonly string[],
    readonly roots: readonly Expression[],
    private readonly options: ElementwiseOptions = {},
  ) {
    this.outputs = options.outputs ?? ["out"];
    this.masks = inputs.map((each) => options.masks?.includes(each) ?? false);
    this.onlyMasks = this.masks.every((mask) => mask);
    this.float = roots.some(needsFloat);
  }

  /** The expression of each output, as text. */
  get formula(): string {
    return this.roots.map((root, i) => `${this.outputs[i]} = ${print(root, this.inputs)}`).join("; ");
  }

  readonly infer = (specs: readonly Spec[]): readonly Spec[] => {
    let { shape } = specs[0];
    for (let k = 1; k < specs.length; k++)
      if (!sameShape(specs[k].shape, shape)) {
        shape = broadcast(
          this.name,
          specs.map((spec) => spec.shape),
        );
        break;
      }
    const computed = this.computingDtype(specs);
    return this.roots.map((root) => ({
      shape,
      dtype: this.options.outputDtype ?? this.outputDtype(root, computed),
    }));
  };

  private outputDtype(root: Expression, computed: DType): DType {
    if (root.kind === "mask") return "bool";
    return computed === "bool" && !onlyChooses(root) ? "int32" : computed;
  }

  /** The widest dtype of the inputs, of those that are numbers if there are such; a float where one is needed. */
  private computingDtype(specs: readonly Spec[]): DType {
    let dtype: DType = "bool";
    for (let k = 0; k < specs.length; k++)
      if (this.onlyMasks || !this.masks[k]) dtype = promote(dtype, specs[k].dtype);
    return this.float && !isFloat(dtype) ? defaultDtype() : dtype;
  }

  readonly kernel = (inputs: readonly View[], outputs: readonly View[]): void => {
    let key = 1;
    for (const { data } of inputs) key = key * 5 + dtypeCode[data.dtype];
    for (const { data } of outputs) key = key * 5 + dtypeCode[data.dtype];
    let kernel = this.kernels.get(key);
    if (kernel === undefined) {
      kernel = this.makeKernel(inputs, outputs);
      this.kernels.set(key, kernel);
    }
    kernel.run(inputs, outputs);
  };

  private makeKernel(inputs: readonly View[], outputs: readonly View[]): ElementwiseKernel {
    const specs = inputs.map(({ data, shape }) => ({ dtype: data.dtype, shape }));
    const outputDtypes = outputs.map(({ data }) => data.dtype);
    // A conversion is computed in the wider of the two dtypes; the narrow end is a matter of loading or storing.
    const wide = [
      this.computingDtype(specs),
      ...(this.options.outputDtype === undefined ? [] : outputDtypes),
    ].reduce(promote);
    return new ElementwiseKernel({
      roots: this.roots,
      type: numberType[wide],
      inputs: specs.map((spec) => spec.dtype),
      outputs: outputDtypes,
      masks: this.masks,
    });
  }

  // What derivatives there are is found at the first record: a derivative has derivatives too, without end.
  private get facts(): Facts {
    this.found ??= this.findFacts();
    return this.found;
  }

  get saves(): readonly SavedName[] {
    return this.facts.saves;
  }

  get rules(): readonly (Rule<undefined> | SingleOpRule | null)[] {
    return this.facts.rules;
  }

  private findFacts(): Facts {
    const derivatives = this.derive();
    const first = this.inputs.length;
    const cotangents = first + this.outputs.length;
    const names = this.valueNames();
    const name = (index: number): string => names[index];
    const read = new Set(derivatives.flatMap((derivative) => derivative?.reads ?? []));
    return {
      saves: [...read]
        .filter((index) => index < cotangents)
        .map((index) => ({
          name: name(index),
          index: index < first ? index : index - first,
          isOutput: index >= first,
          readers: this.inputs.map((_, k) => k).filter((k) => derivatives[k]?.reads.includes(index)),
        })),
      rules: derivatives.map((derivative) => {
        if (derivative === null) return null;
        const { op, reads } = derivative;
        // By position, because the inputs of a derivative are named like what it was derived from: `g` too.
        return (context: RuleContext) =>
          apply(
            op,
            reads.map((index) =>
              index < cotangents ? (context[name(index)] as Tensor) : context.gs[index - cotangents],
            ),
            undefined,
          );
      }),
    };
  }

  /** Names of inputs, then outputs. A derivative that reads an output has an input called like its own output. */
  private valueNames(): string[] {
    const names = [...this.inputs];
    for (const output of this.outputs) names.push(fresh(names, output));
    return names;
  }

  /** The derivative by each input; null for a truth value and where it is 0 everywhere. */
  private derive(): readonly (Derivative | null)[] {
    const { roots, inputs, outputs, options } = this;
    // The inputs of a derivative are numbered like this op's: inputs, then outputs, then the outputs' cotangents.
    const names = this.valueNames();
    for (const output of outputs) names.push(fresh(names, output === "out" ? "g" : `g_${output}`));
    const leaves = inputs.map((_, k) => (this.masks[k] ? maskInput(k) : input(k)));
    const outs = roots.map((_, j) => input(inputs.length + j));
    const gs = roots.map((_, j) => input(inputs.length + roots.length + j));
    if (roots.every((root) => root.kind === "mask")) return inputs.map(() => null);
    const raw = options.pullback?.(gs[0], leaves, outs[0]) ?? pullback(roots, gs, inputs.length);
    return raw.map((e, k) =>
      this.masks[k] || isConstant(e, 0)
        ? null
        : this.derivative(`${this.name}.grad(${inputs[k]})`, [e], names),
    );
  }

  /** An op of expressions over inputs, outputs and what else `names` names; it reads an output rather than compute it. */
  private derivative(name: string, expressions: readonly Expression[], names: readonly string[]): Derivative {
    const first = this.inputs.length;
    const whole = new Map<Expression, Expression>(this.roots.map((root, j) => [root, input(first + j)]));
    const roots = expressions.map((e) =>
      substitute(e, (part) => (part.node === "input" ? undefined : whole.get(part))),
    );
    const reads = inputsOf(...roots);
    const renumbered = roots.map((root) =>
      substitute(root, (part) =>
        part.node === "input" ? { ...part, index: reads.indexOf(part.index) } : undefined,
      ),
    );
    const readNames = reads.map((index) => names[index]);
    const masks = readNames.filter((_, i) => this.masks[reads[i]] ?? false);
    const outputs = renumbered.length === 1 ? undefined : this.outputs;
    const op = new ElementwiseOp(name, readNames, renumbered, { masks, ...(outputs && { outputs }) });
    return { op, reads };
  }

  readonly pushforward = (
    tangents: readonly (Tensor | null)[],
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
  ): readonly (Tensor | null)[] => {
    const key = tangents.map((t, k) => (t === null || this.masks[k] ? "-" : "t")).join("");
    let derivative = this.tangentOps.get(key);
    if (derivative === undefined) {
      derivative = this.deriveForward(tangents);
      this.tangentOps.set(key, derivative);
    }
    if (derivative === null) return outputs.map(() => null);
    const values = [...inputs, ...outputs, ...tangents];
    return applyMany(
      derivative.op,
      derivative.reads.map((index) => values[index]!),
      undefined,
    );
  };

  /** The op that computes the tangents of the outputs where these inputs have tangents; null where they are 0. */
  private deriveForward(tangents: readonly (Tensor | null)[]): Derivative | null {
    const { roots, inputs, options } = this;
    const names = this.valueNames();
    const first = names.length;
    for (const each of inputs) names.push(fresh(names, `t_${each}`));
    const leaves = inputs.map((_, k) => (this.masks[k] ? maskInput(k) : input(k)));
    const ts = inputs.map((_, k) => (this.masks[k] || tangents[k] === null ? zero : input(first + k)));
    const found = roots.map((root, j) =>
      root.kind === "mask"
        ? zero
        : (options.pushforward?.(ts, leaves, input(inputs.length + j)) ?? pushforward(root, ts)),
    );
    if (found.every((e) => isConstant(e, 0))) return null;
    return this.derivative(`${this.name}.tangent`, found, names);
  }
}

/**
 * An element-wise op from its expression.
 *
 * @param name the op's name, as errors and the tape show it
 * @param inputs names of the inputs
 * @param build the expression, or one for each output, over expressions for the inputs
 */
export function elementwise(
  name: string,
  inputs: readonly string[],
  build: (...inputs: Expression[]) => Expression | readonly Expression[],
  options: ElementwiseOptions = {},
): ElementwiseOp {
  const leaves = inputs.map((each, k) => (options.masks?.includes(each) ? maskInput(k) : input(k)));
  const built = build(...leaves);
  return new ElementwiseOp(name, inputs, Array.isArray(built) ? built : [built as Expression], options);
}

/** Runs an element-wise op of one output over tensors and numbers. */
export function applyElementwise(op: ElementwiseOp, inputs: readonly TensorLike[]): Tensor {
  return apply(op, operands(op, inputs), undefined);
}

/**
 * Numbers as 0-d tensors. A number is weakly typed: it takes the dtype of the tensors beside it; only a fraction among
 * integers becomes the default float.
 */
export function operands(op: ElementwiseOp, inputs: readonly TensorLike[]): readonly Tensor[] {
  if (inputs.every((x) => x instanceof Tensor)) return inputs;
  let dtype: DType | undefined;
  inputs.forEach((x, k) => {
    if (x instanceof Tensor && !op.masks[k]) dtype = dtype === undefined ? x.dtype : promote(dtype, x.dtype);
  });
  return inputs.map((x, k) => {
    if (x instanceof Tensor) return x;
    if (typeof x !== "number" && typeof x !== "boolean") throw notATensor(op, k, x);
    if (dtype === undefined || (!isFloat(dtype) && !Number.isInteger(x))) return scalar(x, defaultDtype());
    return scalar(x, dtype === "bool" ? "int32" : dtype);
  });
}
