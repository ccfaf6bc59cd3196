/** Cumulative sums and products. */
export {};
