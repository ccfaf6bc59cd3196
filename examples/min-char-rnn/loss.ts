/** The network of min-char-rnn. */
import { oneHot, type Tensor, tensor } from "@wengert/autograd";

export type Weights = Readonly<Record<"Wxh" | "Whh" | "Why" | "bh" | "by", Tensor>>;

/** One step: the next hidden state, and the unnormalised log probabilities of the next character. */
export function step({ Wxh, Whh, Why, bh, by }: Weights, input: number, h: Tensor): [h: Tensor, y: Tensor] {
  const x = oneHot(tensor(input, { dtype: "int32" }), by.size, { dtype: by.dtype });
  const next = Wxh.matmul(x).add(Whh.matmul(h)).add(bh).tanh();
  return [next, Why.matmul(next).add(by)];
}

/** The cross entropy of a sequence in nats, summed, and the last hidden state. */
export function lossOf(weights: Weights, inputs: number[], targets: number[], h: Tensor): [Tensor, Tensor] {
  let loss = tensor(0, { dtype: h.dtype });
  for (const [t, input] of inputs.entries()) {
    const [next, y] = step(weights, input, h);
    loss = loss.sub(y.logSoftmax().select(targets[t]!));
    h = next;
  }
  return [loss, h];
}
