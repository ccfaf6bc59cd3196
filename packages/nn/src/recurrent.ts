/** Recurrent networks: cells, which are one step each, and what runs any of them over sequences. */
export { Cell, SimpleCell } from "./recurrent/cell.js";
export { type CellOptions, GatedCell } from "./recurrent/gated-cell.js";
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions } from "./recurrent/gru.js";
export { Recurrent, type RecurrentOptions, type SequenceOptions } from "./recurrent/layer.js";
export {
  LSTM,
  LSTMCell,
  type LSTMCellOptions,
  type LSTMOptions,
  type LSTMState,
} from "./recurrent/lstm.js";
export {
  MultiplicativeRNN,
  MultiplicativeRNNCell,
  type MultiplicativeRNNCellOptions,
  type MultiplicativeRNNOptions,
} from "./recurrent/multiplicative.js";
export { MUT1Cell, MUT2Cell, MUT3Cell, type MutantCellOptions } from "./recurrent/mutant.js";
export { MUT1, MUT2, MUT3, type MutantOptions } from "./recurrent/mutant-layers.js";
export {
  Reservoir,
  ReservoirCell,
  type ReservoirCellOptions,
  type ReservoirOptions,
} from "./recurrent/reservoir.js";
export { type RidgeOptions, ridgeReadOut } from "./recurrent/ridge.js";
export { RNN, RNNCell, type RNNCellOptions, type RNNOptions } from "./recurrent/rnn.js";
export { detachState } from "./recurrent/state.js";
export { type UnrollOptions, unroll } from "./recurrent/unroll.js";
export { WindowedReadOut, type WindowedReadOutOptions } from "./recurrent/windowed.js";
