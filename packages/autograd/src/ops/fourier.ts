/** The Fourier transform of real and complex sequences, and convolution by it. */
export * from "./fourier/convolution.js";
export * from "./fourier/transforms.js";
