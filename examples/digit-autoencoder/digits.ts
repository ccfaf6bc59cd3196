/** Digits, each turned, slanted, scaled and moved another way. */
import { type Generator, type NdarrayLike, type Tensor, tensor } from "@wengert/autograd";
import { randomAffine } from "@wengert/datasets";

/** Width and height of an image. */
export const side = 16;

const glyphs = [
  ".###. #...# #..## #.#.# ##..# #...# .###.",
  "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
  ".###. #...# ....# ...#. ..#.. .#... #####",
  "##### ...#. ..#.. ...#. ....# #...# .###.",
  "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
  "##### #.... ####. ....# ....# #...# .###.",
  "..##. .#... #.... ####. #...# #...# .###.",
  "##### ....# ...#. ..#.. .#... .#... .#...",
  ".###. #...# #...# .###. #...# #...# .###.",
  ".###. #...# #...# .#### ....# ...#. .##..",
].map((rows) => rows.split(" "));

const moved = randomAffine({ degrees: 12, shear: 12, scale: [0.75, 1.05], translate: [0.08, 0.08] });

/** A digit upright in the middle, a point of the glyph being two pixels wide and high. */
function upright(digit: number): NdarrayLike {
  const data = new Float32Array(side * side);
  glyphs[digit]!.forEach((row, i) => {
    for (let j = 0; j < row.length; j++) {
      if (row[j] !== "#") continue;
      for (const y of [1 + 2 * i, 2 + 2 * i]) for (const x of [3 + 2 * j, 4 + 2 * j]) data[y * side + x] = 1;
    }
  });
  return { data, shape: [side, side], stride: [side, 1], offset: 0 };
}

const originals = glyphs.map((_, digit) => upright(digit));

/** Images [count, side · side] of numbers from 0, white, to 1; the digits follow one another, 0 to 9. */
export function drawDigits(count: number, generator: Generator): Tensor {
  const images = new Float32Array(count * side * side);
  for (let i = 0; i < count; i++) {
    const { data } = moved(originals[i % 10]!, generator.fork(i));
    images.set(data, i * side * side);
  }
  return tensor(images, { shape: [count, side * side] });
}
