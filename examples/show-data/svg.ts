/** Drawings, as text in the SVG format. */
import type { Tensor } from "@wengert/autograd";
import { encodePng } from "@wengert/datasets";

/** A piece of a drawing, and how much room it takes from its top left corner on. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly svg: string;
}

/** Colours of classes and of lines, one after another. */
export const palette: readonly string[] = ["#2a6fbb", "#d1495b", "#3a9d5d", "#e08e00", "#7b4fa6", "#4a4a4a"];

const number = (x: number): string => x.toFixed(1);

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export interface TextOptions {
  readonly size?: number;
  readonly color?: string;
  readonly mono?: boolean;
  /** Whether the text ends at x instead of beginning there. */
  readonly end?: boolean;
}

/** A line of text with its foot at (x, y). */
export function text(
  x: number,
  y: number,
  words: string,
  { size = 12, color = "#222", mono = false, end = false }: TextOptions = {},
): string {
  const family = mono
    ? "DejaVu Sans Mono, Menlo, Consolas, monospace"
    : "DejaVu Sans, Helvetica, Arial, sans-serif";
  return `<text x="${number(x)}" y="${number(y)}" font-family="${family}" font-size="${size}" fill="${color}" xml:space="preserve"${end ? ' text-anchor="end"' : ""}>${escaped(words)}</text>`;
}

export function circle(x: number, y: number, radius: number, color: string, opacity = 1): string {
  return `<circle cx="${number(x)}" cy="${number(y)}" r="${radius}" fill="${color}" fill-opacity="${opacity}"/>`;
}

export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  stroke = "none",
): string {
  return `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" fill="${fill}" stroke="${stroke}"/>`;
}

export function polyline(
  places: readonly (readonly [x: number, y: number])[],
  color: string,
  width = 1.2,
): string {
  const points = places.map(([x, y]) => `${number(x)},${number(y)}`).join(" ");
  return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="${width}" stroke-linejoin="round"/>`;
}

/** An image [H, W] or [C, H, W] of floats from 0 to 1, each pixel a square of `scale`. */
export function picture(image: Tensor, scale: number): Drawing {
  const [height = 0, width = 0] = image.shape.slice(-2);
  const flat = image.rank === 3 ? (image.shape[0] === 1 ? image.select(0) : image.permute([1, 2, 0])) : image;
  const bytes = flat.clamp({ min: 0, max: 1 }).mul(255).round().to("uint8");
  const png = Buffer.from(encodePng(bytes)).toString("base64");
  const size = { width: width * scale, height: height * scale };
  return {
    ...size,
    svg: `<image width="${size.width}" height="${size.height}" style="image-rendering:pixelated" href="data:image/png;base64,${png}"/>`,
  };
}

/** Drawings in rows of `columns`, each as large as the largest. */
export function grid(drawings: readonly Drawing[], columns: number, gap = 10): Drawing {
  const width = Math.max(...drawings.map((each) => each.width)) + gap;
  const height = Math.max(...drawings.map((each) => each.height)) + gap;
  const svg = drawings.map((each, i) => moved(each, (i % columns) * width, Math.floor(i / columns) * height));
  const rows = Math.ceil(drawings.length / columns);
  return {
    width: Math.min(columns, drawings.length) * width - gap,
    height: rows * height - gap,
    svg: svg.join("\n"),
  };
}

/** One above the other. */
export function stacked(drawings: readonly Drawing[], gap = 14): Drawing {
  let height = 0;
  const svg = drawings.map((each) => {
    const placed = moved(each, 0, height);
    height += each.height + gap;
    return placed;
  });
  return {
    width: Math.max(...drawings.map((each) => each.width)),
    height: height - gap,
    svg: svg.join("\n"),
  };
}

/** With a title above. */
export function titled(title: string, drawing: Drawing): Drawing {
  const head = 18;
  return {
    width: Math.max(drawing.width, 6.6 * title.length),
    height: drawing.height + head,
    svg: `${text(0, 12, title)}\n${moved(drawing, 0, head)}`,
  };
}

function moved({ svg }: Drawing, x: number, y: number): string {
  return `<g transform="translate(${number(x)} ${number(y)})">${svg}</g>`;
}

/** A whole file, on white with a margin; the title is for those who cannot see it. */
export function svgFile(title: string, { width, height, svg }: Drawing, margin = 14): string {
  const [w, h] = [Math.ceil(width + 2 * margin), Math.ceil(height + 2 * margin)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">
<title>${escaped(title)}</title>
${rectangle(0, 0, w, h, "#fff")}
<g transform="translate(${margin} ${margin})">
${svg}
</g>
</svg>
`;
}
