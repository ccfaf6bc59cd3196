/** In which dtype an element-wise expression is computed. */
import type { DType } from "../../dtype.js";
import type { Expression } from "../../expression/expression.js";
import type { NumberType } from "../../expression/primitives.js";

// Primitives that integers have too; an op of others, or of a fraction, computes in floating point.
const forIntegers = new Set([
  "add",
  "sub",
  "mul",
  "neg",
  "abs",
  "floor",
  "ceil",
  "trunc",
  "nearest",
  "min",
  "max",
  "eq",
  "ne",
  "lt",
  "gt",
  "le",
  "ge",
  "select",
  "and",
  "or",
  "not",
]);

export function needsFloat(e: Expression): boolean {
  if (e.node === "input") return false;
  if (e.node === "constant") return e.kind === "number" && !Number.isInteger(e.value);
  return e.node === "call" || !forIntegers.has(e.primitive) || e.operands.some(needsFloat);
}

/** Whether it only chooses among its inputs, so that bools stay bools. */
export function onlyChooses(e: Expression): boolean {
  if (e.node === "input") return true;
  return (
    e.node === "apply" &&
    ["select", "min", "max"].includes(e.primitive) &&
    e.operands.every((operand) => operand.kind === "mask" || onlyChooses(operand))
  );
}

export const numberType: Readonly<Record<DType, NumberType>> = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint8: "i32",
  bool: "i32",
};

/** A number for each dtype, by which lists of them can be told apart. */
export const dtypeCode: Readonly<Record<DType, number>> = {
  float32: 0,
  float64: 1,
  int32: 2,
  uint8: 3,
  bool: 4,
};
