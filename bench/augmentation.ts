/**
 * Prints how many images a second are loaded and changed, on one core: from a data set in memory through a loader that
 * shuffles, in batches of 64.
 *
 *   npm run bench:augmentation -- [--only elastic] [--clock cpu] [--seconds 3] [--count 8192]
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { Generator, type Tensor } from "@wengert/autograd";
import {
  colorJitter,
  compose,
  cutOut,
  DataLoader,
  type Dataset,
  digits,
  distort,
  elastic,
  type ImageTransform,
  MappedDataset,
  onImage,
  randomAffine,
  randomCrop,
  randomFlip,
  shapes,
  TensorDataset,
} from "@wengert/datasets";
import { summarize } from "./statistics.js";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    clock: { type: "string", default: "wall" },
    seconds: { type: "string", default: "3" },
    count: { type: "string", default: "8192" },
  },
});
type Images = Dataset<readonly [image: Tensor, label: Tensor]>;

const generator = new Generator(0);
const count = Number(options.count);

/** A thousand images, over and over. */
function inMemory(drawn: Images): Images {
  const [[images, labels]] = [...new DataLoader(drawn, { batchSize: drawn.length })] as [[Tensor, Tensor]];
  const all = new TensorDataset(images, labels);
  return { length: count, get: (index) => all.get(index % all.length) };
}

const written = inMemory(digits({ count: 1000, generator }));
const coloured = inMemory(shapes({ count: 1000, generator }));
const maps = { degrees: 10, scale: [0.9, 1.1], shear: 10, translate: [0.1, 0.1] } as const;
const rows: readonly (readonly [name: string, images: Images, transform?: ImageTransform])[] = [
  ["28x28 digits, loaded only", written],
  ["28x28, affine", written, randomAffine(maps)],
  ["28x28, elastic", written, elastic()],
  ["28x28, affine + elastic", written, distort(maps)],
  [
    "3x32x32, crop, flip, cut-out",
    coloured,
    compose(randomCrop(32, { padding: 4 }), randomFlip(), cutOut(8)),
  ],
  ["3x32x32, colours", coloured, colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })],
  ["28x28 digits, drawn anew", digits({ count, generator })],
];

/** Seconds, by the clock that was chosen. */
function now(): number {
  if (options.clock !== "cpu") return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

console.log(
  `${cpus()[0]?.model ?? "unknown processor"}, ${options.clock} time, load ${loadavg()[0]?.toFixed(1)}`,
);
console.log(`${"".padEnd(30)}${"images/s".padStart(10)}   min – max, of runs of 1024 images`);
for (const [name, images, transform] of rows) {
  if (!name.includes(options.only)) continue;
  const dataset = transform === undefined ? images : new MappedDataset(images, onImage(transform));
  const loader = new DataLoader(dataset, { batchSize: 64, shuffle: true, generator });
  const rates: number[] = [];
  const end = performance.now() + 1000 * Number(options.seconds);
  // The first pass is for the compiler.
  for (let pass = 0; performance.now() < end || rates.length < 3; pass++) {
    let [start, loaded] = [now(), 0];
    for (const [x] of loader) {
      loaded += x.shape[0] ?? 0;
      if (loaded < 1024) continue;
      if (pass > 0) rates.push(loaded / (now() - start));
      [start, loaded] = [now(), 0];
    }
  }
  const { median, min, max } = summarize(rates);
  console.log(`${name.padEnd(30)}${median.toFixed(0).padStart(10)}   ${min.toFixed(0)} – ${max.toFixed(0)}`);
}
