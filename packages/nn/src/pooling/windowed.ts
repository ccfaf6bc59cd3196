/** What layers say of themselves that have options but nothing to learn. */
import type { PerAxis } from "@wengert/autograd";
import { Module } from "../module.js";

/** A layer over windows of one size. Sizes and options are checked where the first input is known. */
export abstract class Windowed<Options extends object> extends Module {
  readonly options: Options;

  /** @param kernelSize the size of a window: one number, or one for each axis of space */
  constructor(
    readonly kernelSize: PerAxis,
    options?: Options,
  ) {
    super();
    this.options = options ?? ({} as Options);
  }

  protected override describe(): string {
    return showOptions({ kernelSize: this.kernelSize, ...this.options });
  }
}

/** `kernelSize=[2, 2], stride=2`. */
export function showOptions(options: object): string {
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        `${name}=${Array.isArray(value) ? `[${value.map(String).join(", ")}]` : String(value)}`,
    )
    .join(", ");
}
