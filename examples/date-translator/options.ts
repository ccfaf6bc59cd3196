/** The options of the command line: what they are, and what is wrong with those given. */
import {
  helpOf,
  type NumberRule,
  Refusal,
  type Rules,
  readArguments,
  type TextRule,
} from "../command-line/arguments.js";

export interface Options {
  readonly help: boolean;
  readonly attention: "additive" | "dot" | "general" | "concat";
  readonly embedding: number;
  readonly hidden: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly beams: number;
  readonly seed: number;
  /** What is translated at the end, besides dates that are drawn. */
  readonly date: string | undefined;
}

// Sizes and steps are such that one core needs well under a minute.
const numbers = {
  embedding: { default: 16, min: 1, max: 1024, help: "numbers that stand for a character" },
  hidden: { default: 64, min: 2, max: 1024, help: "size of the hidden state, an even number" },
  steps: { default: 250, min: 1, max: 1_000_000, help: "updates of the weights" },
  batchSize: { default: 32, min: 1, max: 4096, help: "dates read side by side" },
  learningRate: { default: 0.01, min: 1e-8, max: 10, fractions: true, help: "of Adam, falling to a tenth" },
  beams: { default: 3, min: 1, max: 100, help: "translations that are followed at a time" },
  seed: { default: 1, min: 0, max: Number.MAX_SAFE_INTEGER, help: "same seed, same weights and dates" },
} satisfies Readonly<Record<string, NumberRule>>;

const texts = {
  attention: {
    value: "KIND",
    default: "additive",
    choices: ["additive", "dot", "general", "concat"],
    help: "additive (Bahdanau), dot, general or concat (Luong)",
  },
  date: { value: "TEXT", help: "a date of yours to translate at the end" },
} satisfies Readonly<Record<string, TextRule>>;

const rules: Rules<keyof typeof numbers, keyof typeof texts> = {
  numbers,
  texts,
  advice: "a date is given with --date TEXT",
};

/**
 * The options that `args` give, the others by default. Of an option given twice the last counts.
 *
 * @throws Refusal for what is unknown, missing or out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const { number, text, has } = readArguments(args, rules);
  const hidden = number("hidden");
  if (hidden % 2 === 1)
    throw new Refusal(`--hidden is ${hidden}; it must be even, a half for each direction of reading`);
  return {
    help: has("help"),
    attention: text("attention") as Options["attention"],
    embedding: number("embedding"),
    hidden,
    steps: number("steps"),
    batchSize: number("batchSize"),
    learningRate: number("learningRate"),
    beams: number("beams"),
    seed: number("seed"),
    date: text("date"),
  };
}

/** What `--help` prints. */
export function helpText(): string {
  return helpOf(
    "Trains a recurrent network with attention to read dates as people write them, and draws where it looks.",
    "node examples/dist/date-translator/main.js",
    rules,
  );
}
