/** What a tape says, as plain data. */
import type { DType } from "../dtype.js";
import type { Spec } from "../graph.js";
import { type Shape, show } from "../shape.js";

/** A value that gradients flow through, or that was computed beside one. */
export interface TapeVariable {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A value that is kept because a derivative reads it. */
export interface TapeSaved {
  /** Which input or output of the op it is, by the op's own name for it. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The size of the storage that is kept. Views of one storage share it. */
  readonly bytes: number;
}

/** On whose behalf an op was recorded: a call of a module. */
export interface TapeScope {
  /** Different for each call. */
  readonly id: number;
  /** Where it lies in the module around it: `layers.0`; empty for the outermost. */
  readonly name: string;
  /** `LSTM` */
  readonly kind: string;
}

/** One recorded op, or a group of them that is shown as one line. */
export interface TapeRow {
  /** The variables it computes. */
  readonly outputs: readonly TapeVariable[];
  readonly op: string;
  /** The variables it computes them from; null for a value that needs no gradient, of which the tape knows no more. */
  readonly inputs: readonly (string | null)[];
  readonly options: unknown;
  /** Null where an earlier backward has freed it. */
  readonly saves: readonly TapeSaved[] | null;
  /** What an element-wise op computes. */
  readonly formula?: string;
  /** From the outermost to the innermost; left out where there is none. */
  readonly scopes?: readonly TapeScope[];
  /** For a group: how many ops it stands for, and the leaves that only they read. */
  readonly group?: { readonly ops: number; readonly leaves: number };
}

/** The lines of a tape, in the order in which they were computed. */
export interface TapeContents {
  /** Where gradients end: parameters and inputs, in the order of their first use. */
  readonly leaves: readonly TapeVariable[];
  readonly rows: readonly TapeRow[];
  /** The names of the results. */
  readonly results: readonly string[];
  /** The size of all that is kept for derivatives, each storage counted once. */
  readonly savedBytes: number;
}

/** `float32 [64, 10]`. */
export function showSpec({ dtype, shape }: Spec): string {
  return `${dtype} ${show(shape)}`;
}
