/** What there is to look at, by name. */
import type { Generator, Tensor } from "@wengert/autograd";
import * as data from "@wengert/datasets";
import { heights, path, scatter } from "./charts.js";
import { language, sequences, series } from "./sequences.js";
import { circle, type Drawing, grid, picture, stacked, text, titled } from "./svg.js";

/** Each draws its data anew from a generator. */
export type Sheet = (generator: Generator) => Drawing;

type Images = data.GeneratedDataset<[image: Tensor, label: Tensor]>;

function imagesOf(images: Images, columns: number, scale: number): Drawing {
  const drawings = Array.from({ length: images.length }, (_, i) => picture(images.get(i)[0], scale));
  return grid(drawings, columns, 3);
}

function points(generator: Generator): Drawing {
  const count = 360;
  const kinds: Record<string, data.Points> = {
    moons: data.moons({ count, generator }),
    circles: data.circles({ count, generator }),
    spirals: data.spirals({ count, generator }),
    "spirals, 3 classes": data.spirals({ count, classes: 3, turns: 1, generator }),
    blobs: data.blobs({ count, generator }),
    xor: data.xor({ count, generator }),
  };
  const panels = Object.entries(kinds).map(([name, set]) => {
    const all = Array.from({ length: set.length }, (_, i) => set.get(i));
    return titled(
      name,
      scatter(
        all.map(placeOf),
        all.map(([, y]) => y.item()),
      ),
    );
  });
  return grid(panels, 3, 18);
}

function surfaces(generator: Generator): Drawing {
  const side = 60;
  const scale = 3;
  const panels = Object.entries(data.surfaces)
    .filter(([, { inputs }]) => inputs === 2)
    .map(([name, { low, high, value }]) => {
      const place = (k: number): number => low + ((k + 0.5) / side) * (high - low);
      const map = fromRows(
        Array.from({ length: side }, (_, i) =>
          Array.from({ length: side }, (__, j) => value([place(j), place(side - 1 - i)])),
        ),
      );
      const drawn = heights(map, scale);
      const set = data.regressionSurface({ surface: name as data.SurfaceName, count: 60, generator });
      const dots = Array.from({ length: set.length }, (_, i) => {
        const [x = 0, y = 0] = set.get(i)[0].toTypedArray();
        const at = (each: number): number => ((each - low) / (high - low)) * side * scale;
        return circle(at(x), side * scale - at(y), 1.6, "#fff");
      });
      return titled(name, { ...drawn, svg: drawn.svg + dots.join("") });
    });
  return grid(panels, 3, 18);
}

function fromRows(rows: readonly (readonly number[])[]): Tensor {
  return data.collate(rows.map((row) => [row] as const))[0];
}

function captions(generator: Generator): Drawing {
  const set = data.sceneCaptions({ count: 12, generator });
  return grid(
    Array.from({ length: set.length }, (_, i) => {
      const { image, caption } = set.get(i);
      return withLines(picture(image, 4), caption.split(/ (?=left of|right of|above|below)/));
    }),
    4,
    16,
  );
}

function questions(generator: Generator): Drawing {
  const set = data.sceneQuestions({ count: 12, generator });
  return grid(
    Array.from({ length: set.length }, (_, i) => {
      const { image, question, answer } = set.get(i);
      return withLines(picture(image, 4), [...wrapped(`${question}?`, 27), `→ ${answer}`]);
    }),
    4,
    16,
  );
}

function wrapped(words: string, width: number): string[] {
  const found = [""];
  for (const word of words.split(" ")) {
    const line = found.at(-1) ?? "";
    if (line.length + word.length < width) found[found.length - 1] = line === "" ? word : `${line} ${word}`;
    else found.push(word);
  }
  return found;
}

function withLines(drawing: Drawing, words: readonly string[]): Drawing {
  const svg = words.map((line, i) => text(0, drawing.height + 14 * (i + 1), line, { size: 11.5 }));
  return { ...drawing, height: drawing.height + 14 * 3 + 2, svg: drawing.svg + svg.join("") };
}

function transforms(generator: Generator): Drawing {
  const rows: readonly (readonly [name: string, transform: data.ImageTransform])[] = [
    ["as it is", data.normalize({})],
    ["randomAffine", data.randomAffine({ degrees: 25, translate: [0.1, 0.1], scale: [0.8, 1.2], shear: 15 })],
    ["elastic", data.elastic()],
    ["distort", data.distort({ degrees: 15, scale: [0.9, 1.1], shear: 10 })],
    ["randomCrop", data.randomCrop(32, { padding: 6 })],
    ["randomFlip", data.randomFlip()],
    ["cutOut", data.cutOut(12)],
    ["colorJitter", data.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.6, hue: 0.2 })],
    ["gaussianNoise", data.gaussianNoise({ std: 0.15 })],
    ["resize", data.resize(16)],
  ];
  const [digits, shapes] = [
    data.digits({ size: 32, count: 10, generator }),
    data.shapes({ count: 10, generator }),
  ];
  const subjects = [digits.get(3)[0], digits.get(8)[0], shapes.get(5)[0], shapes.get(7)[0]];
  const drawn = rows.map(([name, transform]) => {
    const images = subjects.flatMap((subject, s) => {
      if (name === "colorJitter" && subject.shape[0] === 1) return [];
      return Array.from({ length: 4 }, (_, k) => {
        const change = data.onImage(transform);
        return picture(change(subject, generator.fork(`${name} ${s} ${k}`)), name === "resize" ? 4 : 2);
      });
    });
    return titled(name, grid(images, 16, 3));
  });
  return stacked(drawn, 8);
}

/** Some of everything, for a first look. */
function overview(generator: Generator): Drawing {
  const set = data.moons({ count: 160, generator });
  const twisted = data.spirals({ count: 160, generator });
  const panels = [set, twisted].map((each) => {
    const all = Array.from({ length: each.length }, (_, i) => each.get(i));
    return scatter(
      all.map(placeOf),
      all.map(([, y]) => y.item()),
      150,
    );
  });
  const [flow] = data.lorenz({ length: 900, generator }).get(0);
  const { image, question, answer } = data.sceneQuestions({ noise: 0, generator }).get(4);
  const asked = withLines(picture(image, 3), [...wrapped(`${question}?`, 22), `→ ${answer}`]);
  return stacked([
    imagesOf(data.digits({ count: 26, generator }), 13, 2),
    imagesOf(data.shapes({ count: 11, noise: 0, generator }), 11, 2),
    grid([...panels, path(pairsOf(flow), 190, 150), asked], 4, 14),
  ]);
}

function placeOf([x]: readonly [Tensor, Tensor]): readonly [number, number] {
  const [u = 0, v = 0] = x.toTypedArray();
  return [u, v];
}

function pairsOf(flow: Tensor): (readonly [number, number])[] {
  const [x, , z] = flow.transpose().toArray() as readonly (readonly number[])[];
  return (x ?? []).map((each, t) => [each, z?.[t] ?? 0] as const);
}

export const sheets: Readonly<Record<string, Sheet>> = {
  digits: (generator) => imagesOf(data.digits({ count: 200, generator }), 20, 2),
  shapes: (generator) => imagesOf(data.shapes({ count: 120, generator }), 20, 2),
  captions,
  questions,
  points,
  surfaces,
  series,
  sequences,
  language,
  transforms,
  overview,
};
