/** Where it began. */
export { HebbianAssociator, type HebbianOptions } from "./hebbian.js";
export { OneVsAll, type Scorer } from "./one-vs-all.js";
export { Adaline, type OnlineOptions, Perceptron, ThresholdUnit } from "./threshold.js";
