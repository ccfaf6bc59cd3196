/** Convolutions and their adjoints. */
export {};
