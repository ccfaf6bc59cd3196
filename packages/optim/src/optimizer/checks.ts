/** What may be wrong with options, as half a sentence; undefined if nothing is. */

/** Of numbers that must be finite and 0 or more. */
export function negative(options: Readonly<Record<string, number>>): string | undefined {
  const wrong = Object.entries(options).find(([, value]) => !(value >= 0 && value < Infinity));
  return wrong && `${wrong[0]} is ${wrong[1]}; it must be 0 or more`;
}

/** Of factors by which averages decay. */
export function notBelowOne(options: Readonly<Record<string, number>>): string | undefined {
  const wrong = Object.entries(options).find(([, value]) => !(value >= 0 && value < 1));
  return wrong && `${wrong[0]} is ${wrong[1]}; it must be from 0 to 1, without 1`;
}

/** Of numbers that must be whole, and 1 or more. */
export function notCounts(options: Readonly<Record<string, number>>): string | undefined {
  const wrong = Object.entries(options).find(([, value]) => !Number.isInteger(value) || value < 1);
  return wrong && `${wrong[0]} is ${wrong[1]}; it must be a whole number, 1 or more`;
}
