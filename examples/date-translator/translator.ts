/** The network: from the characters of a written date to those of an ISO date. */
import { type Tensor, tensor } from "@wengert/autograd";
import { Vocabulary } from "@wengert/datasets";
import {
  AdditiveAttention,
  type Attention,
  BahdanauDecoder,
  beamSearch,
  ConcatAttention,
  crossEntropy,
  DotAttention,
  Embedding,
  EncoderDecoder,
  GeneralAttention,
  GRU,
  GRUCell,
  LuongDecoder,
  Module,
} from "@wengert/nn";
import { characters, type WrittenDate } from "./dates.js";
import type { Options } from "./options.js";

const source = Vocabulary.fromText(characters, { unknown: "\uFFFD" });
const [start, end] = ["^", "$"];
const target = Vocabulary.fromText(`${start}${end}0123456789-`);
const startId = target.encode(start)[0]!;
const endId = target.encode(end)[0]!;

/** A translation, and where the network looked at each of its characters. */
export interface Translation {
  readonly text: string;
  /** By character of the translation, and by character of what was read. */
  readonly alignment: readonly (readonly number[])[];
}

interface Batch {
  readonly x: Tensor;
  readonly lengths: readonly number[];
}

export class Translator extends Module {
  readonly network: EncoderDecoder<Tensor>;

  constructor({ attention, embedding, hidden }: Pick<Options, "attention" | "embedding" | "hidden">) {
    super();
    const encoder = new GRU(embedding, hidden / 2, { bidirectional: true, batchFirst: true });
    const scores: Record<Options["attention"], () => Attention> = {
      additive: () => new AdditiveAttention(hidden, hidden, hidden),
      dot: () => new DotAttention(hidden),
      general: () => new GeneralAttention(hidden, hidden),
      concat: () => new ConcatAttention(hidden, hidden, hidden),
    };
    const Decoder = attention === "additive" ? BahdanauDecoder : LuongDecoder;
    this.network = new EncoderDecoder(
      new Embedding(source.size, embedding),
      encoder,
      new Decoder(target.size, embedding, (size) => new GRUCell(size, hidden), scores[attention]()),
    );
  }

  /** The mean of −log P of the characters of the translations, which a teacher gives. */
  forward(dates: readonly WrittenDate[]): Tensor {
    const { x, lengths } = read(dates.map(({ written }) => written));
    const told = encoded(dates.map(({ iso }) => `${start}${iso}`));
    const wanted = encoded(dates.map(({ iso }) => `${iso}${end}`));
    const [logits] = this.network.forward(x, told, { lengths });
    return crossEntropy(logits.flatten(0, 1), wanted.flatten());
  }

  /** The best translations that beam search finds. */
  translate(texts: readonly string[], beams: number): readonly string[] {
    const { x, lengths } = read(texts);
    const found = beamSearch(
      this.network.step,
      texts.map(() => startId),
      this.network.encode(x, { lengths }),
      { end: endId, maxLength: 12, beams },
    );
    return found.map(([best]) => target.decode(best!.symbols));
  }

  /** The translation of one text, and how it is aligned with that. */
  align(text: string, beams: number): Translation {
    const [translation] = this.translate([text], beams);
    const { x } = read([text]);
    const [, weights] = this.network.forward(x, encoded([`${start}${translation!}`]));
    const alignment = weights.select(0).toArray() as number[][];
    return { text: translation!, alignment: alignment.slice(0, translation!.length) };
  }
}

/** Translations of one length as a batch. */
function encoded(texts: readonly string[]): Tensor {
  return tensor(
    texts.map((text) => [...target.encode(text)]),
    { dtype: "int32" },
  );
}

/** Texts as a batch, the shorter ones filled up with what is never looked at. */
function read(texts: readonly string[]): Batch {
  const all = texts.map((text) => source.encode(text));
  const lengths = all.map(({ length }) => length);
  const longest = Math.max(...lengths);
  const padded = all.map((ids) => [...ids, ...new Array<number>(longest - ids.length).fill(0)]);
  return { x: tensor(padded, { dtype: "int32" }), lengths };
}
