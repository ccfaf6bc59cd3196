/** Pooling: one number for each window over the last axes, or for all of them. */
export * from "./pooling/average.js";
export * from "./pooling/global.js";
export * from "./pooling/k-max.js";
export * from "./pooling/max.js";
export * from "./pooling/unpool.js";
export type { OutputSize } from "./pooling/windows.js";
