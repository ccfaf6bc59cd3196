/** What a workload is, as data: every peer is told the same. */

/**
 * What a tensor holds before the first step: one number, numbers in ±within, numbers between, or integers from 0 to
 * below.
 */
export type Filling = {
  readonly shape: readonly number[];
} & (
  | { readonly fill: number }
  | { readonly within: number }
  | { readonly between: readonly [number, number] }
  | { readonly below: number }
);

export interface OptimizerSpec {
  readonly name: "sgd" | "adam" | "adagrad";
  readonly lr: number;
  readonly momentum?: number;
  readonly eps?: number;
}

/** What every peer is told of a workload. */
export interface Workload {
  readonly title: string;
  /** The name of the function that makes it, in each peer. */
  readonly kind: string;
  /** What is trained, in the order in which the optimizer has it. */
  readonly parameters: Readonly<Record<string, Filling>>;
  /** What a step reads; there are `batches` of each, taken in turn. */
  readonly data: Readonly<Record<string, Filling>>;
  readonly batches: number;
  readonly optimizer?: OptimizerSpec;
  /** Who beside Wengert can run it; all by default. */
  readonly peers?: readonly string[];
  readonly ops?: number;
  readonly clip?: number;
  /** Where it is not time but memory that is measured: over so many steps. */
  readonly memory?: { readonly steps: number };
  // Of a kernel alone:
  readonly operation?: string;
  readonly axis?: number;
  readonly padding?: number;
  /**
   * Whether operands and result lie in Wengert's WebAssembly memory, as within a layer, or are copied there from the
   * JavaScript heap, and saved there.
   */
  readonly resident?: boolean;
  /** Floating-point operations, where they and not memory are the limit. */
  readonly flops?: number;
  /** Read and written, each operand once. */
  readonly bytes?: number;
}
