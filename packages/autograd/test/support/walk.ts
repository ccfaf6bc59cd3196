/** What walks over all samples share. */
import { expect } from "vitest";
import { families } from "../../samples/index.js";
import { type Case, signature } from "./cases.js";
import { type Fixture, readFixtures } from "./fixtures.js";

/** What PyTorch makes of each case, by its id. */
export const fixtures: ReadonlyMap<string, Fixture> = new Map(
  Object.keys(families).flatMap((family) => [...readFixtures(`ops/${family}`)]),
);

export function hasReference({ sample, samples }: Case): boolean {
  return samples.withoutReference === undefined && sample.unlikePyTorch === undefined;
}

export function fixtureOf(each: Case): Fixture {
  const fixture = fixtures.get(each.id);
  if (fixture?.signature !== signature(each))
    throw new Error(
      `${each.id}: the sample has changed since its fixture was made; see scripts/fixtures/ops.py`,
    );
  return fixture;
}

/** What is wrong with some of the cases, each line with its id. */
export function problemsOf(
  cases: readonly Case[],
  check: (each: Case) => readonly (string | undefined)[],
): string[] {
  return cases.flatMap((each) => {
    try {
      return check(each).flatMap((problem) => (problem === undefined ? [] : [`${each.id}: ${problem}`]));
    } catch (error) {
      return [`${each.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
    }
  });
}

/** Fails, and shows the first of the problems, where there are some. */
export function expectNone(problems: readonly string[]): void {
  expect(problems.length, problems.slice(0, 20).join("\n")).toBe(0);
}
