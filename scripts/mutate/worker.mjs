// A process of its own that tries mutants out, so that one that never ends can be ended. Started by crew.mjs.
import { makeBench } from "./bench.mjs";
import { findMutants } from "./sources.mjs";

let bench;
let lastSign = 0;
const alive = () => {
  if (performance.now() - lastSign < 500) return;
  lastSign = performance.now();
  process.send({ alive: true });
};

const tasks = {
  async start({ root, sources, tests, vocabulary }) {
    bench = await makeBench({ root, files: findMutants(root, sources), tests, vocabulary });
    return bench.groups;
  },
  record: ({ names }) => bench.record(names, alive),
  tryOut: ({ id, names, skip }) => bench.tryOut(id, names, skip, alive),
};

process.on("message", ({ task, ...parameters }) => {
  tasks[task](parameters).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
// Ctrl-C is the parent's affair.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
