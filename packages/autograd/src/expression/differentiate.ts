/**
 * Symbolic derivatives of expressions, in both directions. The reverse form carries a cotangent from the root to
 * the inputs, the forward form carries tangents from the inputs to the root; neither is made from the other.
 */
import {
  type Application,
  compare,
  constant,
  type Expression,
  isConstant,
  negative,
  product,
  quotient,
  select,
  sum,
} from "./expression.js";

const zero = constant(0);

/** The cotangents of the operands of `e`, given the cotangent `g` of `e`. */
function pull(e: Application, g: Expression): readonly Expression[] {
  const [x, y] = e.operands;
  switch (e.primitive) {
    case "add":
      return [g, g];
    case "sub":
      return [g, negative(g)];
    case "mul":
      return [product(g, y), product(g, x)];
    case "div":
      return [quotient(g, y), negative(quotient(product(g, e), y))];
    case "neg":
      return [negative(g)];
    case "sqrt":
      return [quotient(g, product(2, e))];
    case "abs":
      return [select(compare("gt", x, 0), g, select(compare("lt", x, 0), negative(g), product(g, x)))];
    case "min":
    case "max": {
      // Ties share the cotangent; a NaN on either side passes it to both, as PyTorch does.
      const share = select(compare("eq", x, y), product(g, 0.5), g);
      const xLoses = compare(e.primitive === "max" ? "lt" : "gt", x, y);
      const yLoses = compare(e.primitive === "max" ? "lt" : "gt", y, x);
      return [select(xLoses, zero, share), select(yLoses, zero, share)];
    }
    case "select":
    case "rarely":
      return [zero, select(x, g, zero), select(x, zero, g)];
    case "floor":
    case "ceil":
    case "trunc":
    case "nearest":
      return [zero];
    default:
      throw new TypeError(`internal: ${e.primitive} has no derivative`);
  }
}

/** The tangent of `e`, given the tangents of its operands. */
function push(e: Application, tangents: readonly Expression[]): Expression {
  const [x, y] = e.operands;
  const [dx, dy, dz] = tangents;
  switch (e.primitive) {
    case "add":
      return sum(dx, dy);
    case "sub":
      return sum(dx, negative(dy));
    case "mul":
      return sum(product(dx, y), product(x, dy));
    case "div":
      return quotient(sum(dx, negative(product(e, dy))), y);
    case "neg":
      return negative(dx);
    case "sqrt":
      return quotient(product(0.5, dx), e);
    case "abs":
      // Where x is 0 or NaN the sign of x is x itself.
      return select(compare("lt", x, 0), negative(dx), select(compare("gt", e, 0), dx, product(x, dx)));
    case "min":
    case "max": {
      const xWins = compare(e.primitive === "max" ? "gt" : "lt", x, y);
      const yWins = compare(e.primitive === "max" ? "lt" : "gt", x, y);
      const ordered = select(xWins, dx, select(yWins, dy, product(0.5, sum(dx, dy))));
      return select(compare("eq", e, e), ordered, sum(dx, dy));
    }
    case "select":
    case "rarely":
      return select(x, dy, dz);
    case "floor":
    case "ceil":
    case "trunc":
    case "nearest":
      return zero;
    default:
      throw new TypeError(`internal: ${e.primitive} has no derivative`);
  }
}

/** All nodes of kind number below `roots`, operands before their users. */
function inOrder(roots: readonly Expression[]): Expression[] {
  const order: Expression[] = [];
  const seen = new Set<Expression>();
  const visit = (e: Expression): void => {
    if (seen.has(e) || e.kind !== "number") return;
    seen.add(e);
    if (e.node === "apply" || e.node === "call") e.operands.forEach(visit);
    order.push(e);
  };
  roots.forEach(visit);
  return order;
}

/**
 * Reverse form: the cotangent of every input, given the cotangents `gs` of `roots`.
 *
 * @returns for input k, `Σ g · ∂root/∂input k`; the constant 0 for an input that no root depends on
 */
export function pullback(
  roots: readonly Expression[],
  gs: readonly Expression[],
  inputs: number,
): readonly Expression[] {
  const cotangents = new Map<Expression, Expression>();
  const add = (e: Expression, part: Expression): void => {
    const before = cotangents.get(e);
    cotangents.set(e, before === undefined ? part : sum(before, part));
  };
  roots.forEach((root, i) => add(root, gs[i]));
  const result: Expression[] = Array.from({ length: inputs }, () => zero);
  for (const e of inOrder(roots).reverse()) {
    const cotangent = cotangents.get(e);
    if (cotangent === undefined || isConstant(cotangent, 0) || e.node === "constant") continue;
    if (e.node === "input") {
      result[e.index] = sum(result[e.index], cotangent);
      continue;
    }
    const parts =
      e.node === "apply"
        ? pull(e, cotangent)
        : e.callee.derivatives(e.operands, e).map((derivative) => product(cotangent, derivative));
    e.operands.forEach((operand, i) => {
      if (operand.kind === "number") add(operand, parts[i]);
    });
  }
  return result;
}

/**
 * Forward form: the tangent of `root`, given the tangents of its inputs.
 *
 * @param tangents for input k its tangent, the constant 0 for an input that is held fixed
 */
export function pushforward(root: Expression, tangents: readonly Expression[]): Expression {
  const found = new Map<Expression, Expression>();
  for (const e of inOrder([root])) {
    if (e.node === "input") found.set(e, tangents[e.index]);
    else if (e.node === "constant") found.set(e, zero);
    else {
      const below = e.operands.map((operand) => found.get(operand) ?? zero);
      if (e.node === "apply") found.set(e, push(e, below));
      else {
        const derivatives = e.callee.derivatives(e.operands, e);
        found.set(
          e,
          below.reduce(
            (total, tangent, i) => sum(total, product(derivatives[i], tangent)),
            zero as Expression,
          ),
        );
      }
    }
  }
  return found.get(root) ?? zero;
}
