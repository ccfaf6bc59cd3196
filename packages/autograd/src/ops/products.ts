/** Products made of matmul: dot, outer, einsum and their kin. */
export {};
