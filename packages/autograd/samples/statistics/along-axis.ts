/** What samples have in common of ops that take one tensor and work along an axis, by default the last. */
import { ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import {
  type AnyOpSamples,
  domains,
  type ExpectedError,
  float,
  type NotApplicable,
  type OpSamples,
  type Sample,
  samplesOf,
  shapesOf,
  type TensorInput,
  tensorsOnly,
} from "../sample.js";

export const noAxis: NotApplicable = {
  notApplicable: "it works along an axis, and a 0-d tensor has none",
};
export const oneOperand: NotApplicable = { notApplicable: "it has one operand" };

/** A tensor of these rows. */
export function matrix(...rows: number[][]): TensorInput {
  return { shape: [rows.length, rows[0].length], values: rows.flat() };
}

interface WithAxis {
  readonly axis?: number;
}

/** What every one of them refuses. */
export function axisErrors(
  name: string,
  more: object = {},
): [ExpectedError<WithAxis>, ...ExpectedError<WithAxis>[]] {
  return [
    {
      inputs: [float([2, 3])],
      options: { ...more, axis: 2 },
      error: ShapeError,
      message: new RegExp(`^${name}: there is no axis 2 in x, which is \\[2, 3\\]`),
    },
    {
      inputs: [float([])],
      options: { ...more },
      error: ShapeError,
      message: new RegExp(`^${name}: .*a 0-d tensor has no axes$`),
    },
  ];
}

/** Samples of an op along an axis; `own` holds what it has besides. */
export function alongAxis<Options extends WithAxis>(
  call: (x: Tensor, options?: Options) => Tensor | readonly Tensor[],
  // Inferred from the call alone.
  own: Partial<OpSamples<[Tensor], NoInfer<Options>>> &
    Pick<OpSamples<[Tensor], NoInfer<Options>>, "options" | "special" | "integers" | "errors">,
  /** Options that all samples of shapes have. */
  given?: Options,
): AnyOpSamples {
  const sample = (x: TensorInput, options?: WithAxis): Sample<Options> =>
    ({ inputs: [x], options: { ...given, ...options } }) as unknown as Sample<Options>;
  return samplesOf<[Tensor], Options>({
    call: ([x], options) => call(x, options),
    domains,
    ...shapesOf((x) => sample(x)),
    scalar: noAxis,
    highRank: [sample(float([2, 1, 3, 2]), { axis: 2 }), sample(float([1, 2, 2, 1, 3]))],
    long: [sample(float([67])), sample(float([3, 37])), sample(float([37, 3]), { axis: 0 })],
    transposed: [
      sample(float([3, 4], "transposed")),
      sample(float([3, 4], "transposed"), { axis: 0 }),
      sample(float([2, 3, 2], "transposed"), { axis: 1 }),
    ],
    negativeStep: [sample(float([5], "negative step")), sample(float([4, 3], "negative step"), { axis: 0 })],
    offset: [sample(float([4], "offset")), sample(float([4, 3], "offset"), { axis: 0 })],
    expanded: [sample(float([3, 2], "expanded"))],
    broadcast: oneOperand,
    shared: oneOperand,
    numbers: tensorsOnly,
    ...own,
  } as OpSamples<[Tensor], Options>);
}
