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

/** One recorded op. */
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
