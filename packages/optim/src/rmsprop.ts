/** RMSprop. */
import {
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { negative, notBelowOne } from "./optimizer/checks.js";
import { average, descent } from "./optimizer/moments.js";
import { type DescentOptions, Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are PyTorch's; Hinton's α is 0.9. */
export interface RMSpropOptions extends DescentOptions {
  /** The learning rate η, 0.01 by default. */
  readonly lr?: number;
  /** α, 0.99 by default: by which the averages decay. */
  readonly alpha?: number;
  /** ε, 1e-8 by default. */
  readonly eps?: number;
  /** μ, 0 by default. */
  readonly momentum?: number;
  /** Whether to divide by an estimate of the standard deviation, false by default. */
  readonly centered?: boolean;
}

type Options = Required<RMSpropOptions>;
type State = { readonly squareAvg: Tensor; gradAvg?: Tensor; momentumBuffer?: Tensor };
type Context = UpdateContext<Options, State, "fresh">;

/**
 *   g = ±∇ + λ p
 *   s' = α s + (1 − α) g²
 *   a' = α a + (1 − α) g                       with `centered`; otherwise a' = 0
 *   b' = μ b + g / (√(s' − a'²) + ε)           with momentum; otherwise μ = 0
 *   p' = p − η b'
 *
 * Tieleman & Hinton 2012, lecture 6.5 of "Neural networks for machine learning"; centred and with momentum Graves 2013,
 * "Generating sequences with recurrent neural networks", equations 38–41. Graves has ε below the root and η inside of b;
 * here both stand outside, as in PyTorch, whose state has `step` too.
 */
export class RMSprop extends Optimizer<Options, State, "fresh"> {
  constructor(params: OptimizerInput<Options>, options: RMSpropOptions = {}) {
    super(params, {
      name: "RMSprop",
      defaults: {
        lr: 0.01,
        alpha: 0.99,
        eps: 1e-8,
        weightDecay: 0,
        momentum: 0,
        centered: false,
        maximize: false,
        ...options,
      },
      objection: (given) => negative(given) ?? notBelowOne({ alpha: given.alpha }),
      numbers: ({ alpha }) => ({ fresh: 1 - alpha }),
    });
  }

  protected override init(param: Tensor, { centered, momentum }: Options): State {
    return {
      squareAvg: zerosLike(param),
      ...(centered && { gradAvg: zerosLike(param) }),
      ...(momentum !== 0 && { momentumBuffer: zerosLike(param) }),
    };
  }

  protected override update(param: Tensor, { grad, state, options, numbers }: Context): void {
    const { centered, momentum } = options;
    const { lr, fresh, eps, weightDecay, momentum: mu, sign } = numbers;
    // Either may have been off in the steps before.
    if (centered) state.gradAvg ??= zerosLike(param);
    if (momentum !== 0) state.momentumBuffer ??= zerosLike(param);
    const changed = [
      param,
      state.squareAvg,
      ...(centered ? [state.gradAvg!] : []),
      ...(momentum === 0 ? [] : [state.momentumBuffer!]),
    ];
    const op = rmsprop[centered ? "centred" : "plain"][momentum === 0 ? "still" : "moving"];
    applyInto(op, [grad, lr, fresh, eps, weightDecay, mu, sign, ...changed], changed, undefined);
  }
}

const rmsprop: Readonly<Record<"plain" | "centred", Readonly<Record<"still" | "moving", ElementwiseOp>>>> = {
  plain: { still: rmspropWith(false, false), moving: rmspropWith(false, true) },
  centred: { still: rmspropWith(true, false), moving: rmspropWith(true, true) },
};

function rmspropWith(centred: boolean, moving: boolean): ElementwiseOp {
  const changed = ["p", "s", ...(centred ? ["a"] : []), ...(moving ? ["b"] : [])];
  return elementwise(
    `rmsprop${centred ? ".centred" : ""}${moving ? ".momentum" : ""}`,
    ["grad", "lr", "fresh", "eps", "decay", "momentum", "sign", ...changed],
    (grad, lr, fresh, eps, decay, momentum, sign, p, s, ...rest) => {
      const g = descent(p!, grad!, decay!, sign!);
      const nextS = average(s!, product(g, g), fresh!);
      const nextA = centred ? average(rest[0]!, g, fresh!) : undefined;
      const variance = nextA === undefined ? nextS : difference(nextS, product(nextA, nextA));
      const scaled = quotient(g, sum(primitive("sqrt", variance), eps!));
      const nextB = moving ? sum(product(momentum!, rest.at(-1)!), scaled) : scaled;
      return {
        p: difference(p!, product(lr!, nextB)),
        s: nextS,
        ...(nextA && { a: nextA }),
        ...(moving && { b: nextB }),
      };
    },
  );
}
