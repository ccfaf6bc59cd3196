/** What a step of the optimizers allocates. */
import { assign, Generator, noGrad, rand, randn, type Tensor, transpose } from "@wengert/autograd";
import { expect, test, vi } from "vitest";
// By path: all numbers of the library are allocated here.
import type * as Storage from "../../autograd/src/storage.js";
import * as optim from "../src/index.js";

const { sizes } = vi.hoisted(() => ({ sizes: [] as number[] }));
vi.mock("../../autograd/src/storage.js", async (original) => {
  const storage = await original<typeof Storage>();
  const allocateView: typeof storage.allocateView = (dtype, shape, isKept) => {
    sizes.push(shape.reduce((all, length) => all * length, 1));
    return storage.allocateView(dtype, shape, isKept);
  };
  return { ...storage, allocateView };
});

type Step = (params: readonly Tensor[]) => { step(options?: optim.StepOptions): void };

function of<Options>(
  Class: new (params: readonly Tensor[], options: Options) => ReturnType<Step>,
  options: Options,
): Step {
  return (params) => new Class(params, options);
}

const plain = { lr: 0.01, weightDecay: 0.1, maximize: true };
const steps: Readonly<Record<string, Step>> = {
  SGD: of(optim.SGD, { lr: 0.01 }),
  "SGD with momentum": of(optim.SGD, { ...plain, momentum: 0.9, dampening: 0.5 }),
  "SGD with Nesterov's momentum": of(optim.SGD, { ...plain, momentum: 0.9, nesterov: true }),
  NAG: of(optim.NAG, plain),
  Adagrad: of(optim.Adagrad, { ...plain, lrDecay: 0.1, initialAccumulatorValue: 1 }),
  Adadelta: of(optim.Adadelta, plain),
  RMSprop: of(optim.RMSprop, plain),
  "RMSprop, centred, with momentum": of(optim.RMSprop, { ...plain, centered: true, momentum: 0.5 }),
  Adam: of(optim.Adam, { lr: 0.01 }),
  "Adam with AMSGrad": of(optim.Adam, { ...plain, amsgrad: true }),
  AdamW: of(optim.AdamW, { lr: 0.01 }),
  "AdamW with AMSGrad": of(optim.AdamW, { ...plain, amsgrad: true }),
  Adamax: of(optim.Adamax, plain),
  NAdam: of(optim.NAdam, { ...plain, momentumDecay: 0.01 }),
};

/** The largest tensor that the second step makes, of a parameter with a gradient. */
function largestOf(make: Step, dtype: "float32" | "float64", gradient: (x: Tensor) => Tensor): number {
  const generator = new Generator(1);
  const param = randn([200, 150], { generator, dtype, requiresGrad: true });
  const optimizer = make([param]);
  param.grad = gradient(rand([200, 150], { generator, dtype }));
  const before = param.toArray();
  // The state is made.
  optimizer.step();
  sizes.length = 0;
  optimizer.step();
  const largest = Math.max(...sizes);
  expect(param.toArray()).not.toEqual(before);
  return largest;
}

const layouts: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  dense: (x) => x,
  "a view": (x) => noGrad(() => transpose(x.reshape([150, 200]), 0, 1)),
};

test.each(
  Object.entries(steps).flatMap(([name, make]) =>
    Object.keys(layouts).map((layout) => [name, layout, make] as const),
  ),
)("a step of %s makes no temporaries, with a gradient that is %s", (_, layout, make) => {
  // The sums of rows, by which it is known whether the gradient is finite.
  for (const dtype of ["float32", "float64"] as const)
    expect(largestOf(make, dtype, layouts[layout]!)).toBeLessThanOrEqual(200);
});

test.each(Object.keys(layouts))(
  "a step of AdagradTrace makes small ones only, with a gradient that is %s",
  (layout) => {
    const make = of(optim.AdagradTrace, plain);
    for (const dtype of ["float32", "float64"] as const)
      expect(largestOf(make, dtype, layouts[layout]!)).toBeLessThanOrEqual(16_384);
  },
);

test("and temporaries would be seen", () => {
  const wasteful: Step = ([param]) => ({
    step: () => noGrad(() => assign(param!, param!.sub(param!.grad!.mul(0.1)))),
  });
  expect(largestOf(wasteful, "float32", layouts["dense"]!)).toBe(30_000);
});
