// Tries mutants out: first on the tests of the ops they are in, then, if they survive, on all others that meet them.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const chunk = 6;

/** Names that a file knows: groups of tests called so are about what is in it. */
function namesIn(text) {
  const named = text.matchAll(/"(\w+)"|export function (\w+)/g);
  return new Set([...named].map(([, quoted, exported]) => quoted ?? exported));
}

/** The op that a group of tests is about. */
const subjectOf = (group) => group.slice(group.indexOf(" > ") + 3).split(" ")[0];

/**
 * @param crew workers, see crew.mjs
 * @param onOutcome called with each mutant and what became of it: `{ outcome, test?, problem? }`, where `outcome` is
 *   "caught", "hang", "crash" or "survived"
 * @param onFailing called with each test that fails without a mutant, and is therefore not asked
 */
export async function campaign({ root, crew, mutants, onOutcome, onFailing = () => {}, onStage = () => {} }) {
  const groups = await crew.start();
  const texts = [...new Set(mutants.map(({ file }) => file))].map((file) =>
    readFileSync(join(root, file), "utf8"),
  );
  const names = new Set(texts.flatMap((text) => [...namesIn(text)]));
  // A test of its own among the groups of ops is about all of them.
  const isOfAll = (group) => group.startsWith(groups[0].split(" > ")[0]) && / > .* /.test(group);
  const isNear = (group) => names.has(subjectOf(group)) || isOfAll(group);
  const skip = [];
  let left = mutants;
  for (const stage of [groups.filter(isNear), groups.filter((group) => !isNear(group))]) {
    if (left.length === 0) break;
    onStage({ groups: stage.length, mutants: left.length });
    const met = await record(crew, stage, (failure) => {
      skip.push(failure.test);
      onFailing(failure);
    });
    const survivors = [];
    await crew.each(left, async (mutant, worker) => {
      const outcome = await tryOut(mutant, { met, skip, worker });
      if (outcome === undefined) survivors.push(mutant);
      else onOutcome(mutant, outcome);
    });
    left = survivors;
  }
  for (const mutant of left) onOutcome(mutant, { outcome: "survived" });
}

/** The groups that meet each mutant, by its id. */
async function record(crew, groups, onFailing) {
  const met = new Map();
  const chunks = Array.from({ length: Math.ceil(groups.length / chunk) }, (_, i) =>
    groups.slice(chunk * i, chunk * (i + 1)),
  );
  await crew.each(chunks, async (names, worker) => {
    for (const { name, failing, hits, ms } of await worker.run("record", { names })) {
      failing.forEach(onFailing);
      for (const id of hits) met.set(id, [...(met.get(id) ?? []), { name, ms }]);
    }
  });
  return met;
}

async function tryOut({ id, entry }, { met, skip, worker }) {
  const isOwn = ({ name }) => (entry.startsWith(subjectOf(name)) ? 1 : 0);
  const inOrder = (met.get(id) ?? []).sort((a, b) => isOwn(b) - isOwn(a) || a.ms - b.ms);
  if (inOrder.length === 0) return undefined;
  try {
    const caught = await worker.run("tryOut", { id, names: inOrder.map(({ name }) => name), skip });
    return caught ? { outcome: "caught", ...caught } : undefined;
  } catch (error) {
    if (error.fatal === undefined) throw error;
    return { outcome: error.fatal };
  }
}
