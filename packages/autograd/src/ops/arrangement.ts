/** Ops that arrange: padding, turning, repeating, diagonals and triangles. */
export {};
