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

/** The tokens of `text`, in order; together they are the text. They are made one by one: a list of them is as long as ten texts. */
export function tokensOf(text: string, level: TokenLevel): Iterable<string> {
  switch (level) {
    case "character":
      return text;
    case "word":
      return wordsOf(text);
    case "byte":
      return bytesOf(text);
  }
}

function* wordsOf(text: string): Generator<string, undefined> {
  const word = new RegExp(words);
  for (let start = 0; word.test(text); start = word.lastIndex) yield text.slice(start, word.lastIndex);
  return undefined;
}

function* bytesOf(text: string): Generator<string, undefined> {
  for (const byte of new TextEncoder().encode(text)) yield String.fromCharCode(byte);
  return undefined;
}

/** The text of tokens; bytes that are not UTF-8 become the character U+FFFD. */
export function textOfTokens(tokens: readonly string[], level: TokenLevel): string {
  if (level !== "byte") return tokens.join("");
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
    Uint8Array.from(tokens, (token) => token.charCodeAt(0)),
  );
}
