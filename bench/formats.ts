/**
 * Prints how fast the readers of data sets are, in megabytes of file a second.
 *
 *   npm run bench:formats -- [--only IDX] [--clock cpu] [--seconds 2]
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { arange, manualSeed, rand, randn, tensor } from "@wengert/autograd";
import {
  decodeCifar10,
  decodeCsv,
  decodeIdx,
  decodeNpy,
  decodeNpz,
  decodePng,
  encodeCifar10,
  encodeCsv,
  encodeIdx,
  encodeNpy,
  encodeNpz,
  encodePng,
  gzip,
} from "@wengert/datasets";
import { summarize } from "./statistics.js";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    clock: { type: "string", default: "wall" },
    seconds: { type: "string", default: "2" },
  },
});

manualSeed(1);
/** Like handwriting: four of five pixels are empty. */
const pixels = rand([60_000, 28, 28]).sub(0.8).clamp({ min: 0 }).mul(1275).to("uint8");
const colours = rand([10_000, 3, 32, 32]).mul(256).to("uint8");
const columns = { x: randn([100_000]), y: randn([100_000]), n: arange(0, 100_000) };
const readers: readonly (readonly [name: string, file: Uint8Array, read: (file: Uint8Array) => unknown])[] = [
  ["IDX, as large as MNIST", encodeIdx(pixels), (file) => decodeIdx(file)],
  ["IDX, compressed", gzip(encodeIdx(pixels)), (file) => decodeIdx(file)],
  ["IDX of float32", encodeIdx(randn([1000, 28, 28])), (file) => decodeIdx(file)],
  [
    "CIFAR-10, one batch",
    encodeCifar10({ images: colours, labels: tensor(new Int32Array(10_000)) }),
    (file) => decodeCifar10(file),
  ],
  ["npy of float32", encodeNpy(randn([4_000_000])), (file) => decodeNpy(file)],
  ["npz, compressed", encodeNpz([["x", colours]], { compress: true }), (file) => decodeNpz(file)],
  [
    "PNG, 512x512 colours",
    encodePng(
      colours
        .flatten()
        .slice({ end: 512 * 512 * 3 })
        .reshape([512, 512, 3]),
    ),
    (file) => decodePng(file),
  ],
  [
    "CSV, three columns",
    new TextEncoder().encode(encodeCsv(columns)),
    (file) => decodeCsv(file, { columns: { x: "float32", y: "float32", n: "int32" } }),
  ],
];

/** Milliseconds, by the clock that was chosen. */
function now(): number {
  if (options.clock !== "cpu") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

console.log(
  `${cpus()[0]?.model ?? "unknown processor"}, ${options.clock} time, load ${loadavg()[0]?.toFixed(1)}`,
);
console.log(`${"".padEnd(26)}${"MB".padStart(8)}${"MB/s".padStart(10)}   min – max`);
for (const [name, file, read] of readers) {
  if (!name.includes(options.only)) continue;
  const rates: number[] = [];
  const end = performance.now() + 1000 * Number(options.seconds);
  while (performance.now() < end || rates.length < 3) {
    const started = now();
    read(file);
    rates.push(file.length / 1000 / (now() - started));
  }
  const { median, min, max } = summarize(rates);
  console.log(
    `${name.padEnd(26)}${(file.length / 1e6).toFixed(1).padStart(8)}${median.toFixed(0).padStart(10)}   ${min.toFixed(0)} – ${max.toFixed(0)}`,
  );
}
