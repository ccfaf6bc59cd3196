/** Paths that files name. */

/** Whether a path is relative and stays in the folder where it begins, on every system. */
export function isPlainPath(path: string): boolean {
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/[\\:\p{Cc}]/u.test(part));
}
