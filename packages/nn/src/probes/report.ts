/** What a probe tells: plain data. */
import type { Shape } from "@wengert/autograd";
import type { Correlation } from "./numbers.js";

/** What is known of weights. */
export interface WeightFlow {
  /** ‖w‖ */
  readonly weightNorm: number;
  /** ‖∂L/∂w‖; null where none flows: it is frozen, or the loss does not depend on it. */
  readonly gradientNorm: number | null;
  /** ‖Δw‖ / ‖w‖ of the update; null without one. About 10⁻³ is healthy. */
  readonly updateRatio: number | null;
}

export interface ParameterFlow extends WeightFlow {
  readonly name: string;
}

/** The parameters in the fields of one module, together. */
export interface LayerFlow extends WeightFlow {
  readonly path: string;
  readonly kind: string;
}

/** A value that a module gave, or was given by a function before it. */
export interface SignalFlow {
  readonly path: string;
  readonly kind: string;
  /** `"output"`; or `"input"`, of what no module computed but a function on the way. */
  readonly place: "input" | "output";
  /** Of a module that is called several times: 0 for the first. */
  readonly call: number;
  /** The op that computed it; null where no gradient flows. */
  readonly op: string | null;
  readonly shape: Shape;
  readonly mean: number;
  readonly deviation: number;
  /** ‖∂L/∂value‖; null where none flows. */
  readonly gradientNorm: number | null;
  readonly units: number;
  /** Units that are 0 for every example, and everywhere. */
  readonly deadUnits: readonly number[];
  /** The part of the numbers at a bound of what the activation can give; null where there is none. */
  readonly saturation: number | null;
  /** How alike the units are, or the feature maps; null where fewer than two vary. */
  readonly correlation: Correlation | null;
}

/** The states of a cell, in the order of its steps: backwards in time where it reads so. */
export interface StepFlow {
  /** Of the cell: `cells.0`. */
  readonly path: string;
  /** Of the state: `h`, `c`. */
  readonly part: string;
  /** ‖s(t)‖ */
  readonly norms: readonly number[];
  /**
   * ‖∂L/∂s(t)‖ along all ways that lead on; null where none flows. Of parts that come of one step, such as h and c of an
   * LSTM, each is taken with the others held.
   */
  readonly gradientNorms: readonly (number | null)[];
  /** As of a signal. */
  readonly saturation: readonly (number | null)[];
}

/** Plain data: it survives JSON, but for numbers that are not finite. */
export interface GradientFlow {
  readonly loss: number;
  readonly parameters: readonly ParameterFlow[];
  readonly layers: readonly LayerFlow[];
  readonly signals: readonly SignalFlow[];
  readonly steps: readonly StepFlow[];
}
