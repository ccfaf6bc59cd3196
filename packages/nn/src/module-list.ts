/** Modules in a list or under names, for a `forward` of one's own. */
import { ArgumentError } from "@wengert/autograd";
import { Module } from "./module.js";

/**
 * Modules by number, `0.weight` in files as in PyTorch. (An array in a field does as well; a list also grows, and can be
 * a part of other modules.)
 */
export class ModuleList<M extends Module = Module> extends Module implements Iterable<M> {
  private readonly modules: M[];

  constructor(modules: Iterable<M> = []) {
    super();
    this.modules = [...modules];
  }

  get length(): number {
    return this.modules.length;
  }

  /**
   * The module number `index`; negative numbers count from the end.
   *
   * @throws ArgumentError if there is none
   */
  at(index: number): M {
    const module = this.modules.at(index);
    if (module === undefined)
      throw new ArgumentError(
        `ModuleList: there is no module ${index} among ${this.modules.length}; count from 0`,
      );
    return module;
  }

  push(...modules: M[]): this {
    this.modules.push(...modules);
    return this;
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.modules.values();
  }

  protected override diskName(path: string): string {
    return path.replace(/^modules\./, "");
  }
}

/** Modules by name, `name.weight` in files as in PyTorch. */
export class ModuleDict<M extends Module = Module>
  extends Module
  implements Iterable<[name: string, module: M]>
{
  private readonly modules: Record<string, M> = {};

  constructor(modules: Readonly<Record<string, M>> = {}) {
    super();
    for (const [name, module] of Object.entries(modules)) this.set(name, module);
  }

  get size(): number {
    return Object.keys(this.modules).length;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.modules, name);
  }

  /** @throws ArgumentError if there is none of that name */
  get(name: string): M {
    const module = this.has(name) ? this.modules[name] : undefined;
    if (module === undefined)
      throw new ArgumentError(
        `ModuleDict: there is no module ${name}; there are ${Object.keys(this.modules).join(", ")}`,
      );
    return module;
  }

  /** @throws ArgumentError for a name that could not stand in a file: empty, or with a dot */
  set(name: string, module: M): this {
    if (name === "" || name.includes("."))
      throw new ArgumentError(`ModuleDict: the name is "${name}"; it must have a letter and no dot`);
    this.modules[name] = module;
    return this;
  }

  *[Symbol.iterator](): IterableIterator<[name: string, module: M]> {
    yield* Object.entries(this.modules);
  }

  protected override diskName(path: string): string {
    return path.replace(/^modules\./, "");
  }
}
