/** Parts of a text and what follows them, to predict it. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import type { Dataset } from "../dataset.js";

export interface TokenWindowsOptions {
  /** How many tokens a window has: T. */
  readonly length: number;
  /** From the start of a window to that of the next; 1 by default. */
  readonly stride?: number;
  /**
   * What is to be predicted: of every token the next, so that y is [T] and one step further than x (`"each"`, the
   * default), or the one behind the window, so that y is 0-d (`"next"`).
   */
  readonly target?: "each" | "next";
}

/**
 * Windows of T tokens of a text and what follows: pairs `[x, y]` of int32 tensors. Unlike the rows of a `TextStream`, windows
 * may overlap and come in any order. At the level of words or characters of the text's vocabulary, they are windows for
 * next-word or next-character models.
 */
export class TokenWindows implements Dataset<[x: Tensor, y: Tensor]> {
  /** The number of windows. */
  readonly length: number;
  private readonly size: number;
  private readonly stride: number;
  private readonly target: "each" | "next";

  /**
   * @param ids the numbers of the text's tokens, as from `Vocabulary.encode`; read, not copied
   * @throws ArgumentError if a size is no positive integer, or the text does not fill one window and a token more
   */
  constructor(
    private readonly ids: Int32Array,
    { length, stride = 1, target = "each" }: TokenWindowsOptions,
  ) {
    for (const [name, size] of Object.entries({ length, stride }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError(`TokenWindows: ${name} is ${size}; it must be an integer, 1 or more`);
    if (target !== "each" && target !== "next")
      throw new ArgumentError(
        `TokenWindows: the target is ${JSON.stringify(target)}; it must be "each" or "next"`,
      );
    if (ids.length <= length)
      throw new ArgumentError(
        `TokenWindows: ${ids.length} tokens do not fill a window of ${length} and one to predict; use a longer text or a shorter window`,
      );
    this.size = length;
    this.stride = stride;
    this.target = target;
    this.length = Math.floor((ids.length - 1 - length) / stride) + 1;
  }

  /** @throws ArgumentError for an index outside */
  get(index: number): [x: Tensor, y: Tensor] {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new ArgumentError(`TokenWindows: there is no window ${index} among ${this.length}`);
    const start = index * this.stride;
    const end = start + this.size;
    const x = tensor(this.ids.subarray(start, end));
    const y =
      this.target === "each"
        ? tensor(this.ids.subarray(start + 1, end + 1))
        : tensor(this.ids.subarray(end, end + 1), { shape: [] });
    return [x, y];
  }
}
