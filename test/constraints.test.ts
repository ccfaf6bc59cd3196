/** Constraints on weights hold under every optimizer. */
import { describe, expect, test } from "vitest";
// The packages by path, because the workspace itself depends on none of them.
import { Generator, randn, type Tensor, tensor } from "../packages/autograd/src/index.js";
import { Linear, LinearEquations, mse, TiedWeights, type Updates } from "../packages/nn/src/index.js";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  LBFGS,
  NAdam,
  NAG,
  NonlinearCG,
  RMSprop,
  SGD,
} from "../packages/optim/src/index.js";

const generator = new Generator(1);
const [x, y] = [randn([12, 4], { generator }), randn([12, 2], { generator })];
const optimizers: readonly [string, (model: Linear) => Updates, number?][] = [
  ["SGD with momentum", (model) => new SGD(model, { lr: 0.05, momentum: 0.9 })],
  ["NAG", (model) => new NAG(model, { lr: 0.05, momentum: 0.9 })],
  ["Adagrad", (model) => new Adagrad(model, { lr: 0.1 })],
  ["Adadelta", (model) => new Adadelta(model, { lr: 10 })],
  ["RMSprop", (model) => new RMSprop(model, { lr: 0.02 })],
  ["Adam", (model) => new Adam(model, { lr: 0.05 })],
  ["AdamW", (model) => new AdamW(model, { lr: 0.05 })],
  ["Adamax", (model) => new Adamax(model, { lr: 0.05 })],
  ["NAdam", (model) => new NAdam(model, { lr: 0.05 })],
];
const make = (): Linear => new Linear(4, 2, { generator: new Generator(2) });
const lossOf = (model: Linear): Tensor => mse(model.forward(x), y);
const rows = (model: Linear): number[][] => model.weight.toArray() as number[][];

/** The least loss under the constraint, by descending long enough. */
function train(model: Linear, steps: number, step: () => void): number {
  for (let i = 0; i < steps; i++) {
    model.zeroGrad();
    lossOf(model).backward();
    step();
  }
  return lossOf(model).item();
}

/** The weights of x0 and x1 are equal, in both outputs. */
const labels = tensor(
  [
    [0, 0, 1, 2],
    [3, 3, 4, 5],
  ],
  { dtype: "int32" },
);
/** The weights of each output sum to 1, and w00 = −2 w13. */
const equations = tensor([
  [1, 1, 1, 1, 0, 0, 0, 0],
  [0, 0, 0, 0, 1, 1, 1, 1],
  [1, 0, 0, 0, 0, 0, 0, 2],
]);

describe.each(optimizers)("%s", (_, optimizerOf) => {
  test("keeps tied weights the same, bit for bit, and learns", () => {
    const model = make();
    const ties = new TiedWeights([model.weight], { labels: [labels] });
    ties.projectWeights();
    const before = lossOf(model).item();
    const optimizer = optimizerOf(model);
    const after = train(model, 30, () => {
      ties.projectGradients();
      optimizer.step();
      for (const [first, second] of rows(model)) expect(second).toBe(first);
    });
    expect(after).toBeLessThan(before);
  });

  test("keeps to equations, and comes to what obeys them", () => {
    const model = make();
    const constraint = new LinearEquations([model.weight], equations, tensor([1, 1, 0]));
    constraint.projectWeights();
    const before = lossOf(model).item();
    const optimizer = optimizerOf(model);
    const after = train(model, 30, () => {
      constraint.step(optimizer);
      expect(constraint.violation()).toBeLessThan(1e-6);
    });
    expect(after).toBeLessThan(before);
    expect(rows(model)[0][0]).toBeCloseTo(-2 * rows(model)[1][3], 5);
    for (const row of rows(model)) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });
});

test.each([
  ["L-BFGS", (model: Linear) => new LBFGS(model, { lineSearchFn: "strong_wolfe", maxIter: 30 })],
  ["nonlinear conjugate gradients", (model: Linear) => new NonlinearCG(model)],
])(
  "%s: the closure projects the gradients, and it is the least loss that descent finds too",
  (_, make2nd) => {
    const constraintOn = (model: Linear): LinearEquations => {
      const constraint = new LinearEquations([model.weight], equations, tensor([1, 1, 0]));
      constraint.projectWeights();
      return constraint;
    };
    const model = make();
    const constraint = constraintOn(model);
    const optimizer = make2nd(model);
    for (let i = 0; i < 5; i++)
      optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = lossOf(model);
        loss.backward();
        constraint.projectGradients();
        return loss;
      });
    expect(constraint.violation()).toBeLessThan(1e-5);

    const other = make();
    const slow = constraintOn(other);
    const descent = new SGD(other, { lr: 0.1, momentum: 0.8 });
    const least = train(other, 150, () => slow.step(descent));
    expect(lossOf(model).item()).toBeCloseTo(least, 5);
  },
);
