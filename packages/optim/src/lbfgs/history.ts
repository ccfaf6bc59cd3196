/** What L-BFGS knows of the curvature, and the direction that follows from it. */
import { add, clone, dot, mul, neg, stack, sub, type Tensor, tensor, unbind } from "@wengert/autograd";
import type { FlatParameters } from "../vector/flat-parameters.js";
import type { ReadPart } from "../vector/vector-optimizer.js";

/** What is known of the curvature: changes of gradient y and of parameters s, and 1 / yᵀs of each. */
export interface Memory {
  readonly iterations: number;
  readonly direction: Tensor;
  readonly t: number;
  readonly grad: Tensor;
  readonly y: readonly Tensor[];
  readonly s: readonly Tensor[];
  readonly ro: readonly number[];
  readonly scale: number;
}

/** Takes the last step into the memory, and finds the direction of the next. */
export function remember(memory: Memory | undefined, grad: Tensor, historySize: number): Memory {
  if (memory === undefined)
    return { iterations: 1, direction: neg(grad), t: 0, grad, y: [], s: [], ro: [], scale: 1 };
  let { y, s, ro, scale } = memory;
  const newY = sub(grad, memory.grad);
  const newS = mul(memory.direction, memory.t);
  const ys = dot(newY, newS).item();
  // Otherwise H would not be positive definite.
  if (ys > 1e-10) {
    const last = historySize - 1;
    const kept = <T>(all: readonly T[]): readonly T[] => all.slice(Math.max(0, all.length - last));
    [y, s, ro] = [
      [...kept(y), newY],
      [...kept(s), newS],
      [...kept(ro), 1 / ys],
    ];
    scale = ys / dot(newY, newY).item();
  }
  return {
    iterations: memory.iterations + 1,
    direction: descend(grad, y, s, ro, scale),
    t: 0,
    grad,
    y,
    s,
    ro,
    scale,
  };
}

/** −H ∇f, by the two loops of algorithm 7.4. */
function descend(
  grad: Tensor,
  y: readonly Tensor[],
  s: readonly Tensor[],
  ro: readonly number[],
  scale: number,
): Tensor {
  const alpha: number[] = [];
  let q = neg(grad);
  for (let i = y.length - 1; i >= 0; i--) {
    alpha[i] = dot(s[i]!, q).item() * ro[i]!;
    q = add(q, mul(y[i]!, -alpha[i]!));
  }
  let r = mul(q, scale);
  for (let i = 0; i < y.length; i++) {
    const beta = dot(y[i]!, r).item() * ro[i]!;
    r = add(r, mul(s[i]!, alpha[i]! - beta));
  }
  return r;
}

/** The parts of a snapshot: rows of y and s are the vectors of PyTorch's lists. */
export function* saveMemory({
  iterations,
  t,
  scale,
  direction,
  grad,
  y,
  s,
  ro,
}: Memory): Iterable<readonly [string, Tensor]> {
  yield ["numbers", tensor([iterations, t, scale], { dtype: "float64" })];
  yield ["direction", clone(direction)];
  yield ["grad", clone(grad)];
  if (ro.length === 0) return;
  yield ["y", stack(y)];
  yield ["s", stack(s)];
  yield ["ro", tensor(ro, { dtype: "float64" })];
}

/** The memory of `count` iterations that a snapshot has. */
export function loadMemory(
  part: ReadPart,
  { length, dtype }: Pick<FlatParameters, "length" | "dtype">,
  count: number,
): Memory {
  const [iterations, t, scale] = part("numbers", [3], "float64").toTypedArray();
  const rows = (name: string): Tensor[] => (count > 0 ? unbind(part(name, [count, length], dtype)) : []);
  return {
    iterations: iterations!,
    t: t!,
    scale: scale!,
    direction: part("direction", [length], dtype),
    grad: part("grad", [length], dtype),
    y: rows("y"),
    s: rows("s"),
    ro: count > 0 ? [...part("ro", [count], "float64").toTypedArray()] : [],
  };
}
