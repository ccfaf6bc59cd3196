/**
 * Recording. `apply` runs an op and reports it to two listeners: the gradient graph, where an input requires a
 * gradient, and the trace, where one is being taken. Names no op.
 */
import { cast, type DType, isFloat } from "./dtype.js";
import { ArgumentError } from "./errors.js";
import { Node, type Op, type Saved, Slot, type Spec, Tensor } from "./graph.js";
import { allocateView, type Storage, type View } from "./storage.js";

let recording = true;

/** Whether ops are being recorded for gradients. */
export function isRecording(): boolean {
  return recording;
}

function withRecording<T>(name: string, on: boolean, body: () => T): T {
  const before = recording;
  recording = on;
  try {
    return refusePromise(name, body());
  } finally {
    recording = before;
  }
}

/** Throws if `result` is a promise: what `name` does ends when its function returns. */
export function refusePromise<T>(name: string, result: T): T {
  if (result instanceof Promise)
    throw new ArgumentError(
      `${name}: the function returned a promise, but its effect ends when it returns; make it synchronous`,
    );
  return result;
}

/**
 * Runs `body` without recording: its results require no gradient.
 *
 * @throws ArgumentError if `body` returns a promise
 */
export function noGrad<T>(body: () => T): T {
  return withRecording("noGrad", false, body);
}

/** Runs `body` with recording on, inside `noGrad`. */
export function enableGrad<T>(body: () => T): T {
  return withRecording("enableGrad", true, body);
}

/** What a trace is told of. Values are known by their views. */
export interface TraceListener {
  op(op: Op<never>, inputs: readonly View[], outputs: readonly View[], options: unknown): void;
  assign(target: View, value: View): void;
  /** A value that a generator drew. */
  draw(generator: object, count: number, state: View): void;
  /** A step at which a value left the tape. */
  barrier(name: string, source: View): void;
}

let listener: TraceListener | null = null;

/** The trace being taken, if any. */
export function traceListener(): TraceListener | null {
  return listener;
}

/** Runs `body` with `to` told of every op, assignment and draw. */
export function listen<T>(to: TraceListener, body: () => T): T {
  const before = listener;
  listener = to;
  try {
    return refusePromise("trace", body());
  } finally {
    listener = before;
  }
}

/** What forward mode is told of. */
export interface ForwardListener {
  op(op: Op<never>, inputs: readonly Tensor[], outputs: readonly Tensor[], options: unknown): void;
  /** Values change: throws if a tangent goes with them. */
  overwrite(name: string, target: View): void;
}

let forwardListener: ForwardListener | null = null;

/** The innermost computation that carries tangents forward, if any. */
export function carrying(): ForwardListener | null {
  return forwardListener;
}

/** Runs `body` on behalf of `name` with `to` told of every op; with null, without tangents. */
export function carry<T>(name: string, to: ForwardListener | null, body: () => T): T {
  const before = forwardListener;
  forwardListener = to;
  try {
    return refusePromise(name, body());
  } finally {
    forwardListener = before;
  }
}

/** What looks at every number: told of each op's results, and of what each derivative rule made. */
export interface Watcher {
  /** A node was recorded. */
  record(node: Node): void;
  op(op: Op<never>, inputs: readonly Tensor[], outputs: readonly Tensor[]): void;
  /** `made` is the cotangent of input `index` of `node`. */
  cotangent(node: Node, index: number, made: Tensor, gs: readonly Tensor[]): void;
  /** A hook was shown `seen` and returned `made`. */
  hook(node: Node | null, seen: Tensor, made: Tensor): void;
  /** Runs a reverse sweep, of whose ops the watcher hears through their cotangents alone. */
  sweep(run: () => void): void;
}

let watcher: Watcher | null = null;

/** The watcher of what is being computed, if any. */
export function watching(): Watcher | null {
  return watcher;
}

/** Runs `body` with `by` told of every op; with null, unwatched. */
export function watch<T>(by: Watcher | null, body: () => T): T {
  const before = watcher;
  watcher = by;
  try {
    return refusePromise("detectAnomaly", body());
  } finally {
    watcher = before;
  }
}

/** Told of numbers that an op has made in a block: it decides how long they are kept, and they are saved when it says so. */
export interface Keeper {
  made(numbers: Storage): void;
  /** Others may have got hold of anything that was made so far. */
  handOutAll(): void;
}

let keeper: Keeper | null = null;

/** Makes `by` the keeper from now on; returns the one before it, who is to be put back. */
export function keepBy(by: Keeper | null): Keeper | null {
  const before = keeper;
  keeper = by;
  return before;
}

/** Who keeps what ops make, if anybody. */
export function kept(): Keeper | null {
  return keeper;
}

/** Whether anybody is told of ops, and may keep what they make. */
export function observed(): boolean {
  return listener !== null || forwardListener !== null || watcher !== null;
}

/** Runs `op` and returns its only output. */
export function apply<Options>(op: Op<Options>, inputs: readonly Tensor[], options: Options): Tensor {
  return applyMany(op, inputs, options)[0];
}

/**
 * Runs `op` and returns its outputs.
 *
 * @param first where the first of them is to lie, if that is decided already
 */
export function applyMany<Options>(
  op: Op<Options>,
  inputs: readonly Tensor[],
  options: Options,
  first: View | null = null,
): Tensor[] {
  const views = compute(op, inputs, options, first);
  const outputs = new Array<Tensor>(views.length);
  for (let i = 0; i < outputs.length; i++) outputs[i] = new Tensor(views[i], null);
  if (recording) record(op as Op<never>, inputs, outputs, options);
  if (listener !== null)
    listener.op(
      op as Op<never>,
      inputs.map((x) => x.view),
      views,
      options,
    );
  if (forwardListener !== null) forwardListener.op(op as Op<never>, inputs, outputs, options);
  if (watcher !== null) watcher.op(op as Op<never>, inputs, outputs);
  return outputs;
}

/** The error for an operand that is no tensor, as JavaScript lets pass. */
export function notATensor(op: Op<never>, index: number, operand: unknown): ArgumentError {
  const { name, inputs, variadic } = op;
  const input = variadic ? `${inputs[0]}[${index}]` : inputs[index];
  const [what, advice] = Array.isArray(operand)
    ? ["a list", "make a tensor of it with tensor([…])"]
    : operand instanceof Promise
      ? ["a promise", "await it first"]
      : [operand === null ? "null" : typeof operand, "give a tensor"];
  return new ArgumentError(`${name}: ${input} is ${what}; ${advice}`);
}

function compute<Options>(
  op: Op<Options>,
  inputs: readonly Tensor[],
  options: Options,
  first: View | null,
): readonly View[] {
  try {
    return computed(op, inputs, options, first);
  } catch (error) {
    // Looked at only now, because every op of a program comes by here.
    const wrong = inputs.findIndex((x) => !(x instanceof Tensor));
    throw wrong < 0 ? error : notATensor(op as Op<never>, wrong, inputs[wrong]);
  }
}

function computed<Options>(
  op: Op<Options>,
  inputs: readonly Tensor[],
  options: Options,
  first: View | null,
): readonly View[] {
  if (op.view !== undefined) return op.view(inputs[0].view, options);
  const specs = op.infer(inputs, options);
  const views = new Array<View>(specs.length);
  for (let i = 0; i < views.length; i++)
    views[i] =
      i === 0 && first !== null ? first : allocateView(specs[i].dtype, specs[i].shape, keeper !== null);
  op.kernel(viewsOf(inputs), views, options);
  for (let i = 0; i < views.length; i++) {
    const { data } = views[i];
    if (!data.ahead) continue;
    if (keeper === null) data.bringBack();
    else keeper.made(data);
  }
  return views;
}

// From here to `save` is most of what a small op costs: plain loops, and nothing made that is not kept.
function viewsOf(tensors: readonly Tensor[]): View[] {
  const views = new Array<View>(tensors.length);
  for (let i = 0; i < views.length; i++) views[i] = tensors[i].view;
  return views;
}

const noSpecs: readonly Spec[] = [];

function record(
  op: Op<never>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  options: unknown,
): void {
  const { length } = inputs;
  let needed = false;
  for (let i = 0; i < length; i++) needed ||= inputs[i].slot !== null;
  if (!needed) return;
  const slots = new Array<Slot | null>(length);
  const { rules } = op;
  needed = false;
  for (let i = 0; i < length; i++) {
    const slot = rules[op.variadic ? 0 : i] === null ? null : inputs[i].slot;
    slots[i] = slot;
    needed ||= slot !== null;
  }
  if (!needed) return;
  let floats = false;
  for (let i = 0; i < outputs.length; i++) floats ||= isFloat(outputs[i].dtype);
  if (!floats) return;
  const specs = op.readsSpecs ? inputs.map(({ shape, dtype }) => ({ shape, dtype })) : noSpecs;
  const made = new Array<Slot>(outputs.length);
  const node = new Node(op as unknown as Op, options, slots, made, specs);
  for (let i = 0; i < made.length; i++) {
    const out = outputs[i];
    const slot = new Slot(node, i, out.shape, out.dtype);
    made[i] = slot;
    if (isFloat(out.dtype)) out.slot = slot;
  }
  node.saved = save(op, inputs, outputs, slots);
  watcher?.record(node);
}

const nothingSaved: readonly (Saved | undefined)[] = [];

function save(
  { saves, variadic }: Op<never>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  slots: readonly (Slot | null)[],
): readonly (Saved | undefined)[] {
  const { length } = saves;
  if (length === 0) return nothingSaved;
  const saved = new Array<Saved | undefined>(length);
  for (let i = 0; i < length; i++) {
    const { index, isOutput, readers } = saves[i];
    let read = variadic;
    for (let k = 0; k < readers.length; k++) read ||= slots[readers[k]] !== null;
    if (!read) continue;
    const { view, slot } = isOutput ? outputs[index] : inputs[index];
    view.data.hold();
    saved[i] = { view, slot, version: view.data.version };
  }
  return saved;
}

/**
 * `outputs`, computed already, recorded as what `op` made of the values at `slots`, whatever made them.
 *
 * @param saved in the order of the op's `saves`
 */
export function recordAs(
  op: Op,
  slots: readonly (Slot | null)[],
  outputs: readonly Tensor[],
  { options, specs = noSpecs, saved = nothingSaved }: RecordParts = {},
): Tensor[] {
  const made = new Array<Slot>(outputs.length);
  const node = new Node(op, options, slots, made, specs);
  node.saved = saved;
  outputs.forEach(({ shape, dtype }, i) => (made[i] = new Slot(node, i, shape, dtype)));
  watcher?.record(node);
  return outputs.map(({ view, dtype }, i) => new Tensor(view, isFloat(dtype) ? made[i] : null));
}

interface RecordParts {
  readonly options?: unknown;
  readonly specs?: readonly Spec[];
  readonly saved?: readonly (Saved | undefined)[];
}

/** A 0-d tensor of `value`. */
export function scalar(value: number, dtype: DType): Tensor {
  const made = allocateView(dtype, []);
  made.data.set(made.offset, cast(value, dtype));
  return new Tensor(made);
}
