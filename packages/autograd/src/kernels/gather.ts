/** Dense copies of strided views for kernels that want them where they run. */
import { type FloatDType, isFloat } from "../dtype.js";
import { input } from "../expression/expression.js";
import { isRowMajor } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { ElementwiseKernel } from "./elementwise.js";

const program = (dtype: FloatDType): ElementwiseKernel =>
  new ElementwiseKernel({
    roots: [input(0)],
    type: dtype === "float32" ? "f32" : "f64",
    inputs: [dtype],
    outputs: [dtype],
    masks: [false],
  });

const copies: Readonly<Record<FloatDType, ElementwiseKernel>> = {
  float32: program("float32"),
  float64: program("float64"),
};

/**
 * What `body` makes of `x`, or of a dense copy of it in the WebAssembly memory, which is gone afterwards. There is none
 * where `x` is dense, is small, or has no room there.
 */
export function withDense<T>(x: View, body: (x: View) => T): T {
  const { dtype } = x.data;
  if (isRowMajor(x.shape, x.stride) || !isFloat(dtype)) return body(x);
  const made = allocateView(dtype, x.shape);
  if (made.data.targetAddress() === 0) return body(x);
  copies[dtype].run([x], [made]);
  const result = body(made);
  made.data.drop();
  return result;
}
