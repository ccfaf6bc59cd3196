/** Scenes of a few shapes, with what can be said and asked about them. */
import type { Tensor } from "@wengert/autograd";
import type { Draws } from "../draws.js";
import { checkIntegers, checkNumbers, checkRange } from "../requirements.js";
import { inverted } from "../transforms/affine.js";
import { sinCos } from "../trigonometry.js";
import { type Color, type FigureName, figures, paint } from "./drawing/figures.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";
import {
  describeScene,
  type SceneObject,
  sceneColors,
  sceneLexicon,
  sceneShapes,
} from "./language/scene-captions.js";
import { askAbout } from "./language/scene-questions.js";
import { photograph } from "./shapes.js";

export interface ScenesOptions extends GeneratedOptions {
  /** The height and width of an image in pixels, 48 by default. */
  readonly size?: number;
  /** The least and the largest number of objects, from 1 to 6; each number in between is as likely. */
  readonly objects?: readonly [least: number, most: number];
  /** The standard deviation of the noise of each number, 0.02 by default. */
  readonly noise?: number;
}

/** What there is, and a picture of it, [3, size, size] float32, from 0 to 1. */
export interface Scene {
  readonly image: Tensor;
  readonly objects: readonly SceneObject[];
}

/**
 * Scenes of two to four objects on a grey ground, in the manner of CLEVR (J. Johnson et al.: CLEVR, a diagnostic dataset for
 * compositional language and elementary visual reasoning. CVPR 2017) but flat. Objects have one of five shapes, six colours
 * and two sizes, and do not overlap; no two of a scene have both shape and colour alike.
 *
 * @throws ArgumentError if `size` is not an integer, 24 or more, or `objects` are not two integers from 1 to 6 in order
 */
export function scenes(options: ScenesOptions = {}): GeneratedDataset<Scene> {
  return scenesOf("scenes", [2, 4], options, (_, scene) => scene);
}

export interface CaptionedScene {
  readonly image: Tensor;
  /** "a small red circle left of a large blue star", or "a large green ring" */
  readonly caption: string;
  /** The caption by {@link sceneLexicon}, from its beginning to its end: [T] int32. */
  readonly words: Tensor;
}

/**
 * Pictures and what is in them: {@link scenes} of two objects, by default, with a caption that says all of both, and how the
 * first lies to the second: left of, right of, above or below, whichever is the larger distance. With more objects two
 * are told of.
 *
 * @throws ArgumentError as {@link scenes}
 */
export function sceneCaptions(options: ScenesOptions = {}): GeneratedDataset<CaptionedScene> {
  return scenesOf("sceneCaptions", [2, 2], options, (draws, { image, objects }) => {
    const caption = describeScene(draws, objects);
    return { image, caption, words: sceneLexicon.encode(caption, { ends: true }) };
  });
}

export interface QuestionedScene {
  readonly image: Tensor;
  /** "what color is the large star", "is the red ring above the blue star", "how many circles are there" … */
  readonly question: string;
  /** One of {@link sceneAnswers}. */
  readonly answer: string;
  /** The question by {@link sceneLexicon}: [T] int32. */
  readonly words: Tensor;
  /** The number of the answer in {@link sceneAnswers}, 0-d int32. */
  readonly label: Tensor;
}

/**
 * Pictures, questions and answers: {@link scenes} of two to four objects, by default, with a question of one of six kinds:
 * for a colour, a shape or a size, whether something is there, how two things lie, how many there are. Each kind is as
 * likely, where the scene allows it; of answers yes and no each is as likely, so that a guess without a look fails.
 *
 * @throws ArgumentError as {@link scenes}
 */
export function sceneQuestions(options: ScenesOptions = {}): GeneratedDataset<QuestionedScene> {
  return scenesOf("sceneQuestions", [2, 4], options, (draws, { image, objects }) => ({
    image,
    ...askAbout(draws, objects),
  }));
}

function scenesOf<T>(
  name: string,
  usual: readonly [number, number],
  { size = 48, objects = usual, noise = 0.02, ...options }: ScenesOptions,
  finish: (draws: Draws, scene: Scene) => T,
): GeneratedDataset<T> {
  checkIntegers(name, { size }, 24);
  checkIntegers(name, { objects: objects[0] }, 1);
  checkIntegers(name, { objects: objects[1] }, 1);
  checkRange(name, "objects", objects, 1);
  checkRange(name, "objects", [objects[1], 6], 1);
  checkNumbers(name, { noise }, 0);
  return new GeneratedDataset(name, options, (draws) => {
    const placed = arranged(draws, draws.integer(objects[0], objects[1] + 1));
    return finish(draws, { image: picture(draws, placed, size, noise), objects: placed });
  });
}

const radii = { small: 0.11, large: 0.19 };

/** Objects at places that they do not share: where it cannot go on, it starts again. */
function arranged(draws: Draws, count: number): readonly SceneObject[] {
  for (;;) {
    const made: SceneObject[] = [];
    for (let attempt = 0; attempt < 60 && made.length < count; attempt++) {
      const size = draws.choice(["small", "large"] as const);
      const margin = radii[size] + 0.02;
      const object: SceneObject = {
        shape: draws.choice(sceneShapes),
        color: draws.choice(sceneColors),
        size,
        x: draws.uniform(margin, 1 - margin),
        y: draws.uniform(margin, 1 - margin),
      };
      if (made.every((other) => apart(object, other))) made.push(object);
    }
    if (made.length === count) return made;
  }
}

function apart(a: SceneObject, b: SceneObject): boolean {
  const least = radii[a.size] + radii[b.size] + 0.03;
  const [dx, dy] = [a.x - b.x, a.y - b.y];
  return dx * dx + dy * dy > least * least && (a.shape !== b.shape || a.color !== b.color);
}

const paints: Readonly<Record<string, Color>> = {
  red: [0.85, 0.12, 0.1],
  green: [0.1, 0.6, 0.15],
  blue: [0.12, 0.25, 0.85],
  yellow: [0.95, 0.85, 0.1],
  purple: [0.55, 0.15, 0.65],
  white: [0.97, 0.97, 0.97],
};

function picture(draws: Draws, objects: readonly SceneObject[], size: number, noise: number): Tensor {
  const image = new Float32Array(3 * size * size).fill(draws.uniform(0.35, 0.6));
  for (const { shape, color, size: of, x, y } of objects) {
    const radius = radii[of] * size;
    const [sine, cosine] = sinCos(draws.uniform(-0.25, 0.25));
    const [a, b] = [radius * cosine, radius * sine];
    const shade = shadeOf(draws, paints[color]!);
    const matrix = [a, b, -b, a, x * size - 0.5, y * size - 0.5] as const;
    paint(image, size, size, figures[shape as FigureName], shade, inverted(matrix));
  }
  return photograph(draws, image, size, noise);
}

/** Darker or brighter, and a little of another tint: more of it would make white pink, and yellow orange. */
function shadeOf(draws: Draws, color: Color): Color {
  const factors = color.map(() => draws.uniform(0.85, 1.1));
  const light = factors.reduce((sum, each) => sum + each, 0) / factors.length;
  return color.map((each, i) =>
    Math.min(1, each * (light + 0.2 * (factors[i]! - light))),
  ) as unknown as Color;
}
