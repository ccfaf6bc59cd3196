/** Products made of matmul: dot, outer, einsum and their kin. */
import { ArgumentError, ShapeError } from "../errors.js";
import type { Tensor } from "../graph.js";
import { normalizeEach, show } from "../shape.js";
import { diagonal } from "./arrangement/diagonals.js";
import { checkFactors } from "./contraction/factors.js";
import { matmul } from "./contraction.js";
import { mul } from "./elementwise.js";
import { reshape, unsqueeze } from "./layout.js";
import { contract, named } from "./products/subscripts.js";
import { sum } from "./reductions.js";

/**
 * The inner product of two vectors, `Σᵢ xᵢ yᵢ`: 0-d.
 *
 * @param x [N]
 * @param y [N], of the same dtype
 * @throws ShapeError if they are no vectors of one length, DTypeError if the dtypes differ, or for uint8 and bool
 */
export function dot(x: Tensor, y: Tensor): Tensor {
  if (x.rank !== 1 || y.rank !== 1 || x.shape[0] !== y.shape[0])
    throw new ShapeError(
      `dot: x is ${show(x.shape)} and y is ${show(y.shape)}; both must have one axis, of the same size; use matmul for more axes`,
    );
  checkFactors("dot", { x, y });
  return matmul(x, y);
}

/**
 * The outer product of two vectors: `out[i, j] = xᵢ yⱼ`. Dtypes are promoted.
 *
 * @param x [M]
 * @param y [N]
 * @returns [M, N]
 * @throws ShapeError if one is no vector
 */
export function outer(x: Tensor, y: Tensor): Tensor {
  if (x.rank !== 1 || y.rank !== 1)
    throw new ShapeError(
      `outer: x is ${show(x.shape)} and y is ${show(y.shape)}; both must have one axis, flatten() makes it so`,
    );
  return mul(unsqueeze(x, 1), y);
}

/**
 * The sum of the diagonal of each matrix. Integers and bools give int32.
 *
 * @param x [..., M, N]
 * @returns [...]
 * @throws ShapeError for less than two axes
 */
export function matrixTrace(x: Tensor): Tensor {
  if (x.rank < 2)
    throw new ShapeError(
      `matrixTrace: x is ${show(x.shape)}; it must have at least the two axes of a matrix`,
    );
  return sum(diagonal(x, { firstAxis: -2, secondAxis: -1 }), { axis: -1 });
}

/**
 * The Kronecker product: `x` with each of its elements replaced by that element times `y`. The operand with fewer axes
 * gets axes of length 1 before its own. Dtypes are promoted.
 *
 * @returns each axis as long as those of x and y multiplied
 */
export function kron(x: Tensor, y: Tensor): Tensor {
  const rank = Math.max(x.rank, y.rank);
  const padded = ({ shape }: Tensor): readonly number[] => [
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape,
  ];
  const [xs, ys] = [padded(x), padded(y)];
  const spread = mul(
    reshape(
      x,
      xs.flatMap((length) => [length, 1]),
    ),
    reshape(
      y,
      ys.flatMap((length) => [1, length]),
    ),
  );
  return reshape(
    spread,
    xs.map((length, axis) => length * ys[axis]),
  );
}

export interface TensordotOptions {
  /**
   * The axes to sum over: those of x and those of y, in pairs; or a number n: the last n of x with the first n of y. 2 by
   * default.
   */
  readonly axes?: number | readonly [x: readonly number[], y: readonly number[]];
}

/**
 * The sum of products over pairs of axes; what remains of x comes before what remains of y. An axis of length 1 is
 * repeated where the other of its pair is longer.
 *
 * @throws ShapeError if there are no such axes or the lengths of a pair differ, ArgumentError if there are not as many
 *   axes of x as of y, DTypeError if the dtypes differ, or for uint8 and bool
 */
export function tensordot(x: Tensor, y: Tensor, { axes = 2 }: TensordotOptions = {}): Tensor {
  checkFactors("tensordot", { x, y });
  const [xAxes, yAxes] = pairsOf(x, y, axes);
  const xNames = x.shape.map((_, axis) => `x${axis}`);
  const yNames = y.shape.map((_, axis) => `y${axis}`);
  for (const [i, axis] of xAxes.entries()) {
    if (x.shape[axis] !== y.shape[yAxes[i]] && x.shape[axis] !== 1 && y.shape[yAxes[i]] !== 1)
      throw new ShapeError(
        `tensordot: axis ${axis} of x, ${show(x.shape)}, has size ${x.shape[axis]} and axis ${yAxes[i]} of y, ${show(y.shape)}, has ${y.shape[yAxes[i]]}; the sizes of a pair must be equal, or 1`,
      );
    yNames[yAxes[i]] = xNames[axis];
  }
  const output = [
    ...xNames.filter((_, axis) => !xAxes.includes(axis)),
    ...yNames.filter((_, axis) => !yAxes.includes(axis)),
  ];
  return contract(
    "tensordot",
    [
      { x, names: xNames },
      { x: y, names: yNames },
    ],
    output,
  );
}

function pairsOf(
  x: Tensor,
  y: Tensor,
  axes: NonNullable<TensordotOptions["axes"]>,
): readonly [readonly number[], readonly number[]] {
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > x.rank || axes > y.rank)
      throw new ShapeError(
        `tensordot: cannot sum over ${axes} axes of x, ${show(x.shape)}, and y, ${show(y.shape)}; axes must be an integer from 0 to ${Math.min(x.rank, y.rank)}, or two lists`,
      );
    const count = Array.from({ length: axes }, (_, i) => i);
    return [count.map((i) => x.rank - axes + i), count];
  }
  const [xAxes, yAxes] = axes;
  if (xAxes.length !== yAxes.length)
    throw new ArgumentError(
      `tensordot: there are ${xAxes.length} axes of x, ${show(xAxes)}, and ${yAxes.length} of y, ${show(yAxes)}; they must be pairs`,
    );
  return [normalizeEach("tensordot", xAxes, x.shape), normalizeEach("tensordot", yAxes, y.shape)];
}

/**
 * A sum of products, by Einstein's convention: `"bij,bjk->bik"` are matrix products, `"ii->i"` is a diagonal, `"i,j->ij"`
 * an outer product.
 *
 * Each axis of an operand has a letter, operands are separated by commas; axes of one letter go together. What does not
 * stand after `->` is summed. A letter that an operand has twice takes its diagonal. `...` stands for any further axes,
 * which broadcast; they are summed if they do not stand after `->`. Without `->` the result has the axes of `...`, then
 * the letters that occur once, in the order of the alphabet, capitals first. Axes of length 1 are repeated where others
 * of their letter are longer.
 *
 * Operands are multiplied from left to right, each pair by a matrix product, so their order decides about time and memory.
 *
 * @throws ArgumentError if the equation is no such, ShapeError if it does not fit the operands, DTypeError if the dtypes
 *   differ, or for uint8 and bool
 */
export function einsum(equation: string, operands: readonly Tensor[]): Tensor {
  const { inputs, output } = parse(equation);
  if (inputs.length !== operands.length)
    throw new ArgumentError(
      `einsum: ${JSON.stringify(equation)} names ${inputs.length} operands and there are ${operands.length}; separate the subscripts of each with a comma`,
    );
  checkFactors("einsum", Object.fromEntries(operands.map((x, k) => [`operand ${k}`, x])));
  const further = operands.map((x, k) => furtherAxes(equation, x, inputs[k], k));
  const most = Math.max(...further);
  const ofOperands = operands.map((x, k) => named("einsum", x, fill(inputs[k], further[k], most)));
  const wanted = fill(output ?? implicitOutput(inputs), most, most);
  const known = new Set(ofOperands.flatMap(({ names }) => names));
  const unknown = wanted.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new ArgumentError(
      `einsum: the subscript ${unknown} stands after -> in ${JSON.stringify(equation)} and in no operand; the result can have only axes that an operand has`,
    );
  return contract("einsum", ofOperands, wanted);
}

/** Letters, and `...` once at most. */
type Subscripts = readonly string[];

interface Equation {
  readonly inputs: readonly Subscripts[];
  readonly output: Subscripts | undefined;
}

const ellipsis = "...";

function parse(equation: string): Equation {
  const sides = equation.replaceAll(" ", "").split("->");
  if (sides.length > 2)
    throw new ArgumentError(`einsum: ${JSON.stringify(equation)} has more than one ->; it may have one`);
  const output = sides.length === 2 ? subscriptsOf(equation, sides[1]) : undefined;
  const twice = output?.find((name, i) => output.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ArgumentError(
      `einsum: the subscript ${twice} stands twice after -> in ${JSON.stringify(equation)}; each axis of the result has a letter of its own`,
    );
  return { inputs: sides[0].split(",").map((part) => subscriptsOf(equation, part)), output };
}

function subscriptsOf(equation: string, part: string): Subscripts {
  const found = part.match(/\.\.\.|[A-Za-z]|./gu) ?? [];
  const wrong = found.find((each) => each !== ellipsis && !/^[A-Za-z]$/.test(each));
  if (wrong !== undefined)
    throw new ArgumentError(
      `einsum: ${JSON.stringify(wrong)} in ${JSON.stringify(equation)} is no subscript; subscripts are letters from a to z and A to Z, and ...`,
    );
  if (found.filter((each) => each === ellipsis).length > 1)
    throw new ArgumentError(
      `einsum: ${JSON.stringify(part)} in ${JSON.stringify(equation)} has ... more than once; it stands for all further axes`,
    );
  return found;
}

/** How many axes of an operand `...` stands for. */
function furtherAxes(equation: string, { shape }: Tensor, subscripts: Subscripts, k: number): number {
  const open = subscripts.includes(ellipsis);
  const letters = subscripts.length - (open ? 1 : 0);
  const rest = shape.length - letters;
  if (rest < 0 || (rest > 0 && !open))
    throw new ShapeError(
      `einsum: operand ${k} is ${show(shape)} and has ${letters} subscripts, ${subscripts.join("")}, in ${JSON.stringify(equation)}; each of its ${shape.length} axes needs one, or ... for the further ones`,
    );
  return rest;
}

/** A name for each axis. Further axes are counted from the last one, so that they broadcast. */
function fill(subscripts: Subscripts, further: number, most: number): string[] {
  return subscripts.flatMap((name) =>
    name === ellipsis ? Array.from({ length: further }, (_, i) => `...${most - further + i}`) : [name],
  );
}

function implicitOutput(inputs: readonly Subscripts[]): Subscripts {
  const all = inputs.flat();
  const once = all.filter((name) => name !== ellipsis && all.indexOf(name) === all.lastIndexOf(name));
  const letters = once.sort((a, b) => (a < b ? -1 : 1));
  return all.includes(ellipsis) ? [ellipsis, ...letters] : letters;
}
