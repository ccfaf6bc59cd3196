/** The options of the command line. */
import { helpOf, Refusal, type Rules, readArguments, toArguments } from "../command-line/arguments.js";
import { methods } from "./methods.js";

export interface Options {
  readonly help: boolean;
  /** What an interrupted study has saved. */
  readonly resume: string | undefined;
  readonly output: string;
  /** T, rising. */
  readonly lengths: readonly number[];
  readonly methods: readonly string[];
  readonly seeds: number;
  /** Gradients of sequences that a trial may use. */
  readonly budget: number;
  /** Sequences to learn from. */
  readonly sequences: number;
  readonly hidden: number;
}

const full = { lengths: "10,15,20,30,50,70,100", seeds: 5, budget: 200_000 };
/** Under three minutes. */
const quick = { lengths: "10,20", seeds: 1, budget: 60_000 };

const rules: Rules<"seeds" | "budget" | "sequences" | "hidden", "output" | "resume" | "lengths" | "methods"> =
  {
    switches: {
      quick: `few and short trials: --lengths ${quick.lengths} --seeds ${quick.seeds} --budget ${quick.budget}`,
    },
    texts: {
      output: {
        value: "FILE",
        default: "hessian-free.json",
        help: "where the results go; the curves beside it",
      },
      resume: { value: "FILE", help: "go on with a study that was stopped" },
      lengths: { value: "T,T,…", help: `steps of the sequences, rising ("${full.lengths}")` },
      methods: {
        value: "NAME,…",
        default: methods.map(({ name }) => name).join(),
        help: "which of the methods",
      },
    },
    numbers: {
      seeds: { default: full.seeds, min: 1, max: 1000, help: "trials of each setting" },
      budget: { default: full.budget, min: 1, max: 1e12, help: "gradients of sequences in a trial" },
      sequences: { default: 20_000, min: 500, max: 1e7, help: "to learn from" },
      hidden: { default: 50, min: 1, max: 4096, help: "size of the hidden state" },
    },
    advice: "--help lists the options",
  };

/** @throws Refusal for what is unknown, missing or out of range */
export function parseOptions(args: readonly string[]): Options {
  const given = readArguments(args, rules);
  const small = given.has("quick");
  const numberOf = (name: "seeds" | "budget"): number =>
    small && !given.isGiven(name) ? quick[name] : given.number(name);
  const lengths = (given.text("lengths") ?? (small ? quick : full).lengths).split(",").map(Number);
  const chosen = given.text("methods")!.split(",");
  const wrong = lengths.find(
    (each, i) => !Number.isInteger(each) || each < 10 || each <= (lengths[i - 1] ?? 0),
  );
  if (wrong !== undefined)
    throw new Refusal(
      `--lengths has ${wrong}; they must be integers of 10 or more, each above the one before`,
    );
  const stranger = chosen.find((each) => !methods.some(({ name }) => name === each));
  if (stranger !== undefined)
    throw new Refusal(
      `--methods has ${JSON.stringify(stranger)}; there are ${methods.map(({ name }) => name).join(", ")}`,
    );
  return {
    help: given.has("help"),
    resume: given.text("resume"),
    output: given.text("output")!,
    lengths,
    methods: chosen,
    seeds: numberOf("seeds"),
    budget: numberOf("budget"),
    sequences: given.number("sequences"),
    hidden: given.number("hidden"),
  };
}

/** Arguments that {@link parseOptions} reads as these options: what is saved with the results. */
export function savedArguments({ help: _, resume: _resume, ...saved }: Options): readonly string[] {
  return toArguments(saved);
}

export function helpText(): string {
  return helpOf(
    "Compares ways to train a recurrent network to remember, over sequences of rising length.",
    "node examples/dist/hessian-free/main.js",
    rules,
  );
}
