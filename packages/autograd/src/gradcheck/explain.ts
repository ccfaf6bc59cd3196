/** What a gradcheck found, in words. */
import { indexOf, type Shape, show } from "../shape.js";
import {
  type Comparison,
  dot,
  type Entry,
  errorOf,
  excessOf,
  type Limits,
  move,
  toleranceOf,
} from "./compare.js";
import { type Subject, valuesAt } from "./evaluate.js";

/** How outputs and inputs are called. */
export interface Labels {
  readonly input: (position: number) => string;
  readonly output: (position: number, shape: Shape) => string;
}

function number(x: number): string {
  return String(Number(x.toPrecision(6)));
}

function place(flat: number | undefined, shape: Shape): string {
  if (flat === undefined) return ", a random combination of its elements";
  return shape.length === 0 ? "" : ` at ${show(indexOf(flat, shape))}`;
}

/** Where an entry lies, and both of its values. */
export function describe(
  entry: Entry,
  { points }: Subject,
  { analysis }: Comparison,
  labels: Labels,
  limits: Limits,
): string {
  const { row, column, analytic, numeric } = entry;
  const point = points[column.input];
  const shape = analysis.shapes[row.output];
  const input = `${labels.input(point.position)}${place(column.index, point.shape)}`;
  const output = `${labels.output(analysis.positions[row.output], shape)}${place(row.index, shape)}`;
  const relation = excessOf(entry, limits) > 1 ? ">" : "<=";
  return `${input}, ${output}: analytic ${number(analytic)}, numeric ${number(numeric)}, |error| ${number(errorOf(entry))} ${relation} ${number(toleranceOf(entry, limits))}`;
}

/** What the wrong values suggest, a line each. */
export function hintsFor(
  worst: Entry,
  subject: Subject,
  comparison: Comparison,
  labels: Labels,
  limits: Limits,
): string[] {
  if (!Number.isFinite(worst.numeric))
    return [
      "the numeric value is not finite: does the function leave its domain, or is the input too large for a step of eps?",
    ];
  if (!Number.isFinite(worst.analytic))
    return ["the analytic value is not finite: does the derivative divide by 0, or multiply 0 by infinity?"];
  const kink = kinkHint(worst, subject, comparison, limits);
  if (kink !== undefined) return [kink];

  const { points } = subject;
  const blockOf = (input: number): Entry[] =>
    comparison.entries.filter(({ row, column }) => row.output === worst.row.output && column.input === input);
  const { input } = worst.column;
  const block = blockOf(input);
  const fits: Fits = (analytic, numeric) => excessOf({ ...worst, analytic, numeric }, limits) <= 1;
  if (block.every(({ analytic }) => analytic === 0))
    return [
      "the analytic gradient is 0 throughout: was a value detached, computed in noGrad, or is a rule missing?",
    ];
  const factor = factorOf(block, fits);
  const hints =
    factor === undefined
      ? []
      : [`every analytic value is ${number(factor)} times the numeric one${reasonOf(factor)}`];
  if (comparison.projected) return hints;
  const height = comparison.analysis.values[worst.row.output].length;
  if (looksTransposed(block, points[input].shape, height, fits)) hints.push("the gradient looks transposed");
  for (const [other, { position, places }] of points.entries()) {
    if (other === input || places.length !== points[input].places.length) continue;
    const theirs = blockOf(other);
    if (block.every(({ analytic }, i) => fits(analytic, theirs[i].numeric)))
      hints.push(`this is the gradient by ${labels.input(position)}: are operands exchanged?`);
  }
  return hints;
}

/** Whether an analytic value would be right for a numeric one. */
type Fits = (analytic: number, numeric: number) => boolean;

/** The one factor between the numeric values and the analytic ones, if there is one. */
function factorOf(block: readonly Entry[], fits: Fits): number | undefined {
  const largest = block.reduce((best, entry) =>
    Math.abs(entry.numeric) > Math.abs(best.numeric) ? entry : best,
  );
  const factor = largest.analytic / largest.numeric;
  // A few values are in some proportion by chance.
  if (
    !Number.isFinite(factor) ||
    factor === 0 ||
    (!isWhole(factor) && !isWhole(1 / factor) && block.length < 4)
  )
    return undefined;
  return block.every(({ analytic, numeric }) => fits(analytic, factor * numeric)) ? factor : undefined;
}

function isWhole(x: number): boolean {
  return Math.abs(x - Math.floor(x + 0.5)) < 1e-3;
}

function reasonOf(factor: number): string {
  if (isWhole(factor))
    return factor < 0 ? ": is a sign wrong?" : ": is a factor wrong, or a use counted twice?";
  if (factor > 0 && isWhole(1 / factor))
    return ": is a factor wrong, a use forgotten, or a sum over a broadcast axis missing?";
  return "";
}

/** Whether the gradients by matrices are right but for an exchange of their last two axes. */
function looksTransposed(block: readonly Entry[], shape: Shape, height: number, fits: Fits): boolean {
  const n = shape.at(-1);
  if (shape.length < 2 || n === undefined || shape.at(-2) !== n) return false;
  // A block comes by input elements, and for each by output elements.
  const mirror = (i: number): number => {
    const flat = Math.floor(i / height);
    const [row, column] = [Math.floor(flat / n) % n, flat % n];
    return i + (column - row) * (n - 1) * height;
  };
  return block.every(({ analytic }, i) => fits(analytic, block[mirror(i)].numeric));
}

/** Whether the differences to the two sides disagree. */
function kinkHint(
  { row, column }: Entry,
  subject: Subject,
  { analysis }: Comparison,
  { eps, atol, rtol }: Limits,
): string | undefined {
  const point = subject.points[column.input];
  const before = analysis.values[row.output];
  const [above, below] = [eps, -eps].map((step) => {
    const after = valuesAt(subject, analysis.shapes, [point, move(point, column.direction, step)])[
      row.output
    ];
    return (
      dot(
        row.weights,
        after.map((value, i) => value - before[i]),
      ) / step
    );
  });
  // A curve, too, makes them differ: by eps times its second derivative.
  if (!(Math.abs(above - below) > 100 * (atol + rtol * Math.max(Math.abs(above), Math.abs(below)))))
    return undefined;
  return `the differences to both sides disagree, ${number(above)} and ${number(below)}: is there a kink or a jump? Declare it in \`kinks\``;
}
