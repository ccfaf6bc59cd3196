/** What may be wrong with options. */
import { ArgumentError } from "@wengert/autograd";

/** What options are where nothing else is said; undefined where something must be. */
export type Defaults<Options> = { readonly [Name in keyof Options]-?: Options[Name] | undefined };

/**
 * Options made whole: by default those that are not given.
 *
 * @throws ArgumentError if they are no object, or one of them is unknown
 */
export function complete<Options extends object>(
  name: string,
  given: Options,
  defaults: Defaults<Options>,
): Required<Options> {
  checkKnown(name, given, Object.keys(defaults));
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) } as Required<Options>;
}

/** @throws ArgumentError if options are no object, or one of them is not `known` */
export function checkKnown(name: string, given: object, known: readonly string[]): void {
  if (typeof given !== "object" || given === null)
    throw new ArgumentError(
      `${name}: the options are ${String(given)}; give an object with ${known.join(", ")}`,
    );
  const unknown = Object.keys(given).find((option) => !known.includes(option));
  if (unknown !== undefined)
    throw new ArgumentError(`${name}: there is no option ${unknown}; there are ${known.join(", ")}`);
}

// What follows tells what is wrong as half a sentence; undefined if nothing is.

/**
 * Of options that are to be like their defaults: switches, two factors by which averages decay, or else numbers of 0 or
 * more.
 */
export function unlike(options: object, defaults: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const model = defaults[name];
    const wrong =
      typeof model === "boolean"
        ? notSwitch(name, value)
        : Array.isArray(model)
          ? notBetas(name, value)
          : notNumber(name, value);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function notSwitch(name: string, value: unknown): string | undefined {
  return typeof value === "boolean" ? undefined : `${name} is ${show(value)}; it must be true or false`;
}

function notBetas(name: string, value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length !== 2)
    return `${name} is ${show(value)}; it must be a list of two numbers`;
  const [beta1, beta2] = value as [number, number];
  return notBelowOne({ beta1, beta2 });
}

function notNumber(name: string, value: unknown): string | undefined {
  if (typeof value !== "number") return `${name} is ${show(value)}; it must be a number`;
  return value >= 0 && value < Infinity ? undefined : `${name} is ${value}; it must be 0 or more`;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** Of factors by which averages decay. */
export function notBelowOne(options: Readonly<Record<string, number>>): string | undefined {
  const wrong = Object.entries(options).find(([, value]) => !(value >= 0 && value < 1));
  return wrong && `${wrong[0]} is ${show(wrong[1])}; it must be from 0 to 1, without 1`;
}

/** Of numbers that must be whole, and 1 or more. */
export function notCounts(options: Readonly<Record<string, number>>): string | undefined {
  const wrong = Object.entries(options).find(([, value]) => !Number.isInteger(value) || value < 1);
  return wrong && `${wrong[0]} is ${wrong[1]}; it must be a whole number, 1 or more`;
}
