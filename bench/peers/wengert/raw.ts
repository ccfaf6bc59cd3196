/** Kernels alone, as ops that nobody records. */
import {
  add,
  apply,
  confine,
  conv2d,
  exp,
  log,
  matmul,
  mul,
  noGrad,
  sigmoid,
  softmax,
  sum,
  type Tensor,
  tanh,
  tensor,
  toTypedArray,
  trace,
  transpose,
} from "@wengert/autograd";
import type { Workload } from "../../workload.js";
import { batchOf, digest, type Inputs, type Program } from "../serve.js";

type Operation = (...operands: Tensor[]) => Tensor;

/** A kernel alone; `operationOf` is given operands of the shapes to come. */
function raw(operationOf: (workload: Workload, operands: readonly Tensor[]) => Operation) {
  return (workload: Workload, inputs: Inputs): Program => {
    const operands = Object.keys(workload.data).map((name) => {
      const input = inputs[name];
      if (input === undefined) throw new Error(`the file of inputs has no ${name}`);
      const { numbers, shape } = batchOf(input, 1, 0);
      return tensor(numbers, { shape });
    });
    const operation = operationOf(workload, operands);
    const storages = operands.map(({ view }) => view.data);
    const run = () => noGrad(() => operation(...operands));
    /** As within a layer: operands and result are in the WebAssembly memory, and the result is nobody else's. */
    const confined = () =>
      confine(() => {
        run();
      });
    const fromHeap = () => {
      run();
      // What is read often would move into the WebAssembly memory by itself.
      for (const each of storages) each.leave();
    };
    if (workload.resident === true) for (const each of storages) each.settle();
    return {
      step: workload.resident === true ? confined : fromHeap,
      check: () => digest(toTypedArray(run())),
    };
  };
}

function named(operations: Readonly<Record<string, Operation>>) {
  return raw(({ operation = "" }) => {
    const found = operations[operation];
    if (found === undefined) throw new Error(`there is no operation called ${operation}`);
    return found;
  });
}

const convolution = raw(({ operation, padding = 0 }, [x, weight]) => {
  if (x === undefined || weight === undefined) throw new Error("a convolution needs x and a weight");
  if (operation === "forward")
    return (x, weight) => conv2d(x as Tensor, weight as Tensor, undefined, { padding });
  // The ops of the gradients have no public name: a trace of one sweep shows them.
  const { steps } = trace(() => {
    const [leaf, weightLeaf] = [x.detach(), weight.detach()];
    leaf.requiresGrad = true;
    weightLeaf.requiresGrad = true;
    conv2d(leaf, weightLeaf, undefined, { padding }).sum().backward();
  });
  const wanted = operation === "input" ? "convolutionInputGrad" : "convolutionWeightGrad";
  const found = steps.find((each) => each.kind === "op" && each.op.name === wanted);
  if (found?.kind !== "op") throw new Error(`a convolution has no op called ${wanted}`);
  const { op, options } = found;
  const other = operation === "input" ? 1 : 0;
  return (...operands) => apply(op, [operands[2] as Tensor, operands[other] as Tensor], options as never);
});

export const rawKinds: Readonly<Record<string, (workload: Workload, inputs: Inputs) => Program>> = {
  product: named({
    nn: (x, y) => matmul(x as Tensor, y as Tensor),
    nt: (x, y) => matmul(x as Tensor, transpose(y as Tensor)),
    tn: (x, y) => matmul(transpose(x as Tensor), y as Tensor),
  }),
  convolution,
  map: named({
    add: (x, y) => add(x as Tensor, y as Tensor),
    mul: (x, y) => mul(x as Tensor, y as Tensor),
    exp: (x) => exp(x as Tensor),
    tanh: (x) => tanh(x as Tensor),
    sigmoid: (x) => sigmoid(x as Tensor),
    log: (x) => log(x as Tensor),
  }),
  sum: raw(
    ({ axis = 0 }) =>
      (x) =>
        sum(x as Tensor, { axis }),
  ),
  softmax: raw(() => (x) => softmax(x as Tensor)),
};
