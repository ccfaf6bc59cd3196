/** The ops of a rule, and the step that they make. */
import {
  ArgumentError,
  apply,
  applyInto,
  type ElementwiseOp,
  type ElementwiseOptions,
  elementwise,
  expression,
  type FloatDType,
  type Tensor,
} from "@wengert/autograd";
import type { State } from "./load.js";
import { sumOver } from "./pieces.js";
import type { AnyRule, Chosen, Descent, Readings } from "./rule.js";

type Expression = expression.Expression;
type Named<T> = readonly (readonly [name: string, T])[];

/** The step of a rule, by options that choose among its ops. */
export class Update<Options extends object, S extends State> {
  /** What of the state it needs. */
  readonly parts: readonly string[];
  private readonly op: ElementwiseOp;
  private readonly sums: Named<ElementwiseOp>;
  private readonly rates: Named<Readonly<Record<FloatDType, ElementwiseOp>>>;

  /** @throws ArgumentError if a name stands for two things */
  constructor(rule: AnyRule<Options, S>, options: Required<Options>, on: Chosen<Options>) {
    type X = Readings<Options, S, string>;
    const { name, sums = {}, rates = {}, update } = rule;
    this.parts = Object.keys(rule.state(options));
    const numbers = Object.keys(rule.numbers?.(options) ?? {});
    const made = Object.keys({ ...sums, ...rates }).filter((each) => !this.parts.includes(each));
    const names = ["p", "grad", ...this.parts, ...Object.keys(options), ...numbers, ...made];
    const twice = names.find((each, i) => names.indexOf(each) !== i);
    if (twice !== undefined)
      throw new ArgumentError(`${name}: its rule has two things of the name ${twice}; give them other names`);
    this.sums = Object.entries(sums as Record<string, (x: X & Descent) => Expression>).map(
      ([each, build]) => [
        each,
        opOver(`${name}.${each}`, names, (x: X) => ({ [each]: build(withDescent(x, on)) })),
      ],
    );
    this.rates = Object.entries(rates as Record<string, (x: X) => Expression>).map(([each, build]) => {
      const rate = (outputDtype: FloatDType): ElementwiseOp =>
        opOver(`${name}.${each}`, names, (x: X) => ({ [each]: build(x) }), { outputDtype });
      return [each, { float32: rate("float32"), float64: rate("float64") }];
    });
    this.op = opOver(name, names, (x: X) => update(withDescent(x, on), on));
  }

  /** Changes a parameter and its state in place. */
  run(param: Tensor, grad: Tensor, state: State, numbers: (dtype: FloatDType) => State): void {
    const dtype = param.dtype as FloatDType;
    const made: Record<string, Tensor> = {};
    const among = (given: State) => (name: string) =>
      name === "p" ? param : name === "grad" ? grad : (made[name] ?? state[name] ?? given[name]!);
    const value = among(numbers(dtype));
    for (const [name, op] of this.sums) made[name] = sumOver(op, op.inputs.map(value));
    if (this.rates.length > 0) {
      const wide = among(numbers("float64"));
      for (const [name, ops] of this.rates) {
        const op = ops[dtype];
        const kept = state[name];
        if (kept === undefined) made[name] = apply(op, op.inputs.map(wide), undefined);
        else applyInto(op, op.inputs.map(wide), [kept], undefined);
      }
    }
    applyInto(this.op, this.op.inputs.map(value), this.op.outputs.map(value), undefined);
  }
}

/** What an update reads, and the gradient in the forms that are descended. */
function withDescent<X>(x: X, on: Readonly<Record<string, boolean>>): X & Descent {
  const { p, grad, weightDecay } = x as Readonly<Record<"p" | "grad" | "weightDecay", Expression>>;
  const gradient = on["maximize"] ? expression.negative(grad) : grad;
  const g = on["weightDecay"] ? expression.sum(gradient, expression.product(weightDecay, p)) : gradient;
  return { ...x, p, gradient, g };
}

/** An op over those of `names` that its expressions read. */
function opOver<X>(
  name: string,
  names: readonly string[],
  build: (x: X) => object,
  options: ElementwiseOptions = {},
): ElementwiseOp {
  const inputs = names.map((each, i) => [each, expression.input(i)] as const);
  const made: Readonly<Record<string, Expression>> = { ...build(Object.fromEntries(inputs) as X) } as never;
  const read = expression.inputsOf(...Object.values(made));
  return elementwise(
    name,
    read.map((i) => names[i]!),
    (...own) => {
      const moved = expression.substitute(Object.values(made), (e) =>
        e.node === "input" ? own[read.indexOf(e.index)] : undefined,
      );
      return Object.fromEntries(Object.keys(made).map((each, k) => [each, moved[k]!]));
    },
    options,
  );
}
