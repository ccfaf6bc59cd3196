/**
 * Tensors that only the graph knows: their numbers need not be saved on the JavaScript heap, and their memory is used
 * again as soon as no node needs them. What makes them must promise that it keeps none.
 */
import { Tensor } from "./graph.js";
import type { Storage } from "./storage.js";
import { type Keeper, keepBy, kept, observed } from "./tape.js";

// So many are looked through before those are forgotten that are nobody's business any more.
const leastToForget = 64;

class Confinement implements Keeper {
  private inmates: Storage[] = [];
  private forgetAt = leastToForget;

  made(numbers: Storage): void {
    numbers.holders = 0;
    this.inmates.push(numbers);
    if (this.inmates.length < this.forgetAt) return;
    // Those that had to be saved because their block was wanted must not be kept alive by this list.
    this.inmates = this.inmates.filter(({ holders }) => holders >= 0);
    this.forgetAt = Math.max(leastToForget, 2 * this.inmates.length);
  }

  handOutAll(): void {
    for (const numbers of this.inmates) numbers.handOut();
    this.inmates = [];
  }

  /**
   * Ends it: `results` are handed out, what only the graph has stays with it.
   *
   * @param results all of them if undefined
   */
  end(results: ReadonlySet<Storage> | undefined): void {
    for (const numbers of this.inmates) {
      if (results === undefined || results.has(numbers)) numbers.handOut();
      else if (numbers.holders === 0) numbers.drop();
    }
  }
}

/**
 * Runs `body`, and uses the memory of what it makes and does not return again as soon as the graph lets it. Only for
 * functions that keep no tensor they make, and show none to what may keep it without {@link reveal}: numbers that are
 * read when they are gone are an error. To set `.grad`, or to give a cotangent to a sweep, is to show.
 *
 * @returns what `body` returns; tensors in arrays and plain objects there are as good as any
 */
export function confine<T>(body: () => T): T {
  // Within another one everything is confined already.
  if (observed() || kept() !== null) return body();
  const own = new Confinement();
  keepBy(own);
  let results: ReadonlySet<Storage> | undefined = new Set();
  try {
    const result = body();
    results = storagesIn(result);
    return result;
  } finally {
    keepBy(null);
    own.end(results);
  }
}

/** Runs `body`, which may keep the tensors in `given` and all that it makes, from within what is confined. */
export function reveal<T>(given: unknown, body: () => T): T {
  const before = kept();
  if (before === null) return body();
  const known = storagesIn(given);
  if (known === undefined) before.handOutAll();
  else for (const numbers of known) numbers.handOut();
  keepBy(null);
  try {
    return body();
  } finally {
    keepBy(before);
  }
}

/** The numbers of all tensors in `value`; undefined if there are objects that may hide some. */
function storagesIn(value: unknown): ReadonlySet<Storage> | undefined {
  const found = new Set<Storage>();
  return collect(value, found) ? found : undefined;
}

function collect(value: unknown, found: Set<Storage>): boolean {
  if (value instanceof Tensor) found.add(value.view.data);
  else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value))
    return (
      (Array.isArray(value) || isPlain(value)) && Object.values(value).every((each) => collect(each, found))
    );
  return typeof value !== "function";
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
