/**
 * Division with the quotient rounded down. The rounded quotient may be an integer where the true one lies just below
 * it, as for 1 / 0.1; what tells is the remainder, which is computed exactly.
 */
import {
  both,
  call,
  compare,
  constant,
  difference,
  type Expression,
  either,
  negative,
  primitive,
  product,
  quotient,
  type ScalarFunction,
  select,
  sum,
  type Term,
} from "../expression.js";
import { type FloatType, twoProduct } from "./format.js";

/** The quotient rounded down and the remainder, which is 0 or has the sign of `y`. */
function divide(type: FloatType, x: Expression, y: Expression): { floor: Expression; rest: Expression } {
  const near = primitive("floor", quotient(x, y));
  const [back, lost] = twoProduct(type, near, y);
  const rest = difference(difference(x, back), lost);
  const above = either(
    both(compare("lt", rest, 0), compare("gt", y, 0)),
    both(compare("gt", rest, 0), compare("lt", y, 0)),
  );
  const fits = select(above, sum(rest, y), rest);
  // x by an infinity: the quotient is 0, or −1 where the signs differ.
  const sameSign = either(compare("eq", x, 0), compare("gt", product(x, y), 0));
  const finite = compare("lt", primitive("abs", x), Infinity);
  const byInfinity = select(finite, select(sameSign, x, y), NaN);
  const infinite = compare("eq", primitive("abs", y), Infinity);
  const floor = select(infinite, select(sameSign, 0, -1), select(above, difference(near, 1), near));
  return {
    // No multiple of y is next to an infinity.
    floor: select(either(finite, compare("eq", y, 0)), floor, NaN),
    rest: select(infinite, byInfinity, fits),
  };
}

export const floorDivideFunction: ScalarFunction = {
  name: "floorDivide",
  lower: (type, x, y) => divide(type, x!, y!).floor,
  derivatives: () => [constant(0), constant(0)],
};

/** ⌊x / y⌋; NaN for an infinite x, as x / y where y is 0. */
export function floorDivide(x: Term, y: Term): Expression {
  return call(floorDivideFunction, x, y);
}

export const remainderFunction: ScalarFunction = {
  name: "remainder",
  lower: (type, x, y) => divide(type, x!, y!).rest,
  derivatives: ([x, y]) => [constant(1), negative(floorDivide(x!, y!))],
};

/** x − y·⌊x / y⌋: exact, while the quotient is an integer that the type has. NaN where y is 0. */
export function remainder(x: Term, y: Term): Expression {
  return call(remainderFunction, x, y);
}
