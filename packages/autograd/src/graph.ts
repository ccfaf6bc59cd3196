/**
 * What things are: a Tensor (a view of numbers), a Node (one recorded op), a Slot (a differentiable value: the output
 * of a node, or a leaf) and an Op (what is recorded). They refer to one another, so they share a file; how ops are defined
 * is in definition.ts, what is done with them all in tape.ts (recording) and backward.ts (the sweep).
 */
import { type DType, isFloat } from "./dtype.js";
import { DTypeError, GradientError } from "./errors.js";
import { type Shape, sizeOf } from "./shape.js";
import type { View } from "./storage.js";

/** Shape and dtype of a value. A Tensor is one of itself. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Called with a cotangent on its way; may return another to take its place. */
export type Hook = ((gradient: Tensor) => Tensor | undefined) | ((gradient: Tensor) => void);

/** Where cotangents go: one for every tensor that requires a gradient, shared by the views of its record. */
export class Slot {
  /** The leaf whose `.grad` takes the sum, or a tensor that asked for it with `retainGrad()`. */
  owner: Tensor | null = null;
  hooks: Hook[] | null = null;
  // The sweep's own notes: a map from slots would be a third of its time.
  /** The number of the sweep that `cotangent` belongs to. */
  sweep = 0;
  cotangent: Tensor | null = null;
  /** Whether the cotangent lies on numbers that the sweep made and nothing else refers to. */
  owned = false;

  /** @param node the node that made the value, null for a leaf */
  constructor(
    readonly node: Node | null,
    readonly index: number,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {}
}

/**
 * A multi-dimensional array of numbers of one dtype, and, where it was computed from tensors that require a gradient,
 * the record of how. Ops never change their operands: only `assign` changes values.
 */
export class Tensor {
  private gradient: Tensor | null = null;

  constructor(
    readonly view: View,
    public slot: Slot | null = null,
  ) {}

  /** The length of each axis. */
  get shape(): Shape {
    return this.view.shape;
  }

  get dtype(): DType {
    return this.view.data.dtype;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.view.shape);
  }

  /** The number of axes. */
  get rank(): number {
    return this.view.shape.length;
  }

  /** The sum of the cotangents that `backward()` brought here; null before. May be set. */
  get grad(): Tensor | null {
    // Whoever reads it may keep it.
    this.gradient?.view.data.handOut();
    return this.gradient;
  }

  set grad(gradient: Tensor | null) {
    gradient?.view.data.handOut();
    keepGradient(this, gradient);
  }

  /** Whether backward brings gradients to it, or through it to others. Can be set on leaves. */
  get requiresGrad(): boolean {
    return this.slot !== null;
  }

  set requiresGrad(wanted: boolean) {
    if (!this.isLeaf)
      throw new GradientError(
        "requiresGrad: only a leaf can be set; this tensor was computed, use detach() for one that was not",
      );
    if (wanted && !isFloat(this.dtype))
      throw new DTypeError(
        `requiresGrad: gradients flow through floats only, this tensor is ${this.dtype}; convert it with to("float32")`,
      );
    if (wanted === this.requiresGrad) return;
    this.slot = wanted ? new Slot(null, 0, this.shape, this.dtype) : null;
    if (this.slot !== null) this.slot.owner = this;
  }

  /** Whether it was not computed by a recorded op: parameters and inputs are leaves. */
  get isLeaf(): boolean {
    return this.slot === null || this.slot.node === null;
  }
}

/**
 * `x.grad`, for code that keeps neither it nor a view of it, such as the step of an optimizer. Numbers that nobody has got
 * by `.grad` are never copied to the JavaScript heap, and their memory is used again once `x.grad` is set to another.
 */
export function borrowGradient(x: Tensor): Tensor | null {
  return x["gradient"];
}

/** Sets `x.grad` to what nobody else has, or will read when it is set to another. */
export function keepGradient(x: Tensor, gradient: Tensor | null): void {
  gradient?.view.data.hold();
  x["gradient"]?.view.data.release();
  x["gradient"] = gradient;
}

/** An input or output that a rule will read, with the version its values had. */
export interface Saved {
  readonly view: View;
  readonly version: number;
  readonly slot: Slot | null;
}

/** On whose behalf something is computed, such as a module's: nodes remember it, so that a tape can be read. */
export interface Scope {
  readonly owner: object;
  readonly naming: ScopeNaming;
  readonly outer: Scope | null;
}

/** What things that own scopes are called. */
export interface ScopeNaming {
  /** What it is: `LSTM`. */
  readonly kind: (owner: object) => string;
  /** Where a part lies in its owner: `cells.0.weightIh`; undefined for what is no part of it. */
  readonly nameOf: (part: object, owner: object) => string | undefined;
}

let scope: Scope | null = null;

/** From now on ops are recorded on behalf of `owner`. Returns what to give to `leaveScope`. */
export function enterScope(owner: object, naming: ScopeNaming): Scope | null {
  const outer = scope;
  scope = { owner, naming, outer };
  return outer;
}

export function leaveScope(outer: Scope | null): void {
  scope = outer;
}

let nextId = 1;

/** The id of the newest node. */
export function lastNodeId(): number {
  return nextId - 1;
}

/** One recorded op. Holds no tensors: what its rule does not save can be collected. */
export class Node {
  /** Rises with every record, so the order of ids is the order of the tape. */
  readonly id: number = nextId++;
  /** The last sweep that found it. */
  sweep = 0;
  /** On whose behalf it was recorded. */
  readonly scope: Scope | null = scope;
  /** By the op's `saves`; null once the graph has been freed, undefined for what no rule needs. */
  saved: readonly (Saved | undefined)[] | null = null;

  /**
   * @param inputs where the cotangents of the inputs go; null for an input that needs none
   * @param outputs filled by the recorder: they refer to their node
   */
  constructor(
    readonly op: Op,
    readonly options: unknown,
    readonly inputs: readonly (Slot | null)[],
    readonly outputs: readonly Slot[],
    readonly specs: readonly Spec[],
  ) {}
}

/**
 * What a derivative rule gets: the cotangents `gs` of the outputs, also by name (`g` of a single output, `g_name` of
 * several), and by name what the op saves.
 */
export type RuleContext = { readonly gs: readonly Tensor[] } & Readonly<
  Record<string, Tensor | readonly Tensor[]>
>;

/** The cotangent of one input, or undefined where none flows. `inputs` tells shapes and dtypes; `index` which of a variadic input is meant. */
export type Rule<Options> = (
  context: RuleContext,
  options: Options,
  inputs: readonly Spec[],
  index: number,
) => Tensor | undefined;

/** What a forward rule gets: the tangent `t` of its input, and by name the inputs and outputs of the op. */
export type ForwardContext = { readonly t: Tensor } & Readonly<Record<string, Tensor>>;

/**
 * What a change `t` of one input makes of the outputs: one tangent for each, null for an output that has none. With a
 * variadic input, `index` tells which tensor of the list is meant.
 */
export type ForwardRule<Options> = (
  context: ForwardContext,
  options: Options,
  inputs: readonly Tensor[],
  index: number,
) => Tensor | readonly (Tensor | null)[];

/** An input or output that rules read. */
export interface SavedName {
  readonly name: string;
  /** Its index among the outputs if `isOutput`, else among the inputs. */
  readonly index: number;
  readonly isOutput: boolean;
  /** The inputs whose rules read it: it is kept only if one of them needs a gradient. */
  readonly readers: readonly number[];
}

/**
 * A rule that is one op over what the context holds. Said so, the sweep can have its result added to a cotangent that
 * is there already, where the op knows how.
 */
export interface SingleOpRule {
  /** A function, because an op's rule may be the op itself. */
  readonly op: () => Op;
  readonly operands: (context: RuleContext) => readonly Tensor[];
}

/** The definition of an op, as `defineOp` completes it. */
export interface Op<Options = unknown> {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whether the one input stands for any number of tensors. */
  readonly variadic: boolean;
  readonly infer: (inputs: readonly Spec[], options: Options) => readonly Spec[];
  /** For an op whose outputs are views of its input: moves no number. */
  readonly view: ((x: View, options: Options) => readonly View[]) | undefined;
  readonly kernel: (inputs: readonly View[], outputs: readonly View[], options: Options) => void;
  /** The inputs and outputs that rules read. */
  readonly saves: readonly SavedName[];
  /** By input; null where it has no derivative. */
  readonly rules: readonly (Rule<Options> | SingleOpRule | null)[];
  /** Sets of inputs, by index, in each of which the op is linear: its forward rule there is the op itself. */
  readonly linear: readonly (readonly number[])[];
  /** The forward rule by input, where the op is not linear in it. */
  readonly forward: readonly (ForwardRule<Options> | undefined)[];
  /** The tangents of all outputs in one, in the place of the other two; null where an input or output has none. */
  readonly pushforward:
    | ((
        tangents: readonly (Tensor | null)[],
        inputs: readonly Tensor[],
        outputs: readonly Tensor[],
      ) => readonly (Tensor | null)[])
    | undefined;
  /**
   * The cotangents of all inputs in one, in the place of the rules, from those of the outputs and what was saved: of
   * inputs whose place in `wanted` is not null, and undefined where none flows. It may use up the memory of the first of the
   * outputs' cotangents where nobody else has that.
   */
  readonly pullback:
    | ((
        gs: readonly Tensor[],
        saved: readonly (Tensor | undefined)[],
        wanted: readonly (Slot | null)[],
        options: Options,
        inputs: readonly Spec[],
      ) => readonly (Tensor | undefined)[])
    | undefined;
  /** Computes the outputs anew, recorded: the sweep goes on through that record instead of asking the rules. */
  readonly recompute?: (options: Options) => readonly Tensor[];
  /** Adds to the output instead of filling it, with the bits of filling and adding. Returns false where it cannot. */
  readonly accumulate: ((inputs: readonly View[], output: View, options: Options) => boolean) | undefined;
  /** Whether the kernel can write where the numbers stay in the WebAssembly memory, see storage.ts. */
  readonly writesResident: boolean;
  /** Whether rules ask for the shapes and dtypes of the inputs. */
  readonly readsSpecs: boolean;
  /** Why there is no derivative of a derivative of this op, where there is none. */
  readonly undifferentiable: string | undefined;
}
