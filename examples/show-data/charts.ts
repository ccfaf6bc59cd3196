/** Numbers as pictures. */
import { type Tensor, tensor } from "@wengert/autograd";
import { circle, type Drawing, palette, picture, polyline, rectangle, text } from "./svg.js";

type Numbers = ArrayLike<number>;

/** What is drawn of a series: a line, dots, or a band of a width around it. */
export interface Series {
  readonly values: Numbers;
  readonly color?: string;
  readonly dots?: boolean;
  /** Half the width of a band around the values. */
  readonly band?: Numbers;
}

/** Series over time, on one scale. */
export function lines(all: readonly Series[], width = 620, height = 110): Drawing {
  const edges = all.flatMap(({ values, band }) =>
    Array.from(values).flatMap((value, t) => [value - (band?.[t] ?? 0), value + (band?.[t] ?? 0)]),
  );
  const [low, high] = [Math.min(...edges), Math.max(...edges)];
  const length = Math.max(...all.map(({ values }) => values.length));
  const x = (t: number): number => (t / (length - 1)) * width;
  const y = (value: number): number => 2 + (1 - (value - low) / (high - low || 1)) * (height - 4);
  const svg = [rectangle(0, 0, width, height, "none", "#ccc")];
  for (const [
    i,
    { values, color = palette[i % palette.length] ?? "", dots = false, band },
  ] of all.entries()) {
    const places = Array.from(values, (value, t) => [x(t), y(value)] as const);
    if (band !== undefined) {
      const side = (sign: number): string[] =>
        Array.from(values, (value, t) => `${x(t).toFixed(1)},${y(value + sign * (band[t] ?? 0)).toFixed(1)}`);
      svg.push(
        `<polygon points="${[...side(1), ...side(-1).reverse()].join(" ")}" fill="${color}" fill-opacity="0.2"/>`,
      );
    }
    if (dots) svg.push(...places.map(([u, v]) => circle(u, v, 1.5, color, 0.7)));
    else svg.push(polyline(places, color));
  }
  svg.push(text(width + 6, 10, high.toPrecision(3), { size: 10, color: "#777" }));
  svg.push(text(width + 6, height, low.toPrecision(3), { size: 10, color: "#777" }));
  return { width: width + 44, height, svg: svg.join("") };
}

/** Points of the plane in the colours of their classes. */
export function scatter(
  places: readonly (readonly [x: number, y: number])[],
  classes: readonly number[],
  size = 170,
): Drawing {
  const middle = ([0, 1] as const).map((axis) => {
    const all = places.map((place) => place[axis]);
    return (Math.min(...all) + Math.max(...all)) / 2;
  }) as unknown as readonly [number, number];
  const reach =
    1.06 * Math.max(...places.flatMap(([x, y]) => [Math.abs(x - middle[0]), Math.abs(y - middle[1])]));
  const at = (value: number, axis: 0 | 1): number => ((value - middle[axis]) / reach / 2 + 0.5) * size;
  const dots = places.map(([x, y], i) =>
    circle(at(x, 0), size - at(y, 1), 2, palette[(classes[i] ?? 0) % palette.length] ?? "", 0.75),
  );
  return { width: size, height: size, svg: [rectangle(0, 0, size, size, "none", "#ccc"), ...dots].join("") };
}

/** A path through the plane. */
export function path(
  places: readonly (readonly [x: number, y: number])[],
  width = 300,
  height = 220,
): Drawing {
  const span = (axis: 0 | 1): readonly [number, number] => {
    const all = places.map((place) => place[axis]);
    return [Math.min(...all), Math.max(...all)];
  };
  const [[left, right], [bottom, top]] = [span(0), span(1)];
  const drawn = places.map(
    ([x, y]) =>
      [((x - left) / (right - left)) * width, height - ((y - bottom) / (top - bottom)) * height] as const,
  );
  return { width, height, svg: polyline(drawn, palette[0] ?? "", 0.8) };
}

/** A matrix [rows, columns] as shades: 0 is white, the largest number dark. */
export function shades(matrix: Tensor, scale: number): Drawing {
  const numbers = matrix.to("float32");
  const largest = Math.max(...numbers.toTypedArray(), 1e-9);
  const drawn = picture(numbers.div(-largest).add(1), scale);
  return { ...drawn, svg: rectangle(0, 0, drawn.width, drawn.height, "none", "#ccc") + drawn.svg };
}

const lowest = [68, 1, 84];
const central = [33, 145, 140];
const highest = [253, 231, 37];

/** Heights [H, W] in colours from violet, the lowest, to yellow. */
export function heights(values: Tensor, scale: number): Drawing {
  const numbers = Array.from(values.toTypedArray());
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const colors = [0, 1, 2].map((channel) =>
    numbers.map((value) => {
      const part = (2 * (value - least)) / (most - least);
      const [from, to] = part < 1 ? [lowest, central] : [central, highest];
      const share = part < 1 ? part : part - 1;
      return ((from[channel] ?? 0) + share * ((to[channel] ?? 0) - (from[channel] ?? 0))) / 255;
    }),
  );
  return picture(tensor(colors.flat()).reshape([3, ...values.shape]), scale);
}

/** Lines of text in columns. */
export function table(rows: readonly (readonly string[])[], colors: readonly string[] = []): Drawing {
  const columns = Math.max(...rows.map(({ length }) => length));
  const letters = Array.from({ length: columns }, (_, c) =>
    Math.max(...rows.map((row) => (row[c] ?? "").length)),
  );
  const left = letters.map((_, c) => letters.slice(0, c).reduce((sum, each) => sum + 7.3 * each + 18, 0));
  const svg = rows.flatMap((row, i) =>
    row.map((cell, c) => text(left[c] ?? 0, 12 + 17 * i, cell, { mono: true, color: colors[c] ?? "#222" })),
  );
  return {
    width: (left.at(-1) ?? 0) + 7.3 * (letters.at(-1) ?? 0),
    height: 17 * rows.length,
    svg: svg.join("\n"),
  };
}
