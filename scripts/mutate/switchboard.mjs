// What instrumented sources ask as `$m`: which mutant's turn it is. It also notes which of them were asked for.

export function makeSwitchboard() {
  let active;
  /** The ids asked for since `record` began, or undefined. */
  let hits;
  /** The ids asked for while an op is being defined. */
  let defining;
  const ops = [];
  /** Weakly, because there are derivatives without end. */
  const deriving = new Set();

  const is = (id) => {
    hits?.add(id);
    defining?.add(id);
    return id === active;
  };

  /** Puts what depends on the mutant in all ops anew. */
  function refresh() {
    for (const { op, make } of ops) Object.assign(op, make());
    for (const each of deriving) {
      const op = each.deref();
      if (op === undefined) {
        deriving.delete(each);
        continue;
      }
      op.found = undefined;
      op.tangentOps.clear();
    }
  }

  return {
    is,

    /** `list`, or what the mutant whose turn it is makes of it, whenever it is read. */
    list: (list, byId) =>
      new Proxy(list, {
        get: (_, key) => {
          const id = Object.keys(byId).find(is);
          const now = id === undefined ? list : byId[id];
          const value = now[key];
          return typeof value === "function" ? value.bind(now) : value;
        },
      }),

    /** An op whose definition is read again for each mutant. */
    define(make) {
      const outer = defining;
      defining = new Set();
      const op = make();
      const sites = defining;
      defining = outer;
      // What was asked for in the definition counts as asked for whenever the op is derived.
      if (sites.size > 0)
        for (const key of ["saves", "rules", "linear", "forward"]) {
          let value = op[key];
          const get = () => {
            if (hits) for (const id of sites) hits.add(id);
            return value;
          };
          const set = (other) => {
            value = other;
          };
          Object.defineProperty(op, key, { get, set, enumerable: true });
        }
      ops.push({ op, make });
      return op;
    },

    derives(op) {
      deriving.add(new WeakRef(op));
    },

    /** From now on the mutant `id` stands, or none. */
    activate(id) {
      active = id;
      const before = hits;
      hits = undefined;
      refresh();
      hits = before;
    },

    /** From now on notes what is asked for; returns what was noted so far. */
    record(on) {
      const found = hits ?? new Set();
      hits = on ? new Set() : undefined;
      return found;
    },
  };
}
