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
        fc.constantFrom("character" as const, "word" as const, "byte" as const),
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
    [{ level: "line", tokens: [] }, 'the level is "line"; it must be "character", "word" or "byte"'],
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

  describe("special tokens", () => {
    const special = { unknown: "<unknown>", pad: "<pad>", end: "<end>" };

    test("come first, padding with the number 0", () => {
      const vocabulary = Vocabulary.fromText("aab", special);
      expect(vocabulary.tokens).toEqual(["<pad>", "<unknown>", "<end>", "a", "b"]);
      expect([...vocabulary.encode("abz", { end: true })]).toEqual([3, 4, 1, 2]);
      expect(["<pad>", "<end>", "b"].map((token) => vocabulary.idOf(token))).toEqual([0, 2, 4]);
    });

    test("are no part of the text again", () => {
      const vocabulary = Vocabulary.fromText("aab", special);
      expect(vocabulary.decode([0, 3, 0, 1, 4, 2, 3, 3])).toBe("a<unknown>b");
    });

    test("words that look like them are words", () => {
      const vocabulary = Vocabulary.fromText("a b", { level: "word", unknown: "?", pad: "pad", end: "end" });
      expect([...vocabulary.encode("pad end")]).toEqual([1, vocabulary.idOf(" "), 1]);
      expect(() => Vocabulary.fromText("the end", { level: "word", end: "end" })).toThrow(
        '"end" occurs in the text; let another',
      );
    });

    test("through JSON and back", () => {
      for (const level of ["character", "word", "byte"] as const) {
        const vocabulary = Vocabulary.fromText("one two ü", { level, ...special });
        expect(Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)))).toEqual(vocabulary);
      }
    });

    test("must differ and be there", () => {
      expect(() => new Vocabulary({ level: "word", tokens: ["a"], pad: "a", end: "a" })).toThrow(
        '"a" is to stand for two things',
      );
      expect(() => new Vocabulary({ level: "word", tokens: ["a"], end: "b" })).toThrow(
        '"b" is to stand for the end, but is not among the tokens',
      );
      expect(() => Vocabulary.fromText("a").encode("a", { end: true })).toThrow(
        "no token stands for the end",
      );
      expect(() => Vocabulary.fromText("a").idOf("b")).toThrow('there is no token "b" among the 1');
    });
  });

  test("bytes: every text, and tokens that are no text", () => {
    const vocabulary = Vocabulary.ofBytes({ pad: "<pad>", end: "<end>" });
    expect([vocabulary.size, vocabulary.idOf("<end>")]).toEqual([258, 257]);
    expect([...vocabulary.encode("ü€", { end: true })]).toEqual([0xc3, 0xbc, 0xe2, 0x82, 0xac, 257]);
    expect(vocabulary.decode([0xc3, 0xbc, 256, 0xff, 257, 0x41])).toBe("ü\uFFFD");
    const some = Vocabulary.fromText("üü", { level: "byte", unknown: "<?>" });
    expect(some.decode(some.encode("üa"))).toBe("ü<?>");
    expect(Vocabulary.ofBytes().size).toBe(256);
  });

  test("maxTokens keeps what occurs most often", () => {
    expect(Vocabulary.fromText("aaabbc", { maxTokens: 2, unknown: "?" }).tokens).toEqual(["?", "a", "b"]);
    expect(() => Vocabulary.fromText("abc", { maxTokens: 2 })).toThrow(
      "with maxTokens 2 tokens are left out; give `unknown`",
    );
  });
});
