// Runs go-on.ts in this process, from the sources, as tests do.
import { fileURLToPath } from "node:url";
import { createViteServer } from "vitest/node";

const server = await createViteServer({
  configFile: fileURLToPath(new URL("../../../../vitest.config.ts", import.meta.url)),
  logLevel: "error",
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const { goOn } = await server.ssrLoadModule(fileURLToPath(new URL("go-on.ts", import.meta.url)));
goOn(process.argv[2]);
await server.close();
