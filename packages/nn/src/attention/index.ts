/** Attention, transformers, and sequences from sequences. */
export {
  type DecoderCache,
  type DecoderLayerCache,
  type TargetMasks,
  TransformerDecoder,
  TransformerDecoderLayer,
} from "./decoder.js";
export { type SourceMasks, TransformerEncoder, TransformerEncoderLayer } from "./encoder.js";
export { type EncodeOptions, EncoderDecoder } from "./encoder-decoder.js";
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
export {
  type AttentionState,
  BahdanauDecoder,
  LuongDecoder,
  type MakeCell,
  type Memory,
  RecurrentDecoder,
  type TeacherOptions,
} from "./recurrent-decoder.js";
export {
  AdditiveAttention,
  type AdditiveAttentionOptions,
  Attention,
  type AttentionCallOptions,
  ConcatAttention,
  DotAttention,
  GeneralAttention,
} from "./score.js";
export { Transformer, type TransformerMasks, type TransformerOptions } from "./transformer.js";
export type { TransformerLayerOptions } from "./transformer-layer.js";
