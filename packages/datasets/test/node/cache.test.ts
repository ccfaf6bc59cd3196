// Downloads from a local server, in all the ways in which servers behave; never from the internet.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DownloadError, type RemoteFile, readBytes } from "@wengert/datasets";
import { type CachedOptions, cached, cacheFolder, type DownloadProgress } from "@wengert/datasets/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

const content = Uint8Array.from({ length: 50_000 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
const sha256 = createHash("sha256").update(content).digest("hex");

/** What was asked for: paths, with the range where there was one. */
const asked: string[] = [];
const rangeOf = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);

function send(response: ServerResponse, from: number, to = content.length, bytes = content): void {
  if (from > 0)
    response.writeHead(206, {
      "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      "content-length": bytes.length - from,
    });
  else response.writeHead(200, { "content-length": bytes.length });
  response.write(bytes.subarray(from, to));
  if (to === bytes.length) response.end();
}

/** Breaks off what is being sent; called when so many bytes have arrived, for what is on its way would be lost. */
let breakOff: { readonly after: number; readonly how: () => void } | undefined;

const behaviours: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  good: (request, response) => send(response, rangeOf(request)),
  // Knows no ranges, and does not say how long the file is.
  plain: (_, response) => response.end(content),
  async slow(request, response) {
    const from = rangeOf(request);
    if (from > 0) response.writeHead(206, { "content-range": `bytes ${from}-49999/50000` });
    else response.writeHead(200, { "content-length": content.length });
    for (let at = from; at < content.length; at += 2000) {
      await new Promise((done) => setTimeout(done, 60));
      response.write(content.subarray(at, at + 2000));
    }
    response.end();
  },
  stalled: (request, response) => send(response, rangeOf(request), 20_000),
  silent: () => {},
  truncated: (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 20_000));
    breakOff = { after: 20_000, how: () => response.destroy() };
  },
  // In chunks, so that the end looks like one.
  short: (_, response) => response.end(content.subarray(0, 20_000)),
  long: (_, response) => {
    response.write(content);
    response.end(content);
  },
  // Breaks off at the first attempt.
  reset: (request, response) => {
    const from = rangeOf(request);
    if (from > 0) send(response, from);
    else {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 30_000));
      breakOff = { after: 30_000, how: () => response.socket?.resetAndDestroy() };
    }
  },
  refused: (_, response) => response.socket?.resetAndDestroy(),
  wrong: (request, response) => send(response, rangeOf(request), content.length, content.toReversed()),
  other: (_, response) => response.end("<html>Sign in</html>"),
  elsewhere: (request, response) => {
    const from = rangeOf(request);
    if (from === 0) send(response, 0);
    else {
      response.writeHead(206, { "content-range": `bytes 7-${content.length - 1}/${content.length}` });
      response.end(content.subarray(7));
    }
  },
  unsatisfied: (request, response) => {
    if (request.headers.range === undefined) send(response, 0);
    else response.writeHead(416).end();
  },
  loop: (_, response) => response.writeHead(302, { location: "/loop" }).end(),
  moved: (_, response) => response.writeHead(301, { location: "/good" }).end(),
  "404": (_, response) => response.writeHead(404).end("no such file"),
  "500": (_, response) => response.writeHead(500).end(),
};

const server = createServer((request, response) => {
  const { range } = request.headers;
  asked.push(range === undefined ? request.url! : `${request.url} ${range}`);
  behaviours[request.url!.slice(1)]!(request, response);
});
let base = "";
let folder = "";

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
});
beforeEach(() => {
  asked.length = 0;
  breakOff = undefined;
  folder = mkdtempSync(join(tmpdir(), "wengert-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileAt = (...ways: string[]): RemoteFile => ({
  set: "set",
  name: "data.bin",
  urls: ways.map((way) => `${base}/${way}`),
  bytes: content.length,
  sha256,
});
const path = () => join(folder, "set", "data.bin");
const get = async (file: RemoteFile, options: CachedOptions = {}) => {
  const progress = (each: DownloadProgress): void => {
    options.progress?.(each);
    if (breakOff !== undefined && each.received >= breakOff.after) breakOff.how();
  };
  return readBytes(cached({ folder, timeout: 20_000, ...options, progress })(file));
};
const isRight = (bytes: Uint8Array) => Buffer.compare(bytes, content) === 0;

/** Puts a part of the file there, as an earlier download left it. */
function leave(bytes: Uint8Array): void {
  mkdirSync(join(folder, "set"), { recursive: true });
  writeFileSync(`${path()}.part`, bytes);
}

async function failure(file: RemoteFile, options?: CachedOptions): Promise<string> {
  const error: unknown = await get(file, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DownloadError);
  expect((error as DownloadError).file).toBe(file);
  expect(existsSync(path())).toBe(false);
  expect(existsSync(`${path()}.lock`)).toBe(false);
  return (error as Error).message;
}

describe("a file is downloaded once", () => {
  test.each(["good", "plain", "moved"])("from a server that is %s", async (way) => {
    const progress: DownloadProgress[] = [];
    expect(isRight(await get(fileAt(way), { progress: (each) => progress.push(each) }))).toBe(true);
    expect(progress.at(-1)).toMatchObject({
      url: `${base}/${way}`,
      received: content.length,
      total: content.length,
    });
    expect(progress.map(({ received }) => received)).toEqual(
      progress.map(({ received }) => received).sort((a, b) => a - b),
    );
    const requests = asked.length;
    expect(isRight(await get(fileAt(way)))).toBe(true);
    expect(asked).toHaveLength(requests);
    expect(existsSync(`${path()}.part`)).toBe(false);
  });

  test("slowly, as long as something comes", async () => {
    const started = Date.now();
    expect(isRight(await get(fileAt("slow"), { timeout: 1200 }))).toBe(true);
    expect(Date.now() - started).toBeGreaterThan(1200);
    expect(asked).toEqual(["/slow"]);
  });

  test("by several who ask at once", async () => {
    const all = await Promise.all([1, 2, 3].map(async () => get(fileAt("slow"))));
    expect(all.every(isRight)).toBe(true);
    expect(asked).toEqual(["/slow"]);
  });

  test("though another process left its lock", async () => {
    mkdirSync(join(folder, "set"));
    // The highest number that no process has.
    writeFileSync(`${path()}.lock`, String(2 ** 22 + 1));
    expect(isRight(await get(fileAt("good")))).toBe(true);
  });

  test("from the next server where one fails", async () => {
    expect(isRight(await get(fileAt("404", "loop", "wrong", "good")))).toBe(true);
    expect(asked.filter((each) => each === "/good")).toHaveLength(1);
  });
});

describe("what broke off goes on", () => {
  test("a part from an earlier run", async () => {
    leave(content.subarray(0, 12_345));
    const received: number[] = [];
    expect(isRight(await get(fileAt("good"), { progress: (each) => received.push(each.received) }))).toBe(
      true,
    );
    expect(asked).toEqual(["/good bytes=12345-"]);
    expect(received[0]).toBeGreaterThan(12_345);
  });

  test("a connection that is reset", async () => {
    expect(isRight(await get(fileAt("reset")))).toBe(true);
    expect(asked).toEqual(["/reset", "/reset bytes=30000-"]);
  });

  test("where the server knows no ranges, from the start", async () => {
    leave(content.subarray(0, 100));
    expect(isRight(await get(fileAt("plain")))).toBe(true);
  });

  test("a part of another file is thrown away", async () => {
    leave(new Uint8Array(1000));
    expect(isRight(await get(fileAt("good")))).toBe(true);
    expect(asked).toEqual(["/good bytes=1000-", "/good"]);
  });

  test("a part that is longer than the file, or whole", async () => {
    leave(new Uint8Array(60_000));
    expect(isRight(await get(fileAt("unsatisfied")))).toBe(true);
    rmSync(path());
    leave(content);
    expect(isRight(await get(fileAt("unsatisfied")))).toBe(true);
    expect(asked).toEqual(["/unsatisfied bytes=60000-", "/unsatisfied", "/unsatisfied bytes=50000-"]);
  });

  test("not with another part than was asked for", async () => {
    leave(content.subarray(0, 100));
    expect(await failure(fileAt("elsewhere"))).toContain(
      "/elsewhere: the server answered 206 with another part than asked for",
    );
  });

  test("after it was ended by hand", async () => {
    const ending = new AbortController();
    const options: CachedOptions = {
      signal: ending.signal,
      progress: ({ received }) => received >= 20_000 && ending.abort(new Error("enough")),
    };
    await expect(get(fileAt("slow"), options)).rejects.toThrow("enough");
    expect(existsSync(`${path()}.lock`)).toBe(false);
    expect(isRight(await get(fileAt("good")))).toBe(true);
    expect(asked.at(-1)).toMatch(/^\/good bytes=2[02468]000-$/);
  });
});

describe("what cannot be had", () => {
  test.each([
    ["404", /404: the server answered 404$/m],
    ["500", /500: the server answered 500$/m],
    ["loop", /loop: .*redirect count exceeded/m],
    ["wrong", /wrong: what it sent has the SHA-256 [0-9a-f]{64}; expected [0-9a-f]{64}$/m],
    ["other", /other: it (has 20|ended after 20 of 50000) bytes/m],
    ["short", /short: it (has 20000 bytes; expected 50000|ended after 20000 of 50000 bytes)$/m],
    ["long", /long: it sends more than the 50000 bytes expected$/m],
    ["truncated", /truncated: .*(terminated|closed|aborted)/m],
    ["refused", /refused: fetch failed: .*(ECONNRESET|other side closed)/m],
  ])("%s", async (way, reason) => {
    const message = await failure(fileAt(way));
    expect(message).toMatch(reason);
    expect(message).toContain(`set: data.bin could not be had:\n  ${base}/${way}: `);
    expect(message).toContain(
      `Download it in another way (${base}/${way}) and put it at\n  ${path()}\n(50000 bytes, SHA-256 ${sha256})`,
    );
  });

  test.each(["stalled", "silent"])("%s: a server is not waited for without end", async (way) => {
    expect(await failure(fileAt(way), { timeout: 150 })).toContain("nothing came for 150 ms");
  });

  test("what came of it is kept, unless it is wrong", async () => {
    await failure(fileAt("truncated"));
    expect(readFileSync(`${path()}.part`).length).toBe(20_000);
    expect(isRight(await get(fileAt("good")))).toBe(true);
    rmSync(path());
    await failure(fileAt("wrong"));
    expect(existsSync(`${path()}.part`)).toBe(false);
  });

  test("without a network every server is named", async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, "127.0.0.1", done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const message = await failure({
      ...fileAt(),
      urls: [`http://127.0.0.1:${port}/a`, `http://127.0.0.1:${port}/b`],
    });
    expect(message).toMatch(/\/a: fetch failed: .*ECONNREFUSED.*\n.*\/b: fetch failed/);
  });

  test("offline nothing is asked for", async () => {
    expect(await failure(fileAt("good"), { offline: true })).toContain(
      "it is not there, and nothing is downloaded: offline",
    );
    expect(asked).toEqual([]);
    writeFileSync(path(), content);
    expect(isRight(await get(fileAt("good"), { offline: true }))).toBe(true);
  });
});

describe("what is there", () => {
  test("must be the file", async () => {
    mkdirSync(join(folder, "set"));
    writeFileSync(path(), "another");
    await expect(get(fileAt("good"))).rejects.toThrow(`is another: it has 7 bytes and the SHA-256`);
    await expect(get(fileAt("good"))).rejects.toThrow(
      `expected 50000 bytes and ${sha256}. Delete it, and it is downloaded anew`,
    );
    expect(asked).toEqual([]);
  });

  test("is pinned at the first download where no SHA-256 is known", async () => {
    const { bytes: _, sha256: __, ...file } = fileAt("good");
    const all = await Promise.all([1, 2, 3].map(async () => get(file)));
    expect(all.every(isRight)).toBe(true);
    expect(readFileSync(`${path()}.sha256`, "utf8")).toBe(`${sha256}\n`);
    writeFileSync(path(), content.toReversed());
    await expect(get(file)).rejects.toThrow(`expected ${sha256}`);
    rmSync(path());
    await expect(get({ ...file, urls: [`${base}/wrong`] })).rejects.toThrow(
      /what it sent has the SHA-256 [0-9a-f]{64}; expected [0-9a-f]{64}/,
    );
    expect(isRight(await get(file))).toBe(true);
    writeFileSync(path(), content.toReversed());
    rmSync(`${path()}.sha256`);
    expect((await get(file)).length).toBe(content.length);
    expect(existsSync(`${path()}.sha256`)).toBe(true);
  });

  test("is nowhere outside the folder", async () => {
    for (const name of [
      "../x",
      "a/b",
      "..",
      ".",
      "",
      "a\\b",
      "x.part",
      "x.lock",
      "x.sha256",
      "a\0b",
      ".hidden",
    ]) {
      await expect(get({ ...fileAt("good"), name })).rejects.toThrow("is no name of a data set or its file");
      await expect(get({ ...fileAt("good"), set: name })).rejects.toThrow(
        "is no name of a data set or its file",
      );
    }
    expect(asked).toEqual([]);
  });

  test.skipIf(process.platform === "win32")("is not reached through links", async () => {
    const outside = mkdtempSync(join(tmpdir(), "wengert-outside-"));
    symlinkSync(outside, join(folder, "set"));
    await expect(get(fileAt("good"))).rejects.toThrow("leads out of");
    rmSync(join(folder, "set"));
    mkdirSync(join(folder, "set"));
    writeFileSync(join(outside, "x"), "mine");
    symlinkSync(join(outside, "x"), path());
    await expect(get(fileAt("good"))).rejects.toThrow("is no file; put the file itself there");
    rmSync(path());
    symlinkSync(join(outside, "x"), `${path()}.part`);
    await expect(get(fileAt("good"))).rejects.toThrow(DownloadError);
    expect(readFileSync(join(outside, "x"), "utf8")).toBe("mine");
    rmSync(`${path()}.part`);
    const { sha256: _, ...unknown } = fileAt("good");
    for (const target of ["x", "y"]) {
      symlinkSync(join(outside, target), `${path()}.sha256`);
      await expect(get(unknown)).rejects.toThrow("data.bin.sha256 is no file");
      rmSync(`${path()}.sha256`);
      symlinkSync(join(outside, target), `${path()}.lock`);
      expect(isRight(await get(unknown))).toBe(true);
      rmSync(path());
      rmSync(`${path()}.sha256`);
    }
    expect(existsSync(join(outside, "y"))).toBe(false);
    expect(readFileSync(join(outside, "x"), "utf8")).toBe("mine");
    rmSync(outside, { recursive: true });
  });
});

test("the folder follows the environment", () => {
  try {
    vi.stubEnv("WENGERT_DATASETS", folder);
    expect(cacheFolder()).toBe(folder);
    vi.stubEnv("WENGERT_DATASETS", "");
    vi.stubEnv("XDG_CACHE_HOME", folder);
    if (process.platform === "linux") expect(cacheFolder()).toBe(join(folder, "wengert", "datasets"));
  } finally {
    vi.unstubAllEnvs();
  }
});
