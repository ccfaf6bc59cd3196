/** Scenes in words. */
import type { Draws } from "../../draws.js";
import { Lexicon } from "./lexicon.js";

/** A thing in a scene. Places are in parts of the image's size, from the top left. */
export interface SceneObject {
  readonly shape: string;
  readonly color: string;
  readonly size: "small" | "large";
  readonly x: number;
  readonly y: number;
}

/** The shapes of objects in scenes. */
export const sceneShapes: readonly string[] = ["circle", "square", "triangle", "star", "ring"];

/** The colours of objects in scenes. */
export const sceneColors: readonly string[] = ["red", "green", "blue", "yellow", "purple", "white"];

/** How one object may lie to another. */
export const relations: readonly string[] = ["left of", "right of", "above", "below"];

/** The words of captions and questions. */
export const sceneLexicon: Lexicon = new Lexicon([
  ...sceneShapes,
  ...sceneShapes.map((shape) => `${shape}s`),
  ...sceneColors,
  ...relations.flatMap((relation) => relation.split(" ")),
  ..."a the thing things small large what color shape size is are there how many".split(" "),
]);

/** A caption: of a random one of the objects, and how it lies to a random other. */
export function describeScene(draws: Draws, objects: readonly SceneObject[]): string {
  const [first, second] = draws.shuffled(objects) as [SceneObject, SceneObject | undefined];
  if (second === undefined) return described(first);
  return `${described(first)} ${relationOf(first, second)} ${described(second)}`;
}

function described({ size, color, shape }: SceneObject): string {
  return `a ${size} ${color} ${shape}`;
}

/** How `a` lies to `b`: along the axis on which they are further apart. */
export function relationOf(a: SceneObject, b: SceneObject): string {
  const [dx, dy] = [a.x - b.x, a.y - b.y];
  if (Math.abs(dx) > Math.abs(dy)) return relations[dx < 0 ? 0 : 1]!;
  return relations[dy < 0 ? 2 : 3]!;
}
