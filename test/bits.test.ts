import { expect, test } from "vitest";
// The packages by path, because the workspace itself depends on none of them.
import * as autograd from "../packages/autograd/src/index.js";
import * as nn from "../packages/nn/src/index.js";
import * as optim from "../packages/optim/src/index.js";
// @ts-expect-error: a script, without types
import { weightsHash } from "../scripts/bits.mjs";
import committed from "./bits.json" with { type: "json" };

test("200 steps of training give the committed bits", () => {
  const hash = (weightsHash as (packages: object) => string)({ autograd, nn, optim });
  expect(hash, "If this is meant: node scripts/bits.mjs --write, and a line in CHANGELOG.md").toBe(
    committed.weights,
  );
});
