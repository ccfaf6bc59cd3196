/** The reverse sweep: carries cotangents from results back to leaves, by falling id of the recorded nodes. */
import { toSpec } from "./backward/cotangents.js";
import { leadingTo, reachable } from "./backward/nodes.js";
import { contextOf, forget, type SavedTensors, savedOf } from "./backward/saved.js";
import { seed, slotOf } from "./backward/seed.js";
import { zeros } from "./create.js";
import { GradientError, ShapeError } from "./errors.js";
import {
  borrowGradient,
  type Hook,
  keepGradient,
  lastNodeId,
  type Node,
  type Op,
  type RuleContext,
  type SingleOpRule,
  type Slot,
  Tensor,
} from "./graph.js";
import { applyAdding, applyInto } from "./in-place.js";
import { add, addOp, clone, to } from "./ops/elementwise.js";
import { isOwn } from "./ops/table.js";
import { isRowMajor, sameShape, show } from "./shape.js";
import type { Storage } from "./storage.js";
import { apply, carrying, enableGrad, type Keeper, keepBy, noGrad, traceListener, watching } from "./tape.js";

export interface BackwardOptions {
  /** The cotangent of the result; needed unless it has one element, where it is 1. */
  readonly gradient?: Tensor;
  /** Keep what the rules read, for another sweep over the same graph. By default as `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the sweep itself, so that gradients can be differentiated. */
  readonly createGraph?: boolean;
}

/**
 * Adds the gradient of `result` by every leaf that requires one to the leaf's `.grad`.
 *
 * @throws GradientError if `result` requires no gradient, has several elements and no `gradient` is given, if its graph
 *   has been freed, or a saved value has been changed since
 */
export function backward(result: Tensor, options: BackwardOptions = {}): void {
  const slot = slotOf("backward", result);
  const sweep = new Sweep(options);
  sweep.run([[slot, seed("backward", result, options.gradient)]]);
  for (const [slot, gradient] of sweep.arrived)
    if (slot.owner !== null) sweep.deliver(slot, slot.owner, gradient);
}

/**
 * The gradients of `outputs` by `inputs`, as values; touches no `.grad`.
 *
 * @param options as for `backward`; `gradient` is then one for each output
 * @returns one gradient for each input, null for an input that no output depends on
 * @throws GradientError if an input or all outputs require no gradient, and as `backward`
 */
export function gradients<const Inputs extends readonly Tensor[]>(
  outputs: Tensor | readonly Tensor[],
  inputs: Inputs,
  options: Omit<BackwardOptions, "gradient"> & {
    readonly gradient?: Tensor | readonly (Tensor | undefined)[];
  } = {},
): { -readonly [K in keyof Inputs]: Tensor | null } {
  const results = outputs instanceof Tensor ? [outputs] : outputs;
  const { gradient, ...rest } = options;
  const given = gradient instanceof Tensor ? [gradient] : (gradient ?? []);
  const targets = inputs.map((input, i) => {
    if (input.slot === null)
      throw new GradientError(
        `gradients: input ${i}, ${show(input.shape)}, requires no gradient; set requiresGrad before computing with it`,
      );
    return input.slot;
  });
  const sweep = new Sweep(rest, new Set(targets));
  sweep.run(results.map((result, i) => [slotOf("gradients", result), seed("gradients", result, given[i])]));
  const found = targets.map((target) => sweep.result(target) ?? null);
  return found as { -readonly [K in keyof Inputs]: Tensor | null };
}

let sweeps = 0;
let visits = 0;
const running = new Set<number>();

class Sweep implements Keeper {
  /** The whole cotangents of leaves, of targets and of tensors that retain theirs. */
  readonly arrived = new Map<Slot, Tensor>();
  private readonly id = ++sweeps;
  /** Slots whose cotangent no node will take: leaves, and targets in the middle. */
  private readonly ends: Slot[] = [];
  private readonly createGraph: boolean;
  /** Whether cotangents may be added to in place: not where a record or tangents go with them. */
  private readonly inPlace: boolean;
  /** Whether the sweep's own numbers need not be saved: where nobody else gets to see them. */
  private readonly fleeting: boolean;
  private readonly retainGraph: boolean;
  /** What was made for the node that is being visited. */
  private readonly news: Storage[] = [];

  /** @param targets where only some gradients are wanted: the slots they are wanted of */
  constructor(
    { createGraph = false, retainGraph = createGraph }: BackwardOptions,
    private readonly targets?: ReadonlySet<Slot>,
  ) {
    this.createGraph = createGraph;
    this.inPlace = !createGraph && carrying() === null;
    this.fleeting = this.inPlace && watching() === null && traceListener() === null;
    this.retainGraph = retainGraph;
  }

  /** Runs `body` recording only if the sweep itself is to be differentiated. */
  recorded<T>(body: () => T): T {
    return this.createGraph ? enableGrad(body) : noGrad(body);
  }

  /** Adds what arrived at `slot` to the gradient of its owner. */
  deliver(slot: Slot, owner: Tensor, gradient: Tensor): void {
    const before = borrowGradient(owner);
    if (!this.fleeting)
      owner.grad = before === null ? this.result(slot)! : this.recorded(() => add(before, gradient));
    else if (before === null) keepGradient(owner, this.result(slot)!);
    // Only the leaf has it, or it would have been handed out, or held by a node.
    else if (
      before.view.data.holders === 1 &&
      before.slot === null &&
      isRowMajor(before.shape, before.view.stride)
    )
      applyInto(addOp, [before, gradient], [before], undefined);
    else
      keepGradient(
        owner,
        noGrad(() => add(before, gradient)),
      );
    gradient.view.data.release();
  }

  /** What arrived at `slot`, on numbers of its own. */
  result(slot: Slot): Tensor | undefined {
    const gradient = this.arrived.get(slot);
    if (gradient === undefined || (slot.owned && slot.sweep === this.id)) return gradient;
    return this.recorded(() => clone(gradient));
  }

  run(roots: readonly (readonly [Slot, Tensor])[]): void {
    const watcher = watching();
    if (watcher === null) this.walk(roots);
    else watcher.sweep(() => this.walk(roots));
  }

  private walk(roots: readonly (readonly [Slot, Tensor])[]): void {
    running.add(this.id);
    const before = keepBy(this.fleeting ? this : null);
    try {
      this.recorded(() => {
        for (const [slot, gradient] of roots) this.accumulate(slot, gradient, false);
        const nodes = reachable(
          roots.map(([slot]) => slot),
          this.id,
        );
        const wanted = this.targets === undefined ? undefined : leadingTo(nodes, this.targets);
        for (const node of nodes) if (wanted === undefined || wanted.has(node)) this.visit(node);
        for (const slot of this.ends) this.take(slot);
      });
    } finally {
      keepBy(before);
      running.delete(this.id);
    }
  }

  /** Runs what others wrote: they may keep what they are given, and what they make. */
  private unkept<T>(body: () => T): T {
    if (!this.fleeting) return body();
    keepBy(null);
    try {
      return body();
    } finally {
      keepBy(this);
    }
  }

  private visit(node: Node): void {
    const { op } = node;
    const gs = this.cotangentsOf(node);
    if (gs === undefined) return;
    if (op.undifferentiable !== undefined)
      throw new GradientError(`${op.name}: has no derivative: ${op.undifferentiable}`);
    const saved = savedOf(node);
    if (op.recompute !== undefined) this.reopen(node, op.recompute, gs);
    else if (isOwn(op)) this.pull(node, gs, saved, this.inPlace);
    else {
      for (const g of gs) g.view.data.handOut();
      // Others may return a tensor that they keep, or one for several inputs.
      this.unkept(() => this.pull(node, gs, saved, false));
    }
    for (let i = 0; i < gs.length; i++) gs[i].view.data.release();
    if (!this.retainGraph) forget(node);
    const { news } = this;
    if (news.length === 0) return;
    for (const numbers of news) if (numbers.holders === 0) numbers.drop();
    news.length = 0;
  }

  made(numbers: Storage): void {
    numbers.holders = 0;
    this.news.push(numbers);
  }

  handOutAll(): void {
    for (const numbers of this.news) numbers.handOut();
  }

  /** Asks the rules of a node for the cotangents of its inputs. */
  private pull(node: Node, gs: readonly Tensor[], saved: SavedTensors, own: boolean): void {
    const { op, options, specs, inputs } = node;
    // What has been seen at this node belongs to others too.
    const visit = ++visits;
    for (let i = 0; i < gs.length; i++) gs[i].view.data.seen = visit;
    for (let i = 0; i < saved.length; i++) {
      const each = saved[i];
      if (each !== undefined) each.view.data.seen = visit;
    }
    const all = op.pullback?.(gs, saved, inputs, options, specs);
    const context = all === undefined ? contextOf(op, gs, saved) : undefined;
    for (let i = 0; i < inputs.length; i++) {
      const slot = inputs[i];
      if (slot === null) continue;
      const rule = op.rules[op.variadic ? 0 : i]!;
      const made =
        all !== undefined
          ? all[i]
          : typeof rule === "function"
            ? rule(context!, options, specs, i)
            : this.applySingle(rule, context!, slot);
      if (made === undefined) continue;
      watching()?.cotangent(node, i, made, gs);
      const cotangent = toSpec(made, slot, op.name);
      const { data } = cotangent.view;
      this.accumulate(slot, cotangent, own && data.seen !== visit);
      data.seen = visit;
    }
  }

  /** Goes on through the record of outputs that have been computed anew. */
  private reopen(node: Node, recompute: NonNullable<Op["recompute"]>, gs: readonly Tensor[]): void {
    const newest = lastNodeId();
    const roots = this.unkept(() => recompute(node.options)).flatMap(({ slot }, i) =>
      slot === null ? [] : [{ slot, g: gs[i] }],
    );
    for (const { slot, g } of roots) this.accumulate(slot, g, false);
    const nodes = reachable(
      roots.map(({ slot }) => slot),
      this.id,
    );
    for (const each of nodes) {
      if (each.id <= newest)
        throw new GradientError(
          `${node.op.name}: the function read other tensors when it was run again, such as one that a variable has been set to since; give what it reads as arguments`,
        );
      this.visit(each);
    }
  }

  /** The result of a rule that is one op; undefined where it has been added to the cotangent at `slot` already. */
  private applySingle({ op, operands }: SingleOpRule, context: RuleContext, slot: Slot): Tensor | undefined {
    const before = slot.cotangent;
    if (
      before !== null &&
      // Who looks at each cotangent wants to see this one by itself.
      watching() === null &&
      slot.sweep === this.id &&
      slot.owned &&
      isRowMajor(before.shape, before.view.stride)
    ) {
      // More of the kind will come, as from every step to a weight: they are added where no copy is needed.
      before.view.data.settle();
      if (applyAdding(op(), operands(context), before, addOp)) return undefined;
    }
    return apply(op(), operands(context), undefined);
  }

  /** The cotangents of a node's outputs, zeros where none came; undefined where none came at all. */
  private cotangentsOf({ outputs }: Node): readonly Tensor[] | undefined {
    const { length } = outputs;
    const known = new Array<Tensor | undefined>(length);
    let missing = 0;
    for (let i = 0; i < length; i++) {
      known[i] = this.take(outputs[i]);
      if (known[i] === undefined) missing++;
    }
    if (missing === length) return undefined;
    for (let i = 0; missing > 0 && i < length; i++)
      known[i] ??= zeros(outputs[i].shape, { dtype: outputs[i].dtype });
    return known as Tensor[];
  }

  /** The whole cotangent at a slot, after its hooks. */
  private take(slot: Slot): Tensor | undefined {
    const { cotangent } = slot;
    if (cotangent === null || slot.sweep !== this.id) return undefined;
    slot.cotangent = null;
    const arrives = slot.owner !== null || this.targets?.has(slot) === true;
    // The gradient of a leaf stays in its block until `.grad` is read.
    const stays = this.fleeting && this.targets === undefined && slot.owned && slot.node === null;
    if ((arrives && !stays) || slot.hooks !== null) cotangent.view.data.handOut();
    if (slot.hooks !== null) slot.owned = false;
    const gradient = slot.hooks === null ? cotangent : this.unkept(() => runHooks(slot, cotangent));
    if (gradient !== cotangent) gradient.view.data.handOut();
    if (arrives) this.arrived.set(slot, gradient);
    return gradient;
  }

  private accumulate(slot: Slot, cotangent: Tensor, own: boolean): void {
    if (slot.sweep !== this.id) this.enter(slot);
    const before = slot.cotangent;
    if (before === null) {
      cotangent.view.data.hold();
      slot.cotangent = cotangent;
      slot.owned = own;
    } else if (slot.owned && isRowMajor(before.shape, before.view.stride)) {
      before.view.data.settle();
      applyInto(addOp, [before, cotangent], [before], undefined);
    } else if (own && isRowMajor(cotangent.shape, cotangent.view.stride)) {
      applyInto(addOp, [before, cotangent], [cotangent], undefined);
      this.exchange(slot, cotangent);
    } else this.exchange(slot, add(before, cotangent));
  }

  /** Puts a sum of the sweep's own in the place of the cotangent at `slot`. */
  private exchange(slot: Slot, sum: Tensor): void {
    sum.view.data.hold();
    slot.cotangent!.view.data.release();
    slot.cotangent = sum;
    slot.owned = this.inPlace;
  }

  private enter(slot: Slot): void {
    if (slot.cotangent !== null && running.has(slot.sweep))
      throw new GradientError(
        "backward: a hook started a backward over the graph that is being swept; compute the value anew in the hook",
      );
    slot.sweep = this.id;
    slot.cotangent = null;
    if (slot.node === null || this.targets?.has(slot)) this.ends.push(slot);
  }
}

function runHooks({ hooks, node }: Slot, gradient: Tensor): Tensor {
  let result = gradient;
  for (const hook of hooks ?? []) {
    const replaced = hook(result);
    if (replaced === undefined) continue;
    if (!sameShape(replaced.shape, gradient.shape))
      throw new ShapeError(
        `registerHook: the hook returned ${show(replaced.shape)} for a gradient of ${show(gradient.shape)}; they must be the same`,
      );
    watching()?.hook(node, result, replaced);
    result = to(replaced, gradient.dtype);
  }
  return result;
}

/** Lets `hook` see, and replace, the cotangent of `x`, whole and before it goes on. Returns a function that removes it. */
export function registerHook(x: Tensor, hook: Hook): () => void {
  const { slot } = x;
  if (slot === null)
    throw new GradientError("registerHook: the tensor requires no gradient, so none comes by");
  const hooks = slot.hooks ?? [];
  slot.hooks = hooks;
  hooks.push(hook);
  return () => {
    const at = hooks.indexOf(hook);
    if (at >= 0) hooks.splice(at, 1);
  };
}

/** Keeps the gradient of a tensor that is no leaf in its `.grad`, too. */
export function retainGrad(x: Tensor): void {
  if (x.slot === null) throw new GradientError("retainGrad: the tensor requires no gradient");
  x.slot.owner ??= x;
}
