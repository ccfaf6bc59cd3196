/** Words and their numbers, where the words are known beforehand. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";

/** A list of words; before them 0 is padding, 1 the beginning of a text and 2 its end. */
export class Lexicon {
  static readonly padding = 0;
  static readonly begin = 1;
  static readonly end = 2;
  /** By number. */
  readonly words: readonly string[];
  private readonly ids: ReadonlyMap<string, number>;

  /** @param words in any order; one that stands twice counts once */
  constructor(words: Iterable<string>) {
    const sorted = [...new Set(words)].sort((a, b) => (a < b ? -1 : 1));
    this.words = ["<pad>", "<begin>", "<end>", ...sorted];
    this.ids = new Map(this.words.map((word, id) => [word, id]));
  }

  /** The number of numbers, those of padding, beginning and end among them. */
  get size(): number {
    return this.words.length;
  }

  /**
   * The numbers of the words of a text, which blanks part: [T] int32; with `ends` the beginning before and the end after.
   *
   * @throws ArgumentError for a word that is not in the list
   */
  encode(text: string, { ends = false }: { readonly ends?: boolean } = {}): Tensor {
    const ids = text.split(" ").map((word) => {
      const id = this.ids.get(word);
      if (id === undefined)
        throw new ArgumentError(`Lexicon: ${JSON.stringify(word)} is not among the ${this.size} words`);
      return id;
    });
    return tensor(Int32Array.from(ends ? [Lexicon.begin, ...ids, Lexicon.end] : ids));
  }

  /**
   * The text of numbers up to the first end; padding and beginning are left out.
   *
   * @throws ArgumentError for a number that no word has
   */
  decode(ids: Iterable<number>): string {
    const words: string[] = [];
    for (const id of ids) {
      if (id === Lexicon.end) break;
      if (id === Lexicon.padding || id === Lexicon.begin) continue;
      const word = this.words[id];
      if (word === undefined)
        throw new ArgumentError(`Lexicon: there is no word ${id}; they go from 0 to ${this.size - 1}`);
      words.push(word);
    }
    return words.join(" ");
  }
}
