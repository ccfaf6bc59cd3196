/** Attention, transformers, and sequences from sequences. */
export {
  type DecoderCache,
  type DecoderLayerCache,
  type TargetMasks,
  TransformerDecoder,
  TransformerDecoderLayer,
} from "./decoder.js";
export { type SourceMasks, TransformerEncoder, TransformerEncoderLayer } from "./encoder.js";
export {
  type KeyValues,
  MultiheadAttention,
  type MultiheadAttentionOptions,
  type MultiheadCallOptions,
} from "./multihead.js";
export type { AttentionMasks } from "./multihead-inputs.js";
export {
  LearnedEncoding,
  type PositionCallOptions,
  type PositionOptions,
  SinusoidalEncoding,
  type SinusoidsOptions,
  sinusoids,
} from "./positions.js";
export { Transformer, type TransformerMasks, type TransformerOptions } from "./transformer.js";
export type { TransformerLayerOptions } from "./transformer-layer.js";
