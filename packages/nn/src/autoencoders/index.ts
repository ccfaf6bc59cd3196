/** Autoencoders: networks that learn codes without labels. */
export { Autoencoder, type AutoencoderOptions } from "./autoencoder.js";
export {
  type CorruptionOptions,
  GaussianNoise,
  MaskingNoise,
  SaltAndPepperNoise,
  type SaltAndPepperOptions,
} from "./corruption.js";
export {
  type DiagonalGaussian,
  GaussianHead,
  gaussianKl,
  gaussianLogDensity,
  sampleGaussian,
} from "./gaussian.js";
export { type KlSparsityOptions, klSparsity, l1Sparsity } from "./sparsity.js";
export { type LayerTraining, StackedAutoencoder } from "./stacked.js";
export {
  VariationalAutoencoder,
  type VariationalAutoencoderOptions,
  type VariationalTerms,
} from "./variational.js";
