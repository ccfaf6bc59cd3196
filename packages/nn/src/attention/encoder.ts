/** The encoder of a transformer. */
import { squeeze, type Tensor } from "@wengert/autograd";
import { Linear } from "../linear.js";
import { Module } from "../module.js";
import { LayerNorm } from "../normalisation/index.js";
import { type KeyValues, MultiheadAttention } from "./multihead.js";
import { layersOf, TransformerLayer, type TransformerLayerOptions } from "./transformer-layer.js";

/** Masks over the source; see {@link MultiheadAttention} for what a mask may be. */
export interface SourceMasks {
  /** [S, S] or [N · nhead, S, S] */
  readonly srcMask?: Tensor | undefined;
  /** [N, S] */
  readonly srcKeyPaddingMask?: Tensor | undefined;
  /** Whether each position sees itself and those before it alone, false by default. */
  readonly srcIsCausal?: boolean | undefined;
}

/**
 * Self-attention, and a network of two layers:
 *
 *   x = sublayer(src, x ↦ attention(x, x, x))
 *   y = sublayer(x, x ↦ W₂ dropout(relu(W₁ x + b₁)) + b₂)
 *
 *   sublayer(x, f) = norm(x + dropout(f(x))), or with `normFirst` x + dropout(f(norm(x)))
 *
 * src, y: [S, N, dModel], [N, S, dModel] with `batchFirst`, or [S, dModel]
 * W₁: [dimFeedforward, dModel]   W₂: [dModel, dimFeedforward]
 *
 * Starts as {@link MultiheadAttention}, `Linear` and `LayerNorm` do.
 *
 * Vaswani et al. 2017, "Attention is all you need", section 3.1.
 *
 * @throws ArgumentError if the heads do not divide dModel; in `forward` ShapeError for other shapes
 */
export class TransformerEncoderLayer extends TransformerLayer {
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, options);
    const { dimFeedforward = 2048, layerNormEps: eps = 1e-5, dropout = 0.1 } = options;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { ...options, dropout });
    this.linear1 = new Linear(dModel, dimFeedforward, options);
    this.linear2 = new Linear(dimFeedforward, dModel, options);
    this.norm1 = new LayerNorm(dModel, { ...options, eps });
    this.norm2 = new LayerNorm(dModel, { ...options, eps });
  }

  forward(src: Tensor, masks: SourceMasks = {}): Tensor {
    this.check("src", src);
    const { srcMask: attnMask, srcKeyPaddingMask: keyPaddingMask, srcIsCausal: isCausal } = masks;
    const options = { attnMask, keyPaddingMask, isCausal, needWeights: false };
    const x = this.sublayer(src, this.norm1, (x) => this.selfAttn.forward(x, x, x, options)[0]);
    return this.sublayer(x, this.norm2, (x) => this.feed(x));
  }

  /**
   * One more position of sequences that are read causally: what `forward` with `srcIsCausal` makes of the last one.
   *
   * @param src [N, dModel]
   * @param past keys and values of the positions before, as the last step returned them
   */
  step(src: Tensor, past?: KeyValues): [y: Tensor, past: KeyValues] {
    const x = this.onePosition("src", src);
    const [attended, all] = this.attendToPast(this.before(x, this.norm1), past);
    const y = this.sublayer(this.after(x, this.norm1, attended), this.norm2, (x) => this.feed(x));
    return [squeeze(y, this.axis), all];
  }
}

/**
 * Layers one after another, and a normalisation at the end if one is given, which `normFirst` wants:
 *
 *   y = norm(layerₙ(… layer₁(src)))
 *
 * src, y: as the layers'
 *
 * Vaswani et al. 2017, section 3.1.
 *
 * @param layer makes a layer, called for each
 * @throws ArgumentError if the number of layers is no integer above 0
 */
export class TransformerEncoder extends Module {
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: LayerNorm | undefined;

  constructor(
    layer: (index: number) => TransformerEncoderLayer,
    readonly numLayers: number,
    { norm }: { readonly norm?: LayerNorm | undefined } = {},
  ) {
    super();
    this.layers = layersOf("TransformerEncoder", numLayers, layer);
    this.norm = norm;
  }

  forward(src: Tensor, masks: SourceMasks = {}): Tensor {
    const y = this.layers.reduce((x, layer) => layer.forward(x, masks), src);
    return this.norm === undefined ? y : this.norm.forward(y);
  }

  /**
   * One more position of sequences that are read causally; see {@link TransformerEncoderLayer.step}. What it returns
   * beside y is a state for the functions that decode.
   *
   * @param src [N, dModel]
   */
  step(src: Tensor, past?: readonly KeyValues[]): [y: Tensor, past: readonly KeyValues[]] {
    const next: KeyValues[] = [];
    const y = this.layers.reduce((x, layer, i) => {
      const [made, all] = layer.step(x, past?.[i]);
      next.push(all);
      return made;
    }, src);
    return [this.norm === undefined ? y : this.norm.forward(y), next];
  }
}
