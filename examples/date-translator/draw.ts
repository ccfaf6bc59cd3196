/** An alignment in characters. */
import type { Translation } from "./translator.js";

const shades = [" ", "·", "░", "▒", "▓", "█"];

/** What was read from left to right, what was written from top to bottom, and dark where the one looked at the other. */
export function drawAlignment(read: string, { text, alignment }: Translation): string {
  const rows = alignment.map((weights, i) => {
    const shaded = weights.map((weight) => shades[Math.min(shades.length - 1, Math.floor(weight * 6))]!);
    return `  ${text[i]!} │${shaded.join("")}`;
  });
  return [`     ${read}`, `    ┌${"─".repeat(read.length)}`, ...rows].join("\n");
}
