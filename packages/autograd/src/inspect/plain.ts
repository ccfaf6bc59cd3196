/** Values of any kind as data that survives JSON. */

/**
 * `value` in arrays, plain objects, strings, booleans, null and finite numbers. What JSON lacks becomes a string: NaN,
 * ±Infinity, −0, bigints; functions, objects of a class and circles become a word in brackets.
 */
export function plain(value: unknown): unknown {
  return convert(value, []);
}

function convert(value: unknown, within: readonly unknown[]): unknown {
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value);
    case "bigint":
      return String(value);
    case "function":
    case "symbol":
      return `[${typeof value}]`;
    case "object":
      return value === null ? null : convertObject(value, within);
    default:
      return value;
  }
}

function convertObject(value: object, within: readonly unknown[]): unknown {
  if (within.includes(value)) return "[circular]";
  const here = [...within, value];
  // An element that is undefined would become null on the way.
  const elements = (list: Iterable<unknown>): unknown[] =>
    Array.from(list, (each) => convert(each, here) ?? null);
  if (Array.isArray(value) || value instanceof Set) return elements(value);
  if (ArrayBuffer.isView(value) && Symbol.iterator in value)
    return elements(value as unknown as Iterable<unknown>);
  if (value instanceof Map) return elements(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return `[${value.constructor.name}]`;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [key, convert(each, here)]));
}
