/** The tensors that a module owns: parameters, which are trained, and buffers, which are only kept with it. */
import {
  contiguous,
  type DiskDType,
  expand,
  type FloatDType,
  noGrad,
  type Shape,
  Tensor,
  zeros,
} from "@wengert/autograd";

let withoutNumbers = false;

/**
 * What `make` makes, with parameters that have shapes but no numbers: each reads one zero everywhere, nothing is drawn, and
 * no memory is taken. For counting and looking at models that are large; such parameters cannot be trained or loaded.
 *
 * ```ts
 * const count = shapesOnly(() => new VGG(16)).parameterCount(); // 138,357,544
 * ```
 */
export function shapesOnly<Made>(make: () => Made): Made {
  const before = withoutNumbers;
  withoutNumbers = true;
  try {
    return make();
  } finally {
    withoutNumbers = before;
  }
}

/** What `draw` draws; within {@link shapesOnly} a zero in that shape. */
export function initial(shape: Shape, dtype: FloatDType | undefined, draw: () => Tensor): Tensor {
  if (!withoutNumbers) return draw();
  return expand(zeros([], dtype === undefined ? {} : { dtype }), shape);
}

/** Gives a parameter other values to start from than those of its layer; nothing within {@link shapesOnly}. */
export function restart(parameter: Parameter | undefined, draw: (shape: Shape) => Tensor): void {
  if (!withoutNumbers && parameter !== undefined) noGrad(() => parameter.assign(draw(parameter.shape)));
}

export interface ParameterOptions {
  /** Whether it is trained, true by default. */
  readonly requiresGrad?: boolean;
}

/**
 * A tensor that a module trains: as a field of a {@link Module}, or in an array there, it is one of its parameters.
 *
 * It reads the numbers of the tensor that it is made from, where those are dense, and is not connected to what that
 * was computed from.
 */
export class Parameter extends Tensor {
  // What fields are recognised by, rather than by instanceof: where two versions of this package are installed, the
  // modules of one may hold those of the other. Also what tells the types apart.
  declare readonly "~part": "parameter";

  /** @throws DTypeError if `values` are no floats, unless it is not to be trained */
  constructor(values: Tensor, { requiresGrad = true }: ParameterOptions = {}) {
    super(withoutNumbers ? values.detach().view : denseView(values));
    this.requiresGrad = requiresGrad;
  }
}

export interface BufferOptions {
  /** Whether `stateDict()` has it, true by default. */
  readonly persistent?: boolean;
  /** The number type that a file has it in, where that is another than its own: PyTorch counts in int64. */
  readonly diskDtype?: DiskDType | undefined;
}

/** A tensor that belongs to a module but is not trained, such as a running mean. Its values change by `assign`. */
export class Buffer extends Tensor {
  declare readonly "~part": "buffer";
  readonly persistent: boolean;
  readonly diskDtype: DiskDType | undefined;

  constructor(values: Tensor, { persistent = true, diskDtype }: BufferOptions = {}) {
    super(denseView(values));
    this.persistent = persistent;
    this.diskDtype = diskDtype;
  }
}

// On the prototypes, so that an instance costs no more than any tensor.
Object.defineProperty(Parameter.prototype, "~part", { value: "parameter" });
Object.defineProperty(Buffer.prototype, "~part", { value: "buffer" });

/** The view of `values` if updates can be written to it as it is, else of a copy. */
function denseView(values: Tensor): Tensor["view"] {
  return contiguous(values.detach()).view;
}
