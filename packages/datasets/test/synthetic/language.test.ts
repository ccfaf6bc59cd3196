import {
  englishLexicon,
  frenchLexicon,
  Lexicon,
  partsOfSpeech,
  spamLexicon,
  spamMessages,
  taggedLexicon,
  taggedSentences,
  translations,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";
import { counts, expectSeeded, samples } from "./support.js";

describe("Lexicon", () => {
  test("encodes and decodes texts of known words", () => {
    const lexicon = new Lexicon(["b", "a", "b"]);
    expect(lexicon.words).toEqual(["<pad>", "<begin>", "<end>", "a", "b"]);
    expect(lexicon.size).toBe(5);
    expect(lexicon.encode("b a").toArray()).toEqual([4, 3]);
    expect(lexicon.encode("a", { ends: true }).toArray()).toEqual([1, 3, 2]);
    expect(lexicon.decode([1, 4, 3, 2, 0, 4])).toBe("b a");
    expect(() => lexicon.encode("c")).toThrow('"c" is not among the 5 words');
    expect(() => lexicon.decode([5])).toThrow("there is no word 5; they go from 0 to 4");
  });
});

describe("taggedSentences", () => {
  const raw = samples(taggedSentences({ count: 1200 }));
  const all = raw.map(({ text, tags }) => ({
    words: text.split(" "),
    tags: Array.from(tags.toTypedArray(), (tag) => partsOfSpeech[tag]),
  }));

  test("are seeded, end with a full stop, and use all that there is", () => {
    expectSeeded((options) => taggedSentences(options));
    for (const { text, words, tags } of raw.slice(0, 50)) {
      expect(taggedLexicon.decode(words.toTypedArray())).toBe(text);
      expect(tags.shape).toEqual(words.shape);
    }
    for (const { words, tags } of all) expect([words.at(-1), tags.at(-1)]).toEqual([".", "."]);
    expect(new Set(all.flatMap(({ tags }) => tags))).toEqual(new Set(partsOfSpeech));
    expect(new Set(all.flatMap(({ words }) => words)).size).toBe(taggedLexicon.size - 3);
  });

  test("subjects and verbs agree, and a is an before a vowel", () => {
    for (const { words, tags } of all) {
      const verb = tags.indexOf("VERB");
      const text = words.join(" ");
      if (/^(she|he|it) /.test(text)) expect(["see", "like", "run", "sleep"]).not.toContain(words[verb]);
      if (/^(they|we|two|three|these|some) /.test(text))
        expect(["sees", "likes", "runs", "sleeps"]).not.toContain(words[verb]);
      expect(text).not.toMatch(/\ba [aeo]|\ban [^aeo]/);
    }
  });

  test("words alone do not give the tags away", () => {
    const seen = new Map<string, Map<string, number>>();
    for (const { words, tags } of all.slice(0, 900))
      words.forEach((word, t) => {
        const of = seen.get(word) ?? new Map<string, number>();
        seen.set(word, of.set(tags[t], (of.get(tags[t]) ?? 0) + 1));
      });
    const likeliest = (word: string): string => [...seen.get(word)!].sort(([, a], [, b]) => b - a)[0][0];
    let right = 0;
    let total = 0;
    for (const { words, tags } of all.slice(900))
      words.forEach((word, t) => {
        total++;
        if (likeliest(word) === tags[t]) right++;
      });
    expect(right / total).toBeGreaterThan(0.86);
    expect(right / total).toBeLessThan(0.92);
    const tagsOf = (word: string): string[] => [...seen.get(word)!.keys()].sort();
    expect([tagsOf("can"), tagsOf("light"), tagsOf("like"), tagsOf("fish")]).toEqual([
      ["NOUN", "VERB"],
      ["ADJ", "NOUN", "VERB"],
      ["ADP", "VERB"],
      ["NOUN", "VERB"],
    ]);
  });
});

describe("spamMessages", () => {
  const raw = samples(spamMessages({ count: 1600 }));
  const all = raw.map(({ text, label }) => ({ text, label: label.item() }));

  /** The share that naive Bayes gets right by runs of n words. */
  function bayes(n: number): number {
    const runs = (text: string): string[] => {
      const words = text.split(" ");
      return words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(" "));
    };
    const [train, rest] = [all.slice(0, 1200), all.slice(1200)];
    const found = [0, 1].map((kind) =>
      counts(train.filter(({ label }) => label === kind).flatMap(({ text }) => runs(text))),
    );
    const totals = found.map((of) => [...of.values()].reduce((a, b) => a + b));
    const score = (text: string): number =>
      runs(text).reduce((sum, run) => {
        const [wanted, spam] = found.map((of, kind) => ((of.get(run) ?? 0) + 0.5) / totals[kind]);
        return sum + Math.log(spam / wanted);
      }, 0);
    return rest.filter(({ text, label }) => Number(score(text) > 0) === label).length / rest.length;
  }

  test("are half spam, which single words do not tell and pairs do", () => {
    expectSeeded((options) => spamMessages(options));
    for (const { text, words } of raw.slice(0, 50)) {
      expect(spamLexicon.decode(words.toTypedArray())).toBe(text);
      expect(text).not.toMatch(/[{}]| {2}/);
    }
    expect(counts(all.map(({ label }) => label))).toEqual(
      new Map([
        [0, 800],
        [1, 800],
      ]),
    );
    expect(bayes(1)).toBeGreaterThan(0.6);
    expect(bayes(1)).toBeLessThan(0.85);
    expect(bayes(2)).toBeGreaterThan(0.98);
  });

  test("every word of the lexicon occurs", () => {
    expect(new Set(all.flatMap(({ text }) => text.split(" "))).size).toBe(spamLexicon.size - 3);
  });
});

describe("translations", () => {
  const all = samples(translations({ count: 2000 }));

  test("are seeded and encoded, with ends on the French side", () => {
    expectSeeded((options) => translations(options));
    for (const { english, french, source, target } of all.slice(0, 100)) {
      expect(englishLexicon.decode(source.toTypedArray())).toBe(english);
      expect(frenchLexicon.decode(target.toTypedArray())).toBe(french);
      expect(source.size).toBe(english.split(" ").length);
      expect(target.size).toBe(french.split(" ").length + 2);
    }
    expect(new Set(all.flatMap(({ english }) => english.split(" "))).size).toBe(englishLexicon.size - 3);
    expect(new Set(all.flatMap(({ french }) => french.split(" "))).size).toBe(frenchLexicon.size - 3);
  });

  test("are the same sentence, once each", () => {
    const pairs = new Map<string, Set<string>>();
    for (const { english, french } of all) pairs.set(english, (pairs.get(english) ?? new Set()).add(french));
    expect([...pairs.values()].every((of) => of.size === 1)).toBe(true);
  });

  test("French agrees, negates and puts pronouns before the verb", () => {
    for (const { english, french } of all) {
      if (/\b(does|do) not\b/.test(english)) expect(french).toMatch(/\bne (les )?[a-z]+ pas\b/);
      else expect(french).not.toMatch(/\b(ne|pas)\b/);
      if (/\bthem\b/.test(english)) expect(french).toMatch(/\bles (voi|trouv|dessin|sui|veu|pren)/);
      expect(french).not.toMatch(/\b(le|un|mon|ce) (petite|grande|fille|maison|voiture|fleur|table)\b/);
      expect(french).not.toMatch(/\b(la|une|ma|cette) (petit|grand|chat|chien|cheval|garçon|livre|jardin)\b/);
      if (/black (cat|dog|horse|book)\b/.test(english))
        expect(french).toMatch(/(chat|chien|cheval|livre) noir\b/);
      if (/big (cat|dog|horse|book)s\b/.test(english))
        expect(french).toMatch(/grands (chats|chiens|chevaux|livres)/);
    }
  });
});
