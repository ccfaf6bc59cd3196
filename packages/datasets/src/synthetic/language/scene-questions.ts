/** Questions about scenes. */
import type { Tensor } from "@wengert/autograd";
import type { Draws } from "../../draws.js";
import { label } from "../fields.js";
import {
  relationOf,
  relations,
  type SceneObject,
  sceneColors,
  sceneLexicon,
  sceneShapes,
} from "./scene-captions.js";

/** All answers that there are. */
export const sceneAnswers: readonly string[] = [
  "no",
  "yes",
  ...sceneColors,
  ...sceneShapes,
  "small",
  "large",
  ..."0 1 2 3 4 5 6".split(" "),
];

type Exchange = readonly [question: string, answer: string];
type Objects = readonly SceneObject[];

/** A question, its answer, and both as numbers. */
export function askAbout(
  draws: Draws,
  objects: Objects,
): { question: string; answer: string; words: Tensor; label: Tensor } {
  const kinds = draws.shuffled([askColor, askShape, askSize, askPresence, askRelation, askCount]);
  let found: Exchange | undefined;
  for (const kind of kinds) found ??= kind(draws, objects);
  const [question, answer] = found!; // two of the kinds can always be asked
  return {
    question,
    answer,
    words: sceneLexicon.encode(question),
    label: label(sceneAnswers.indexOf(answer)),
  };
}

/** Something with a name that only one object has, or undefined. */
function oneOf(
  draws: Draws,
  objects: Objects,
  nameOf: (object: SceneObject) => string,
): readonly [SceneObject, string] | undefined {
  const named = objects.map((object) => [object, nameOf(object)] as const);
  const unique = named.filter(([, name]) => named.filter(([, other]) => other === name).length === 1);
  return unique.length === 0 ? undefined : draws.choice(unique);
}

function askColor(draws: Draws, objects: Objects): Exchange | undefined {
  const bySize = draws.chance(0.5);
  const found = oneOf(draws, objects, ({ size, shape }) => (bySize ? `${size} ${shape}` : shape));
  return found && [`what color is the ${found[1]}`, found[0].color];
}

function askShape(draws: Draws, objects: Objects): Exchange | undefined {
  const bySize = draws.chance(0.5);
  const found = oneOf(draws, objects, ({ size, color }) => (bySize ? `${size} ${color}` : color));
  return found && [`what shape is the ${found[1]} thing`, found[0].shape];
}

function askSize(draws: Draws, objects: Objects): Exchange | undefined {
  const byColor = draws.chance(0.5);
  const found = oneOf(draws, objects, ({ color, shape }) => (byColor ? `${color} thing` : shape));
  return found && [`what size is the ${found[1]}`, found[0].size];
}

function askPresence(draws: Draws, objects: Objects): Exchange {
  const answer = draws.chance(0.5);
  const there = (color: string, shape: string): boolean =>
    objects.some((object) => object.color === color && object.shape === shape);
  const pairs = sceneColors.flatMap((color) => sceneShapes.map((shape) => [color, shape] as const));
  // What is not there is half there where it can be: its colour, or its shape.
  const [color, shape] = draws.choice(
    pairs.filter(
      ([c, s]) =>
        there(c, s) === answer && objects.some((object) => object.color === c || object.shape === s),
    ),
  );
  return [`is there a ${color} ${shape}`, answer ? "yes" : "no"];
}

function askRelation(draws: Draws, objects: Objects): Exchange | undefined {
  if (objects.length < 2) return undefined;
  const [a, b] = draws.shuffled(objects) as [SceneObject, SceneObject];
  const truth = relationOf(a, b);
  const answer = draws.chance(0.5);
  // The opposite, for what is above is often left of it as well.
  const asked = answer ? truth : relations[relations.indexOf(truth) ^ 1]!;
  return [`is the ${a.color} ${a.shape} ${asked} the ${b.color} ${b.shape}`, answer ? "yes" : "no"];
}

function askCount(draws: Draws, objects: Objects): Exchange {
  const { shape, color } = draws.choice(objects);
  const byShape = draws.chance(0.5);
  // Now and then of what is not there.
  const other = draws.chance(0.25);
  const value = byShape
    ? other
      ? draws.choice(sceneShapes)
      : shape
    : other
      ? draws.choice(sceneColors)
      : color;
  const count = objects.filter((object) => (byShape ? object.shape : object.color) === value).length;
  return [`how many ${byShape ? `${value}s` : `${value} things`} are there`, String(count)];
}
