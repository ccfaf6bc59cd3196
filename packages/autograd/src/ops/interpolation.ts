/** Numbers between those that are given: resizing, and sampling at places of one's own. */
export * from "./interpolation/grid-sample.js";
export * from "./interpolation/resize.js";
