/** Initial values that are chosen together: matrices with a property. */
import {
  ArgumentError,
  argsort,
  defaultDtype,
  diagonal,
  eye,
  qr,
  rand,
  randn,
  type Shape,
  type Tensor,
  tensor,
  where,
} from "@wengert/autograd";
import { initial } from "../module.js";
import { type ConstantOptions, type InitOptions, normal } from "./basic.js";
import type { GainOptions } from "./scaled.js";

/**
 * `gain` times a matrix with orthonormal rows, or columns where there are fewer of these: uniform among all such. Saxe,
 * McClelland & Ganguli 2013, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks".
 *
 * @param shape [out, in, ...], read as the matrix [out, in · ...]
 */
export function orthogonal(shape: Shape, { gain = 1, generator, dtype }: GainOptions = {}): Tensor {
  const [rows, columns] = matrixOf("orthogonal", shape);
  return initial(shape, dtype, () => {
    const long = Math.max(rows, columns);
    const short = Math.min(rows, columns);
    const drawn = randn([long, short], { dtype: "float64", ...(generator && { generator }) });
    const { q, r } = qr(drawn);
    // The signs are the decomposition's choice; with those of R's diagonal taken out every matrix is as likely.
    const columnsOfQ = q.mul(diagonal(r).sign()).mul(gain);
    const matrix = rows < columns ? columnsOfQ.transpose() : columnsOfQ;
    return matrix.to(dtype ?? defaultDtype()).reshape(shape);
  });
}

export interface SparseOptions extends InitOptions {
  /** The part of each column that is 0, rounded up to whole elements. */
  readonly sparsity: number;
  /** The standard deviation of the other elements, 0.01 by default. */
  readonly std?: number;
}

/**
 * Normal numbers, of which in each column a given part is 0. Martens 2010, "Deep learning via Hessian-free optimization".
 *
 * @param shape [out, in]
 */
export function sparse(shape: Shape, { sparsity, std = 0.01, ...options }: SparseOptions): Tensor {
  if (shape.length !== 2)
    throw new ArgumentError(`sparse: the shape is [${shape.join(", ")}]; it must be [out, in]`);
  if (!(sparsity >= 0 && sparsity <= 1))
    throw new ArgumentError(`sparse: the sparsity is ${sparsity}; it must be from 0 to 1`);
  const zeros = Math.ceil(sparsity * shape[0]!);
  return initial(shape, options.dtype, () => {
    const order = argsort(rand(shape, options), { axis: 0 });
    return where(order.less(zeros), 0, normal(shape, { std, ...options }));
  });
}

/** `gain` on the diagonal of a matrix, 0 elsewhere: `shape` is [out, in]. */
export function identity(
  shape: Shape,
  { gain = 1, ...options }: ConstantOptions & Pick<GainOptions, "gain"> = {},
): Tensor {
  const [rows, columns, ...more] = shape;
  if (rows === undefined || columns === undefined || more.length > 0)
    throw new ArgumentError(`identity: the shape is [${shape.join(", ")}]; it must be [out, in]`);
  return initial(shape, options.dtype, () => eye(rows, columns, options).mul(gain));
}

export interface DiracOptions extends ConstantOptions {
  /** Of the convolution, 1 by default. */
  readonly groups?: number;
}

/**
 * The weight of a convolution that passes on its input channels, as many as there are output channels for: 1 in the middle
 * of the kernel from a channel to the same one, 0 elsewhere.
 *
 * @param shape [out, in / groups, ...kernel]
 */
export function dirac(shape: Shape, { groups = 1, dtype }: DiracOptions = {}): Tensor {
  const [rows, columns] = matrixOf("dirac", shape);
  const [, channels, ...kernel] = shape as [number, number, ...number[]];
  const each = rows / groups;
  if (!Number.isInteger(each))
    throw new ArgumentError(`dirac: ${groups} groups do not divide ${rows} output channels`);
  const middle = kernel.reduce((at, taps) => at * taps + Math.floor(taps / 2), 0);
  const taps = columns / channels;
  const values = new Array<number>(rows * columns).fill(0);
  for (let row = 0; row < rows; row++)
    if (row % each < channels) values[row * columns + (row % each) * taps + middle] = 1;
  return initial(shape, dtype, () => tensor(values, { shape, ...(dtype && { dtype }) }));
}

/** The lengths of `shape` read as a matrix. */
function matrixOf(name: string, shape: Shape): readonly [rows: number, columns: number] {
  const [rows, ...rest] = shape;
  if (rows === undefined || rest.length === 0)
    throw new ArgumentError(
      `${name}: the shape is [${shape.join(", ")}]; it must have two axes or more, [out, in, ...]`,
    );
  return [rows, rest.reduce((product, length) => product * length, 1)];
}
