// Same seed, same bits, on every engine: what the first samples of each generator come to. A change that is meant renews the
// sums by `npx vitest run --project datasets -u` and is named in CHANGELOG.md.
import { createHash } from "node:crypto";
import { Generator, rand, Tensor } from "@wengert/autograd";
import * as data from "@wengert/datasets";
import { expect, test } from "vitest";

/** The beginning of a SHA-256 over all numbers and texts, in their order. */
function sumOf(values: readonly unknown[]): string {
  const hash = createHash("sha256");
  const add = (value: unknown): void => {
    if (value instanceof Tensor) hash.update(value.toTypedArray());
    else if (ArrayBuffer.isView(value)) hash.update(value as Uint8Array);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(add);
    else hash.update(String(value));
  };
  values.forEach(add);
  return hash.digest("hex").slice(0, 12);
}

const generators = {
  addingProblem: data.addingProblem,
  binaryAddition: data.binaryAddition,
  blobs: data.blobs,
  brackets: data.brackets,
  circles: data.circles,
  copyMemory: data.copyMemory,
  digits: data.digits,
  hiddenMarkovModel: (options) => new data.HiddenMarkovModel().sequences(options),
  linearDynamicalSystem: (options) => new data.LinearDynamicalSystem().sequences(options),
  lorenz: data.lorenz,
  mackeyGlass: data.mackeyGlass,
  moons: data.moons,
  parity: data.parity,
  reber: data.reber,
  regressionSurface: data.regressionSurface,
  sceneCaptions: data.sceneCaptions,
  sceneQuestions: data.sceneQuestions,
  shapes: data.shapes,
  sines: data.sines,
  spamMessages: data.spamMessages,
  spirals: data.spirals,
  taggedSentences: data.taggedSentences,
  temporalOrder: data.temporalOrder,
  translations: data.translations,
  xor: data.xor,
} satisfies Record<string, (options: data.GeneratedOptions) => data.GeneratedDataset<unknown>>;

test("generated data", () => {
  const sums = Object.entries(generators).map(([name, make]) => {
    const set = make({ count: 4, generator: new Generator(0) });
    return [name, sumOf([0, 1, 2, 3].map((i) => set.get(i)))];
  });
  expect(Object.fromEntries(sums)).toMatchInlineSnapshot(`
    {
      "addingProblem": "cb531a35642b",
      "binaryAddition": "0299450fef87",
      "blobs": "5159d5143818",
      "brackets": "3033d5a233d1",
      "circles": "d2e0b67706a9",
      "copyMemory": "03be6f763179",
      "digits": "e52299425e24",
      "hiddenMarkovModel": "d4570a41d398",
      "linearDynamicalSystem": "7b49cd1a5d9a",
      "lorenz": "6ae306dab2ae",
      "mackeyGlass": "30e15570e4d3",
      "moons": "9bcd3dda3004",
      "parity": "1200d68b3f09",
      "reber": "bdc930b1972e",
      "regressionSurface": "6bac14425b51",
      "sceneCaptions": "7ce1723c842f",
      "sceneQuestions": "bcba0acafcff",
      "shapes": "6d5b31ddeed9",
      "sines": "7def281deefe",
      "spamMessages": "86d8938a24ab",
      "spirals": "d13054bd9aec",
      "taggedSentences": "7d84f3b64b5a",
      "temporalOrder": "06710d8f5e87",
      "translations": "a1ded18d6b37",
      "xor": "94731d437f3d",
    }
  `);
});

test("transforms", () => {
  const image = rand([3, 16, 16], { generator: new Generator(0) }).ndarray;
  const transforms: Record<string, data.ImageTransform> = {
    colorJitter: data.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
    cutOut: data.cutOut(4),
    distort: data.distort({ degrees: 10, shear: 10, scale: [0.9, 1.1], translate: [0.1, 0.1] }),
    gaussianNoise: data.gaussianNoise({ std: 1 }),
    randomCrop: data.randomCrop(8),
    resize: data.resize(9),
    whitening: data.Whitening.fit(
      [1, 2, 3].map((seed) => rand([6], { generator: new Generator(seed) }).ndarray),
      {
        components: 2,
      },
    ).transform,
  };
  const sums = Object.entries(transforms).map(([name, change]) => {
    const x = name === "whitening" ? rand([6], { generator: new Generator(9) }).ndarray : image;
    return [name, sumOf([change(x, new Generator(1)).data])];
  });
  expect(Object.fromEntries(sums)).toMatchInlineSnapshot(`
    {
      "colorJitter": "357d55f8dc8b",
      "cutOut": "7a2d778efe35",
      "distort": "48613a7f4c5e",
      "gaussianNoise": "68d82de0e0a7",
      "randomCrop": "49dd55b264c7",
      "resize": "a8508470ba97",
      "whitening": "a985f4aced4f",
    }
  `);
});
