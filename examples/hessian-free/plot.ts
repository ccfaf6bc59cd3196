/** Curves as an SVG. */

export interface Curve {
  readonly title: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Where the x axis has marks. */
  readonly marks: readonly number[];
}

const [width, height] = [640, 400];
const plot = { left: 64, right: 616, top: 48, bottom: 304 };
// Distinct for colour-blind eyes too (Okabe and Ito), and in shape as well.
const colours = ["#d55e00", "#e69f00", "#009e73", "#0072b2", "#cc79a7", "#56b4e9"];
const dashes = ["6 4", "2 3", "10 3 2 3", "none", "1 5", "12 4"];

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Curves of shares from 0 to 1, over x from the first mark to the last. */
export function svgOf(curves: readonly Curve[], { title, x, y, marks }: Axes): string {
  const [first, last] = [marks[0] ?? 0, marks.at(-1) ?? 1];
  const across = (value: number): number =>
    plot.left + ((plot.right - plot.left) * (value - first)) / Math.max(1, last - first);
  const up = (share: number): number => plot.bottom - (plot.bottom - plot.top) * share;
  const at = (value: number): string => value.toFixed(1);
  const text = (content: string, left: number, top: number, rest = ""): string =>
    `<text x="${at(left)}" y="${at(top)}" ${rest}>${escaped(content)}</text>`;
  const line = (x1: number, y1: number, x2: number, y2: number, rest: string): string =>
    `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" ${rest}/>`;

  const grid = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((share) => [
    line(plot.left, up(share), plot.right, up(share), 'stroke="#dddddd"'),
    text(share.toFixed(1), plot.left - 8, up(share) + 4, 'text-anchor="end"'),
  ]);
  const below = marks.flatMap((mark) => [
    line(across(mark), plot.bottom, across(mark), plot.bottom + 5, 'stroke="#333333"'),
    text(String(mark), across(mark), plot.bottom + 20, 'text-anchor="middle"'),
  ]);
  const drawn = curves.flatMap(({ title: name, points }, i) => {
    const stroke = `stroke="${colours[i % colours.length]}" stroke-width="2.5" stroke-dasharray="${dashes[i % dashes.length]}"`;
    const path = points.map(([value, share]) => `${at(across(value))},${at(up(share))}`).join(" ");
    const [left, top] = [plot.left + (i % 2) * 280, plot.bottom + 62 + 20 * Math.floor(i / 2)];
    return [
      `<polyline points="${path}" fill="none" ${stroke}/>`,
      ...points.map(
        ([value, share]) =>
          `<circle cx="${at(across(value))}" cy="${at(up(share))}" r="4" fill="${colours[i % colours.length]}"/>`,
      ),
      line(left, top - 4, left + 30, top - 4, stroke),
      text(name, left + 38, top),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" fill="#333333">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(title, plot.left, 28, 'font-size="15" font-weight="bold"'),
    ...grid,
    ...below,
    line(plot.left, plot.bottom, plot.right, plot.bottom, 'stroke="#333333"'),
    text(x, (plot.left + plot.right) / 2, plot.bottom + 40, 'text-anchor="middle"'),
    `<text transform="translate(20 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}
