/** Metrics: how good predictions are, for people. They have no gradients, and add up over batches. */
export { Accuracy, type AccuracyOptions, accuracy } from "./accuracy.js";
export { Bleu, type BleuOptions, type BleuParts, bleu, type Tokens } from "./bleu.js";
export type { IgnoreOptions } from "./classes.js";
export {
  type Average,
  type AverageOptions,
  type ClassReport,
  ConfusionMatrix,
  confusionMatrix,
  type FScoreOptions,
  fScore,
  type OneBatchOptions,
  precision,
  recall,
} from "./confusion.js";
export {
  BitsPerCharacter,
  bitsPerCharacter,
  LikelihoodMetric,
  Perplexity,
  perplexity,
} from "./likelihood.js";
