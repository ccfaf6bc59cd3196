/** Samples as a flat list of cases, and tensors made of them. */
import { helperSamples, opSamples } from "../../samples/index.js";
import type { AnyHelperSamples, AnyOpSamples, AnySample, Input, TensorInput } from "../../samples/sample.js";
import { gradients } from "../../src/backward.js";
import type { DType, FloatDType, NumberArray } from "../../src/dtype.js";
import { laidTensor } from "../../src/gradcheck/layouts.js";
import { Tensor } from "../../src/graph.js";
import type { TensorLike } from "../../src/ops/elementwise/elementwise-op.js";
import { type Shape, sizeOf } from "../../src/shape.js";

/** One call of one function. */
export interface Case {
  /** `add/broadcast.second/1`: the function, the category, and which of its samples. */
  readonly id: string;
  /** The op, or the function made of ops. */
  readonly name: string;
  readonly category: string;
  readonly sample: AnySample;
  readonly samples: AnyOpSamples | AnyHelperSamples;
}

// biome-ignore format: two lines
const categories = [
  "scalar", "empty", "one", "highRank", "long", "transposed", "negativeStep", "offset", "expanded",
  "broadcast", "shared", "options", "numbers", "special", "integers", "samples",
];

function casesOf(name: string, samples: AnyOpSamples | AnyHelperSamples): Case[] {
  const found: Case[] = [];
  const visit = (category: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const [i, sample] of (value as AnySample[]).entries())
        found.push({ id: `${name}/${category}/${i}`, name, category, sample, samples });
    } else if (typeof value === "object" && value !== null && !("notApplicable" in value)) {
      for (const [key, each] of Object.entries(value)) visit(`${category}.${key}`, each);
    }
  };
  for (const category of categories)
    visit(category, (samples as unknown as Record<string, unknown>)[category]);
  return found;
}

/** The cases of every op by its name, in the order of the samples. */
export const opCases: ReadonlyMap<string, readonly Case[]> = new Map(
  [...opSamples].map(([name, samples]) => [name, casesOf(name, samples)]),
);

/** The cases of every function that is made of ops. */
export const helperCases: ReadonlyMap<string, readonly Case[]> = new Map(
  [...helperSamples].map(([name, samples]) => [name, casesOf(name, samples)]),
);

/** A number of 32 bits for a text (FNV-1a). */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** The numbers from 0 to `count` − 1 in an order that depends on the seed alone. */
function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = seed | 1;
  for (let i = count - 1; i > 0; i--) {
    state = Math.imul(state, 0x2c9277b5) + 0x3c6ef35f;
    const j = ((state >>> 0) >>> 3) % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function isTensor(input: Input): input is TensorInput {
  return typeof input === "object" && "shape" in input;
}

/** The shape of the numbers that an input really has: an expanded one repeats those along its first axis. */
function ownShape({ shape, layout }: TensorInput): Shape {
  return layout === "expanded"
    ? shape.map((length, axis) => (axis === 0 ? Math.min(1, length) : length))
    : shape;
}

/**
 * The values of the inputs in row-major order; null for what is no tensor. Floats are multiples of 2⁻¹⁰, so that float32
 * and float64 see the same, and all different, so that nothing is a tie by chance.
 */
export function valuesOf({ id, sample, samples }: Case): (readonly number[] | null)[] {
  const { inputs } = sample;
  const free = inputs.map((input) => (isTensor(input) && !input.values ? sizeOf(ownShape(input)) : 0));
  const order = shuffled(
    free.reduce((total, size) => total + size, 0),
    hash(id),
  );
  let next = 0;
  return inputs.map((input, k) => {
    if (!isTensor(input)) return null;
    const { values, dtype = "float32" } = input;
    if (values !== undefined)
      return dtype.startsWith("float") ? values.map((value) => Math.fround(value)) : values;
    const { low, high, avoid = [] } = samples.domains[Math.min(k, samples.domains.length - 1)];
    const drawn = Array.from({ length: free[k] }, () => {
      const rank = order[next++];
      if (input.dtype === "bool") return rank % 2;
      if (input.dtype === "uint8") return rank % 10;
      if (input.dtype === "int32") return (rank % 19) - 9;
      const value = Math.floor((low + ((high - low) * (rank + 0.5)) / order.length) * 1024 + 0.5) / 1024;
      const kink = avoid.find((each) => Math.abs(each - value) < 0.0625);
      return kink === undefined ? value : kink + (value < kink ? -0.0625 : 0.0625) * (1 + (rank % 4) / 4);
    });
    const repeats = drawn.length === 0 ? 0 : sizeOf(input.shape) / drawn.length;
    return Array.from({ length: repeats }, () => drawn).flat();
  });
}

/** The inputs of a case as tensors. */
export interface Built {
  /** Without repetition; the numbers among the inputs are left out. */
  readonly tensors: readonly Tensor[];
  /** Of these, the ones that require a gradient. */
  readonly leaves: readonly Tensor[];
  /** Calls the function, with other tensors in the place of `tensors` where they are given. */
  call(this: void, tensors?: readonly Tensor[]): readonly Tensor[];
}

/** @param relaid every tensor in this layout, where it can be */
export function build(
  { sample, samples, ...rest }: Case,
  float: FloatDType,
  { gradient = false, relaid }: { readonly gradient?: boolean; readonly relaid?: TensorInput["layout"] } = {},
): Built {
  const values = valuesOf({ sample, samples, ...rest });
  const tensors: Tensor[] = [];
  const places = sample.inputs.map((input, k) => {
    if (typeof input === "number") return null;
    if (!isTensor(input)) return input.same;
    const layout = relaid ?? input.layout;
    return tensors.push(laidTensor(input.shape, values[k]!, input.dtype ?? float, layout)) - 1;
  });
  // A repeated input names the place among the inputs of the tensor it is.
  const tensorAt = sample.inputs.map((input, k) =>
    typeof input === "object" && !isTensor(input) ? places[input.same] : places[k],
  );
  const leaves = tensors.filter(({ dtype }) => dtype === "float32" || dtype === "float64");
  if (gradient) for (const leaf of leaves) leaf.requiresGrad = true;
  const call = (given: readonly Tensor[] = tensors): readonly Tensor[] => {
    const inputs: TensorLike[] = sample.inputs.map((input, k) =>
      typeof input === "number" ? input : given[tensorAt[k]!],
    );
    const result = samples.call(inputs, sample.options);
    return result instanceof Tensor ? [result] : result;
  };
  return { tensors, leaves, call };
}

/** Whether it has an input that is a float of the walk's choice. */
export function hasFreeFloat({ sample }: Case): boolean {
  return sample.inputs.some((input) => isTensor(input) && input.dtype === undefined);
}

/** The cotangent of output `j`: the script that makes the fixtures has the same formula. */
export function cotangent(shape: Shape, dtype: DType, j: number): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 7 + j * 3) % 16) - 7.5) / 8);
  return laidTensor(shape, values, dtype);
}

/** The gradients of the outputs, weighted, by the leaves; null where none depends on one. */
export function gradientsOf({ leaves }: Built, outputs: readonly Tensor[]): readonly (Tensor | null)[] {
  const weighted = outputs.flatMap((out, j) =>
    out.slot === null ? [] : [{ out, gradient: cotangent(out.shape, out.dtype, j) }],
  );
  if (weighted.length === 0) return leaves.map(() => null);
  const gradient = weighted.map((each) => each.gradient);
  return gradients(
    weighted.map(({ out }) => out),
    leaves,
    { gradient, retainGraph: true },
  );
}

function plain(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : Object.is(value, -0)
      ? "-0.0"
      : String(value);
}

/** What the script that makes the fixtures needs to know of a case. */
export function describeCase(each: Case): {
  readonly id: string;
  readonly name: string;
  readonly inputs: readonly unknown[];
  readonly options: unknown;
} {
  const values = valuesOf(each);
  const inputs = each.sample.inputs.map((input, k) =>
    isTensor(input)
      ? { shape: input.shape, dtype: input.dtype ?? null, values: values[k]!.map((value) => plain(value)) }
      : input,
  );
  // JSON has no infinity.
  const options = Object.entries(each.sample.options ?? {}).map(([name, value]: [string, unknown]) => [
    name,
    Math.abs(value as number) === Number.POSITIVE_INFINITY ? String(value) : value,
  ]);
  return { id: each.id, name: each.name, inputs, options: Object.fromEntries(options) as unknown };
}

/** Changes whenever the fixture of a case must be made anew. */
export function signature(each: Case): string {
  return hash(JSON.stringify(describeCase(each))).toString(16);
}

/** The values of a tensor, and all others that lie in its storage. */
export function everything({ view }: Tensor): NumberArray {
  return view.data.data.slice();
}
