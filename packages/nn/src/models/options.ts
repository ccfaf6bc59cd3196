/** What ready models of images are told. */
import type { InitOptions } from "../init.js";

export interface ImageModelOptions extends InitOptions {
  /** How many classes are told apart. */
  readonly classes?: number;
  /** The channels of an image. */
  readonly inChannels?: number;
}

/** The part of the options that the layers take, too. */
export function forLayers({ generator, dtype }: InitOptions): InitOptions {
  return { ...(generator && { generator }), ...(dtype && { dtype }) };
}
