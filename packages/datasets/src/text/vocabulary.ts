/** Text to numbers and back. */
import { ArgumentError, FormatError } from "@wengert/autograd";

/** What one token is: a character (a Unicode code point), or a word, a run of white space or a sign. */
export type TokenLevel = "character" | "word";

export interface VocabularyOptions {
  /** "character" by default. */
  readonly level?: TokenLevel;
  /** Tokens that occur fewer times are left out; 1 by default. */
  readonly minCount?: number;
  /** Stands for all tokens that are left out or were never seen. By default there is none, and they are errors. */
  readonly unknown?: string;
}

/** A vocabulary as plain data. */
export interface VocabularyJSON {
  readonly level: TokenLevel;
  readonly tokens: readonly string[];
  readonly unknown?: string;
}

// All that is not a word or white space counts sign by sign; together they leave out nothing.
const words = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;

function tokensOf(text: string, level: TokenLevel): readonly string[] {
  return level === "character" ? Array.from(text) : (text.match(words) ?? []);
}

/** The tokens of a text and their numbers, 0 to size − 1. */
export class Vocabulary {
  readonly level: TokenLevel;
  /** By number. */
  readonly tokens: readonly string[];
  /** The token that stands for all others, where there is one. */
  readonly unknown: string | undefined;
  private readonly ids: ReadonlyMap<string, number>;

  /** @throws ArgumentError if tokens repeat, or the unknown one is not among them */
  constructor({ level, tokens, unknown }: VocabularyJSON) {
    this.level = level;
    this.tokens = [...tokens];
    this.unknown = unknown;
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    if (this.ids.size !== tokens.length)
      throw new ArgumentError("Vocabulary: a token stands twice in the list; each must stand once");
    if (unknown !== undefined && !this.ids.has(unknown))
      throw new ArgumentError(
        `Vocabulary: ${JSON.stringify(unknown)} is to stand for unknown tokens, but is not among the tokens`,
      );
  }

  /**
   * The tokens of `text`: first the one for unknowns, if any, then the others by falling count.
   *
   * @throws ArgumentError if `minCount` leaves tokens out and none stands for them
   */
  static fromText(
    text: string,
    { level = "character", minCount = 1, unknown }: VocabularyOptions = {},
  ): Vocabulary {
    if (minCount > 1 && unknown === undefined)
      throw new ArgumentError(
        `Vocabulary: with minCount ${minCount} tokens are left out; give \`unknown\`, the token that stands for them, such as "\\uFFFD"`,
      );
    const counts = new Map<string, number>();
    for (const token of tokensOf(text, level)) counts.set(token, (counts.get(token) ?? 0) + 1);
    if (unknown !== undefined) counts.delete(unknown);
    const kept = [...counts].filter(([, count]) => count >= minCount);
    kept.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const tokens = kept.map(([token]) => token);
    return new Vocabulary(
      unknown === undefined ? { level, tokens } : { level, tokens: [unknown, ...tokens], unknown },
    );
  }

  /** The number of tokens. */
  get size(): number {
    return this.tokens.length;
  }

  /**
   * The numbers of the tokens of `text`.
   *
   * @throws ArgumentError for a token that is not in the vocabulary, if none stands for unknown ones
   */
  encode(text: string): Int32Array {
    const unknownId = this.unknown === undefined ? undefined : this.ids.get(this.unknown);
    const tokens = tokensOf(text, this.level);
    const made = new Int32Array(tokens.length);
    for (const [i, token] of tokens.entries()) {
      const id = this.ids.get(token) ?? unknownId;
      if (id === undefined)
        throw new ArgumentError(
          `Vocabulary: the ${this.level} ${JSON.stringify(token)} is not among the ${this.size} known; build the vocabulary with \`unknown\` to let a token stand for such`,
        );
      made[i] = id;
    }
    return made;
  }

  /**
   * The text of `ids`.
   *
   * @throws ArgumentError for a number that no token has
   */
  decode(ids: Iterable<number>): string {
    let text = "";
    for (const id of ids) {
      const token = this.tokens[id];
      if (token === undefined)
        throw new ArgumentError(
          `Vocabulary: there is no token ${id}; the numbers go from 0 to ${this.size - 1}`,
        );
      text += token;
    }
    return text;
  }

  /** For `JSON.stringify`; {@link fromJSON} makes the same vocabulary of it. */
  toJSON(): VocabularyJSON {
    const { level, tokens, unknown } = this;
    return unknown === undefined ? { level, tokens } : { level, tokens, unknown };
  }

  /** @throws FormatError if `json` is no vocabulary */
  static fromJSON(json: unknown): Vocabulary {
    const { level, tokens, unknown } = (json ?? {}) as Record<string, unknown>;
    const isText = (value: unknown): value is string => typeof value === "string";
    if (level !== "character" && level !== "word")
      throw new FormatError(
        `Vocabulary: the level is ${JSON.stringify(level)}; it must be "character" or "word"`,
      );
    if (!Array.isArray(tokens) || !tokens.every((token) => isText(token)))
      throw new FormatError("Vocabulary: `tokens` must be a list of strings");
    if (unknown !== undefined && !isText(unknown))
      throw new FormatError("Vocabulary: `unknown` must be a string");
    return new Vocabulary(unknown === undefined ? { level, tokens } : { level, tokens, unknown });
  }
}
