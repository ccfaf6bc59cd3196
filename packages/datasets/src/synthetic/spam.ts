/** Messages, wanted and unwanted. */
import type { Tensor } from "@wengert/autograd";
import type { Draws } from "../draws.js";
import { label } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";
import { Lexicon } from "./language/lexicon.js";

// What stands in braces is replaced by one of the words of that name.
const words: Readonly<Record<string, readonly string[]>> = {
  prize: ["phone", "holiday", "watch", "car", "voucher"],
  money: ["pounds", "dollars", "euros"],
  number: ["two", "five", "ten"],
  day: ["today", "tomorrow", "monday", "friday"],
  meal: ["lunch", "dinner", "coffee"],
  person: ["anna", "tom", "mum", "ben"],
  place: ["the office", "the station", "home", "the shop"],
};

// Wanted, unwanted: no word is in one kind alone, only what stands beside it tells.
const phrases: readonly (readonly string[])[] = [
  [
    "are you free to call me {day}",
    "i won a game you have to win the next",
    "click on page {number} to reply to {person}",
    "your {prize} is here you can claim it {day}",
    "my offer for your {prize} is limited to {number} hundred {money}",
    "your account of the trip is urgent call {person} now",
    "{person} has {day} free to win back your {prize}",
    "reply to {person} about the {money} on your account",
    "did {person} win the prize now",
    "no {meal} is free here you have to claim one",
    "click the limited one here not the offer for {number} {money}",
  ],
  [
    "call now to win a free {prize}",
    "you have won {number} hundred {money} reply {day}",
    "click here to claim your free {prize}",
    "urgent your account is limited call {day}",
    "limited offer a free {prize} for you to win",
    "your prize is here reply to claim it",
    "free {money} for you click now",
    "win your {meal} {day} reply now",
    "claim your prize now call {number} {number} {number}",
    "your account has won {number} hundred {money} call to claim",
    "you are one of {number} to win a free {meal}",
  ],
];

/** In both kinds. */
const neutral: readonly string[] = [
  "it is about the trip from {place}",
  "i did my best {day}",
  "no page of it is new",
  "there is a game on at {place}",
  "{person} is back at {place}",
  "the next one is on me not on {person}",
  "you can have my {meal} at {place}",
];
const openings: readonly string[] = ["hello", "hi {person}", "dear friend", "good morning", ""];
const closings: readonly string[] = ["see you {day}", "thank you", "call me {day}", "have a good day", ""];

/** The words of {@link spamMessages}. */
export const spamLexicon: Lexicon = new Lexicon(
  [...openings, ...closings, ...neutral, ...phrases.flat(), ...Object.values(words).flat()]
    .flatMap((text) => text.split(" "))
    .filter((word) => word !== "" && !word.startsWith("{")),
);

export interface SpamMessage {
  readonly text: string;
  /** By {@link spamLexicon}, [T] int32. */
  readonly words: Tensor;
  /** 1 for spam, 0 for a wanted message, 0-d int32. */
  readonly label: Tensor;
}

/**
 * Short messages, every second one spam, for a convolutional network over words (Y. Kim: Convolutional neural networks for
 * sentence classification. EMNLP 2014). Each has a phrase of its kind among one or two others, an opening and a closing, which
 * both kinds share. Both kinds use the same words; a naive Bayes
 * classifier of single words is right 77 times of 100, one of pairs of words always.
 */
export function spamMessages(options: GeneratedOptions = {}): GeneratedDataset<SpamMessage> {
  return new GeneratedDataset("spamMessages", options, (draws, index) => {
    const kind = index % 2;
    const middle = [draws.choice(phrases[kind]!), ...draws.shuffled(neutral).slice(0, draws.integer(1, 3))];
    const text = [draws.choice(openings), ...draws.shuffled(middle), draws.choice(closings)]
      .filter((phrase) => phrase !== "")
      .map((phrase) => filled(draws, phrase))
      .join(" ");
    return { text, words: spamLexicon.encode(text), label: label(kind) };
  });
}

function filled(draws: Draws, phrase: string): string {
  return phrase.replace(/\{(\w+)\}/g, (_, name: string) => draws.choice(words[name]!));
}
