/** The public surface of `@wengert/datasets`. */
export { type Collated, collate } from "./collate.js";
export {
  type AsyncDataset,
  AsyncMappedDataset,
  ConcatDataset,
  type Dataset,
  type IterableDataset,
  ListDataset,
  MappedDataset,
  Subset,
  TensorDataset,
} from "./dataset.js";
export { type CaptionedImage, decodeCaptions, encodeCaptions } from "./formats/captions.js";
export { decodeCifar10, encodeCifar10, type LabelledImages } from "./formats/cifar.js";
export { type DecodeCsvOptions, decodeCsv, type Table } from "./formats/csv.js";
export type { Categories, Column, ColumnType } from "./formats/csv-columns.js";
export { type EncodeCsvOptions, encodeCsv } from "./formats/csv-writer.js";
export type { ElementType, WideIntegerOptions } from "./formats/elements.js";
export { gunzip, gzip } from "./formats/gzip.js";
export { decodeIdx, type EncodeIdxOptions, encodeIdx } from "./formats/idx.js";
export { decodeJsonLines, encodeJsonLines } from "./formats/json-lines.js";
export type { FormatOptions } from "./formats/malformed.js";
export { type DecodeNpyOptions, decodeNpy, type EncodeNpyOptions, encodeNpy } from "./formats/npy.js";
export { decodeNpz, type EncodeNpzOptions, encodeNpz } from "./formats/npz.js";
export type { PackedList } from "./formats/packed-list.js";
export { decodePng, encodePng } from "./formats/png.js";
export { decodeText } from "./formats/text-file.js";
export { DataLoader, type DataLoaderOptions, type DataLoaderState } from "./loader.js";
export {
  collatePadded,
  type Padded,
  type PaddedBatch,
  type PaddingOptions,
  padSequences,
} from "./padding.js";
export {
  type BatchSampler,
  type BucketOptions,
  BucketSampler,
  balancedWeights,
  RandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  SequentialSampler,
  WeightedRandomSampler,
} from "./samplers.js";
export {
  cifar10File,
  fashionMnistFiles,
  irisFile,
  mnistFiles,
  tinyShakespeareFile,
} from "./sets/files.js";
export {
  cifar10,
  cifar10Classes,
  fashionMnist,
  fashionMnistClasses,
  type ImageDataset,
  mnist,
  type Part,
} from "./sets/images.js";
export { iris, irisClasses, tinyShakespeare } from "./sets/others.js";
export {
  type ByteSource,
  DownloadError,
  type FileSource,
  fetched,
  type RemoteFile,
  readBytes,
} from "./sources.js";
export { type Fold, kFold, randomSplit, type SplitOptions } from "./splits.js";
export { MappedIterableDataset, ShuffledIterableDataset } from "./streams.js";
export * from "./synthetic.js";
export { TextStream, type TextStreamOptions } from "./text/stream.js";
export type { TokenLevel } from "./text/tokens.js";
export {
  type EncodeOptions,
  type SpecialTokens,
  Vocabulary,
  type VocabularyJSON,
  type VocabularyOptions,
} from "./text/vocabulary.js";
export { TokenWindows, type TokenWindowsOptions } from "./text/windows.js";
export * from "./transforms.js";
