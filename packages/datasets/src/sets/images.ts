/** MNIST, Fashion-MNIST and CIFAR-10. */
import { ArgumentError, FormatError, type Tensor } from "@wengert/autograd";
import { tensorOver } from "../arrays.js";
import { TensorDataset } from "../dataset.js";
import { decodeCifar10 } from "../formats/cifar.js";
import { gunzip } from "../formats/gzip.js";
import { decodeIdx } from "../formats/idx.js";
import { untar } from "../formats/tar.js";
import { type FileSource, fetched, type RemoteFile, readBytes } from "../sources.js";
import { cifar10File, fashionMnistFiles, mnistFiles } from "./files.js";

/** Which part of a data set. */
export type Part = "train" | "test";

/** Images uint8 [N, C, H, W], and labels int32 [N] from 0 to 9: sample i is a pair of an image and its label. */
export type ImageDataset = TensorDataset<readonly [images: Tensor, labels: Tensor]>;

/** What the labels of Fashion-MNIST mean. */
export const fashionMnistClasses: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** What the labels of CIFAR-10 mean. */
export const cifar10Classes: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/**
 * MNIST: 60,000 handwritten digits to train on, 10,000 to test with, [N, 1, 28, 28].
 *
 * @param source where the files come from: in Node `cached()` of `@wengert/datasets/node`; by default {@link fetched}
 * @throws what the source throws; FormatError if a file is none of MNIST's
 */
export async function mnist(part: Part, source: FileSource = fetched()): Promise<ImageDataset> {
  return labelledIdx(partOf("mnist", mnistFiles, part), source);
}

/** Fashion-MNIST: pictures of clothes in the form of {@link mnist}; see {@link fashionMnistClasses}. */
export async function fashionMnist(part: Part, source: FileSource = fetched()): Promise<ImageDataset> {
  return labelledIdx(partOf("fashionMnist", fashionMnistFiles, part), source);
}

function partOf<T>(name: string, parts: { readonly train: T; readonly test: T }, part: Part): T {
  if (part !== "train" && part !== "test")
    throw new ArgumentError(`${name}: the part is ${JSON.stringify(part)}; it must be "train" or "test"`);
  return parts[part];
}

async function labelledIdx(
  [imageFile, labelFile]: readonly [RemoteFile, RemoteFile],
  source: FileSource,
): Promise<ImageDataset> {
  const [images, labels] = (await Promise.all(
    [imageFile, labelFile].map(async (file) => decodeIdx(await readBytes(source(file)), { name: file.name })),
  )) as [Tensor, Tensor];
  const [count] = labels.shape;
  if (images.dtype !== "uint8" || images.shape.join() !== `${count},28,28`)
    throw new FormatError(
      `${imageFile.name}: at offset 0 begins a tensor ${images.dtype} [${images.shape.join(", ")}]; expected uint8 [${count}, 28, 28], an image for each label`,
    );
  const wrong = labels.toTypedArray().findIndex((label) => label > 9);
  if (labels.dtype !== "uint8" || labels.rank !== 1 || wrong >= 0)
    throw new FormatError(
      `${labelFile.name}: at offset ${8 + Math.max(0, wrong)} is no label; expected bytes [N] from 0 to 9`,
    );
  return new TensorDataset(images.unsqueeze(1), labels.to("int32"));
}

/**
 * CIFAR-10: 50,000 small photographs to train on, 10,000 to test with, [N, 3, 32, 32]; see {@link cifar10Classes}. The file
 * has 170 MB, and reading it takes three times as much.
 *
 * @param source as of {@link mnist}
 * @throws what the source throws; FormatError if the file is not CIFAR-10's
 */
export async function cifar10(part: Part, source: FileSource = fetched()): Promise<ImageDataset> {
  const names = partOf(
    "cifar10",
    { train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), test: ["test_batch.bin"] },
    part,
  );
  const { name } = cifar10File;
  const files = untar(gunzip(await readBytes(source(cifar10File)), { name }), { name });
  const batches = names.map((each) => {
    const bytes = files.get(`cifar-10-batches-bin/${each}`);
    if (bytes === undefined)
      throw new FormatError(
        `${name}: at offset 0 begins an archive without cifar-10-batches-bin/${each}; expected the binary version of CIFAR-10`,
      );
    return decodeCifar10(bytes, { name: `${name} (${each})` });
  });
  const count = batches.reduce((sum, { labels }) => sum + labels.size, 0);
  const images = new Uint8Array(count * 3 * 32 * 32);
  const labels = new Int32Array(count);
  let at = 0;
  for (const batch of batches) {
    images.set(batch.images.toTypedArray(), at * 3 * 32 * 32);
    labels.set(batch.labels.toTypedArray(), at);
    at += batch.labels.size;
  }
  return new TensorDataset(
    tensorOver(images, [count, 3, 32, 32], "uint8"),
    tensorOver(labels, [count], "int32"),
  );
}
