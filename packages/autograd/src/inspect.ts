/** What people look at: tensors as text, and the tape as a table, as a drawing, as data. */

export { type AnomalyOptions, detectAnomaly } from "./inspect/anomaly.js";
export { format } from "./inspect/format.js";
export type { TapeRow, TapeSaved, TapeScope, TapeVariable } from "./inspect/rows.js";
export { type FoldOptions, Tape, type TapeOptions } from "./inspect/tape.js";
