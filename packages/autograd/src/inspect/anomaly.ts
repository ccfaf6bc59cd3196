/** Where a NaN or an infinity came up first, forward or backward, and which line of the program it was. */
import { isFloat } from "../dtype.js";
import { AnomalyError } from "../errors.js";
import { type Node, type Op, Tensor } from "../graph.js";
import { numbersOf } from "../kernels/copy.js";
import { sum } from "../kernels/reduce.js";
import { indexOf, show } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { type Watcher, watch } from "../tape.js";
import { callerIn } from "./caller.js";
import { showSpec } from "./rows.js";
import { Scopes, showScopes } from "./scopes.js";

export interface AnomalyOptions {
  /**
   * Whether an infinity that an op makes of finite operands is an anomaly too, as with log 0; true by default. One that
   * was there before, as in a mask of −∞, never is. NaN always is.
   */
  readonly infinities?: boolean;
}

/**
 * Runs `body` and throws at the first op whose result, or at the first derivative rule whose cotangent, is not finite: with
 * the shapes and ranges of its operands, and the line of your program that called it. For the cotangents of a backward
 * pass let it run the forward pass as well, because that is where the lines are. Costs some time, so it is off otherwise.
 *
 * ```ts
 * detectAnomaly(() => {
 *   const loss = crossEntropy(model.forward(x), y);
 *   loss.backward();
 * });
 * ```
 *
 * @throws AnomalyError at the first such op, ArgumentError if `body` returns a promise
 */
export function detectAnomaly<T>(body: () => T, { infinities = true }: AnomalyOptions = {}): T {
  // Ten frames may all be the library's own. The setting belongs to V8; elsewhere stacks are long anyway.
  const limited = Error as { stackTraceLimit?: number };
  const before = limited.stackTraceLimit;
  if (before !== undefined) limited.stackTraceLimit = Math.max(before, 60);
  try {
    return watch(new Detector(infinities), body);
  } finally {
    if (before !== undefined) limited.stackTraceLimit = before;
  }
}

class Detector implements Watcher {
  // The stack of an error is put into words only when it is read, so that keeping one for every node is cheap.
  private readonly recordedAt = new WeakMap<Node, Error>();
  private sweeping = false;

  constructor(private readonly infinities: boolean) {}

  record(node: Node): void {
    this.recordedAt.set(node, new Error());
  }

  op(op: Op<never>, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    if (this.sweeping) return;
    // A view shows numbers that have been looked at.
    if (op.view !== undefined) return;
    const at = outputs.findIndex((out) => this.isAnomaly(out, inputs));
    if (at < 0) return;
    throw anomaly({
      op: op.name,
      phase: "forward",
      culprit: op.name,
      result: op.outputs.length === 1 ? "its output" : `its output ${op.outputs[at]}`,
      made: outputs[at],
      operands: inputs.map((x, k) => [op.variadic ? `${op.inputs[0]}[${k}]` : op.inputs[k], x]),
      source: callerIn(new Error()),
    });
  }

  cotangent(node: Node, index: number, made: Tensor, gs: readonly Tensor[]): void {
    if (!isFloat(made.dtype) || allFinite(made.view)) return;
    const { op } = node;
    const operands: [string, Tensor][] = gs.map((g, j) => [
      gs.length === 1 ? "g" : `g_${op.outputs[j] ?? j}`,
      g,
    ]);
    for (const [i, saved] of (node.saved ?? []).entries())
      if (saved !== undefined) operands.push([op.saves[i].name, new Tensor(saved.view)]);
    const operandTensors = operands.map(([, x]) => x);
    if (!this.isAnomaly(made, operandTensors)) return;
    const input = op.variadic ? `${op.inputs[0]}[${index}]` : op.inputs[index];
    throw anomaly({
      op: op.name,
      phase: "backward",
      culprit: `the backward of ${op.name}`,
      result: `the cotangent of ${input}`,
      made,
      operands,
      ...this.placeOf(node),
    });
  }

  hook(node: Node | null, seen: Tensor, made: Tensor): void {
    if (!this.isAnomaly(made, [seen])) return;
    throw anomaly({
      op: "registerHook",
      phase: "backward",
      culprit: `a hook on ${node === null ? "a leaf" : `the result of ${node.op.name}`}`,
      result: "what it returned",
      made,
      operands: [["what it was shown", seen]],
      ...(node === null ? { source: undefined } : this.placeOf(node)),
    });
  }

  /** What is known of where a node was recorded. */
  private placeOf(node: Node): Pick<Found, "source" | "scope" | "hint"> {
    const recorded = this.recordedAt.get(node);
    const scopes = new Scopes().chainOf(node.scope);
    return {
      source: recorded && callerIn(recorded),
      ...(scopes.length > 0 && { scope: showScopes(scopes) }),
      ...(recorded === undefined && {
        hint: "recorded before detectAnomaly began: let it run the forward pass too",
      }),
    };
  }

  sweep(run: () => void): void {
    const before = this.sweeping;
    this.sweeping = true;
    try {
      run();
    } finally {
      this.sweeping = before;
    }
  }

  private isAnomaly(x: Tensor, operands: readonly Tensor[]): boolean {
    if (!isFloat(x.dtype) || allFinite(x.view)) return false;
    if (statisticsOf(x).nan > 0) return true;
    return (
      this.infinities && !operands.some((each) => isFloat(each.dtype) && statisticsOf(each).infinite > 0)
    );
  }
}

interface Found {
  readonly op: string;
  readonly phase: "forward" | "backward";
  /** What made the number. */
  readonly culprit: string;
  readonly result: string;
  readonly made: Tensor;
  readonly operands: readonly (readonly [name: string, x: Tensor])[];
  readonly source: string | undefined;
  /** The module that it was recorded in. */
  readonly scope?: string;
  readonly hint?: string;
}

function anomaly({ op, phase, culprit, result, made, operands, source, scope, hint }: Found): AnomalyError {
  const { nan, first } = statisticsOf(made);
  const kind = nan > 0 ? "NaN" : "an infinity";
  const place = made.rank === 0 ? "" : `, the first at ${show(indexOf(first, made.shape))}`;
  const carried = operands.filter(([, x]) => isFloat(x.dtype) && !allFinite(x.view)).map(([name]) => name);
  const cause =
    carried.length === 0
      ? "all its operands are finite"
      : `${carried.join(" and ")} ${carried.length === 1 ? "was" : "were"} not finite before`;
  const lines = [
    `detectAnomaly: ${culprit} made ${kind}; ${cause}`,
    `  ${describe(result, made)}${place}`,
    ...operands.map(([name, x]) => `  ${describe(name, x)}`),
    ...(scope === undefined ? [] : [`  in ${scope}`]),
    ...(source === undefined ? [] : [`  called at ${source}`]),
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
  return new AnomalyError(lines.join("\n"), op, phase, source);
}

/** The question asked of everything, so it must be quick. */
function allFinite(view: View): boolean {
  // The sum of finite numbers is finite, but for those near the largest float64: those are looked at one by one.
  const total = allocateView("float64", []);
  sum(
    view,
    total,
    view.shape.map((_, axis) => axis),
  );
  return Number.isFinite(total.data.get(total.offset)) || numbersOf(view).every(Number.isFinite);
}

/** How many numbers of a tensor are not finite, and the range of the others. */
interface Statistics {
  readonly nan: number;
  readonly infinite: number;
  readonly min: number;
  readonly max: number;
  /** Where the first is that is not finite, in row-major order; −1 where all are. */
  readonly first: number;
}

function statisticsOf(x: Tensor): Statistics {
  const found = { nan: 0, infinite: 0, min: Infinity, max: -Infinity, first: -1 };
  for (const [i, value] of numbersOf(x.view).entries()) {
    if (Number.isFinite(value)) {
      found.min = Math.min(found.min, value);
      found.max = Math.max(found.max, value);
      continue;
    }
    if (Number.isNaN(value)) found.nan++;
    else found.infinite++;
    if (found.first < 0) found.first = i;
  }
  return found;
}

/** `x float32 [64, 10], from -1.5 to 2 with 3 NaN`. */
function describe(name: string, x: Tensor): string {
  const { nan, infinite, min, max } = statisticsOf(x);
  const short = (value: number): string => String(Number(value.toPrecision(6)));
  const range =
    min > max ? "" : min === max ? `, all ${short(min)}` : `, from ${short(min)} to ${short(max)}`;
  const counts = [...(nan > 0 ? [`${nan} NaN`] : []), ...(infinite > 0 ? [`${infinite} infinite`] : [])];
  return `${name}: ${showSpec(x)}${range}${counts.length === 0 ? "" : `, ${counts.join(", ")}`}`;
}
