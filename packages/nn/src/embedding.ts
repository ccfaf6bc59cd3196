/** The table of learned vectors. */
import {
  ArgumentError,
  add,
  arange,
  assign,
  contiguous,
  detach,
  div,
  embedding,
  equal,
  expand,
  flatten,
  indexAdd,
  indexSelect,
  mul,
  noGrad,
  norm,
  ones,
  scatter,
  straightThrough,
  type Tensor,
  unsqueeze,
  where,
  zeros,
} from "@wengert/autograd";
import { type InitOptions, normal } from "./init.js";
import { Module, Parameter, restart } from "./module.js";

export interface EmbeddingOptions extends InitOptions {
  /** A symbol that stands for nothing: its vector starts as 0 and gets no gradient. Negative ones count from the end. */
  readonly paddingIdx?: number;
  /** What the norm of a vector that is looked up is brought down to before, where it is larger. */
  readonly maxNorm?: number;
  /** The p of that norm, 2 by default. */
  readonly normType?: number;
  /** Whether the gradient of a vector is divided by how often it was looked up in x; false by default. */
  readonly scaleGradByFreq?: boolean;
}

/**
 * A learned vector for each of `count` symbols: y = W[x].
 *
 * x: integers from 0 to count − 1, any shape   W: [count, dimension]   y: [..., dimension]
 *
 * With `maxNorm` the rows of W at x are first changed in place, and no gradient knows of it:
 *
 *   W[i] ← W[i] · maxNorm / (‖W[i]‖ₚ + 1e-7)   where ‖W[i]‖ₚ > maxNorm
 *
 * so W is not to be used in what is recorded before the look-up. The vectors start normal, of mean 0 and variance 1, as
 * PyTorch's. (Gradients are dense: there is no `sparse`.)
 *
 * Bengio et al. 2003, "A neural probabilistic language model", section 2: the matrix C.
 *
 * @throws ArgumentError if `paddingIdx` is no symbol or `maxNorm` is not above 0; in `forward` for what is no symbol,
 *   negative numbers included, DTypeError for what is no integer
 */
export class Embedding extends Module {
  readonly weight: Parameter;
  readonly paddingIdx: number | undefined;
  readonly maxNorm: number | undefined;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;

  constructor(
    readonly count: number,
    readonly dimension: number,
    { paddingIdx, maxNorm, normType = 2, scaleGradByFreq = false, ...options }: EmbeddingOptions = {},
  ) {
    super();
    if (paddingIdx !== undefined && !(paddingIdx >= -count && paddingIdx < count))
      throw new ArgumentError(
        `Embedding: paddingIdx is ${paddingIdx}; with ${count} symbols it must be from ${-count} to ${count - 1}`,
      );
    if (maxNorm !== undefined && !(maxNorm > 0))
      throw new ArgumentError(`Embedding: maxNorm is ${maxNorm}; it must be above 0`);
    this.paddingIdx = paddingIdx !== undefined && paddingIdx < 0 ? count + paddingIdx : paddingIdx;
    this.maxNorm = maxNorm;
    this.normType = normType;
    this.scaleGradByFreq = scaleGradByFreq;
    this.weight = new Parameter(normal([count, dimension], options));
    if (paddingIdx !== undefined)
      restart(this.weight, () => where(this.isPadding(arange(count)), 0, this.weight));
  }

  forward(x: Tensor): Tensor {
    this.check(x);
    if (this.maxNorm !== undefined) this.shorten(flatten(x), this.maxNorm);
    const y = embedding(x, this.weight);
    const trained = this.paddingIdx === undefined ? y : where(this.isPadding(x), detach(y), y);
    if (!this.scaleGradByFreq) return trained;
    return straightThrough(detach(y), mul(trained, unsqueeze(div(1, this.frequencies(x)), -1)));
  }

  /** Brings the rows that are looked up within the bound. */
  private shorten(symbols: Tensor, bound: number): void {
    noGrad(() => {
      // In forward mode, too, nothing is to know of it.
      const table = detach(this.weight);
      const rows = indexSelect(table, symbols);
      const norms = norm(rows, { axis: -1, keepDims: true, p: this.normType });
      const shorter = where(norms.greater(bound), mul(rows, div(bound, add(norms, 1e-7))), rows);
      // A row that is looked up twice is written twice, the same both times.
      const places = expand(unsqueeze(symbols, 1), rows.shape);
      assign(table, scatter(table, places, shorter));
    });
  }

  /** How often each symbol of x is in x. */
  private frequencies(x: Tensor): Tensor {
    const { dtype } = this.weight;
    const symbols = flatten(x);
    const counts = indexAdd(zeros([this.count], { dtype }), symbols, ones([x.size], { dtype }));
    return indexSelect(counts, symbols).reshape(x.shape);
  }

  private isPadding(x: Tensor): Tensor {
    return unsqueeze(equal(x, this.paddingIdx as number), -1);
  }

  // The op counts negative numbers from the end; a symbol that is one is a mistake. What is no integer it refuses itself.
  private check(x: Tensor): void {
    if (x.dtype !== "int32" && x.dtype !== "uint8") return;
    const { data, offset } = contiguous(x).view;
    for (let i = 0; i < x.size; i++) {
      const symbol = data.get(offset + i);
      if (!(symbol >= 0 && symbol < this.count))
        throw new ArgumentError(
          `element ${i} of x is ${symbol}; there are ${this.count} symbols, it must be from 0 to ${this.count - 1}`,
        );
    }
  }

  protected override describe(): string {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    const options = [
      paddingIdx !== undefined && `paddingIdx=${paddingIdx}`,
      maxNorm !== undefined && `maxNorm=${maxNorm}`,
      maxNorm !== undefined && normType !== 2 && `normType=${normType}`,
      scaleGradByFreq && "scaleGradByFreq=true",
    ];
    return [this.count, this.dimension, ...options.filter((each) => each !== false)].join(", ");
  }
}
