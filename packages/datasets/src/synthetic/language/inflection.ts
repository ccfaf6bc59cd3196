/** English words in their forms. */

/** A noun in singular and plural. */
export type Noun = readonly [one: string, many: string];

/** A verb: "sees", "see", "saw". */
export type Verb = readonly [third: string, base: string, past: string];

export const nouns: readonly Noun[] = [
  ["dog", "dogs"],
  ["bird", "birds"],
  ["child", "children"],
  ["farmer", "farmers"],
  ["house", "houses"],
  ["cook", "cooks"],
  ["fish", "fish"],
  ["light", "lights"],
  ["watch", "watches"],
  ["play", "plays"],
  ["park", "parks"],
  ["walk", "walks"],
  ["can", "cans"],
  ["saw", "saws"],
];

/** With an object. Many are nouns as well. */
export const transitive: readonly Verb[] = [
  ["sees", "see", "saw"],
  ["likes", "like", "liked"],
  ["finds", "find", "found"],
  ["watches", "watch", "watched"],
  ["cooks", "cook", "cooked"],
  ["lights", "light", "lit"],
  ["parks", "park", "parked"],
  ["opens", "open", "opened"],
];

/** Without one. */
export const intransitive: readonly Verb[] = [
  ["sleeps", "sleep", "slept"],
  ["runs", "run", "ran"],
  ["walks", "walk", "walked"],
  ["plays", "play", "played"],
  ["fishes", "fish", "fished"],
];
