/** Gradients checked against finite differences, to first and second order. */
import { gradients } from "./backward.js";
import { zeros } from "./create.js";
import { isFloat } from "./dtype.js";
import { ArgumentError } from "./errors.js";
import { compare, errorOf, excessOf, type Limits, toleranceOf } from "./gradcheck/compare.js";
import { analyse, inputsWith, type Subject } from "./gradcheck/evaluate.js";
import { describe, hintsFor, type Labels } from "./gradcheck/explain.js";
import { avoidKinks, between, type Kinks, type Point, pointOf } from "./gradcheck/point.js";
import { Tensor } from "./graph.js";
import { Generator } from "./random.js";
import { indexOf, show, sizeOf } from "./shape.js";
import { denseView, Storage } from "./storage.js";
import { enableGrad } from "./tape.js";

export type { Kinks } from "./gradcheck/point.js";

export interface GradcheckOptions {
  /** The step of the central differences, 1e-6 by default. */
  readonly eps?: number;
  /** What is tolerated is `atol + rtol · |numeric|`; 1e-5 and 1e-3 by default. */
  readonly atol?: number;
  readonly rtol?: number;
  /** Jacobians of more entries than this are checked by random projections; 2,000 by default. */
  readonly maxEntries?: number;
  /** Where the function has kinks or jumps; inputs nearer than 10 · eps are moved away. */
  readonly kinks?: Kinks;
  /** By how much two runs over the same inputs may differ; by default they must agree to the bit. */
  readonly nondeterminism?: number;
  /** For projections, moves and cotangents; 0 by default. */
  readonly seed?: number;
  /** What the inputs are called in messages; by default as the function's parameters are. */
  readonly names?: readonly string[];
}

/** The entry of a Jacobian whose error is largest beside what is tolerated. */
export interface GradcheckEntry {
  /** Which output; for `gradgradcheck`, by which input the gradient was taken. */
  readonly output: number;
  /** Which of its elements; null for a random combination of them. */
  readonly outputIndex: readonly number[] | null;
  /** Which input; for `gradgradcheck` the cotangents follow the inputs. */
  readonly input: number;
  readonly inputName: string | undefined;
  readonly inputIndex: readonly number[] | null;
  readonly analytic: number;
  readonly numeric: number;
  readonly error: number;
  readonly tolerance: number;
}

export interface GradcheckReport {
  readonly ok: boolean;
  /** How many numbers were compared: entries of Jacobians, or random projections of them. */
  readonly checked: number;
  /** How many of them are wrong. */
  readonly failed: number;
  /** Null where nothing was compared. */
  readonly worst: GradcheckEntry | null;
  /** What was done to the inputs, and what was left out. */
  readonly notes: readonly string[];
  /** All of it, for people. */
  readonly message: string;
}

type Differentiable<Inputs extends readonly Tensor[]> = (...inputs: Inputs) => Tensor | readonly Tensor[];

/**
 * Compares the gradients of `f` with central differences, for every float output and every float input.
 *
 * float32 inputs are checked as float64, whatever their layout; other inputs are held fixed. Generators are put back, so
 * that random functions can be checked too. A wrong gradient is reported, not thrown.
 *
 * @param f a function of tensors; it must change none of them
 * @throws DTypeError if a float32 value lies between inputs and outputs; ArgumentError if `f` or an option is not what it
 *   must be; and what `f` and its derivative rules throw
 */
export function gradcheck<Inputs extends readonly Tensor[]>(
  f: NoInfer<Differentiable<Inputs>>,
  inputs: readonly [...Inputs],
  options: GradcheckOptions = {},
): GradcheckReport {
  const { subject, names, notes } = prepare("gradcheck", f as unknown as Subject["f"], inputs, options);
  const labels: Labels = {
    input: inputLabel(names, inputs),
    output: (position, shape) => `output ${position} (${show(shape)})`,
  };
  return check(subject, labels, names, notes, options);
}

/**
 * Compares the second derivatives of `f` with central differences of its first ones: checks `gradients(f(x), x, v)` as a
 * function of `x` and of the cotangents `v`, which are random.
 *
 * Does not check the first derivatives themselves: `gradcheck` does.
 *
 * @throws as `gradcheck`; GradientError if an op has no second derivative
 */
export function gradgradcheck<Inputs extends readonly Tensor[]>(
  f: NoInfer<Differentiable<Inputs>>,
  inputs: readonly [...Inputs],
  options: GradcheckOptions = {},
): GradcheckReport {
  const { subject, names, notes } = prepare("gradgradcheck", f as unknown as Subject["f"], inputs, options);
  const { points } = subject;
  const { positions, shapes } = analyse(subject, () => []);
  const generator = new Generator(limitsOf("gradgradcheck", options).seed).fork("cotangents");
  const cotangents = shapes.map((shape, j) => {
    const v = new Tensor(denseView(new Storage("float64", between(sizeOf(shape), generator)), shape));
    return pointOf(v, inputs.length + j);
  });
  const first = (...given: Tensor[]): Tensor[] => {
    const xs = given.slice(0, inputs.length);
    const result = subject.f(...xs);
    const floats = (result instanceof Tensor ? [result] : result).filter(({ dtype }) => isFloat(dtype));
    const recorded = [...floats.keys()].filter((j) => floats[j].slot !== null);
    const leaves = points.map(({ position }) => xs[position]);
    const found = enableGrad(() =>
      gradients(
        recorded.map((j) => floats[j]),
        leaves,
        {
          gradient: recorded.map((j) => given[inputs.length + j]),
          createGraph: true,
        },
      ),
    );
    return found.map((gradient, k) => gradient ?? zeros(leaves[k].shape, { dtype: "float64" }));
  };
  const label = inputLabel(names, inputs);
  const labels: Labels = {
    input: (position) =>
      position < inputs.length
        ? label(position)
        : `the cotangent of output ${positions[position - inputs.length]}`,
    output: (k) => `the gradient by ${label(points[k].position)}`,
  };
  const second: Subject = {
    ...subject,
    f: first,
    inputs: [...subject.inputs, ...cotangents],
    points: [...points, ...cotangents],
  };
  const report = check(second, labels, names, notes, options);
  if (report.worst === null) return report;
  return { ...report, worst: { ...report.worst, output: points[report.worst.output].position } };
}

function limitsOf(name: string, options: GradcheckOptions): Limits {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, maxEntries = 2000, nondeterminism = 0, seed = 0 } = options;
  const limits = { eps, atol, rtol, maxEntries, nondeterminism, seed };
  for (const [key, value] of Object.entries(limits))
    if (!(value >= 0) || (key === "eps" && value === 0))
      throw new ArgumentError(
        `${name}: ${key} is ${value}; it must be ${key === "eps" ? "above 0" : "0 or more"}`,
      );
  return limits;
}

interface Prepared {
  readonly subject: Subject;
  readonly names: readonly string[];
  readonly notes: readonly string[];
}

function prepare(
  name: string,
  f: Subject["f"],
  given: readonly Tensor[],
  options: GradcheckOptions,
): Prepared {
  const { eps, seed } = limitsOf(name, options);
  const { kinks = [], names = parameterNames(f) } = options;
  const label = inputLabel(names, given);
  const inputs = given.map((x, position) => (isFloat(x.dtype) ? pointOf(x, position) : x));
  const points = inputs.filter((each): each is Point => !(each instanceof Tensor));
  if (points.length === 0)
    throw new ArgumentError(
      `${name}: none of the inputs is a tensor of floats; there is nothing to differentiate by`,
    );
  const notes = given.flatMap(({ dtype }, position) => {
    if (dtype === "float64") return [];
    const what = dtype === "float32" ? "was checked as float64" : "was held fixed";
    return [`${label(position)} is ${dtype} and ${what}`];
  });
  const generator = new Generator(seed).fork("kinks");
  notes.push(...avoidKinks(points, kinks, 10 * eps, (leaves) => inputsWith(inputs, leaves), generator));
  return { subject: { name, f, inputs, points }, names, notes };
}

function inputLabel(names: readonly string[], inputs: readonly Tensor[]): Labels["input"] {
  return (position) => {
    const name = names[position];
    return `input ${position} (${name === undefined ? "" : `${name}, `}${show(inputs[position].shape)})`;
  };
}

/** The names of simple parameters, as in `(x, w) => …`; none where it is more than names. */
function parameterNames(f: unknown): string[] {
  const list = /^(?:([\w$]+)\s*=>|[^(]*\(([^)]*)\))/.exec(String(f));
  const names = (list?.[1] ?? list?.[2] ?? "").split(",").map((name) => name.trim());
  return names.every((name) => /^[A-Za-z_$][\w$]*$/.test(name)) ? names : [];
}

function check(
  subject: Subject,
  labels: Labels,
  names: readonly string[],
  before: readonly string[],
  options: GradcheckOptions,
): GradcheckReport {
  const { name, points } = subject;
  const limits = limitsOf(name, options);
  const compared = compare(subject, limits);
  if ("nondeterminism" in compared) {
    const message = lines(`${name}: ${compared.nondeterminism}`, [], before);
    return { ok: false, checked: 0, failed: 0, worst: null, notes: before, message };
  }
  const { entries, worst, analysis, projected } = compared;
  const unrelated = points.filter((_, k) => analysis.sweeps.every((sweep) => sweep.gradients[k] === null));
  const notes = [
    ...before,
    ...unrelated.map(({ position }) => `the tape shows no way from ${labels.input(position)} to an output`),
    ...(projected ? ["the Jacobian is large: random projections of it were compared"] : []),
  ];
  const failed = entries.filter((entry) => excessOf(entry, limits) > 1).length;
  const checked = entries.length;
  if (failed === 0 && analysis.recorded && unrelated.length === points.length) {
    const message = lines(
      `${name}: the outputs depend on other tensors than the inputs: the function must compute with the tensors that it is given, not with those that it closes over`,
      [],
      notes,
    );
    return { ok: false, checked, failed, worst: null, notes, message };
  }
  if (worst === null) {
    const message = lines(
      `${name}: there was nothing to compare: the inputs or outputs have no elements`,
      [],
      notes,
    );
    return { ok: true, checked, failed, worst, notes, message };
  }
  const { row, column, analytic, numeric } = worst;
  const point = points[column.input];
  const found = describe(worst, subject, compared, labels, limits);
  const what = projected ? "projections" : "entries";
  const message =
    failed === 0
      ? lines(`${name}: all ${checked} ${what} agree; the worst is ${found}`, [], notes)
      : lines(
          `${name}: ${found}`,
          [
            `${failed} of ${checked} ${what} are wrong`,
            ...hintsFor(worst, subject, compared, labels, limits),
          ],
          notes,
        );
  return {
    ok: failed === 0,
    checked,
    failed,
    worst: {
      output: analysis.positions[row.output],
      outputIndex: row.index === undefined ? null : indexOf(row.index, analysis.shapes[row.output]),
      input: point.position,
      inputName: names[point.position],
      inputIndex: column.index === undefined ? null : indexOf(column.index, point.shape),
      analytic,
      numeric,
      error: errorOf(worst),
      tolerance: toleranceOf(worst, limits),
    },
    notes,
    message,
  };
}

function lines(head: string, details: readonly string[], notes: readonly string[]): string {
  return [head, ...details, ...notes.map((note) => `note: ${note}`)].join("\n  ");
}
