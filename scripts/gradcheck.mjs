// Derivatives of every op and function held against finite differences, one line each. Runs the sources as they are.
//
//   npm run gradcheck                     all
//   npm run gradcheck -- matmul pooling   some: names of ops, of functions, or of families
import { fileURLToPath } from "node:url";
import { createViteServer } from "vitest/node";

/** Gives `body` a function that loads TypeScript modules by their path from the root of the repository. */
export async function withSources(body) {
  const server = await createViteServer({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    appType: "custom",
    logLevel: "warn",
    server: { middlewareMode: true, watch: null, ws: false, hmr: false },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return await body((path) => server.ssrLoadModule(`/${path}`));
  } finally {
    await server.close();
  }
}

/** Checks what `names` names; whatever is wrong makes the exit code 1. */
export async function gradcheck(load, names) {
  const { walk } = await load("scripts/gradcheck/walk.ts");
  process.exitCode = walk(names, process.stdout) ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await withSources((load) => gradcheck(load, process.argv.slice(2)));
