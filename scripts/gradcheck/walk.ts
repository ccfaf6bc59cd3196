/** `npm run gradcheck`: a line for every op and function, and a total. */
import { type Check, checks, namesByFamily, type Verdict, verdictOn } from "./verdict.js";

/** Where lines go. A terminal also shows what is being checked. */
export interface Sink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const allNames: readonly string[] = [...namesByFamily.values()].flat();

/** How many letters must be added, left out or changed to turn one word into the other (Levenshtein 1966). */
function distance(word: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= word.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = word[i - 1] === other[j - 1] ? 0 : 1;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + changed));
    }
    row = next;
  }
  return row[other.length];
}

/** Names that begin or go on like `wanted`, or that differ from it in few letters; the nearest first. */
function namesNear(wanted: string): string[] {
  const word = wanted.toLowerCase();
  return [...namesByFamily.keys(), ...allNames]
    .map((name) => {
      const other = name.toLowerCase();
      return { name, far: word.length > 2 && other.includes(word) ? 1 : distance(word, other) };
    })
    .filter(({ far }) => far <= 2)
    .sort((a, b) => a.far - b.far)
    .slice(0, 5)
    .map(({ name }) => name);
}

function complaintAbout(wanted: string): string {
  const near = namesNear(wanted);
  const instead =
    near.length > 0
      ? `is it ${near.join(", ")}?`
      : `there are the families ${[...namesByFamily.keys()].join(", ")}, and the names of their ops and functions`;
  return `gradcheck: no op, function or family is called ${wanted}; ${instead}`;
}

/** The ops and functions that a word means: one, or those of a family. */
function meant(word: string): readonly string[] | undefined {
  return allNames.includes(word) ? [word] : namesByFamily.get(word);
}

const cellWidth = 9;

function row(name: string, cells: readonly string[], remark = ""): string {
  const numbers = cells.map((cell) => cell.padStart(cellWidth)).join("");
  return `${name}${numbers}  ${remark}`.trimEnd();
}

function describe({ samples, errors, remark, problems }: Verdict, label: string): string {
  if (problems.length > 0) {
    const details = problems.map((problem) => `\n  ${problem.replaceAll("\n", "\n  ")}`);
    return `${label}  WRONG${details.join("")}`;
  }
  if (samples.first === 0) return row(label, [], remark);
  const error = (check: Check): string => (samples[check] === 0 ? "-" : errors[check].toExponential(1));
  return row(label, [String(samples.first), ...checks.map(error)], remark);
}

/**
 * Checks the ops and functions that `words` name, by themselves or by their families, or all of them.
 *
 * @returns whether all is right
 */
export function walk(words: readonly string[], sink: Sink): boolean {
  const print = (text: string): void => void sink.write(`${text}\n`);
  const unknown = words.filter((word) => meant(word) === undefined);
  if (unknown.length > 0) {
    print(unknown.map(complaintAbout).join("\n"));
    return false;
  }
  const names = [...new Set(words.length === 0 ? allNames : words.flatMap((word) => meant(word) ?? []))];
  const start = performance.now();
  const width = Math.max(...names.map(({ length }) => length));
  print("first, second: derivatives against differences, largest |analytic − numeric| / max(1, |numeric|)");
  print(
    "forward:       tangents against gradients, largest |⟨Jv, u⟩ − ⟨v, Jᵀu⟩| relative to their largest part",
  );
  print(row("".padEnd(width), ["samples", ...checks]));
  let samples = 0;
  const wrong: string[] = [];
  for (const [i, name] of names.entries()) {
    const progress = `${name} … ${i + 1} of ${names.length}`;
    if (sink.isTTY === true) sink.write(progress);
    const verdict = verdictOn(name);
    if (sink.isTTY === true) sink.write(`\r${" ".repeat(progress.length)}\r`);
    print(describe(verdict, name.padEnd(width)));
    samples += verdict.samples.first;
    if (verdict.problems.length > 0) wrong.push(name);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const outcome = wrong.length === 0 ? "all agree" : `WRONG: ${wrong.join(", ")}`;
  print(`${names.length} ops and functions, ${samples} samples, ${seconds} s: ${outcome}`);
  return wrong.length === 0;
}
