/** softplus: max(x, 0) + log1p(e^−|x|), of which only one term is ever large. */
import {
  call,
  compare,
  type Expression,
  negative,
  primitive,
  type ScalarFunction,
  select,
  sum,
  type Term,
} from "../expression.js";
import { exp, sigmoid } from "./exponential.js";
import { log1p } from "./logarithm.js";

export const softplusFunction: ScalarFunction = {
  name: "softplus",
  lower: (_, x) => sum(select(compare("gt", x!, 0), x!, 0), log1p(exp(negative(primitive("abs", x!))))),
  derivatives: ([x]) => [sigmoid(x!)],
};

/** log(1 + e^x). softplus(−∞) = 0, softplus(∞) = ∞. */
export function softplus(x: Term): Expression {
  return call(softplusFunction, x);
}
