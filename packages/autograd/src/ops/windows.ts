/** Sliding windows as an axis of their own, and their adjoint. */
export {};
