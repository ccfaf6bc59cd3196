/** Ops that choose or replace elements by mask or index. */
export {};
