/** Random numbers one at a time, for code that cannot say beforehand how many it needs. */
import type { Generator, NumberArray, Tensor } from "@wengert/autograd";

const none = new Float64Array(0);
// An op costs as much as some fifty numbers, yet most samples need few: blocks grow from the first on.
const firstBlock = 32;
const lastBlock = 1024;

/** Draws from `generator`, in float64. What it yields is a function of the generator's state and of the calls alone. */
export class Draws {
  private readonly uniforms: () => number;
  private readonly normals: () => number;

  /** @param generator for code that draws many at once; whoever does both gets numbers of different kinds */
  constructor(readonly generator: Generator) {
    this.uniforms = oneByOne((count) => generator.rand([count], { dtype: "float64" }));
    // Of their own, or the two kinds would take each other's numbers wherever a block happens to end.
    let ofNormals: Generator | undefined;
    this.normals = oneByOne((count) => {
      ofNormals ??= generator.fork("normals");
      return ofNormals.randn([count], { dtype: "float64" });
    });
  }

  /** A number from `low` (included) to `high` (excluded), 0 to 1 by default. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.uniforms();
  }

  /** An integer from `low` (included) to `high` (excluded). */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniforms() * (high - low));
  }

  /** `true` with the given probability. */
  chance(probability: number): boolean {
    return this.uniforms() < probability;
  }

  /** A normal number of mean 0 and standard deviation 1. */
  normal(): number {
    return this.normals();
  }

  /** One of `items`, each as likely as the others. */
  choice<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length)]!;
  }

  /** An index, each drawn in proportion to its weight; the weights sum to 1. */
  category(weights: ArrayLike<number>): number {
    let rest = this.uniforms();
    const last = weights.length - 1;
    for (let i = 0; i < last; i++) {
      rest -= weights[i]!;
      if (rest < 0) return i;
    }
    return last;
  }

  /** `items` in random order (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const made = [...items];
    for (let last = made.length - 1; last > 0; last--) {
      const chosen = this.integer(0, last + 1);
      [made[last], made[chosen]] = [made[chosen]!, made[last]!];
    }
    return made;
  }
}

function oneByOne(draw: (count: number) => Tensor): () => number {
  let block: NumberArray = none;
  let next = 0;
  return () => {
    if (next === block.length) {
      const count = Math.min(2 * block.length || firstBlock, lastBlock);
      block = draw(count).toTypedArray();
      next = 0;
    }
    return block[next++]!;
  };
}
