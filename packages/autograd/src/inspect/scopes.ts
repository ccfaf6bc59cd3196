/** Names of scopes and of what lies in them. */
import type { Scope, Tensor } from "../graph.js";
import type { TapeScope } from "./rows.js";

/** Knows the scopes of a tape by a number and a name each. */
export class Scopes {
  private readonly known = new Map<Scope, readonly TapeScope[]>();

  /** The scopes around what was recorded in `scope`, itself the last. */
  chainOf(scope: Scope | null): readonly TapeScope[] {
    if (scope === null) return [];
    let chain = this.known.get(scope);
    if (chain === undefined) {
      const { owner, naming, outer } = scope;
      const name = outer === null ? "" : (naming.nameOf(owner, outer.owner) ?? "");
      chain = [...this.chainOf(outer), { id: this.known.size, name, kind: naming.kind(owner) }];
      this.known.set(scope, chain);
    }
    return chain;
  }

  /** What a tensor is called from the outermost scope on that knows it. */
  nameOf(x: Tensor, scope: Scope | null): string | undefined {
    let name: string | undefined;
    for (let each = scope; each !== null; each = each.outer) name = each.naming.nameOf(x, each.owner) ?? name;
    return name;
  }
}

/** `encoder.layers.0 (Linear)`: the path from the outermost scope to the last of `scopes`. */
export function showScopes(scopes: readonly TapeScope[]): string {
  const path = scopes.flatMap(({ name }) => (name === "" ? [] : [name])).join(".");
  const { kind } = scopes.at(-1)!;
  return path === "" ? kind : `${path} (${kind})`;
}
