/** Resizing. */
export {};
