/**
 * Prints what checkpoints cost and spare in long unrolls of an LSTM: the processor's time of a step, forward and back, and
 * the most memory that its process had.
 *
 *   npm run bench:checkpoints -- [--steps 1000,4000,12000] [--hidden 128] [--batch 16] [--rounds 3]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Generator, randn } from "@wengert/autograd";
import { LSTM } from "@wengert/nn";
import { outputOf } from "./peer.js";

interface Row {
  readonly seconds: number;
  readonly megabytes: number;
}

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1000,4000,12000" },
    hidden: { type: "string", default: "128" },
    batch: { type: "string", default: "16" },
    rounds: { type: "string", default: "3" },
    /** Of a process of its own: how many steps a piece has, 0 for all that there are and no checkpoint. */
    piece: { type: "string" },
  },
});

/** Runs one setting in this process. */
function measure(steps: number, piece: number): Row {
  const [hidden, batch, rounds] = [values.hidden, values.batch, values.rounds].map(Number) as [
    number,
    number,
    number,
  ];
  const generator = new Generator(0);
  const lstm = new LSTM(32, hidden, { generator });
  const x = randn([steps, batch, 32], { generator });
  let least = Infinity;
  for (let round = 0; round < rounds; round++) {
    lstm.zeroGrad();
    const start = process.cpuUsage();
    const [, { h }] = lstm.forward(x, undefined, piece === 0 ? {} : { checkpoint: piece });
    h.sum().backward();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1e6);
  }
  return { seconds: least, megabytes: process.resourceUsage().maxRSS / 1e3 };
}

/** Runs one setting in a process of its own, whose memory nothing else has touched. */
function measureApart(steps: number, piece: number): Row {
  const { hidden, batch, rounds } = values;
  const given = Object.entries({ steps, piece, hidden, batch, rounds }).map(
    ([name, value]) => `--${name}=${value}`,
  );
  return JSON.parse(outputOf([process.execPath, fileURLToPath(import.meta.url), ...given])) as Row;
}

if (values.piece === undefined) {
  console.log("steps  a piece   seconds  megabytes");
  for (const steps of values.steps.split(",").map(Number))
    for (const piece of [0, Math.round(Math.sqrt(steps))]) {
      const { seconds, megabytes } = measureApart(steps, piece);
      console.log(
        `${String(steps).padStart(5)}  ${(piece === 0 ? "all" : String(piece)).padStart(7)}  ${seconds.toFixed(2).padStart(8)}  ${megabytes.toFixed(0).padStart(9)}`,
      );
    }
} else console.log(JSON.stringify(measure(Number(values.steps), Number(values.piece))));
