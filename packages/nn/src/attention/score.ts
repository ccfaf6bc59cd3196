/** Attention by a score for each query and key: additive and multiplicative. */
import {
  add,
  DTypeError,
  linear,
  matmul,
  reshape,
  ShapeError,
  slice,
  squeeze,
  type Tensor,
  tanh,
  transpose,
  unsqueeze,
} from "@wengert/autograd";
import { type InitOptions, inverseRoot } from "../init.js";
import { Module, Parameter } from "../module.js";
import { show } from "../recurrent/state.js";
import { checkMask, maskedSoftmax, opened } from "./masks.js";

export interface AttentionCallOptions {
  /** What is averaged, [N, S, V]; the keys by default. */
  readonly values?: Tensor | undefined;
  /** The keys that are padding, [N, S]: bool, true for those; or floats that are added to the scores. */
  readonly keyPaddingMask?: Tensor | undefined;
  /** What {@link Attention.projectKeys} made of the keys, where they are asked again and again. */
  readonly projected?: Tensor | undefined;
}

/**
 * For each query the mean of values, weighted by how well their keys match it:
 *
 *   αₜₛ = softmaxₛ(score(qₜ, kₛ))   cₜ = Σₛ αₜₛ vₛ
 *
 * q: [N, L, queryDim]   k: [N, S, keyDim]   v: [N, S, V]   c: [N, L, V]   α: [N, L, S]   (q, c, α without L for one step)
 *
 * An attention of one's own is a class with a `score`. A query that may attend to nothing gets 0.
 */
export abstract class Attention extends Module {
  /** @param keyDim the same as `queryDim` where the score asks for it */
  constructor(
    readonly queryDim: number,
    readonly keyDim: number,
  ) {
    super();
  }

  /** The part of scores that needs no query; by default the keys themselves. */
  projectKeys(keys: Tensor): Tensor {
    return keys;
  }

  /**
   * How well keys match queries.
   *
   * @param query [N, L, queryDim]
   * @param projected what {@link projectKeys} made of the keys [N, S, keyDim]
   * @returns [N, L, S]
   */
  abstract score(query: Tensor, projected: Tensor): Tensor;

  /** @throws ShapeError, DTypeError for what does not fit */
  forward(
    query: Tensor,
    keys: Tensor,
    { values = keys, keyPaddingMask, projected }: AttentionCallOptions = {},
  ): [context: Tensor, weights: Tensor] {
    this.check(query, keys, values, keyPaddingMask);
    const single = query.rank === 2;
    const scores = this.score(single ? unsqueeze(query, 1) : query, projected ?? this.projectKeys(keys));
    const [batch, length] = keys.shape as readonly [number, number];
    const padding = keyPaddingMask && reshape(keyPaddingMask, [batch, 1, length]);
    const weights = maskedSoftmax(scores, opened(padding));
    const context = matmul(weights, values);
    return single ? [squeeze(context, 1), squeeze(weights, 1)] : [context, weights];
  }

  private check(query: Tensor, keys: Tensor, values: Tensor, padding: Tensor | undefined): void {
    const { queryDim, keyDim } = this;
    const given = `query is ${show(query.shape)}, keys are ${show(keys.shape)} and values are ${show(values.shape)}`;
    const [batch, length] = keys.shape as readonly [number, number];
    if (
      (query.rank !== 2 && query.rank !== 3) ||
      keys.rank !== 3 ||
      values.rank !== 3 ||
      query.shape.at(-1) !== queryDim ||
      keys.shape[2] !== keyDim ||
      query.shape[0] !== batch ||
      values.shape[0] !== batch ||
      values.shape[1] !== length
    )
      throw new ShapeError(
        `${given}; they must be [N, L, ${queryDim}] or [N, ${queryDim}], [N, S, ${keyDim}] and [N, S, V]`,
      );
    for (const { dtype } of [keys, values])
      if (dtype !== query.dtype)
        throw new DTypeError(
          `query is ${query.dtype}, keys are ${keys.dtype} and values are ${values.dtype}; they must be the same`,
        );
    checkMask("keyPaddingMask", padding, query.dtype, [[batch, length]], "[N, S]");
  }

  protected override diskName(path: string): string {
    return path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }

  protected override describe(): string {
    return `${this.queryDim}, ${this.keyDim}`;
  }
}

export interface AdditiveAttentionOptions extends InitOptions {
  /** Whether there is a bias inside of the tanh, false by default. */
  readonly bias?: boolean;
}

/**
 *   score(q, k) = vᵀ tanh(W q + U k + b)
 *
 * W: [hiddenDim, queryDim]   U: [hiddenDim, keyDim]   v, b: [hiddenDim]   (`weight_query`, `weight_key`, `v`, `bias` in files)
 *
 * All start uniform within ±1/√(length of their rows), as Linear's.
 *
 * Bahdanau, Cho & Bengio 2015, "Neural machine translation by jointly learning to align and translate", appendix A.1.2.
 */
export class AdditiveAttention extends Attention {
  readonly weightQuery: Parameter;
  readonly weightKey: Parameter;
  readonly v: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    queryDim: number,
    keyDim: number,
    readonly hiddenDim: number,
    { bias = false, ...options }: AdditiveAttentionOptions = {},
  ) {
    super(queryDim, keyDim);
    this.weightQuery = new Parameter(inverseRoot([hiddenDim, queryDim], queryDim, options));
    this.weightKey = new Parameter(inverseRoot([hiddenDim, keyDim], keyDim, options));
    this.v = new Parameter(inverseRoot([hiddenDim], hiddenDim, options));
    this.bias = bias ? new Parameter(inverseRoot([hiddenDim], keyDim, options)) : undefined;
  }

  /** U k + b */
  override projectKeys(keys: Tensor): Tensor {
    return linear(keys, this.weightKey, this.bias);
  }

  override score(query: Tensor, projected: Tensor): Tensor {
    const hidden = tanh(add(unsqueeze(linear(query, this.weightQuery), 2), unsqueeze(projected, 1)));
    return matmul(hidden, this.v);
  }
}

/**
 *   score(q, k) = qᵀ k
 *
 * Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine translation", section 3.1: dot.
 */
export class DotAttention extends Attention {
  /** @param dimension that of queries and keys */
  constructor(dimension: number) {
    super(dimension, dimension);
  }

  override score(query: Tensor, projected: Tensor): Tensor {
    return matmul(query, transpose(projected));
  }
}

/**
 *   score(q, k) = qᵀ W k
 *
 * W: [queryDim, keyDim], uniform within ±1/√keyDim at first
 *
 * Luong, Pham & Manning 2015, section 3.1: general.
 */
export class GeneralAttention extends Attention {
  readonly weight: Parameter;

  constructor(queryDim: number, keyDim: number, options: InitOptions = {}) {
    super(queryDim, keyDim);
    this.weight = new Parameter(inverseRoot([queryDim, keyDim], keyDim, options));
  }

  /** W k */
  override projectKeys(keys: Tensor): Tensor {
    return linear(keys, this.weight);
  }

  override score(query: Tensor, projected: Tensor): Tensor {
    return matmul(query, transpose(projected));
  }
}

/**
 *   score(q, k) = vᵀ tanh(W [q; k])
 *
 * W: [hiddenDim, queryDim + keyDim]   v: [hiddenDim]   both uniform within ±1/√(length of their rows) at first
 *
 * Luong, Pham & Manning 2015, section 3.1: concat.
 */
export class ConcatAttention extends Attention {
  readonly weight: Parameter;
  readonly v: Parameter;

  constructor(
    queryDim: number,
    keyDim: number,
    readonly hiddenDim: number,
    options: InitOptions = {},
  ) {
    super(queryDim, keyDim);
    const both = queryDim + keyDim;
    this.weight = new Parameter(inverseRoot([hiddenDim, both], both, options));
    this.v = new Parameter(inverseRoot([hiddenDim], hiddenDim, options));
  }

  /** The part of W [q; k] that k has in it. */
  override projectKeys(keys: Tensor): Tensor {
    return linear(keys, slice(this.weight, { axis: 1, start: this.queryDim }));
  }

  override score(query: Tensor, projected: Tensor): Tensor {
    const own = linear(query, slice(this.weight, { axis: 1, end: this.queryDim }));
    return matmul(tanh(add(unsqueeze(own, 2), unsqueeze(projected, 1))), this.v);
  }
}
