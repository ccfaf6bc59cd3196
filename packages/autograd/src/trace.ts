/**
 * The trace: everything that a function did with tensors, as a flat list of plain data. Unlike the gradient graph it
 * holds all of it: ops without gradients, the sweep, assignments, random draws, updates of optimizers.
 */
import type { DType } from "./dtype.js";
import { type Op, Tensor } from "./graph.js";
import type { Shape } from "./shape.js";
import type { View } from "./storage.js";
import { listen, type TraceListener } from "./tape.js";

/** A value in a trace: a number that names it, and what is known of it. */
export interface TraceValue {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One step of a trace. `op` is the definition; in JSON its name stands for it. */
export type TraceStep =
  | {
      readonly kind: "op";
      readonly op: Op<never>;
      readonly inputs: readonly number[];
      readonly outputs: readonly TraceValue[];
      readonly options: unknown;
    }
  /** The values of `target` become those of `value`. */
  | { readonly kind: "assign"; readonly target: number; readonly value: number }
  /** `output` is the state that generator number `generator` had before it moved on by `blocks`. */
  | {
      readonly kind: "draw";
      readonly generator: number;
      readonly blocks: number;
      readonly output: TraceValue;
    }
  /** A value left the tape, as with `item()`: what was done with it is not in the list. */
  | { readonly kind: "barrier"; readonly name: string; readonly source: number };

/** What a function did, and the tensors it did it with. */
export class Trace<T = unknown> implements TraceListener {
  readonly steps: TraceStep[] = [];
  /** The tensors that were there before, by id: parameters, inputs, numbers. */
  readonly externals: Map<number, Tensor> = new Map();
  /** The generators that were drawn from, in the order of their first draw. */
  readonly generators: object[] = [];
  /** What the function returned. */
  result!: T;
  private readonly ids = new Map<View, number>();

  private idOf(view: View): number {
    let id = this.ids.get(view);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(view, id);
      this.externals.set(id, new Tensor(view));
      // A replay may come when nobody else has it any more.
      view.data.handOut();
    }
    return id;
  }

  private made(view: View): TraceValue {
    const id = this.ids.size;
    this.ids.set(view, id);
    return { id, shape: [...view.shape], dtype: view.data.dtype };
  }

  /** The id of a tensor that occurs in the trace. */
  find(x: Tensor): number | undefined {
    return this.ids.get(x.view);
  }

  op(op: Op<never>, inputs: readonly View[], outputs: readonly View[], options: unknown): void {
    const read = inputs.map((view) => this.idOf(view));
    this.steps.push({
      kind: "op",
      op,
      inputs: read,
      outputs: outputs.map((view) => this.made(view)),
      options,
    });
  }

  assign(target: View, value: View): void {
    this.steps.push({ kind: "assign", target: this.idOf(target), value: this.idOf(value) });
  }

  draw(generator: object, blocks: number, state: View): void {
    let index = this.generators.indexOf(generator);
    if (index < 0) index = this.generators.push(generator) - 1;
    this.steps.push({ kind: "draw", generator: index, blocks, output: this.made(state) });
  }

  barrier(name: string, source: View): void {
    this.steps.push({ kind: "barrier", name, source: this.idOf(source) });
  }

  /** Plain data: the external values with shapes and dtypes (0-d ones with their value), and the steps. */
  toJSON(): unknown {
    const externals = [...this.externals].map(([id, { shape, dtype, rank, view }]) => ({
      id,
      shape,
      dtype,
      ...(rank === 0 && { value: plain(view.data.get(view.offset)) }),
    }));
    const steps = this.steps.map((step) =>
      step.kind === "op" ? { ...step, op: step.op.name, options: plain(step.options) } : step,
    );
    return { externals, steps };
  }
}

/** `value` as JSON can hold it: the numbers that JSON lacks become strings. */
function plain(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map((each) => plain(each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

/**
 * Runs `body` and lists everything it does with tensors.
 *
 * @throws ArgumentError if it returns a promise
 */
export function trace<T>(body: () => T): Trace<T> {
  const taken = new Trace<T>();
  taken.result = listen(taken, body);
  return taken;
}
