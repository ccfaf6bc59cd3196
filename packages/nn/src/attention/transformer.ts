/** Encoder and decoder as one. */
import { ShapeError, type Tensor } from "@wengert/autograd";
import { xavierUniform } from "../init.js";
import { Module, restart } from "../module.js";
import { LayerNorm } from "../normalisation/index.js";
import { show } from "../recurrent/state.js";
import { type TargetMasks, TransformerDecoder, TransformerDecoderLayer } from "./decoder.js";
import { type SourceMasks, TransformerEncoder, TransformerEncoderLayer } from "./encoder.js";
import type { TransformerLayerOptions } from "./transformer-layer.js";

export interface TransformerOptions extends TransformerLayerOptions {
  /** 6 by default. */
  readonly numEncoderLayers?: number;
  /** 6 by default. */
  readonly numDecoderLayers?: number;
}

export interface TransformerMasks extends SourceMasks, TargetMasks {}

/**
 *   y = decoder(tgt, encoder(src))
 *
 * with {@link TransformerEncoderLayer}s and {@link TransformerDecoderLayer}s, and a normalisation after the last of each.
 *
 * src: [S, N, dModel]   tgt, y: [T, N, dModel]   ([N, S, dModel] … with `batchFirst`, or without N)
 *
 * Word vectors, positions and the layer that predicts words are not part of it, and for training `tgtIsCausal` is to be
 * asked for: as in PyTorch. All matrices start with Xavier's uniform bounds. To write sequences position by position:
 * `decoder.start(encoder.forward(src))` and `decoder.step`.
 *
 * Vaswani et al. 2017, "Attention is all you need".
 *
 * @param dModel 512 by default
 * @param nhead the number of heads, 8 by default
 * @throws ArgumentError if the heads do not divide dModel; in `forward` ShapeError for other shapes
 */
export class Transformer extends Module {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;
  readonly batchFirst: boolean;

  constructor(
    readonly dModel = 512,
    readonly nhead = 8,
    { numEncoderLayers = 6, numDecoderLayers = 6, ...options }: TransformerOptions = {},
  ) {
    super();
    const norm = (): LayerNorm => new LayerNorm(dModel, { ...options, eps: options.layerNormEps ?? 1e-5 });
    this.encoder = new TransformerEncoder(
      () => new TransformerEncoderLayer(dModel, nhead, options),
      numEncoderLayers,
      { norm: norm() },
    );
    this.decoder = new TransformerDecoder(
      () => new TransformerDecoderLayer(dModel, nhead, options),
      numDecoderLayers,
      { norm: norm() },
    );
    this.batchFirst = options.batchFirst ?? false;
    for (const parameter of this.parameters())
      if (parameter.rank > 1) restart(parameter, (shape) => xavierUniform(shape, options));
  }

  forward(src: Tensor, tgt: Tensor, masks: TransformerMasks = {}): Tensor {
    const axis = this.batchFirst ? 0 : 1;
    const batches = src.rank === 3 && tgt.rank === 3;
    if (src.rank !== tgt.rank || (batches && src.shape[axis] !== tgt.shape[axis]))
      throw new ShapeError(
        `src is ${show(src.shape)} and tgt is ${show(tgt.shape)}; they must be ${this.batchFirst ? "[N, S, dModel] and [N, T, dModel]" : "[S, N, dModel] and [T, N, dModel]"} with the same N, or both without N`,
      );
    return this.decoder.forward(tgt, this.encoder.forward(src, masks), masks);
  }
}
