import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packages = fileURLToPath(new URL("packages", import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run the sources, so nothing need be built: "@wengert/autograd" is its src/index.ts, "@wengert/autograd/node"
    // its src/node.ts. Examples, when started, run what was built.
    alias: [
      { find: /^@wengert\/([^/]+)$/, replacement: `${packages}/$1/src/index.ts` },
      { find: /^@wengert\/([^/]+)\/(.+)$/, replacement: `${packages}/$1/src/$2.ts` },
    ],
  },
  test: {
    // Long, because a machine that does other work must not fail a test.
    testTimeout: 30_000,
    // By default one core is left idle, which of two is half.
    maxWorkers: "100%",
    projects: [
      { name: "autograd", root: "packages/autograd" },
      { name: "nn", root: "packages/nn" },
      { name: "optim", root: "packages/optim" },
      { name: "datasets", root: "packages/datasets" },
      { name: "examples", root: "examples" },
      { name: "workspace", root: "." },
      // Once more where every operand is in pieces and every stale read shows.
      {
        name: "autograd in 16 MB, poisoned",
        root: "packages/autograd",
        setupFiles: ["test/setup/small-memory.ts"],
        exclude: [
          "test/memory.test.ts",
          "test/{inspect,serialize}/**",
          "test/{serialize,node}.test.ts",
          // These choose that memory themselves.
          "test/kernels/*-pieces.test.ts",
        ],
      },
    ].map((project) => ({ extends: true as const, test: { ...project, include: ["test/**/*.test.ts"] } })),
  },
});
