/**
 * A tensor as text. Digits, widths, line breaks and summaries are PyTorch's.
 *
 * Differs: int32 is the integer that goes without saying, as int64 is in PyTorch; and the words are those of this
 * library: `true`, `shape=[0, 3]`, `requiresGrad=true`, and `op=mul` where PyTorch has `grad_fn=<MulBackward0>`.
 */
import { type DType, defaultDtype, isFloat } from "../dtype.js";
import type { Tensor } from "../graph.js";
import { show, sizeOf } from "../shape.js";
import type { View } from "../storage.js";

const digits = 4;
const largestInFull = 1000;
const edge = 3;
const lineWidth = 80;
const prefix = "tensor(";

/** `x` as `console.log` shows it. Has no effect on a tape or a trace. */
export function format(x: Tensor): string {
  let text = prefix + (x.size === 0 ? "[]" : numbersAsText(x.view));
  let lineLength = text.length - text.lastIndexOf("\n") + 1;
  for (const fact of factsOf(x)) {
    if (lineLength + fact.length + 2 > lineWidth) {
      text += `,\n${" ".repeat(prefix.length)}${fact}`;
      lineLength = prefix.length + fact.length;
    } else {
      text += `, ${fact}`;
      lineLength += fact.length + 2;
    }
  }
  return `${text})`;
}

/** What the numbers do not tell. */
function factsOf({ shape, size, dtype, slot }: Tensor): string[] {
  const facts: string[] = [];
  if (size === 0 && shape.length !== 1) facts.push(`shape=${show(shape)}`);
  // Where there are numbers, a point or its absence tells floats, integers and bools apart.
  const evident = dtype === defaultDtype() || (size > 0 && (dtype === "int32" || dtype === "bool"));
  if (!evident) facts.push(`dtype=${dtype}`);
  if (slot !== null) facts.push(slot.node === null ? "requiresGrad=true" : `op=${slot.node.op.name}`);
  return facts;
}

const gap = -1;

/** The indices along an axis that are shown, with a gap among them where the axis is cut short. */
function shownIndices(length: number, cut: boolean): number[] {
  if (!cut || length <= 2 * edge) return Array.from({ length }, (_, i) => i);
  const head = Array.from({ length: edge }, (_, i) => i);
  return [...head, gap, ...head.map((i) => length - edge + i)];
}

function numbersAsText({ data, shape, stride, offset }: View): string {
  const cut = sizeOf(shape) > largestInFull;
  const shown = shape.map((length) => shownIndices(length, cut));

  // All numbers must be seen before the first can be written: they share one notation and one width.
  const numbers: number[] = [];
  const collect = (axis: number, at: number): void => {
    if (axis === shape.length) numbers.push(data.get(at));
    else for (const i of shown[axis]) if (i !== gap) collect(axis + 1, at + i * stride[axis]);
  };
  collect(0, offset);
  const { width, text } = notationFor(data.dtype, numbers);

  let next = 0;
  const number = (): string => text(numbers[next++]).padStart(width);
  const row = (indices: readonly number[], indent: number): string => {
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (width + 2)));
    const items = indices.map((i) => (i === gap ? " ..." : number()));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  };
  const block = (axis: number, indent: number): string => {
    const below = shape.length - 1 - axis;
    if (below === 0) return row(shown[axis], indent);
    const items = shown[axis].map((i) => (i === gap ? "..." : block(axis + 1, indent + 1)));
    return `[${items.join(`,${"\n".repeat(below)}${" ".repeat(indent + 1)}`)}]`;
  };
  return shape.length === 0 ? number() : block(0, prefix.length);
}

/** How numbers that stand together are written. */
interface Notation {
  readonly width: number;
  readonly text: (value: number) => string;
}

function notationFor(dtype: DType, numbers: readonly number[]): Notation {
  if (!isFloat(dtype)) {
    const text = dtype === "bool" ? (value: number) => String(value !== 0) : String;
    return { width: widest(numbers, text), text };
  }
  const telling = numbers.filter((value) => Number.isFinite(value) && value !== 0);
  const text = floatNotation(telling);
  return { width: widest(telling, text), text };
}

function widest(numbers: readonly number[], text: (value: number) => string): number {
  return numbers.reduce((width, value) => Math.max(width, text(value).length), 1);
}

/** @param telling those of the numbers that are finite and not 0 */
function floatNotation(telling: readonly number[]): (value: number) => string {
  let smallest = Infinity;
  let largest = 0;
  for (const value of telling) {
    smallest = Math.min(smallest, Math.abs(value));
    largest = Math.max(largest, Math.abs(value));
  }
  const whole = telling.every((value) => Number.isInteger(value));
  const far = telling.length > 0 && (largest / smallest > 1000 || largest > 1e8);
  const finite = far || (!whole && smallest < 1e-4) ? scientific : whole ? integral : fixed;
  return (value) => {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
    return Object.is(value, -0) ? `-${finite(0)}` : finite(value);
  };
}

function integral(value: number): string {
  return `${value}.`;
}

function fixed(value: number): string {
  // Half of the last digit is odd / 20000, and 5⁴ must cancel for a binary number to be exactly that: odd / 32.
  const half = Math.abs((value * 32) % 2) === 1;
  return rounded(value.toFixed(digits), half ? value.toFixed(digits + 1).slice(0, -1) : undefined);
}

function scientific(value: number): string {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  // 40 digits separate a half from its neighbours: a double is either exactly a half or off by more than 1e-35.
  // oxlint-disable-next-line oxc/number-arg-out-of-range -- the limit has been 100 since ECMAScript 2018
  const [exact] = value.toExponential(40).split("e");
  const end = exact.indexOf(".") + 1 + digits;
  const half = /^50*$/.test(exact.slice(end));
  const power = exponent.slice(1).padStart(2, "0");
  return `${rounded(mantissa, half ? exact.slice(0, end) : undefined)}e${exponent[0]}${power}`;
}

/**
 * Python, and so PyTorch, rounds a half to the even digit; JavaScript rounds it up.
 *
 * @param cut the number cut off instead, if it lies halfway
 */
function rounded(up: string, cut: string | undefined): string {
  return cut !== undefined && Number(cut.at(-1)) % 2 === 0 ? cut : up;
}
