/** Training steps: forward, backward, update, and the loss read; or the update alone. */
import {
  add,
  linear,
  matmul,
  mul,
  noGrad,
  oneHot,
  reshape,
  slice,
  squeeze,
  type Tensor,
  tanh,
  tensor,
  toTypedArray,
  unsqueeze,
  zeros,
} from "@wengert/autograd";
import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Flatten,
  GlobalAvgPool,
  type Layer,
  Linear,
  LSTM,
  MaxPool2d,
  ReLU,
  RNN,
  Sequential,
} from "@wengert/nn";
import { Adagrad, Adam, clipGradValue, SGD } from "@wengert/optim";
import type { OptimizerSpec, Workload } from "../../workload.js";
import { batchOf, digest, type Inputs, type Program } from "../serve.js";

type Named = Readonly<Record<string, Tensor>>;

/** The tensors of `names`. Reading one that is not there says so. */
function named(entries: readonly (readonly [string, Tensor])[]): (name: string) => Tensor {
  const all = new Map(entries);
  return (name) => {
    const found = all.get(name);
    if (found === undefined) throw new Error(`the workload has no tensor called ${name}`);
    return found;
  };
}

/** Parameters, and the batches of data in turn. */
class Setting {
  readonly parameters: readonly Tensor[];
  /** The parameter of a name. */
  readonly parameter: (name: string) => Tensor;
  private readonly batches: readonly ((name: string) => Tensor)[];
  private next = 0;

  constructor({ parameters, data, batches }: Workload, inputs: Inputs) {
    const input = (name: string) => {
      const found = inputs[name];
      if (found === undefined) throw new Error(`the file of inputs has no ${name}`);
      return found;
    };
    const entries = Object.keys(parameters).map((name) => {
      const { numbers, shape } = input(name);
      return [name, tensor(numbers, { shape, requiresGrad: true })] as const;
    });
    this.parameters = entries.map(([, each]) => each);
    this.parameter = named(entries);
    this.batches = Array.from({ length: batches }, (_, i) =>
      named(
        Object.keys(data).map((name) => {
          const { numbers, shape } = batchOf(input(name), batches, i);
          return [name, tensor(numbers, { shape })] as const;
        }),
      ),
    );
  }

  /** The data of the next step. */
  batch(): (name: string) => Tensor {
    const found = this.batches[this.next++ % this.batches.length];
    if (found === undefined) throw new Error("the workload has no batches");
    return found;
  }
}

function optimizerOf(spec: OptimizerSpec | undefined, parameters: readonly Tensor[]) {
  switch (spec?.name) {
    case "sgd":
      return new SGD(parameters, { lr: spec.lr, momentum: spec.momentum ?? 0 });
    case "adam":
      return new Adam(parameters, { lr: spec.lr });
    case "adagrad":
      return new Adagrad(parameters, { lr: spec.lr, eps: spec.eps ?? 1e-10 });
    case undefined:
      throw new Error("the workload has no optimizer");
  }
}

function chain(workload: Workload, inputs: Inputs): Program {
  const { ops = 0 } = workload;
  const setting = new Setting(workload, inputs);
  const x0 = setting.parameter("x");
  const data = setting.batch();
  const [c, d] = [data("c"), data("d")];
  const step = () => {
    let x = x0;
    for (let i = 0; i < ops; i++) x = i % 3 === 0 ? mul(x, c) : i % 3 === 1 ? add(x, d) : tanh(x);
    x0.grad = null;
    const loss = x.sum();
    loss.backward();
    return loss.item();
  };
  return { step };
}

/** A classifier of batches of x and y by layers, whose parameters are those of the workload in their order. */
function classifier(layersOf: () => Layer[]) {
  return (workload: Workload, inputs: Inputs): Program => {
    const setting = new Setting(workload, inputs);
    const net = new Sequential(...layersOf());
    const parameters = net.parameters();
    noGrad(() => {
      for (const [i, each] of setting.parameters.entries()) parameters[i]?.assign(each);
    });
    const optimizer = optimizerOf(workload.optimizer, parameters);
    const step = () => {
      const data = setting.batch();
      const loss = crossEntropy(net.forward(data("x")), data("y"));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    };
    return { step };
  };
}

const threeLayers = (inFeatures: number, first: number, second: number): Layer[] => [
  new Linear(inFeatures, first),
  new ReLU(),
  new Linear(first, second),
  new ReLU(),
  new Linear(second, 10),
];

const leNet = (): Layer[] => [
  new Conv2d(1, 6, 5, { padding: 2 }),
  new ReLU(),
  new MaxPool2d(2),
  new Conv2d(6, 16, 5),
  new ReLU(),
  new MaxPool2d(2),
  new Flatten(),
  ...threeLayers(400, 120, 84),
];

const cifarNet = (): Layer[] => [
  new Conv2d(3, 32, 3, { padding: 1 }),
  new BatchNorm2d(32),
  new ReLU(),
  new Conv2d(32, 64, 3, { stride: 2, padding: 1 }),
  new BatchNorm2d(64),
  new ReLU(),
  new GlobalAvgPool(),
  new Linear(64, 10),
];

/** What min-char-rnn makes of characters x and the next ones y: the state after them, and the loss. */
type Reader = (x: Tensor, y: Tensor, state: Tensor) => readonly [state: Tensor, loss: Tensor];

function minCharRnn(read: (setting: Setting) => { parameters: readonly Tensor[]; reader: Reader }) {
  return (workload: Workload, inputs: Inputs): Program => {
    const setting = new Setting(workload, inputs);
    const { parameters, reader } = read(setting);
    const [vocabulary = 0, hidden = 0] = setting.parameter("wxh").shape;
    const optimizer = optimizerOf(workload.optimizer, parameters);
    let state = zeros([1, hidden]);
    const step = () => {
      const ids = setting.batch()("ids");
      const x = oneHot(slice(ids, { end: -1 }), vocabulary);
      const [after, loss] = reader(x, slice(ids, { start: 1 }), state);
      optimizer.zeroGrad();
      loss.backward();
      noGrad(() => clipGradValue(parameters, workload.clip ?? Number.POSITIVE_INFINITY));
      optimizer.step();
      state = after.detach();
      return loss.item();
    };
    return { step };
  };
}

const byModules = minCharRnn(({ parameter }) => {
  const [wxh, whh, why] = [parameter("wxh"), parameter("whh"), parameter("why")];
  const [bh, by] = [parameter("bh"), parameter("by")];
  const [vocabulary = 0, hidden = 0] = wxh.shape;
  const net = new RNN(vocabulary, hidden);
  const start: Named = {
    weight_ih_l0: wxh.transpose(),
    weight_hh_l0: whh.transpose(),
    bias_ih_l0: reshape(bh, [hidden]),
    bias_hh_l0: zeros([hidden]),
  };
  net.loadStateDict(new Map(Object.entries(start)));
  const named = new Map(net.namedParameters());
  // Its second bias would double the steps of the first.
  for (const [name, each] of named) if (name.includes("biasHh")) each.requiresGrad = false;
  const own = [...named.values()].filter((each) => each.requiresGrad);
  const reader: Reader = (x, y, state) => {
    const [outputs, after] = net.forward(unsqueeze(x, 1), unsqueeze(state, 0));
    const logits = add(matmul(squeeze(outputs, 1), why), by);
    return [squeeze(after, 0), crossEntropy(logits, y, { reduction: "sum" })];
  };
  return { parameters: [...own, why, by], reader };
});

const bySteps = minCharRnn(({ parameter, parameters }) => {
  const [wxh, whh, why] = [parameter("wxh"), parameter("whh"), parameter("why")];
  const [bh, by] = [parameter("bh"), parameter("by")];
  const reader: Reader = (x, y, state) => {
    let h = state;
    let loss: Tensor | undefined;
    for (let t = 0; t < y.size; t++) {
      const now = { start: t, end: t + 1 };
      h = tanh(matmul(slice(x, now), wxh).add(matmul(h, whh)).add(bh));
      const here = crossEntropy(matmul(h, why).add(by), slice(y, now));
      loss = loss === undefined ? here : loss.add(here);
    }
    return [h, loss ?? zeros([])];
  };
  return { parameters, reader };
});

function lstm(workload: Workload, inputs: Inputs): Program {
  const setting = new Setting(workload, inputs);
  const { parameter } = setting;
  const [weight, bias] = [parameter("head.weight"), parameter("head.bias")];
  const [vocabulary = 0, hidden = 0] = weight.shape;
  const net = new LSTM(vocabulary, hidden);
  const start: Named = {
    weight_ih_l0: parameter("weightIh"),
    weight_hh_l0: parameter("weightHh"),
    bias_ih_l0: parameter("biasIh"),
    bias_hh_l0: parameter("biasHh"),
  };
  net.loadStateDict(new Map(Object.entries(start)));
  const optimizer = optimizerOf(workload.optimizer, [...net.parameters(), weight, bias]);
  const step = () => {
    const ids = setting.batch()("ids");
    const x = oneHot(slice(ids, { end: -1 }), vocabulary);
    const y = reshape(slice(ids, { start: 1 }), [-1]);
    const [outputs] = net.forward(x);
    const loss = crossEntropy(linear(reshape(outputs, [-1, hidden]), weight, bias), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
  return { step };
}

/** The optimizer alone: one parameter, and a gradient from the heap, as a backward pass leaves it. */
function update(workload: Workload, inputs: Inputs): Program {
  const setting = new Setting(workload, inputs);
  const p = setting.parameter("p");
  const optimizer = optimizerOf(workload.optimizer, [p]);
  const step = () => {
    const g = setting.batch()("g");
    p.grad = g;
    optimizer.step();
    // What is read often would move into the WebAssembly memory by itself.
    g.view.data.leave();
  };
  const check = () => {
    for (let i = 0; i < 5; i++) step();
    return digest(toTypedArray(p));
  };
  return { step, check };
}

type Kinds = Readonly<Record<string, (workload: Workload, inputs: Inputs) => Program>>;

export const trainingKinds: Kinds = {
  chain,
  mlp: classifier(() => threeLayers(784, 128, 64)),
  minCharRnn: byModules,
  lstm,
  leNet: classifier(leNet),
  cifarNet: classifier(cifarNet),
  update,
};

/** Without the modules of recurrent layers: each step written in single operations. */
export const steppedKinds: Kinds = { minCharRnn: bySteps };
