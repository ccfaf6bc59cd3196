/** The bar that the network has to clear: a model that counts. */
import { tensor } from "@wengert/autograd";

export interface WittenBellOptions {
  /** The most characters of context. */
  readonly order: number;
  /** The number of different characters. */
  readonly alphabet: number;
}

/**
 * The interpolated character model of Witten & Bell 1991 ("The zero-frequency problem", method C), of all orders up to
 * the given one. With h a context of k characters and h' the same without its first,
 *
 *   P(c | h) = (n(hc) + t(h) P(c | h')) / (n(h) + t(h))
 *
 * where n counts occurrences and t(h) the different characters seen after h; below order 0 stands 1 / alphabet. A
 * context never seen says what its shorter one says.
 *
 * It works on the numbers that the network works on, so both have one alphabet, and a character that training did not
 * show is to both the one unknown character.
 */
export class WittenBell {
  readonly order: number;
  private readonly alphabet: number;
  // Node 0 is the empty context; the child of h by c is hc, be it a context itself or only counted. One map a depth,
  // because a Map holds 2²⁴ entries at most.
  private readonly children: readonly Map<number, number>[];
  private readonly count: number[] = [0];
  private readonly followers: number[] = [0];
  private readonly kinds: number[] = [0];

  /** @param ids the training text */
  constructor(ids: Int32Array, { order, alphabet }: WittenBellOptions) {
    this.order = order;
    this.alphabet = alphabet;
    this.children = Array.from({ length: order + 1 }, () => new Map<number, number>());
    let contexts: readonly number[] = [0];
    for (const id of ids) {
      for (const [depth, context] of contexts.entries()) this.learn(depth, context, id);
      contexts = this.advance(contexts, id);
    }
  }

  private learn(depth: number, context: number, id: number): void {
    const key = context * this.alphabet + id;
    let child = this.children[depth]!.get(key);
    if (child === undefined) {
      child = this.count.push(0) - 1;
      this.followers.push(0);
      this.kinds.push(0);
      this.children[depth]!.set(key, child);
      this.kinds[context]!++;
    }
    this.count[child]!++;
    this.followers[context]!++;
  }

  /** The contexts after one more character, by length; they end where one was never seen. */
  private advance(contexts: readonly number[], id: number): readonly number[] {
    const next = [0];
    for (let depth = 0; depth < this.order && depth < contexts.length; depth++) {
      const longer = this.children[depth]!.get(contexts[depth]! * this.alphabet + id);
      if (longer === undefined) break;
      next.push(longer);
    }
    return next;
  }

  /** P(id | contexts), by order. */
  private likelihoods(contexts: readonly number[], id: number): readonly number[] {
    let p = 1 / this.alphabet;
    return Array.from({ length: this.order + 1 }, (_, depth) => {
      const context = contexts[depth];
      if (context === undefined) return p;
      const child = this.children[depth]!.get(context * this.alphabet + id);
      const [n, total, kinds] = [
        child === undefined ? 0 : this.count[child]!,
        this.followers[context]!,
        this.kinds[context]!,
      ];
      if (total > 0) p = (n + kinds * p) / (total + kinds);
      return p;
    });
  }

  /** The probability that `id` follows `context`, by order from 0. */
  probabilities(context: readonly number[], id: number): readonly number[] {
    let contexts: readonly number[] = [0];
    for (const each of context) contexts = this.advance(contexts, each);
    return this.likelihoods(contexts, id);
  }

  /** The mean of −log₂ P over all characters of `ids` but the first, which is context only; by order from 0. */
  bitsPerCharacter(ids: Int32Array): readonly number[] {
    const likelihoods = Array.from({ length: this.order + 1 }, () => new Float64Array(ids.length - 1));
    let contexts: readonly number[] = [0];
    for (const [i, id] of ids.entries()) {
      if (i > 0) this.likelihoods(contexts, id).forEach((p, order) => (likelihoods[order]![i - 1] = p));
      contexts = this.advance(contexts, id);
    }
    return likelihoods.map((each) => -tensor(each).log().mean().item() / Math.LN2);
  }
}
