/** What is true of every generated data set, and reading them. */
import { Generator, Tensor } from "@wengert/autograd";
import type { GeneratedDataset, GeneratedOptions } from "@wengert/datasets";
import { expect } from "vitest";

/** All samples of a data set. */
export function samples<T>(dataset: GeneratedDataset<T>): T[] {
  return Array.from({ length: dataset.length }, (_, i) => dataset.get(i));
}

/** Tensors as shape, dtype and numbers, so that `toEqual` compares them. */
function plain(value: unknown): unknown {
  if (value instanceof Tensor) return { shape: value.shape, dtype: value.dtype, values: value.toArray() };
  if (ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((each) => plain(each));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  return value;
}

/** Same seed, same samples, in any order; another seed, or another data set of the same generator: others. */
export function expectSeeded(make: (options: GeneratedOptions) => GeneratedDataset<unknown>): void {
  const generator = new Generator(1);
  const first = make({ count: 6, generator });
  const second = make({ count: 6, generator });
  const again = make({ count: 4, generator: new Generator(1) });
  const other = make({ count: 6, generator: new Generator(2) });
  const all = plain(samples(first)) as unknown[];
  expect([3, 0, 2, 1].map((i) => plain(again.get(i)))).toEqual([3, 0, 2, 1].map((i) => all[i]));
  expect(plain(samples(second))).not.toEqual(all);
  expect(plain(samples(other))).not.toEqual(all);
  expect(() => first.get(6)).toThrow("there is no sample 6 in a data set of 6");
  expect(() => make({ count: -1 })).toThrow("count is -1; it must be an integer, 0 or more");
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How often each value occurs. */
export function counts<T>(values: Iterable<T>): Map<T, number> {
  const found = new Map<T, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}
