/**
 * One walk over the op table. What is checked of one op is checked of all, over all of their samples: an op that is in
 * the table cannot escape.
 */
import { describe, expect, test } from "vitest";
import { helperSamples, opSamples } from "../samples/index.js";
import type { AnyExpectedError } from "../samples/sample.js";
import type { DType, FloatDType } from "../src/dtype.js";
import type { Op, Spec, Tensor } from "../src/graph.js";
import { isPoisoned } from "../src/memory.js";
import { opTable } from "../src/ops/table.js";
import { toTypedArray } from "../src/read.js";
import { sameShape, show } from "../src/shape.js";
import { trace } from "../src/trace.js";
import {
  build,
  type Case,
  everything,
  gradientsOf,
  hasFreeFloat,
  helperCases,
  opCases,
} from "./support/cases.js";
import { bitDifference, difference, type Expected, toleranceFor } from "./support/compare.js";
import { checkDerivatives, unrefused } from "./support/derivatives.js";
import { checkForward } from "./support/forward.js";
import { replay } from "./support/replay.js";
import { expectNone, fixtureOf, hasReference, problemsOf } from "./support/walk.js";

const allCases: readonly (readonly [name: string, cases: readonly Case[]])[] = [...opCases, ...helperCases];

const labelled = (label: string, problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `${label}: ${problem}`;

const valuesIn = (x: Tensor): Expected => ({ shape: x.shape, values: toTypedArray(x) });

/** The dtype of a result, which PyTorch computed in float64. */
function dtypeIn(walk: FloatDType, each: Case, dtype: DType): DType {
  if (each.sample.resultDtype !== undefined) return each.sample.resultDtype.dtype;
  return dtype === "float64" && hasFreeFloat(each) ? walk : dtype;
}

function wrongValues(each: Case, walk: FloatDType): (string | undefined)[] {
  const outputs = build(each, walk).call();
  const expected = fixtureOf(each).outputs;
  if (outputs.length !== expected.length)
    return [`there are ${outputs.length} results, not ${expected.length}`];
  return outputs.map((out, j) => {
    const dtype = dtypeIn(walk, each, expected[j].dtype);
    const problem =
      out.dtype === dtype
        ? difference(out, expected[j], toleranceFor(dtype))
        : `the dtype is ${out.dtype}, not ${dtype}`;
    return labelled(`result ${j}`, problem);
  });
}

/** No gradient is a gradient of zeros. */
function wrongGradient(gradient: Tensor | null, leaf: Tensor, expected: Expected | null): string | undefined {
  const zeros = { shape: leaf.shape, values: new Float64Array(leaf.size) };
  if (gradient === null) {
    const values = Array.from(expected?.values ?? []);
    return values.every((value) => value === 0)
      ? undefined
      : `there is none, and PyTorch has ${values.join(" ")}`;
  }
  if (gradient.dtype !== leaf.dtype) return `the dtype is ${gradient.dtype}, not ${leaf.dtype}`;
  return difference(gradient, expected ?? zeros, toleranceFor(leaf.dtype));
}

function wrongGradients(each: Case, walk: FloatDType): (string | undefined)[] {
  const built = build(each, walk, { gradient: true });
  const found = gradientsOf(built, built.call());
  const expected = fixtureOf(each).gradients;
  return found.map((gradient, k) =>
    labelled(`gradient ${k}`, wrongGradient(gradient, built.leaves[k], expected[k])),
  );
}

function unlikeDifferences(each: Case, order: "first" | "second"): (string | undefined)[] {
  const report = checkDerivatives(each, order);
  return ["skipped" in report || report.ok ? undefined : report.message];
}

/** The steps of a call whose results are not what the shape rule says. */
function unlikeShapeRule(each: Case): (string | undefined)[] {
  const { call } = build(each, "float64");
  const taken = trace(() => call());
  const specs = new Map<number, Spec>(
    [...taken.externals].map(([id, { shape, dtype }]) => [id, { shape, dtype }]),
  );
  return taken.steps.flatMap((step) => {
    if (step.kind === "draw") specs.set(step.output.id, step.output);
    if (step.kind !== "op") return [];
    for (const output of step.outputs) specs.set(output.id, output);
    const inferred = step.op.infer(
      step.inputs.map((id) => specs.get(id)!),
      step.options as never,
    );
    return inferred.map(({ shape, dtype }, j) => {
      const made = step.outputs[j];
      if (sameShape(shape, made.shape) && dtype === made.dtype) return undefined;
      return `${step.op.name} makes ${made.dtype} ${show(made.shape)}, its shape rule says ${dtype} ${show(shape)}`;
    });
  });
}

const layouts = ["transposed", "negative step", "offset"] as const;

describe.each(allCases)("%s", (name, cases) => {
  const samples = (opSamples.get(name) ?? helperSamples.get(name))!;
  const referenced = cases.filter(hasReference);
  const { withoutReference, withoutGradcheck, withoutSecondOrder } = samples;
  const withoutReplay = "withoutReplay" in samples ? samples.withoutReplay : undefined;

  test.runIf(opSamples.has(name))("is the op that its samples run", () => {
    const { op } = opTable.get(name)!;
    const problems = problemsOf(cases, (each) => {
      if (each.category === "numbers") return [];
      const { call } = build(each, "float64");
      const { steps } = trace(() => call());
      return [steps.some((step) => step.kind === "op" && step.op === op) ? undefined : "runs other ops"];
    });
    expectNone(problems);
  });

  test("has the shapes that its shape rule tells", () => {
    expectNone(problemsOf(cases, unlikeShapeRule));
  });

  test.runIf(withoutReference === undefined)("has PyTorch's values in float64", () => {
    expectNone(problemsOf(referenced, (each) => wrongValues(each, "float64")));
  });

  test.runIf(withoutReference === undefined)("has PyTorch's values in float32", () => {
    expectNone(problemsOf(referenced, (each) => wrongValues(each, "float32")));
  });

  test.runIf(withoutReference === undefined)("has PyTorch's gradients in float64", () => {
    expectNone(problemsOf(referenced, (each) => wrongGradients(each, "float64")));
  });

  test.runIf(withoutReference === undefined)("has PyTorch's gradients in float32", () => {
    expectNone(problemsOf(referenced, (each) => wrongGradients(each, "float32")));
  });

  test("has float32 gradients near those in float64", () => {
    const problems = problemsOf(cases, (each) => {
      const [narrow, wide] = (["float32", "float64"] as const).map((walk) => {
        const built = build(each, walk, { gradient: true });
        return gradientsOf(built, built.call());
      });
      return narrow.map((gradient, k) => {
        const other = wide[k];
        if (gradient === null || other === null)
          return gradient === other ? undefined : `gradient ${k}: one is missing`;
        return labelled(
          `gradient ${k}`,
          difference(gradient, valuesIn(other), { relative: 2e-3, absolute: 1e-5 }),
        );
      });
    });
    expectNone(problems);
  });

  test.runIf(withoutGradcheck === undefined)("has the gradients that differences show", () => {
    expectNone(problemsOf(cases, (each) => unlikeDifferences(each, "first")));
  });

  const hasSecond = withoutGradcheck === undefined && withoutSecondOrder === undefined;
  // Half of the walk's time, and no other kernels: the small and poisoned memory has shown itself by all the rest.
  test.runIf(hasSecond && !isPoisoned())("has the second derivatives that differences show", () => {
    expectNone(problemsOf(cases, (each) => unlikeDifferences(each, "second")));
  });

  test.runIf(withoutSecondOrder !== undefined)("refuses second derivatives in every mode", () => {
    expectNone(problemsOf(cases, unrefused));
  });

  test.runIf(withoutGradcheck === undefined)("has forward rules that agree with the reverse ones", () => {
    expectNone(problemsOf(cases, (each) => [checkForward(each).problem]));
  });

  test("gives the same bits again, and changes no input", () => {
    const problems = problemsOf(cases, (each) => {
      const built = build(each, "float32", { gradient: true });
      const before = built.tensors.map(everything);
      const outputs = built.call();
      const found = gradientsOf(built, outputs);
      const again = gradientsOf(built, outputs);
      const anew = gradientsOf(built, built.call());
      const differs = (other: readonly (Tensor | null)[]): (string | undefined)[] =>
        found.map((gradient, k) =>
          gradient === null ? undefined : labelled(`gradient ${k}`, bitDifference(other[k]!, gradient)),
        );
      const changed = built.tensors.map((x, k) =>
        Buffer.compare(bytesOf(everything(x)), bytesOf(before[k])) === 0
          ? undefined
          : `input ${k} was changed`,
      );
      return [...differs(again), ...differs(anew), ...changed];
    });
    expectNone(problems);
  });

  // What is saved depends on which inputs need a gradient.
  test("has the same gradient by each input where the others need none", () => {
    const problems = problemsOf(cases, (each) => {
      const together = build(each, "float32", { gradient: true });
      if (together.leaves.length < 2) return [];
      const expected = gradientsOf(together, together.call());
      return expected.map((gradient, k) => {
        const built = build(each, "float32");
        const leaf = built.leaves[k];
        leaf.requiresGrad = true;
        const [found] = gradientsOf({ ...built, leaves: [leaf] }, built.call());
        const problem =
          found === null || gradient === null
            ? wrongGradient(found ?? gradient, leaf, null)
            : bitDifference(found, gradient);
        return labelled(`gradient ${k}`, problem);
      });
    });
    expectNone(problems);
  });

  test("gives the same for every layout of its inputs", () => {
    const problems = problemsOf(cases, (each) =>
      layouts.flatMap((relaid) => {
        const dense = build(each, "float32", { gradient: true, relaid: "dense" });
        const other = build(each, "float32", { gradient: true, relaid });
        const [expected, outputs] = [dense.call(), other.call()];
        const [expectedGradients, found] = [gradientsOf(dense, expected), gradientsOf(other, outputs)];
        return [
          ...outputs.map((out, j) => labelled(`${relaid}: result ${j}`, bitDifference(out, expected[j]))),
          ...found.map((gradient, k) =>
            gradient === null
              ? undefined
              : labelled(`${relaid}: gradient ${k}`, bitDifference(gradient, expectedGradients[k]!)),
          ),
        ];
      }),
    );
    expectNone(problems);
  });

  test.runIf(withoutReplay === undefined)("replays from a trace, with its gradients", () => {
    const problems = problemsOf(cases, (each) => {
      const built = build(each, "float32", { gradient: true });
      const taken = trace(() => {
        const outputs = built.call();
        return [...outputs, ...gradientsOf(built, outputs)];
      });
      const values = replay(taken);
      return taken.result.map((result, i) => {
        const id = result === null ? undefined : taken.find(result);
        // What is an input itself, such as `to` the dtype that it has, does not occur in the trace.
        if (id === undefined) return undefined;
        return labelled(`result ${i}`, bitDifference(values.get(id)!, result!));
      });
    });
    expectNone(problems);
  });

  const { errors } = samples;
  test.runIf(Array.isArray(errors))("refuses what it must, before any work", () => {
    const problems = (errors as readonly AnyExpectedError[]).flatMap((expected, i) => {
      const each = {
        id: `${name}/errors/${i}`,
        name,
        category: "errors",
        sample: expected as never,
        samples,
      };
      return problemsOf([each], () => [wrongError(each, expected)]);
    });
    expectNone(problems);
  });
});

test("every derivative has a forward rule of its own", () => {
  const without = [...opTable.values()].flatMap(({ op }) => {
    const { name, inputs, rules, linear, forward, pushforward } = op;
    if (pushforward !== undefined || op.undifferentiable !== undefined) return [];
    return inputs.flatMap((input, k) =>
      rules[k] === null || forward[k] !== undefined || linear.some((set) => set.includes(k))
        ? []
        : [`${name} by ${input}`],
    );
  });
  expect(without).toEqual([]);
});

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const ops: readonly Op<never>[] = [...opTable.values()].map(({ op }) => op);

/** Runs `body` and tells which kernels ran. */
function kernelsRunIn(body: () => void): string[] {
  const run: string[] = [];
  const kernels = ops.map((op) => op.kernel);
  const replace = (op: Op<never>, kernel: Op<never>["kernel"]): void => {
    (op as { kernel: Op<never>["kernel"] }).kernel = kernel;
  };
  for (const op of ops) {
    const { kernel } = op;
    replace(op, (...parameters) => {
      run.push(op.name);
      kernel(...parameters);
    });
  }
  try {
    body();
  } finally {
    for (const [i, op] of ops.entries()) replace(op, kernels[i]);
  }
  return run;
}

function wrongError(each: Case, { error, message, late }: AnyExpectedError): string | undefined {
  let thrown: unknown;
  const run = kernelsRunIn(() => {
    try {
      build(each, "float32").call();
    } catch (caught) {
      thrown = caught;
    }
  });
  if (!(thrown instanceof Error)) return "throws nothing";
  if (thrown.constructor !== error)
    return `throws a ${thrown.constructor.name}, not a ${error.name}: ${thrown.message}`;
  if (!message.test(thrown.message)) return `says ${JSON.stringify(thrown.message)}, not ${message}`;
  return late === undefined && run.length > 0 ? `the kernels of ${run.join(", ")} ran before` : undefined;
}
