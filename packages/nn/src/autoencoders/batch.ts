/** Sums over the features of examples. */
import { ShapeError, type Tensor } from "@wengert/autograd";

/**
 * [N, features] from [..., features].
 *
 * @throws ShapeError if there is no axis of features, or no example
 */
export function rowsOf(name: string, x: Tensor): Tensor {
  const features = x.shape.at(-1);
  if (features === undefined || x.size === 0)
    throw new ShapeError(
      `${name}: the examples are [${x.shape.join(", ")}]; they must be [..., features], and one or more`,
    );
  return x.reshape([-1, features]);
}

/** The mean over the examples of the sum over the features: 0-d from [..., features]. */
export function perExample(name: string, x: Tensor): Tensor {
  return rowsOf(name, x).sum({ axis: 1 }).mean();
}
