// What is for browsers as well runs in one: packages are bundled, and a page in Chromium reads files from Blobs and by fetch.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tensor } from "@wengert/autograd";
import { encodeIdx, encodeNpz, encodePng, gzip } from "@wengert/datasets";
import { build, type OutputChunk } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// What `npm test` has built before: a page has no TypeScript.
const dist = (name: string) => fileURLToPath(new URL(`../../${name}/dist/index.js`, import.meta.url));

const chromium = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .flatMap((name) => (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, name)))
  .find((path) => existsSync(path));

const images = gzip(
  encodeIdx(
    tensor(
      Uint8Array.from({ length: 2 * 784 }, (_, i) => i % 256),
      { shape: [2, 28, 28] },
    ),
  ),
);
const labels = gzip(encodeIdx(tensor(Uint8Array.of(3, 8))));
const shakespeare = new TextEncoder().encode("First Citizen: größer\n");

/** What the page is told to do; what it finds is sent back as JSON. */
const program = `
  import { Generator, tensor } from "@wengert/autograd";
  import * as datasets from "@wengert/datasets";
  const {
    DataLoader, DownloadError, Vocabulary, decodeNpz, decodePng, encodeNpz, encodePng, fetched, mnist, readBytes,
  } = datasets;

  async function run() {
    const found = {};
    const file = (name) => new File([new Blob([files[name]])], name);
    const files = Object.fromEntries(await Promise.all(["images", "labels", "npz", "png"].map(
      async (name) => [name, await readBytes(fetch("/" + name))],
    )));
    const digits = await mnist("test", ({ name }) => file(name.includes("images") ? "images" : "labels"));
    const loader = new DataLoader(digits, { batchSize: 2, shuffle: true, generator: new Generator(1) });
    for await (const [x, y] of loader) found.batch = [x.shape, y.toArray().sort(), x.to("float32").sum().item()];
    found.npz = Array.from(decodeNpz(await readBytes(file("npz"))), ([name, x]) => [name, x.toArray()]);
    found.png = decodePng(await readBytes(file("png"))).toArray();
    found.written = [
      decodeNpz(encodeNpz([["a", tensor([1, 2])]], { compress: true })).get("a").toArray(),
      decodePng(encodePng(tensor(new Uint8Array([9, 8]), { shape: [1, 2] }))).toArray(),
    ];
    const remote = { set: "s", name: "text", urls: ["/missing", "/text"], sha256: SHA256 };
    const text = new TextDecoder().decode(await readBytes(fetched()(remote)));
    found.text = Vocabulary.fromText(text).decode(Vocabulary.fromText(text).encode("größer"));
    found.refused = await readBytes(fetched()({ ...remote, sha256: "0" })).catch((error) => error instanceof DownloadError);
    return found;
  }
  run().catch((error) => ({ error: String(error.stack) })).then((found) =>
    fetch("/found", { method: "POST", body: JSON.stringify(found) }));
`;

let bundle: OutputChunk;
beforeAll(async () => {
  const entry = "page.js";
  const sum = createHash("sha256").update(shakespeare).digest("hex");
  const { output } = await build({
    input: entry,
    platform: "browser",
    write: false,
    // An import that cannot be followed, such as one of Node's, is an error.
    onLog: (level, log) => {
      if (level === "warn") throw new Error(log.message);
    },
    resolve: { alias: { "@wengert/autograd": dist("autograd"), "@wengert/datasets": dist("datasets") } },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? program.replace("SHA256", JSON.stringify(sum)) : null),
      },
    ],
  });
  bundle = output[0];
}, 60_000);

test("nothing for Node alone is on the way, and no ndarray-ops", () => {
  const modules = Object.keys(bundle.modules);
  expect(modules.length).toBeGreaterThan(50);
  expect(modules.filter((path) => /ndarray-ops|[\\/]dist[\\/]node/.test(path))).toEqual([]);
  expect(bundle.imports).toEqual([]);
  // A bundler leaves out what it takes to be without effect: here what gives tensors their methods.
  expect(modules.some((path) => path.endsWith("methods.js"))).toBe(true);
  expect(bundle.code).not.toMatch(/\b(from\s*|require\(|import\()\s*["']node:/);
});

describe.skipIf(chromium === undefined)("in Chromium (skipped where there is none)", () => {
  let server: Server;
  let base = "";
  let report: (text: string) => void = () => {};
  const files: Readonly<Record<string, () => readonly [type: string, body: string | Uint8Array]>> = {
    "/": () => ["text/html", '<!doctype html><script type="module" src="/page.js"></script>'],
    "/page.js": () => ["text/javascript", bundle.code],
    "/images": () => ["application/gzip", images],
    "/labels": () => ["application/gzip", labels],
    "/npz": () => [
      "application/zip",
      encodeNpz([
        [
          "weights",
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ],
      ]),
    ],
    "/png": () => ["image/png", encodePng(tensor(Uint8Array.of(0, 128, 255), { shape: [1, 3] }))],
    "/text": () => ["text/plain", shakespeare],
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.method === "POST") {
        let body = "";
        request
          .setEncoding("utf8")
          .on("data", (part: string) => (body += part))
          .on("end", () => report(body));
        response.end();
        return;
      }
      const found = files[request.url!]?.();
      if (found === undefined) response.writeHead(404).end();
      else {
        // As strict as pages are that let WebAssembly run.
        const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
        response
          .writeHead(200, { "content-type": found[0], "content-security-policy": policy })
          .end(found[1]);
      }
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("data sets are read from Blobs and by fetch", { timeout: 120_000 }, async () => {
    const profile = mkdtempSync(join(tmpdir(), "wengert-chromium-"));
    const flags = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      `--user-data-dir=${profile}`,
    ];
    const found = new Promise<string>((done) => {
      report = done;
    });
    const browser = spawn(chromium!, [...flags, base], { stdio: "ignore" });
    const ended = new Promise((done) => browser.once("exit", done));
    const failed = new Promise<never>((_, fail) => {
      browser.once("error", fail);
      browser.once("exit", (code) => fail(new Error(`Chromium ended with ${code}`)));
    });
    try {
      expect(JSON.parse(await Promise.race([found, failed]))).toEqual({
        batch: [
          [2, 1, 28, 28],
          [3, 8],
          Array.from({ length: 2 * 784 }, (_, i) => i % 256).reduce((a, b) => a + b),
        ],
        npz: [
          [
            "weights",
            [
              [1, 2],
              [3, 4],
            ],
          ],
        ],
        png: [[[0], [128], [255]]],
        written: [[1, 2], [[[9], [8]]]],
        text: "größer",
        refused: true,
      });
    } finally {
      browser.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  });
});
