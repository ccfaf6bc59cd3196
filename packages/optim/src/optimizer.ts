/** What optimizers share: groups of parameters, the loop over them, and the state kept for each. */
import { ArgumentError, assign, borrowGradient, clone, noGrad, type Tensor } from "@wengert/autograd";
import { complete } from "./optimizer/checks.js";
import type { OptimizerRule } from "./optimizer/define-rule.js";
import { checkFiniteGradients, checkGradients } from "./optimizer/gradients.js";
import { checkSizes, diskName, type OptimizerStateDict, planLoad, type State } from "./optimizer/load.js";
import { GroupOptions, type ParamGroup } from "./optimizer/param-group.js";
import { listParameters, type ParameterSource, refuseNothing } from "./optimizer/parameters.js";
import type { Update } from "./optimizer/update.js";

export { defineRule, type OptimizerRule } from "./optimizer/define-rule.js";
export type { OptimizerStateDict, State } from "./optimizer/load.js";
export type { ParamGroup, Rules } from "./optimizer/param-group.js";
export type { HasParameters, ParameterSource } from "./optimizer/parameters.js";
export type { Chosen, Descent, Readings, Start, UpdateRule } from "./optimizer/rule.js";

/** Parameters, with options where they differ from those of the optimizer. */
export type GroupInput<Options> = { readonly params: ParameterSource } & Partial<Options>;

/** What an optimizer is given: all parameters, or groups of them. */
export type OptimizerInput<Options> = ParameterSource | readonly GroupInput<Options>[];

/** What most optimizers can be told beside their own. */
export interface DescentOptions {
  /** λ, 0 by default: of an L2 penalty, whose gradient is added to that of the loss. */
  readonly weightDecay?: number;
  /** Whether to climb, false by default. */
  readonly maximize?: boolean;
}

export interface StepOptions {
  /**
   * Whether a gradient that is not finite is an error, true by default. Differs: PyTorch lets it pass, and the parameter
   * becomes NaN. To know it a sum of each gradient is read back, which a recorded step cannot do: there say false.
   */
  readonly errorIfNonfinite?: boolean;
}

/**
 * The base of optimizers that change each parameter by its own gradient. A subclass gives the rule, see {@link defineRule}.
 *
 * An update changes values by fused element-wise ops and reads none back, so a step can be recorded and replayed; the
 * numbers of the options, the learning rate above all, are inputs of the record.
 */
export abstract class Optimizer<Options extends object, S extends State> {
  /** Their options may be set between steps: `for (const group of optimizer.paramGroups) group.lr = 0.1`. */
  readonly paramGroups: readonly ParamGroup<Required<Options>>[];
  /** What is kept for each parameter that has been updated. */
  readonly state: Map<Tensor, S> = new Map();
  private readonly groups: readonly GroupOptions<Required<Options>>[];
  private readonly name: string;

  /**
   * @param params a module, a list of leaf tensors, or groups of such
   * @throws ArgumentError if there are none, or one is there twice, or an option is unknown or out of its range;
   *   GradientError if a parameter was computed
   */
  constructor(
    params: OptimizerInput<Options>,
    options: Options,
    private readonly rule: OptimizerRule<Options, S>,
  ) {
    const { rules } = rule;
    this.name = rules.name;
    refuseNothing(this.name, params);
    complete(this.name, options, rules.defaults);
    this.groups = groupsOf(params).map(({ params: own, ...given }) => {
      const said = { ...options, ...given } as unknown as Partial<Required<Options>>;
      return new GroupOptions<Required<Options>>(listParameters(this.name, own), said, rules);
    });
    this.paramGroups = this.groups.map(({ group }) => group);
    if (listParameters(this.name, this.parameters()).length === 0)
      throw new ArgumentError(`${this.name}: there are no parameters; give a module, or a list of tensors`);
  }

  /**
   * Updates every parameter that has a gradient; all of them, or on an error none.
   *
   * @throws GradientError if no parameter has a gradient, or one is not finite; ShapeError if one is not of the shape and
   *   dtype of its parameter
   */
  step({ errorIfNonfinite = true }: StepOptions = {}): void {
    noGrad(() => {
      const all = this.parameters();
      checkGradients(this.name, all);
      if (errorIfNonfinite)
        checkFiniteGradients(this.name, all, ", and errorIfNonfinite: false lets them pass");
      for (const { params, current, numbers } of this.groups) {
        const update = this.rule.updateBy(current);
        for (const param of params) {
          const grad = borrowGradient(param);
          if (grad !== null) update.run(param, grad, this.stateFor(param, update, current), numbers);
        }
      }
    });
  }

  /** The state of a parameter; what of it an option has called for meanwhile is new. */
  private stateFor(param: Tensor, { parts }: Update<Options, S>, options: Required<Options>): S {
    let state = this.state.get(param);
    if (state === undefined || !parts.every((part) => Object.hasOwn(state!, part))) {
      state = { ...this.rule.start(param, options), ...state };
      this.state.set(param, state);
    }
    return state;
  }

  private parameters(): Tensor[] {
    return this.groups.flatMap(({ params }) => params);
  }

  /** Forgets the gradients, so that the next `backward()` starts from nothing. */
  zeroGrad(): void {
    for (const param of this.parameters()) param.grad = null;
  }

  /** Copies of what is kept for the parameters, and of the options. */
  stateDict(): OptimizerStateDict {
    const params = this.parameters();
    const state = new Map<string, Tensor>();
    noGrad(() => {
      for (const [i, param] of params.entries())
        for (const [part, value] of Object.entries<Tensor>(this.state.get(param) ?? {}))
          state.set(diskName(i, part), clone(value));
    });
    return {
      state,
      paramGroups: this.paramGroups.map((group) => ({
        ...group,
        params: group.params.map((param) => params.indexOf(param)),
      })),
    };
  }

  /**
   * Takes over a snapshot; all of it, or on an error nothing.
   *
   * @throws ArgumentError that lists everything which does not fit
   */
  loadStateDict(snapshot: OptimizerStateDict): void {
    checkSizes(this.name, snapshot, this.groups);
    const options = this.groups.map((group, k) => {
      const { params: _, ...saved } = snapshot.paramGroups[k]!;
      return group.checked(saved as Partial<Required<Options>>);
    });
    const changes = planLoad(this.name, snapshot, this.groups, (param, k, saved) =>
      this.stateWith(param, options[k]!, saved),
    );
    noGrad(() => {
      this.groups.forEach((group, k) => group.set(options[k]!));
      for (const { param, change } of changes) {
        if (change === undefined) this.state.delete(param);
        else {
          for (const [part, value] of Object.entries<Tensor>(change.values))
            assign(change.target[part]!, value);
          this.state.set(param, change.target);
        }
      }
    });
  }

  /**
   * The state that `param` has with other options, on the tensors of the present one, which a record may refer to; with
   * parts that are `saved`, if other options would call for them.
   */
  private stateWith(param: Tensor, options: Required<Options>, saved: (part: string) => boolean): S {
    const present = this.state.get(param);
    const wanted = Object.keys(this.rule.start(param, options));
    const parts = Object.entries<Tensor>(this.rule.startAll(param, options))
      .filter(([part]) => wanted.includes(part) || saved(part))
      .map(([part, value]) => [part, present?.[part] ?? value]);
    return Object.fromEntries(parts) as S;
  }
}

function groupsOf<Options>(params: OptimizerInput<Options>): readonly GroupInput<Options>[] {
  if ("namedParameters" in params) return [{ params } as GroupInput<Options>];
  const listed: readonly (Tensor | GroupInput<Options>)[] = [...params];
  const [first] = listed;
  const areGroups = typeof first === "object" && "params" in first;
  return areGroups
    ? (listed as readonly GroupInput<Options>[])
    : [{ params: listed } as unknown as GroupInput<Options>];
}
