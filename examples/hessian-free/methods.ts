/** The ways to train, each with the settings that are tried. */
import { crossEntropy } from "@wengert/nn";
import { clipGradNorm, HessianFree, type Objective, RMSprop, SGD } from "@wengert/optim";
import { type Cases, firstOf, type Net, type Start } from "./problem.js";

export interface Setting {
  readonly start: Start;
  /** The learning rate; that of Hessian-free is the line search's. */
  readonly lr?: number;
}

/** Takes a step, and says how many gradients of sequences it was worth. */
export type Step = (draw: (count: number) => Cases) => number;

export interface Method {
  readonly name: string;
  readonly title: string;
  readonly settings: readonly Setting[];
  readonly prepare: (net: Net, setting: Setting) => Step;
}

/** Sequences in a step of a first-order method. */
const batch = 20;

interface Update {
  step(): void;
  zeroGrad(): void;
}

function firstOrder(
  optimizerOf: (net: Net, lr: number) => Update,
  beforeStep: (net: Net) => void = () => undefined,
): Method["prepare"] {
  return (net, { lr }) => {
    const optimizer = optimizerOf(net, lr!);
    return (draw) => {
      const { x, y } = draw(batch);
      optimizer.zeroGrad();
      crossEntropy(net.forward(x).logits, y).backward();
      beforeStep(net);
      optimizer.step();
      return batch;
    };
  };
}

type Outputs = ReturnType<Net["forward"]>;

function objectiveOf(net: Net, { x, y }: Cases): Objective<Outputs> {
  return {
    outputs: () => net.forward(x),
    losses: ({ logits }) => crossEntropy(logits, y, { reduction: "none" }),
    hidden: ({ states }) => states,
  };
}

/** Sequences whose gradient is taken, and those of them that tell the curvature. */
const [whole, part] = [500, 100];

function hessianFree(net: Net): Step {
  const optimizer = new HessianFree(net, {
    structuralDamping: 0.03,
    maxIterations: 50,
    preconditionerSamples: 0,
  });
  return (draw) => {
    const cases = draw(whole);
    const { iterations, trials, evaluations } = optimizer.step(
      objectiveOf(net, cases),
      objectiveOf(net, firstOf(cases, part)),
    );
    // A product with the curvature is worth two gradients, a loss a third of one. There are two products more: with what
    // conjugate gradients start from, and with what they came to.
    return whole * (1 + evaluations / 3) + part * (2 * (iterations + 2) + trials / 3);
  };
}

const descents: readonly Setting[] = [
  { start: "uniform", lr: 0.01 },
  { start: "uniform", lr: 0.03 },
  { start: "echo", lr: 0.01 },
];
const momentum = 0.9;

export const methods: readonly Method[] = [
  {
    name: "sgd",
    title: "SGD with momentum",
    settings: descents,
    prepare: firstOrder((net, lr) => new SGD(net, { lr, momentum })),
  },
  {
    name: "clip",
    title: "SGD with momentum and clipping",
    settings: descents,
    prepare: firstOrder(
      (net, lr) => new SGD(net, { lr, momentum }),
      (net) => clipGradNorm(net.parameters(), 1),
    ),
  },
  {
    name: "rmsprop",
    title: "RMSProp with momentum",
    settings: [
      { start: "echo", lr: 0.0003 },
      { start: "echo", lr: 0.001 },
    ],
    prepare: firstOrder((net, lr) => new RMSprop(net, { lr, alpha: 0.9, momentum })),
  },
  {
    name: "hf",
    title: "Hessian-free",
    settings: [{ start: "uniform" }, { start: "echo" }],
    prepare: hessianFree,
  },
];

/** A setting in words: `echo, 0.01`. */
export function describe({ start, lr }: Setting): string {
  return lr === undefined ? start : `${start}, ${lr}`;
}
