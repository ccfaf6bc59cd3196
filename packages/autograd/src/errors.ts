/** The errors that Wengert throws. Each message names the op, what is wrong with both sides, and what would be right. */

/** A shape, axis or index does not fit. */
export class ShapeError extends Error {
  override readonly name: string = "ShapeError";
}

/** A dtype does not fit. */
export class DTypeError extends Error {
  override readonly name: string = "DTypeError";
}

/** A gradient was asked for where there is none, or cannot be trusted. */
export class GradientError extends Error {
  override readonly name: string = "GradientError";
}

/** An argument that is not a tensor is out of its range. */
export class ArgumentError extends Error {
  override readonly name: string = "ArgumentError";
}

/** A matrix is not what a computation needs: singular, or not positive definite. */
export class LinearAlgebraError extends Error {
  override readonly name: string = "LinearAlgebraError";
}

/** A file or its bytes are not what the format says. */
export class FormatError extends Error {
  override readonly name: string = "FormatError";
}

/** A broken invariant of the library itself: please report it. */
export function internal(message: string): Error {
  return new Error(`internal: ${message}`);
}

/** A number that is not finite, where it came up first. */
export class AnomalyError extends Error {
  override readonly name = "AnomalyError";

  /**
   * @param op the name of the op
   * @param phase whether its result is meant, or a cotangent that its derivative rule made
   * @param source the line that called it, `file:line:column`, where the engine tells
   */
  constructor(
    message: string,
    readonly op: string,
    readonly phase: "forward" | "backward",
    readonly source: string | undefined,
  ) {
    super(message);
  }
}
