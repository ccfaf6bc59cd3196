/** Which line of a program called the library. */

/** Files of the library itself, in its repository and where it is installed. */
const ownFile = /\/(?:packages|@wengert)\/(?:autograd|nn|optim|datasets)\/(?:src|dist)\//;

/** `file:line:column` at the end of a line of a stack, in the forms of V8, Firefox and Safari. */
const place = /(?:\(|@|at |^)((?:[a-z]+:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/;

/** The first line of an error's stack that is not the library's own, or undefined where the engine does not tell. */
export function callerIn({ stack }: Error): string | undefined {
  for (const line of stack?.split("\n") ?? []) {
    const found = place.exec(line.trim())?.[1];
    if (found !== undefined && !ownFile.test(found.replaceAll("\\", "/"))) return found;
  }
  return undefined;
}
