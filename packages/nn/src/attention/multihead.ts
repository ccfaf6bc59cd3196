/** Attention in several subspaces at once. */
import {
  ArgumentError,
  chunk,
  defaultGenerator,
  dropout,
  type Generator,
  linear,
  matmul,
  mean,
  mul,
  pad,
  scaledDotProductAttention,
  slice,
  squeeze,
  type Tensor,
  transpose,
  unsqueeze,
} from "@wengert/autograd";
import { checkProbability } from "../dropout.js";
import * as init from "../init.js";
import { Linear } from "../linear.js";
import { Module, Parameter, restart } from "../module.js";
import { extend, joinHeads, splitHeads } from "./heads.js";
import { maskedSoftmax } from "./masks.js";
import { type AttentionMasks, checkInputs, maskOf } from "./multihead-inputs.js";

export interface MultiheadAttentionOptions extends init.InitOptions {
  /** The part of the weights that is dropped in training; 0 by default. */
  readonly dropout?: number;
  /** Whether the projections have biases, true by default. */
  readonly bias?: boolean;
  /** Whether a further key and value are learned, after the others; false by default. */
  readonly addBiasKv?: boolean;
  /** Whether there is a further key and value of zeros, after all others; false by default. */
  readonly addZeroAttn?: boolean;
  /** The length of the last axis of keys, `embedDim` by default. */
  readonly kdim?: number;
  /** The length of the last axis of values, `embedDim` by default. */
  readonly vdim?: number;
  /** Whether sequences are [N, T, ...] rather than [T, N, ...]; false by default. */
  readonly batchFirst?: boolean;
}

export interface MultiheadCallOptions extends AttentionMasks {
  /** Whether the weights are returned, too; true by default. */
  readonly needWeights?: boolean;
  /** Whether they are the mean over heads, rather than those of each; true by default. */
  readonly averageAttnWeights?: boolean;
}

/** Projected keys and values of each head: [N, numHeads, S, embedDim / numHeads]. */
export interface KeyValues {
  readonly k: Tensor;
  readonly v: Tensor;
}

/**
 * Scaled dot-product attention in h subspaces, whose results are joined and mixed. With E = embedDim, d = E / h:
 *
 *   q, k, v = query Wqᵀ + bq, key Wkᵀ + bk, value Wvᵀ + bv
 *   αᵢ = softmax(qᵢ kᵢᵀ / √d + mask)          for the part of each head i
 *   y  = [α₁ v₁, …, αₕ vₕ] Woᵀ + bo
 *
 * query: [L, N, E]   key: [S, N, kdim]   value: [S, N, vdim]   y: [L, N, E]   ([N, L, E] … with `batchFirst`, or without N)
 * α: [N, L, S] as a mean over heads, or [N, h, L, S]   (S and up to two more with `addBiasKv` and `addZeroAttn`)
 * Wq, Wk, Wv: one matrix [3E, E], or [E, E], [E, kdim], [E, vdim] where these differ from E   Wo: [E, E]
 *
 * A query that attends to no key gets the mean of no values, 0 (where PyTorch 1.13 has NaN).
 *
 * Wq, Wk, Wv start with Xavier's bounds, as one matrix if they are one; Wo uniform within ±1/√E; biases 0; the learned key
 * and value with Xavier's normal: as PyTorch's.
 *
 * Vaswani et al. 2017, "Attention is all you need", section 3.2.2.
 *
 * @throws ArgumentError if the heads do not divide E; in `forward` ShapeError and DTypeError for what does not fit
 */
export class MultiheadAttention extends Module {
  readonly inProjWeight: Parameter | undefined; // [3E, E]
  readonly qProjWeight: Parameter | undefined; // [E, E]
  readonly kProjWeight: Parameter | undefined; // [E, kdim]
  readonly vProjWeight: Parameter | undefined; // [E, vdim]
  readonly inProjBias: Parameter | undefined; // [3E]
  readonly biasK: Parameter | undefined; // [1, 1, E]
  readonly biasV: Parameter | undefined; // [1, 1, E]
  readonly outProj: Linear;
  readonly kdim: number;
  readonly vdim: number;
  readonly dropout: number;
  readonly addZeroAttn: boolean;
  readonly batchFirst: boolean;
  private readonly generator: Generator;

  constructor(
    readonly embedDim: number,
    readonly numHeads: number,
    {
      dropout: probability = 0,
      bias = true,
      addBiasKv = false,
      addZeroAttn = false,
      kdim = embedDim,
      vdim = embedDim,
      batchFirst = false,
      ...made
    }: MultiheadAttentionOptions = {},
  ) {
    super();
    if (!Number.isInteger(numHeads) || numHeads < 1 || embedDim % numHeads !== 0)
      throw new ArgumentError(
        `MultiheadAttention: there are ${numHeads} heads for an embedDim of ${embedDim}; the heads must divide it`,
      );
    checkProbability("MultiheadAttention", probability);
    const weight = (...shape: number[]): Parameter => new Parameter(init.xavierUniform(shape, made));
    if (kdim === embedDim && vdim === embedDim) this.inProjWeight = weight(3 * embedDim, embedDim);
    else {
      this.qProjWeight = weight(embedDim, embedDim);
      this.kProjWeight = weight(embedDim, kdim);
      this.vProjWeight = weight(embedDim, vdim);
    }
    this.inProjBias = bias ? new Parameter(init.zeros([3 * embedDim], made)) : undefined;
    const further = (): Parameter => new Parameter(init.xavierNormal([1, 1, embedDim], made));
    this.biasK = addBiasKv ? further() : undefined;
    this.biasV = addBiasKv ? further() : undefined;
    this.outProj = new Linear(embedDim, embedDim, { bias, ...made });
    restart(this.outProj.bias, (shape) => init.zeros(shape, made));
    this.kdim = kdim;
    this.vdim = vdim;
    this.dropout = probability;
    this.addZeroAttn = addZeroAttn;
    this.batchFirst = batchFirst;
    this.generator = made.generator ?? defaultGenerator;
  }

  /** @returns y, and α unless `needWeights` is false */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    { needWeights = true, averageAttnWeights = true, ...masks }: MultiheadCallOptions = {},
  ): [y: Tensor, weights: Tensor | undefined] {
    const sizes = checkInputs(this, [query, key, value], masks);
    const single = query.rank === 2;
    const axis = this.batchFirst ? 0 : 1;
    const [q, k, v] = this.projectAll(query, key, value).map((x) =>
      this.split(single ? unsqueeze(x, axis) : x),
    ) as [Tensor, Tensor, Tensor];
    const [y, weights] = this.attend(q, { k, v }, maskOf(masks, sizes), needWeights);
    const shown = weights && averageAttnWeights ? mean(weights, { axis: 1 }) : weights;
    return single ? [squeeze(y, axis), shown && squeeze(shown, 0)] : [y, shown];
  }

  /**
   * The keys and values of sequences, which {@link query} may attend to again and again.
   *
   * @param key [S, N, kdim], or [N, S, kdim] with `batchFirst`
   * @param value the same with vdim
   */
  keyValues(key: Tensor, value: Tensor): KeyValues {
    return { k: this.split(this.project(key, 1)), v: this.split(this.project(value, 2)) };
  }

  /**
   * What queries find among keys and values that have been projected before.
   *
   * @param query [L, N, E], or [N, L, E] with `batchFirst`
   * @param mask true for what takes part, or floats that are added, broadcasting to [N, numHeads, L, S]
   * @returns y, of the shape of the query
   */
  query(query: Tensor, keys: KeyValues, mask?: Tensor): Tensor {
    return this.attend(this.split(this.project(query, 0)), keys, mask, false)[0];
  }

  /** All three before they are split, of one tensor in one product. */
  private projectAll(query: Tensor, key: Tensor, value: Tensor): readonly Tensor[] {
    if (query === key && key === value && this.inProjWeight !== undefined)
      return chunk(linear(query, this.inProjWeight, this.inProjBias), 3, { axis: -1 });
    return [query, key, value].map((x, part) => this.project(x, part as 0 | 1 | 2));
  }

  /** @param part 0 of queries, 1 of keys, 2 of values */
  private project(x: Tensor, part: 0 | 1 | 2): Tensor {
    const rows = { start: part * this.embedDim, end: (part + 1) * this.embedDim };
    const own = [this.qProjWeight, this.kProjWeight, this.vProjWeight][part];
    const weight = own ?? slice(this.inProjWeight as Tensor, rows);
    return linear(x, weight, this.inProjBias && slice(this.inProjBias, rows));
  }

  private split(x: Tensor): Tensor {
    return splitHeads(x, this.numHeads, this.batchFirst);
  }

  /** Wo [α₁ v₁, …] + bo */
  private mix(x: Tensor): Tensor {
    return this.outProj.forward(joinHeads(x, this.batchFirst));
  }

  /** Between splitting and joining, with the further keys. */
  private attend(
    q: Tensor,
    { k, v }: KeyValues,
    given: Tensor | undefined,
    needWeights: boolean,
  ): [y: Tensor, weights: Tensor | undefined] {
    const further = (this.biasK === undefined ? 0 : 1) + (this.addZeroAttn ? 1 : 0);
    const mask = given && pad(given, [0, further], { value: given.dtype === "bool" ? 1 : 0 });
    const keys = extend(k, this.biasK, this.addZeroAttn);
    const values = extend(v, this.biasV, this.addZeroAttn);
    const chance = { training: this.training, generator: this.generator };
    if (!needWeights) {
      const attended = scaledDotProductAttention(q, keys, values, { mask, dropout: this.dropout, ...chance });
      return [this.mix(attended), undefined];
    }
    const scores = matmul(mul(q, 1 / Math.sqrt(this.embedDim / this.numHeads)), transpose(keys));
    const weights = dropout(maskedSoftmax(scores, mask), this.dropout, chance);
    return [this.mix(matmul(weights, values)), weights];
  }

  protected override diskName(path: string): string {
    return path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }

  protected override describe(): string {
    const { embedDim, numHeads, kdim, vdim, dropout: probability } = this;
    const options = [
      (kdim !== embedDim || vdim !== embedDim) && `kdim=${kdim}, vdim=${vdim}`,
      probability > 0 && `dropout=${probability}`,
      this.inProjBias === undefined && "bias=false",
      this.biasK !== undefined && "addBiasKv=true",
      this.addZeroAttn && "addZeroAttn=true",
      this.batchFirst && "batchFirst=true",
    ];
    return [embedDim, numHeads, ...options.filter((each) => each !== false)].join(", ");
  }
}
