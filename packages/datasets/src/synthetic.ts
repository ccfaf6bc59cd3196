/** Data sets made in process: seeded, of any size, without a download. */
export {
  type BinaryAdditionOptions,
  binaryAddition,
  binaryNumber,
  type ParityOptions,
  parity,
} from "./synthetic/bit-sequences.js";
export { type BracketsOptions, bracketSymbols, brackets } from "./synthetic/brackets.js";
export {
  type ForecastOptions,
  type LorenzOptions,
  lorenz,
  type MackeyGlassOptions,
  mackeyGlass,
} from "./synthetic/chaos.js";
export { type CopyMemoryOptions, copyMemory } from "./synthetic/copy-memory.js";
export { type DigitsOptions, digits } from "./synthetic/digits.js";
export { GeneratedDataset, type GeneratedOptions } from "./synthetic/generated.js";
export {
  type ForwardEstimate,
  HiddenMarkovModel,
  type HiddenMarkovModelOptions,
  type MarkovSequencesOptions,
} from "./synthetic/hidden-markov-model.js";
export { Lexicon } from "./synthetic/language/lexicon.js";
export {
  type SceneObject,
  sceneColors,
  sceneLexicon,
  sceneShapes,
} from "./synthetic/language/scene-captions.js";
export { sceneAnswers } from "./synthetic/language/scene-questions.js";
export {
  type DynamicalSequencesOptions,
  type KalmanEstimate,
  LinearDynamicalSystem,
  type LinearDynamicalSystemOptions,
  type Matrix,
} from "./synthetic/linear-dynamical-system.js";
export {
  type AddingProblemOptions,
  addingProblem,
  type LongLagOptions,
  type TemporalOrderOptions,
  temporalOrder,
  temporalOrderSymbols,
} from "./synthetic/long-lags.js";
export {
  type BlobsOptions,
  blobs,
  type CirclesOptions,
  circles,
  moons,
  type Points,
  type PointsOptions,
  type SpiralsOptions,
  spirals,
  xor,
} from "./synthetic/points.js";
export { isReber, type ReberOptions, reber, reberSymbols } from "./synthetic/reber.js";
export {
  type CaptionedScene,
  type QuestionedScene,
  type Scene,
  type ScenesOptions,
  sceneCaptions,
  sceneQuestions,
  scenes,
} from "./synthetic/scenes.js";
export { type ShapesOptions, shapeNames, shapes } from "./synthetic/shapes.js";
export { type SinesOptions, sines } from "./synthetic/sines.js";
export { type SpamMessage, spamLexicon, spamMessages } from "./synthetic/spam.js";
export {
  type RegressionSurfaceOptions,
  regressionSurface,
  type Surface,
  type SurfaceName,
  surfaces,
} from "./synthetic/surfaces.js";
export {
  partsOfSpeech,
  type TaggedSentence,
  taggedLexicon,
  taggedSentences,
} from "./synthetic/tagged-sentences.js";
export { englishLexicon, frenchLexicon, type Translation, translations } from "./synthetic/translation.js";
