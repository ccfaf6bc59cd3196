import { describe, expect, test } from "vitest";
import {
  add,
  applyInto,
  applyMany,
  assign,
  clone,
  div,
  dropout,
  elementwise,
  Generator,
  matmul,
  minimum,
  mul,
  noGrad,
  type Op,
  ones,
  randn,
  relu,
  sqrt,
  square,
  sum,
  type Tensor,
  type Trace,
  tensor,
  trace,
  zeros,
} from "../src/index.js";

/** Executes a trace again, step by step, on the tensors in `values` (by id). All that a compiler will lower is here. */
function replay(
  taken: Trace,
  values: Map<number, Tensor>,
  generators: readonly Generator[],
): Map<number, Tensor> {
  const find = (id: number): Tensor => {
    const found = values.get(id);
    if (found === undefined) throw new Error(`the trace reads value ${id} before it is made`);
    return found;
  };
  return noGrad(() => {
    for (const step of taken.steps) {
      switch (step.kind) {
        case "op": {
          const inputs = step.inputs.map(find);
          const made = applyMany(step.op as Op, inputs, step.options);
          step.outputs.forEach(({ id }, i) => values.set(id, made[i]!));
          break;
        }
        case "assign":
          assign(find(step.target), find(step.value));
          break;
        case "draw":
          values.set(step.output.id, generators[step.generator]!.draw(step.blocks));
          break;
        case "barrier":
          throw new Error(`${step.name} left the tape`);
      }
    }
    return values;
  });
}

const adam = elementwise("adam", ["p", "g", "m", "v", "t", "lr"], (p, g, m, v, t, lr) => {
  void t;
  const apply = (name: "add" | "sub" | "mul" | "div" | "sqrt", ...operands: unknown[]) =>
    ({ node: "apply", kind: "number", primitive: name, operands, count: 0 }) as never;
  const constant = (value: number) => ({ node: "constant", kind: "number", value });
  const m2 = apply("add", apply("mul", m, constant(0.9)), apply("mul", g, constant(0.1)));
  const v2 = apply(
    "add",
    apply("mul", v, constant(0.999)),
    apply("mul", apply("mul", g, g), constant(0.001)),
  );
  const denominator = apply("add", apply("sqrt", v2), constant(1e-8));
  return { p2: apply("sub", p, apply("mul", lr, apply("div", m2, denominator))), m2, v2 };
});

describe("a training step with dropout, clipping and Adam", () => {
  const make = () => {
    const generator = new Generator(5);
    const weights = [randn([6, 5], { generator }), randn([5, 3], { generator })];
    for (const weight of weights) weight.requiresGrad = true;
    const state = weights.map((weight) => ({ m: zeros(weight.shape), v: zeros(weight.shape) }));
    const count = zeros([]);
    const lr = tensor(0.01);
    const step = (x: Tensor, y: Tensor): Tensor => {
      const hidden = dropout(relu(matmul(x, weights[0]!)), 0.5, { generator });
      const loss = sum(square(matmul(hidden, weights[1]!).sub(y)));
      for (const weight of weights) weight.grad = null;
      loss.backward();
      noGrad(() => {
        const norm = sqrt(weights.map((weight) => sum(square(weight.grad!))).reduce((a, b) => add(a, b)));
        const scale = minimum(div(1, norm), 1);
        assign(count, add(count, 1));
        weights.forEach((weight, i) => {
          const { m, v } = state[i]!;
          const gradient = mul(weight.grad!, scale);
          applyInto(adam, [weight, gradient, m, v, count, lr], [weight, m, v], undefined);
        });
      });
      return loss;
    };
    return { generator, weights, state, count, lr, step };
  };
  const batches = Array.from({ length: 11 }, (_, i) => {
    const generator = new Generator(100 + i);
    return { x: randn([4, 6], { generator }), y: randn([4, 3], { generator }) };
  });

  test("replays on ten new batches, bit for bit", () => {
    const one = make();
    const other = make();
    const [first, ...rest] = batches;
    const taken = trace(() => one.step(first!.x, first!.y));
    other.step(first!.x, first!.y);
    expect(taken.generators).toEqual([one.generator]);
    const idX = taken.find(first!.x)!;
    const idY = taken.find(first!.y)!;
    for (const { x, y } of rest) {
      const loss = one.step(x, y);
      // The other model's tensors take the places of the traced ones.
      const places = new Map(taken.externals);
      const put = (from: Tensor, to: Tensor) => places.set(taken.find(from)!, to);
      one.weights.forEach((weight, i) => put(weight, other.weights[i]!));
      one.state.forEach(({ m, v }, i) => {
        put(m, other.state[i]!.m);
        put(v, other.state[i]!.v);
      });
      put(one.count, other.count);
      places.set(idX, x).set(idY, y);
      const values = replay(taken, places, [other.generator]);
      expect(values.get(taken.find(taken.result)!)!.toTypedArray()).toEqual(loss.toTypedArray());
      one.weights.forEach((weight, i) =>
        expect(other.weights[i]!.toTypedArray()).toEqual(weight.toTypedArray()),
      );
    }
    expect(other.count.item()).toBe(11);
  });

  test("is plain data", () => {
    const { step } = make();
    const taken = trace(() => step(batches[0]!.x, batches[0]!.y));
    const text = JSON.stringify(taken);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(JSON.parse(text))));
    const { steps } = JSON.parse(text) as { steps: { kind: string; op?: string }[] };
    expect(steps.filter(({ kind }) => kind === "draw")).toHaveLength(1);
    expect(steps.filter(({ op }) => op === "adam")).toHaveLength(2);
    expect(steps.filter(({ kind }) => kind === "assign").length).toBeGreaterThanOrEqual(7);
  });
});

test("what leaves the tape is listed", () => {
  const x = ones([2]);
  const taken = trace(() => x.sum().item());
  expect(taken.steps.at(-1)).toMatchObject({ kind: "barrier", name: "item" });
});

test("infinities survive JSON", () => {
  const taken = trace(() => clone(tensor(2)).clamp({ min: 1 }));
  expect(JSON.stringify(taken)).toContain('"Infinity"');
});

test("a trace of a promise is refused", () => {
  expect(() => trace(async () => tensor(1))).toThrow(/returned a promise/);
});
