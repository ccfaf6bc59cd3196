/** Convolution with weights of its own at each place. */
export {};
