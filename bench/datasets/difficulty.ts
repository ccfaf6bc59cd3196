/**
 * How hard the generated images are: the accuracy on fresh ones of a linear model and of LeNet, trained on others.
 *
 *   node bench/dist/datasets/difficulty.js [digits | shapes] [--count 20000] [--epochs 8] [--seed 0]
 */
import { parseArgs } from "node:util";
import { crossEntropy, Generator, manualSeed, noGrad, type Tensor } from "@wengert/autograd";
import { DataLoader, type Dataset, digits, TensorDataset } from "@wengert/datasets";
import { Flatten, LeNet, Linear, type Module, Sequential } from "@wengert/nn";
import { Adam, CosineAnnealingLR } from "@wengert/optim";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "20000" },
    epochs: { type: "string", default: "8" },
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

const [trained, fresh] = [kept(digits({ count, generator })), kept(digits({ count: 10000, generator }))];
for (const [name, model, lr] of [
  ["linear", new Sequential(new Flatten(), new Linear(784, 10)), 2e-3],
  ["LeNet", new LeNet(), 2e-3],
] as const) {
  const start = performance.now();
  train(model, trained, lr);
  console.log(
    `${positionals[0] ?? "digits"}, ${count} images, ${epochs} epochs: ${name} ${accuracy(model, trained).toFixed(2)} % of these, ${accuracy(model, fresh).toFixed(2)} % of 10000 others (${((performance.now() - start) / 1000).toFixed(0)} s)`,
  );
}
