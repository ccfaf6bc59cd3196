/** How gradients flow through a model: where they vanish, explode, or meet units that do nothing. */
import { ArgumentError, gradients, type Shape, Tape, type Tensor } from "@wengert/autograd";
import { HardTanh, ReLU6 } from "../activations.js";
import { isParameter, partsOf } from "../module/walk.js";
import type { Module, Parameter } from "../module.js";
import { byUnit, correlationOf, meanAndDeviation, type Numbers, norm, partOf } from "./numbers.js";
import type { GradientFlow, SignalFlow, StepFlow, WeightFlow } from "./report.js";
import { type Seen, type SeenSteps, watch } from "./watch.js";

export interface GradientFlowOptions {
  /**
   * Makes a step with the gradients, which lie in `.grad` when it is called: `() => optimizer.step()`. Then it is known by how
   * much weights change, and the whole is a step of training. Without it no parameter and no `.grad` is changed.
   */
  readonly update?: () => void;
  /** Which axis of a value counts its units. By default 1 of four axes or more, [N, C, ...], and the last of fewer. */
  readonly unitAxis?: (path: string, shape: Shape) => number;
  /** Saturated is what lies as near to a bound, as a part of the range between both; 0.01 by default. */
  readonly margin?: number;
}

/**
 * Runs a model once, forward and back, and tells the norms of gradients by parameter, layer, value and time step, how much an
 * update changes, which units are dead or saturated, and how alike feature maps are.
 *
 * Gradients vanish or explode by the powers of the Jacobian of a step: Hochreiter 1991; Bengio et al. 1994, "Learning
 * long-term dependencies with gradient descent is difficult"; Pascanu et al. 2013. Of layers: Glorot & Bengio 2010,
 * "Understanding the difficulty of training deep feedforward neural networks".
 *
 * ```ts
 * const flow = gradientFlow(model, () => crossEntropy(model.forward(x), y), { update: () => optimizer.step() });
 * console.table(flow.layers);
 * ```
 *
 * Known as bounded are what `sigmoid`, `tanh`, `softsign` and `hardSigmoid` give, and the modules `HardTanh` and `ReLU6`; the gates
 * inside an LSTM or GRU are computed within one op, and not seen. Nor are gradients in the middle of a `checkpoint`: they are
 * null.
 *
 * @param lossOf computes the loss with `model`; it is called once
 * @throws ArgumentError if the loss has several elements; GradientError if it requires no gradient
 */
export function gradientFlow(
  model: Module,
  lossOf: () => Tensor,
  { update, unitAxis = defaultUnitAxis, margin = 0.01 }: GradientFlowOptions = {},
): GradientFlow {
  const { result: loss, seen, steps } = watch(model, lossOf);
  if (loss.size !== 1)
    throw new ArgumentError(`gradientFlow: the loss is [${loss.shape.join(", ")}]; it must have one element`);
  const values = [...seen.map(({ tensor }) => tensor), ...steps.flatMap(({ states }) => states)];
  const ops = opsOf(values);
  const parameters = [...model.namedParameters()];
  const gradientOf = gradientsOf(loss, [...values, ...parameters.map(([, parameter]) => parameter)]);
  const before = new Map(parameters.map(([, parameter]) => [parameter, parameter.toTypedArray()]));
  if (update !== undefined) {
    for (const [, parameter] of parameters) parameter.grad = gradientOf.get(parameter) ?? null;
    update();
  }

  const flowOf = (owned: readonly Parameter[]): WeightFlow => {
    const weights = owned.map((parameter) => before.get(parameter) as Numbers);
    const weightNorm = norm(weights);
    const changes = (): Float64Array[] =>
      owned.map((parameter, i) => difference(parameter.toTypedArray(), weights[i] as Numbers));
    return {
      weightNorm,
      gradientNorm: gradientNormOf(owned, gradientOf),
      updateRatio: update === undefined ? null : norm(changes()) / weightNorm,
    };
  };
  const saturationOf = (value: Tensor, bounds = boundsByOp.get(ops.get(value) ?? "")): number | null => {
    if (bounds === undefined || value.size === 0) return null;
    const [low, high] = bounds;
    const near = margin * (high - low);
    return partOf(value.toTypedArray(), (each) => each <= low + near || each >= high - near);
  };

  return {
    loss: loss.item(),
    parameters: parameters.map(([name, parameter]) => ({ name, ...flowOf([parameter]) })),
    layers: layersOf(model).map(([path, kind, owned]) => ({ path, kind, ...flowOf(owned) })),
    signals: seen.map((each) => signalOf(each)),
    steps: steps.map((each) => stepOf(each)),
  };

  function signalOf({ module, tensor, ...rest }: Seen): SignalFlow {
    const { shape } = tensor;
    const numbers = tensor.toTypedArray();
    const units = shape.length === 0 ? [] : byUnit(numbers, shape, unitAxis(rest.path, shape));
    return {
      ...rest,
      op: ops.get(tensor) ?? null,
      shape: [...shape],
      ...meanAndDeviation(numbers),
      gradientNorm: gradientNormOf([tensor], gradientOf),
      units: units.length,
      deadUnits: units.flatMap((unit, i) => (unit.length > 0 && unit.every((each) => each === 0) ? [i] : [])),
      saturation: saturationOf(tensor, rest.place === "output" ? boundsOfModule(module) : undefined),
      correlation: correlationOf(units),
    };
  }

  function stepOf({ path, part, states }: SeenSteps): StepFlow {
    return {
      path,
      part,
      norms: states.map((state) => norm([state.toTypedArray()])),
      gradientNorms: states.map((state) => gradientNormOf([state], gradientOf)),
      saturation: states.map((state) => saturationOf(state)),
    };
  }
}

function defaultUnitAxis(_: string, shape: Shape): number {
  return shape.length >= 4 ? 1 : shape.length - 1;
}

type Bounds = readonly [low: number, high: number];

const boundsByOp: ReadonlyMap<string, Bounds> = new Map([
  ["sigmoid", [0, 1]],
  ["hardSigmoid", [0, 1]],
  ["tanh", [-1, 1]],
  ["softsign", [-1, 1]],
]);

/** Of ops whose bounds are arguments, which the tape does not tell. */
function boundsOfModule(module: Module): Bounds | undefined {
  if (module instanceof ReLU6) return [0, 6];
  if (module instanceof HardTanh) return [module.options.min ?? -1, module.options.max ?? 1];
  return undefined;
}

/** The name of the op that computed each value, for those that require a gradient. */
function opsOf(values: readonly Tensor[]): Map<Tensor, string> {
  const computed = values.filter(({ requiresGrad, isLeaf }) => requiresGrad && !isLeaf);
  const names = new Map<Tensor, string>();
  if (computed.length === 0) return names;
  const { rows, results } = Tape.of(computed);
  const opOf = new Map(rows.flatMap(({ op, outputs }) => outputs.map(({ name }) => [name, op] as const)));
  computed.forEach((value, i) => {
    const op = opOf.get(results[i] as string);
    if (op !== undefined) names.set(value, op);
  });
  return names;
}

function gradientsOf(loss: Tensor, values: readonly Tensor[]): Map<Tensor, Tensor> {
  const wanted = [...new Set(values)].filter(({ requiresGrad }) => requiresGrad);
  const found = gradients(loss, wanted);
  const all = new Map<Tensor, Tensor>();
  wanted.forEach((value, i) => {
    const gradient = found[i];
    if (gradient) all.set(value, gradient);
  });
  return all;
}

function gradientNormOf(of: readonly Tensor[], gradientOf: ReadonlyMap<Tensor, Tensor>): number | null {
  const found = of.flatMap((each) => gradientOf.get(each) ?? []);
  return found.length === 0 ? null : norm(found.map((gradient) => gradient.toTypedArray()));
}

/** Modules that have parameters in their own fields; what is shared belongs to the first. */
function layersOf(model: Module): [path: string, kind: string, owned: Parameter[]][] {
  const taken = new Set<Parameter>();
  const layers: [string, string, Parameter[]][] = [];
  for (const [path, module] of model.namedModules()) {
    const owned: Parameter[] = [];
    for (const [, part] of partsOf<Module>(module))
      if (isParameter(part) && !taken.has(part)) {
        taken.add(part);
        owned.push(part);
      }
    if (owned.length > 0) layers.push([path, module.constructor.name, owned]);
  }
  return layers;
}

function difference(after: Numbers, before: Numbers): Float64Array {
  const change = new Float64Array(after.length);
  for (let i = 0; i < change.length; i++) change[i] = (after[i] as number) - (before[i] as number);
  return change;
}
