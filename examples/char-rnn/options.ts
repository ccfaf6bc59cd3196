/** The options of the command line: what they are, and what is wrong with those given. */
import { parseArgs } from "node:util";

/** What the user can put right: shown as one sentence, without a stack. */
export class Refusal extends Error {
  override readonly name: string = "Refusal";
}

export interface Options {
  readonly help: boolean;
  /** A file or folder; by default the declaration files of `@types/node`. */
  readonly input: string | undefined;
  readonly output: string;
  /** Trained weights to sample from, instead of training. */
  readonly sampleOnly: string | undefined;
  /** What an interrupted run has saved. */
  readonly resume: string | undefined;
  readonly cell: "lstm" | "rnn";
  readonly embedding: number;
  readonly hidden: number;
  readonly layers: number;
  readonly dropout: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly temperature: number;
  readonly sampleLength: number;
  readonly sampleEvery: number;
  readonly prompt: string;
}

interface NumberRule {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Whether fractions are meaningful. */
  readonly fractions?: boolean;
  readonly help: string;
}

interface TextRule {
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly value: string;
  readonly help: string;
}

// Sizes and steps are such that two cores need well under two minutes.
const numbers = {
  embedding: { default: 64, min: 1, max: 4096, help: "numbers that stand for a character" },
  hidden: { default: 192, min: 1, max: 4096, help: "size of the hidden state" },
  layers: { default: 1, min: 1, max: 8, help: "recurrent layers, one above the other" },
  steps: { default: 900, min: 1, max: 10_000_000, help: "updates of the weights" },
  batchSize: { default: 64, min: 1, max: 4096, help: "streams of text read side by side" },
  sequenceLength: { default: 16, min: 1, max: 4096, help: "characters that a gradient reaches back" },
  learningRate: { default: 0.01, min: 1e-8, max: 10, fractions: true, help: "of Adam, falling to a tenth" },
  dropout: {
    default: 0,
    min: 0,
    max: 0.95,
    fractions: true,
    help: "part of the outputs dropped in training",
  },
  seed: { default: 1, min: 0, max: Number.MAX_SAFE_INTEGER, help: "same seed, same weights and samples" },
  temperature: {
    default: 0.7,
    min: 0,
    max: 100,
    fractions: true,
    help: "of samples: 0 is the likeliest character",
  },
  sampleLength: { default: 500, min: 1, max: 1_000_000, help: "characters in a sample" },
  sampleEvery: { default: 300, min: 1, max: 10_000_000, help: "steps between samples" },
} satisfies Readonly<Record<string, NumberRule>>;

const texts = {
  input: { value: "PATH", help: "file or folder to learn; by default the types of Node" },
  output: { value: "FILE", default: "char-rnn.safetensors", help: "where the trained weights go" },
  sampleOnly: { value: "FILE", help: "sample from trained weights, without training" },
  resume: { value: "FILE", help: "go on with a run that was stopped" },
  cell: { value: "CELL", default: "lstm", choices: ["lstm", "rnn"], help: "lstm or rnn" },
  prompt: { value: "TEXT", default: "\n", help: "how a sample begins" },
} satisfies Readonly<Record<string, TextRule>>;

/** batchSize is written --batch-size. */
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
 * @throws Refusal for what is unknown, missing or out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const flags = [...Object.keys(numbers), ...Object.keys(texts)].map((name) => flag(name).slice(2));
  // Not strict: the errors of parseArgs itself explain its own rules rather than this program's.
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      ...Object.fromEntries(flags.map((name) => [name, { type: "string" as const }])),
      help: { type: "boolean", short: "h" },
    },
  });
  const unknown = Object.keys(values).find((name) => name !== "help" && !flags.includes(name));
  if (unknown !== undefined)
    throw new Refusal(`there is no option ${unknown.length === 1 ? "-" : "--"}${unknown}; --help lists them`);
  const [stray] = positionals;
  if (stray !== undefined)
    throw new Refusal(`${JSON.stringify(stray)} stands without an option; a text is given with --input PATH`);

  const given = (name: string): string | boolean | undefined => values[flag(name).slice(2)];
  const number = (name: keyof typeof numbers): number => toNumber(name, numbers[name], given(name));
  const text = (name: keyof typeof texts): string | undefined => toText(name, texts[name], given(name));
  return {
    help: values["help"] === true,
    input: text("input"),
    output: text("output")!,
    sampleOnly: text("sampleOnly"),
    resume: text("resume"),
    cell: text("cell") as Options["cell"],
    embedding: number("embedding"),
    hidden: number("hidden"),
    layers: number("layers"),
    dropout: number("dropout"),
    steps: number("steps"),
    batchSize: number("batchSize"),
    sequenceLength: number("sequenceLength"),
    learningRate: number("learningRate"),
    seed: number("seed"),
    temperature: number("temperature"),
    sampleLength: number("sampleLength"),
    sampleEvery: number("sampleEvery"),
    prompt: text("prompt")!,
  };
}

/** Arguments that {@link parseOptions} reads as these options, defaults included: what is saved with the weights. */
export function toArguments(options: Options): readonly string[] {
  const { help: _, sampleOnly: _sampleOnly, resume: _resume, ...saved } = options;
  return Object.entries(saved).flatMap(([name, value]) =>
    value === undefined ? [] : [`${flag(name)}=${value}`],
  );
}

/** What `--help` prints. */
export function helpText(): string {
  const line = (name: string, value: string, help: string, preset?: string | number): string => {
    const shown = preset === undefined ? "" : ` (${JSON.stringify(preset)})`;
    return `  ${`${flag(name)} ${value}`.padEnd(24)}${help}${shown}`;
  };
  const all: readonly string[] = [
    ...Object.entries<TextRule>(texts).map(([name, rule]) => line(name, rule.value, rule.help, rule.default)),
    ...Object.entries<NumberRule>(numbers).map(([name, rule]) => line(name, "N", rule.help, rule.default)),
  ];
  return [
    "Trains a recurrent network to write text, character by character.",
    "",
    "  npm start -- [options]",
    "",
    ...all,
  ].join("\n");
}
