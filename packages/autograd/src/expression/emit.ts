/** Turns expressions into the instructions of a kernel's inner loop. */
import type { Fn } from "../wasm/builder.js";
import { type FloatLanes, type Vector, v128 } from "../wasm/lanes.js";
import { constantVector } from "../wasm/values.js";
import type { Call, Expression } from "./expression.js";
import { lanesOf, type NumberType, primitives } from "./primitives.js";

/** An expression whose calls are replaced by what they are made of. Nodes of equal structure are one object. */
interface Node {
  readonly id: number;
  readonly e: Exclude<Expression, Call>;
  readonly operands: readonly Node[];
}

/** Makes nodes out of expressions. */
function interning(type: NumberType): (e: Expression) => Node {
  const visited = new Map<Expression, Node>();
  const nodes = new Map<string, Node>();
  const intern = (e: Node["e"], operands: readonly Node[], key: string): Node => {
    let node = nodes.get(key);
    if (node === undefined) {
      node = { id: nodes.size, e, operands };
      nodes.set(key, node);
    }
    return node;
  };
  const make = (e: Expression): Node => {
    switch (e.node) {
      case "input":
        return intern(e, [], `input ${e.index}`);
      case "constant":
        return intern(e, [], `${e.kind} ${Object.is(e.value, -0) ? "-" : ""}${e.value}`);
      case "call":
        if (type === "i32") throw new TypeError(`internal: ${e.callee.name} of an integer type`);
        return visit(e.callee.lower(type, ...e.operands));
      case "apply": {
        const operands = e.operands.map(visit);
        return intern(e, operands, `${e.primitive} ${operands.map((o) => o.id).join(" ")} ${e.count}`);
      }
    }
  };
  const visit = (e: Expression): Node => {
    let node = visited.get(e);
    if (node === undefined) {
      node = make(e);
      visited.set(e, node);
    }
    return node;
  };
  return visit;
}

/**
 * Emits the computation of `roots` for one vector of inputs. What occurs more than once, by structure and not
 * only by identity, is computed once.
 *
 * @param inputs the vectors of the inputs: numbers in `type`, masks with all bits of a lane set or none
 * @returns the vectors of the roots, in order
 */
export function emit(
  f: Fn,
  type: NumberType,
  roots: readonly Expression[],
  inputs: readonly Vector[],
): readonly Vector[] {
  return emitTogether(f, type, roots, [inputs])[0];
}

/**
 * The same for several vectors of each input, step by step side by side: one need not wait for the other, and all look
 * once whether what is rare occurs.
 *
 * @param inputs of each the vectors of all inputs
 * @returns for each the vectors of the roots
 */
export function emitTogether(
  f: Fn,
  type: NumberType,
  roots: readonly Expression[],
  inputs: readonly (readonly Vector[])[],
): readonly (readonly Vector[])[] {
  const lanes = lanesOf(type);
  const bitType = lanes.bytes === 4 ? "i32" : "i64";
  /** A vector of each of those that are computed together. */
  type Vectors = readonly Vector[];
  let computed = new Map<Node, Vectors>();

  const literal = ({ kind, value }: Expression & { node: "constant" }): Vector => {
    if (kind === "number") return lanes.const(value as number);
    return constantVector(bitType, kind === "bits" ? BigInt(value) : value ? -1n : 0n);
  };
  const each = (operands: readonly Node[], define: (...x: Vector[]) => Vector): Vectors => {
    const vectors = operands.map(vectorsOf);
    return inputs.map((_, i) => f.let(define(...vectors.map((x) => x[i]))));
  };
  /** `x > y ? x : y` and its like, which are one instruction. */
  const extremum = (mask: Node, x: Node, y: Node): Vectors | undefined => {
    if (type === "i32" || mask.e.node !== "apply") return undefined;
    const { primitive } = mask.e;
    if (primitive !== "lt" && primitive !== "gt") return undefined;
    const [left, right] = mask.operands;
    const same = left === x && right === y;
    if (!same && (left !== y || right !== x)) return undefined;
    const { pmin, pmax } = lanes as FloatLanes;
    return each([y, x], (primitive === "lt") === same ? pmin : pmax);
  };
  /** The branch that is seldom taken stands in a block of its own, and what it alone needs is computed there. */
  const rarely = (mask: Node, x: Node, y: Node): Vectors => {
    const results = vectorsOf(y).map((vector) => f.let(vector));
    const asked = vectorsOf(mask);
    f.if(v128.anyTrue(asked.reduce((all, one) => v128.or(all, one))), () => {
      const outside = computed;
      computed = new Map(outside);
      const others = vectorsOf(x);
      results.forEach((result, i) => f.set(result, v128.bitselect(others[i], result, asked[i])));
      computed = outside;
    });
    return results;
  };
  const compute = ({ e, operands }: Node): Vectors => {
    switch (e.node) {
      case "input":
        return inputs.map((vectors) => vectors[e.index]);
      case "constant": {
        const vector = literal(e);
        return inputs.map(() => vector);
      }
      case "apply": {
        const [mask, x, y] = operands;
        if (e.primitive === "rarely") return rarely(mask, x, y);
        const { emit: define } = primitives[e.primitive];
        const chosen = e.primitive === "select" ? extremum(mask, x, y) : undefined;
        return chosen ?? each(operands, (...vectors) => define(lanes, vectors, e.count));
      }
    }
  };
  const vectorsOf = (node: Node): Vectors => {
    let vectors = computed.get(node);
    if (vectors === undefined) {
      vectors = compute(node);
      computed.set(node, vectors);
    }
    return vectors;
  };
  const visit = interning(type);
  const results = roots.map((root) => vectorsOf(visit(root)));
  return inputs.map((_, i) => results.map((vectors) => vectors[i]));
}
