/** Normalisation over batches, channels, groups and neighbourhoods. */
export {};
