/** All that can be checked of an op without knowing what it should compute. */
import { gradients } from "./backward.js";
import { isFloat } from "./dtype.js";
import { laidTensor } from "./gradcheck/layouts.js";
import { type GradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck.js";
import { Tensor } from "./graph.js";
import { clone, to } from "./ops/elementwise.js";
import { detach } from "./ops/identity.js";
import { replayable } from "./random.js";
import { toTypedArray } from "./read.js";
import { sameShape, show, sizeOf } from "./shape.js";
import { enableGrad, noGrad } from "./tape.js";
import { jvp } from "./transforms/forward.js";

/** What a check found. */
export interface OpcheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** What is wrong, or why there was nothing to check; empty where all is well. */
  readonly message: string;
}

export interface OpcheckReport {
  readonly ok: boolean;
  readonly checks: readonly OpcheckResult[];
  /** All of it, for people. */
  readonly message: string;
}

type Checked = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/**
 * The checks that every op of the library passes, for an op or a function of your own:
 *
 * - first and second derivatives against finite differences (`gradcheck`, `gradgradcheck`)
 * - forward mode against reverse mode: `⟨J v, u⟩ = ⟨v, Jᵀ u⟩`
 * - the same bits for every layout of the inputs: transposed, backwards with gaps, amid other numbers
 * - the same bits again, and no input changed
 * - float32 near float64
 *
 * One call with inputs of one shape; ops have several: try 0-d, empty and broadcast ones as well.
 *
 * @param f a function of tensors
 * @param options as of `gradcheck`
 * @throws what `f` throws where it is called first; what its derivative rules throw is a failed check
 */
export function opcheck<Inputs extends readonly Tensor[]>(
  f: NoInfer<(...inputs: Inputs) => Tensor | readonly Tensor[]>,
  inputs: readonly [...Inputs],
  options: GradcheckOptions = {},
): OpcheckReport {
  const call = f as unknown as Checked;
  // Copies for each check, because what is checked may write where it should only read.
  const fresh = (): Tensor[] =>
    noGrad(() => inputs.map((x) => clone(isFloat(x.dtype) ? to(x, "float64") : x)));
  const smooth = resultsOf(call, leaves(fresh())).some(({ slot }) => slot !== null);
  const none = "no output depends on an input in a way that can be differentiated";
  const ifSmooth = (check: typeof gradcheck): OpcheckResult["message"] | undefined => {
    if (!smooth) return undefined;
    const { ok, message } = check(call, fresh(), options);
    return ok ? undefined : message;
  };
  const checks = [
    run("gradients", () => ifSmooth(gradcheck), smooth ? "" : none),
    run("second derivatives", () => ifSmooth(gradgradcheck), smooth ? "" : none),
    run("forward mode", () => disagreement(call, fresh())),
    run("layouts", () => unlikeLayouts(call, fresh())),
    run("repetition", () => unlikeAgain(call, fresh(), fresh())),
    run("float32", () => unlikeFloat32(call, fresh())),
  ];
  const ok = checks.every((check) => check.ok);
  const message = checks
    .map(
      ({ name, ok, message }) => `${ok ? "passed" : "FAILED"} ${name}${message === "" ? "" : `: ${message}`}`,
    )
    .join("\n");
  return { ok, checks, message };
}

/** @param check tells what is wrong; what it throws, such as a rule's cotangent of another shape, is wrong too */
function run(name: string, check: () => string | undefined, note = ""): OpcheckResult {
  let problem: string | undefined;
  try {
    problem = check();
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  return { name, ok: problem === undefined, message: problem ?? note };
}

function resultsOf(f: Checked, inputs: readonly Tensor[]): readonly Tensor[] {
  const found = enableGrad(() => replayable(() => f(...inputs)));
  return found instanceof Tensor ? [found] : found;
}

/** `inputs` as leaves, where they lie; the floats require gradients. */
function leaves(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((x) => {
    const leaf = detach(x);
    if (isFloat(x.dtype)) leaf.requiresGrad = true;
    return leaf;
  });
}

/** Numbers between −1 and 1 that look like nothing in particular. */
function weights({ shape, dtype }: Tensor, offset: number): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => (((i * 7 + offset * 3) % 16) - 7.5) / 8);
  return laidTensor(shape, values, dtype);
}

/** The gradients of the outputs, weighted, by the float inputs; null where none depends on one. */
function gradientsOf(outputs: readonly Tensor[], by: readonly Tensor[]): readonly (Tensor | null)[] {
  const recorded = outputs.flatMap((out, j) => (out.slot === null ? [] : [{ out, g: weights(out, j) }]));
  if (recorded.length === 0) return by.map(() => null);
  return gradients(
    recorded.map(({ out }) => out),
    by,
    { gradient: recorded.map(({ g }) => g) },
  );
}

/** The terms of `⟨x, y⟩`. */
function terms(x: Tensor, y: Tensor): number[] {
  const [a, b] = [toTypedArray(x), toTypedArray(y)];
  return Array.from(a, (value, i) => (value === 0 || b[i] === 0 ? 0 : value * b[i]));
}

/**
 * By how much `⟨J v, u⟩` and `⟨v, Jᵀ u⟩` differ at `inputs`, relative to their largest term: forward rules against reverse
 * ones. NaN where a term is not finite.
 */
export function forwardError(f: Checked, inputs: readonly Tensor[]): number {
  const copies = leaves(inputs);
  const floats = copies.filter(({ dtype }) => isFloat(dtype));
  const reverse = gradientsOf(resultsOf(f, copies), floats);
  const vs = floats.map((x, k) => weights(x, k + 5));
  const { tangent } = jvp(
    (...xs: Tensor[]) => {
      const moved = new Map(floats.map((x, k) => [x, xs[k]]));
      return resultsOf(
        f,
        copies.map((x) => moved.get(x) ?? x),
      );
    },
    floats,
    vs,
  );
  const pushed = tangent.flatMap((t, j) => (isFloat(t.dtype) ? terms(t, weights(t, j)) : []));
  const pulled = reverse.flatMap((gradient, k) => (gradient === null ? [] : terms(gradient, vs[k])));
  const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
  const scale = Math.max(1, ...[...pushed, ...pulled].map(Math.abs));
  return Math.abs(total(pushed) - total(pulled)) / scale;
}

function disagreement(f: Checked, inputs: readonly Tensor[]): string | undefined {
  const error = forwardError(f, inputs);
  return error <= 1e-10 ? undefined : `⟨Jv, u⟩ and ⟨v, Jᵀu⟩ differ by ${error}`;
}

/** Where the bits of two lists of tensors differ; all NaN are the same. */
function bitsApart(
  found: readonly (Tensor | null)[],
  expected: readonly (Tensor | null)[],
): string | undefined {
  if (found.length !== expected.length) return `there are ${found.length} results, not ${expected.length}`;
  for (const [k, x] of found.entries()) {
    const y = expected[k];
    if (x === null || y === null) {
      if (x !== y) return `number ${k} is missing`;
      continue;
    }
    if (!sameShape(x.shape, y.shape)) return `number ${k} is ${show(x.shape)}, not ${show(y.shape)}`;
    const [a, b] = [toTypedArray(x), toTypedArray(y)];
    const at = a.findIndex((value, i) => !Object.is(value, b[i]));
    if (at >= 0) return `number ${k} has ${a[at]} in place ${at}, not ${b[at]}`;
  }
  return undefined;
}

/** Results and gradients. */
function everythingOf(
  f: Checked,
  inputs: readonly Tensor[],
): [readonly Tensor[], readonly (Tensor | null)[]] {
  const outputs = resultsOf(f, inputs);
  return [
    outputs,
    gradientsOf(
      outputs,
      inputs.filter(({ slot }) => slot !== null),
    ),
  ];
}

function unlikeLayouts(f: Checked, inputs: readonly Tensor[]): string | undefined {
  const [expected, expectedGradients] = everythingOf(f, leaves(inputs));
  for (const layout of ["transposed", "negative step", "offset"] as const) {
    const relaid = leaves(inputs.map((x) => laidTensor(x.shape, toTypedArray(x), x.dtype, layout)));
    const [found, foundGradients] = everythingOf(f, relaid);
    const problem = bitsApart(found, expected);
    if (problem !== undefined) return `with ${layout} inputs, of the results ${problem}`;
    const other = bitsApart(foundGradients, expectedGradients);
    if (other !== undefined) return `with ${layout} inputs, of the gradients ${other}`;
  }
  return undefined;
}

function unlikeAgain(
  f: Checked,
  inputs: readonly Tensor[],
  unchanged: readonly Tensor[],
): string | undefined {
  const [first, firstGradients] = everythingOf(f, leaves(inputs));
  const [second, secondGradients] = everythingOf(f, leaves(inputs));
  const changed = bitsApart(inputs, unchanged);
  if (changed !== undefined) return `it changed its inputs: ${changed}`;
  const problem = bitsApart(second, first) ?? bitsApart(secondGradients, firstGradients);
  return problem === undefined ? undefined : `the second run differs: ${problem}`;
}

function unlikeFloat32(f: Checked, inputs: readonly Tensor[]): string | undefined {
  // Numbers that both have, so that only the computation differs.
  const narrow = inputs.map((x) => (isFloat(x.dtype) ? to(x, "float32") : x));
  const wide = narrow.map((x) => (isFloat(x.dtype) ? to(x, "float64") : x));
  const [found, expected] = noGrad(() => [narrow, wide].map((xs) => resultsOf(f, leaves(xs))));
  for (const [k, x] of found.entries()) {
    const [a, b] = [toTypedArray(x), toTypedArray(expected[k])];
    let scale = 0;
    for (const value of b) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
    const at = a.findIndex(
      (value, i) =>
        !Object.is(value, b[i]) && value !== b[i] && !(Math.abs(value - b[i]) <= 1e-4 * scale + 1e-30),
    );
    if (at >= 0) return `result ${k} has ${a[at]} in place ${at} in float32, and ${b[at]} in float64`;
  }
  return undefined;
}
