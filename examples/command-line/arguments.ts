/** The options of a command line: what they may be, and what is wrong with those given. */
import { parseArgs } from "node:util";

/** What the user can put right: shown as one sentence, without a stack. */
export class Refusal extends Error {
  override readonly name: string = "Refusal";
}

export interface NumberRule {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Whether fractions are meaningful. */
  readonly fractions?: boolean;
  readonly help: string;
}

export interface TextRule {
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly value: string;
  readonly help: string;
}

/** The options of a program by name; `batchSize` is written --batch-size. */
export interface Rules<NumberName extends string, TextName extends string> {
  readonly numbers: Readonly<Record<NumberName, NumberRule>>;
  readonly texts: Readonly<Record<TextName, TextRule>>;
  /** Options without a value, and what they mean. */
  readonly switches?: Readonly<Record<string, string>>;
  /** What to do with a word that stands without an option: `a text is given with --input PATH`. */
  readonly advice: string;
}

/** What was given, or stands for it. */
export interface Arguments<NumberName extends string, TextName extends string> {
  readonly number: (name: NumberName) => number;
  readonly text: (name: TextName) => string | undefined;
  /** Whether an option was given at all. */
  readonly isGiven: (name: NumberName | TextName) => boolean;
  /** Whether a switch was given; `help` always is one. */
  readonly has: (name: string) => boolean;
}

const flag = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function toNumber(name: string, rule: NumberRule, given: string | boolean | undefined): number {
  if (given === undefined) return rule.default;
  const value = typeof given === "string" && given.trim() !== "" ? Number(given) : Number.NaN;
  if (value >= rule.min && value <= rule.max && (rule.fractions === true || Number.isInteger(value)))
    return value;
  const kind = rule.fractions === true ? "a number" : "an integer";
  const found = typeof given === "string" ? `is ${JSON.stringify(given)}` : "has no value";
  throw new Refusal(`${flag(name)} ${found}; it must be ${kind} from ${rule.min} to ${rule.max}`);
}

function toText(name: string, rule: TextRule, given: string | boolean | undefined): string | undefined {
  if (given === undefined) return rule.default;
  if (typeof given !== "string" || given === "")
    throw new Refusal(`${flag(name)} has no value; write ${flag(name)} ${rule.value}`);
  if (rule.choices !== undefined && !rule.choices.includes(given))
    throw new Refusal(`${flag(name)} is ${JSON.stringify(given)}; it must be ${rule.choices.join(" or ")}`);
  return given;
}

/**
 * The options that `args` give, the others by default. Of an option given twice the last counts.
 *
 * @throws Refusal for what is unknown; what is missing or out of range is refused when it is read
 */
export function readArguments<NumberName extends string, TextName extends string>(
  args: readonly string[],
  { numbers, texts, switches = {}, advice }: Rules<NumberName, TextName>,
): Arguments<NumberName, TextName> {
  const bare = (name: string): string => flag(name).slice(2);
  const valued = [...Object.keys(numbers), ...Object.keys(texts)].map(bare);
  const alone = Object.keys(switches).map(bare);
  // Not strict: the errors of parseArgs itself explain its own rules rather than this program's.
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      ...Object.fromEntries(valued.map((name) => [name, { type: "string" as const }])),
      ...Object.fromEntries(alone.map((name) => [name, { type: "boolean" as const }])),
      help: { type: "boolean", short: "h" },
    },
  });
  const known = new Set(["help", ...valued, ...alone]);
  const unknown = Object.keys(values).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new Refusal(`there is no option ${unknown.length === 1 ? "-" : "--"}${unknown}; --help lists them`);
  const [stray] = positionals;
  if (stray !== undefined) throw new Refusal(`${JSON.stringify(stray)} stands without an option; ${advice}`);
  const given = (name: string): string | boolean | undefined => values[bare(name)];
  return {
    number: (name) => toNumber(name, numbers[name], given(name)),
    text: (name) => toText(name, texts[name], given(name)),
    isGiven: (name) => given(name) !== undefined,
    has: (name) => given(name) === true,
  };
}

/** Arguments that {@link readArguments} reads as these options; those that are undefined are left out. */
export function toArguments(
  options: Readonly<Record<string, string | number | readonly (string | number)[] | undefined>>,
): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${flag(name)}=${String(value)}`],
  );
}

/** What `--help` prints: what the program does, how it is called, and its options. */
export function helpOf(
  about: string,
  command: string,
  { numbers, texts, switches = {} }: Rules<string, string>,
): string {
  const line = (name: string, value: string, help: string, preset?: string | number): string => {
    const shown = preset === undefined ? "" : ` (${JSON.stringify(preset)})`;
    return `  ${`${flag(name)} ${value}`.padEnd(24)}${help}${shown}`;
  };
  return [
    about,
    "",
    `  ${command} [options]`,
    "",
    ...Object.entries(switches).map(([name, help]) => line(name, "", help)),
    ...Object.entries(texts).map(([name, rule]) => line(name, rule.value, rule.help, rule.default)),
    ...Object.entries(numbers).map(([name, rule]) => line(name, "N", rule.help, rule.default)),
  ].join("\n");
}
