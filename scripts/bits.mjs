// Same seed, same bits: trains a small recurrent model for 200 steps and prints the SHA-256 of its weights, which is
// committed in test/bits.json and must come out on every version of Node and on every machine.
//
//   node scripts/bits.mjs            print the hash (after `npm run build`)
//   node scripts/bits.mjs --write    write it to test/bits.json; say in CHANGELOG.md why it changed
//   npx -p node@24 node scripts/bits.mjs
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The hash of the weights, trained with the given builds of the packages. */
export function weightsHash({ autograd, nn, optim }) {
  const { Generator, randint, tanh } = autograd;
  const generator = new Generator(2026);
  const vocab = 12;
  const embed = new nn.Embedding(vocab, 8, { generator });
  const lstm = new nn.LSTM(8, 16, { batchFirst: true, layers: 2, dropout: 0.1, generator });
  const head = new nn.Linear(16, vocab, { generator });
  const modules = [embed, lstm, head];
  const parameters = modules.flatMap((module) => [...module.parameters()]);
  const optimizer = new optim.Adam(parameters, { lr: 0.01 });
  for (let step = 0; step < 200; step++) {
    const ids = randint(0, vocab, [4, 9], { generator });
    const [y] = lstm.forward(embed.forward(ids.slice({ axis: 1, end: -1 })));
    const logits = head.forward(tanh(y));
    const loss = nn.crossEntropy(logits.flatten(0, 1), ids.slice({ axis: 1, start: 1 }).flatten());
    optimizer.zeroGrad();
    loss.backward();
    optim.clipGradNorm(parameters, 1);
    optimizer.step();
  }
  const hash = createHash("sha256");
  for (const parameter of parameters) hash.update(new Uint8Array(parameter.toTypedArray().buffer));
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const load = (name) => import(`../packages/${name}/dist/index.js`);
  const [autograd, nn, optim] = await Promise.all(["autograd", "nn", "optim"].map((name) => load(name)));
  const hash = weightsHash({ autograd, nn, optim });
  console.log(`${process.version} ${hash}`);
  if (process.argv.includes("--write"))
    writeFileSync(
      new URL("../test/bits.json", import.meta.url),
      `${JSON.stringify({ weights: hash }, null, 2)}\n`,
    );
}
