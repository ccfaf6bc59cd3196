/** The public surface of `@wengert/datasets`. */
export { type AsyncDataset, type Dataset, MappedDataset, Subset, TensorDataset } from "./dataset.js";
export { type Collated, collate, DataLoader, type DataLoaderOptions } from "./loader.js";
export * from "./synthetic.js";
export { TextStream, type TextStreamOptions } from "./text-stream.js";
export * from "./transforms.js";
export { type TokenLevel, Vocabulary, type VocabularyJSON, type VocabularyOptions } from "./vocabulary.js";
