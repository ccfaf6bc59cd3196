/**
 * Scalar expressions as data. An element-wise op is such an expression; printing, interpreting, differentiating
 * and emitting it as a kernel are functions over the same tree, whose leaves are the op's inputs.
 */
import { type Primitive, primitives } from "./primitives.js";

/** What a node stands for: a number of the computing type, a truth value, or the bits of a number. */
export type Kind = "number" | "mask" | "bits";

/** The `index`-th input of the op. */
export interface Input {
  readonly node: "input";
  readonly kind: "number" | "mask";
  readonly index: number;
}

/** A literal. Bits are given as an integer of the lane's width. */
export interface Constant {
  readonly node: "constant";
  readonly kind: Kind;
  readonly value: number | bigint | boolean;
}

/** A primitive of the machine: one instruction or two. `count` is a shift's distance. */
export interface Application {
  readonly node: "apply";
  readonly kind: Kind;
  readonly primitive: Primitive;
  readonly operands: readonly Expression[];
  readonly count: number;
}

/** A named function, which keeps its derivative and is made of primitives only when it is emitted. */
export interface Call {
  readonly node: "call";
  readonly kind: Kind;
  readonly callee: ScalarFunction;
  readonly operands: readonly Expression[];
}

export type Expression = Input | Constant | Application | Call;

/** A function over scalars such as `tanh`: how it is computed, and its derivatives. */
export interface ScalarFunction {
  readonly name: string;
  /** The computation for a number type, in primitives and other functions. */
  readonly lower: (type: "f32" | "f64", ...operands: Expression[]) => Expression;
  /** ∂f/∂operand for each operand; `out` is the call itself, which is cheaper where it serves. */
  readonly derivatives: (operands: readonly Expression[], out: Expression) => readonly Expression[];
}

/** A number or an expression: JavaScript numbers stand for constants. */
export type Term = Expression | number;

/** The `index`-th input, read as a number. */
export function input(index: number): Input {
  return { node: "input", kind: "number", index };
}

/** The `index`-th input, read as a truth value: not zero. */
export function maskInput(index: number): Input {
  return { node: "input", kind: "mask", index };
}

export function constant(value: number): Constant {
  return { node: "constant", kind: "number", value };
}

/** `term` as an expression. */
export function expression(term: Term): Expression {
  return typeof term === "number" ? constant(term) : term;
}

/** A call of `callee`. */
export function call(callee: ScalarFunction, ...operands: Term[]): Call {
  return { node: "call", kind: "number", callee, operands: operands.map(expression) };
}

function application(primitive: Primitive, kind: Kind, operands: Term[], count = 0): Application {
  return { node: "apply", kind, primitive, operands: operands.map(expression), count };
}

/** Whether `e` is the literal number `value` (−0 is not 0). */
export function isConstant(e: Expression, value: number): boolean {
  return e.node === "constant" && e.kind === "number" && Object.is(e.value, value);
}

// The derivatives of a kink or of an unused operand are structural zeros: they are dropped, never multiplied.
const zero = constant(0);

export function sum(x: Term, y: Term): Expression {
  const [a, b] = [expression(x), expression(y)];
  if (isConstant(a, 0)) return b;
  if (isConstant(b, 0)) return a;
  return application("add", "number", [a, b]);
}

export function difference(x: Term, y: Term): Expression {
  const [a, b] = [expression(x), expression(y)];
  if (isConstant(b, 0)) return a;
  if (isConstant(a, 0)) return negative(b);
  return application("sub", "number", [a, b]);
}

export function product(x: Term, y: Term): Expression {
  const [a, b] = [expression(x), expression(y)];
  if (isConstant(a, 0) || isConstant(b, 0)) return zero;
  if (isConstant(a, 1)) return b;
  if (isConstant(b, 1)) return a;
  if (isConstant(a, -1)) return negative(b);
  if (isConstant(b, -1)) return negative(a);
  return application("mul", "number", [a, b]);
}

export function quotient(x: Term, y: Term): Expression {
  const [a, b] = [expression(x), expression(y)];
  if (isConstant(a, 0)) return zero;
  return isConstant(b, 1) ? a : application("div", "number", [a, b]);
}

export function negative(x: Term): Expression {
  const a = expression(x);
  if (isConstant(a, 0)) return zero;
  return a.node === "apply" && a.primitive === "neg" ? a.operands[0] : application("neg", "number", [a]);
}

type NumberPrimitive = "abs" | "sqrt" | "floor" | "ceil" | "trunc" | "nearest" | "min" | "max";

/** A primitive over numbers by its name, for those without a word of their own here. */
export function primitive(name: NumberPrimitive, ...operands: Term[]): Expression {
  return application(name, "number", operands);
}

/** A comparison; false where an operand is NaN, except `ne`. */
export function compare(relation: "eq" | "ne" | "lt" | "gt" | "le" | "ge", x: Term, y: Term): Expression {
  return application(relation, "mask", [x, y]);
}

/** `mask ? x : y`, lane by lane. Either branch may be of any kind, both of the same. */
export function select(mask: Expression, x: Term, y: Term): Expression {
  const [a, b] = [expression(x), expression(y)];
  if (isConstant(a, 0) && isConstant(b, 0)) return zero;
  return application("select", a.kind, [mask, a, b]);
}

/** As `select`, for a mask that is seldom true: a vector of lanes for which it is nowhere true skips `x`. */
export function rarely(mask: Expression, x: Expression, y: Expression): Expression {
  return application("rarely", y.kind, [mask, x, y]);
}

export function both(x: Expression, y: Expression): Expression {
  return application("and", "mask", [x, y]);
}

export function either(x: Expression, y: Expression): Expression {
  return application("or", "mask", [x, y]);
}

export function not(x: Expression): Expression {
  return application("not", "mask", [x]);
}

/** Work on the bits of a number, for the computation of functions: two's complement of the lane's width. */
export const bits: {
  readonly of: (x: Expression) => Expression;
  readonly toNumber: (x: Expression) => Expression;
  readonly constant: (value: number | bigint) => Expression;
  /** The integer nearest to zero, saturating: `f32` only. */
  readonly truncate: (x: Expression) => Expression;
  /** An integer as a number: `f32` only. */
  readonly convert: (x: Expression) => Expression;
  readonly add: (x: Expression, y: Expression) => Expression;
  readonly sub: (x: Expression, y: Expression) => Expression;
  readonly and: (x: Expression, y: Expression) => Expression;
  readonly or: (x: Expression, y: Expression) => Expression;
  readonly xor: (x: Expression, y: Expression) => Expression;
  readonly eq: (x: Expression, y: Expression) => Expression;
  readonly gt: (x: Expression, y: Expression) => Expression;
  readonly shl: (x: Expression, count: number) => Expression;
  readonly shrS: (x: Expression, count: number) => Expression;
  readonly shrU: (x: Expression, count: number) => Expression;
} = {
  of: (x) => application("toBits", "bits", [x]),
  toNumber: (x) => application("fromBits", "number", [x]),
  constant: (value) => ({ node: "constant", kind: "bits", value: BigInt(value) }),
  truncate: (x) => application("bitsTruncate", "bits", [x]),
  convert: (x) => application("bitsConvert", "number", [x]),
  add: (x, y) => application("bitsAdd", "bits", [x, y]),
  sub: (x, y) => application("bitsSub", "bits", [x, y]),
  and: (x, y) => application("bitsAnd", "bits", [x, y]),
  or: (x, y) => application("bitsOr", "bits", [x, y]),
  xor: (x, y) => application("bitsXor", "bits", [x, y]),
  eq: (x, y) => application("bitsEq", "mask", [x, y]),
  gt: (x, y) => application("bitsGt", "mask", [x, y]),
  shl: (x, count) => application("bitsShl", "bits", [x], count),
  shrS: (x, count) => application("bitsShrS", "bits", [x], count),
  shrU: (x, count) => application("bitsShrU", "bits", [x], count),
};

/** A polynomial in `x` by Horner's rule, coefficients from the highest power down to the constant. */
export function polynomial(x: Expression, coefficients: readonly number[]): Expression {
  return coefficients
    .slice(1)
    .reduce((sum_: Expression, c) => sum(product(sum_, x), c), constant(coefficients[0]));
}

/** The indices of the inputs that `roots` read, rising. */
export function inputsOf(...roots: Expression[]): number[] {
  const found = new Set<number>();
  const seen = new Set<Expression>();
  const visit = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.node === "input") found.add(e.index);
    else if (e.node !== "constant") e.operands.forEach(visit);
  };
  roots.forEach(visit);
  return [...found].sort((a, b) => a - b);
}

/** `roots` with their inputs, or whole parts of them, replaced; `replace` returns undefined for what stays. */
export function substitute(
  roots: readonly Expression[],
  replace: (e: Expression) => Expression | undefined,
): readonly Expression[] {
  const done = new Map<Expression, Expression>();
  const visit = (e: Expression): Expression => {
    let result = done.get(e);
    if (result === undefined) {
      result = replace(e);
      if (result === undefined)
        result = e.node === "input" || e.node === "constant" ? e : { ...e, operands: e.operands.map(visit) };
      done.set(e, result);
    }
    return result;
  };
  return roots.map(visit);
}

/** The expression as text, in the notation of the source: `tanh(x) * (1 - y)`. */
export function print(root: Expression, names: readonly string[]): string {
  switch (root.node) {
    case "input":
      return names[root.index] ?? `input${root.index}`;
    case "constant":
      return String(root.value);
    case "call":
      return `${root.callee.name}(${root.operands.map((e) => print(e, names)).join(", ")})`;
    case "apply": {
      const operands = root.operands.map((e) => print(e, names));
      const { infix } = primitives[root.primitive];
      if (infix !== undefined && operands.length === 2) return `(${operands[0]} ${infix} ${operands[1]})`;
      if (root.primitive === "neg") return `-${operands[0]}`;
      if (root.primitive.startsWith("bitsSh")) operands.push(String(root.count));
      return `${root.primitive}(${operands.join(", ")})`;
    }
  }
}
