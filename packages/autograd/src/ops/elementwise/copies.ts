/** Copies, conversions and assignment: numbers as they are, elsewhere. */
import { type DType, isDType, isFloat } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import { constant } from "../../expression/expression.js";
import type { Tensor } from "../../graph.js";
import { applyInto, overwrite } from "../../in-place.js";
import { broadcast, isRowMajor, repeats, sameShape, show } from "../../shape.js";
import { apply, scalar } from "../../tape.js";
import { detach } from "../identity.js";
import { type ElementwiseOp, elementwise, type TensorLike } from "./elementwise-op.js";

/** A dense copy with values of its own. */
export function clone(x: Tensor): Tensor {
  return apply(cloneOp, [x], undefined);
}
export const cloneOp: ElementwiseOp = conversion("clone");

/**
 * `x` as another dtype: floats to integers are truncated towards 0, NaN becomes 0, int32 saturates and uint8 keeps the
 * low 8 bits; numbers to bool are true where not 0. Returns `x` itself where it has that dtype.
 *
 * @throws DTypeError if there is no such dtype
 */
export function to(x: Tensor, dtype: DType): Tensor {
  if (!isDType(dtype))
    throw new DTypeError(
      `to: there is no dtype ${String(dtype)}; use float32, float64, int32, uint8 or bool`,
    );
  return x.dtype === dtype ? x : apply(toOps[dtype], [x], undefined);
}
export const toOps: Readonly<Record<DType, ElementwiseOp>> = {
  float32: conversion("toFloat32", "float32"),
  float64: conversion("toFloat64", "float64"),
  int32: conversion("toInt32", "int32"),
  uint8: conversion("toUint8", "uint8"),
  bool: conversion("toBool", "bool"),
};

function conversion(name: string, dtype?: DType): ElementwiseOp {
  const differentiable = dtype === undefined || isFloat(dtype);
  return elementwise(name, ["x"], (x) => x, {
    ...(dtype !== undefined && { outputDtype: dtype }),
    // The sweep brings a cotangent to its input's dtype.
    ...(!differentiable && { pullback: () => [constant(0)] }),
  });
}

/**
 * Overwrites the values of `target`, which may be a view: what else looks at them sees the new ones. Not recorded: for
 * parameters and states, in `noGrad`.
 *
 * @param value a tensor that broadcasts to the target, or a number
 * @throws ShapeError if it does not, GradientError if the change would have to be recorded, ArgumentError if the target
 *   was computed by a recorded op or repeats numbers, as expanded tensors and overlapping windows do
 */
export function assign(target: Tensor, value: TensorLike): void {
  const source = typeof value === "number" ? scalar(value, target.dtype) : value;
  if (!sameShape(broadcast("assign", [target.shape, source.shape]), target.shape))
    throw new ShapeError(
      `assign: the value is ${show(source.shape)} and the target ${show(target.shape)}; the value must broadcast to the target`,
    );
  if (!target.isLeaf)
    throw new ArgumentError("assign: the target was computed by a recorded op; assign to a leaf");
  const { shape, stride } = target.view;
  if (repeats(shape, stride))
    throw new ArgumentError(
      `assign: the target ${show(shape)} has overlapping windows or is expanded: one number stands in several places; assign to what it is a view of`,
    );
  const op = assignOps[target.dtype];
  if (isRowMajor(shape, stride)) applyInto(op, [source, target], [target], undefined);
  else overwrite(target, apply(op, [source, detach(target)], undefined));
}
const assignOps: Readonly<Record<DType, ElementwiseOp>> = {
  float32: assignment("float32"),
  float64: assignment("float64"),
  int32: assignment("int32"),
  uint8: assignment("uint8"),
  bool: assignment("bool"),
};

// The target is an input too, so that the result has its shape.
function assignment(dtype: DType): ElementwiseOp {
  return elementwise(`assign ${dtype}`, ["x", "target"], (x) => x, { outputDtype: dtype });
}
