/** The text to learn: read, checked, and split into what is trained on and what is held out. */
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Refusal } from "../command-line/arguments.js";

/** A text of its own, such as a file. */
export interface Document {
  readonly name: string;
  readonly text: string;
}

export interface Corpus {
  readonly name: string;
  readonly documents: number;
  readonly train: string;
  /** What the network never sees; empty if the text is too short to spare any. */
  readonly heldOut: string;
  /** How many characters were not held out after all, for being near-duplicates of what is trained on. */
  readonly removed: number;
}

/** Strings, and the maps that count their parts, have limits; this is well below them. */
const mostBytes = 64 * 1024 * 1024;

/**
 * The corpus at `path`, a file or folder; by default the declaration files of `@types/node`.
 *
 * @throws Refusal for what is missing, empty, not text, or but one character
 */
export function readCorpus(path?: string): Corpus {
  if (path !== undefined) return { name: path, ...split(readDocuments(path)) };
  const folder = dirname(createRequire(import.meta.url).resolve("@types/node/package.json"));
  return { name: "the declaration files of @types/node", ...split(readDocuments(folder, ".d.ts")) };
}

/**
 * The text file at `path`, or those in the folder at `path` whose names end in `ending`, in the order of their names.
 * Within a folder, what is not text is passed over.
 *
 * @throws Refusal as {@link readCorpus}
 */
export function readDocuments(path: string, ending = ""): readonly Document[] {
  const isFolder = ask(path, () => statSync(path).isDirectory());
  const names = isFolder ? filesBelow(path).filter((name) => name.endsWith(ending)) : [""];
  let bytes = 0;
  const documents = names.flatMap((name): Document[] => {
    const file = join(path, name);
    bytes += ask(file, () => statSync(file).size);
    if (bytes > mostBytes)
      throw new Refusal(`${path} has more than ${mostBytes / 1024 / 1024} MB; give a part of it`);
    const text = decode(ask(file, () => readFileSync(file)));
    if (text === undefined && !isFolder)
      throw new Refusal(`${path} is not a text in UTF-8; give a file of text`);
    return text === undefined || text === "" ? [] : [{ name: isFolder ? name : path, text }];
  });
  if (documents.length === 0)
    throw new Refusal(
      isFolder
        ? `${path} has no file with text in it; give a folder that has`
        : `${path} is empty; give a file with text in it`,
    );
  refuseOneCharacter(path, documents);
  return documents;
}

function refuseOneCharacter(path: string, documents: readonly Document[]): void {
  const first = String.fromCodePoint(documents[0]!.text.codePointAt(0)!);
  const other = documents.some(({ text }) => text.replaceAll(first, "") !== "");
  if (!other)
    throw new Refusal(
      `${path} holds no character but ${JSON.stringify(first)}; two at least are needed for there to be something to learn`,
    );
}

/** Calls `read`, which touches the file system at `path`; its errors become sentences. */
function ask<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new Refusal(`there is no file or folder ${path}`);
    if (code === "EACCES" || code === "EPERM")
      throw new Refusal(`${path} may not be read; its permissions forbid it`);
    throw new Refusal(`${path} cannot be read: ${message}`);
  }
}

/** The paths of all files below `folder`, seen from there, without hidden ones and installed packages. */
function filesBelow(folder: string): readonly string[] {
  const entries = ask(folder, () => readdirSync(folder)).sort((a, b) => (a < b ? -1 : 1));
  return entries.flatMap((name) => {
    if (name.startsWith(".") || name === "node_modules") return [];
    // Links are not followed: they can lead in circles.
    const entry = ask(folder, () => lstatSync(join(folder, name)));
    if (entry.isDirectory()) return filesBelow(join(folder, name)).map((inner) => `${name}/${inner}`);
    return entry.isFile() ? [name] : [];
  });
}

/** The text of `bytes`, or undefined if they are not UTF-8 text. Lines end in "\n", wherever it was written. */
function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
  } catch {
    return undefined;
  }
}

/** One part in this many is held out. */
const holdOutEvery = 10;

/**
 * Holds out every tenth document; of fewer than ten documents, the last tenth of each. What is held out loses the
 * blocks that are near-duplicates of what is trained on: a network that had learnt those by heart would look good.
 */
export function split(documents: readonly Document[]): Omit<Corpus, "name"> {
  const train: string[] = [];
  const held: string[] = [];
  for (const [i, { text }] of documents.entries()) {
    if (documents.length >= holdOutEvery) (i % holdOutEvery === holdOutEvery - 1 ? held : train).push(text);
    else {
      const at = cut(text);
      train.push(text.slice(0, at));
      held.push(text.slice(at));
    }
  }
  const before = held.reduce((sum, text) => sum + text.length, 0);
  const heldOut = withoutNearDuplicates(held, train);
  return { documents: documents.length, train: train.join("\n"), heldOut, removed: before - heldOut.length };
}

/** Where the last tenth of `text` begins: at a line if there is one about there, never within a character. */
function cut(text: string): number {
  const tenth = text.length - Math.floor(text.length / holdOutEvery);
  const line = text.lastIndexOf("\n", tenth - 1) + 1;
  if (line > 0.8 * text.length) return line;
  return text.codePointAt(tenth - 1)! > 0xffff ? tenth + 1 : tenth;
}

const shingleWords = 5;
const blockLength = 400;

/**
 * What is left of `texts` without the blocks (lines of about 400 characters together) at least half of whose shingles
 * (five words in a row) also occur in `known`. Broder 1997, "On the resemblance and containment of documents".
 */
export function withoutNearDuplicates(texts: readonly string[], known: readonly string[]): string {
  const seen = new Set(known.flatMap((text) => shingles(text)));
  const isNew = (block: string): boolean => {
    const own = shingles(block);
    return own.length === 0 || 2 * own.filter((shingle) => seen.has(shingle)).length < own.length;
  };
  return texts.flatMap((text) => blocks(text).filter(isNew)).join("");
}

function blocks(text: string): readonly string[] {
  const made: string[] = [];
  let start = 0;
  while (start < text.length) {
    const lineEnd = text.indexOf("\n", start + blockLength);
    const end = lineEnd < 0 ? text.length : lineEnd + 1;
    made.push(text.slice(start, end));
    start = end;
  }
  return made;
}

/** By their hashes: the strings themselves would take many times the memory of the text. */
function shingles(text: string): readonly number[] {
  const words = (text.match(/\S+/g) ?? []).map((word) => hash(word));
  const made: number[] = [];
  for (let i = 0; i + shingleWords <= words.length; i++) {
    let h = 0;
    for (let j = i; j < i + shingleWords; j++) h = Math.imul(h ^ words[j]!, 0x85ebca6b) ^ (h >>> 15);
    made.push(h);
  }
  return made;
}

/** FNV-1a. */
function hash(word: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  return h;
}
