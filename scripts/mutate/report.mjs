// What became of mutants, as text.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { show } from "./mutators.mjs";
import { familyOf } from "./sources.mjs";

const columns = ["mutants", "caught", "hung", "compiler", "survived"];
const columnOf = {
  caught: "caught",
  crash: "hung",
  hang: "hung",
  compiler: "compiler",
  survived: "survived",
};

/** The share of mutants that something caught, from 0 to 1. */
export function shareCaught(results) {
  return results.filter(({ outcome }) => outcome !== "survived").length / results.length;
}

const percent = (results) => `${(100 * shareCaught(results)).toFixed(1)} %`;

/** A line for each family, and one for all. */
function table(results) {
  const families = new Set(results.map(({ file }) => familyOf(file)));
  const cells = (name, some) => {
    const counts = Object.fromEntries(columns.map((column) => [column, 0]));
    for (const { outcome } of some) counts[columnOf[outcome]] += 1;
    counts.mutants = some.length;
    return [name, ...columns.map((column) => String(counts[column])), percent(some)];
  };
  const rows = [
    ["", ...columns, ""],
    ...[...families].map((name) =>
      cells(
        name,
        results.filter(({ file }) => familyOf(file) === name),
      ),
    ),
    cells("all", results),
  ];
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd(),
  );
}

/** Where each survivor is, and what it changes. */
function survivors(root, results) {
  return results
    .filter(({ outcome }) => outcome === "survived")
    .map((mutant) => {
      const source = readFileSync(join(root, mutant.file), "utf8");
      return `${mutant.file}:${mutant.line} (${mutant.entry}) ${show(mutant, source)}`;
    });
}

/** The whole report. */
export function report(root, results, total) {
  const alive = survivors(root, results);
  const unfinished =
    results.length < total ? [`only ${results.length} of ${total} mutants were tried out`] : [];
  if (results.length === 0) return unfinished.join("\n");
  return [
    "",
    ...table(results),
    "",
    ...(alive.length > 0 ? ["survivors:", ...alive.map((line) => `  ${line}`), ""] : []),
    ...unfinished,
    `${percent(results)} of ${results.length} mutants were caught`,
  ].join("\n");
}
