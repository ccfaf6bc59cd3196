/** Linear constraints: the nearest weights that obey, and gradients that keep to them. */
import { Generator, noGrad, ones, randn, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { LinearEquations, LinearSpan, Parameter, TiedWeights, type WeightConstraint } from "../src/index.js";

const generator = new Generator(1);
const draw = (...shape: number[]): Tensor => randn(shape, { generator, dtype: "float64" });
const matrix = (rows: number[][]): Tensor => tensor(rows, { dtype: "float64" });
const flat = (x: readonly Tensor[]): number[] => x.flatMap((each) => [...each.toTypedArray()]);
const largest = (x: Tensor): number => x.abs().amax().item();

function withGradients(...shapes: number[][]): Parameter[] {
  return shapes.map((shape) => {
    const parameter = new Parameter(draw(...shape));
    parameter.grad = draw(...shape);
    return parameter;
  });
}

const gradientsOf = (parameters: readonly Parameter[]): number[] => flat(parameters.map(({ grad }) => grad!));
const close = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found.length).toBe(wanted.length);
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 10));
};

describe("w1 = w2", () => {
  const ways: [string, (pair: Parameter[]) => WeightConstraint][] = [
    ["as an equation", (pair) => new LinearEquations(pair, matrix([[1, -1]]))],
    ["as a span", (pair) => new LinearSpan(pair, matrix([[1], [1]]))],
    ["as ties", (pair) => new TiedWeights(pair)],
  ];

  test.each(ways)("%s: the mean of weights, and of gradients", (_, make) => {
    const pair = withGradients([], []);
    const [weights, gradients] = [flat(pair), gradientsOf(pair)];
    const constraint = make(pair);
    expect(flat(pair)).toEqual(weights);
    expect(constraint.violation()).toBeCloseTo(Math.abs(weights[0] - weights[1]) / 2, 12);
    constraint.projectWeights();
    constraint.projectGradients();
    const mean = ([a, b]: readonly number[]): number[] => [(a + b) / 2, (a + b) / 2];
    close(flat(pair), mean(weights));
    close(gradientsOf(pair), mean(gradients));
    expect(constraint.violation()).toBeLessThan(1e-15);
  });

  test.each([
    ["a span", (pair: Parameter[]) => new LinearSpan(pair, matrix([[1], [1]]), { gradient: "latent" })],
    ["ties", (pair: Parameter[]) => new TiedWeights(pair, { gradient: "latent" })],
  ])("as %s with the gradient of the latent number: the sum for both, as if one were shared", (_, make) => {
    const pair = withGradients([], []);
    const sum = gradientsOf(pair).reduce((a, b) => a + b);
    make(pair).projectGradients();
    close(gradientsOf(pair), [sum, sum]);
  });
});

describe("LinearEquations", () => {
  const c = draw(3, 8);
  const rows = [...c.unbind(), c.select(0).add(c.select(1))]; // of rank 3
  const dependent = matrix(rows.map((row) => row.toArray() as number[]));
  const free = draw(8);
  const d = dependent.matmul(free);

  test("finds the nearest weights: they obey, and the way there is at right angles to all that obey", () => {
    const parameters = withGradients([2, 3], [2]);
    const before = matrix([flat(parameters)]).flatten();
    const constraint = new LinearEquations(parameters, dependent, d);
    constraint.projectWeights();
    const after = matrix([flat(parameters)]).flatten();
    expect(largest(dependent.matmul(after).sub(d))).toBeLessThan(1e-12);
    expect(after.sub(before).dot(after.sub(free)).item()).toBeCloseTo(0, 10);
    expect(constraint.violation()).toBeLessThan(1e-12);
  });

  test("leaves of a gradient what does not change C w, and all of that", () => {
    const parameters = withGradients([2, 3], [2]);
    const before = matrix([gradientsOf(parameters)]).flatten();
    const constraint = new LinearEquations(parameters, dependent, d);
    constraint.projectGradients();
    const along = matrix([gradientsOf(parameters)]).flatten();
    expect(largest(dependent.matmul(along))).toBeLessThan(1e-12);
    expect(before.sub(along).dot(along).item()).toBeCloseTo(0, 10);
    constraint.projectGradients();
    close(gradientsOf(parameters), [...along.toTypedArray()]);
    expect(parameters.map(({ grad }) => grad!.shape)).toEqual([[2, 3], [2]]);
  });

  test("refuses what no weights obey, and other shapes", () => {
    const pair = [new Parameter(ones([2]))];
    const twice = matrix([
      [1, 1],
      [2, 2],
    ]);
    expect(() => new LinearEquations(pair, twice, tensor([1, 3]))).toThrow(
      "LinearEquations: the equations contradict one another",
    );
    expect(new LinearEquations(pair, twice, tensor([1, 2])).violation()).toBeCloseTo(0.5, 12);
    expect(() => new LinearEquations(pair, matrix([[1, 1, 1]]))).toThrow(
      "LinearEquations: C is [1, 3]; it must be [equations, 2], one or more, a column for each weight",
    );
    expect(() => new LinearEquations(pair, twice, tensor([1]))).toThrow("d is [1]; it must be [2]");
  });
});

describe("LinearSpan", () => {
  const a = draw(6, 2);

  test("says the same as the equations of what it spans", () => {
    const [left, right] = [withGradients([6]), withGradients([6])];
    noGrad(() => right[0].assign(left[0]));
    right[0].grad = left[0].grad!.clone();
    // C has as rows what is at right angles to A: I − A A⁺.
    const inverse = a.transpose().matmul(a).inverse().matmul(a.transpose());
    const identity = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (__, j) => Number(i === j)),
    );
    const c = matrix(identity).sub(a.matmul(inverse));
    for (const constraint of [new LinearSpan(left, a), new LinearEquations(right, c)]) {
      constraint.projectWeights();
      constraint.projectGradients();
    }
    close(flat(left), flat(right));
    close(gradientsOf(left), gradientsOf(right));
  });

  test("moves weights as descent on the latent numbers does", () => {
    const z = draw(2);
    z.requiresGrad = true;
    const target = draw(6);
    const lossOf = (w: Tensor): Tensor => w.sub(target).square().sum();
    lossOf(a.matmul(z)).backward();
    const moved = a.matmul(z.detach().sub(z.grad!.mul(0.01)));

    const w = new Parameter(a.matmul(z).detach());
    lossOf(w).backward();
    new LinearSpan([w], a, { gradient: "latent" }).step({
      step: () => w.detach().assign(w.detach().sub(w.grad!.mul(0.01))),
    });
    close(flat([w]), flat([moved]));
  });

  test("refuses another shape", () => {
    expect(() => new LinearSpan([new Parameter(ones([2]))], a)).toThrow(
      "LinearSpan: A is [6, 2]; it must be [2, latent], a row for each weight",
    );
  });
});

describe("TiedWeights", () => {
  test("ties by labels, within a parameter and between two: a symmetric matrix whose diagonal another has", () => {
    const [w, v] = withGradients([2, 2], [2]);
    const before = flat([w, v]);
    const gradients = gradientsOf([w, v]);
    const labels = [
      tensor(
        [
          [7, -1],
          [-1, 9],
        ],
        { dtype: "int32" },
      ),
      tensor([7, 9], { dtype: "int32" }),
    ];
    const ties = new TiedWeights([w, v], { labels });
    ties.projectWeights();
    ties.projectGradients();
    const tied = ([a, b, c, d, e, f]: readonly number[]): number[] =>
      [a + e, b + c, b + c, d + f, a + e, d + f].map((sum) => sum / 2);
    close(flat([w, v]), tied(before));
    close(gradientsOf([w, v]), tied(gradients));
  });

  test("counts a missing gradient as 0", () => {
    const [a, b] = withGradients([2], [2]);
    b.grad = null;
    const [x, y] = gradientsOf([a]);
    new TiedWeights([a, b]).projectGradients();
    close(gradientsOf([a, b]), [x / 2, y / 2, x / 2, y / 2]);
  });

  test("keeps dtypes", () => {
    const pair = [new Parameter(ones([2])), new Parameter(ones([2]))];
    pair[0].grad = ones([2]);
    new TiedWeights(pair).projectGradients();
    expect(pair.map(({ grad }) => grad!.dtype)).toEqual(["float32", "float32"]);
    expect(flat(pair.map(({ grad }) => grad!))).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test("refuses what does not go together", () => {
    const [a, b] = [new Parameter(ones([2])), new Parameter(ones([3]))];
    expect(() => new TiedWeights([a, b])).toThrow(
      "TiedWeights: the parameters are [2] and [3]; without labels they must have one shape",
    );
    expect(() => new TiedWeights([a], { labels: [] })).toThrow("there are labels for 0 parameters, and 1");
    expect(() => new TiedWeights([a], { labels: [ones([3])] })).toThrow(
      "TiedWeights: the labels of parameter 0 are [3]; they must be [2], a number for each weight",
    );
    expect(() => new TiedWeights([a], { labels: [tensor([0.5, 1])] })).toThrow("a label is 0.5");
    expect(() => new TiedWeights([])).toThrow(
      "TiedWeights: there are 0 parameters; give one or more, each once",
    );
    expect(() => new TiedWeights([a, a])).toThrow("there are 2 parameters; give one or more, each once");
    expect(() => new TiedWeights([a]).projectGradients()).toThrow(
      "TiedWeights: no parameter has a gradient; call backward() first",
    );
    const frozen = new Parameter(ones([2]), { requiresGrad: false });
    expect(() => new TiedWeights([a, frozen]).projectGradients()).toThrow("parameter 1 is frozen");
  });
});
