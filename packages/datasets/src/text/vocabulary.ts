/** Text to numbers and back. */
import { ArgumentError, FormatError } from "@wengert/autograd";
import { isTokenLevel, type TokenLevel, textOfTokens, tokensOf } from "./tokens.js";

/** Tokens that are no part of a text but say something of it. By default there is none of them. */
export interface SpecialTokens {
  /** Stands for all tokens that are left out or were never seen; without it they are errors. */
  readonly unknown?: string;
  /** Fills up sequences that are shorter than others. */
  readonly pad?: string;
  /** Ends a sequence. */
  readonly end?: string;
}

export interface VocabularyOptions extends SpecialTokens {
  /** "character" by default. */
  readonly level?: TokenLevel;
  /** Tokens that occur fewer times are left out; 1 by default. */
  readonly minCount?: number;
  /** The most tokens to keep, those that occur most often; without limit by default. Special ones do not count. */
  readonly maxTokens?: number;
}

/** A vocabulary as plain data. */
export interface VocabularyJSON extends SpecialTokens {
  readonly level: TokenLevel;
  readonly tokens: readonly string[];
}

export interface EncodeOptions {
  /** Whether to put the end token behind the text; `false` by default. */
  readonly end?: boolean;
}

const specials = ["pad", "unknown", "end"] as const;

/** The tokens of a text and their numbers, 0 to size − 1. */
export class Vocabulary {
  readonly level: TokenLevel;
  /** By number. */
  readonly tokens: readonly string[];
  /** The token that stands for all others, where there is one. */
  readonly unknown: string | undefined;
  readonly pad: string | undefined;
  readonly end: string | undefined;
  private readonly ids: ReadonlyMap<string, number>;

  /** @throws ArgumentError if tokens repeat, or special ones are not among them, or the same */
  constructor({ level, tokens, ...special }: VocabularyJSON) {
    this.level = level;
    this.tokens = [...tokens];
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    if (this.ids.size !== tokens.length)
      throw new ArgumentError("Vocabulary: a token stands twice in the list; each must stand once");
    for (const name of specials) {
      const token = special[name];
      if (token === undefined) continue;
      if (!this.ids.has(token))
        throw new ArgumentError(
          `Vocabulary: ${JSON.stringify(token)} is to stand for ${name === "unknown" ? "unknown tokens" : `the ${name}`}, but is not among the tokens`,
        );
      if (specials.some((other) => other !== name && special[other] === token))
        throw new ArgumentError(
          `Vocabulary: ${JSON.stringify(token)} is to stand for two things; give ${specials.join(", ")} a token each`,
        );
    }
    this.unknown = special.unknown;
    this.pad = special.pad;
    this.end = special.end;
  }

  /**
   * The tokens of `text`: first those for padding, unknowns and the end, if any, then the others by falling count.
   *
   * @throws ArgumentError if `minCount` or `maxTokens` leaves tokens out and none stands for them, or if the text has the
   *   token for padding or the end
   */
  static fromText(text: string, options: VocabularyOptions = {}): Vocabulary {
    const {
      level = "character",
      minCount = 1,
      maxTokens = Number.POSITIVE_INFINITY,
      unknown,
      pad,
      end,
    } = options;
    if ((minCount > 1 || maxTokens < Number.POSITIVE_INFINITY) && unknown === undefined)
      throw new ArgumentError(
        `Vocabulary: with ${minCount > 1 ? `minCount ${minCount}` : `maxTokens ${maxTokens}`} tokens are left out; give \`unknown\`, the token that stands for them, such as "\\uFFFD"`,
      );
    const counts = new Map<string, number>();
    for (const token of tokensOf(text, level)) counts.set(token, (counts.get(token) ?? 0) + 1);
    if (unknown !== undefined) counts.delete(unknown);
    for (const token of [pad, end])
      if (token !== undefined && counts.has(token))
        throw new ArgumentError(
          `Vocabulary: ${JSON.stringify(token)} occurs in the text; let another token stand for padding or the end, such as "<end>"`,
        );
    const kept = [...counts].filter(([, count]) => count >= minCount);
    kept.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const first = [pad, unknown, end].filter((token) => token !== undefined);
    const tokens = [...first, ...kept.slice(0, maxTokens).map(([token]) => token)];
    return new Vocabulary({ level, tokens, ...given({ unknown, pad, end }) });
  }

  /** All 256 bytes by their numbers, then the special tokens: it encodes every text. */
  static ofBytes(special: Omit<SpecialTokens, "unknown"> = {}): Vocabulary {
    const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
    const others = [special.pad, special.end].filter((token) => token !== undefined);
    return new Vocabulary({ ...special, level: "byte", tokens: [...bytes, ...others] });
  }

  /** The number of tokens. */
  get size(): number {
    return this.tokens.length;
  }

  /**
   * The number of a token, special ones included.
   *
   * @throws ArgumentError if there is no such token
   */
  idOf(token: string): number {
    const id = this.ids.get(token);
    if (id === undefined)
      throw new ArgumentError(
        `Vocabulary: there is no token ${JSON.stringify(token)} among the ${this.size}`,
      );
    return id;
  }

  /**
   * The numbers of the tokens of `text`.
   *
   * @throws ArgumentError for a token that is not in the vocabulary, if none stands for unknown ones; or if an end is asked
   *   for and there is no token for it
   */
  encode(text: string, { end = false }: EncodeOptions = {}): Int32Array {
    if (end && this.end === undefined)
      throw new ArgumentError("Vocabulary: no token stands for the end; build the vocabulary with `end`");
    const unknownId = this.unknown === undefined ? undefined : this.ids.get(this.unknown);
    const tokens = (): Iterable<string> => tokensOf(text, this.level);
    let count = 0;
    for (const _ of tokens()) count++;
    const made = new Int32Array(count + (end ? 1 : 0));
    let at = 0;
    for (const token of tokens()) {
      // What looks like padding or the end in a text is not meant so.
      const id = (token === this.pad || token === this.end ? undefined : this.ids.get(token)) ?? unknownId;
      if (id === undefined)
        throw new ArgumentError(
          `Vocabulary: the ${this.level} ${JSON.stringify(token)} is not among the ${this.size} known; build the vocabulary with \`unknown\` to let a token stand for such`,
        );
      made[at++] = id;
    }
    if (end) made[at] = this.idOf(this.end!);
    return made;
  }

  /**
   * The text of `ids`, without padding; it ends before the end token.
   *
   * @throws ArgumentError for a number that no token has
   */
  decode(ids: Iterable<number>): string {
    const texts: string[] = [];
    let run: string[] = [];
    for (const id of ids) {
      const token = this.tokens[id];
      if (token === undefined)
        throw new ArgumentError(
          `Vocabulary: there is no token ${id}; the numbers go from 0 to ${this.size - 1}`,
        );
      if (token === this.end) break;
      if (token === this.pad) continue;
      // What stands for unknown bytes is itself no byte.
      if (token === this.unknown) {
        texts.push(textOfTokens(run, this.level), token);
        run = [];
      } else run.push(token);
    }
    texts.push(textOfTokens(run, this.level));
    return texts.join("");
  }

  /** For `JSON.stringify`; {@link fromJSON} makes the same vocabulary of it. */
  toJSON(): VocabularyJSON {
    const { level, tokens, unknown, pad, end } = this;
    return { level, tokens, ...given({ unknown, pad, end }) };
  }

  /** @throws FormatError if `json` is no vocabulary */
  static fromJSON(json: unknown): Vocabulary {
    const { level, tokens, unknown, pad, end } = (json ?? {}) as Record<string, unknown>;
    const isText = (value: unknown): value is string => typeof value === "string";
    if (!isTokenLevel(level))
      throw new FormatError(
        `Vocabulary: the level is ${JSON.stringify(level)}; it must be "character", "word" or "byte"`,
      );
    if (!Array.isArray(tokens) || !tokens.every((token) => isText(token)))
      throw new FormatError("Vocabulary: `tokens` must be a list of strings");
    const special = { unknown, pad, end };
    for (const [name, token] of Object.entries(special))
      if (token !== undefined && !isText(token))
        throw new FormatError(`Vocabulary: \`${name}\` must be a string`);
    return new Vocabulary({
      level,
      tokens,
      ...given(special as { readonly [K in keyof SpecialTokens]: string | undefined }),
    });
  }
}

/** The special tokens that there are. */
function given(special: { readonly [K in keyof SpecialTokens]: string | undefined }): SpecialTokens {
  return Object.fromEntries(Object.entries(special).filter(([, token]) => token !== undefined));
}
