/**
 * Decompositions of matrices over the last two axes, and what is computed by them; the axes before are batches. Floats
 * only, computed in float64 and rounded once.
 */
export * from "./decompositions/eigenvalues.js";
export * from "./decompositions/orthogonal.js";
export * from "./decompositions/singular-values.js";
