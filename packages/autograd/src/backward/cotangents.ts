/** Cotangents as the inputs want them: broadcasting is undone here, so that no rule mentions it. */
import { ShapeError } from "../errors.js";
import type { Spec, Tensor } from "../graph.js";
import { to } from "../ops/elementwise.js";
import { reshape } from "../ops/layout.js";
import { sum } from "../ops/reductions.js";
import { type Shape, sameShape, show } from "../shape.js";

/** A cotangent summed over the axes along which its input was broadcast, in the input's dtype. */
export function toSpec(cotangent: Tensor, { shape, dtype }: Spec, name: string): Tensor {
  const summed = sameShape(cotangent.shape, shape) ? cotangent : sumTo(cotangent, shape, name);
  return summed.dtype === dtype ? summed : to(summed, dtype);
}

function sumTo(x: Tensor, shape: Shape, name: string): Tensor {
  const lead = x.rank - shape.length;
  // A transposed cotangent has as many elements: reshaped, it would be wrong in silence.
  if (lead < 0 || shape.some((length, i) => length !== 1 && length !== x.shape[lead + i]))
    throw new ShapeError(
      `${name}: a derivative rule made a cotangent of ${show(x.shape)} for an input of ${show(shape)}; it must have the input's shape, or one that the input broadcasts to`,
    );
  const axis = x.shape
    .map((_, i) => i)
    .filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
  return reshape(sum(x, { axis }), shape);
}
