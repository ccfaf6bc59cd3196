/** Rows of images as an SVG. */
import { side } from "./digits.js";
import type { Row } from "./model.js";

const scale = 3;
const gap = 8;
const heading = 22;
/** Greys that are told apart. */
const levels = 16;

const grey = (level: number): string => {
  const shade = Math.floor(255 * (1 - level / (levels - 1)))
    .toString(16)
    .padStart(2, "0");
  return `#${shade}${shade}${shade}`;
};

/** An image as a path for each of the greys in it; white is left out. */
function imageOf(pixels: readonly number[], left: number, top: number): string {
  const paths = new Map<number, string>();
  pixels.forEach((value, i) => {
    const level = Math.floor(Math.min(1, Math.max(0, value)) * (levels - 1) + 0.5);
    if (level > 0) paths.set(level, `${paths.get(level) ?? ""}M${i % side} ${Math.floor(i / side)}h1v1h-1z`);
  });
  const drawn = [...paths].map(([level, path]) => `<path fill="${grey(level)}" d="${path}"/>`);
  return `<g transform="translate(${left} ${top}) scale(${scale})"><rect width="${side}" height="${side}" fill="#ffffff"/>${drawn.join("")}</g>`;
}

/** The rows one below the other, each under its title: dark where a pixel is near 1. */
export function svgOf(rows: readonly Row[]): string {
  const across = side * scale + gap;
  const down = across + heading;
  const all = rows.map(({ title, images }) => ({ title, images: images.toArray() as number[][] }));
  const [width, height] = [
    gap + across * Math.max(...all.map(({ images }) => images.length)),
    gap + down * rows.length,
  ];
  const drawn = all.flatMap(({ title, images }, row) => [
    `<text x="${gap}" y="${row * down + heading}">${title}</text>`,
    ...images.map((image, i) => imageOf(image, gap + i * across, row * down + heading + gap)),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" fill="#333333" shape-rendering="crispEdges">`,
    `<rect width="${width}" height="${height}" fill="#dddddd"/>`,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}
