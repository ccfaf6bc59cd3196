/** Data sets that are kept in a folder, for Node. Entry point of its own: `@wengert/datasets/node`. */
export { type CachedOptions, cached, cacheFolder } from "./node/cache.js";
export type { DownloadOptions, DownloadProgress } from "./node/download.js";
