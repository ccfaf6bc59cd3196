/**
 * Prints how hard generated images are: the accuracy of a linear model and of a convolutional network on images that they
 * were not trained with.
 *
 *   npm run bench:difficulty -- [--only shapes] [--count 20000] [--epochs 6] [--seed 0]
 */
import { parseArgs } from "node:util";
import { crossEntropy, Generator, manualSeed, noGrad, type Tensor } from "@wengert/autograd";
import { DataLoader, type Dataset, digits, shapes, TensorDataset } from "@wengert/datasets";
import { CifarNet, Flatten, LeNet, Linear, type Module, Sequential } from "@wengert/nn";
import { Adam, CosineAnnealingLR } from "@wengert/optim";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    count: { type: "string", default: "20000" },
    epochs: { type: "string", default: "6" },
    seed: { type: "string", default: "0" },
  },
});
const [count, epochs, seed] = [values.count, values.epochs, values.seed].map(Number) as [
  number,
  number,
  number,
];
manualSeed(seed);
const generator = new Generator(seed);
type Images = Dataset<[image: Tensor, label: Tensor]>;
type Net = Module & { forward(x: Tensor): Tensor };

/** All samples, in memory. */
function kept(dataset: Images): TensorDataset<readonly [Tensor, Tensor]> {
  const [[images, labels]] = [...new DataLoader(dataset, { batchSize: dataset.length })] as [
    [Tensor, Tensor],
  ];
  return new TensorDataset(images, labels);
}

function train(model: Net, data: Images, lr: number): void {
  const loader = new DataLoader(data, { batchSize: 64, shuffle: true, generator });
  const optimizer = new Adam(model.parameters(), { lr });
  const schedule = new CosineAnnealingLR(optimizer, epochs * loader.length);
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const [x, y] of loader) {
      optimizer.zeroGrad();
      crossEntropy(model.forward(x), y).backward();
      optimizer.step();
      schedule.step();
    }
}

function accuracy(model: Net, data: Images): number {
  let right = 0;
  noGrad(() => {
    for (const [x, y] of new DataLoader(data, { batchSize: 250 }))
      right += model.forward(x).argmax({ axis: 1 }).equal(y).sum().item();
  });
  return (100 * right) / data.length;
}

const kinds: readonly (readonly [
  name: string,
  make: (count: number) => Images,
  inputs: number,
  net: () => Net,
])[] = [
  ["digits", (n) => digits({ count: n, generator }), 784, () => new LeNet()],
  ["shapes", (n) => shapes({ count: n, generator }), 3072, () => new CifarNet()],
];
for (const [kind, make, inputs, net] of kinds) {
  if (!kind.includes(values.only)) continue;
  const [trained, fresh] = [kept(make(count)), kept(make(10_000))];
  for (const model of [new Sequential(new Flatten(), new Linear(inputs, 10)), net()]) {
    const start = performance.now();
    train(model, trained, 2e-3);
    const seconds = (performance.now() - start) / 1000;
    const name = model instanceof Sequential ? "linear" : model.constructor.name;
    console.log(
      `${kind}, ${name}: ${accuracy(model, trained).toFixed(2)} % of ${count} after ${epochs} epochs (${seconds.toFixed(0)} s), ${accuracy(model, fresh).toFixed(2)} % of 10000 others`,
    );
  }
}
