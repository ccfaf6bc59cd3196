/** Pooling of all kinds. */
export * from "./adaptive.js";
export * from "./average.js";
export * from "./global.js";
export * from "./max.js";
