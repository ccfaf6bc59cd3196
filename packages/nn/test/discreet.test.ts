import { add, linear, noGrad, ones, randn, type Tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  BatchNorm1d,
  Linear,
  LSTM,
  Module,
  Parameter,
  Recurrent,
  ReLU,
  Residual,
  Sequential,
  SimpleCell,
} from "../src/index.js";

const width = 60;
const x = randn([40, width]);

/** Trains other models, so that every block of memory that can be had is used again. */
function churn(): void {
  const other = new Sequential(new Linear(width, 70), new BatchNorm1d(70), new ReLU(), new Linear(70, 50));
  for (let i = 0; i < 20; i++) other.forward(x).square().sum().backward();
  const sequence = new LSTM(width, 64);
  for (let i = 0; i < 3; i++)
    sequence
      .forward(ones([5, 30, width]))[0]
      .sum()
      .backward();
}

describe("what modules compute for one another can be kept by", () => {
  const expected = (net: Sequential, layers: number): string =>
    noGrad(() => new Sequential(...net.layers.slice(0, layers)).forward(x).toArray().toString());

  test("a function among the layers", () => {
    const kept: Tensor[] = [];
    const net = new Sequential(
      new Linear(width, 50),
      new ReLU(),
      (y: Tensor) => {
        kept.push(y);
        return y;
      },
      new Linear(50, 40),
    );
    net.forward(x).sum().backward();
    churn();
    expect(kept[0]?.toArray().toString()).toBe(expected(net, 2));
  });

  test("a module of one's own", () => {
    class Keeping extends Module {
      last: Tensor | undefined;
      made: Tensor | undefined;

      forward(y: Tensor): Tensor {
        this.last = y;
        this.made = y.mul(2);
        return this.made.add(1);
      }
    }
    const keeping = new Keeping();
    const net = new Sequential(new Linear(width, 50), new Residual(keeping), new ReLU());
    net.forward(x).sum().backward();
    churn();
    const before = expected(net, 1);
    expect(keeping.last?.toArray().toString()).toBe(before);
    expect(keeping.made?.div(2).toArray().toString()).toBe(before);
  });

  test("hooks", () => {
    const net = new Sequential(new Linear(width, 50), new ReLU(), new Linear(50, 40));
    const kept: Tensor[] = [];
    (net.layers[1] as ReLU).registerForwardHook((_, inputs, output) => {
      kept.push(inputs[0] as Tensor, output as Tensor);
    });
    net.forward(x).sum().backward();
    churn();
    expect(kept[0]?.toArray().toString()).toBe(expected(net, 1));
    expect(kept[1]?.toArray().toString()).toBe(expected(net, 2));
  });

  test("checkpoints, which read it again on the way back", () => {
    const layers = new LSTM(width, 64);
    const steps = randn([60, 20, width]);
    const of = (options: object): unknown[] => {
      layers.zeroGrad();
      const [y] = layers.forward(steps, undefined, options);
      churn();
      y.select(59).sum().backward();
      return layers.parameters().map(({ grad }) => grad?.abs().sum().item());
    };
    const wanted = of({}) as number[];
    (of({ checkpoint: 7 }) as number[]).forEach((each, i) => expect(each / wanted[i]!).toBeCloseTo(1, 4));
  });

  test("a cell of one's own", () => {
    const kept: Tensor[] = [];
    class Keeping extends SimpleCell {
      readonly weight: Parameter = new Parameter(randn([width, width]).mul(0.1));

      override step(projected: Tensor, h: Tensor): Tensor {
        const next = add(projected, linear(h, this.weight)).tanh();
        kept.push(next);
        return next;
      }
    }
    const net = new Recurrent(width, width, () => new Keeping(width, width));
    const [y] = net.forward(randn([4, 30, width]));
    y.sum().backward();
    churn();
    expect(kept.map((each) => each.toArray())).toEqual(y.toArray());
  });
});

test("gradients through confined layers are those of the same functions", () => {
  const net = new Sequential(new Linear(width, 50), new BatchNorm1d(50), new ReLU(), new Linear(50, 40));
  net.forward(x).square().sum().backward();
  const confined = net.parameters().map(({ grad }) => grad?.toArray());
  net.zeroGrad();
  // A function between two layers takes the confinement away.
  const open = new Sequential(...net.layers.flatMap((layer) => [layer, (y: Tensor) => y]));
  open.forward(x).square().sum().backward();
  churn();
  expect(net.parameters().map(({ grad }) => grad?.toArray())).toEqual(confined);
});
