/** What the samples of one op or function say about its derivatives. */
import { families } from "../../packages/autograd/samples/index.js";
import { type Family, opTable } from "../../packages/autograd/src/ops/table.js";
import { type Case, helperCases, opCases } from "../../packages/autograd/test/support/cases.js";
import { checkDerivatives, type Skipped } from "../../packages/autograd/test/support/derivatives.js";
import { checkForward } from "../../packages/autograd/test/support/forward.js";

/** What is checked, family by family: every op of the table, and every function that has samples. */
export const namesByFamily: ReadonlyMap<string, readonly string[]> = new Map(
  (Object.keys(families) as Family[]).map((family) => [
    family,
    [
      ...[...opTable].flatMap(([name, entry]) => (entry.family === family ? [name] : [])),
      ...Object.keys(families[family].helpers),
    ],
  ]),
);

type Reason = Skipped["skipped"];

/** What is found of one sample: an error, why there is none, or a problem. */
interface Finding {
  readonly error?: number | null;
  readonly skipped?: Reason;
  readonly problem?: string | undefined;
}

/** Derivatives against differences, relative to those above 1. */
function byDifferences(each: Case, order: "first" | "second"): Finding {
  const report = checkDerivatives(each, order);
  if ("skipped" in report) return report;
  if (!report.ok) return { problem: report.message };
  const { checked, worst } = report;
  if (checked === 0 || worst === null) return {};
  return { error: worst.error / Math.max(1, Math.abs(worst.numeric)) };
}

const findings = {
  first: (each: Case): Finding => byDifferences(each, "first"),
  second: (each: Case): Finding => byDifferences(each, "second"),
  forward: checkForward as (each: Case) => Finding,
} as const;

export type Check = keyof typeof findings;
export const checks: readonly Check[] = ["first", "second", "forward"];

export interface Verdict {
  readonly name: string;
  /** How many samples were compared. */
  readonly samples: Readonly<Record<Check, number>>;
  /** The largest errors. */
  readonly errors: Readonly<Record<Check, number>>;
  /** Why there is nothing to compare, or no second derivative. */
  readonly remark: string | undefined;
  /** What is wrong, each with its sample. */
  readonly problems: readonly string[];
}

/** Compares all samples of `name`. That there is nothing to compare is remarked on, or a problem. */
export function verdictOn(name: string): Verdict {
  const cases = opCases.get(name) ?? helperCases.get(name) ?? [];
  const samples = { first: 0, second: 0, forward: 0 };
  const errors = { first: 0, second: 0, forward: 0 };
  const problems: string[] = [];
  const { withoutGradcheck, withoutSecondOrder } = cases[0]?.samples ?? {};
  if (withoutGradcheck !== undefined)
    return { name, samples, errors, remark: `not checked: ${withoutGradcheck}`, problems };

  const skipped = new Set<Reason>();
  for (const each of cases)
    for (const check of checks) {
      try {
        const found = findings[check](each);
        if (found.skipped !== undefined) skipped.add(found.skipped);
        if (found.problem !== undefined) problems.push(`${each.id}: ${found.problem}`);
        if (typeof found.error === "number") {
          samples[check]++;
          errors[check] = Math.max(errors[check], found.error);
        }
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        problems.push(`${each.id}, ${check}: ${text}`);
      }
    }
  const comparedFirst = samples.first > 0;
  const refused = comparedFirst && withoutSecondOrder !== undefined;
  const reason = refused
    ? `no second derivative: ${withoutSecondOrder}`
    : remarkOn(name, comparedFirst, skipped);
  const remark = problems.length === 0 && samples.second === 0 ? reason : undefined;
  if (remark === "") problems.push(`none of its ${cases.length} samples could be compared`);
  return { name, samples, errors, remark, problems };
}

/** Why no second derivative was compared; empty where nothing excuses it. */
function remarkOn(name: string, comparedFirst: boolean, skipped: ReadonlySet<Reason>): string {
  // An op that has rules must have samples for them.
  if (opTable.get(name)?.op.rules.some((rule) => rule !== null)) return "";
  if (comparedFirst)
    return skipped.has("the gradient is 0") ? "no derivative: it is constant between its jumps" : "";
  if (skipped.has("no result is a float")) return "no derivative: its results are no floats";
  const onlyIntegers = skipped.size === 1 && skipped.has("no input is a float");
  return onlyIntegers ? "no derivative: its inputs are no floats" : "";
}
