/** Trainings that can be stopped and gone on with, one for every optimizer and schedule. */
import {
  decodeSafetensors,
  encodeSafetensors,
  Generator,
  type GeneratorState,
  matmul,
  noGrad,
  randn,
  type Tensor,
} from "@wengert/autograd";
import * as optim from "../../src/index.js";

type Params = readonly Tensor[];
type Loss = (x: Tensor) => Tensor;

/** What is stepped: an optimizer, and the step that takes it a batch further. */
interface Trained {
  readonly optimizer: {
    readonly paramGroups: readonly object[];
    stateDict(): optim.OptimizerStateDict;
    loadStateDict(snapshot: optim.OptimizerStateDict): void;
  };
  /** Returns the loss. */
  readonly step: (loss: Loss, x: Tensor) => number;
}

type Make = (params: Params) => Trained;

function firstOrder<Options>(
  Class: new (params: Params, options: Options) => { step(): void; zeroGrad(): void } & Trained["optimizer"],
  options: Options,
): Make {
  return (params) => {
    const optimizer = new Class(params, options);
    const step: Trained["step"] = (lossOf, x) => {
      optimizer.zeroGrad();
      const loss = lossOf(x).mean();
      loss.backward();
      optimizer.step();
      return loss.item();
    };
    return { optimizer, step };
  };
}

function byClosure<Options>(
  Class: new (
    params: Params,
    options: Options,
  ) => { step(closure: () => Tensor): number; zeroGrad(): void } & Trained["optimizer"],
  options: Options,
): Make {
  return (params) => {
    const optimizer = new Class(params, options);
    const step: Trained["step"] = (lossOf, x) =>
      optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = lossOf(x).mean();
        loss.backward();
        return loss;
      });
    return { optimizer, step };
  };
}

const hessianFree: Make = (params) => {
  const optimizer = new optim.HessianFree(params, { preconditionerSamples: 2, maxIterations: 4 });
  const objective = (lossOf: Loss, x: Tensor): optim.Objective<Tensor> => ({
    outputs: () => lossOf(x),
    losses: (each) => each,
  });
  return { optimizer, step: (lossOf, x) => optimizer.step(objective(lossOf, x)).loss };
};

const optimizers: Readonly<Record<string, Make>> = {
  SGD: firstOrder(optim.SGD, { lr: 0.05 }),
  "SGD with Nesterov's momentum": firstOrder(optim.SGD, { lr: 0.02, momentum: 0.9, nesterov: true }),
  NAG: firstOrder(optim.NAG, { lr: 0.02, weightDecay: 0.01 }),
  Adagrad: firstOrder(optim.Adagrad, { lr: 0.1, lrDecay: 0.01 }),
  AdagradTrace: firstOrder(optim.AdagradTrace, { lr: 0.1 }),
  Adadelta: firstOrder(optim.Adadelta, { lr: 0.5 }),
  "RMSprop, centred, with momentum": firstOrder(optim.RMSprop, { lr: 0.01, centered: true, momentum: 0.5 }),
  "Adam with AMSGrad": firstOrder(optim.Adam, { lr: 0.03, amsgrad: true }),
  AdamW: firstOrder(optim.AdamW, { lr: 0.03 }),
  Adamax: firstOrder(optim.Adamax, { lr: 0.03 }),
  NAdam: firstOrder(optim.NAdam, { lr: 0.03 }),
  "L-BFGS": byClosure(optim.LBFGS, { maxIter: 3, historySize: 4, lineSearchFn: "strong_wolfe" as const }),
  "nonlinear conjugate gradients": byClosure(optim.NonlinearCG, {}),
  "Hessian-free optimisation": hessianFree,
};

type MakeSchedule = (optimizer: optim.HasLearningRates) => Pick<
  optim.Schedule,
  "stateDict" | "loadStateDict"
> & {
  step(loss: number): void;
};

const schedules: Readonly<Record<string, MakeSchedule>> = {
  StepLR: (optimizer) => new optim.StepLR(optimizer, 30),
  MultiStepLR: (optimizer) => new optim.MultiStepLR(optimizer, [20, 70]),
  ConstantLR: (optimizer) => new optim.ConstantLR(optimizer, { totalIters: 60 }),
  LinearLR: (optimizer) => new optim.LinearLR(optimizer, { totalIters: 80 }),
  ExponentialLR: (optimizer) => new optim.ExponentialLR(optimizer, 0.98),
  PolynomialLR: (optimizer) => new optim.PolynomialLR(optimizer, { totalIters: 90, power: 2 }),
  CosineAnnealingLR: (optimizer) => new optim.CosineAnnealingLR(optimizer, 70),
  CosineAnnealingWarmRestarts: (optimizer) => new optim.CosineAnnealingWarmRestarts(optimizer, 20),
  OneCycleLR: (optimizer) => new optim.OneCycleLR(optimizer, { maxLr: 0.1, totalSteps: 120 }),
  CyclicLR: (optimizer) => new optim.CyclicLR(optimizer, { baseLr: 0.01, maxLr: 0.1, stepSizeUp: 15 }),
  LambdaLR: (optimizer) => new optim.LambdaLR(optimizer, (epoch) => 1 / (1 + epoch)),
  MultiplicativeLR: (optimizer) => new optim.MultiplicativeLR(optimizer, () => 0.99),
  ChainedScheduler: (optimizer) =>
    new optim.ChainedScheduler([new optim.StepLR(optimizer, 40), new optim.ExponentialLR(optimizer, 0.99)]),
  SequentialLR: (optimizer) =>
    new optim.SequentialLR(
      [new optim.LinearLR(optimizer, { totalIters: 10 }), new optim.CosineAnnealingLR(optimizer, 60)],
      [30],
    ),
  ReduceLROnPlateau: (optimizer) => new optim.ReduceLROnPlateau(optimizer, { patience: 4, cooldown: 2 }),
};

/** A training of 100 steps, whose batches and dropped units come from a generator of its own. */
export class Session {
  readonly params: Params;
  private readonly trained: Trained;
  private readonly schedule: ReturnType<MakeSchedule> | undefined;
  private readonly generator = new Generator(1);

  constructor(make: Make, schedule?: MakeSchedule) {
    const start = new Generator(2);
    this.params = [
      randn([3, 4], { generator: start, requiresGrad: true }),
      randn([4], { generator: start, requiresGrad: true }),
      randn([4], { generator: start, requiresGrad: true }),
    ];
    this.trained = make(this.params);
    this.schedule = schedule?.(this.trained.optimizer as optim.HasLearningRates);
  }

  run(steps: number): void {
    const [first, bias, second] = this.params as [Tensor, Tensor, Tensor];
    for (let i = 0; i < steps; i++) {
      const x = randn([6, 3], { generator: this.generator });
      const kept = randn([4], { generator: this.generator }).greater(-1).to("float32");
      const loss = this.trained.step(
        (inputs) =>
          matmul(matmul(inputs, first).add(bias).tanh().mul(kept), second)
            .sub(inputs.sum({ axis: 1 }))
            .square(),
        x,
      );
      this.schedule?.step(loss);
    }
  }

  /** All of it as a file. */
  save(): Uint8Array {
    const { state, paramGroups } = this.trained.optimizer.stateDict();
    const data = {
      paramGroups,
      schedule: this.schedule?.stateDict() ?? null,
      generator: this.generator.getState(),
    };
    const params = this.params.map((param, i) => [`param.${i}`, param] as const);
    return encodeSafetensors([...params, ...state], { metadata: { data: JSON.stringify(data) } });
  }

  load(file: Uint8Array): void {
    const { tensors, metadata } = decodeSafetensors(file);
    const data = JSON.parse(metadata.get("data")!) as {
      readonly paramGroups: optim.OptimizerStateDict["paramGroups"];
      readonly schedule: optim.ScheduleState | null;
      readonly generator: GeneratorState;
    };
    noGrad(() => {
      for (const [i, param] of this.params.entries()) param.assign(tensors.get(`param.${i}`)!);
    });
    const state = new Map([...tensors].filter(([name]) => !name.startsWith("param.")));
    this.trained.optimizer.loadStateDict({ state, paramGroups: data.paramGroups });
    if (data.schedule !== null) this.schedule!.loadStateDict(data.schedule);
    this.generator.setState(data.generator);
  }
}

/** A session of each, from its beginning. */
export const sessions: Readonly<Record<string, () => Session>> = Object.fromEntries([
  ...Object.entries(optimizers).map(([name, make]) => [name, () => new Session(make)] as const),
  ...Object.entries(schedules).map(
    ([name, schedule]) =>
      [name, () => new Session(firstOrder(optim.SGD, { lr: 0.05, momentum: 0.5 }), schedule)] as const,
  ),
]);

/** Where a session lies in a folder: as it was after 50 steps, or after 100. */
export function fileOf(name: string, steps: 50 | 100): string {
  return `${name.replaceAll(/\W+/g, "-")}-${steps}.safetensors`;
}
