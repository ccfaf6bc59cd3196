/** Lines drawn by a round pen. */

export type Place = readonly [x: number, y: number];

/** What the pen does without being lifted: straight lines from place to place, or a smooth curve through all of them. */
export interface Stroke {
  readonly places: readonly Place[];
  readonly smooth?: boolean;
  /** Whether it ends where it began. */
  readonly closed?: boolean;
}

// Straight pieces from one place of a curve to the next: at 28 pixels nobody sees more.
const pieces = 5;

/** A stroke as straight lines; curves are Catmull–Rom splines, whose ends are as if they went on straight. */
export function flattened({ places, smooth = false, closed = false }: Stroke): readonly Place[] {
  const count = places.length;
  const at = (i: number): Place => {
    if (closed) return places[(i + count) % count]!;
    if (i >= 0 && i < count) return places[i]!;
    const [end, inner] = i < 0 ? [places[0]!, places[1]!] : [places[count - 1]!, places[count - 2]!];
    return [2 * end[0] - inner[0], 2 * end[1] - inner[1]];
  };
  const spans = closed ? count : count - 1;
  if (!smooth) return Array.from({ length: spans + 1 }, (_, i) => at(i));
  const made: Place[] = [];
  for (let i = 0; i < spans; i++)
    for (let k = 0; k < pieces; k++) made.push(between(at(i - 1), at(i), at(i + 1), at(i + 2), k / pieces));
  made.push(at(spans));
  return made;
}

function between(a: Place, b: Place, c: Place, d: Place, t: number): Place {
  const along = (i: 0 | 1): number =>
    b[i] +
    (t / 2) *
      (c[i] - a[i] + t * (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i] + t * (3 * (b[i] - c[i]) + d[i] - a[i])));
  return [along(0), along(1)];
}

/**
 * Draws lines into an image [height, width] by a pen of a diameter, all in pixels, pixel (i, j) being at x = j, y = i: a
 * pixel is dark (1) as far as its square is covered, taken from its distance to the line.
 */
export function ink(
  image: Float32Array,
  height: number,
  width: number,
  line: readonly Place[],
  diameter: number,
): void {
  const reach = diameter / 2 + 0.5;
  for (let k = 1; k < line.length; k++) {
    const [x0, y0] = line[k - 1]!;
    const [x1, y1] = line[k]!;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squared = dx * dx + dy * dy;
    const [left, right] = spanOf(x0, x1, reach, width);
    const [top, bottom] = spanOf(y0, y1, reach, height);
    for (let i = top; i <= bottom; i++)
      for (let j = left; j <= right; j++) {
        const part = squared === 0 ? 0 : ((j - x0) * dx + (i - y0) * dy) / squared;
        const t = Math.max(0, Math.min(1, part));
        const [u, v] = [j - x0 - t * dx, i - y0 - t * dy];
        const cover = Math.min(1, reach - Math.sqrt(u * u + v * v));
        const at = i * width + j;
        if (cover > image[at]!) image[at] = cover;
      }
  }
}

function spanOf(a: number, b: number, reach: number, length: number): [first: number, last: number] {
  return [
    Math.max(0, Math.ceil(Math.min(a, b) - reach)),
    Math.min(length - 1, Math.floor(Math.max(a, b) + reach)),
  ];
}
