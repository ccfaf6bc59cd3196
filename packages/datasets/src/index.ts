/** The public surface of `@wengert/datasets`. */
export { type AsyncDataset, type Dataset, MappedDataset, Subset, TensorDataset } from "./dataset.js";
export { type CaptionedImage, decodeCaptions, encodeCaptions } from "./formats/captions.js";
export { decodeCifar10, encodeCifar10, type LabelledImages } from "./formats/cifar.js";
export {
  type Categories,
  type Column,
  type ColumnType,
  type DecodeCsvOptions,
  decodeCsv,
  type EncodeCsvOptions,
  encodeCsv,
  type Table,
} from "./formats/csv.js";
export { gunzip, gzip } from "./formats/gzip.js";
export { decodeIdx, type EncodeIdxOptions, encodeIdx } from "./formats/idx.js";
export { decodeJsonLines, encodeJsonLines } from "./formats/json-lines.js";
export type { FormatOptions } from "./formats/malformed.js";
export { type DecodeNpyOptions, decodeNpy, type EncodeNpyOptions, encodeNpy } from "./formats/npy.js";
export { decodeNpz, type EncodeNpzOptions, encodeNpz } from "./formats/npz.js";
export { decodePng, encodePng } from "./formats/png.js";
export { type Collated, collate, DataLoader, type DataLoaderOptions } from "./loader.js";
export { TextStream, type TextStreamOptions } from "./text/stream.js";
export {
  type TokenLevel,
  Vocabulary,
  type VocabularyJSON,
  type VocabularyOptions,
} from "./text/vocabulary.js";
