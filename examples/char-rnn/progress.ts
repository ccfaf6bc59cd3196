/** How far the training is, how well it does, and how fast it reads. */
import type { Output } from "../command-line/output.js";
import { startProgress as start } from "../command-line/progress.js";

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
  const progress = start(steps, output, { now });
  const begin = now();
  let read = 0;
  return {
    advance(step, bits, characters) {
      read += characters;
      const seconds = Math.max((now() - begin) / 1000, 1e-3);
      const rate = Math.floor(read / seconds).toLocaleString("en");
      progress.advance(step, [`${bits.toFixed(2)} bits/char`, `${rate} char/s`]);
    },
    print: (text) => progress.print(text),
    stop: () => progress.stop(),
  };
}
