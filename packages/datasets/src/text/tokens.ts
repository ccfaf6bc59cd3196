/** What the tokens of a text are. */

/**
 * What one token is: a character (a Unicode code point); a word, a run of white space or a sign; or a byte of UTF-8, as
 * the character of its number.
 */
export type TokenLevel = "character" | "word" | "byte";

// All that is not a word or white space counts sign by sign; together they leave out nothing.
const words = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;

export function isTokenLevel(level: unknown): level is TokenLevel {
  return level === "character" || level === "word" || level === "byte";
}

/** The tokens of `text`, in order; together they are the text. */
export function tokensOf(text: string, level: TokenLevel): readonly string[] {
  switch (level) {
    case "character":
      return Array.from(text);
    case "word":
      return text.match(words) ?? [];
    case "byte":
      return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  }
}

/** The text of tokens; bytes that are not UTF-8 become the character U+FFFD. */
export function textOfTokens(tokens: readonly string[], level: TokenLevel): string {
  if (level !== "byte") return tokens.join("");
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Uint8Array.from(tokens, (token) => token.charCodeAt(0)),
  );
}
