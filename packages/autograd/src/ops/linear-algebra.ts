/** Solving, inverting, determinants. */
export {};
