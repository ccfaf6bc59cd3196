/** Sequences: as lines over time, as rows of symbols, as sentences. */
import type { Generator, Tensor } from "@wengert/autograd";
import * as data from "@wengert/datasets";
import { lines, path, shades, table } from "./charts.js";
import { type Drawing, grid, palette, stacked, titled } from "./svg.js";

/** Column `i` of [T, D]. */
function column(x: Tensor, i: number): ArrayLike<number> {
  return x.select(i, { axis: 1 }).toTypedArray();
}

/** Time series. */
export function series(generator: Generator): Drawing {
  const [control, wave] = data.sines({ length: 300, hold: 75, generator }).get(0);
  const [glass] = data.mackeyGlass({ length: 400, generator }).get(0);
  const [wild] = data.mackeyGlass({ length: 400, delay: 30, generator }).get(0);
  const [flow] = data.lorenz({ length: 1500, generator }).get(0);
  const system = new data.LinearDynamicalSystem();
  const [seen, states] = system.sequences({ length: 150, generator }).get(0);
  const { means, covariances } = system.filter(seen);
  const deviations = covariances.select(0, { axis: 1 }).select(0, { axis: 1 }).sqrt().mul(2);
  const model = new data.HiddenMarkovModel();
  const [rolls, dice] = model.sequences({ length: 200, generator }).get(0);
  const believed = model.forward(rolls).states;
  const [blue, red, green, , , grey] = palette as readonly string[] as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return stacked([
    titled(
      "sines: the control (red) and the wave that has its frequency",
      lines([{ values: column(wave, 0) }, { values: column(control, 0) }]),
    ),
    titled("Mackey–Glass, τ = 17", lines([{ values: column(glass, 0) }])),
    titled("Mackey–Glass, τ = 30", lines([{ values: column(wild, 0) }])),
    grid(
      [
        titled("Lorenz: x and z", path(pairs(column(flow, 0), column(flow, 2)))),
        titled("Lorenz: x and y", path(pairs(column(flow, 0), column(flow, 1)))),
      ],
      2,
      30,
    ),
    titled(
      "linear dynamical system: state (grey), what is observed of it (dots), Kalman filter with two standard deviations (blue)",
      lines([
        { values: column(seen, 0), dots: true, color: red },
        { values: column(states, 0), color: grey },
        { values: column(means, 0), band: deviations.toTypedArray(), color: blue },
      ]),
    ),
    titled(
      "hidden Markov model: rolls of the die (dots), loaded or not (grey), and how likely loaded by the forward algorithm (green)",
      lines([
        { values: rolls.to("float32").div(5).toTypedArray(), dots: true, color: red },
        { values: dice.toTypedArray(), color: grey },
        { values: column(believed, 1), color: green },
      ]),
    ),
  ]);
}

function pairs(x: ArrayLike<number>, y: ArrayLike<number>): (readonly [number, number])[] {
  return Array.from(x, (each, i) => [each, y[i] ?? 0] as const);
}

/** The symbols that the rows of a one-hot matrix stand for. */
function symbolsOf(x: Tensor, symbols: readonly string[]): string {
  return Array.from(x.argmax({ axis: 1 }).toTypedArray(), (id) => symbols[id] ?? "?").join("");
}

/** Tasks on sequences of symbols and bits. */
export function sequences(generator: Generator): Drawing {
  const count = 3;
  const texts = <S>(set: data.GeneratedDataset<S>, row: (sample: S) => readonly string[]): Drawing =>
    table(
      Array.from({ length: set.length }, (_, i) => row(set.get(i))),
      ["#222", palette[1] ?? "", "#777"],
    );
  const digits = (x: Tensor): string => Array.from(x.toTypedArray()).reverse().join("");
  const letters = Array.from("abcdefgh_!");
  const adding = data.addingProblem({ length: 60, count: 2, generator });
  const [copied, answer] = data.copyMemory({ delay: 30, generator }).get(0);
  return stacked([
    ...[0, 1].map((i) => {
      const [x, y] = adding.get(i);
      return titled(
        `adding problem: numbers (blue) and marks (red; the first step keeps −1), target ${y.item().toFixed(3)}`,
        lines([{ values: column(x, 0) }, { values: column(x, 1) }], 620, 70),
      );
    }),
    titled(
      "temporal order: the class is the order of X and Y",
      texts(data.temporalOrder({ count, length: 60, generator }), ([x, y]) => [
        symbolsOf(x, data.temporalOrderSymbols),
        ["XX", "XY", "YX", "YY"][y.item()] ?? "",
      ]),
    ),
    titled(
      "copying memory: the input and the answer",
      table([
        [symbolsOf(copied, letters)],
        [Array.from(answer.toTypedArray(), (id) => letters[id] ?? "").join("")],
      ]),
    ),
    titled("the input of copying memory, one-hot", shades(copied.transpose(), 9)),
    titled(
      "binary addition",
      texts(data.binaryAddition({ count, generator }), ([x, y]) => {
        const [a, b] = [x.select(0, { axis: 1 }), x.select(1, { axis: 1 })];
        const value = (bits: Tensor): number => data.binaryNumber(bits.toTypedArray());
        return [`${digits(a)} + ${digits(b)}`, digits(y), `${value(a)} + ${value(b)} = ${value(y)}`];
      }),
    ),
    titled(
      "parity",
      texts(data.parity({ count, length: 24, generator }), ([x, y]) => [
        Array.from(x.toTypedArray()).join(""),
        y.item() === 1 ? "odd" : "even",
      ]),
    ),
    titled(
      "brackets",
      texts(data.brackets({ count: 4, length: 36, kinds: 3, generator }), ([x, y]) => [
        symbolsOf(x, data.bracketSymbols),
        y.item() === 1 ? "match" : "do not match",
      ]),
    ),
    titled(
      "Reber grammar",
      texts(data.reber({ count, generator }), ([x]) => [`${symbolsOf(x, data.reberSymbols)}E`]),
    ),
    titled(
      "embedded Reber grammar",
      texts(data.reber({ count, embedded: true, generator }), ([x]) => [
        `${symbolsOf(x, data.reberSymbols)}E`,
      ]),
    ),
  ]);
}

/** Toy languages. */
export function language(generator: Generator): Drawing {
  const each = <S>(
    set: data.GeneratedDataset<S>,
    rows: (sample: S) => (readonly string[])[],
  ): (readonly string[])[] => Array.from({ length: set.length }, (_, i) => rows(set.get(i))).flat();
  const tagged = each(data.taggedSentences({ count: 6, generator }), ({ text, tags }) => {
    const words = text.split(" ");
    const names = Array.from(tags.toTypedArray(), (tag) => data.partsOfSpeech[tag] ?? "");
    const widths = words.map((word, i) => Math.max(word.length, (names[i] ?? "").length) + 1);
    const spaced = (all: readonly string[]): string =>
      all.map((word, i) => word.padEnd(widths[i] ?? 0)).join("");
    return [[spaced(words)], [spaced(names)]];
  });
  const messages = each(data.spamMessages({ count: 10, generator }), ({ text, label }) => [
    [label.item() === 1 ? "spam" : "", text],
  ]);
  const pairsOfTexts = each(data.translations({ count: 10, generator }), ({ english, french }) => [
    [english, french],
  ]);
  return stacked([
    titled("tagged sentences", table(tagged)),
    titled("messages", table(messages, [palette[1] ?? ""])),
    titled("translations", table(pairsOfTexts, ["#222", palette[0] ?? ""])),
  ]);
}
