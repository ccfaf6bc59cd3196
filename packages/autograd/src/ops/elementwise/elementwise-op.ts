/**
 * Makes ops from scalar expressions. The kernel, the dtype rule, what is saved and the derivative rules all follow
 * from the expression; a rule is one fused op, itself made from an expression, and so closed to any order.
 */
import { type DType, defaultDtype, isFloat, promote } from "../../dtype.js";
import { type Expression, input, isConstant, maskInput, print } from "../../expression/expression.js";
import { type Op, type RuleContext, type SavedName, type Slot, type Spec, Tensor } from "../../graph.js";
import { ElementwiseKernel } from "../../kernels/elementwise.js";
import { isRowMajor, sameShape, sizeOf } from "../../shape.js";
import { denseView, type View } from "../../storage.js";
import { apply, applyMany, isRecording, notATensor, scalar } from "../../tape.js";
import {
  type Cotangent,
  cotangentsOf,
  overReads,
  type Sources,
  tangentsOf,
  type WrittenDerivatives,
} from "./derive.js";
import { dtypeCode, needsFloat, numberType, onlyChooses } from "./dtypes.js";
import { areAlike, type Chunked, Tensors, valuesOf } from "./tensors.js";

/** A tensor, or a number that takes the dtype of the tensors beside it. */
export type TensorLike = Tensor | number;

/** What an element-wise op may add to its expression. */
export interface ElementwiseOptions extends WrittenDerivatives {
  /** Names of the inputs that are read as truth values. */
  readonly masks?: readonly string[];
  /** The dtype of the outputs; by default that of the computation, or bool for a truth value. */
  readonly outputDtype?: DType;
}

/** An op over some of the values of another: its inputs and outputs, then cotangents or tangents, by their index. */
interface Derivative {
  readonly op: ElementwiseOp;
  readonly reads: readonly number[];
}

/** The cotangents of some inputs: one op, and for each input which of its outputs, or which value as it stands. */
interface Pullback {
  readonly derivative: Derivative | undefined;
  readonly sources: readonly ({ readonly isSame: boolean; readonly index: number } | null)[];
}

type Facts = Pick<Op<undefined>, "saves" | "rules"> & {
  /** What derivatives may read. */
  readonly values: Tensors;
  /** The place of an input or output among what is saved, -1 where it is not. */
  readonly places: readonly number[];
  /** By input; null for a truth value and where it is 0 everywhere. */
  readonly cotangents: readonly (Cotangent | null)[];
};

const single = new Tensors(["out"]);

// Fewer numbers are in a near cache wherever they lie.
const shortestHeir = 1024;

/** An op made from expressions over its inputs. */
export class ElementwiseOp implements Op<undefined> {
  readonly inputs: readonly string[];
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
  /** By the inputs whose cotangents are wanted. */
  private readonly pullbacks = new Map<number, Pullback>();
  /** By the inputs that have tangents. */
  private readonly tangentOps = new Map<string, Derivative | null>();

  /** @param roots an expression for each number of the results, over the numbers of the operands */
  constructor(
    readonly name: string,
    readonly operands: Tensors,
    readonly results: Tensors,
    readonly roots: readonly Expression[],
    readonly options: ElementwiseOptions = {},
  ) {
    this.inputs = operands.names;
    this.outputs = results.names;
    this.masks = this.inputs.map((each) => options.masks?.includes(each) ?? false);
    this.onlyMasks = this.masks.every((mask) => mask);
    this.float = roots.some(needsFloat);
  }

  /** The expression of each output, as text. */
  get formula(): string {
    const { numbers } = this.operands;
    return this.roots.map((root, i) => `${this.results.numbers[i]} = ${print(root, numbers)}`).join("; ");
  }

  readonly infer = (specs: readonly Spec[]): readonly Spec[] => {
    const { operands, results } = this;
    const alike = operands.single && areAlike(specs);
    const shape = alike ? specs[0].shape : operands.broadcast(this.name, specs);
    const computed = this.computingDtype(specs);
    const inferred = new Array<Spec>(this.outputs.length);
    for (let j = 0; j < inferred.length; j++)
      inferred[j] = {
        shape: results.shapeOf(j, shape),
        dtype: this.options.outputDtype ?? this.outputDtype(this.roots[results.firsts[j]], computed),
      };
    return inferred;
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
    for (let k = 0; k < inputs.length; k++) key = key * 5 + dtypeCode[inputs[k].data.dtype];
    for (let k = 0; k < outputs.length; k++) key = key * 5 + dtypeCode[outputs[k].data.dtype];
    let kernel = this.kernels.get(key);
    if (kernel === undefined) {
      kernel = this.makeKernel(inputs, outputs);
      this.kernels.set(key, kernel);
    }
    kernel.run(this.operands.split(inputs), this.results.split(outputs));
  };

  private makeKernel(inputs: readonly View[], outputs: readonly View[]): ElementwiseKernel {
    const { operands, results } = this;
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
      inputs: operands.owners.map((owner) => specs[owner].dtype),
      outputs: results.owners.map((owner) => outputDtypes[owner]),
      masks: operands.owners.map((owner) => this.masks[owner]),
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

  get rules(): Facts["rules"] {
    return this.facts.rules;
  }

  private findFacts(): Facts {
    const values = valuesOf(this.operands, this.results, "g");
    const cotangents = cotangentsOf(this, values);
    const first = this.inputs.length;
    const count = first + this.outputs.length;
    const read = new Set(cotangents.flatMap((cotangent) => cotangent?.reads ?? []));
    const saves = [...read]
      .filter((index) => index < count)
      .map((index) => ({
        name: values.names[index],
        index: index < first ? index : index - first,
        isOutput: index >= first,
        readers: this.inputs.map((_, k) => k).filter((k) => cotangents[k]?.reads.includes(index)),
      }));
    return {
      values,
      cotangents,
      saves,
      places: Array.from({ length: count }, (_, index) =>
        saves.findIndex((each) => index === each.index + (each.isOutput ? first : 0)),
      ),
      rules: cotangents.map((cotangent, k) => {
        if (cotangent === null) return null;
        const alone = this.inputs.map((_, i) => (i === k ? true : null));
        return (context: RuleContext) => {
          const saved = saves.map(({ name }) => context[name] as Tensor | undefined);
          return this.pullback(context.gs, saved, alone)[k];
        };
      }),
    };
  }

  /** An op of expressions over what `values` names. */
  private derivative(name: string, outputs: Tensors, sources: Sources): Derivative {
    const { roots, operands, reads } = sources;
    const masks = operands.names.filter((_, k) => this.masks[reads[k]] ?? false);
    return { op: new ElementwiseOp(name, operands, outputs, roots, { masks }), reads };
  }

  readonly pullback = (
    gs: readonly Tensor[],
    saved: readonly (Tensor | undefined)[],
    wanted: readonly (Slot | true | null)[],
  ): readonly (Tensor | undefined)[] => {
    let key = 0;
    for (let k = 0; k < wanted.length; k++) key = 2 * key + (wanted[k] === null ? 0 : 1);
    let found = this.pullbacks.get(key);
    if (found === undefined) {
      found = this.findPullback(wanted);
      this.pullbacks.set(key, found);
    }
    const { derivative, sources } = found;
    let made: readonly Tensor[] = [];
    if (derivative !== undefined) {
      const { op, reads } = derivative;
      const values = new Array<Tensor>(reads.length);
      for (let k = 0; k < reads.length; k++) values[k] = this.valueOf(reads[k], gs, saved);
      const last = !isRecording() && sources.every((source) => source?.isSame !== true);
      const heir = last ? op.heirOf(gs[0], values) : null;
      made = applyMany(op, values, undefined, heir);
      if (heir !== null) gs[0].view.data.forsake();
    }
    const cotangents = new Array<Tensor | undefined>(sources.length);
    for (let k = 0; k < sources.length; k++) {
      const source = sources[k];
      cotangents[k] =
        source === null
          ? undefined
          : source.isSame
            ? this.valueOf(source.index, gs, saved)
            : made[source.index];
    }
    return cotangents;
  };

  /** The memory of `g`, for the first result, if nobody reads `g` after this and each number follows from those in its place. */
  private heirOf({ view: { data, shape, offset } }: Tensor, values: readonly Tensor[]): View | null {
    if (!this.operands.single || !this.results.single) return null;
    if (data.length < shortestHeir || offset !== data.start || sizeOf(shape) !== data.length) return null;
    for (const { view } of values)
      if (view.data.dtype !== data.dtype || !sameShape(view.shape, shape) || !isRowMajor(shape, view.stride))
        return null;
    const heir = data.heir();
    return heir === null ? null : denseView(heir, shape);
  }

  /** The value that a derivative calls `index`. */
  private valueOf(index: number, gs: readonly Tensor[], saved: readonly (Tensor | undefined)[]): Tensor {
    const first = this.inputs.length + this.outputs.length;
    return index < first ? saved[this.facts.places[index]]! : gs[index - first];
  }

  private findPullback(wanted: readonly (Slot | true | null)[]): Pullback {
    const { cotangents, values } = this.facts;
    const computed: number[] = [];
    const expressions: Expression[] = [];
    const sources = cotangents.map((cotangent, k) => {
      if (cotangent === null || wanted[k] === null) return null;
      if (cotangent.same !== undefined) return { isSame: true, index: cotangent.same };
      expressions.push(...cotangent.expressions);
      return { isSame: false, index: computed.push(k) - 1 };
    });
    if (computed.length === 0) return { derivative: undefined, sources };
    const names = computed.map((k) => this.inputs[k]);
    const outputs = new Tensors(computed.map((k) => this.operands.list[k]));
    const derivative = this.derivative(
      `${this.name}.grad(${names.join(", ")})`,
      outputs.list.length === 1 && outputs.single ? single : outputs,
      overReads(expressions, values),
    );
    return { derivative, sources };
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
    const values = valuesOf(this.operands, this.results, "t");
    const moved = tangents.map((t, k) => t !== null && !this.masks[k]);
    const found = tangentsOf(this, moved);
    if (found.every((e) => isConstant(e, 0))) return null;
    return this.derivative(`${this.name}.tangent`, this.results, overReads(found, values));
  }
}

/** What an op computes: one output, or several by name, each of one expression or of one for each of its chunks. */
export type ElementwiseOutputs = Expression | Readonly<Record<string, Expression | readonly Expression[]>>;

function isExpression(built: ElementwiseOutputs): built is Expression {
  return typeof built["node" as never] === "string";
}

/**
 * An element-wise op from its expression.
 *
 * ```ts
 * const swap = elementwise("swap", [{ name: "xy", chunks: ["x", "y"] }], (x, y) => ({ yx: [y, x] }));
 * ```
 *
 * @param name the op's name, as errors and the tape show it
 * @param inputs names of the inputs, and of what lies side by side in one
 * @param build the outputs over expressions for the inputs, one for each chunk
 */
export function elementwise(
  name: string,
  inputs: readonly (string | Chunked)[],
  build: (...inputs: Expression[]) => ElementwiseOutputs,
  options: ElementwiseOptions = {},
): ElementwiseOp {
  const operands = new Tensors(inputs);
  const masks = operands.owners.map((owner) => options.masks?.includes(operands.names[owner]) ?? false);
  const built = build(...masks.map((mask, i) => (mask ? maskInput(i) : input(i))));
  if (isExpression(built)) return new ElementwiseOp(name, operands, single, [built], options);
  const results = new Tensors(
    Object.entries(built).map(([name, made]) =>
      Array.isArray(made) ? { name, chunks: made.map((_, j) => `${name}.${j}`) } : name,
    ),
  );
  return new ElementwiseOp(name, operands, results, Object.values(built).flat() as Expression[], options);
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
