/** What an optimizer is, as data: its options, what it keeps for a parameter, and what a step makes of both. */
import type { expression } from "@wengert/autograd";
import type { State } from "./load.js";
import type { Rules } from "./param-group.js";

type Expression = expression.Expression;

/** What a part of the state starts from: a number for each element of the parameter, or one for all of it. */
export type Start = number | { readonly one: number };

/** The options that are numbers. */
type NumberOption<Options> = {
  [Name in keyof Options]-?: Options[Name] extends number ? Name : never;
}[keyof Options];

/** What an expression may read by name: the options that are numbers, the state, and what else the rule names. */
export type Readings<Options, S, Extra extends string> = Readonly<
  Record<Extract<NumberOption<Required<Options>>, string> | Extra, Expression>
> & { readonly [Part in keyof S]: Expression };

/** What an update may read, too. */
export interface Descent {
  /** The parameter. */
  readonly p: Expression;
  /** ±∇: the gradient of what is descended. */
  readonly gradient: Expression;
  /** ±∇ + λ p: that with the L2 penalty of `weightDecay`. */
  readonly g: Expression;
}

/** Whether each option is other than 0 and false. */
export type Chosen<Options> = { readonly [Name in keyof Options]-?: boolean };

/**
 * The rule of an optimizer. Its expressions become element-wise ops: one for the parameter and all that is kept for its
 * elements, so that memory is read and written once, and one for each number. What they read are inputs of these ops, so
 * a recorded step replays with the options and the counts of the day; which options are 0 or false chooses among ops, and is
 * fixed in a record.
 *
 * @typeParam S the state, a tensor for each part; a part that is optional is there by some options only
 * @typeParam Extra the names under `numbers`, `sums` and `rates`
 */
export interface UpdateRule<Options extends object, S extends State, Extra extends string = never>
  extends Omit<Rules<Required<Options>>, "numbers"> {
  /** What is kept for a parameter. In snapshots the names are PyTorch's: `expAvg` is `exp_avg`. */
  readonly state: (options: Required<Options>) => { readonly [Part in keyof S]: Start };
  /** Numbers that follow from the options alone. Like these they are computed in float64. */
  readonly numbers?: (options: Required<Options>) => { readonly [Name in Extra]?: number };
  /** What is summed over the elements before all else, for one number; piece by piece, so that it takes no memory. */
  readonly sums?: { readonly [Name in Extra]?: (x: Readings<Options, S, Extra> & Descent) => Expression };
  /**
   * Numbers of a step, in this order, such as a count or a rate that falls. They read numbers alone, in float64, and come
   * in the dtype of the parameter: 1 − 0.999ᵗ, computed in float32, would be wrong by 1e-5. One that is called like a part of
   * the state takes its place.
   */
  readonly rates?: { readonly [Name in Extra | keyof S]?: (x: Readings<Options, S, Extra>) => Expression };
  /** The parameter after a step, and its state by the same names. */
  readonly update: (
    x: Readings<Options, S, Extra> & Descent,
    on: Chosen<Options>,
  ) => { readonly p: Expression } & { readonly [Part in keyof S]?: Expression };
}

/** A rule, whatever else its names are. */
export type AnyRule<Options extends object, S extends State> = Rules<Required<Options>> &
  Pick<UpdateRule<Options, S, string>, "state" | "sums" | "rates" | "update">;
