/** Numbers that ops make and that are read at once. */
import { confine, type NumberArray, noGrad, type Tensor, toTypedArray } from "@wengert/autograd";

/** The numbers of the tensor that `make` makes and nobody keeps: no step on the way to them is saved. */
export function numbersMade(make: () => Tensor): NumberArray {
  return confine(() => toTypedArray(noGrad(make)));
}
