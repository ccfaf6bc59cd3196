/** The binary version of CIFAR-10: https://www.cs.toronto.edu/~kriz/cifar.html */
import { ShapeError, type Tensor } from "@wengert/autograd";
import { tensorOver } from "../arrays.js";
import { type FormatOptions, malformed } from "./malformed.js";

const classes = 10;
const pixels = 3 * 32 * 32;
const record = 1 + pixels;

export interface LabelledImages {
  /** uint8 [N, 3, 32, 32]: red, green, blue. */
  readonly images: Tensor;
  /** int32 [N], from 0 to 9. */
  readonly labels: Tensor;
}

/**
 * The images in a file of CIFAR-10's binary version: records of a label and 3072 bytes of colours.
 *
 * @throws FormatError if the last record is incomplete, or a label is above 9
 */
export function decodeCifar10(bytes: Uint8Array, { name = "CIFAR-10" }: FormatOptions = {}): LabelledImages {
  const count = Math.floor(bytes.length / record);
  if (bytes.length % record !== 0)
    throw malformed(
      name,
      count * record,
      `begins a record of ${bytes.length % record} bytes`,
      `one of ${record}`,
    );
  const images = new Uint8Array(count * pixels);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = bytes[i * record]!;
    if (label >= classes) throw malformed(name, i * record, `stands the label ${label}`, "0 to 9");
    labels[i] = label;
    images.set(bytes.subarray(i * record + 1, (i + 1) * record), i * pixels);
  }
  return {
    images: tensorOver(images, [count, 3, 32, 32], "uint8"),
    labels: tensorOver(labels, [count], "int32"),
  };
}

/**
 * A file of CIFAR-10's binary version.
 *
 * @throws ShapeError if the images are not uint8 [N, 3, 32, 32], or the labels not integers [N] from 0 to 9
 */
export function encodeCifar10({ images, labels }: LabelledImages): Uint8Array<ArrayBuffer> {
  const [count = 0] = images.shape;
  if (images.dtype !== "uint8" || images.shape.join() !== `${count},3,32,32`)
    throw new ShapeError(
      `encodeCifar10: the images are ${images.dtype} [${images.shape.join(", ")}]; they must be uint8 [N, 3, 32, 32]`,
    );
  const values = labels.toTypedArray();
  if (
    labels.shape.join() !== `${count}` ||
    values.some((label) => !Number.isInteger(label) || label < 0 || label >= classes)
  )
    throw new ShapeError(
      `encodeCifar10: the labels are [${labels.shape.join(", ")}]; they must be [${count}], integers from 0 to 9`,
    );
  const colours = images.toTypedArray();
  const made = new Uint8Array(count * record);
  for (let i = 0; i < count; i++) {
    made[i * record] = values[i]!;
    made.set(colours.subarray(i * pixels, (i + 1) * pixels), i * record + 1);
  }
  return made;
}
