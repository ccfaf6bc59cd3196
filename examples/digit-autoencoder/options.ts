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
  readonly kind: "variational" | "denoising";
  /** Where the run is saved; the picture goes beside it. */
  readonly output: string;
  /** A run to go on with. */
  readonly resume: string | undefined;
  readonly hidden: number;
  readonly code: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly beta: number;
  readonly noise: number;
  readonly images: number;
  readonly seed: number;
}

const full = { steps: 4000, images: 10_000 };
/** Well under a minute. */
const quick = { steps: 500, images: 2000 };

const numbers = {
  hidden: { default: 128, min: 1, max: 8192, help: "units of each hidden layer" },
  code: { default: 8, min: 1, max: 1024, help: "latent numbers of an image (variational)" },
  steps: { default: full.steps, min: 1, max: 10_000_000, help: "updates of the weights" },
  batchSize: { default: 50, min: 1, max: 10_000, help: "images in an update" },
  learningRate: { default: 0.002, min: 1e-8, max: 10, fractions: true, help: "of Adam" },
  beta: { default: 1, min: 0, max: 1000, fractions: true, help: "weight of the divergence (variational)" },
  noise: {
    default: 0.3,
    min: 0,
    max: 1,
    fractions: true,
    help: "part of the pixels that are hit (denoising)",
  },
  images: { default: full.images, min: 10, max: 1_000_000, help: "to learn from" },
  seed: { default: 1, min: 0, max: Number.MAX_SAFE_INTEGER, help: "same seed, same weights and images" },
} satisfies Readonly<Record<string, NumberRule>>;

const texts = {
  kind: {
    value: "KIND",
    default: "variational",
    choices: ["variational", "denoising"],
    help: "of autoencoder: variational or denoising",
  },
  output: {
    value: "FILE",
    default: "digits.safetensors",
    help: "where the weights go; the picture beside it",
  },
  resume: { value: "FILE", help: "go on with a run that was stopped" },
} satisfies Readonly<Record<string, TextRule>>;

const rules: Rules<keyof typeof numbers, keyof typeof texts> = {
  switches: { quick: `few images and steps: --images ${quick.images} --steps ${quick.steps}` },
  numbers,
  texts,
  advice: "--help lists the options",
};

/**
 * The options that `args` give, the others by default. Of an option given twice the last counts.
 *
 * @throws Refusal for what is unknown, missing or out of range
 */
export function parseOptions(args: readonly string[]): Options {
  const { number, text, has, isGiven } = readArguments(args, rules);
  const small = has("quick");
  const scaled = (name: "steps" | "images"): number => (small && !isGiven(name) ? quick[name] : number(name));
  return {
    help: has("help"),
    kind: text("kind") as Options["kind"],
    output: text("output")!,
    resume: text("resume"),
    hidden: number("hidden"),
    code: number("code"),
    steps: scaled("steps"),
    batchSize: number("batchSize"),
    learningRate: number("learningRate"),
    beta: number("beta"),
    noise: number("noise"),
    images: scaled("images"),
    seed: number("seed"),
  };
}

/** Arguments that {@link parseOptions} reads as these options: what is saved with the weights. */
export function savedArguments({ help: _, resume: _resume, ...saved }: Options): readonly string[] {
  return toArguments(saved);
}

/** What `--help` prints. */
export function helpText(): string {
  return helpOf(
    "Trains an autoencoder on digits that are drawn in process, and draws what it makes of them.",
    "node examples/dist/digit-autoencoder/main.js",
    rules,
  );
}
