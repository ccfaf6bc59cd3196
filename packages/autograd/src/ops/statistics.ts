/** Further reductions: products, variances, norms, truth values, counts. */
export {};
