/** Images with their captions: JSON lines of `{"image": "folder/1.png", "captions": ["A red square."]}`. */
import { ArgumentError } from "@wengert/autograd";
import { encodeJsonLines, packLines } from "./json-lines.js";
import { type FormatOptions, malformed } from "./malformed.js";
import type { PackedList } from "./packed-list.js";
import { isPlainPath } from "./paths.js";

export interface CaptionedImage {
  /** The image's path, from the folder in which the file is. */
  readonly image: string;
  readonly captions: readonly string[];
}

/**
 * The images and captions in a JSON lines file. A line may have `"caption"`, a text, in place of the list `"captions"`. All
 * are checked; each is made anew when it is asked for.
 *
 * @throws FormatError if a line has another form, or a path that leads out of the folder
 */
export function decodeCaptions(
  source: Uint8Array | string,
  { name = "captions" }: FormatOptions = {},
): PackedList<CaptionedImage> {
  return packLines(source, name, (value, offset) => captioned(value, offset, name));
}

function captioned(value: unknown, offset: number, name: string): CaptionedImage {
  const wrong = (found: string, expected: string): Error => malformed(name, offset, found, expected);
  const record =
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value))
      : undefined;
  const stray =
    record === undefined
      ? undefined
      : [...record.keys()].find((key) => !["image", "caption", "captions"].includes(key));
  if (record === undefined || stray !== undefined || record.has("caption") === record.has("captions"))
    throw wrong(
      stray === undefined
        ? "begins another value"
        : `begins an object with the key ${JSON.stringify(stray.slice(0, 40))}`,
      'an object with "image", and "captions" or "caption"',
    );
  const image: unknown = record.get("image");
  if (typeof image !== "string" || !isPlainPath(image))
    throw wrong(
      `is the image ${JSON.stringify(image)?.slice(0, 80)}`,
      'a path within the folder: no "..", no "/" first, no "\\" or ":"',
    );
  const captions: unknown = record.has("caption") ? [record.get("caption")] : record.get("captions");
  if (
    !Array.isArray(captions) ||
    captions.length === 0 ||
    !captions.every((each): each is string => typeof each === "string")
  )
    throw wrong(`has ${JSON.stringify(image)} other captions`, "texts, one at least");
  return { image, captions };
}

/**
 * A JSON lines file of images and captions.
 *
 * @throws ArgumentError for an image without captions, or with a path that leads out of the folder
 */
export function encodeCaptions(images: Iterable<CaptionedImage>): string {
  return encodeJsonLines(
    Array.from(images, ({ image, captions }) => {
      if (!isPlainPath(image) || captions.length === 0)
        throw new ArgumentError(
          `encodeCaptions: ${JSON.stringify(image)} has ${captions.length} captions; it must be a relative path without "..", with one at least`,
        );
      return { image, captions };
    }),
  );
}
