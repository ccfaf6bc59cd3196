/** Computes an expression for one set of numbers in plain JavaScript: the reference for the emitted kernels. */
import type { Constant, Expression } from "./expression.js";
import { type NumberType, primitives, type Scalar } from "./primitives.js";

function round(type: NumberType, value: Scalar): Scalar {
  if (typeof value !== "number") return value;
  return type === "f32" ? Math.fround(value) : type === "i32" ? value | 0 : value;
}

function literal(type: NumberType, { kind, value }: Constant): Scalar {
  return kind === "bits" ? BigInt.asIntN(type === "f64" ? 64 : 32, BigInt(value)) : round(type, value);
}

/**
 * The value of `root` for `inputs`, computed in `type` with every step rounded to it.
 *
 * @param inputs a number for each number input, a truth value for each mask input
 */
export function interpret(
  root: Expression,
  type: NumberType,
  inputs: readonly (number | boolean)[],
): number | boolean {
  const done = new Map<Expression, Scalar>();
  const visit = (e: Expression): Scalar => {
    let value = done.get(e);
    if (value === undefined) {
      value = round(type, compute(e));
      done.set(e, value);
    }
    return value;
  };
  const compute = (e: Expression): Scalar => {
    switch (e.node) {
      case "input":
        return e.kind === "mask" ? Boolean(inputs[e.index]) : Number(inputs[e.index]);
      case "constant":
        return literal(type, e);
      case "call":
        if (type === "i32") throw new TypeError(`internal: ${e.callee.name} of an integer type`);
        return visit(e.callee.lower(type, ...e.operands));
      case "apply":
        return primitives[e.primitive].interpret(type, e.operands.map(visit) as never[], e.count);
    }
  };
  return visit(root) as number | boolean;
}
