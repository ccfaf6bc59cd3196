/** Wengert's side of the benchmark: reads `{ workload, seconds }` as lines of JSON, answers as every peer does. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import {
  add,
  full,
  matmul,
  mul,
  noGrad,
  oneHot,
  slice,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "@wengert/autograd";
import { crossEntropy } from "@wengert/nn";
import { Adagrad, clipGradValue } from "@wengert/optim";

type Step = () => number;

interface ChainSpec {
  readonly kind: "chain";
  readonly shape: readonly number[];
  readonly ops: number;
}

interface MinCharRnnSpec {
  readonly kind: "minCharRnn";
  readonly vocab: number;
  readonly hidden: number;
  readonly steps: number;
  readonly clip: number;
  readonly lr: number;
}

/** The generator that all peers share, so that they start from the same weights and see the same data. */
class SharedRandom {
  constructor(private state: number) {}

  next(): number {
    this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
    return this.state / 0x100000000;
  }

  matrix(rows: number, columns: number, scale: number): Tensor {
    const numbers = Float32Array.from({ length: rows * columns }, () => (this.next() - 0.5) * scale);
    return tensor(numbers, { shape: [rows, columns], requiresGrad: true });
  }
}

function chain({ shape, ops }: ChainSpec): Step {
  const c = full(shape, 0.999);
  const d = full(shape, 0.001);
  const x0 = full(shape, 0.5, { requiresGrad: true });
  return () => {
    let x = x0;
    for (let i = 0; i < ops; i++) x = i % 3 === 0 ? mul(x, c) : i % 3 === 1 ? add(x, d) : tanh(x);
    x0.grad = null;
    const loss = x.sum();
    loss.backward();
    return loss.item();
  };
}

function minCharRnn({ vocab, hidden, steps, clip, lr }: MinCharRnnSpec): Step {
  const random = new SharedRandom(1);
  const wxh = random.matrix(vocab, hidden, 0.02);
  const whh = random.matrix(hidden, hidden, 0.02);
  const why = random.matrix(hidden, vocab, 0.02);
  const bh = zeros([1, hidden], { requiresGrad: true });
  const by = zeros([1, vocab], { requiresGrad: true });
  const params = [wxh, whh, why, bh, by];
  const optimizer = new Adagrad(params, { lr, eps: 1e-8 });
  let state = zeros([1, hidden]);
  return () => {
    const ids = tensor(Int32Array.from({ length: steps + 1 }, () => Math.floor(random.next() * vocab)));
    const x = oneHot(slice(ids, { end: -1 }), vocab);
    const y = slice(ids, { start: 1 });
    let h = state;
    let loss: Tensor | undefined;
    for (let t = 0; t < steps; t++) {
      const now = { start: t, end: t + 1 };
      h = tanh(matmul(slice(x, now), wxh).add(matmul(h, whh)).add(bh));
      const here = crossEntropy(matmul(h, why).add(by), slice(y, now));
      loss = loss === undefined ? here : loss.add(here);
    }
    optimizer.zeroGrad();
    loss?.backward();
    noGrad(() => clipGradValue(params, clip));
    optimizer.step();
    state = h.detach();
    return loss?.item() ?? 0;
  };
}

const workloads = JSON.parse(
  readFileSync(new URL("../../workloads.json", import.meta.url), "utf8"),
) as Record<string, ChainSpec | MinCharRnnSpec>;

function make(name: string): Step {
  const spec = workloads[name];
  if (spec === undefined) throw new Error(`no workload is called ${name}`);
  return spec.kind === "chain" ? chain(spec) : minCharRnn(spec);
}

const running = new Map<string, Step>();
for await (const line of createInterface(process.stdin)) {
  const { workload, seconds } = JSON.parse(line) as { workload: string; seconds: number };
  let step = running.get(workload);
  let losses: number[] = [];
  if (step === undefined) {
    const made = make(workload);
    running.set(workload, made);
    losses = Array.from({ length: 5 }, () => made());
    step = made;
  }
  const ms: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || ms.length < 5) {
    const start = performance.now();
    step();
    ms.push(performance.now() - start);
  }
  console.log(JSON.stringify({ ms, losses }));
}
