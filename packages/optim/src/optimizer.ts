/** What optimizers share: groups of parameters, the loop over them, and the state kept for each. */
import { ArgumentError, assign, clone, type FloatDType, noGrad, type Tensor } from "@wengert/autograd";
import { checkGradients } from "./optimizer/gradients.js";
import { checkSizes, diskName, type OptimizerStateDict, planLoad, type State } from "./optimizer/load.js";
import { GroupOptions, type Numbers, type ParamGroup, type Rules } from "./optimizer/param-group.js";
import { listParameters, type ParameterSource, refuseNothing } from "./optimizer/parameters.js";

export type { OptimizerStateDict, State } from "./optimizer/load.js";
export type { NumberName, Numbers, ParamGroup, Rules } from "./optimizer/param-group.js";
export type { HasParameters, ParameterSource } from "./optimizer/parameters.js";

/** ParameterSource, with options where they differ from those of the optimizer. */
export type GroupInput<Options> = { readonly params: ParameterSource } & Partial<Options>;

/** What an optimizer is given: all parameters, or groups of them. */
export type OptimizerInput<Options> = ParameterSource | readonly GroupInput<Options>[];

/** What an update may read beside its parameter. */
export interface UpdateContext<Options, S, Extra extends string = never> {
  readonly grad: Tensor;
  readonly state: S;
  readonly options: Options;
  /** The dtype of the parameter. */
  readonly dtype: FloatDType;
  /** The numbers of the group as 0-d tensors, of that dtype. */
  readonly numbers: Numbers<Options, Extra>;
  /** The same in float64, for what is computed from them before the parameter is. */
  readonly wide: Numbers<Options, Extra>;
}

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
 * The base of all optimizers. A subclass says what is kept for a parameter (`init`), and what a step makes of both
 * (`update`).
 *
 * An update changes values by fused element-wise ops and reads none back, so a step can be recorded and replayed; the
 * numbers of the options, the learning rate above all, are inputs of the record. Which options are zero or false may
 * choose among ops, and is fixed in a record.
 */
export abstract class Optimizer<Options extends object, S extends State, Extra extends string = never> {
  /** Their options may be set between steps: `for (const group of optimizer.paramGroups) group.lr = 0.1`. */
  readonly paramGroups: readonly ParamGroup<Options>[];
  /** What is kept for each parameter that has been updated. */
  readonly state: Map<Tensor, S> = new Map();
  private readonly groups: readonly GroupOptions<Options, Extra>[];
  private readonly name: string;

  /**
   * @param params a module, a list of leaf tensors, or groups of such
   * @throws ArgumentError if there are none, or one is there twice; GradientError if one was computed
   */
  constructor(params: OptimizerInput<Options>, rules: Rules<Options, Extra>) {
    this.name = rules.name;
    refuseNothing(rules.name, params);
    this.groups = groupsOf(params).map(
      ({ params: own, ...given }) =>
        new GroupOptions(listParameters(this.name, own), given as Partial<Options>, rules),
    );
    this.paramGroups = this.groups.map(({ group }) => group);
    if (listParameters(this.name, this.parameters()).length === 0)
      throw new ArgumentError(`${this.name}: there are no parameters; give a module, or a list of tensors`);
  }

  /** What is kept for a parameter, before its first update. */
  protected abstract init(param: Tensor, options: Options): S;

  /** Changes `param` and its state in place. Runs without recording gradients. */
  protected abstract update(param: Tensor, context: UpdateContext<Options, S, Extra>): void;

  /**
   * Updates every parameter that has a gradient; all of them, or on an error none.
   *
   * @throws GradientError if no parameter has a gradient, or one is not finite; ShapeError if one is not of the shape and
   *   dtype of its parameter
   */
  step({ errorIfNonfinite = true }: StepOptions = {}): void {
    noGrad(() => {
      checkGradients(this.name, this.parameters(), errorIfNonfinite);
      for (const { params, group, numbers } of this.groups)
        for (const param of params) {
          const { grad } = param;
          if (grad === null) continue;
          const state = this.state.get(param) ?? this.init(param, group);
          this.state.set(param, state);
          const dtype = param.dtype as FloatDType;
          this.update(param, {
            grad,
            state,
            options: group,
            dtype,
            numbers: numbers(dtype),
            get wide() {
              return numbers("float64");
            },
          });
        }
    });
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
      return group.checked(saved as Partial<Options>);
    });
    const changes = planLoad(this.name, snapshot, this.groups, (param, k) =>
      this.stateWith(param, options[k]!),
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

  /** The state that `param` has with other options, on the tensors of the present one, which a record may refer to. */
  private stateWith(param: Tensor, options: Options): S {
    const present = this.state.get(param);
    const parts = Object.entries<Tensor>(this.init(param, options)).map(([part, value]) => [
      part,
      present?.[part] ?? value,
    ]);
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
