/** Classes that were predicted, beside those that are right. */
import { ArgumentError, DTypeError, isFloat, ShapeError, type Tensor } from "@wengert/autograd";

export interface IgnoreOptions {
  /** Targets of this class are left out, as for the losses; -100 by default. */
  readonly ignoreIndex?: number;
}

/** Scores that stand in rows, one for each target: class `c` of target `i` is `scores[start(i) + c * stride]`. */
interface Scored {
  readonly scores: ArrayLike<number>;
  readonly classes: number;
  readonly stride: number;
  readonly start: (i: number) => number;
}

/**
 * What targets must be: integers, and as many as predictions.
 *
 * @throws DTypeError for targets that are floats; ShapeError if there are more or fewer
 */
export function targetsFor(
  name: string,
  predicted: Tensor,
  target: Tensor,
  scored: boolean,
): ArrayLike<number> {
  if (isFloat(target.dtype))
    throw new DTypeError(
      `${name}: the targets are ${target.dtype}; they must be classes: int32, uint8 or bool`,
    );
  const { shape } = predicted;
  const wanted = scored ? shape.filter((_, axis) => axis !== classAxis(shape)) : shape;
  if (scored && shape.length === 0)
    throw new ShapeError(
      `${name}: the scores are 0-d; they must be [C], or [N, C, ...] with the targets [N, ...]`,
    );
  if (String(wanted) !== String(target.shape))
    throw new ShapeError(
      `${name}: the predictions are [${shape.join(", ")}] and the targets [${target.shape.join(", ")}]; ${
        scored ? "scores [N, C, ...] are for targets [N, ...]" : "predicted classes are for as many targets"
      }, here [${wanted.join(", ")}]`,
    );
  return target.toTypedArray();
}

const classAxis = (shape: readonly number[]): number => (shape.length === 1 ? 0 : 1);

/** How the numbers of `predicted`, [C] or [N, C, ...], stand in rows. */
export function scoredRows(predicted: Tensor): Scored {
  const { shape } = predicted;
  const axis = classAxis(shape);
  const classes = shape[axis] as number;
  const stride = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const start = (i: number): number => Math.floor(i / stride) * stride * classes + (i % stride);
  return { scores: predicted.toTypedArray(), classes, stride, start };
}

/**
 * The place of `target` among the classes by their scores: 0 for the highest. Of equal scores the lower class goes first; NaN goes
 * before all numbers, and a target whose score is NaN is last.
 */
export function rankOf({ scores, classes, stride, start }: Scored, i: number, target: number): number {
  const own = scores[start(i) + target * stride] as number;
  if (Number.isNaN(own)) return classes;
  let rank = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[start(i) + c * stride] as number;
    if (score > own || Number.isNaN(score) || (score === own && c < target)) rank++;
  }
  return rank;
}

/** The classes in `predicted`: itself if they are integers, else those of the highest scores; of equal ones the lowest. */
export function predictedClasses(name: string, predicted: Tensor): ArrayLike<number> {
  if (!isFloat(predicted.dtype)) return predicted.toTypedArray();
  const rows = scoredRows(predicted);
  const { scores, classes, stride, start } = rows;
  if (classes === 0)
    throw new ShapeError(`${name}: the scores are [${predicted.shape.join(", ")}], of no class`);
  return Array.from({ length: predicted.size / classes }, (_, i) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      const [score, highest] = [scores[start(i) + c * stride], scores[start(i) + best * stride]] as [
        number,
        number,
      ];
      if (score > highest || (Number.isNaN(score) && !Number.isNaN(highest))) best = c;
    }
    return best;
  });
}

/** @throws ArgumentError if it is none of so many classes */
export function checkClass(name: string, what: string, value: number, classes: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= classes)
    throw new ArgumentError(`${name}: ${what} is ${value}; it must be a class from 0 to ${classes - 1}`);
}
