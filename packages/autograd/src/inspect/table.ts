/** A tape as a table of text. */
import { showSpec, type TapeContents, type TapeRow, type TapeVariable } from "./rows.js";

// An op over a hundred tensors would make every line as long as its own.
const longestList = 6;

export function tableOf({ leaves, rows, savedBytes }: TapeContents, formulas: boolean): string {
  const lines = leaves.map((leaf) => [leaf.name, "leaf", "", showSpec(leaf), "", ""]);
  for (const row of rows) lines.push(cellsOf(row, formulas));
  const widths = [0, 0, 0, 0, 0, 0];
  for (const line of lines) line.forEach((cell, i) => (widths[i] = Math.max(widths[i], cell.length)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (widths[i] === 0 ? "" : `${cell.padEnd(widths[i])}  `))
      .join("")
      .trimEnd(),
  );
  text.push(
    `${count(leaves.length, "leaf", "leaves")}, ${count(rows.length, "op")}, ${count(savedBytes, "byte")} saved`,
  );
  return text.join("\n");
}

function cellsOf({ outputs, op, inputs, saves, formula }: TapeRow, formulas: boolean): string[] {
  const kept =
    saves === null ? "freed" : saves.length === 0 ? "" : `saves ${saves.map(({ name }) => name).join(", ")}`;
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
