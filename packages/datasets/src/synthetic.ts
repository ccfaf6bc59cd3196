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
export { GeneratedDataset, type GeneratedOptions } from "./synthetic/generated.js";
export {
  type ForwardEstimate,
  HiddenMarkovModel,
  type HiddenMarkovModelOptions,
  type MarkovSequencesOptions,
} from "./synthetic/hidden-markov-model.js";
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
export { isReber, type ReberOptions, reber, reberSymbols } from "./synthetic/reber.js";
export { type SinesOptions, sines } from "./synthetic/sines.js";
