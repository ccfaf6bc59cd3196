/**
 * Prints what memory the readers of data sets take beside the file: at the most, garbage included, and for what was read;
 * the ratio is of the most to the file, or to what it becomes, if that is more. It asks Linux.
 *
 *   npm run bench:reading -- [--only CSV] [--megabytes 64]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { manualSeed } from "@wengert/autograd";
import type { Read } from "./memory/read.js";
import { readings } from "./memory/readings.js";
import { outputOf } from "./peer.js";

const { values: options } = parseArgs({
  options: { only: { type: "string", default: "" }, megabytes: { type: "string", default: "64" } },
});
const reader = fileURLToPath(new URL("memory/read.js", import.meta.url));
const bytes = 2 ** 20 * Number(options.megabytes);
const folder = mkdtempSync(join(tmpdir(), "reading-"));
const path = (name: string): string => join(folder, name);

/** What is done to a file before it is read. */
const damages: Readonly<Record<string, (file: Uint8Array) => Uint8Array>> = {
  whole: (file) => file,
  "cut off": (file) => file.subarray(0, file.length - 5),
  "changed near its end": (file) => {
    const changed = file.slice();
    changed[file.length - 3] = 0xff;
    return changed;
  },
};

try {
  console.log(
    `${"".padEnd(36)}${"".padEnd(22)}${["file", "becomes", "peak", "retained", "ratio"].map((each) => each.padStart(9)).join("")}`,
  );
  for (const [name, { make, unpacked }] of Object.entries(readings)) {
    if (!name.includes(options.only)) continue;
    manualSeed(1);
    writeFileSync(path("small"), make(2 ** 16));
    const whole = make(bytes);
    const becomes = unpacked?.(whole) ?? whole.length;
    for (const [damage, change] of Object.entries(damages)) {
      const file = change(whole);
      writeFileSync(path("file"), file);
      const command = [process.execPath, "--expose-gc", reader, name, path("small"), path("file")] as const;
      const { peak, retained, refusal = "" } = JSON.parse(outputOf(command)) as Read;
      const sizes = [file.length, becomes, peak, retained].map((each) => (each / 1e6).toFixed(1).padStart(9));
      const ratio = (peak / Math.max(file.length, becomes)).toFixed(2);
      console.log(
        `${name.padEnd(36)}${damage.padEnd(22)}${sizes.join("")}${ratio.padStart(9)}   ${refusal.slice(0, 60)}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
