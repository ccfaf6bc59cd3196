/** Data sets made in process: seeded, of any size, without a download. */
export { GeneratedDataset, type GeneratedOptions } from "./synthetic/generated.js";
export {
  type AddingProblemOptions,
  addingProblem,
  type LongLagOptions,
  type TemporalOrderOptions,
  temporalOrder,
  temporalOrderSymbols,
} from "./synthetic/long-lags.js";
