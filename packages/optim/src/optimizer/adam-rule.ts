/** What Adam and AdamW share: all but what weight decay means. */
import { expression, type Tensor } from "@wengert/autograd";
import { defineRule, type OptimizerRule } from "./define-rule.js";
import { average, correctedRate, correctedScale, counted, shares } from "./moments.js";
import type { Descent } from "./rule.js";

const { difference, primitive, product, quotient, sum } = expression;
type Expression = expression.Expression;

/** The options of both. */
interface Options {
  readonly lr?: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly weightDecay?: number;
  readonly amsgrad?: boolean;
  readonly maximize?: boolean;
}

export type AdamState = Readonly<Record<"step" | "expAvg" | "expAvgSq", Tensor>> & {
  readonly maxExpAvgSq?: Tensor;
};

type Extra = keyof ReturnType<typeof shares> | "kept" | "rate" | "scale";

/** What is Adam's own, or AdamW's. */
interface Kind {
  readonly name: string;
  /** λ by default. */
  readonly weightDecay: number;
  /** What becomes of a parameter and its gradient by weight decay, `kept` being 1 − η λ. */
  readonly decayed: (x: Descent & { readonly kept: Expression }) => Pick<Descent, "p" | "g">;
}

/** The rule of Adam with a weight decay to be said. */
export function adamRule({ name, weightDecay, decayed }: Kind): OptimizerRule<Options, AdamState> {
  return defineRule<Options, AdamState, Extra>({
    name,
    defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay, amsgrad: false, maximize: false },
    state: ({ amsgrad }) => ({
      step: { one: 0 },
      expAvg: 0,
      expAvgSq: 0,
      ...(amsgrad && { maxExpAvgSq: 0 }),
    }),
    numbers: (options) => ({ ...shares(options), kept: 1 - options.lr * options.weightDecay }),
    rates: { step: counted, rate: correctedRate, scale: correctedScale },
    update: (x) => {
      const { p, g } = decayed(x);
      const m = average(x.expAvg, g, x.new1);
      const v = average(x.expAvgSq, product(g, g), x.new2);
      const most = x.maxExpAvgSq && primitive("max", x.maxExpAvgSq, v);
      const root = product(primitive("sqrt", most ?? v), x.scale);
      const change = quotient(product(x.rate, m), sum(root, x.eps));
      return { p: difference(p, change), expAvg: m, expAvgSq: v, ...(most && { maxExpAvgSq: most }) };
    },
  });
}
