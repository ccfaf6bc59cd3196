/** How far the training is: a bar on a terminal, plain lines elsewhere. */
import { MultiBar, Presets, type SingleBar } from "cli-progress";

/** Where text goes: `process.stdout`, or what a test reads. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** After step `step`: the loss in bits per character, smoothed, and the characters read since the last call. */
  advance(step: number, bits: number, characters: number): void;
  /** Prints a text above the bar. */
  print(text: string): void;
  stop(): void;
}

/** @param now the time in milliseconds */
export function startProgress(
  steps: number,
  output: Output = process.stdout,
  now: () => number = () => performance.now(),
): Progress {
  const meter = new Meter(now);
  return output.isTTY === true
    ? new Bar(steps, output as Output & NodeJS.WritableStream, meter)
    : new Lines(steps, output, meter);
}

/** Characters a second since the start, and the time that is left at the pace of the steps so far. */
class Meter {
  private readonly start: number;
  private characters = 0;

  constructor(private readonly now: () => number) {
    this.start = now();
  }

  read(step: number, steps: number, characters: number): { readonly rate: string; readonly left: string } {
    this.characters += characters;
    const seconds = Math.max((this.now() - this.start) / 1000, 1e-3);
    const left = Math.ceil((seconds / step) * (steps - step));
    return {
      rate: Math.floor(this.characters / seconds).toLocaleString("en"),
      left: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`,
    };
  }
}

class Bar implements Progress {
  private readonly bars: MultiBar;
  private readonly bar: SingleBar;

  constructor(
    private readonly steps: number,
    stream: NodeJS.WritableStream,
    private readonly meter: Meter,
  ) {
    this.bars = new MultiBar(
      {
        format: "{bar} {value}/{total} | {bits} bits/char | {rate} char/s | {left} left",
        barsize: 24,
        stream,
        hideCursor: true,
        // Ctrl-C is ours: the run still has to save and to sample.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.bar = this.bars.create(steps, 0, { bits: "-", rate: "-", left: "-" });
  }

  advance(step: number, bits: number, characters: number): void {
    this.bar.update(step, { bits: bits.toFixed(2), ...this.meter.read(step, this.steps, characters) });
  }

  print(text: string): void {
    this.bars.log(`${text}\n`);
    this.bars.update(); // at once: the next redraw by the clock can be a long step away
  }

  stop(): void {
    this.bars.stop();
  }
}

/** Lines for a log: one every twentieth of the way. */
class Lines implements Progress {
  private readonly every: number;

  constructor(
    private readonly steps: number,
    private readonly output: Output,
    private readonly meter: Meter,
  ) {
    this.every = Math.max(1, Math.floor(steps / 20));
  }

  advance(step: number, bits: number, characters: number): void {
    const { rate, left } = this.meter.read(step, this.steps, characters);
    if (step % this.every !== 0 && step !== this.steps) return;
    this.print(`step ${step}/${this.steps}  ${bits.toFixed(2)} bits/char  ${rate} char/s  ${left} left`);
  }

  print(text: string): void {
    this.output.write(`${text}\n`);
  }

  stop(): void {}
}
