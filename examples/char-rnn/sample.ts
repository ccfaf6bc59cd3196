/** Writing: character after character, each drawn from what the network thinks of the text so far. */
import { type Generator, noGrad, rand, type Tensor, tensor } from "@wengert/autograd";
import type { Vocabulary } from "@wengert/datasets";
import type { CharModel } from "./model.js";

export interface SampleOptions {
  readonly prompt: string;
  /** In characters. */
  readonly length: number;
  /** Divides the logits: below 1 the likely becomes likelier; 0 always takes the likeliest. */
  readonly temperature: number;
  readonly generator: Generator;
}

/** A text that begins with `prompt`. */
export function sample(model: CharModel, vocabulary: Vocabulary, options: SampleOptions): string {
  const { prompt, length, temperature, generator } = options;
  // The unknown character stands first, and is nothing that could be written.
  const known = vocabulary.unknown === undefined ? 0 : 1;

  /** By the Gumbel-max trick: the largest of logits with Gumbel noise added falls on each with its softmax. */
  function draw(logits: Tensor): number {
    const choices = logits.narrow(0, known, vocabulary.size - known);
    if (temperature === 0) return known + choices.argmax().item();
    const noise = rand(choices.shape, { generator }).log().neg().log().neg();
    return known + choices.div(temperature).add(noise).argmax().item();
  }

  model.eval();
  const written: number[] = [];
  noGrad(() => {
    let [logits, state] = model.forward(tensor(vocabulary.encode(prompt)).unsqueeze(0));
    for (;;) {
      const id = draw(logits.select(0).select(-1));
      written.push(id);
      if (written.length === length) return;
      [logits, state] = model.forward(tensor(Int32Array.of(id)).unsqueeze(0), state);
    }
  });
  return prompt + vocabulary.decode(written);
}
