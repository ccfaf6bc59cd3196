/** Attention. */
export {};
