import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// What `npm test` has built before: a page has no TypeScript either.
const autograd = new URL("../packages/autograd/dist/index.js", import.meta.url).href;

const program = `
  import { ones, randn, tensor } from ${JSON.stringify(autograd)};
  const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
  x.transpose().matmul(ones([2, 3])).tanh().sum().add(randn([1]).mul(0)).sum().backward();
  let refused = "";
  try { x.ndarray; } catch (error) { refused = error.name; }
  console.log(JSON.stringify({ grad: x.grad.shape, refused }));
`;

test("tensors work where code generation is forbidden, as by a page's Content-Security-Policy", () => {
  const flags = ["--disallow-code-generation-from-strings", "--input-type=module", "-e", program];
  const printed = execFileSync(process.execPath, flags, {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
  });
  // ndarrays themselves cannot be had there: ndarray compiles its classes.
  expect(JSON.parse(printed.toString())).toEqual({ grad: [2, 2], refused: "EvalError" });
});
