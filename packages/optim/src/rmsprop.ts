/** RMSprop. */
import { expression, type Tensor } from "@wengert/autograd";
import { notBelowOne } from "./optimizer/checks.js";
import { average } from "./optimizer/moments.js";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

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

type State = { readonly squareAvg: Tensor; readonly gradAvg?: Tensor; readonly momentumBuffer?: Tensor };

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
export class RMSprop extends Optimizer<RMSpropOptions, State> {
  constructor(params: OptimizerInput<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(params, options, rmsprop);
  }
}

const rmsprop = defineRule<RMSpropOptions, State, "fresh">({
  name: "RMSprop",
  defaults: {
    lr: 0.01,
    alpha: 0.99,
    eps: 1e-8,
    weightDecay: 0,
    momentum: 0,
    centered: false,
    maximize: false,
  },
  objection: ({ alpha }) => notBelowOne({ alpha }),
  state: ({ centered, momentum }) => ({
    squareAvg: 0,
    ...(centered && { gradAvg: 0 }),
    ...(momentum !== 0 && { momentumBuffer: 0 }),
  }),
  numbers: ({ alpha }) => ({ fresh: 1 - alpha }),
  update: ({ p, g, squareAvg, gradAvg, momentumBuffer: b, lr, fresh, eps, momentum }) => {
    const square = average(squareAvg, product(g, g), fresh);
    const mean = gradAvg && average(gradAvg, g, fresh);
    const variance = mean ? difference(square, product(mean, mean)) : square;
    const scaled = quotient(g, sum(primitive("sqrt", variance), eps));
    const change = b ? sum(product(momentum, b), scaled) : scaled;
    return {
      p: difference(p, product(lr, change)),
      squareAvg: square,
      ...(mean && { gradAvg: mean }),
      ...(b && { momentumBuffer: change }),
    };
  },
});
