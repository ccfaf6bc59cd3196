/** The problems on which optimizers are compared: scripts/fixtures/optim.py has them too. */
import { readFileSync } from "node:fs";
import { linear, matmul, mseLoss, noGrad, type Tensor, tensor } from "@wengert/autograd";
import { expect } from "vitest";

/** Numbers of a shape. */
export interface FixtureTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type ProblemName = "quadratic" | "rosenbrock" | "mlp";

/** What a fixture of optim holds. */
export function fixtureOf(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));
}

const { problems } = fixtureOf("trajectories") as {
  readonly problems: Record<
    ProblemName,
    { readonly params: readonly FixtureTensor[]; readonly data: Record<string, FixtureTensor> }
  >;
};

export function load({ shape, data }: FixtureTensor): Tensor {
  return tensor([...data], { shape: [...shape], dtype: "float64" });
}

/** The parameters from which a problem starts. */
export function startOf(problem: ProblemName): Tensor[] {
  return problems[problem].params.map((start) => {
    const param = load(start);
    param.requiresGrad = true;
    return param;
  });
}

type Loss = (params: readonly Tensor[], data: Record<string, Tensor>) => Tensor;

const losses: Record<ProblemName, Loss> = {
  // Of condition number 1e4.
  quadratic: ([x], { a }) => matmul(x!, matmul(a!, x!)).mul(0.5),
  rosenbrock: ([x]) => {
    const [a, b] = x!.unbind();
    return a!.neg().add(1).square().add(b!.sub(a!.square()).square().mul(100));
  },
  mlp: ([w1, b1, w2, b2], { inputs, targets }) =>
    mseLoss(linear(linear(inputs!, w1!, b1!).tanh(), w2!, b2!), targets!),
};

/** What is given in a problem, by name. */
export function dataOf(problem: ProblemName): Record<string, Tensor> {
  const data = Object.entries(problems[problem].data);
  return Object.fromEntries(data.map(([name, each]) => [name, load(each)]));
}

/** The loss of a problem over its parameters. */
export function lossOf(problem: ProblemName): (params: readonly Tensor[]) => Tensor {
  const data = dataOf(problem);
  return (params) => losses[problem](params, data);
}

/** Sets parameters to numbers, one after another. */
export function place(params: readonly Tensor[], at: readonly number[]): void {
  let offset = 0;
  noGrad(() => {
    for (const param of params) {
      const part = at.slice(offset, offset + param.size);
      param.assign(tensor(part, { shape: param.shape, dtype: "float64" }));
      offset += param.size;
    }
  });
}

/** All numbers, one after another. */
export function flat(tensors: readonly Tensor[]): number[] {
  return tensors.flatMap((each) => [...each.toTypedArray()]);
}

export function expectClose(
  actual: readonly number[],
  wanted: readonly number[],
  what: string,
  tolerance = 1e-9,
): void {
  expect(actual, what).toHaveLength(wanted.length);
  // One expectation, because there are many numbers.
  const wrong = wanted.findIndex(
    (value, i) => !(Math.abs(actual[i]! - value) <= tolerance * (1 + Math.abs(value))),
  );
  if (wrong !== -1) expect.fail(`${what}: number ${wrong} is ${actual[wrong]}, not ${wanted[wrong]}`);
}
