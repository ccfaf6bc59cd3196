// jax-js's side of the benchmark on its WebAssembly backend, `eager` or `jit`; see serve.ts for what it reads and answers.
// Its arrays count their references by hand: every use but the last needs `.ref`.
import {
  blockUntilReady,
  defaultDevice,
  grad,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
} from "@jax-js/jax";
import { batchOf, digest, serve } from "../dist/peers/serve.js";

await init("wasm");
defaultDevice("wasm");
const [, , mode] = process.argv;
const compiled = mode === "jit" ? jit : (f) => f;

const arrayOf = ({ shape, numbers }) => np.array(numbers).reshape([...shape]);
const oneHot = (ids, classes) => {
  const numbers = new Float32Array(ids.length * classes);
  ids.forEach((id, i) => {
    numbers[i * classes + id] = 1;
  });
  return arrayOf({ shape: [ids.length, classes], numbers });
};
const summedCrossEntropy = (logits, labels) => np.sum(nn.logSoftmax(logits).mul(labels)).mul(-1);
const crossEntropy = (logits, labels) => {
  const [rows] = labels.shape;
  return summedCrossEntropy(logits, labels).mul(1 / rows);
};
const zerosLike = (list) => list.map(({ shape }) => np.zeros(shape));

function parameters(workload, inputs) {
  return Object.keys(workload.parameters).map((name) => arrayOf(inputs[name]));
}

/** The list of parameters by name. */
const naming =
  ({ parameters }) =>
  (list) =>
    Object.fromEntries(Object.keys(parameters).map((name, i) => [name, list[i]]));

/** Updates: lists of parameters, gradients and state to new parameters and state. */
const optimizers = {
  sgd: ({ lr, momentum }) => ({
    start: zerosLike,
    update(ps, gs, state) {
      const next = state.map((m, i) => m.mul(momentum).add(gs[i]));
      return [ps.map((p, i) => p.sub(next[i].ref.mul(lr))), next];
    },
  }),
  adam: ({ lr }) => ({
    start: (ps) => [...zerosLike(ps), ...zerosLike(ps), np.array(0)],
    update(ps, gs, state) {
      const count = ps.length;
      const t = state[2 * count].add(1);
      const bias1 = np.subtract(1, np.power(0.9, t.ref));
      const bias2 = np.subtract(1, np.power(0.999, t.ref));
      const [next, means, squares] = [[], [], []];
      ps.forEach((p, i) => {
        const m = state[i].mul(0.9).add(gs[i].ref.mul(0.1));
        const v = state[count + i].mul(0.999).add(np.square(gs[i]).mul(0.001));
        const scaled = m.ref.div(bias1.ref).div(np.sqrt(v.ref.div(bias2.ref)).add(1e-8));
        next.push(p.sub(scaled.mul(lr)));
        means.push(m);
        squares.push(v);
      });
      bias1.dispose();
      bias2.dispose();
      return [next, [...means, ...squares, t]];
    },
  }),
};

function chain(workload, inputs) {
  const [c, d] = ["c", "d"].map((name) => arrayOf(batchOf(inputs[name], 1, 0)));
  const x0 = arrayOf(inputs.x);
  const run = compiled(
    valueAndGrad((x, c, d) => {
      for (let i = 0; i < workload.ops; i++)
        x = i % 3 === 0 ? x.mul(c.ref) : i % 3 === 1 ? x.add(d.ref) : np.tanh(x);
      c.dispose();
      d.dispose();
      return np.sum(x);
    }),
  );
  const step = () => {
    const [loss, gradient] = run(x0.ref, c.ref, d.ref);
    gradient.dataSync();
    return loss.js();
  };
  return { step };
}

/**
 * A training step. `lossOf(named parameters, auxiliary, ...data)` returns the loss and what is carried to the next step;
 * `dataOf(i)` are the arrays of step i.
 */
function trainer(workload, inputs, start, lossOf, dataOf) {
  const named = naming(workload);
  const optimizer = optimizers[workload.optimizer.name](workload.optimizer);
  let ps = parameters(workload, inputs);
  let state = optimizer.start(ps);
  let carried = start;
  const loss = (list, carried, ...data) => {
    const p = named(list);
    const result = lossOf(p, carried, ...data);
    for (const each of list) each.dispose();
    return result;
  };
  const run = compiled((ps, state, carried, ...data) => {
    const [[value, next], gs] = valueAndGrad(loss, { hasAux: true })(
      ps.map((p) => p.ref),
      carried,
      ...data,
    );
    return [value, next, ...optimizer.update(ps, gs, state)];
  });
  let count = 0;
  const step = () => {
    let value;
    [value, carried, ps, state] = run(ps, state, carried, ...dataOf(count++));
    return value.js();
  };
  return { step };
}

function classifier(forward, start = () => []) {
  return (workload, inputs) => {
    const { batches, data } = workload;
    const of = (name, i) => batchOf(inputs[name], batches, i);
    const xs = Array.from({ length: batches }, (_, i) => arrayOf(of("x", i)));
    const ys = Array.from({ length: batches }, (_, i) => oneHot(of("y", i).numbers, data.y.below));
    const loss = (p, carried, x, y) => {
      const [logits, next] = forward(p, x, carried);
      return [crossEntropy(logits, y), next];
    };
    return trainer(workload, inputs, start(workload), loss, (i) => [
      xs[i % batches].ref,
      ys[i % batches].ref,
    ]);
  };
}

const linear = (x, p, name) => np.matmul(x, p[`${name}.weight`].ref.transpose()).add(p[`${name}.bias`].ref);
const threeLayers = (p, x) =>
  linear(nn.relu(linear(nn.relu(linear(x, p, "first")), p, "second")), p, "third");

const convolve = (x, p, name, stride, padding) =>
  lax
    .convGeneralDilated(
      x,
      p[`${name}.weight`].ref,
      [stride, stride],
      [
        [padding, padding],
        [padding, padding],
      ],
    )
    .add(p[`${name}.bias`].ref.reshape([-1, 1, 1]));
const pool = (x) => lax.reduceWindow(x, (window) => np.max(window), [2, 2], [2, 2]);

const leNet = (p, x) => {
  const one = pool(nn.relu(convolve(x, p, "conv1", 1, 2)));
  const two = pool(nn.relu(convolve(one, p, "conv2", 1, 0)));
  return [threeLayers(p, two.reshape([-1, 400])), []];
};

const momentum = 0.1;
const imageAxes = [0, 2, 3];

/** Running mean and variance of both layers are carried. */
const cifarNet = (p, x, carried) => {
  const next = [];
  const normalize = (x, name, [mean, variance]) => {
    const count = x.size / p[`${name}.weight`].size;
    const own = np.mean(x.ref, imageAxes, { keepdims: true });
    const centred = x.sub(own.ref);
    const spread = np.mean(np.square(centred.ref), imageAxes, { keepdims: true });
    const average = (running, statistic) =>
      running.mul(1 - momentum).add(lax.stopGradient(statistic).reshape([-1]).mul(momentum));
    next.push(average(mean, own), average(variance, spread.ref.mul(count / (count - 1))));
    const [weight, bias] = ["weight", "bias"].map((part) => p[`${name}.${part}`].ref.reshape([-1, 1, 1]));
    return centred
      .div(np.sqrt(spread.add(1e-5)))
      .mul(weight)
      .add(bias);
  };
  const one = nn.relu(normalize(convolve(x, p, "conv1", 1, 1), "norm1", carried.slice(0, 2)));
  const two = nn.relu(normalize(convolve(one, p, "conv2", 2, 1), "norm2", carried.slice(2)));
  return [linear(np.mean(two, [2, 3]), p, "head"), next];
};
const runningStart = ({ parameters }) =>
  ["norm1", "norm2"].flatMap((name) => {
    const { shape } = parameters[`${name}.weight`];
    return [np.zeros(shape), np.ones(shape)];
  });

optimizers.clippedAdagrad = ({ lr, eps, clip }) => ({
  start: zerosLike,
  update(ps, gs, state) {
    const clipped = gs.map((g) => np.clip(g, -clip, clip));
    const sums = state.map((sum, i) => sum.add(np.square(clipped[i].ref)));
    return [ps.map((p, i) => p.sub(clipped[i].mul(lr).div(np.sqrt(sums[i].ref).add(eps)))), sums];
  },
});

function minCharRnn(workload, inputs) {
  const { shape, below: vocabulary } = workload.data.ids;
  const length = shape[0] - 1;
  const [hidden] = workload.parameters.whh.shape;
  const loss = (p, [h], x, y) => {
    let total = np.array(0);
    const [xs, ys] = [np.split(x, length), np.split(y, length)];
    for (let t = 0; t < length; t++) {
      h = np.tanh(np.matmul(xs[t], p.wxh.ref).add(np.matmul(h, p.whh.ref)).add(p.bh.ref));
      total = total.add(summedCrossEntropy(np.matmul(h.ref, p.why.ref).add(p.by.ref), ys[t]));
    }
    return [total, [h]];
  };
  const dataOf = (i) => {
    const { numbers } = batchOf(inputs.ids, workload.batches, i);
    return [oneHot(numbers.subarray(0, length), vocabulary), oneHot(numbers.subarray(1), vocabulary)];
  };
  const optimizer = { ...workload.optimizer, name: "clippedAdagrad", clip: workload.clip };
  return trainer({ ...workload, optimizer }, inputs, [np.zeros([1, hidden])], loss, dataOf);
}

function lstm(workload, inputs) {
  const { shape, below: vocabulary } = workload.data.ids;
  const [rows, batch] = shape;
  const [, hidden] = workload.parameters["head.weight"].shape;
  const loss = (p, carried, x, y) => {
    let h = np.zeros([batch, hidden]);
    let c = np.zeros([batch, hidden]);
    const bias = p.biasIh.ref.add(p.biasHh.ref);
    const projected = np.split(np.matmul(x, p.weightIh.ref.transpose()).add(bias), rows - 1);
    const outputs = projected.map((each) => {
      const gates = each.add(np.matmul(h, p.weightHh.ref.transpose()));
      const [i, f, g, o] = np.split(gates, 4, 1);
      c = nn
        .sigmoid(f)
        .mul(c)
        .add(nn.sigmoid(i).mul(np.tanh(g)));
      h = nn.sigmoid(o).mul(np.tanh(c.ref));
      return h.ref;
    });
    h.dispose();
    c.dispose();
    return [crossEntropy(linear(np.concatenate(outputs, 0), p, "head"), y), carried];
  };
  const dataOf = (i) => {
    const { numbers } = batchOf(inputs.ids, workload.batches, i);
    return [
      oneHot(numbers.subarray(0, (rows - 1) * batch), vocabulary),
      oneHot(numbers.subarray(batch), vocabulary),
    ];
  };
  return trainer(workload, inputs, [], loss, dataOf);
}

/** A kernel alone. */
function raw(operationOf) {
  return (workload, inputs) => {
    const operands = Object.keys(workload.data).map((name) => arrayOf(batchOf(inputs[name], 1, 0)));
    const operation = compiled(operationOf(workload));
    const step = async () => {
      const result = operation(...operands.map((each) => each.ref));
      await blockUntilReady(result);
      result.dispose();
    };
    const check = () => digest(operation(...operands.map((each) => each.ref)).dataSync());
    return { step, check, dispose: () => operands.forEach((each) => each.dispose()) };
  };
}

const products = {
  nn: (x, y) => np.matmul(x, y),
  nt: (x, y) => np.matmul(x, y.transpose()),
  tn: (x, y) => np.matmul(x.transpose(), y),
};

function convolution({ operation, padding }) {
  const forward = (x, weight) =>
    lax.convGeneralDilated(
      x,
      weight,
      [1, 1],
      [
        [padding, padding],
        [padding, padding],
      ],
    );
  // The convolution is linear in both: its value is not needed for these gradients, and not computed.
  const paired = (x, weight, g) => np.sum(forward(x, weight).mul(g));
  if (operation === "forward") return forward;
  return grad(paired, { argnums: operation === "input" ? 0 : 1 });
}

const maps = {
  add: (x, y) => np.add(x, y),
  mul: (x, y) => np.multiply(x, y),
  exp: (x) => np.exp(x),
  tanh: (x) => np.tanh(x),
  sigmoid: (x) => nn.sigmoid(x),
  log: (x) => np.log(x),
};

const kinds = {
  chain,
  mlp: classifier((p, x) => [threeLayers(p, x), []]),
  minCharRnn,
  lstm,
  leNet: classifier(leNet),
  cifarNet: classifier(cifarNet, runningStart),
  product: raw(({ operation }) => products[operation]),
  convolution: raw(convolution),
  map: raw(({ operation }) => maps[operation]),
  sum: raw(
    ({ axis }) =>
      (x) =>
        np.sum(x, axis),
  ),
  softmax: raw(() => (x) => nn.softmax(x, 1)),
};

await serve(
  (workload, inputs) => kinds[workload.kind](workload, inputs),
  `jax-js 0.1.25, wasm, ${mode}, Node ${process.version}`,
);
