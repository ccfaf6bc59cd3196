/** Sentences with the parts of speech of their words. */
import { type Tensor, tensor } from "@wengert/autograd";
import type { Draws } from "../draws.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";
import { intransitive, nouns, transitive, type Verb } from "./language/inflection.js";
import { Lexicon } from "./language/lexicon.js";

/** The tags of {@link taggedSentences} by their number. */
export const partsOfSpeech: readonly string[] = [
  "DET",
  "NUM",
  "ADJ",
  "NOUN",
  "PRON",
  "VERB",
  "ADV",
  "ADP",
  "CONJ",
  ".",
];

type Tagged = readonly [word: string, tag: string];

const determiners = { one: ["the", "a", "this", "every", "my"], many: ["the", "some", "these", "my"] };
const numbers = ["two", "three"];
const adjectives = ["old", "small", "red", "happy", "light", "open", "fast", "early", "hard"];
const adverbs = ["quickly", "often", "fast", "early", "hard", "today"];
const prepositions = ["in", "near", "with", "behind", "like"];
const pronouns = { one: ["she", "he", "it"], many: ["they", "we"] };
const modals = ["can", "will"];

/** The words of {@link taggedSentences}. */
export const taggedLexicon: Lexicon = new Lexicon([
  ...[determiners.one, determiners.many, numbers, adjectives, adverbs, prepositions].flat(),
  ...[pronouns.one, pronouns.many, modals].flat(),
  ...[...nouns, ...transitive, ...intransitive].flat(),
  ..."an and but .".split(" "),
]);

export interface TaggedSentence {
  /** "the old farmer can see two fish in the park ." */
  readonly text: string;
  /** Its words by {@link taggedLexicon}, [T] int32. */
  readonly words: Tensor;
  /** The tag of each by {@link partsOfSpeech}, [T] int32. */
  readonly tags: Tensor;
}

/**
 * Toy sentences, tagged with the universal parts of speech (S. Petrov, D. Das, R. McDonald: A universal part-of-speech tagset.
 * LREC 2012) as far as they occur. Subjects and verbs agree in number. A quarter of the words can be of several parts of
 * speech ("the cook can fish", "they fish", "a can"), so that looking at the word alone is right 9 times out of 10: the
 * rest is in its neighbours.
 */
export function taggedSentences(options: GeneratedOptions = {}): GeneratedDataset<TaggedSentence> {
  return new GeneratedDataset("taggedSentences", options, (draws) => {
    const sentence = [...clause(draws)];
    if (draws.chance(0.25)) sentence.push([draws.choice(["and", "but"]), "CONJ"], ...clause(draws));
    sentence.push([".", "."]);
    const text = sentence
      .map(([word], i) => (word === "a" && /^[aeo]/.test(sentence[i + 1]![0]) ? "an" : word))
      .join(" ");
    const tags = Int32Array.from(sentence, ([, tag]) => partsOfSpeech.indexOf(tag));
    return { text, words: taggedLexicon.encode(text), tags: tensor(tags) };
  });
}

function clause(draws: Draws): readonly Tagged[] {
  const many = draws.chance(0.5);
  const subject: readonly Tagged[] = draws.chance(0.3)
    ? [[draws.choice(many ? pronouns.many : pronouns.one), "PRON"]]
    : nounPhrase(draws, many);
  const withObject = draws.chance(0.6);
  const verb = verbPhrase(draws, draws.choice(withObject ? transitive : intransitive), many);
  const object = withObject ? nounPhrase(draws, draws.chance(0.5)) : [];
  const place = draws.chance(0.35) ? prepositionalPhrase(draws) : [];
  const manner: readonly Tagged[] = draws.chance(0.3) ? [[draws.choice(adverbs), "ADV"]] : [];
  return [...subject, ...verb, ...object, ...place, ...manner];
}

function verbPhrase(draws: Draws, [third, base, past]: Verb, many: boolean): readonly Tagged[] {
  if (draws.chance(0.3))
    return [
      [draws.choice(modals), "VERB"],
      [base, "VERB"],
    ];
  return [[draws.chance(0.35) ? past : many ? base : third, "VERB"]];
}

function nounPhrase(draws: Draws, many: boolean): readonly Tagged[] {
  const first: Tagged =
    many && draws.chance(0.3)
      ? [draws.choice(numbers), "NUM"]
      : [draws.choice(many ? determiners.many : determiners.one), "DET"];
  const adjective: readonly Tagged[] = draws.chance(0.4) ? [[draws.choice(adjectives), "ADJ"]] : [];
  return [first, ...adjective, [draws.choice(nouns)[many ? 1 : 0], "NOUN"]];
}

function prepositionalPhrase(draws: Draws): readonly Tagged[] {
  return [[draws.choice(prepositions), "ADP"], ...nounPhrase(draws, draws.chance(0.3))];
}
