/** Ops that put elements in order. */
export {};
