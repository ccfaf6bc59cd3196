// A check of the checks: puts one small fault at a time into the derivative rules and runs the tests. At least 95 % of
// the faults must make a test fail; those that do not are listed. No file is changed: faults exist in memory only.
//
//   npm run mutate
//   npm run mutate -- --family pooling --family fourier   some families of ops; functions, differentiate, backward too
//   npm run mutate -- --sample 200 --seed 1               some of the mutants, drawn at random
//   npm run mutate -- --only "flip a sign"                the mutants of one kind, or of files or ops of that name
//   npm run mutate -- --jobs 2 --json mutants.json        processes; where everything is written down
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { campaign } from "./mutate/campaign.mjs";
import { withCompiler } from "./mutate/compiler.mjs";
import { Crew } from "./mutate/crew.mjs";
import { mutatorNames } from "./mutate/mutators.mjs";
import { Progress } from "./mutate/progress.mjs";
import { report, shareCaught } from "./mutate/report.mjs";
import { familyOf, findMutants, sourceFiles, testFiles, vocabulary } from "./mutate/sources.mjs";

const wantedShare = 0.95;

const { values: options } = parseArgs({
  options: {
    family: { type: "string", multiple: true },
    only: { type: "string", multiple: true },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

/** Up to `count` of `items`, the same for the same seed. */
function sample(items, count, seed) {
  let state = seed >>> 0;
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const keyed = items.map((item, i) => ({ item, i, key: next() }));
  const drawn = keyed.sort((a, b) => a.key - b.key).slice(0, count);
  return drawn.sort((a, b) => a.i - b.i).map(({ item }) => item);
}

function select(mutants, { family, only, sample: count, seed }) {
  const isOf = ({ file, entry, mutator }, word) =>
    word === mutator || word === entry || `${word}Op` === entry || file.endsWith(`/${word}.ts`);
  const chosen = mutants.filter(
    (mutant) =>
      (family === undefined || family.includes(familyOf(mutant.file))) &&
      (only === undefined || only.some((word) => isOf(mutant, word))),
  );
  return count === undefined ? chosen : sample(chosen, Number(count), Number(seed));
}

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
const sources = sourceFiles(root);
const everything = [...findMutants(root, sources).values()].flatMap(({ mutants }) => mutants);
const mutants = select(everything, options);
if (mutants.length === 0) {
  const families = new Set(everything.map(({ file }) => familyOf(file)));
  console.error(`mutate: nothing to mutate; the families are ${[...families].join(", ")}`);
  console.error(`mutate: the kinds of mutants are ${mutatorNames.join(", ")}`);
  process.exit(1);
}

const results = [];
const crew = new Crew(Number(options.jobs), { root, sources, tests: testFiles(root), vocabulary });
const progress = new Progress(process.stderr, mutants.length);

function finish(status) {
  crew.stop();
  const order = new Map(mutants.map(({ id }, i) => [id, i]));
  results.sort((a, b) => order.get(a.id) - order.get(b.id));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
  console.log(report(root, results, mutants.length));
  process.exit(status);
}
process.once("SIGINT", () => finish(130));

await campaign({
  root,
  crew,
  mutants,
  onStage: ({ groups, mutants }) => progress.say(`${mutants} mutants, ${groups} groups of tests`),
  onProblem: (name, problem) =>
    progress.say(`not asked, because it fails without a mutant: ${name}: ${problem}`),
  onOutcome(mutant, outcome) {
    results.push({ ...mutant, ...outcome });
    progress.advance(`${results.filter((each) => each.outcome === "survived").length} survive`);
  },
});
crew.stop();
// A list that names too little may run as well where no test looks, but the compiler sees what a rule reads.
const unseen = results.filter(
  ({ outcome, mutator }) => outcome === "survived" && mutator === "drop a saved value",
);
if (unseen.length > 0)
  withCompiler(root, (refuses) => {
    for (const result of unseen) if (refuses(result)) result.outcome = "compiler";
  });
finish(shareCaught(results) >= wantedShare ? 0 : 1);
