/** Tensors whose axes have names: how einsum and tensordot sum over products. */
import { ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { show, sizeOf } from "../../shape.js";
import { diagonal } from "../arrangement/diagonals.js";
import { matmul } from "../contraction.js";
import { mul } from "../elementwise.js";
import { permute, reshape, select } from "../layout.js";
import { sum } from "../reductions.js";

/** A tensor with a name for each of its axes, none twice. */
export interface Named {
  readonly x: Tensor;
  readonly names: readonly string[];
}

/**
 * A tensor whose axes may have the same name: of such, the diagonal.
 *
 * @throws ShapeError if axes of one name have different lengths
 */
export function named(op: string, x: Tensor, names: readonly string[]): Named {
  const second = names.findIndex((name, axis) => names.indexOf(name) !== axis);
  if (second < 0) return { x, names };
  const first = names.indexOf(names[second]);
  if (x.shape[first] !== x.shape[second])
    throw new ShapeError(
      `${op}: the subscript ${names[second]} stands for axes of sizes ${x.shape[first]} and ${x.shape[second]} of ${show(x.shape)}; a diagonal needs equal sizes`,
    );
  const others = names.filter((_, axis) => axis !== first && axis !== second);
  return named(op, diagonal(x, { firstAxis: first, secondAxis: second }), [...others, names[second]]);
}

/**
 * The product of the operands, summed over all names that are not in `output`, with the axes of `output`. What only one
 * operand has is summed first; then the operands are multiplied from left to right, each pair by a matrix product, which
 * sums over the names that nothing needs any more. An axis of length 1 is repeated where others of its name are longer.
 *
 * @throws ShapeError if lengths of one name differ
 */
export function contract(op: string, operands: readonly Named[], output: readonly string[]): Tensor {
  checkLengths(op, operands);
  const later = (k: number): Set<string> =>
    new Set([...output, ...operands.slice(k + 1).flatMap(({ names }) => names)]);
  let total = operands[0];
  for (const [k, next] of operands.entries()) {
    const needed = later(k);
    total = k === 0 ? summed(total, needed) : product(total, next, needed);
  }
  const order = output.map((name) => total.names.indexOf(name));
  return order.every((axis, i) => axis === i) ? total.x : permute(total.x, order);
}

function checkLengths(op: string, operands: readonly Named[]): void {
  const found = new Map<string, { length: number; shape: readonly number[] }>();
  for (const { x, names } of operands)
    for (const [axis, name] of names.entries()) {
      const length = x.shape[axis];
      const before = found.get(name);
      if (before !== undefined && before.length !== 1 && length !== 1 && before.length !== length)
        throw new ShapeError(
          `${op}: the subscript ${name} has size ${before.length} in ${show(before.shape)} and ${length} in ${show(x.shape)}; the sizes must be equal, or 1`,
        );
      if (before === undefined || before.length === 1) found.set(name, { length, shape: x.shape });
    }
}

/** Without the axes that are not needed. */
function summed({ x, names }: Named, needed: ReadonlySet<string>): Named {
  const axis = [...names.keys()].filter((i) => !needed.has(names[i]));
  if (axis.length === 0) return { x, names };
  return { x: sum(x, { axis }), names: names.filter((name) => needed.has(name)) };
}

/** Without the axes of length 1 that `other` has too: its own are as long, or repeat them. */
function withoutOnes({ x, names }: Named, other: Named): Named {
  const axis = names.findIndex((name, i) => x.shape[i] === 1 && other.names.includes(name));
  return axis < 0
    ? { x, names }
    : withoutOnes({ x: select(x, 0, { axis }), names: names.toSpliced(axis, 1) }, other);
}

/** The product of two, summed over the names that are not needed. */
function product(left: Named, right: Named, needed: ReadonlySet<string>): Named {
  const short = withoutOnes(left, right);
  const other = withoutOnes(right, short);
  const beside = ({ names }: Named): Set<string> => new Set([...needed, ...names]);
  const x = summed(short, beside(other));
  const y = summed(other, beside(x));
  const shared = x.names.filter((name) => y.names.includes(name));
  const batch = shared.filter((name) => needed.has(name));
  const inner = shared.filter((name) => !needed.has(name));
  const rows = x.names.filter((name) => !shared.includes(name));
  const columns = y.names.filter((name) => !shared.includes(name));
  const names = [...batch, ...rows, ...columns];
  const lengths = [
    ...[...batch, ...rows].map((name) => lengthOf(x, name)),
    ...columns.map((name) => lengthOf(y, name)),
  ];
  const multiplied =
    inner.length === 0
      ? mul(grouped(x, [batch, rows, []]), grouped(y, [batch, [], columns]))
      : matmul(grouped(x, [batch, rows, inner]), grouped(y, [batch, inner, columns]));
  return { x: reshape(multiplied, lengths), names };
}

function lengthOf({ x, names }: Named, name: string): number {
  return x.shape[names.indexOf(name)];
}

/** With an axis for each group of names. */
function grouped(operand: Named, groups: readonly (readonly string[])[]): Tensor {
  const { x, names } = operand;
  const order = groups.flat().map((name) => names.indexOf(name));
  return reshape(
    permute(x, order),
    groups.map((group) => sizeOf(group.map((name) => lengthOf(operand, name)))),
  );
}
