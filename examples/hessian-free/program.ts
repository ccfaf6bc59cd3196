/** The program: what the command line asks for, from the first trial to the curves. */
import { writeFile } from "node:fs/promises";
import { checkWritable, type Output, printTo, runCommand } from "../command-line/output.js";
import { type Progress, startProgress } from "../command-line/progress.js";
import { describe, methods } from "./methods.js";
import { helpText, type Options, parseOptions } from "./options.js";
import { svgOf } from "./plot.js";
import { loadResults, type Results, saveResults } from "./results.js";
import { type News, ratesOf, reach, study, type Tally, tallyOf, trialsOf } from "./study.js";

/** Tells of a trial that ended, and on a terminal how far one is. */
function report(progress: Progress, { done, trial, stage, ended }: News, isTerminal: boolean): void {
  const { length, method, setting, seed } = trial;
  if (ended && stage === undefined) return;
  const notes = [
    `T ${length}`,
    `${method.title} (${describe(setting)})`,
    `seed ${seed}`,
    `${whole(stage!.spent)} gradients`,
    `${(100 * stage!.error).toFixed(1)} % wrong`,
  ];
  if (ended) progress.print(notes.join("  "));
  if (isTerminal) progress.advance(done, notes);
}

const whole = (count: number): string => Math.floor(count + 0.5).toLocaleString("en");

/** A line for each setting: how many seeds it solves at each length, and the median of the gradients that took. */
function tableOf({ options, outcomes }: Results): string {
  const line = (title: string, setting: string, cells: readonly string[]): string =>
    `${title.padEnd(32)} ${setting.padEnd(15)} ${cells.map((cell) => cell.padEnd(18)).join(" ")}`.trimEnd();
  const cell = ({ tried, solved, spent }: Tally): string =>
    tried === 0 ? "–" : `${solved} of ${tried}${spent === undefined ? "" : ` (${whole(spent)})`}`;
  const lines = [
    line(
      "method",
      "setting",
      options.lengths.map((length) => `T ${length}`),
    ),
  ];
  const reaches: string[] = [];
  for (const method of methods.filter(({ name }) => options.methods.includes(name))) {
    for (const setting of method.settings.map(describe)) {
      const cells = options.lengths.map((length) => cell(tallyOf(outcomes, method, setting, length)));
      lines.push(line(method.title, setting, cells));
    }
    reaches.push(`  ${method.title.padEnd(32)} ${reach(ratesOf(outcomes, method, options)) || "none"}`);
  }
  const legend = "Solved, of the seeds tried (gradients, the median); – is not tried.";
  return [
    ...lines,
    legend,
    "",
    "The largest T that is solved from more than half of the seeds:",
    ...reaches,
  ].join("\n");
}

function curvesOf({ options, outcomes }: Results): string {
  const curves = methods
    .filter(({ name }) => options.methods.includes(name))
    .map((method) => ({
      title: method.title,
      points: ratesOf(outcomes, method, options).map(({ length, rate }) => [length, rate] as const),
    }));
  const done = options.lengths.filter((length) =>
    curves.some(({ points }) => points.some(([each]) => each === length)),
  );
  return svgOf(curves, {
    title: `Temporal order, ${options.budget.toLocaleString("en")} gradients of sequences`,
    x: "T, steps of a sequence",
    y: `solved, of ${options.seeds} seeds`,
    marks: done,
  });
}

async function runStudy(results: Results, output: Output): Promise<void> {
  const print = printTo(output);
  const { options, outcomes } = results;
  await checkWritable(options.output); // before the work, not after it
  const trials = trialsOf(options).length;
  print(
    `${trials} trials of at most ${options.budget.toLocaleString("en")} gradients of sequences. Ctrl-C stops early and saves.\n`,
  );
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  // Once: a second Ctrl-C ends the program at once.
  process.once("SIGINT", stop);
  const progress = startProgress(trials, output, { unit: "trial" });
  try {
    for await (const news of study(options, outcomes, interrupt.signal)) {
      report(progress, news, output.isTTY === true);
      if (news.ended && news.stage !== undefined) await saveResults(results);
    }
  } finally {
    progress.stop();
    process.off("SIGINT", stop);
  }
  await saveResults(results);
  const picture = options.output.replace(/(\.json)?$/, ".svg");
  await writeFile(picture, curvesOf(results));
  print(`\n${tableOf(results)}\n`);
  if (interrupt.signal.aborted)
    print(`Stopped. To go on: node examples/dist/hessian-free/main.js --resume ${options.output}`);
  print(`Outcomes: ${options.output}. Curves: ${picture}`);
}

async function obey(args: readonly string[], output: Output): Promise<void> {
  const options: Options = parseOptions(args);
  if (options.help) printTo(output)(helpText());
  else if (options.resume !== undefined) await runStudy(await loadResults(options.resume, args), output);
  else await runStudy({ options, outcomes: [] }, output);
}

/** Does what `args` ask for; returns the exit code. What the user can put right is one sentence to `errors`. */
export function runProgram(
  args: readonly string[],
  output: Output = process.stdout,
  errors: Output = process.stderr,
): Promise<number> {
  return runCommand("hessian-free", errors, () => obey(args, output));
}
