/** The gradient graph as what it is named after: a Wengert list, in which every line computes variables from earlier ones. */
import { bytesOf } from "../dtype.js";
import { ArgumentError, GradientError } from "../errors.js";
import { type Node, type Op, type Scope, type Slot, Tensor } from "../graph.js";
import { ElementwiseOp } from "../ops/elementwise/elementwise-op.js";
import { show } from "../shape.js";
import type { Storage } from "../storage.js";
import { dotOf } from "./dot.js";
import { fold, foldTo } from "./fold.js";
import { plain } from "./plain.js";
import type { TapeContents, TapeRow, TapeSaved, TapeVariable } from "./rows.js";
import { Scopes } from "./scopes.js";
import { tableOf } from "./table.js";

export interface TapeOptions {
  /**
   * Names for tensors. The parameters of modules have theirs, from the module whose `forward` was called; others are called
   * `leaf1`, `leaf2` … and, where they were computed, `v1`, `v2` ….
   */
  readonly names?: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;
}

export interface FoldOptions {
  /** Calls of modules below this many others are one line each: 0 for a whole model, 1 for each of its parts. */
  readonly depth?: number;
}

// What fits on a few screens.
const readableLines = 80;

/** What was recorded on the way to some results, in the order in which it was computed. */
export class Tape implements TapeContents {
  private constructor(
    readonly leaves: readonly TapeVariable[],
    readonly rows: readonly TapeRow[],
    readonly results: readonly string[],
    readonly savedBytes: number,
  ) {}

  /**
   * The tape that leads to `results`.
   *
   * @throws GradientError if a result requires no gradient, so that there is no tape
   */
  static of(results: Tensor | readonly Tensor[], options: TapeOptions = {}): Tape {
    const roots = (results instanceof Tensor ? [results] : results).map(({ slot, shape }, i) => {
      if (slot === null)
        throw new GradientError(
          `Tape.of: result ${i}, ${show(shape)}, requires no gradient, so nothing was recorded for it; set requiresGrad on a leaf before computing with it`,
        );
      return slot;
    });
    const naming = new Naming(options.names);
    const storages = new Set<Storage>();
    const formulas = new Map<Op, string>();
    const rows = reachable(roots).map((node) => rowOf(node, naming, storages, formulas));
    const names = roots.map((slot) => naming.of(slot).name);
    let savedBytes = 0;
    for (const storage of storages) savedBytes += storageBytes(storage);
    return new Tape(naming.leaves, rows, names, savedBytes);
  }

  /**
   * A line for each leaf, then for each op: its variables, its name, its inputs (`_` for what needs no gradient), the
   * dtype and shape of its outputs, and what is kept for its derivative. What modules did stands below their names.
   *
   * @param options `formulas`: whether to write out what element-wise ops compute; `depth`: see FoldOptions
   */
  table({ formulas = false, depth = Infinity }: FoldOptions & { readonly formulas?: boolean } = {}): string {
    return tableOf(fold(this, depth), formulas);
  }

  /** The table, folded as far as it takes to be read. */
  toString(): string {
    return tableOf(foldTo(this, readableLines), false);
  }

  /**
   * A drawing in the language of Graphviz: `dot -Tsvg`. Leaves are boxes; an edge tells what flows along it; a frame is
   * around what a call of a module did.
   */
  toDot({ depth = Infinity }: FoldOptions = {}): string {
    return dotOf(fold(this, depth));
  }

  /** Plain data that survives JSON: numbers it lacks, in the options of an op, become strings. */
  toJSON(): unknown {
    const { leaves, results, savedBytes } = this;
    const rows = this.rows.map(({ options, ...row }) =>
      options === undefined ? row : { ...row, options: plain(options) },
    );
    return { leaves, rows, results, savedBytes };
  }
}

Object.defineProperty(Tape.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tape): string {
    return this.toString();
  },
});

/** Gives every variable a name of its own. */
class Naming {
  readonly leaves: TapeVariable[] = [];
  private readonly known = new Map<Slot, TapeVariable>();
  private readonly given = new Map<Slot, string>();
  private readonly taken = new Set<string>();
  private readonly counts = { leaf: 0, v: 0 };
  readonly scopes = new Scopes();

  constructor(names: TapeOptions["names"] = {}) {
    const pairs: Iterable<[string, Tensor]> = names instanceof Map ? names : Object.entries(names);
    for (const [name, tensor] of pairs) {
      if (!(tensor instanceof Tensor))
        throw new ArgumentError(`Tape.of: names.${name} is not a tensor; give a tensor for each name`);
      if (tensor.slot === null || this.given.has(tensor.slot)) continue;
      this.given.set(tensor.slot, name);
      this.taken.add(name);
    }
  }

  /** @param scope where it was read first, if that is not known yet */
  of(slot: Slot, scope: Scope | null = null): TapeVariable {
    let variable = this.known.get(slot);
    if (variable === undefined) {
      const name =
        this.given.get(slot) ?? this.inModule(slot, scope) ?? this.next(slot.node === null ? "leaf" : "v");
      variable = { name, shape: [...slot.shape], dtype: slot.dtype };
      this.known.set(slot, variable);
      if (slot.node === null) this.leaves.push(variable);
    }
    return variable;
  }

  private inModule({ node, owner }: Slot, scope: Scope | null): string | undefined {
    const name = node === null && owner !== null ? this.scopes.nameOf(owner, scope) : undefined;
    if (name === undefined || this.taken.has(name)) return undefined;
    this.taken.add(name);
    return name;
  }

  private next(kind: "leaf" | "v"): string {
    let name: string;
    do name = `${kind}${++this.counts[kind]}`;
    while (this.taken.has(name));
    return name;
  }
}

/** All nodes below `roots`, oldest first. A loop, because chains may be longer than the stack. */
function reachable(roots: readonly Slot[]): Node[] {
  const found = new Set<Node>();
  for (const { node } of roots) if (node !== null) found.add(node);
  for (const node of found)
    for (const slot of node.inputs) if (slot !== null && slot.node !== null) found.add(slot.node);
  return [...found].sort((a, b) => a.id - b.id);
}

function rowOf(node: Node, naming: Naming, storages: Set<Storage>, formulas: Map<Op, string>): TapeRow {
  const { op, options, saved } = node;
  const inputs = node.inputs.map((slot) => (slot === null ? null : naming.of(slot, node.scope).name));
  const scopes = naming.scopes.chainOf(node.scope);
  const outputs = node.outputs.map((slot) => naming.of(slot));
  for (const each of saved ?? []) if (each !== undefined) storages.add(each.view.data);
  const row = {
    outputs,
    op: op.name,
    inputs,
    options,
    saves: savesOf(node),
    ...(scopes.length > 0 && { scopes }),
  };
  if (!(op instanceof ElementwiseOp)) return row;
  let formula = formulas.get(op);
  if (formula === undefined) {
    formula = op.formula;
    formulas.set(op, formula);
  }
  return { ...row, formula };
}

/** In the order of the op's inputs and outputs. */
function savesOf({ op, saved }: Node): TapeSaved[] | null {
  if (saved === null) return null;
  const inOrder = op.saves
    .map((about, i) => ({ about, value: saved[i] }))
    .sort(({ about: a }, { about: b }) => Number(a.isOutput) - Number(b.isOutput) || a.index - b.index);
  return inOrder.flatMap(({ about: { name }, value }) => {
    if (value === undefined) return [];
    const { data, shape } = value.view;
    return [{ name, shape: [...shape], dtype: data.dtype, bytes: storageBytes(data) }];
  });
}

function storageBytes({ length, dtype }: Storage): number {
  return length * bytesOf[dtype];
}
