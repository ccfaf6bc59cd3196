/**
 * Draws what the data sets that are made in process look like:
 *
 *   npm run show                       says what there is to see
 *   npm run show -- digits             writes show/digits.svg
 *   npm run show -- all --seed 3 --out folder
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Generator } from "@wengert/autograd";
import { sheets } from "./sheets.js";
import { svgFile } from "./svg.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "0" },
    out: { type: "string", default: "show" },
  },
});
const names = positionals.includes("all") ? Object.keys(sheets) : positionals;
const stranger = names.find((name) => !Object.hasOwn(sheets, name));
if (names.length === 0 || stranger !== undefined) {
  if (stranger !== undefined) console.error(`There is no sheet called ${stranger}.`);
  console.log(`npm run show -- [all | ${Object.keys(sheets).join(" | ")}] [--seed 0] [--out show]`);
  process.exitCode = stranger === undefined ? 0 : 1;
} else {
  mkdirSync(values.out, { recursive: true });
  for (const name of names) {
    const file = join(values.out, `${name}.svg`);
    const sheet = sheets[name];
    if (sheet !== undefined)
      writeFileSync(file, svgFile(`Generated data: ${name}`, sheet(new Generator(Number(values.seed)))));
    console.log(file);
  }
}
