/** What may be wrong with options, as half a sentence; undefined if nothing is. */

/** Of options that are switches, lists, or else numbers, which must be finite and 0 or more. */
export function negative(options: object): string | undefined {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (typeof value === "boolean" || Array.isArray(value)) continue;
    if (typeof value !== "number") return `${name} is ${JSON.stringify(value)}; it must be a number`;
    if (!(value >= 0 && value < Infinity)) return `${name} is ${value}; it must be 0 or more`;
  }
  return undefined;
}

/** What is wrong with the options of Adam and its kin, all of which have β₁ and β₂. */
export function wrongBetas<Options extends { readonly betas: readonly [number, number] }>(
  options: Options,
): string | undefined {
  if (!Array.isArray(options.betas))
    return `betas is ${JSON.stringify(options.betas)}; it must be a list of two numbers`;
  const [beta1, beta2] = options.betas;
  return negative(options) ?? notBelowOne({ beta1, beta2 });
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
