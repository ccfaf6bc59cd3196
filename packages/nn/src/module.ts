/** Modules: the parts of a model. A module owns the parameters, buffers and modules in its fields. */
import { ArgumentError, assign, clone, type FloatDType, noGrad, type Tensor } from "@wengert/autograd";
import { convertFloats } from "./module/convert.js";
import { tellModuleIn } from "./module/forward.js";
import { addForwardHook, addForwardPreHook, type ForwardHook, type ForwardPreHook } from "./module/hooks.js";
import { checkLoad, type LoadOptions, type LoadReport } from "./module/load.js";
import { Buffer, type Parameter } from "./module/parameter.js";
import { summarise } from "./module/summary.js";
import { isBuffer, isModule, isParameter, join, modulesBelow, partsOf } from "./module/walk.js";

export type { ForwardHook, ForwardPreHook } from "./module/hooks.js";
export type { LoadOptions, LoadReport } from "./module/load.js";
export {
  Buffer,
  type BufferOptions,
  initial,
  Parameter,
  type ParameterOptions,
  restart,
  shapesOnly,
} from "./module/parameter.js";

/** A tensor of the state: as the module calls it, and as files do. */
interface StateEntry {
  readonly name: string;
  readonly disk: string;
  readonly tensor: Parameter | Buffer;
}

/**
 * The base of all layers and models.
 *
 * Parameters, buffers and modules are plain fields, or lie in arrays and plain objects there. (Private `#fields` are not seen.) What
 * the module computes is its method `forward`; an error inside it is told the path: `encoder.layers.0 (Linear): …`.
 */
export abstract class Module {
  declare readonly "~part": "module";
  /** Whether dropout drops, and the like. Set on all modules of a model by `train()` and `eval()`. */
  training = true;

  constructor() {
    tellModuleIn(new.target.prototype as object);
  }

  /** This module and all below it, each once: `""`, `encoder`, `encoder.layers.0`. */
  namedModules(): IterableIterator<[name: string, module: Module]> {
    return modulesBelow<Module>(this);
  }

  /** The modules in the fields of this one. */
  *namedChildren(): IterableIterator<[name: string, module: Module]> {
    for (const [name, each] of partsOf<Module>(this)) if (isModule(each)) yield [name, each];
  }

  /** All parameters, each once, those of a module before those of the modules below it. */
  *namedParameters(): IterableIterator<[name: string, parameter: Parameter]> {
    const seen = new Set<Parameter>();
    for (const [path, module] of this.namedModules())
      for (const [name, each] of partsOf<Module>(module)) {
        if (!isParameter(each) || seen.has(each)) continue;
        seen.add(each);
        yield [join(path, name), each];
      }
  }

  parameters(): Parameter[] {
    return [...this.namedParameters()].map(([, parameter]) => parameter);
  }

  /** How many numbers the parameters have; `trainable` counts those alone that require gradients. */
  parameterCount({ trainable = false }: { readonly trainable?: boolean } = {}): number {
    return this.parameters().reduce(
      (count, { size, requiresGrad }) => count + (requiresGrad || !trainable ? size : 0),
      0,
    );
  }

  /** All buffers, each once, the persistent and the others. */
  *namedBuffers(): IterableIterator<[name: string, buffer: Buffer]> {
    const seen = new Set<Buffer>();
    for (const [path, module] of this.namedModules())
      for (const [name, each] of partsOf<Module>(module)) {
        if (!isBuffer(each) || seen.has(each)) continue;
        seen.add(each);
        yield [join(path, name), each];
      }
  }

  /** Prepares this module and all below it for training. */
  train(): this {
    for (const [, module] of this.namedModules()) module.training = true;
    return this;
  }

  /** Prepares this module and all below it for use: nothing is dropped, nothing is learnt by the way. */
  eval(): this {
    for (const [, module] of this.namedModules()) module.training = false;
    return this;
  }

  /** Calls `change` with this module and all below it, each once, those below first, as PyTorch does. */
  apply(change: (module: Module) => void): this {
    const seen = new Set<Module>();
    const visit = (module: Module): void => {
      if (seen.has(module)) return;
      seen.add(module);
      for (const [, part] of partsOf<Module>(module)) if (isModule(part)) visit(part);
      change(module);
    };
    visit(this);
    return this;
  }

  /** Excludes all parameters from training: no gradients are computed for them. */
  freeze(): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = false;
    return this;
  }

  /** Has all parameters trained. */
  unfreeze(): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = true;
    return this;
  }

  /**
   * Converts all float parameters and buffers. They become other tensors, without gradients: make optimizers afterwards.
   */
  to(dtype: FloatDType): this {
    convertFloats(this.namedModules(), dtype);
    for (const [, module] of this.namedModules()) module.converted(dtype);
    return this;
  }

  /** Called when {@link to} has converted this module: for those that keep a dtype besides that of their tensors. */
  protected converted(_dtype: FloatDType): void {}

  /**
   * Has `hook` called after each `forward` of this module. What it returns, if anything, takes the place of the output.
   *
   * @returns what takes it away again
   */
  registerForwardHook(hook: ForwardHook): () => void {
    return addForwardHook(this, hook);
  }

  /** As {@link registerForwardHook}, before each `forward`, in the place of whose inputs a list may be returned. */
  registerForwardPreHook(hook: ForwardPreHook): () => void {
    return addForwardPreHook(this, hook);
  }

  /**
   * A table of this module and all below it, with the shapes that come out of them for these inputs, and their numbers of
   * parameters. Nothing is changed by it: it computes as after `eval()`.
   *
   * A large model is drawn from shapes alone: made within `shapesOnly` it has no numbers, and of a batch of no examples it
   * computes none.
   *
   * ```ts
   * shapesOnly(() => new ResNet(152)).summary(zeros([0, 3, 224, 224]));
   * ```
   */
  summary<Inputs extends readonly unknown[]>(
    this: Module & { forward(...inputs: Inputs): unknown },
    ...inputs: Inputs
  ): string {
    return summarise(this, inputs);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * Copies of all parameters and persistent buffers, under PyTorch's names. What is shared appears under each of its
   * names, as there.
   *
   * @throws ArgumentError if two tensors have one name
   */
  stateDict(): Map<string, Tensor> {
    return noGrad(() => new Map([...this.state()].map(([name, tensor]) => [name, copy(tensor)])));
  }

  /**
   * Overwrites parameters and persistent buffers with the values of `state`; all of them, or on an error none.
   *
   * @param state by name, as from {@link stateDict} or a file
   * @throws ArgumentError that lists everything which does not fit: names, shapes and dtypes
   */
  loadStateDict(
    state: Iterable<readonly [name: string, tensor: Tensor]>,
    options: LoadOptions = {},
  ): LoadReport {
    const given = new Map(state);
    const own = this.state();
    const report = checkLoad(own, given, options);
    noGrad(() => {
      for (const [name, tensor] of own) {
        const value = given.get(name);
        if (value !== undefined) assign(tensor, value);
      }
    });
    return report;
  }

  private state(): Map<string, Parameter | Buffer> {
    const state = new Map<string, Parameter | Buffer>();
    const names = new Map<string, string>();
    for (const { name, disk, tensor } of this.stateEntries(new Set())) {
      if (names.has(disk))
        throw new ArgumentError(
          `stateDict: ${names.get(disk)} and ${name} are both called ${disk}; rename a field`,
        );
      names.set(disk, name);
      state.set(disk, tensor);
    }
    return state;
  }

  private *stateEntries(above: ReadonlySet<Module>): Iterable<StateEntry> {
    // A module that refers to one above it is no part of itself.
    if (above.has(this)) return;
    const inside = new Set(above).add(this);
    const parts = [...partsOf<Module>(this)];
    for (const [name, each] of parts)
      if (isParameter(each)) yield { name, disk: this.diskName(name), tensor: each };
    for (const [name, each] of parts)
      if (isBuffer(each) && each.persistent) yield { name, disk: this.diskName(name), tensor: each };
    for (const [name, each] of parts)
      if (isModule(each))
        for (const { name: inner, disk, tensor } of each.stateEntries(inside))
          yield { name: join(name, inner), disk: this.diskName(join(name, disk)), tensor };
  }

  /**
   * What files call the tensor at `path`, seen from this module. To be overridden where PyTorch has other names; the
   * modules in between have been asked before: `cells.0.weight_ih` may become `weight_ih_l0`.
   */
  protected diskName(path: string): string {
    return path;
  }

  /** The arguments that {@link toString} shows, such as `inFeatures=3, outFeatures=4`. */
  protected describe(): string {
    return "";
  }

  /** The tree of modules, much as PyTorch prints it. */
  toString(): string {
    return this.print(new Set());
  }

  private print(above: ReadonlySet<Module>): string {
    const { name } = this.constructor;
    if (above.has(this)) return `${name}(…)`;
    const inside = new Set(above).add(this);
    const children = Array.from(this.namedChildren(), ([each, child]) => `(${each}): ${child.print(inside)}`);
    const own = this.describe();
    if (children.length === 0) return `${name}(${own})`;
    const lines = [...(own === "" ? [] : [own]), ...children].map(
      (line) => `  ${line.replaceAll("\n", "\n  ")}\n`,
    );
    return `${name}(\n${lines.join("")})`;
  }
}

Object.defineProperty(Module.prototype, "~part", { value: "module" });
// Node's console.log looks for this symbol; elsewhere it is never read.
Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Module) {
    return this.toString();
  },
});

function copy(tensor: Parameter | Buffer): Tensor {
  return isBuffer(tensor) ? new Buffer(clone(tensor), tensor) : clone(tensor);
}
