/** How far a program is: a bar on a terminal, plain lines elsewhere. */
import { MultiBar, Presets, type SingleBar } from "cli-progress";
import type { Output } from "./output.js";

export interface Progress {
  /** After `done` of all: what else is to be known of it. */
  advance(done: number, notes: readonly string[]): void;
  /** Prints a text above the bar. */
  print(text: string): void;
  stop(): void;
}

export interface ProgressOptions {
  /** What is counted, `"step"` by default. */
  readonly unit?: string;
  /** The time in milliseconds. */
  readonly now?: () => number;
}

export function startProgress(
  total: number,
  output: Output,
  { unit = "step", now = () => performance.now() }: ProgressOptions = {},
): Progress {
  const start = now();
  /** The time that is left at the pace so far. */
  const left = (done: number): string => {
    const seconds = Math.max((now() - start) / 1000, 1e-3);
    const rest = Math.ceil((seconds / done) * (total - done));
    return `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")} left`;
  };
  return output.isTTY === true
    ? new Bar(total, output as Output & NodeJS.WritableStream, left)
    : new Lines(total, output, unit, left);
}

class Bar implements Progress {
  private readonly bars: MultiBar;
  private readonly bar: SingleBar;

  constructor(
    total: number,
    stream: NodeJS.WritableStream,
    private readonly left: (done: number) => string,
  ) {
    this.bars = new MultiBar(
      {
        format: "{bar} {value}/{total} | {notes}",
        barsize: 24,
        stream,
        hideCursor: true,
        // Ctrl-C is the program's: it still has to save what it has.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.bar = this.bars.create(total, 0, { notes: "" });
  }

  advance(done: number, notes: readonly string[]): void {
    this.bar.update(done, { notes: [...notes, this.left(done)].join(" | ") });
  }

  print(text: string): void {
    this.bars.log(`${text}\n`);
    this.bars.update(); // at once: the next redraw by the clock can be long away
  }

  stop(): void {
    this.bars.stop();
  }
}

/** Lines for a log: one every twentieth of the way. */
class Lines implements Progress {
  private readonly every: number;

  constructor(
    private readonly total: number,
    private readonly output: Output,
    private readonly unit: string,
    private readonly left: (done: number) => string,
  ) {
    this.every = Math.max(1, Math.floor(total / 20));
  }

  advance(done: number, notes: readonly string[]): void {
    if (done % this.every !== 0 && done !== this.total) return;
    this.print([`${this.unit} ${done}/${this.total}`, ...notes, this.left(done)].join("  "));
  }

  print(text: string): void {
    this.output.write(`${text}\n`);
  }

  stop(): void {}
}
