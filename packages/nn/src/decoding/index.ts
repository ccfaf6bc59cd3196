/** Writing sequences with any model that says what may come next. */
export { type BeamSearchOptions, beamSearch } from "./beam.js";
export { greedyDecode, type SampleOptions, sampleDecode } from "./each.js";
export { type FilterOptions, filterLogits } from "./filter.js";
export type { Hypothesis } from "./search.js";
export { type Decoded, type DecodeOptions, type DecodeStep, reorderState } from "./step.js";
