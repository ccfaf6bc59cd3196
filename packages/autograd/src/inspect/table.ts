/** A tape as a table of text. */
import { showSpec, type TapeContents, type TapeRow, type TapeVariable } from "./rows.js";
import { showScopes } from "./scopes.js";

// An op over a hundred tensors would make every line as long as its own.
const longestList = 6;

export function tableOf({ leaves, rows, savedBytes }: TapeContents, formulas: boolean): string {
  // A line of cells, or a heading over those that follow.
  const lines: (string[] | string)[] = leaves.map((leaf) => [leaf.name, "leaf", "", showSpec(leaf), "", ""]);
  let current: number | undefined;
  for (const row of rows) {
    const innermost = row.scopes?.at(-1)?.id;
    if (innermost !== current) lines.push(innermost === undefined ? "--" : `-- ${showScopes(row.scopes!)}`);
    current = innermost;
    lines.push(cellsOf(row, formulas));
  }
  const widths = [0, 0, 0, 0, 0, 0];
  for (const line of lines)
    if (typeof line !== "string") line.forEach((cell, i) => (widths[i] = Math.max(widths[i], cell.length)));
  const text = lines.map((line) =>
    typeof line === "string"
      ? line
      : line
          .map((cell, i) => (widths[i] === 0 ? "" : `${cell.padEnd(widths[i])}  `))
          .join("")
          .trimEnd(),
  );
  text.push(
    `${count(inAll(leaves.length, rows, "leaves"), "leaf", "leaves")}, ${count(inAll(0, rows, "ops"), "op")}, ${count(savedBytes, "byte")} saved`,
  );
  return text.join("\n");
}

/** How many there are, with those in groups. */
function inAll(shown: number, rows: readonly TapeRow[], what: "ops" | "leaves"): number {
  return rows.reduce((total, { group }) => total + (group?.[what] ?? (what === "ops" ? 1 : 0)), shown);
}

function cellsOf({ outputs, op, inputs, saves, formula, group }: TapeRow, formulas: boolean): string[] {
  const saved =
    saves === null ? "freed" : saves.length === 0 ? "" : `saves ${saves.map(({ name }) => name).join(", ")}`;
  const kept =
    group === undefined
      ? saved
      : `${count(group.ops, "op")}${group.leaves === 0 ? "" : `, ${count(group.leaves, "leaf", "leaves")}`}${saves === null ? ", freed" : ""}`;
  return [
    shorten(outputs.map(({ name }) => name)),
    op,
    shorten(inputs.map((name) => name ?? "_")),
    specsOf(outputs),
    kept,
    formulas && formula !== undefined ? formula : "",
  ];
}

function specsOf(outputs: readonly TapeVariable[]): string {
  const specs = outputs.map((output) => showSpec(output));
  const alike = specs.length > 1 && specs.every((spec) => spec === specs[0]);
  return alike ? `${specs.length} × ${specs[0]}` : shorten(specs);
}

function shorten(items: readonly string[]): string {
  if (items.length <= longestList) return items.join(", ");
  return [...items.slice(0, longestList - 2), "…", items.at(-1)].join(", ");
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
