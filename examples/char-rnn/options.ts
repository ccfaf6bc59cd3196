/** The options of the command line: what they are, and what is wrong with those given. */
import {
  helpOf,
  type NumberRule,
  type Rules,
  readArguments,
  type TextRule,
  toArguments,
} from "../command-line/arguments.js";

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

const rules: Rules<keyof typeof numbers, keyof typeof texts> = {
  numbers,
  texts,
  advice: "a text is given with --input PATH",
};

/**
 * The options that `args` give, the others by default. Of an option given twice the last counts.
 *
 * @throws Refusal for what is unknown, missing or out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const { number, text, has } = readArguments(args, rules);
  return {
    help: has("help"),
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
export function savedArguments(options: Options): readonly string[] {
  const { help: _, sampleOnly: _sampleOnly, resume: _resume, ...saved } = options;
  return toArguments(saved);
}

/** What `--help` prints. */
export function helpText(): string {
  return helpOf("Trains a recurrent network to write text, character by character.", "npm start --", rules);
}
