/** Sentences in two languages. */
import type { Tensor } from "@wengert/autograd";
import type { Draws } from "../draws.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";
import { Lexicon } from "./language/lexicon.js";

/** Forms for singular and plural. */
type Forms = readonly [one: string, many: string];

interface Noun {
  readonly english: Forms;
  readonly french: Forms;
  readonly feminine?: true;
}

const nouns: readonly Noun[] = [
  { english: ["cat", "cats"], french: ["chat", "chats"] },
  { english: ["dog", "dogs"], french: ["chien", "chiens"] },
  { english: ["horse", "horses"], french: ["cheval", "chevaux"] },
  { english: ["boy", "boys"], french: ["garçon", "garçons"] },
  { english: ["book", "books"], french: ["livre", "livres"] },
  { english: ["garden", "gardens"], french: ["jardin", "jardins"] },
  { english: ["girl", "girls"], french: ["fille", "filles"], feminine: true },
  { english: ["house", "houses"], french: ["maison", "maisons"], feminine: true },
  { english: ["car", "cars"], french: ["voiture", "voitures"], feminine: true },
  { english: ["flower", "flowers"], french: ["fleur", "fleurs"], feminine: true },
  { english: ["table", "tables"], french: ["table", "tables"], feminine: true },
];

interface Adjective {
  readonly english: string;
  readonly masculine: Forms;
  readonly feminine: Forms;
  /** Most French adjectives follow the noun. */
  readonly before?: true;
}

const adjectives: readonly Adjective[] = [
  { english: "big", masculine: ["grand", "grands"], feminine: ["grande", "grandes"], before: true },
  { english: "small", masculine: ["petit", "petits"], feminine: ["petite", "petites"], before: true },
  { english: "young", masculine: ["jeune", "jeunes"], feminine: ["jeune", "jeunes"], before: true },
  { english: "red", masculine: ["rouge", "rouges"], feminine: ["rouge", "rouges"] },
  { english: "green", masculine: ["vert", "verts"], feminine: ["verte", "vertes"] },
  { english: "black", masculine: ["noir", "noirs"], feminine: ["noire", "noires"] },
  { english: "white", masculine: ["blanc", "blancs"], feminine: ["blanche", "blanches"] },
];

interface Determiner {
  readonly english: Forms;
  readonly masculine: Forms;
  readonly feminine: Forms;
}

const determiners: readonly Determiner[] = [
  { english: ["the", "the"], masculine: ["le", "les"], feminine: ["la", "les"] },
  { english: ["my", "my"], masculine: ["mon", "mes"], feminine: ["ma", "mes"] },
  { english: ["this", "these"], masculine: ["ce", "ces"], feminine: ["cette", "ces"] },
  { english: ["a", "two"], masculine: ["un", "deux"], feminine: ["une", "deux"] },
];

interface Verb {
  readonly english: readonly [third: string, base: string];
  readonly french: Forms;
}

const verbs: readonly Verb[] = [
  { english: ["sees", "see"], french: ["voit", "voient"] },
  { english: ["finds", "find"], french: ["trouve", "trouvent"] },
  { english: ["draws", "draw"], french: ["dessine", "dessinent"] },
  { english: ["follows", "follow"], french: ["suit", "suivent"] },
  { english: ["wants", "want"], french: ["veut", "veulent"] },
  { english: ["takes", "take"], french: ["prend", "prennent"] },
];

const places: readonly (readonly [english: string, french: string])[] = [
  ["in", "dans"],
  ["behind", "derrière"],
  ["with", "avec"],
  ["in front of", "devant"],
];

function wordsOf(value: unknown): string[] {
  if (typeof value === "string") return value.split(" ");
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap((each) => wordsOf(each))
    : [];
}
const english = (entries: readonly { readonly english: unknown }[]): string[] =>
  entries.flatMap((entry) => wordsOf(entry.english));
const french = (entries: readonly { readonly english: unknown }[]): string[] =>
  entries.flatMap(({ english: _, ...others }) => wordsOf(others));
const all = [nouns, adjectives, determiners, verbs];

/** The words of the English side of {@link translations}. */
export const englishLexicon: Lexicon = new Lexicon([
  ...all.flatMap((entries) => english(entries)),
  ...places.flatMap(([from]) => from.split(" ")),
  ..."does do not often today them".split(" "),
]);

/** The words of the French side of {@link translations}. */
export const frenchLexicon: Lexicon = new Lexicon([
  ...all.flatMap((entries) => french(entries)),
  ...places.map(([, to]) => to),
  ..."ne pas souvent aujourd'hui les".split(" "),
]);

export interface Translation {
  /** "the black cat does not often see them" */
  readonly english: string;
  /** "le chat noir ne les voit pas souvent" */
  readonly french: string;
  /** The English words by {@link englishLexicon}, [S] int32. */
  readonly source: Tensor;
  /** The French words by {@link frenchLexicon}, from their beginning to their end, [T] int32. */
  readonly target: Tensor;
}

/**
 * A toy pair of languages, some English and its French, made side by side by a grammar for both (P. Lewis, R. Stearns:
 * Syntax-directed transduction. Journal of the ACM 15, 1968). What a model has to learn: adjectives that go behind their
 * nouns, or not; gender and number, on which determiners, adjectives and verbs depend; a negation around the verb; a
 * pronoun that changes sides; lengths that differ. There is one right translation each.
 */
export function translations(options: GeneratedOptions = {}): GeneratedDataset<Translation> {
  return new GeneratedDataset("translations", options, (draws) => {
    const [from, to] = sentence(draws);
    return {
      english: from,
      french: to,
      source: englishLexicon.encode(from),
      target: frenchLexicon.encode(to, { ends: true }),
    };
  });
}

/** The same in both languages. */
type Pair = readonly [english: string, french: string];

/** 0 in singular, 1 in plural. */
type GrammaticalNumber = 0 | 1;
const oneOrMany: readonly GrammaticalNumber[] = [0, 1];

function sentence(draws: Draws): Pair {
  const many = draws.choice(oneOrMany);
  const subject = nounPhrase(draws, many);
  const verb = draws.choice(verbs);
  const negated = draws.chance(0.3);
  const often = draws.chance(0.25);
  const pronoun = draws.chance(0.25);
  const object: Pair = pronoun ? ["them", ""] : nounPhrase(draws, draws.choice(oneOrMany));
  const place: Pair = draws.chance(0.35) ? placed(draws) : ["", ""];
  const day: Pair = draws.chance(0.2) ? ["today", "aujourd'hui"] : ["", ""];
  const usually = often ? "often" : "";
  const englishVerb = negated
    ? joined(many === 1 ? "do" : "does", "not", usually, verb.english[1])
    : joined(usually, verb.english[many]);
  const frenchVerb = joined(
    negated ? "ne" : "",
    pronoun ? "les" : "",
    verb.french[many],
    negated ? "pas" : "",
    often ? "souvent" : "",
  );
  return [
    joined(subject[0], englishVerb, object[0], place[0], day[0]),
    joined(subject[1], frenchVerb, object[1], place[1], day[1]),
  ];
}

function placed(draws: Draws): Pair {
  const [from, to] = draws.choice(places);
  const where = nounPhrase(draws, draws.choice(oneOrMany));
  return [joined(from, where[0]), joined(to, where[1])];
}

function nounPhrase(draws: Draws, many: GrammaticalNumber): Pair {
  const noun = draws.choice(nouns);
  const determiner = draws.choice(determiners);
  const gender = noun.feminine ? "feminine" : "masculine";
  const form = (forms: Forms): string => forms[many];
  const adjective = draws.chance(0.4) ? draws.choice(adjectives) : undefined;
  const described = adjective === undefined ? "" : form(adjective[gender]);
  return [
    joined(form(determiner.english), adjective?.english ?? "", form(noun.english)),
    joined(
      form(determiner[gender]),
      adjective?.before ? described : "",
      form(noun.french),
      adjective?.before ? "" : described,
    ),
  ];
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" ");
}
