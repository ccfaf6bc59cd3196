import { Vocabulary } from "@wengert/datasets";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("Vocabulary", () => {
  test("numbers tokens by falling count, then by code point", () => {
    const vocabulary = Vocabulary.fromText("banana cc");
    expect(vocabulary.tokens).toEqual(["a", "c", "n", " ", "b"]);
    expect([...vocabulary.encode("ban")]).toEqual([4, 0, 2]);
    expect(vocabulary.decode([4, 0, 2])).toBe("ban");
  });

  test("what encodes decodes again, at both levels", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom("character" as const, "word" as const),
        (text, level) => {
          const vocabulary = Vocabulary.fromText(text, { level });
          expect(vocabulary.decode(vocabulary.encode(text))).toBe(text);
        },
      ),
    );
  });

  test("a character is a code point", () => {
    expect(Vocabulary.fromText("a😀").encode("😀a")).toHaveLength(2);
  });

  test("words, white space and signs", () => {
    const vocabulary = Vocabulary.fromText("let x2 = f(été);", { level: "word" });
    expect(new Set(vocabulary.tokens)).toEqual(new Set(["let", " ", "x2", "=", "f", "(", "été", ")", ";"]));
  });

  test("rare tokens count as unknown", () => {
    const vocabulary = Vocabulary.fromText("aaab", { minCount: 2, unknown: "?" });
    expect(vocabulary.tokens).toEqual(["?", "a"]);
    expect(vocabulary.decode(vocabulary.encode("abz"))).toBe("a??");
  });

  test("the unknown token stands once, also where the text has it", () => {
    expect(Vocabulary.fromText("a?", { unknown: "?" }).tokens).toEqual(["?", "a"]);
  });

  test("through JSON and back", () => {
    for (const options of [{}, { unknown: "\uFFFD" }, { level: "word" as const }]) {
      const vocabulary = Vocabulary.fromText("one two\n", options);
      const again = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
      expect(again).toEqual(vocabulary);
      expect(again.encode("two")).toEqual(vocabulary.encode("two"));
    }
  });

  test.each([
    [null, "the level is undefined"],
    [{ level: "byte", tokens: [] }, 'the level is "byte"; it must be "character" or "word"'],
    [{ level: "word", tokens: [1] }, "`tokens` must be a list of strings"],
    [{ level: "word", tokens: [], unknown: 1 }, "`unknown` must be a string"],
    [{ level: "word", tokens: ["a", "a"] }, "a token stands twice"],
    [{ level: "word", tokens: ["a"], unknown: "b" }, '"b" is to stand for unknown tokens, but is not among'],
  ])("refuses %j", (json, message) => {
    expect(() => Vocabulary.fromJSON(json)).toThrow(message);
  });

  test("errors say what to do", () => {
    const vocabulary = Vocabulary.fromText("abc");
    expect(() => vocabulary.encode("cab!")).toThrow(
      'the character "!" is not among the 3 known; build the vocabulary with `unknown`',
    );
    expect(() => vocabulary.decode([3])).toThrow("there is no token 3; the numbers go from 0 to 2");
    expect(() => Vocabulary.fromText("a", { minCount: 2 })).toThrow("give `unknown`");
  });
});
