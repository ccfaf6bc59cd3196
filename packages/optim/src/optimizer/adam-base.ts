/** What Adam and AdamW share: all but what weight decay means. */
import {
  apply,
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { Optimizer, type OptimizerInput, type UpdateContext } from "../optimizer.js";
import { wrongBetas } from "./checks.js";
import { increase, startCount } from "./count.js";
import { average, correctedRate, correctedScale, shares } from "./moments.js";

const { difference, primitive, product, quotient, sum } = expression;
type Expression = expression.Expression;

export interface Options {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly amsgrad: boolean;
  readonly maximize: boolean;
}

type State = {
  readonly step: Tensor;
  readonly expAvg: Tensor;
  readonly expAvgSq: Tensor;
  maxExpAvgSq?: Tensor;
};
type Extra = "beta1" | "beta2" | "new1" | "new2" | "decay";

/** What becomes of parameters and gradients by weight decay, before Adam sees them. */
export interface Decay {
  /** The number that it needs. */
  readonly number: (options: Options) => number;
  /** The parameter that is changed, and the gradient that is averaged. */
  readonly build: (
    p: Expression,
    grad: Expression,
    decay: Expression,
    sign: Expression,
  ) => readonly [p: Expression, g: Expression];
}

/** Adam with a weight decay to be said. */
export abstract class AdamBase extends Optimizer<Options, State, Extra> {
  private readonly plain: ElementwiseOp;
  private readonly bounded: ElementwiseOp;

  constructor(
    params: OptimizerInput<Options>,
    name: string,
    defaults: Options,
    [plain, bounded]: readonly [plain: ElementwiseOp, bounded: ElementwiseOp],
    decay: Decay,
  ) {
    super(params, {
      name,
      defaults,
      objection: wrongBetas,
      numbers: (options) => ({ ...shares(options), decay: decay.number(options) }),
    });
    this.plain = plain;
    this.bounded = bounded;
  }

  protected override init(param: Tensor, { amsgrad }: Options): State {
    return {
      step: startCount(param),
      expAvg: zerosLike(param),
      expAvgSq: zerosLike(param),
      ...(amsgrad && { maxExpAvgSq: zerosLike(param) }),
    };
  }

  protected override update(
    param: Tensor,
    { grad, state, options, dtype, numbers, wide }: UpdateContext<Options, State, Extra>,
  ): void {
    const { step, expAvg: m, expAvgSq: v } = state;
    const { lr, beta1, beta2 } = wide;
    const { new1, new2, eps, decay, sign } = numbers;
    increase(step);
    const rate = apply(correctedRate[dtype], [step, lr, beta1], undefined);
    const scale = apply(correctedScale[dtype], [step, beta2], undefined);
    const others = [grad, rate, scale, new1, new2, eps, decay, sign];
    if (!options.amsgrad) {
      applyInto(this.plain, [...others, param, m, v], [param, m, v], undefined);
      return;
    }
    // It may have been false in the steps before.
    state.maxExpAvgSq ??= zerosLike(param);
    const most = state.maxExpAvgSq;
    applyInto(this.bounded, [...others, param, m, v, most], [param, m, v, most], undefined);
  }
}

/** The updates of a kind of Adam: without `amsgrad`, and with it. */
export function updates(
  name: string,
  { build }: Decay,
): readonly [plain: ElementwiseOp, bounded: ElementwiseOp] {
  const update = (own: string, changed: readonly string[]): ElementwiseOp =>
    elementwise(
      own,
      ["grad", "rate", "scale", "new1", "new2", "eps", "decay", "sign", ...changed],
      (grad, rate, scale, new1, new2, eps, decay, sign, param, m, v, most) => {
        const [p, g] = build(param!, grad!, decay!, sign!);
        const nextM = average(m!, g, new1!);
        const nextV = average(v!, product(g, g), new2!);
        const bound = most && primitive("max", most, nextV);
        const root = product(primitive("sqrt", bound ?? nextV), scale!);
        const change = quotient(product(rate!, nextM), sum(root, eps!));
        return { p: difference(p, change), m: nextM, v: nextV, ...(bound && { most: bound }) };
      },
    );
  return [update(name, ["p", "m", "v"]), update(`${name}.amsgrad`, ["p", "m", "v", "most"])];
}
