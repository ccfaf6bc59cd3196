/** What optimizers share that see all parameters as one vector. */
import { ArgumentError, noGrad, type Tensor } from "@wengert/autograd";
import { GroupOptions, type ParamGroup, type Rules } from "../optimizer/param-group.js";
import { listParameters, type ParameterSource } from "../optimizer/parameters.js";
import type { OptimizerStateDict } from "../optimizer.js";
import { FlatParameters } from "./flat-parameters.js";

/** Reads a part of a snapshot; throws ArgumentError if there is none of that shape and dtype. */
export type ReadPart = (name: string, shape: readonly number[], dtype: Tensor["dtype"]) => Tensor;

/**
 * An optimizer with a memory of all parameters together, and so one group of options. A subclass says how the memory is
 * saved and loaded, and has a `step` of its own.
 */
export abstract class VectorOptimizer<Options extends object, Memory> {
  /** One group: what is remembered is of all parameters together. */
  readonly paramGroups: readonly [ParamGroup<Options>];
  protected readonly flat: FlatParameters;
  /** What the steps before have left; undefined before the first. */
  protected memory: Memory | undefined;
  private readonly options: GroupOptions<Options>;

  /** @throws ArgumentError if there are no parameters, one is there twice, or their dtypes differ */
  constructor(params: ParameterSource, given: Partial<Options>, rules: Rules<Options>) {
    const { name } = rules;
    const list = listParameters(name, params);
    if (list.length === 0)
      throw new ArgumentError(`${name}: there are no parameters; give a module, or a list of tensors`);
    this.options = new GroupOptions<Options>(list, given, rules);
    this.paramGroups = [this.options.group];
    this.flat = new FlatParameters(name, list);
  }

  /** The memory as tensors by name. */
  protected abstract save(memory: Memory): Iterable<readonly [name: string, value: Tensor]>;

  /** The memory that {@link save} has saved. */
  protected abstract load(part: ReadPart, saved: ReadonlyMap<string, Tensor>): Memory;

  /** Forgets the gradients, so that the next `backward()` starts from nothing. */
  zeroGrad(): void {
    for (const param of this.flat.params) param.grad = null;
  }

  /** Runs `body`; on an error parameters are what they were before. */
  protected orBack<T>(body: (before: readonly Tensor[]) => T): T {
    const before = noGrad(() => this.flat.snapshot());
    try {
      return noGrad(() => body(before));
    } catch (error) {
      this.flat.restore(before);
      throw error;
    }
  }

  /** Copies of what is remembered, and of the options. The names of the parts are not PyTorch's. */
  stateDict(): OptimizerStateDict {
    const { params, ...options } = this.paramGroups[0];
    const parts = this.memory === undefined ? [] : noGrad(() => [...this.save(this.memory as Memory)]);
    return {
      state: new Map(parts.map(([name, value]) => [`0.${name}`, value])),
      paramGroups: [{ ...options, params: params.map((_param, i) => i) }],
    };
  }

  /**
   * Takes over a snapshot; all of it, or on an error nothing.
   *
   * @throws ArgumentError if it does not fit
   */
  loadStateDict(snapshot: OptimizerStateDict): void {
    const options = this.options.checked(this.flat.optionsIn(snapshot) as Partial<Options>);
    const { state } = snapshot;
    const read: ReadPart = (name, shape, dtype) => this.flat.partOf(state, name, shape, dtype);
    const memory = state.size === 0 ? undefined : noGrad(() => this.load(read, state));
    this.options.set(options);
    this.memory = memory;
  }
}
