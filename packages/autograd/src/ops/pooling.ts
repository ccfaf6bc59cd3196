/** Pooling over windows. */
export {};
