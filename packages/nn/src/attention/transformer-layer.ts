/** What the layers of transformers share: their options, and how a sublayer stands in them. */
import {
  ArgumentError,
  add,
  concat,
  gelu,
  relu,
  type Shape,
  ShapeError,
  type Tensor,
  unsqueeze,
} from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { Dropout } from "../dropout.js";
import type { InitOptions } from "../init.js";
import type { Linear } from "../linear.js";
import { Module } from "../module.js";
import type { LayerNorm } from "../normalisation/index.js";
import { show } from "../recurrent/state.js";
import type { KeyValues, MultiheadAttention } from "./multihead.js";

export interface TransformerLayerOptions extends InitOptions {
  /** The number of units between the two linear layers; 2048 by default. */
  readonly dimFeedforward?: number;
  /** The part of weights, units and results of sublayers that is dropped in training; 0.1 by default. */
  readonly dropout?: number;
  /** Between the two linear layers; relu by default. */
  readonly activation?: "relu" | "gelu" | ((x: Tensor) => Tensor);
  /** Added to the variances; 1e-5 by default. */
  readonly layerNormEps?: number;
  /** Whether sequences are [N, T, ...] rather than [T, N, ...]; false by default. */
  readonly batchFirst?: boolean;
  /** Whether what a sublayer reads is normalised, rather than what comes of it; false by default. */
  readonly normFirst?: boolean;
}

/**
 * A sublayer f, such as attention, has what it reads added to what it makes:
 *
 *   x' = norm(x + dropout(f(x)))        or with `normFirst`
 *   x' = x + dropout(f(norm(x)))
 *
 * The latter: Xiong et al. 2020, "On layer normalization in the transformer architecture".
 */
export abstract class TransformerLayer extends Module {
  abstract readonly selfAttn: MultiheadAttention;
  abstract readonly linear1: Linear;
  abstract readonly linear2: Linear;
  readonly dropout: Dropout;
  readonly normFirst: boolean;
  readonly batchFirst: boolean;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(
    readonly dModel: number,
    {
      dropout = 0.1,
      activation = "relu",
      batchFirst = false,
      normFirst = false,
      generator,
    }: TransformerLayerOptions,
  ) {
    super();
    if (typeof activation === "string")
      checkChoice(new.target.name, "the activation", activation, ["relu", "gelu"]);
    this.dropout = new Dropout(dropout, generator && { generator });
    this.normFirst = normFirst;
    this.batchFirst = batchFirst;
    this.activation = typeof activation === "function" ? activation : { relu, gelu }[activation];
  }

  protected sublayer(x: Tensor, norm: LayerNorm, f: (x: Tensor) => Tensor): Tensor {
    return this.after(x, norm, f(this.before(x, norm)));
  }

  /** What a sublayer reads. */
  protected before(x: Tensor, norm: LayerNorm): Tensor {
    return this.normFirst ? norm.forward(x) : x;
  }

  /** What comes of x and of what a sublayer made. */
  protected after(x: Tensor, norm: LayerNorm, made: Tensor): Tensor {
    const sum = add(x, this.dropout.forward(made));
    return this.normFirst ? sum : norm.forward(sum);
  }

  /** W₂ dropout(activation(W₁ x + b₁)) + b₂ */
  protected feed(x: Tensor): Tensor {
    return this.linear2.forward(this.dropout.forward(this.activation(this.linear1.forward(x))));
  }

  /** Self-attention of one more position, which sees itself and those before it: also returns these and itself. */
  protected attendToPast(x: Tensor, past: KeyValues | undefined): [y: Tensor, past: KeyValues] {
    const own = this.selfAttn.keyValues(x, x);
    const all = past
      ? { k: concat([past.k, own.k], { axis: 2 }), v: concat([past.v, own.v], { axis: 2 }) }
      : own;
    return [this.selfAttn.query(x, all), all];
  }

  /** The axis of time. */
  protected get axis(): 0 | 1 {
    return this.batchFirst ? 1 : 0;
  }

  /** One position [N, dModel] as a sequence. */
  protected onePosition(name: string, x: Tensor): Tensor {
    if (x.rank !== 2 || x.shape[1] !== this.dModel)
      throw new ShapeError(
        `${name} is ${show(x.shape)}; one position must be [N, dModel] with the dModel ${this.dModel}`,
      );
    return unsqueeze(x, this.axis);
  }

  /** @throws ShapeError if x is no sequence of vectors of length dModel */
  protected check(name: string, { shape }: { readonly shape: Shape }): void {
    if ((shape.length === 2 || shape.length === 3) && shape.at(-1) === this.dModel) return;
    const axes = this.batchFirst ? "N, T" : "T, N";
    throw new ShapeError(
      `${name} is ${show(shape)}; it must be [${axes}, dModel] or [T, dModel] with the dModel ${this.dModel}`,
    );
  }

  protected override diskName(path: string): string {
    return path.replace(/^(self|multihead)Attn\./, "$1_attn.");
  }

  protected override describe(): string {
    return this.normFirst ? "normFirst=true" : "";
  }
}

/** @throws ArgumentError if the number of layers is no integer above 0 */
export function layersOf<Layer>(
  name: string,
  numLayers: number,
  make: (index: number) => Layer,
): readonly Layer[] {
  if (!Number.isInteger(numLayers) || numLayers < 1)
    throw new ArgumentError(`${name}: there are ${numLayers} layers; the number must be a positive integer`);
  return Array.from({ length: numLayers }, (_, index) => make(index));
}
