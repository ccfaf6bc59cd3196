import { type ChildProcess, execFile, execFileSync, fork } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { full, tensor, zeros } from "../src/create.js";
import { DTypeError, FormatError } from "../src/errors.js";
import { loadSafetensors, saveSafetensors } from "../src/node.js";
import { toArray, toTypedArray } from "../src/read.js";
import { encodeSafetensors } from "../src/serialize.js";

const own = await mkdtemp(join(tmpdir(), "wengert-node-"));
afterAll(() => rm(own, { recursive: true, force: true }));

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(own, "test-"));
  path = join(folder, "model.safetensors");
});

const some = new Map([
  [
    "weight",
    tensor([
      [1, 2],
      [3, 4],
    ]),
  ],
  ["mask", tensor([true, false])],
]);

describe("files", () => {
  test("there and back", async () => {
    await saveSafetensors(path, some, { metadata: { epoch: "3" } });
    const { tensors, metadata } = await loadSafetensors(path);
    expect(toArray(tensors.get("weight")!)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(toArray(tensors.get("mask")!)).toEqual([true, false]);
    expect(metadata).toEqual(new Map([["epoch", "3"]]));
    expect(await readdir(folder)).toEqual([basename(path)]);
    expect(new Uint8Array(await readFile(path))).toEqual(
      encodeSafetensors(some, { metadata: { epoch: "3" } }),
    );
  });

  test("an earlier file is replaced, also through a symbolic link", async () => {
    const link = join(folder, "latest.safetensors");
    await saveSafetensors(path, [["x", zeros([100])]]);
    await symlink(basename(path), link);
    await saveSafetensors(link, some);
    expect([...(await loadSafetensors(path)).tensors.keys()].toSorted()).toEqual(["mask", "weight"]);
    expect((await readdir(folder)).toSorted()).toEqual([basename(link), basename(path)]);
  });

  test("what is saved is what the tensors held at the call", async () => {
    const x = full([1000], 1);
    const saved = saveSafetensors(path, [["x", x]]);
    x.view.data.data.fill(2);
    await saved;
    expect(toTypedArray((await loadSafetensors(path)).tensors.get("x")!)).toEqual(
      new Float32Array(1000).fill(1),
    );
  });

  test("many at once to one path: one of them is the file", async () => {
    const all = Array.from({ length: 20 }, (_, i) => saveSafetensors(path, [["x", full([10_000], i)]]));
    await Promise.all(all);
    const numbers = toTypedArray((await loadSafetensors(path)).tensors.get("x")!);
    expect(new Set(numbers).size).toBe(1);
    expect(await readdir(folder)).toEqual([basename(path)]);
  });

  test("a file too large to be read at once", async () => {
    const large = Float32Array.from({ length: 5_000_000 }, (_, i) => i);
    await saveSafetensors(path, [
      ["large", tensor(large)],
      ["half", { tensor: tensor([1, 2.5]), diskDtype: "F16" }],
      ["empty", zeros([0, 2])],
    ]);
    const { tensors } = await loadSafetensors(path);
    expect(Buffer.from(toTypedArray(tensors.get("large")!).buffer).equals(Buffer.from(large.buffer))).toBe(
      true,
    );
    expect(toArray(tensors.get("half")!)).toEqual([1, 2.5]);
    expect(tensors.get("empty")!.shape).toEqual([0, 2]);
    await truncate(path, 20_000_000);
    await expect(loadSafetensors(path)).rejects.toThrow(FormatError);
  });
});

describe("errors name the path", () => {
  test("of a file that is not there", async () => {
    await expect(loadSafetensors(path)).rejects.toMatchObject({
      message: expect.stringContaining(`loadSafetensors: could not read ${path}: ENOENT`),
      code: "ENOENT",
    });
  });

  test("of a file that is something else", async () => {
    for (const content of ["", "{}", "PK\x03\x04 and so on, at some length"]) {
      await writeFile(path, content);
      await expect(loadSafetensors(path)).rejects.toThrow(FormatError);
      await expect(loadSafetensors(path)).rejects.toThrow(
        `loadSafetensors: could not read ${path}: safetensors: `,
      );
    }
  });

  test("of what is not a file", async () => {
    await expect(loadSafetensors(folder)).rejects.toThrow(
      `could not read ${folder}: safetensors: this is not a file`,
    );
  });

  test.skipIf(process.platform === "win32")(
    "of a pipe that nobody writes to, without waiting for somebody",
    async () => {
      execFileSync("mkfifo", [path]);
      await expect(loadSafetensors(path)).rejects.toThrow("this is not a file");
    },
  );

  test("of a folder that is not there", async () => {
    const lost = join(folder, "lost", "model.safetensors");
    await expect(saveSafetensors(lost, some)).rejects.toMatchObject({
      message: expect.stringContaining(`saveSafetensors: could not write ${lost}: ENOENT`),
      code: "ENOENT",
      cause: expect.any(Error),
    });
  });

  test("of a folder in the file's place; nothing is left behind", async () => {
    await mkdir(path);
    await writeFile(join(path, "kept"), "");
    await expect(saveSafetensors(path, some)).rejects.toThrow(`saveSafetensors: could not write ${path}: `);
    expect(await readdir(folder)).toEqual([basename(path)]);
    expect(await readdir(path)).toEqual(["kept"]);
  });

  test("numbers that do not fit are refused before anything is written", async () => {
    await saveSafetensors(path, some);
    const x = { tensor: tensor([0.5]), diskDtype: "I64" } as const;
    await expect(saveSafetensors(path, [["x", x]])).rejects.toThrow(DTypeError);
    expect((await loadSafetensors(path)).tensors.size).toBe(2);
  });

  // Nobody keeps the superuser from writing.
  test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "of a folder that is read-only",
    async () => {
      await saveSafetensors(path, some);
      await chmod(folder, 0o500);
      try {
        await expect(saveSafetensors(path, some)).rejects.toMatchObject({ code: "EACCES" });
      } finally {
        await chmod(folder, 0o700);
      }
      expect((await loadSafetensors(path)).tensors.size).toBe(2);
    },
  );
});

describe("a process of its own", () => {
  const source = fileURLToPath(new URL("../src", import.meta.url));
  const program = join(dirname(source), "node_modules", ".cache", `node-test-${process.pid}`);

  // Node cannot run the sources, and what lies in dist may be older than they are.
  beforeAll(async () => {
    const require = createRequire(import.meta.url);
    const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
    await mkdir(program, { recursive: true });
    await writeFile(join(program, "package.json"), '{ "type": "module" }');
    const options = [
      "--ignoreConfig",
      "--noCheck",
      "--target",
      "es2023",
      "--module",
      "nodenext",
      "--types",
      "node",
    ];
    const files = ["node.ts", "create.ts"].map((name) => join(source, name));
    await promisify(execFile)(process.execPath, [
      tsc,
      ...options,
      "--rootDir",
      source,
      "--outDir",
      program,
      ...files,
    ]);
  }, 60_000);
  afterAll(() => rm(program, { recursive: true, force: true }));

  async function start(text: string): Promise<ChildProcess> {
    const main = join(program, "main.js");
    await writeFile(main, text);
    return fork(main, [path], { stdio: "ignore" });
  }

  const exit = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve) => child.once("exit", resolve));

  test("killed while saving, it leaves the file of one save or the other", { timeout: 60_000 }, async () => {
    const forEver = `
      import { full } from "./create.js";
      import { saveSafetensors } from "./node.js";
      for (let generation = 1; ; generation++) {
        const tensors = ["a", "b", "c", "d"].map((name) => [name, full([250_000], generation)]);
        await saveSafetensors(process.argv[2], tensors, { metadata: { generation: String(generation) } });
        if (generation === 1) process.send("saved once");
      }`;
    let interrupted = 0;
    for (let kill = 0; kill < 10; kill++) {
      const child = await start(forEver);
      await new Promise((resolve) => child.once("message", resolve));
      // Spread over the parts of a save: encoding, writing, syncing, renaming.
      await new Promise((resolve) => setTimeout(resolve, 20 + 13 * kill));
      child.kill("SIGKILL");
      await exit(child);
      const { tensors, metadata } = await loadSafetensors(path);
      const generation = Number(metadata.get("generation"));
      expect(generation).toBeGreaterThan(0);
      expect([...tensors.keys()]).toEqual(["a", "b", "c", "d"]);
      for (const x of tensors.values())
        expect(toTypedArray(x).every((value) => value === generation)).toBe(true);
      const left = (await readdir(folder)).filter((name) => name !== basename(path));
      for (const name of left) {
        interrupted++;
        expect(name).toMatch(/^\.model\.safetensors\..*\.tmp$/);
        await rm(join(folder, name));
      }
    }
    // Otherwise it was never killed while saving, and the test tells nothing.
    expect(interrupted).toBeGreaterThan(0);
  });

  test.skipIf(process.platform === "win32")(
    "an error in the middle of writing leaves the earlier file alone",
    async () => {
      await saveSafetensors(path, some);
      const main = join(program, "main.js");
      await writeFile(
        main,
        `
      import { zeros } from "./create.js";
      import { saveSafetensors } from "./node.js";
      await saveSafetensors(process.argv[2], [["x", zeros([1_000_000])]]).catch((error) => console.log(error.message));`,
      );
      // No file of this process may grow beyond 1 MB (blocks of 1024 bytes, or of 512 in some shells).
      const run = promisify(execFile)("sh", [
        "-c",
        'ulimit -f 1024; exec "$0" "$@"',
        process.execPath,
        main,
        path,
      ]);
      expect((await run).stdout).toContain(`saveSafetensors: could not write ${path}: EFBIG`);
      expect(await readdir(folder)).toEqual([basename(path)]);
      expect((await loadSafetensors(path)).tensors.size).toBe(2);
    },
  );
});
