// Takes the TypeScript out of the documentation, so that it is type-checked and run by the tests: all ```ts blocks of a
// file, in order, become one module in examples/test/doc-examples (blocks continue one another, as a reader reads them).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const target = new URL("examples/test/doc-examples/", root);
const documents = ["README.md", "docs/gradients.md", "docs/datasets.md"];

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const document of documents) {
  const text = readFileSync(new URL(document, root), "utf8");
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  const name = document.replace(/\.md$/, "").toLowerCase().replaceAll("/", "-");
  writeFileSync(new URL(`${name}.ts`, target), blocks.join("\n"));
}
