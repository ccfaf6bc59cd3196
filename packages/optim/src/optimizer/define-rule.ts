/** Rules with the ops that are made of them. */
import { type FloatDType, full, fullLike, type Tensor, zerosLike } from "@wengert/autograd";
import type { State } from "./load.js";
import type { AnyRule, Chosen, Start, UpdateRule } from "./rule.js";
import { Update } from "./update.js";

/** A rule with the ops that are made of it. */
export class OptimizerRule<Options extends object, S extends State> {
  private readonly byOptions = new WeakMap<object, Update<Options, S>>();
  private readonly byChoice = new Map<string, Update<Options, S>>();

  constructor(readonly rules: AnyRule<Options, S>) {}

  /** What is kept for a parameter before its first update. */
  start(param: Tensor, options: Required<Options>): S {
    const dtype = param.dtype as FloatDType;
    const parts = Object.entries<Start>(this.rules.state(options)).map(([part, start]) => {
      if (typeof start !== "number") return [part, full([], start.one, { dtype })];
      return [part, start === 0 ? zerosLike(param) : fullLike(param, start)];
    });
    return Object.fromEntries(parts) as S;
  }

  /** All that may be kept for a parameter, whatever options are 0 or false. */
  startAll(param: Tensor, options: Required<Options>): S {
    const on = Object.entries(options).map(([name, value]) => [
      name,
      value === false ? true : value === 0 ? 1 : (value as unknown),
    ]);
    return this.start(param, Object.fromEntries(on) as Required<Options>);
  }

  /** The step that options choose, which are never changed in place. */
  updateBy(options: Required<Options>): Update<Options, S> {
    let update = this.byOptions.get(options);
    if (update === undefined) {
      const on = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, Boolean(value)]));
      const choice = JSON.stringify(on);
      update = this.byChoice.get(choice) ?? new Update(this.rules, options, on as Chosen<Options>);
      this.byChoice.set(choice, update);
      this.byOptions.set(options, update);
    }
    return update;
  }
}

/**
 * The rule of an optimizer, to be given to {@link Optimizer}.
 *
 * @typeParam S the state, a tensor for each part; one that is optional is there with some options only
 * @typeParam Extra the names under `numbers`, `sums` and `rates`
 */
export function defineRule<Options extends object, S extends State, Extra extends string = never>(
  rule: UpdateRule<Options, S, Extra>,
): OptimizerRule<Options, S> {
  // From here on names are looked up, and no longer known to the types.
  return new OptimizerRule(rule as unknown as AnyRule<Options, S>);
}
