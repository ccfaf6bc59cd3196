/** Changes of samples: augmentation of images, and scales fitted to a training set. */
export {
  affine,
  type FillOptions,
  type RandomAffineOptions,
  randomAffine,
  type Spread,
} from "./transforms/affine.js";
export {
  type ColorJitterOptions,
  colorJitter,
  gaussianNoise,
  type NoiseOptions,
} from "./transforms/color.js";
export {
  type CutOutOptions,
  centerCrop,
  cutOut,
  type RandomCropOptions,
  type RandomFlipOptions,
  randomCrop,
  randomFlip,
  type Size,
} from "./transforms/crop.js";
export { distort, type ElasticOptions, elastic } from "./transforms/elastic.js";
export { type NormalizeOptions, normalize, toOneHot } from "./transforms/normalize.js";
export type { ImageTransform, Pixels } from "./transforms/pixels.js";
export { type ResizeOptions, resize } from "./transforms/resize.js";
export { Standardizer, type StandardizerJSON, type StandardizerOptions } from "./transforms/standardizer.js";
export { compose, ndarraysOf, onImage, type Transform } from "./transforms/transform.js";
export { Whitening, type WhiteningOptions } from "./transforms/whitening.js";
