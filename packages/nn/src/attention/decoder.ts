/** The decoder of a transformer. */
import { reshape, squeeze, type Tensor } from "@wengert/autograd";
import { Linear } from "../linear.js";
import { Module } from "../module.js";
import { LayerNorm } from "../normalisation/index.js";
import { checkMask, opened } from "./masks.js";
import { type KeyValues, MultiheadAttention } from "./multihead.js";
import { layersOf, TransformerLayer, type TransformerLayerOptions } from "./transformer-layer.js";

/** Masks over the target and the memory; see {@link MultiheadAttention} for what a mask may be. */
export interface TargetMasks {
  /** [T, T] or [N · nhead, T, T] */
  readonly tgtMask?: Tensor | undefined;
  /** [T, S] or [N · nhead, T, S] */
  readonly memoryMask?: Tensor | undefined;
  /** [N, T] */
  readonly tgtKeyPaddingMask?: Tensor | undefined;
  /** [N, S] */
  readonly memoryKeyPaddingMask?: Tensor | undefined;
  /** Whether each position sees itself and those before it alone, false by default. */
  readonly tgtIsCausal?: boolean | undefined;
  /** Whether position i sees positions 0 to i of the memory alone, false by default. */
  readonly memoryIsCausal?: boolean | undefined;
}

/** What a layer keeps between steps: keys and values of the positions so far, and of the memory. */
export interface DecoderLayerCache {
  readonly past?: KeyValues | undefined;
  readonly memory: KeyValues;
}

/** What a decoder keeps between steps: a state for the functions that decode. */
export interface DecoderCache {
  readonly layers: readonly DecoderLayerCache[];
  /** For which of the memory takes part, [N, 1, 1, S]. */
  readonly memoryMask: Tensor | undefined;
}

/**
 * Self-attention, attention to the memory, and a network of two layers:
 *
 *   x = sublayer(tgt, x ↦ attention(x, x, x))
 *   x = sublayer(x, x ↦ attention(x, memory, memory))
 *   y = sublayer(x, x ↦ W₂ dropout(relu(W₁ x + b₁)) + b₂)
 *
 *   sublayer(x, f) = norm(x + dropout(f(x))), or with `normFirst` x + dropout(f(norm(x)))
 *
 * tgt, y: [T, N, dModel]   memory: [S, N, dModel]   ([N, T, dModel] … with `batchFirst`, or without N)
 * W₁: [dimFeedforward, dModel]   W₂: [dModel, dimFeedforward]
 *
 * Starts as {@link MultiheadAttention}, `Linear` and `LayerNorm` do.
 *
 * Vaswani et al. 2017, "Attention is all you need", section 3.1.
 *
 * @throws ArgumentError if the heads do not divide dModel; in `forward` ShapeError for other shapes
 */
export class TransformerDecoderLayer extends TransformerLayer {
  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;

  constructor(dModel: number, nhead: number, options: TransformerLayerOptions = {}) {
    super(dModel, options);
    const { dimFeedforward = 2048, layerNormEps: eps = 1e-5, dropout = 0.1 } = options;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { ...options, dropout });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { ...options, dropout });
    this.linear1 = new Linear(dModel, dimFeedforward, options);
    this.linear2 = new Linear(dimFeedforward, dModel, options);
    this.norm1 = new LayerNorm(dModel, { ...options, eps });
    this.norm2 = new LayerNorm(dModel, { ...options, eps });
    this.norm3 = new LayerNorm(dModel, { ...options, eps });
  }

  forward(tgt: Tensor, memory: Tensor, masks: TargetMasks = {}): Tensor {
    this.check("tgt", tgt);
    this.check("memory", memory);
    const own = {
      attnMask: masks.tgtMask,
      keyPaddingMask: masks.tgtKeyPaddingMask,
      isCausal: masks.tgtIsCausal,
      needWeights: false,
    };
    const other = {
      attnMask: masks.memoryMask,
      keyPaddingMask: masks.memoryKeyPaddingMask,
      isCausal: masks.memoryIsCausal,
      needWeights: false,
    };
    let x = this.sublayer(tgt, this.norm1, (x) => this.selfAttn.forward(x, x, x, own)[0]);
    x = this.sublayer(x, this.norm2, (x) => this.multiheadAttn.forward(x, memory, memory, other)[0]);
    return this.sublayer(x, this.norm3, (x) => this.feed(x));
  }

  /** What the first {@link step} wants. */
  start(memory: Tensor): DecoderLayerCache {
    this.check("memory", memory);
    return { memory: this.multiheadAttn.keyValues(memory, memory) };
  }

  /**
   * One more position of sequences that are written one by one: what `forward` with `tgtIsCausal` makes of the last.
   *
   * @param tgt [N, dModel]
   * @param memoryMask for which of the memory takes part, [N, 1, 1, S]
   */
  step(
    tgt: Tensor,
    { past, memory }: DecoderLayerCache,
    memoryMask?: Tensor,
  ): [y: Tensor, cache: DecoderLayerCache] {
    let x = this.onePosition("tgt", tgt);
    const [attended, all] = this.attendToPast(this.before(x, this.norm1), past);
    x = this.after(x, this.norm1, attended);
    x = this.sublayer(x, this.norm2, (x) => this.multiheadAttn.query(x, memory, memoryMask));
    const y = this.sublayer(x, this.norm3, (x) => this.feed(x));
    return [squeeze(y, this.axis), { past: all, memory }];
  }
}

/**
 * Layers one after another, and a normalisation at the end if one is given, which `normFirst` wants:
 *
 *   y = norm(layerₙ(… layer₁(tgt, memory) …, memory))
 *
 * tgt, memory, y: as the layers'
 *
 * Vaswani et al. 2017, section 3.1.
 *
 * To write sequences position by position, `start` makes a cache of the memory, and each `step` reads one position.
 *
 * @param layer makes a layer, called for each
 * @throws ArgumentError if the number of layers is no integer above 0
 */
export class TransformerDecoder extends Module {
  readonly layers: readonly TransformerDecoderLayer[];
  readonly norm: LayerNorm | undefined;

  constructor(
    layer: (index: number) => TransformerDecoderLayer,
    readonly numLayers: number,
    { norm }: { readonly norm?: LayerNorm | undefined } = {},
  ) {
    super();
    this.layers = layersOf("TransformerDecoder", numLayers, layer);
    this.norm = norm;
  }

  forward(tgt: Tensor, memory: Tensor, masks: TargetMasks = {}): Tensor {
    const y = this.layers.reduce((x, layer) => layer.forward(x, memory, masks), tgt);
    return this.norm === undefined ? y : this.norm.forward(y);
  }

  /**
   * What the first {@link step} wants.
   *
   * @param memory [S, N, dModel], or [N, S, dModel] with `batchFirst`
   */
  start(
    memory: Tensor,
    { memoryKeyPaddingMask: padding }: Pick<TargetMasks, "memoryKeyPaddingMask"> = {},
  ): DecoderCache {
    const layers = this.layers.map((layer) => layer.start(memory));
    const { k } = (layers[0] as DecoderLayerCache).memory;
    const [batch, , keys] = k.shape as readonly [number, number, number];
    checkMask("memoryKeyPaddingMask", padding, memory.dtype, [[batch, keys]], "[N, S]");
    return { layers, memoryMask: opened(padding && reshape(padding, [batch, 1, 1, keys])) };
  }

  /**
   * One more position: what `forward` with `tgtIsCausal` makes of the last.
   *
   * @param tgt [N, dModel]
   */
  step(tgt: Tensor, { layers, memoryMask }: DecoderCache): [y: Tensor, cache: DecoderCache] {
    const next: DecoderLayerCache[] = [];
    const y = this.layers.reduce((x, layer, i) => {
      const [made, cache] = layer.step(x, layers[i] as DecoderLayerCache, memoryMask);
      next.push(cache);
      return made;
    }, tgt);
    return [this.norm === undefined ? y : this.norm.forward(y), { layers: next, memoryMask }];
  }
}
