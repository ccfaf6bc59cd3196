/** Layers that PyTorch lacks against loops over numbers, and their gradients against differences. */
import { Generator, gradcheck, randn, type Tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  DepthwiseConv1d,
  functionalCall,
  KMaxPool1d,
  LocallyConnected1d,
  LocallyConnected2d,
  Maxout,
  type Module,
  RadialBasis,
  SeparableConv2d,
} from "../src/index.js";

const options = { generator: new Generator(17), dtype: "float64" } as const;
const draw = (...shape: number[]): Tensor => randn(shape, options);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Reads numbers by their places; 0 outside, as padding has it. */
function reader(x: Tensor): (...place: number[]) => number {
  const numbers = x.toTypedArray();
  return (...place) => {
    const inside = place.every((at, axis) => at >= 0 && at < x.shape[axis]!);
    return inside ? numbers[place.reduce((index, at, axis) => index * x.shape[axis]! + at, 0)]! : 0;
  };
}

type Layer = Module & { forward(x: Tensor): Tensor };
/** Element of the output at a place. */
type Plain = (
  x: (...place: number[]) => number,
  w: (name: string) => (...place: number[]) => number,
) => Formula;
type Formula = (...place: number[]) => number;

const cases: [name: string, layer: Layer, x: Tensor, shape: number[], plain: Plain][] = [
  [
    "LocallyConnected1d",
    new LocallyConnected1d(2, 3, 7, 3, { stride: 2, padding: 1, dilation: 2, ...options }),
    draw(2, 2, 7),
    [2, 3, 3],
    (x, w) => (n, o, t) =>
      w("bias")(o!, t!) +
      sum(
        upTo(2).flatMap((c) => upTo(3).map((k) => x(n!, c, 2 * t! + 2 * k - 1) * w("weight")(t!, o!, c, k))),
      ),
  ],
  [
    "LocallyConnected2d",
    new LocallyConnected2d(2, 2, [4, 5], [2, 3], { stride: [1, 2], padding: [0, 1], ...options }),
    draw(1, 2, 4, 5),
    [1, 2, 3, 3],
    (x, w) => (n, o, r, s) =>
      w("bias")(o!, r!, s!) +
      sum(
        upTo(2).flatMap((c) =>
          upTo(2).flatMap((i) =>
            upTo(3).map((j) => x(n!, c, r! + i, 2 * s! + j - 1) * w("weight")(r!, s!, o!, c, i, j)),
          ),
        ),
      ),
  ],
  [
    "DepthwiseConv1d",
    new DepthwiseConv1d(3, 2, { multiplier: 2, ...options }),
    draw(2, 3, 5),
    [2, 6, 4],
    (x, w) => (n, o, t) =>
      w("bias")(o!) + sum(upTo(2).map((k) => x(n!, Math.floor(o! / 2), t! + k) * w("weight")(o!, 0, k))),
  ],
  [
    "SeparableConv2d",
    new SeparableConv2d(2, 3, 2, options),
    draw(1, 2, 3, 4),
    [1, 3, 2, 3],
    (x, w) => (n, o, r, s) => {
      const deep = (c: number): number =>
        w("depthwise.bias")(c) +
        sum(
          upTo(2).flatMap((i) =>
            upTo(2).map((j) => x(n!, c, r! + i, s! + j) * w("depthwise.weight")(c, 0, i, j)),
          ),
        );
      return w("pointwise.bias")(o!) + sum(upTo(2).map((c) => deep(c) * w("pointwise.weight")(o!, c, 0, 0)));
    },
  ],
  [
    "Maxout",
    new Maxout(3, 2, 4, options),
    draw(5, 3),
    [5, 2],
    (x, w) => (n, o) =>
      Math.max(
        ...upTo(4).map(
          (k) =>
            w("linear.bias")(4 * o! + k) +
            sum(upTo(3).map((i) => x(n!, i) * w("linear.weight")(4 * o! + k, i))),
        ),
      ),
  ],
  [
    "RadialBasis",
    new RadialBasis(3, 4, { width: 0.8, ...options }),
    draw(5, 3),
    [5, 4],
    (x, w) => (n, c) => {
      const squares = sum(upTo(3).map((i) => (x(n!, i) - w("centres")(c!, i)) ** 2));
      return Math.exp(-squares / (2 * w("widths")(c!) ** 2));
    },
  ],
  [
    "KMaxPool1d",
    new KMaxPool1d(3),
    draw(2, 2, 6),
    [2, 2, 3],
    (x) => (n, c, k) => {
      const kept = upTo(6)
        .toSorted((a, b) => x(n!, c!, b) - x(n!, c!, a))
        .slice(0, 3);
      return x(n!, c!, kept.toSorted((a, b) => a - b)[k!]!);
    },
  ],
];

describe.each(cases)("%s", (_, layer, x, shape, plain) => {
  test("is its equation", () => {
    const y = layer.forward(x);
    expect(y.shape).toEqual(shape);
    const state = new Map(Array.from(layer.stateDict(), ([name, value]) => [name, reader(value)]));
    const wanted = plain(reader(x), (name) => state.get(name)!);
    const found = reader(y);
    const places = shape.reduce<number[][]>(
      (all, length) => all.flatMap((at) => upTo(length).map((i) => [...at, i])),
      [[]],
    );
    for (const place of places) expect(found(...place), `[${place}]`).toBeCloseTo(wanted(...place), 12);
  });

  test("has right gradients, of all its parts", () => {
    const parameters = [...layer.namedParameters()];
    const report = gradcheck(
      (input: Tensor, ...values: Tensor[]) =>
        functionalCall(layer, Object.fromEntries(parameters.map(([name], i) => [name, values[i]!])), input),
      [x, ...parameters.map(([, value]) => value.detach())],
    );
    expect(report.ok, report.message).toBe(true);
  });
});
