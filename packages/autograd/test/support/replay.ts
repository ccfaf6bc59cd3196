/** Runs what a trace lists, once more. */
import type { Tensor } from "../../src/graph.js";
import { assign } from "../../src/ops/elementwise.js";
import { Generator } from "../../src/random.js";
import { applyMany, noGrad } from "../../src/tape.js";
import type { Trace } from "../../src/trace.js";

/** The values of a trace by id, computed anew from those that were there before. */
export function replay(taken: Trace): Map<number, Tensor> {
  const generators = taken.generators.map((each, i) => {
    const drawn = taken.steps.reduce(
      (sum, step) => sum + (step.kind === "draw" && step.generator === i ? step.blocks : 0),
      0,
    );
    const rewound = new Generator(0);
    const { key, counter } = (each as Generator).getState();
    rewound.setState({ key, counter: counter - drawn });
    return rewound;
  });
  const values = new Map<number, Tensor>(taken.externals);
  noGrad(() => {
    for (const step of taken.steps) {
      if (step.kind === "draw") values.set(step.output.id, generators[step.generator].draw(step.blocks));
      else if (step.kind === "op") {
        // Options are plain data: a copy must do as well.
        const options = structuredClone(step.options) as never;
        const outputs = applyMany(
          step.op,
          step.inputs.map((id) => values.get(id)!),
          options,
        );
        for (const [i, { id }] of step.outputs.entries()) values.set(id, outputs[i]);
      } else if (step.kind === "assign" && !taken.externals.has(step.target)) {
        assign(values.get(step.target)!, values.get(step.value)!);
      } else throw new Error(`the replay met a step of kind ${step.kind}`);
    }
  });
  return values;
}
