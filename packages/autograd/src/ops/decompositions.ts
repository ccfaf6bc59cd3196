/**
 * Decompositions of matrices over the last two axes, and what is computed by them; the axes before are batches. Floats
 * only, computed in float64 and rounded once.
 */
export * from "./eigenvalues.js";
export * from "./orthogonal.js";
export * from "./singular-values.js";
