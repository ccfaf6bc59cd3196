/** Values that change: the results of an op written over tensors, instead of into new ones. Nothing else changes any. */
import { ArgumentError, GradientError, ShapeError } from "./errors.js";
import type { Op, Spec, Tensor } from "./graph.js";
import { copy } from "./kernels/copy.js";
import { isRowMajor, sameShape, show } from "./shape.js";
import { allocateView, type View } from "./storage.js";
import { carrying, isRecording, traceListener, watching } from "./tape.js";

/**
 * Runs `op` with its results written over `targets`, such as a parameter and its optimizer's state.
 * No gradient flows through it.
 *
 * @param targets dense tensors of the outputs' shapes and dtypes; they may be among the inputs
 */
export function applyInto<Options>(
  op: Op<Options>,
  inputs: readonly Tensor[],
  targets: readonly Tensor[],
  options: Options,
): void {
  const specs = op.infer(inputs, options);
  specs.forEach((spec, i) => fits(op.name, targets[i], spec));
  refuseRecorded(op.name, targets);
  const views = targets.map((target) => target.view);
  const level = carrying();
  if (level !== null) for (const view of views) level.overwrite(op.name, view);
  const operands = inputs.map((x) => x.view);
  if (op.writesResident) op.kernel(operands, views, options);
  else {
    // Other kernels fill what is zero, and may still read an input when they have begun to write.
    const made = specs.map(({ dtype, shape }) => allocateView(dtype, shape));
    op.kernel(operands, made, options);
    for (const [i, view] of views.entries()) copy(made[i], view);
  }
  for (const { data } of views) data.version++;
  const listener = traceListener();
  if (listener !== null) {
    // To the trace it is a pure op followed by assignments, so that what replays it needs no third kind of step.
    const results = targets.map((target) => aliasOf(target.view));
    listener.op(
      op as Op<never>,
      inputs.map((x) => x.view),
      results,
      options,
    );
    targets.forEach((target, i) => listener.assign(target.view, results[i]));
  }
  const watcher = watching();
  if (watcher !== null) {
    // What an operand was that has been written over can no longer be told.
    const left = inputs.filter(({ view }) => !views.includes(view));
    watcher.op(op as Op<never>, left, targets);
  }
}

/**
 * Adds the result of `op` to `target`, if the op knows how; returns whether it did.
 *
 * @param target a dense tensor that nothing else refers to
 * @param sum the op that adds two tensors, by which a trace knows it
 */
export function applyAdding(op: Op, inputs: readonly Tensor[], target: Tensor, sum: Op<undefined>): boolean {
  const { accumulate } = op;
  const [spec] = op.infer(inputs, undefined);
  if (accumulate === undefined || !sameShape(spec.shape, target.shape) || spec.dtype !== target.dtype)
    return false;
  const views = inputs.map((x) => x.view);
  if (!accumulate(views, target.view, undefined)) return false;
  target.view.data.version++;
  const listener = traceListener();
  if (listener !== null) {
    const part = aliasOf(target.view);
    const total = aliasOf(target.view);
    listener.op(op as Op<never>, views, [part], undefined);
    listener.op(sum as Op<never>, [target.view, part], [total], undefined);
    listener.assign(target.view, total);
  }
  return true;
}

/** Copies the values of `value` over a target of its shape and dtype, which may be any view without repetition. */
export function overwrite(target: Tensor, value: Tensor): void {
  refuseRecorded("assign", [target]);
  copy(value.view, target.view);
  target.view.data.version++;
  traceListener()?.assign(target.view, value.view);
}

function fits(name: string, target: Tensor, spec: Spec): void {
  if (!isRowMajor(target.shape, target.view.stride))
    throw new ArgumentError(`${name}: the target ${show(target.shape)} is a strided view; it must be dense`);
  if (!sameShape(target.shape, spec.shape) || target.dtype !== spec.dtype)
    throw new ShapeError(
      `${name}: the target is ${target.dtype} ${show(target.shape)} and the value is ${spec.dtype} ${show(spec.shape)}; they must be the same`,
    );
}

function refuseRecorded(name: string, targets: readonly Tensor[]): void {
  if (isRecording() && targets.some((target) => target.slot !== null))
    throw new GradientError(
      `${name}: the target requires a gradient, and the change would not be recorded; wrap it in noGrad(() => …)`,
    );
}

/** A new identity for the same numbers. */
function aliasOf(source: View): View {
  return Object.assign(Object.create(Object.getPrototypeOf(source) as object) as View, source);
}
