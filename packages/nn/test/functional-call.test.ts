import {
  ArgumentError,
  checkpoint,
  ggnvp,
  grad,
  hvp,
  jvp,
  manualSeed,
  randn,
  ShapeError,
  sum,
  type Tensor,
  toTypedArray,
  zeros,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { crossEntropy, functionalCall, Linear, LSTM, Module, mse } from "../src/index.js";

type Parameters = Record<string, Tensor>;

class Model extends Module {
  readonly lstm = new LSTM(3, 4);
  readonly head = new Linear(4, 2);
  readonly tied = this.head;

  forward(x: Tensor): Tensor {
    const [y] = this.lstm.forward(x);
    return this.tied.forward(y).flatten(0, 1);
  }
}

manualSeed(1);
const model = new Model();
const x = randn([5, 2, 3]);
const target = zeros([10], { dtype: "int32" });
const parameters = (): Parameters => Object.fromEntries(model.namedParameters());
const detached = (): Parameters =>
  Object.fromEntries([...model.namedParameters()].map(([name, each]) => [name, each.detach()]));
const loss = (values: Parameters): Tensor => crossEntropy(functionalCall(model, values, x), target);
const numbers = (tree: Parameters): unknown =>
  Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, [...toTypedArray(each)]]));

describe("functionalCall", () => {
  test("has the gradients that backward brings, to the bit, and touches none", () => {
    crossEntropy(model.forward(x), target).backward();
    const expected = Object.fromEntries(
      [...model.namedParameters()].map(([name, { grad }]) => [name, grad!]),
    );
    model.zeroGrad();
    expect(numbers(grad(loss)(detached()))).toEqual(numbers(expected));
    expect(numbers(grad(loss)(parameters()))).toEqual(numbers(expected));
    expect(model.parameters().every((each) => each.grad === null && each.isLeaf)).toBe(true);
  });

  test("takes other values, and puts back the own ones even after an error", () => {
    const weight = zeros([2, 4]);
    expect(toTypedArray(functionalCall(model.head, { weight, bias: zeros([2]) }, randn([3, 4])))).toEqual(
      new Float32Array(6),
    );
    const before = numbers(parameters());
    expect(() => functionalCall(model.head, { weight }, zeros([3, 5]))).toThrow(ShapeError);
    expect(numbers(parameters())).toEqual(before);
  });

  test("carries products with the Hessian and the Gauss-Newton matrix", () => {
    const p = detached();
    const v = Object.fromEntries(Object.entries(p).map(([name, each]) => [name, randn(each.shape)]));
    const dot = (a: Parameters, b: Parameters): number =>
      Object.keys(a).reduce((total, name) => total + sum(a[name]!.mul(b[name]!)).item(), 0);
    const h = hvp(loss, p, v);
    // Symmetric: what a second direction sees of the first is what the first sees of the second.
    const w = Object.fromEntries(Object.entries(p).map(([name, each]) => [name, randn(each.shape)]));
    expect(dot(h, w)).toBeCloseTo(dot(hvp(loss, p, w), v), 4);
    const squares = (out: Tensor): Tensor => mse(out, zeros(out.shape));
    const predict = (values: Parameters): Tensor => functionalCall(model, values, x);
    const { tangent } = jvp(predict, [p], [v]);
    const curvature = sum(tangent.square()).item() * (2 / tangent.size);
    expect(dot(ggnvp(predict, squares, p, v), v)).toBeCloseTo(curvature, 4);
  });

  test("goes through a checkpoint", () => {
    const frugal = (values: Parameters): Tensor => checkpoint(loss, values);
    expect(numbers(grad(frugal)(detached()))).toEqual(numbers(grad(loss)(detached())));
  });

  test("refuses a name that is not there and another shape", () => {
    expect(() => functionalCall(model.head, { weights: zeros([2, 4]) }, x)).toThrow(ArgumentError);
    expect(() => functionalCall(model.head, { weights: zeros([2, 4]) }, x)).toThrow(
      "functionalCall: the module has no parameter or buffer weights; it has weight, bias",
    );
    expect(() => functionalCall(model.head, { weight: zeros([4, 2]) }, x)).toThrow(
      "functionalCall: weight is given as float32 [4, 2], the module's is float32 [2, 4]; they must be the same",
    );
  });
});
