/** Runs the checked function: at a point, with generators put back, and back through its tape. */
import { gradients } from "../backward.js";
import { isFloat } from "../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { type Node, type Slot, Tensor } from "../graph.js";
import { replayable } from "../random.js";
import { toTypedArray } from "../read.js";
import { type Shape, sameShape, show } from "../shape.js";
import { denseView, Storage } from "../storage.js";
import { enableGrad, refusePromise } from "../tape.js";
import { leafOf, type Point } from "./point.js";

/** What is checked: a function, and the inputs that are varied or held fixed. */
export interface Subject {
  /** The caller, as errors name it. */
  readonly name: string;
  readonly f: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
  readonly inputs: readonly (Point | Tensor)[];
  /** Those inputs that are varied. */
  readonly points: readonly Point[];
}

/** A float output. */
export interface Output {
  /** Which of the function's outputs it is. */
  readonly position: number;
  readonly value: Tensor;
}

/** The function's inputs, with `leaves` in the places of the points. */
export function inputsWith(inputs: readonly (Point | Tensor)[], leaves: readonly Tensor[]): Tensor[] {
  let next = 0;
  return inputs.map((each) => (each instanceof Tensor ? each : leaves[next++]));
}

function run({ name, f, inputs }: Subject, leaves: readonly Tensor[]): Output[] {
  const result: unknown = enableGrad(() => refusePromise(name, f(...inputsWith(inputs, leaves))));
  const results: unknown[] = Array.isArray(result) ? result : [result];
  const outputs = results.map((value, position) => {
    if (value instanceof Tensor) return { position, value };
    const what = value instanceof Promise ? "promise" : value === null ? "null" : typeof value;
    throw new ArgumentError(
      `${name}: the function returned a ${what}; it must return a tensor, or a list of tensors`,
    );
  });
  const floats = outputs.filter(({ value }) => isFloat(value.dtype));
  if (floats.length === 0)
    throw new ArgumentError(
      `${name}: the function returned no tensor of floats; there is nothing to differentiate`,
    );
  return floats;
}

/** The values of the float outputs, which must have `shapes`, with the numbers of one point changed. */
export function valuesAt(
  subject: Subject,
  shapes: readonly Shape[],
  [changed, numbers]: readonly [Point, Float64Array],
): Float64Array[] {
  return replayable(() => {
    const leaves = subject.points.map((point) => leafOf(point, point === changed ? numbers : point.numbers));
    const outputs = run(subject, leaves);
    requireShapes(
      subject,
      shapes,
      outputs.map(({ value }) => value.shape),
    );
    return outputs.map(({ value }) => toTypedArray(value) as Float64Array);
  });
}

/** @throws ArgumentError if two evaluations gave other shapes */
export function requireShapes({ name }: Subject, before: readonly Shape[], after: readonly Shape[]): void {
  const [first, second] = [before, after].map((shapes) => shapes.map(show).join(", "));
  if (first !== second)
    throw new ArgumentError(
      `${name}: the function returned ${first} and then, of other values, ${second}; shapes must not depend on values`,
    );
}

/** A linear functional of the outputs: `weights` for the elements of one of them. */
export interface Row {
  /** Its index among the float outputs. */
  readonly output: number;
  /** The only element with a weight, where there is one. */
  readonly index: number | undefined;
  readonly weights: Float64Array;
}

/** A row, and what backward makes of it: the gradient of each point, null where the output does not depend on it. */
export interface Sweep {
  readonly row: Row;
  readonly gradients: readonly (Float64Array | null)[];
}

/** What the tape says at one point. */
export interface Analysis {
  /** Which of the function's outputs each float output is. */
  readonly positions: readonly number[];
  readonly shapes: readonly Shape[];
  readonly values: readonly Float64Array[];
  readonly sweeps: readonly Sweep[];
  /** Whether an output requires a gradient, by whatever it was computed from. */
  readonly recorded: boolean;
}

/** Runs the function once, and backward once for each row. */
export function analyse(subject: Subject, rowsFor: (shapes: readonly Shape[]) => readonly Row[]): Analysis {
  return replayable(() => {
    const leaves = subject.points.map((point) => leafOf(point, point.numbers));
    const outputs = run(subject, leaves);
    refuseFloat32(subject.name, outputs, leaves);
    const shapes = outputs.map(({ value }) => value.shape);
    const values = outputs.map(({ value }) => toTypedArray(value) as Float64Array);
    const recorded = outputs.some(({ value }) => value.slot !== null);
    const sweeps = rowsFor(shapes).map((row) => {
      const { value } = outputs[row.output];
      if (value.slot === null) return { row, gradients: leaves.map(() => null) };
      const gradient = new Tensor(denseView(new Storage("float64", row.weights.slice()), value.shape));
      const found = gradients(value, leaves, { gradient, retainGraph: true });
      return { row, gradients: found.map((each, k) => numbersOf(subject, each, k)) };
    });
    leaves.forEach((leaf, k) => {
      const { position, numbers } = subject.points[k];
      if (!(leaf.view.data.data as Float64Array).every((value, i) => Object.is(value, numbers[i])))
        throw new ArgumentError(
          `${subject.name}: the function changed the values of input ${position}; it must leave them as they are`,
        );
    });
    return { positions: outputs.map(({ position }) => position), shapes, values, sweeps, recorded };
  });
}

function numbersOf({ name, points }: Subject, gradient: Tensor | null, k: number): Float64Array | null {
  if (gradient === null) return null;
  const { shape, position } = points[k];
  if (!sameShape(gradient.shape, shape))
    throw new ShapeError(
      `${name}: the gradient of input ${position} is ${show(gradient.shape)}, the input is ${show(shape)}; they must be the same`,
    );
  return toTypedArray(gradient) as Float64Array;
}

/** Throws if a value of float32 lies on a way from a leaf to an output: differences cannot see through its rounding. */
function refuseFloat32(name: string, outputs: readonly Output[], leaves: readonly Tensor[]): void {
  const roots = outputs.flatMap(({ value }) => value.slot ?? []);
  const nodes = new Set<Node>();
  for (const { node } of roots) if (node !== null) nodes.add(node);
  for (const node of nodes) for (const slot of node.inputs) if (slot?.node) nodes.add(slot.node);
  const leading = new Set<Slot | Node>(leaves.flatMap((leaf) => leaf.slot ?? []));
  for (const node of [...nodes].sort((a, b) => a.id - b.id))
    if (
      node.inputs.some(
        (slot) => slot !== null && (leading.has(slot) || (slot.node !== null && leading.has(slot.node))),
      )
    )
      leading.add(node);
  const edges = new Set([...roots, ...[...nodes].flatMap((node) => node.inputs)]);
  const rounded = [...edges]
    .filter((slot) => slot?.dtype === "float32" && slot.node !== null && leading.has(slot.node))
    .sort((a, b) => a!.node!.id - b!.node!.id)[0];
  if (rounded)
    throw new DTypeError(
      `${name}: ${rounded.node!.op.name} makes a float32 ${show(rounded.shape)} between the inputs and the output, whose rounding drowns the differences; compute in float64 throughout`,
    );
}
