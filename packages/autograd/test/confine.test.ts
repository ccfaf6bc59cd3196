import { describe, expect, test } from "vitest";
import {
  borrowGradient,
  checkpoint,
  concat,
  confine,
  customGrad,
  detectAnomaly,
  full,
  gradients,
  jvp,
  noGrad,
  ones,
  randn,
  registerHook,
  reveal,
  type Tensor,
  trace,
} from "../src/index.js";
import { Generator } from "../src/random.js";
import { allocateView } from "../src/storage.js";

const shape = [50, 40] as const;
const draw = (seed: number): Tensor => randn(shape, { generator: new Generator(seed), requiresGrad: true });

/** Makes and drops so much that every block is used again. */
function churn(): void {
  for (let i = 0; i < 300; i++) {
    const { data } = allocateView("float32", shape);
    data.targetAddress();
    data.drop();
  }
  noGrad(() => confine(() => ones(shape).mul(7).tanh().mul(3)));
}

const net = (x: Tensor, w: Tensor): Tensor => x.mul(w).tanh().mul(w).exp().add(x);

describe("what is confined", () => {
  test("has the values and gradients of what is not", () => {
    const run = (around: (body: () => Tensor) => Tensor): unknown[] => {
      const [x, w] = [draw(1), draw(2)];
      const y = around(() => net(x, w));
      churn();
      y.square().sum().backward();
      return [y.toArray(), x.grad?.toArray(), w.grad?.toArray()];
    };
    expect(run(confine)).toEqual(run((body) => body()));
    expect(run((body) => confine(() => confine(body)))).toEqual(run((body) => body()));
  });

  test("is there for a second sweep, and for second derivatives", () => {
    const [x, w] = [draw(1), draw(2)];
    const y = confine(() => net(x, w)).sum();
    y.backward({ retainGraph: true });
    const first = x.grad?.toArray();
    churn();
    const [again] = gradients(y, [x], { createGraph: true }) as [Tensor];
    expect(again.toArray()).toEqual(first);
    const [open] = gradients(net(x, w).sum(), [x], { createGraph: true }) as [Tensor];
    const twice = (g: Tensor): unknown => gradients(g.square().sum(), [w])[0]?.toArray();
    churn();
    expect(twice(again)).toEqual(twice(open));
  });

  test("goes out in arrays and objects, and as views", () => {
    const x = draw(3);
    const { list, view } = noGrad(() =>
      confine(() => {
        const y = x.mul(2);
        return { list: [y.add(1), [y.add(2)]] as const, view: y.select(0) };
      }),
    );
    churn();
    expect(list[0].toArray()).toEqual(noGrad(() => x.mul(2).add(1).toArray()));
    expect(list[1][0]?.toArray()).toEqual(noGrad(() => x.mul(2).add(2).toArray()));
    expect(view.toArray()).toEqual(noGrad(() => x.select(0).mul(2).toArray()));
  });

  test("goes out whole in what may hide tensors", () => {
    class Pair {
      constructor(readonly y: Tensor) {}
    }
    const x = draw(3);
    const pair = noGrad(() => confine(() => new Pair(x.mul(2))));
    churn();
    expect(pair.y.toArray()).toEqual(noGrad(() => x.mul(2).toArray()));
  });

  test("is an error where it was kept, and nothing is read that is others'", () => {
    const kept: Tensor[] = [];
    noGrad(() =>
      confine(() => {
        kept.push(draw(1).mul(2));
        return ones(shape);
      }),
    );
    churn();
    expect(() => kept[0]?.toArray()).toThrow(/given up/);
    expect(() => kept[0]?.add(1)).toThrow(/given up/);
  });

  test("ends with an error, and later results are anybody's", () => {
    expect(() =>
      confine(() => {
        draw(1).mul(2);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    const y = noGrad(() => draw(1).mul(2));
    churn();
    expect(y.select(0).toArray()).toEqual(noGrad(() => draw(1).select(0).mul(2).toArray()));
  });

  test("is revealed to functions that may keep it", () => {
    const kept: Tensor[] = [];
    const x = draw(4);
    const keep = (y: Tensor): Tensor => {
      kept.push(y, y.mul(5));
      return y.add(1);
    };
    const straight = customGrad(
      (y: Tensor) => keep(y),
      (g) => {
        kept.push(g);
        return [g];
      },
    );
    const y = confine(() => {
      const inner = x.mul(2);
      return straight(reveal([inner], () => keep(inner)).mul(3));
    });
    y.sum().backward();
    churn();
    const sums = kept.map((each) => each.sum().item());
    const [a, b, c, d] = noGrad(() => {
      const [first, third] = [x.mul(2), x.mul(2).add(1).mul(3)];
      return [first, first.mul(5), third, third.mul(5)].map((each) => each.sum().item());
    }) as [number, number, number, number];
    expect(sums).toEqual([a, b, c, d, 2000]);
  });

  test("is anybody's where ops are watched, traced or carry tangents", () => {
    const [x, w] = [draw(1), draw(2)];
    const plain = noGrad(() => net(x, w).toArray());
    const kept: Tensor[] = [];
    const body = (): Tensor =>
      confine(() => {
        const y = net(x, w);
        kept.push(y.mul(2));
        return y;
      });
    expect(detectAnomaly(body).toArray()).toEqual(plain);
    trace(() => void body());
    expect(jvp((x: Tensor) => confine(() => net(x, w)), [x], [ones(shape)]).value.toArray()).toEqual(plain);
    churn();
    for (const each of kept) expect(each.toArray()).toHaveLength(50);
  });

  test("lets a checkpoint read again what it was given and what it closed over", () => {
    const [x, w] = [draw(1), draw(2)];
    const run = (body: <T>(f: () => T) => T): number[] => {
      const y = body(() => {
        const h = net(x, w);
        return checkpoint((k) => k.mul(h).mul(h), x.mul(2)).sum();
      });
      churn();
      return gradients(y, [x, w]).flatMap((g) => [...(g as Tensor).toTypedArray()]);
    };
    expect(run(confine)).toEqual(run((f) => f()));
  });

  test("of a long computation does not pile up", () => {
    let most = 0;
    noGrad(() =>
      confine(() => {
        let y = ones([100, 100]);
        for (let i = 0; i < 20_000; i++) {
          y = y.mul(0.999);
          if (i % 2000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers);
        }
        return y;
      }),
    );
    // 800 MB of results; the memory of the kernels is counted, too.
    expect(most).toBeLessThan(1.6e9);
  });
});

describe("gradients of leaves", () => {
  const brought = (x: Tensor, factor: number): void => x.mul(x).mul(factor).sum().backward();
  // Integers, so that no sum of them is rounded.
  const drawn = (seed: number): Tensor => {
    const x = noGrad(() => draw(seed).mul(8).round());
    x.requiresGrad = true;
    return x;
  };
  const expected = (x: Tensor, factor: number): unknown => noGrad(() => x.mul(2 * factor).toArray());

  test("stay what they are for who has asked for them", () => {
    const x = drawn(1);
    brought(x, 1);
    const first = x.grad!;
    brought(x, 2);
    const sum = x.grad!;
    x.grad = null;
    brought(x, 8);
    churn();
    expect(first.toArray()).toEqual(expected(x, 1));
    expect(sum.toArray()).toEqual(expected(x, 3));
    expect(x.grad!.toArray()).toEqual(expected(x, 8));
  });

  test("add up where nobody has asked for them", () => {
    const x = drawn(1);
    for (const factor of [1, 2, 4]) brought(x, factor);
    churn();
    expect(borrowGradient(x)!.toArray()).toEqual(expected(x, 7));
    expect(x.grad!.toArray()).toEqual(expected(x, 7));
  });

  test("add up to one that has been set, which stays as it is", () => {
    const x = drawn(1);
    const given = noGrad(() => x.mul(10));
    x.grad = given;
    brought(x, 1);
    churn();
    expect(given.toArray()).toEqual(noGrad(() => x.mul(10).toArray()));
    expect(x.grad.toArray()).toEqual(noGrad(() => x.mul(10).add(x.mul(2)).toArray()));
  });

  test("are nobody's when they are borrowed, and then forgotten", () => {
    const x = drawn(1);
    brought(x, 1);
    const borrowed = borrowGradient(x)!;
    x.grad = null;
    expect(() => borrowed.toArray()).toThrow(/given up/);
  });

  test("stay with a leaf that has another's", () => {
    const [x, w] = [drawn(1), drawn(2)];
    brought(x, 1);
    w.grad = borrowGradient(x);
    x.grad = null;
    churn();
    expect(w.grad!.toArray()).toEqual(expected(x, 1));
  });

  test("are the same for a leaf that is the result, one in a hook and one by identity", () => {
    const [x, w] = [drawn(1), drawn(2)];
    const given = ones(shape);
    x.backward({ gradient: given });
    const seen: unknown[] = [];
    const remove = registerHook(w, (g) => {
      seen.push(g);
    });
    w.add(x).backward({ gradient: given });
    remove();
    noGrad(() => given.assign(given.mul(5)));
    churn();
    expect(x.grad!.toArray()).toEqual(noGrad(() => ones(shape).mul(2).toArray()));
    expect(w.grad!.toArray()).toEqual(ones(shape).toArray());
    expect((seen[0] as Tensor).shape).toEqual(shape);
  });

  test("can be differentiated after others that can not", () => {
    const x = drawn(1);
    brought(x, 1);
    x.mul(x).mul(x).sum().backward({ createGraph: true });
    churn();
    const [second] = gradients(x.grad!.sum(), [x]);
    expect(second!.toArray()).toEqual(noGrad(() => x.mul(6).toArray()));
  });
});

describe("cotangents that are written over", () => {
  // With createGraph none is.
  const both = (f: (x: Tensor, w: Tensor) => Tensor): readonly unknown[] =>
    [false, true].map((createGraph) => {
      const [x, w] = [draw(1), draw(2)];
      f(x, w).backward({ createGraph, gradient: draw(3).detach() });
      return [x.grad?.toArray(), w.grad?.toArray()];
    });

  test.each<[string, (x: Tensor, w: Tensor) => Tensor]>([
    ["of a chain", (x, w) => x.mul(w).tanh().exp().relu().sigmoid().mul(2)],
    ["that go two ways", (x, w) => x.tanh().add(w.tanh()).relu()],
    ["that go on and are read again", (x, w) => x.mul(3).add(x.mul(w).tanh()).add(x)],
    ["of a value that is used twice", (x, w) => net(x.exp(), w).mul(x.exp()).sub(w.relu())],
    [
      "that are of other shapes",
      (x, w) =>
        x
          .mul(w.sum({ axis: 0 }))
          .tanh()
          .mul(w.select(0).exp()),
    ],
    ["that are views", (x, w) => x.transpose().tanh().mul(w.transpose().relu()).tanh().transpose().mul(1.5)],
    [
      "in parts",
      (x, w) => concat([x.narrow(0, 0, 25).tanh().mul(2), w.narrow(0, 25, 25).tanh().mul(3)]).relu(),
    ],
  ])("%s are as those that are not", (_, f) => {
    const [one, other] = both(f);
    expect(one).toEqual(other);
  });
});

describe("who may still have a cotangent or a gradient", () => {
  const big = (value: number): Tensor => {
    const x = full([50, 100], value);
    x.requiresGrad = true;
    return x;
  };
  const first = (x: Tensor | null): number => (x!.toArray() as number[][])[0]![0]!;

  test("a trace that was recorded with it", () => {
    const x = big(3);
    x.square().sum().backward();
    const { externals } = trace(() => x.square().sum().backward());
    x.grad = null;
    churn();
    for (const each of externals.values()) expect(Number.isFinite(each.toTypedArray()[0])).toBe(true);
  });

  test("a sweep that is recorded itself, whose seed is confined", () => {
    const [x, y] = [big(2), big(3)];
    const d = confine(() => {
      const s = y.mul(2);
      const [q] = gradients(x.square(), [x], { gradient: s, createGraph: true });
      return q!.sum();
    });
    d.backward();
    expect([first(x.grad), first(y.grad)]).toEqual([12, 8]);
  });

  test("who gave it to a sweep within a confinement", () => {
    const x = big(2);
    const seed = confine(() => {
      const made = noGrad(() => x.mul(5));
      gradients(x.square(), [x], { gradient: made });
      return made.add(0);
    });
    expect(first(seed)).toBe(10);
  });

  test("who set it within a confinement", () => {
    const x = big(2);
    const read = confine(() => {
      const g = noGrad(() => x.square());
      x.grad = g;
      x.mul(3).sum().backward();
      return g.add(0);
    });
    expect([first(read), first(x.grad)]).toEqual([4, 7]);
  });

  test("a record of it", () => {
    const [x, y] = [big(2), big(3)];
    confine(() => x.add(y).backward({ gradient: x.mul(1), createGraph: true }));
    x.add(y).sum().backward();
    expect([first(x.grad), first(y.grad)]).toEqual([3, 3]);
  });

  test("a hook, which returns another's", () => {
    const [x, y] = [big(2), big(3)];
    y.square().sum().backward();
    const z = x.mul(2);
    registerHook(z, () => borrowGradient(y)!);
    z.exp().sum().backward();
    churn();
    expect([first(x.grad), first(y.grad)]).toEqual([12, 6]);
  });

  test("another input of a rule of the user's", () => {
    const twice = customGrad(
      (x: Tensor, y: Tensor) => x.add(y),
      (g: Tensor) => {
        const h = g.mul(2);
        return [h, h];
      },
    );
    const [a, c] = [big(1), big(1)];
    const [b, e] = [c.mul(1), a.mul(3)];
    twice(a, b).add(e).sum().backward();
    expect([first(a.grad), first(c.grad)]).toEqual([5, 2]);
  });

  test("the user, whose rule returns it", () => {
    const kept = full([50, 100], 7);
    const constant = customGrad(
      (x: Tensor) => x.mul(1),
      () => [kept],
    );
    const x = big(1);
    constant(x).add(constant(x)).sum().backward();
    expect([first(x.grad), first(kept)]).toEqual([14, 7]);
    expect(x.grad).not.toBe(kept);
  });
});
