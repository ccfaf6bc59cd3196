/** Whole Jacobians and Hessians, and products with them that never make one. */
import { tensor, zeros } from "../create.js";
import type { Tensor } from "../graph.js";
import { oneHot } from "../ops/indexing.js";
import { reshape, stack } from "../ops/layout.js";
import { jvp, pushed } from "./forward.js";
import { differentiated, vjp } from "./reverse.js";
import { type Like, leavesOf, type MapTree, mapTree, withLeaves } from "./tree.js";

/** The tensors of a tree one after another, each of the unit vectors of all of them in turn. */
function* units(like: readonly Tensor[]): Iterable<Tensor[]> {
  for (const [k, x] of like.entries())
    for (let i = 0; i < x.size; i++)
      yield like.map(({ shape, size, dtype }, j) =>
        j === k
          ? reshape(oneHot(tensor(i, { dtype: "int32" }), size, { dtype }), shape)
          : zeros(shape, { dtype }),
      );
}

export interface JacobianOptions {
  /** A pass for each number of the results (reverse) or of the arguments (forward); by default whichever are fewer. */
  readonly mode?: "forward" | "reverse";
}

/** By result the derivatives by each tensor of `X`, of the shape of the result followed by that of the tensor. */
export type Jacobian<X, Out> = MapTree<Out, Like<X>>;

/**
 * The Jacobian of `f` at `x`: for results `y` and arguments `x`, each a tensor or tensors in nested arrays and objects,
 * `∂y/∂x` in the form of `y`, each with the form of `x`, of shape `[...y.shape, ...x.shape]`.
 *
 * @throws GradientError if `x` has tensors that are no floats
 */
export function jacobian<X, Out>(f: (x: X) => Out, x: X, { mode }: JacobianOptions = {}): Jacobian<X, Out> {
  const xs = leavesOf("jacobian", x);
  const { value, pullback } = vjp(f, [x]);
  const ys = leavesOf("jacobian", value);
  const count = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { size }) => sum + size, 0);
  const forward = (mode ?? (count(xs) < count(ys) ? "forward" : "reverse")) === "forward";
  const rows = forward
    ? [...units(xs)].map((vs) =>
        leavesOf("jacobian", jvp(f, [x], [withLeaves("jacobian", x, vs)] as never).tangent),
      )
    : [...units(ys)].map((gs) => leavesOf("jacobian", pullback(withLeaves("jacobian", value, gs))));
  // By result and argument: the rows (columns, forward) that belong to it, side by side.
  const [outer, inner] = forward ? [xs, ys] : [ys, xs];
  const starts = outer.map((_, i) => count(outer.slice(0, i)));
  const block = (i: number, j: number): Tensor => {
    const shape = [...ys[i].shape, ...xs[j].shape];
    const [a, b] = forward ? [j, i] : [i, j];
    const parts = rows
      .slice(starts[a], starts[a] + outer[a].size)
      .map((row) => reshape(row[b], [inner[b].size]));
    if (parts.length === 0) return zeros(shape, { dtype: ys[i].dtype });
    return reshape(stack(parts, { axis: forward ? 1 : 0 }), shape);
  };
  let next = 0;
  const blocksOf = (i: number): unknown =>
    withLeaves(
      "jacobian",
      x,
      xs.map((_, j) => block(i, j)),
    );
  return mapTree("jacobian", value, () => blocksOf(next++)) as Jacobian<X, Out>;
}

/**
 * The Hessian `∂²f/∂x∂x` of a function of one number: by tensor of `x` the derivatives of its gradient, forward over
 * reverse.
 *
 * @param f returns a tensor of one element
 */
export function hessian<X>(f: (x: X) => Tensor, x: X): Jacobian<Like<X>, Like<X>> {
  return jacobian(gradientOf("hessian", f), x, { mode: "forward" }) as Jacobian<Like<X>, Like<X>>;
}

/**
 * The Hessian-vector product `H(x) v`, forward over reverse (Pearlmutter 1994): the cost of a few gradients, and no
 * Hessian is made.
 *
 * @param f returns a tensor of one element
 * @param v in the form of `x`
 * @returns in the form of `x`
 */
export function hvp<X>(f: (x: X) => Tensor, x: X, v: Like<X>): Like<X> {
  return along("hvp", f, x, v);
}

function gradientOf<X>(name: string, f: (x: X) => Tensor): (x: X) => Like<X> {
  const both = differentiated(name, f, 0);
  return (x) => both(x).gradient as Like<X>;
}

/** The derivative of the gradient of `f` in the direction `v`. */
function along<X>(name: string, f: (x: X) => Tensor, x: X, v: Like<X>): Like<X> {
  return pushed(name, gradientOf(name, f), [x], [v] as never).tangent as Like<X>;
}

/**
 * The product of the generalised Gauss-Newton matrix and a vector, `Jᵀ H J v`, where J is the Jacobian of `f` at `x` and
 * H the Hessian of `loss` at `f(x)` (Schraudolph 2002): where the loss is convex, never of negative curvature. No matrix
 * is made.
 *
 * @param f the model: returns a tensor, or tensors in nested arrays and objects
 * @param loss of what `f` returns; a tensor of one element
 * @param v in the form of `x`
 * @returns in the form of `x`
 */
export function ggnvp<X, Out>(f: (x: X) => Out, loss: (out: Out) => Tensor, x: X, v: Like<X>): Like<X> {
  let back: ((cotangents: Like<Out>) => Like<readonly [X]>) | undefined;
  // One pass serves both directions: what carries the tangent is recorded as well.
  const { value, tangent } = pushed(
    "ggnvp",
    (moved: X) => {
      const { value, pullback } = vjp(f, [moved]);
      back = pullback as unknown as typeof back;
      return value;
    },
    [x],
    [v] as never,
  );
  const curved = along("ggnvp", loss, value, tangent as Like<Out>);
  return (back!(curved) as readonly unknown[])[0] as Like<X>;
}
