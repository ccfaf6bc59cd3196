// Data sets that have a name, from files of the same form that are made here: nothing is downloaded.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { FormatError, tensor } from "@wengert/autograd";
import {
  type ByteSource,
  cifar10,
  cifar10Classes,
  cifar10File,
  DownloadError,
  encodeIdx,
  type FileSource,
  fashionMnist,
  fashionMnistClasses,
  fashionMnistFiles,
  fetched,
  gzip,
  iris,
  irisClasses,
  irisFile,
  mnist,
  mnistFiles,
  type RemoteFile,
  readBytes,
  tinyShakespeare,
  tinyShakespeareFile,
} from "@wengert/datasets";
import { describe, expect, test } from "vitest";

const images = (count: number) =>
  gzip(
    encodeIdx(
      tensor(
        Uint8Array.from({ length: count * 784 }, (_, i) => i % 251),
        { shape: [count, 28, 28] },
      ),
    ),
  );
const labels = (...values: number[]) => gzip(encodeIdx(tensor(Uint8Array.from(values))));
/** Files by name. */
const from =
  (files: Readonly<Record<string, ByteSource>>): FileSource =>
  ({ name }) =>
    files[name]!;

const every: readonly RemoteFile[] = [
  ...Object.values(mnistFiles).flat(),
  ...Object.values(fashionMnistFiles).flat(),
  cifar10File,
  tinyShakespeareFile,
  irisFile,
];

describe("the list of files", () => {
  test("is complete, and has no two files in one place", () => {
    expect(every).toHaveLength(11);
    for (const { urls, bytes, sha256 } of every) {
      expect(urls.length).toBeGreaterThan(0);
      for (const url of urls) expect(URL.canParse(url)).toBe(true);
      expect(bytes).toBeGreaterThan(0);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(new Set(every.map(({ set, name }) => `${set}/${name}`)).size).toBe(11);
    expect(new Set(every.map(({ sha256 }) => sha256)).size).toBe(11);
  });
});

describe.each([
  ["mnist", mnist],
  ["fashionMnist", fashionMnist],
])("%s", (_, read) => {
  const files = { "t10k-images-idx3-ubyte.gz": images(3), "t10k-labels-idx1-ubyte.gz": labels(7, 0, 9) };

  test("pairs images with labels", async () => {
    const dataset = await read("test", from(files));
    const [image, label] = dataset.get(2);
    expect([dataset.length, image.shape, image.dtype, label.item(), label.dtype]).toEqual([
      3,
      [1, 28, 28],
      "uint8",
      9,
      "int32",
    ]);
    expect(image.toTypedArray()[0]).toBe((2 * 784) % 251);
  });

  test("reads Blobs and responses", async () => {
    const dataset = await read(
      "test",
      from({
        "t10k-images-idx3-ubyte.gz": new Blob([images(1)]),
        "t10k-labels-idx1-ubyte.gz": new Response(labels(1)),
      }),
    );
    expect(dataset.length).toBe(1);
  });

  test.each<[string, Readonly<Record<string, ByteSource>>, string]>([
    [
      "an image more",
      { ...files, "t10k-images-idx3-ubyte.gz": images(4) },
      "t10k-images-idx3-ubyte.gz: at offset 0 begins a tensor uint8 [4, 28, 28]; expected uint8 [3, 28, 28]",
    ],
    [
      "a label of 10",
      { ...files, "t10k-labels-idx1-ubyte.gz": labels(0, 10, 1) },
      "t10k-labels-idx1-ubyte.gz: at offset 9 is no label; expected bytes [N] from 0 to 9",
    ],
    [
      "the files exchanged",
      { "t10k-images-idx3-ubyte.gz": labels(7, 0, 9), "t10k-labels-idx1-ubyte.gz": images(3) },
      "at offset 0 begins a tensor",
    ],
    [
      "something else",
      { ...files, "t10k-images-idx3-ubyte.gz": new TextEncoder().encode("<html>") },
      "t10k-images-idx3-ubyte.gz: at offset 0 stand 0x3c and 0x68",
    ],
  ])("refuses %s", async (_, other, message) => {
    const attempt = read("test", from(other));
    await expect(attempt).rejects.toThrow(FormatError);
    await expect(attempt).rejects.toThrow(message);
  });

  test("refuses another part", async () => {
    await expect(read("validation" as "test", from(files))).rejects.toThrow(
      'the part is "validation"; it must be "train" or "test"',
    );
  });
});

describe("cifar10", () => {
  const record = (label: number) =>
    Uint8Array.from({ length: 3073 }, (_, i) => (i === 0 ? label : (i + label) % 256));
  const archive = (files: Readonly<Record<string, Uint8Array>>) => {
    const blocks = Object.entries(files).flatMap(([name, bytes]) => {
      const header = Buffer.alloc(512);
      header.write(name);
      header.write(bytes.length.toString(8).padStart(11, "0"), 124);
      header.write("        0", 148);
      header.write(
        header
          .reduce((a, b) => a + b, 0)
          .toString(8)
          .padStart(6, "0"),
        148,
      );
      header[154] = 0;
      return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
    });
    return gzip(Buffer.concat([...blocks, Buffer.alloc(1024)]));
  };
  const folder = "cifar-10-batches-bin";
  const whole = archive({
    ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`${folder}/data_batch_${i}.bin`, record(i)])),
    [`${folder}/test_batch.bin`]: record(9),
  });

  test("takes its batches together, in order", async () => {
    const train = await cifar10("train", from({ "cifar-10-binary.tar.gz": whole }));
    expect([train.length, train.tensors[1].toArray(), train.get(3)[0].shape]).toEqual([
      5,
      [1, 2, 3, 4, 5],
      [3, 32, 32],
    ]);
    expect([...train.get(3)[0].toTypedArray().subarray(0, 3)]).toEqual([5, 6, 7]);
    const test = await cifar10("test", from({ "cifar-10-binary.tar.gz": whole }));
    expect(test.tensors[1].toArray()).toEqual([9]);
  });

  test("refuses an archive without them, and a batch that is damaged", async () => {
    await expect(
      cifar10("test", from({ "cifar-10-binary.tar.gz": archive({ x: record(1) }) })),
    ).rejects.toThrow(`without ${folder}/test_batch.bin`);
    const damaged = archive({ [`${folder}/test_batch.bin`]: record(11) });
    await expect(cifar10("test", from({ "cifar-10-binary.tar.gz": damaged }))).rejects.toThrow(
      "cifar-10-binary.tar.gz (test_batch.bin): at offset 0 stands the label 11; expected 0 to 9",
    );
  });
});

test("classes", () => {
  for (const classes of [fashionMnistClasses, cifar10Classes]) expect(new Set(classes).size).toBe(10);
  expect(irisClasses).toHaveLength(3);
});

test("tinyShakespeare and iris", async () => {
  expect(await tinyShakespeare(from({ "input.txt": new TextEncoder().encode("First Citizen:\n") }))).toBe(
    "First Citizen:\n",
  );
  const flowers = await iris(
    from({
      "iris.data": new TextEncoder().encode(
        "5.1,3.5,1.4,0.2,Iris-setosa\n6.3,3.3,6.0,2.5,Iris-virginica\n\n",
      ),
    }),
  );
  expect([flowers.length, flowers.tensors[1].toArray()]).toEqual([2, [0, 2]]);
  expect(flowers.get(0)[0].toArray()).toEqual([5.1, 3.5, 1.4, 0.2].map(Math.fround));
  await expect(
    iris(from({ "iris.data": new TextEncoder().encode("5.1,3.5,1.4,0.2,Rosa\n") })),
  ).rejects.toThrow('has "Rosa" for "species"; expected one of Iris-setosa');
});

describe("fetched", () => {
  test("checks length and SHA-256, and tries every server", async () => {
    const content = Buffer.from("the file");
    const server = createServer((request, response) => {
      if (request.url === "/none") response.writeHead(404).end();
      else response.end(request.url === "/other" ? "THE FILE" : content);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = (...paths: string[]): RemoteFile => ({
      set: "s",
      name: "f",
      urls: paths,
      bytes: 8,
      sha256: createHash("sha256").update(content).digest("hex"),
    });
    const source = fetched({ from: (url) => base + url });
    expect(Buffer.from(await readBytes(source(file("/none", "/other", "/good")))).toString()).toBe(
      "the file",
    );
    const failed = readBytes(source(file("/none", "/other")));
    await expect(failed).rejects.toThrow(DownloadError);
    await expect(failed).rejects.toThrow(
      /^s: f could not be fetched:\n {2}.*\/none: readBytes: the server answered 404; expected the file\n {2}.*\/other: its SHA-256 is [0-9a-f]{64}; expected/,
    );
    await expect(readBytes(source({ ...file("/good"), bytes: 9 }))).rejects.toThrow(
      "it has 8 bytes; expected 9",
    );
    server.close();
  });

  test("readBytes refuses what has no bytes", async () => {
    expect([...(await readBytes(Uint8Array.of(1, 2).buffer))]).toEqual([1, 2]);
    for (const nothing of [null, 7, "text", {}])
      await expect(readBytes(nothing as ArrayBuffer)).rejects.toThrow("there are no bytes in this");
  });
});
