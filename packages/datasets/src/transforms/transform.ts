/** Changes of samples, and how they are put one after another. */
import {
  ArgumentError,
  defaultGenerator,
  type Generator,
  type NdarrayLike,
  Tensor,
  tensor,
} from "@wengert/autograd";
import type { Dataset } from "../dataset.js";

/**
 * A change of a sample. What is random about it comes from `generator` alone, which a loader makes of its seed, the epoch
 * and the index: the same sample is changed in the same way whatever was loaded before it.
 */
export type Transform<S, T = S> = (sample: S, generator: Generator) => T;

/**
 * One after another. Each draws from a generator of its own, so that none depends on how much the others draw.
 *
 * ```ts
 * const augment = compose(randomCrop(32, { padding: 4 }), randomFlip(), cutOut(8));
 * const train = new MappedDataset(images, onImage(augment));
 * ```
 */
export function compose<S, T extends S>(
  first: Transform<S, T>,
  ...others: readonly Transform<S, T>[]
): Transform<S, T> {
  return (sample, generator) => {
    let made = first(sample, generator.fork(0));
    for (const [i, change] of others.entries()) made = change(made, generator.fork(i + 1));
    return made;
  };
}

/**
 * A transform of ndarrays as one of samples whose first field is a tensor, or that are a tensor: what `MappedDataset`
 * takes. Other fields stay as they are. What the transform returns belongs to the sample: it gives numbers of its own each
 * time, or the image's.
 *
 * @throws ArgumentError if the first field is no tensor
 */
export function onImage(
  transform: Transform<NdarrayLike, NdarrayLike>,
): <S extends Tensor | readonly [Tensor, ...unknown[]]>(sample: S, generator: Generator) => S {
  const changed = (x: unknown, generator: Generator): Tensor => {
    if (!(x instanceof Tensor))
      throw new ArgumentError("onImage: the first field of the sample is no tensor; it must be the image");
    const made = transform(asNdarray(x), generator);
    return tensor(denseNumbers(made), { shape: made.shape, copy: false });
  };
  return <S extends Tensor | readonly [Tensor, ...unknown[]]>(sample: S, generator: Generator): S => {
    if (sample instanceof Tensor) return changed(sample, generator) as S;
    const [image, ...others] = sample as readonly unknown[];
    return [changed(image, generator), ...others] as unknown as S;
  };
}

/** A tensor's numbers in the form of an ndarray, row by row. */
function asNdarray(x: Tensor): NdarrayLike {
  return denseNdarray(x.toTypedArray(), x.shape);
}

/** The numbers of an ndarray row by row; its own array, or a part of it, where that is what it holds. */
export function denseNumbers({ data, shape, stride, offset }: NdarrayLike): NdarrayLike["data"] {
  const size = shape.reduce((product, length) => product * length, 1);
  let step = 1;
  let dense = true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== step) dense = false;
    step *= shape[axis]!;
  }
  if (dense) return data.length === size ? data : data.subarray(offset, offset + size);
  const made = new (data.constructor as Float64ArrayConstructor)(size) as NdarrayLike["data"];
  let next = 0;
  const walk = (axis: number, at: number): void => {
    if (axis === shape.length) made[next++] = data[at]!;
    else for (let i = 0; i < shape[axis]!; i++) walk(axis + 1, at + i * stride[axis]!);
  };
  walk(0, offset);
  return made;
}

/** `data` in the form of an ndarray, row by row. */
export function denseNdarray<A extends NdarrayLike["data"]>(
  data: A,
  shape: readonly number[],
): NdarrayLike & { readonly data: A } {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return { data, shape, stride, offset: 0 };
}

/** The first fields of a data set's samples, or the samples, as ndarrays: what statistics are fitted to. */
export function* ndarraysOf(
  dataset: Dataset<Tensor | readonly [Tensor, ...unknown[]]>,
  { generator = defaultGenerator }: { readonly generator?: Generator } = {},
): Iterable<NdarrayLike> {
  for (let i = 0; i < dataset.length; i++) {
    const sample = dataset.get(i, generator.fork(i));
    yield asNdarray(sample instanceof Tensor ? sample : sample[0]);
  }
}
