/** Groups of lines as one: what a module did, on a line of its own. */
import type { TapeContents, TapeRow, TapeVariable } from "./rows.js";
import { showScopes } from "./scopes.js";

/** How many scopes lie around the innermost line. */
export function depthOf({ rows }: TapeContents): number {
  return rows.reduce((deepest, { scopes = [] }) => Math.max(deepest, scopes.length), 0);
}

/** A tape with what was recorded inside more than `depth` scopes on one line for each call. */
export function fold(contents: TapeContents, depth: number): TapeContents {
  const { rows } = contents;
  if (depthOf(contents) <= depth) return contents;
  // Calls do not overlap, so the rows of one follow one another.
  const groups: TapeRow[][] = [];
  for (const row of rows) {
    const id = row.scopes?.[depth]?.id;
    const last = groups.at(-1);
    if (id !== undefined && last?.[0]?.scopes?.[depth]?.id === id) last.push(row);
    else groups.push([row]);
  }
  const readers = new Map<string, Set<TapeRow[]>>();
  for (const group of groups)
    for (const { inputs } of group)
      for (const name of inputs)
        if (name !== null) readers.set(name, (readers.get(name) ?? new Set()).add(group));
  const leaves = new Set(contents.leaves.map(({ name }) => name));
  const inside = (name: string, group: TapeRow[]): boolean => {
    const all = readers.get(name);
    return leaves.has(name) && all?.size === 1 && all.has(group);
  };
  const results = new Set(contents.results);
  const hidden = new Set<string>();
  const folded = groups.map((group) => {
    const scopes = group[0].scopes ?? [];
    if (scopes.length <= depth) return group[0];
    const own = new Set(group.flatMap(({ outputs }) => outputs.map(({ name }) => name)));
    const read = new Set(
      group.flatMap(({ inputs }) => inputs).filter((name) => name !== null && !own.has(name)),
    );
    const names = [...read].filter((name): name is string => name !== null);
    const kept = names.filter((name) => !inside(name, group));
    for (const name of names) if (inside(name, group)) hidden.add(name);
    const isRead = ({ name }: TapeVariable): boolean =>
      results.has(name) || [...(readers.get(name) ?? [])].some((each) => each !== group);
    const around = scopes.slice(0, depth + 1);
    return {
      outputs: group.flatMap(({ outputs }) => outputs).filter(isRead),
      op: showScopes(around),
      inputs: kept,
      options: undefined,
      saves: group.every(({ saves }) => saves === null) ? null : group.flatMap(({ saves }) => saves ?? []),
      scopes: around.slice(0, depth),
      group: { ops: group.length, leaves: names.length - kept.length },
    };
  });
  return { ...contents, leaves: contents.leaves.filter(({ name }) => !hidden.has(name)), rows: folded };
}

/** The deepest fold of at most `limit` lines, or where there is none, that of the outermost scopes alone. */
export function foldTo(contents: TapeContents, limit: number): TapeContents {
  let found = contents;
  for (let depth = depthOf(contents); depth >= 0; depth--) {
    found = fold(contents, depth);
    if (found.leaves.length + found.rows.length <= limit) break;
  }
  return found;
}
