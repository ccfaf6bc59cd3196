/** The quantile function of the normal distribution. */
import {
  compare,
  constant,
  difference,
  type Expression,
  negative,
  polynomial,
  primitive,
  product,
  quotient,
  select,
} from "../expression.js";
import { log } from "./logarithm.js";

/** A quotient of polynomials, coefficients from the highest power down. */
function rational(x: Expression, above: readonly number[], below: readonly number[]): Expression {
  return quotient(polynomial(x, above), polynomial(x, below));
}

/**
 * `Φ⁻¹(p)` by the rational approximations of Wichura 1988, "Algorithm AS 241: The percentage points of the normal
 * distribution" (PPND16, 16 digits): one around ½, one for tails down to e⁻²⁵, one beyond.
 */
export function normalQuantile(p: Expression): Expression {
  const q = difference(p, 0.5);
  const isLow = compare("lt", q, 0);
  const central = product(
    q,
    rational(
      difference(0.180625, product(q, q)),
      [
        2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
        1971.5909503065513, 133.14166789178438, 3.3871328727963665,
      ],
      [
        5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
        687.1870074920579, 42.31333070160091, 1,
      ],
    ),
  );
  // 1 − p is exact where p is above ½.
  const tail = select(isLow, p, difference(1, p));
  const r = primitive("sqrt", negative(log(tail)));
  const near = rational(
    difference(r, 1.6),
    [
      0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
      5.769497221460691, 4.630337846156546, 1.4234371107496835,
    ],
    [
      1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
      0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
    ],
  );
  const far = rational(
    difference(r, 5),
    [
      2.0103343992922881e-7, 0.000027115555687434876, 0.0012426609473880784, 0.026532189526576124,
      0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
    ],
    [
      2.0442631033899397e-15, 1.421511758316446e-7, 0.000018463183175100548, 0.0007868691311456133,
      0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
    ],
  );
  const beyond = select(compare("eq", tail, 0), constant(Infinity), far);
  const size = select(compare("le", r, 5), near, beyond);
  const outer = select(isLow, negative(size), size);
  return select(compare("le", primitive("abs", q), 0.425), central, outer);
}
