/** The Fourier transform of real sequences, and convolution by it. */
export {};
