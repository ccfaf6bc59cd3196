/** Karpathy's min-char-rnn, less its hand-derived backward pass: `node main.js [file [steps]]`. */
import { readFileSync } from "node:fs";
import { noGrad, rand, randn, type Tensor, tensor, zeros } from "@wengert/autograd";
import { Vocabulary } from "@wengert/datasets";
import { Adagrad, clipGradValue } from "@wengert/optim";
import { lossOf, step } from "./loss.js";

const [file = import.meta.filename, steps = "Infinity"] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const vocabulary = Vocabulary.fromText(text);
const ids = [...vocabulary.encode(text)];
const [V, H, T] = [vocabulary.size, 100, 25];

const small = (...shape: number[]): Tensor => randn(shape).mul(0.01);
const weights = { Wxh: small(H, V), Whh: small(H, H), Why: small(V, H), bh: zeros([H]), by: zeros([V]) };
const parameters = Object.values(weights);
for (const parameter of parameters) parameter.requiresGrad = true;
const optimizer = new Adagrad(parameters, { lr: 0.1 });

function* sample(h: Tensor, id: number, length: number): Iterable<number> {
  for (let t = 0; t < length; t++) {
    const [next, y] = step(weights, id, h);
    id = y
      .sub(rand([V]).log().neg().log())
      .argmax()
      .item(); // the Gumbel-max trick
    h = next;
    yield id;
  }
}

let h = zeros([H]);
let smoothLoss = T * tensor(V).log().item();
for (let n = 0, p = 0; n < Number(steps); n++, p += T) {
  if (p + T >= ids.length) [h, p] = [zeros([H]), 0];
  const [loss, next] = lossOf(weights, ids.slice(p, p + T), ids.slice(p + 1, p + T + 1), h);
  optimizer.zeroGrad();
  loss.backward();
  clipGradValue(parameters, 5);
  optimizer.step();
  smoothLoss = smoothLoss * 0.999 + loss.item() * 0.001;
  if (n % 100 === 0) {
    const written = noGrad(() => vocabulary.decode(sample(h, ids[p]!, 200)));
    console.log(`----\n${written}\n----\niter ${n}, loss: ${smoothLoss.toFixed(4)}`);
  }
  h = next.detach();
}
