/** The task, temporal order: which of X and Y came first, and which second, long before the end? And who is to learn it. */
import {
  argmax,
  type Generator,
  mean,
  narrow,
  noGrad,
  notEqual,
  randn,
  select,
  spectralRadius,
  type Tensor,
  to,
  zeros,
} from "@wengert/autograd";
import { collate, temporalOrder, temporalOrderSymbols } from "@wengert/datasets";
import { init, Linear, Module, RNN } from "@wengert/nn";

/** x: [N, T, 8]   y: [N] */
export interface Cases {
  readonly x: Tensor;
  readonly y: Tensor;
}

function made(length: number, count: number, generator: Generator): Cases {
  const data = temporalOrder({ length, count, generator });
  const [x, y] = collate(Array.from({ length: count }, (_, i) => data.get(i)));
  return { x, y };
}

/** Sequences of `length` steps: those that are learned from, again and again in the same order, and those never seen. */
export class Task {
  readonly test: Cases;
  private readonly train: Cases;
  private next = 0;

  constructor(length: number, sequences: number, generator: Generator) {
    this.train = made(length, sequences, generator);
    this.test = made(length, 1000, generator);
  }

  /** The next `count` sequences, none of them twice. */
  draw(count: number): Cases {
    if (this.next + count > this.train.y.size) this.next = 0;
    const part = firstOf({ x: rest(this.train.x, this.next), y: rest(this.train.y, this.next) }, count);
    this.next += count;
    return part;
  }
}

const rest = (x: Tensor, from: number): Tensor => narrow(x, 0, from, x.shape[0]! - from);

/** The first `count` of cases. */
export function firstOf({ x, y }: Cases, count: number): Cases {
  return { x: narrow(x, 0, 0, count), y: narrow(y, 0, 0, count) };
}

/** Where the weights start: as PyTorch's, or as an echo state network that keeps what it has seen. */
export type Start = "uniform" | "echo";

/** A plain recurrent network of tanh units, of which the last state is read. */
export class Net extends Module {
  readonly rnn: RNN;
  readonly head: Linear;

  constructor(hidden: number, start: Start, generator: Generator) {
    super();
    const symbols = temporalOrderSymbols.length;
    this.rnn = new RNN(symbols, hidden, { batchFirst: true, generator });
    this.head = new Linear(hidden, 4, { generator });
    if (start === "echo") echo(this.rnn, hidden, generator);
  }

  /** x: [N, T, 8]   logits: [N, 4]   states: [N, T, H] */
  forward(x: Tensor): { readonly logits: Tensor; readonly states: Tensor } {
    const [states] = this.rnn.forward(x);
    return { logits: this.head.forward(select(states, -1, { axis: 1 })), states };
  }

  /** The part of cases that are answered wrongly. */
  error({ x, y }: Cases): number {
    return noGrad(() => mean(to(notEqual(argmax(this.forward(x).logits, { axis: 1 }), y), "float32")).item());
  }
}

/**
 * Fifteen random weights into each unit, of a spectral radius of 1.1, small weights from the input, no bias. Sutskever et al.
 * 2013, "On the importance of initialization and momentum in deep learning", section 4.
 */
function echo({ cells: [cell] }: RNN, hidden: number, generator: Generator): void {
  const into = Math.min(15, hidden);
  noGrad(() => {
    // Of `sparse` the columns have so many zeros; those of the transpose are the rows, a unit each.
    const weights = init.sparse([hidden, hidden], { sparsity: 1 - into / hidden, std: 1, generator });
    const parameters = new Map(cell!.namedParameters());
    const set = (name: string, value: Tensor): void => parameters.get(name)!.assign(value);
    set("weightHh", weights.transpose().mul(1.1 / spectralRadius(weights).item()));
    set("weightIh", randn([hidden, temporalOrderSymbols.length], { generator }).mul(0.3));
    for (const bias of ["biasIh", "biasHh"]) set(bias, zeros([hidden]));
  });
}
