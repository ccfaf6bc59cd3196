/** Matrix factors: Cholesky, QR, eigenvalues, singular values. */
export {};
