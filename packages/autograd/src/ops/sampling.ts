/** Ops that draw from a distribution given as a tensor. */
export {};
