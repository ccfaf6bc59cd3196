/** What the samples of one op or function say about its derivatives. */
import { families } from "../../packages/autograd/samples/index.js";
import type { GradcheckReport } from "../../packages/autograd/src/gradcheck.js";
import { type Family, opTable } from "../../packages/autograd/src/ops/table.js";
import { helperCases, opCases } from "../../packages/autograd/test/support/cases.js";
import { checkDerivatives, type Skipped } from "../../packages/autograd/test/support/derivatives.js";

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

/** Of which derivatives. */
export const orders = ["first", "second"] as const;
export type Order = (typeof orders)[number];

export interface Verdict {
  readonly name: string;
  /** How many samples were compared. */
  readonly samples: Readonly<Record<Order, number>>;
  /** The largest errors, those of large derivatives relative to them. */
  readonly errors: Readonly<Record<Order, number>>;
  /** Why there is nothing to compare, or no second derivative. */
  readonly remark: string | undefined;
  /** What is wrong, each with its sample. */
  readonly problems: readonly string[];
}

function errorOf({ worst }: GradcheckReport): number {
  return worst === null ? 0 : worst.error / Math.max(1, Math.abs(worst.numeric));
}

/** Compares all samples of `name`. That there is nothing to compare is remarked on, or a problem. */
export function verdictOn(name: string): Verdict {
  const cases = opCases.get(name) ?? helperCases.get(name) ?? [];
  const samples = { first: 0, second: 0 };
  const errors = { first: 0, second: 0 };
  const problems: string[] = [];
  const without = cases[0]?.samples.withoutGradcheck;
  if (without !== undefined) return { name, samples, errors, remark: `not checked: ${without}`, problems };

  const skipped = new Set<Skipped["skipped"]>();
  for (const each of cases)
    for (const order of orders) {
      try {
        const report = checkDerivatives(each, order);
        if ("skipped" in report) skipped.add(report.skipped);
        else if (!report.ok) problems.push(`${each.id}: ${report.message}`);
        else if (report.checked > 0) {
          samples[order]++;
          errors[order] = Math.max(errors[order], errorOf(report));
        }
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        problems.push(`${each.id}, ${order} derivatives: ${text}`);
      }
    }

  const hasRules = opTable.get(name)?.op.rules.some((rule) => rule !== null) ?? false;
  let remark: string | undefined;
  if (problems.length === 0 && samples.second === 0) {
    if (samples.first > 0 && skipped.has("the gradient is 0") && !hasRules)
      remark = "no derivative: it is constant between its jumps";
    else if (samples.first === 0 && skipped.has("no result is a float") && !hasRules)
      remark = "no derivative: its results are no floats";
    else if (samples.first === 0 && skipped.has("no input is a float") && skipped.size === 1 && !hasRules)
      remark = "no derivative: its inputs are no floats";
    else problems.push(`${name}: none of its ${cases.length} samples could be compared`);
  }
  return { name, samples, errors, remark, problems };
}
