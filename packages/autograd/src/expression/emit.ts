/** Turns expressions into the instructions of a kernel's inner loop. */
import { constantVector, type Fn } from "../wasm/builder.js";
import { type FloatLanes, type Vector, v128 } from "../wasm/lanes.js";
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
  const lanes = lanesOf(type);
  const bitType = lanes.bytes === 4 ? "i32" : "i64";
  let computed = new Map<Node, Vector>();

  const literal = ({ kind, value }: Expression & { node: "constant" }): Vector => {
    if (kind === "number") return lanes.const(value as number);
    return constantVector(bitType, kind === "bits" ? BigInt(value) : value ? -1n : 0n);
  };
  /** `x > y ? x : y` and its like, which are one instruction. */
  const extremum = (mask: Node, x: Node, y: Node): Vector | undefined => {
    if (type === "i32" || mask.e.node !== "apply") return undefined;
    const { primitive } = mask.e;
    if (primitive !== "lt" && primitive !== "gt") return undefined;
    const [left, right] = mask.operands;
    const same = left === x && right === y;
    if (!same && (left !== y || right !== x)) return undefined;
    const { pmin, pmax } = lanes as FloatLanes;
    return ((primitive === "lt") === same ? pmin : pmax)(vectorOf(y), vectorOf(x));
  };
  /** The branch that is seldom taken stands in a block of its own, and what it alone needs is computed there. */
  const rarely = (mask: Node, x: Node, y: Node): Vector => {
    const result = f.let(vectorOf(y));
    const asked = vectorOf(mask);
    f.if(v128.anyTrue(asked), () => {
      const outside = computed;
      computed = new Map(outside);
      f.set(result, v128.bitselect(vectorOf(x), result, asked));
      computed = outside;
    });
    return result;
  };
  const compute = ({ e, operands }: Node): Vector => {
    switch (e.node) {
      case "input":
        return inputs[e.index];
      case "constant":
        return literal(e);
      case "apply": {
        const [mask, x, y] = operands;
        if (e.primitive === "rarely") return rarely(mask, x, y);
        const value = e.primitive === "select" ? extremum(mask, x, y) : undefined;
        return f.let(value ?? primitives[e.primitive].emit(lanes, operands.map(vectorOf), e.count));
      }
    }
  };
  const vectorOf = (node: Node): Vector => {
    let vector = computed.get(node);
    if (vector === undefined) {
      vector = compute(node);
      computed.set(node, vector);
    }
    return vector;
  };
  const visit = interning(type);
  return roots.map((root) => vectorOf(visit(root)));
}
