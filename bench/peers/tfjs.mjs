// TensorFlow.js's side of the benchmark, on its backend `cpu` or `wasm`; see serve.ts for what it reads and answers.
// Images are NHWC here and weights [inputs, outputs], as the library wants them; they are turned before the first step.
import { createRequire } from "node:module";
import { batchOf, digest, serve } from "../dist/peers/serve.js";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const [, , backend] = process.argv;
if (backend === "wasm") require("@tensorflow/tfjs-backend-wasm");
await tf.setBackend(backend);
await tf.ready();

const tensorOf = ({ shape, numbers }) =>
  tf.tensor(numbers, shape, numbers instanceof Int32Array ? "int32" : "float32");
const channelsLast = (x) => tf.transpose(x, [0, 2, 3, 1]);
const turned = (weight) => tf.transpose(weight, weight.rank === 4 ? [2, 3, 1, 0] : [1, 0]);
const crossEntropy = (logits, labels) => tf.losses.softmaxCrossEntropy(labels, logits);

/** Parameters as variables; `turn` changes the layout of one. */
function variables({ parameters }, inputs, turn = (x) => x) {
  const made = Object.keys(parameters).map((name) => [
    name,
    tf.variable(tf.tidy(() => turn(tensorOf(inputs[name]), name))),
  ]);
  return Object.fromEntries(made);
}

/** The data of each batch; `change` prepares one tensor of it. */
function batches({ data, batches }, inputs, change = (x) => x) {
  return Array.from({ length: batches }, (_, i) =>
    Object.fromEntries(
      Object.keys(data).map((name) => [
        name,
        tf.tidy(() => change(tensorOf(batchOf(inputs[name], batches, i)), name)),
      ]),
    ),
  );
}

function optimizerOf({ name, lr, momentum }) {
  return name === "sgd" ? tf.train.momentum(lr, momentum) : tf.train.adam(lr, 0.9, 0.999, 1e-8);
}

function chain(workload, inputs) {
  const [{ c, d }] = batches(workload, inputs);
  const x0 = tensorOf(inputs.x);
  const run = tf.valueAndGrad((x) => {
    for (let i = 0; i < workload.ops; i++)
      x = i % 3 === 0 ? tf.mul(x, c) : i % 3 === 1 ? tf.add(x, d) : tf.tanh(x);
    return tf.sum(x);
  });
  const step = () =>
    tf.tidy(() => {
      const { value, grad } = run(x0);
      grad.dataSync();
      return value.dataSync()[0];
    });
  return { step, dispose: () => tf.dispose([x0, c, d]) };
}

/** A classifier of batches of x and y. `turn` changes the layout of a parameter. */
function classifier(forward, turn = (x) => (x.rank > 1 ? turned(x) : x)) {
  return (workload, inputs) => {
    const classes = workload.data.y.below;
    const p = variables(workload, inputs, turn);
    const data = batches(workload, inputs, (each, name) =>
      name === "y" ? tf.oneHot(each, classes) : each.rank === 4 ? channelsLast(each) : each.clone(),
    );
    const list = Object.values(p);
    const optimizer = optimizerOf(workload.optimizer);
    const net = forward(p);
    let count = 0;
    const step = () =>
      tf.tidy(() => {
        const { x, y } = data[count++ % data.length];
        const loss = optimizer.minimize(() => crossEntropy(net(x), y), true, list);
        return loss.dataSync()[0];
      });
    return { step, dispose: () => tf.dispose([list, data]) };
  };
}

const threeLayers = (p) => (x) => {
  const layer = (x, name) => x.matMul(p[`${name}.weight`]).add(p[`${name}.bias`]);
  return layer(tf.relu(layer(tf.relu(layer(x, "first")), "second")), "third");
};

const leNet = (p) => {
  const head = threeLayers(p);
  return (x) => {
    const one = tf.relu(tf.conv2d(x, p["conv1.weight"], 1, "same").add(p["conv1.bias"]));
    const pooled = tf.maxPool(one, 2, 2, "valid");
    const two = tf.relu(tf.conv2d(pooled, p["conv2.weight"], 1, "valid").add(p["conv2.bias"]));
    return head(tf.maxPool(two, 2, 2, "valid").reshape([-1, 400]));
  };
};

/** What LeNet flattens has its channels last here, so the rows of the first layer stand in another order. */
const leNetLayout = (x, name) => {
  if (name !== "first.weight") return x.rank > 1 ? turned(x) : x;
  return turned(channelsLast(x.reshape([-1, 16, 5, 5])).reshape([-1, 400]));
};

const momentum = 0.1;

const cifarNet = (p) => {
  const running = {};
  const normalize = (x, name) => {
    const weight = p[`${name}.weight`];
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const count = x.size / weight.size;
    running[name] ??= { mean: tf.keep(tf.zerosLike(weight)), variance: tf.keep(tf.onesLike(weight)) };
    const update = (part, statistic) => {
      const next = tf.keep(running[name][part].mul(1 - momentum).add(statistic.mul(momentum)));
      running[name][part].dispose();
      running[name][part] = next;
    };
    update("mean", mean);
    update("variance", variance.mul(count / (count - 1)));
    return tf.batchNorm(x, mean, variance, p[`${name}.bias`], weight, 1e-5);
  };
  return (x) => {
    const one = tf.conv2d(x, p["conv1.weight"], 1, 1).add(p["conv1.bias"]);
    const first = tf.relu(normalize(one, "norm1"));
    const two = tf.conv2d(first, p["conv2.weight"], 2, 1).add(p["conv2.bias"]);
    const second = tf.relu(normalize(two, "norm2"));
    return tf.mean(second, [1, 2]).matMul(p["head.weight"]).add(p["head.bias"]);
  };
};

function minCharRnn(workload, inputs) {
  const p = variables(workload, inputs);
  const data = batches(workload, inputs);
  const { lr, eps } = workload.optimizer;
  const [vocabulary, hidden] = p.wxh.shape;
  const list = Object.entries(p);
  const sums = list.map(([, each]) => tf.variable(tf.zerosLike(each)));
  let state = tf.zeros([1, hidden]);
  let count = 0;
  const step = () => {
    const { ids } = data[count++ % data.length];
    let next;
    const loss = tf.tidy(() => {
      const length = ids.size - 1;
      const xs = tf.split(tf.oneHot(ids.slice(0, length), vocabulary), length);
      const ys = tf.split(tf.oneHot(ids.slice(1), vocabulary), length);
      const run = () => {
        let h = state;
        let total = tf.scalar(0);
        for (let t = 0; t < length; t++) {
          h = tf.tanh(xs[t].matMul(p.wxh).add(h.matMul(p.whh)).add(p.bh));
          total = total.add(crossEntropy(h.matMul(p.why).add(p.by), ys[t]));
        }
        next = tf.keep(h.clone());
        return total;
      };
      const { value, grads } = tf.variableGrads(run, Object.values(p));
      // Its own Adagrad adds its ε, which cannot be chosen, under the root.
      for (const [i, [, each]] of list.entries()) {
        const g = grads[each.name].clipByValue(-workload.clip, workload.clip);
        sums[i].assign(sums[i].add(g.square()));
        each.assign(each.sub(g.mul(lr).div(sums[i].sqrt().add(eps))));
      }
      return value.dataSync()[0];
    });
    state.dispose();
    state = next;
    return loss;
  };
  return { step, dispose: () => tf.dispose([p, data, sums, state]) };
}

function lstm(workload, inputs) {
  const p = variables(workload, inputs, (x) => (x.rank > 1 ? turned(x) : x));
  const data = batches(workload, inputs);
  const [hidden, vocabulary] = p["head.weight"].shape;
  const optimizer = optimizerOf(workload.optimizer);
  const list = Object.values(p);
  let count = 0;
  const step = () =>
    tf.tidy(() => {
      const { ids } = data[count++ % data.length];
      const [rows, batch] = ids.shape;
      const flat = ids.reshape([-1]);
      const x = tf.oneHot(flat.slice(0, (rows - 1) * batch), vocabulary);
      const y = tf.oneHot(flat.slice(batch), vocabulary);
      const run = () => {
        let h = tf.zeros([batch, hidden]);
        let c = h;
        const projected = tf.split(x.matMul(p.weightIh).add(p.biasIh.add(p.biasHh)), rows - 1);
        const outputs = projected.map((each) => {
          const [i, f, g, o] = tf.split(each.add(h.matMul(p.weightHh)), 4, 1);
          c = tf
            .sigmoid(f)
            .mul(c)
            .add(tf.sigmoid(i).mul(tf.tanh(g)));
          h = tf.sigmoid(o).mul(tf.tanh(c));
          return h;
        });
        return crossEntropy(tf.concat(outputs, 0).matMul(p["head.weight"]).add(p["head.bias"]), y);
      };
      return optimizer.minimize(run, true, list).dataSync()[0];
    });
  return { step, dispose: () => tf.dispose([p, data]) };
}

/** A kernel alone; `result` turns what it makes into the layout of the others. */
function raw(operationOf, turn = (x) => x.clone(), result = (x) => x) {
  return (workload, inputs) => {
    const [data] = batches(workload, inputs, turn);
    const operation = operationOf(workload);
    const operands = Object.values(data);
    const step = () => operation(...operands).dispose();
    const check = () => tf.tidy(() => digest(result(operation(...operands), workload).dataSync()));
    return { step, check, dispose: () => tf.dispose(data) };
  };
}

const products = {
  nn: (x, y) => tf.matMul(x, y),
  nt: (x, y) => tf.matMul(x, y, false, true),
  tn: (x, y) => tf.matMul(x, y, true, false),
};

const convolution = raw(
  ({ operation, padding }) => {
    const kernel = (name, tensors, shape) =>
      tf.engine().runKernel(name, tensors, { strides: 1, pad: padding, dataFormat: "NHWC", ...shape });
    if (operation === "forward") return (x, weight) => tf.conv2d(x, weight, 1, padding);
    if (operation === "input")
      return (x, filter, dy) => kernel("Conv2DBackpropInput", { dy, filter }, { inputShape: x.shape });
    return (x, weight, dy) => kernel("Conv2DBackpropFilter", { x, dy }, { filterShape: weight.shape });
  },
  (x, name) => (name === "weight" ? turned(x) : channelsLast(x)),
  (x, { operation }) => tf.transpose(x, operation === "weight" ? [3, 2, 0, 1] : [0, 3, 1, 2]),
);

const kinds = {
  chain,
  mlp: classifier(threeLayers),
  minCharRnn,
  lstm,
  leNet: classifier(leNet, leNetLayout),
  cifarNet: classifier(cifarNet),
  product: raw(({ operation }) => products[operation]),
  convolution,
  map: raw(({ operation }) => tf[operation]),
  sum: raw(
    ({ axis }) =>
      (x) =>
        tf.sum(x, axis),
  ),
  softmax: raw(() => (x) => tf.softmax(x, 1)),
};

await serve(
  (workload, inputs) => kinds[workload.kind](workload, inputs),
  `TensorFlow.js ${tf.version.tfjs}, ${backend}, Node ${process.version}`,
);
