import { matmul, ones, randn, relu, Tensor, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { Buffer, Dropout, Embedding, Linear, LSTM, Module, Parameter, Sequential } from "../src/index.js";

class Block extends Module {
  readonly scale = new Parameter(ones([2]));
  readonly count = new Buffer(zeros([], { dtype: "int32" }), { diskDtype: "I64" });
  readonly scratch = new Buffer(zeros([2]), { persistent: false });
  readonly inner = new Linear(2, 2);

  forward(x: Tensor): Tensor {
    return this.inner.forward(x.mul(this.scale));
  }
}

class Model extends Module {
  readonly blocks = [new Block(), new Block()];
  readonly head = new Linear(2, 3);
  readonly bias = new Parameter(zeros([3]));
  /** Not a part: a tensor alone is neither trained nor saved. */
  readonly table = ones([4]);

  forward(x: Tensor): Tensor {
    let y = x;
    for (const block of this.blocks) y = block.forward(y);
    return this.head.forward(y).add(this.bias);
  }
}

const names = (parts: Iterable<readonly [string, unknown]>): string[] => Array.from(parts, ([name]) => name);

describe("parts", () => {
  test("are found in fields and arrays, those of a module before those below it", () => {
    const model = new Model();
    expect(names(model.namedParameters())).toEqual([
      "bias",
      "blocks.0.scale",
      "blocks.0.inner.weight",
      "blocks.0.inner.bias",
      "blocks.1.scale",
      "blocks.1.inner.weight",
      "blocks.1.inner.bias",
      "head.weight",
      "head.bias",
    ]);
    expect(names(model.namedModules())).toEqual([
      "",
      "blocks.0",
      "blocks.0.inner",
      "blocks.1",
      "blocks.1.inner",
      "head",
    ]);
    expect(names(model.namedChildren())).toEqual(["blocks.0", "blocks.1", "head"]);
    expect(names(model.namedBuffers())).toEqual([
      "blocks.0.count",
      "blocks.0.scratch",
      "blocks.1.count",
      "blocks.1.scratch",
    ]);
    expect(model.parameters()[0]).toBe(model.bias);
  });

  test("that are shared are yielded once, and saved under each name", () => {
    class Tied extends Module {
      readonly embed = new Embedding(4, 3);
      readonly head = new Linear(3, 4, { bias: false });
      readonly again = this.embed;

      constructor() {
        super();
        Object.assign(this.head, { weight: this.embed.weight });
      }
    }
    const tied = new Tied();
    expect(names(tied.namedParameters())).toEqual(["embed.weight"]);
    expect(names(tied.namedModules())).toEqual(["", "embed", "head"]);
    expect([...tied.stateDict().keys()]).toEqual(["embed.weight", "head.weight", "again.weight"]);
  });

  test("may refer to modules above them", () => {
    class Child extends Module {
      readonly weight = new Parameter(ones([1]));
      constructor(readonly parent: Module) {
        super();
      }
    }
    class Parent extends Module {
      readonly child = new Child(this);
    }
    const parent = new Parent();
    expect(names(parent.namedParameters())).toEqual(["child.weight"]);
    expect([...parent.stateDict().keys()]).toEqual(["child.weight"]);
    expect(parent.toString()).toContain("(parent): Parent(…)");
  });

  test("are recognised across copies of the package", () => {
    const foreign = { "~part": "module", training: true, weight: new Parameter(ones([2])) };
    const model = new Sequential(foreign as unknown as Linear);
    expect(names(model.namedParameters())).toEqual(["layers.0.weight"]);
    model.eval();
    expect(foreign.training).toBe(false);
  });
});

describe("parameters and buffers", () => {
  test("are tensors", () => {
    const values = tensor([[1, 2]]);
    const parameter = new Parameter(values);
    expect(parameter).toBeInstanceOf(Tensor);
    expect(parameter.requiresGrad).toBe(true);
    expect(parameter.mul(2).toArray()).toEqual([[2, 4]]);
    expect(String(parameter)).toBe(
      String(new Parameter(values, { requiresGrad: false })).replace(")", ", requiresGrad=true)"),
    );
    expect(new Buffer(values).requiresGrad).toBe(false);
  });

  test("of a view, or of a computed tensor, stand alone", () => {
    const source = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const parameter = new Parameter(source.transpose());
    expect(parameter.isLeaf).toBe(true);
    parameter.sum().backward();
    expect(source.grad).toBeNull();
    expect(parameter.grad?.toArray()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test("of integers cannot be trained", () => {
    expect(() => new Parameter(zeros([2], { dtype: "int32" }))).toThrow(/gradients flow through floats only/);
    expect(new Parameter(zeros([2], { dtype: "int32" }), { requiresGrad: false }).dtype).toBe("int32");
  });
});

test("train and eval reach all modules", () => {
  const model = new Sequential(new Dropout(0.5), new Sequential(new Dropout(0.5)));
  expect(model.eval()).toBe(model);
  expect([...model.namedModules()].map(([, { training }]) => training)).toEqual([false, false, false, false]);
  expect(model.train().training).toBe(true);
  expect([...model.namedModules()].every(([, { training }]) => training)).toBe(true);
});

test("zeroGrad forgets all gradients", () => {
  const model = new Model();
  model
    .forward(randn([1, 2]))
    .sum()
    .backward();
  expect(model.parameters().every(({ grad }) => grad !== null)).toBe(true);
  model.zeroGrad();
  expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
});

describe("stateDict", () => {
  test("has parameters before buffers, both before what is below, under PyTorch's names", () => {
    class Reader extends Module {
      readonly count = new Buffer(zeros([]));
      readonly lstm = new LSTM(2, 3, { layers: 2 });
      readonly mlp = new Sequential(new Linear(3, 4), relu, new Linear(4, 1, { bias: false }));
      readonly scale = new Parameter(ones([1]));
    }
    const kinds = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
    expect([...new Reader().stateDict().keys()]).toEqual([
      "scale",
      "count",
      ...[0, 1].flatMap((layer) => kinds.map((kind) => `lstm.${kind}_l${layer}`)),
      "mlp.0.weight",
      "mlp.0.bias",
      "mlp.2.weight",
    ]);
  });

  test("is a snapshot", () => {
    const model = new Linear(2, 2);
    const state = model.stateDict();
    const before = state.get("weight")!.toArray();
    model.loadStateDict([
      ["weight", zeros([2, 2])],
      ["bias", zeros([2])],
    ]);
    expect(state.get("weight")!.toArray()).toEqual(before);
    expect(state.get("weight")!.requiresGrad).toBe(false);
    model.loadStateDict(state);
    expect(model.weight.toArray()).toEqual(before);
  });

  test("keeps how buffers are saved, and leaves out those that are not", () => {
    const state = new Block().stateDict();
    expect(state.get("count")).toMatchObject({ diskDtype: "I64" });
    expect(state.has("scratch")).toBe(false);
  });

  test("refuses two tensors of one name", () => {
    class Clash extends Module {
      readonly a = new Parameter(ones([1]));
      readonly b = new Parameter(ones([1]));
      protected override diskName(): string {
        return "weight";
      }
    }
    expect(() => new Clash().stateDict()).toThrow(
      "stateDict: a and b are both called weight; rename a field",
    );
  });
});

describe("loadStateDict", () => {
  test("takes values over, in place", () => {
    const from = new Model();
    const to = new Model();
    const { weight } = to.head;
    const report = to.loadStateDict(from.stateDict());
    expect(report).toEqual({ missing: [], unexpected: [] });
    expect(to.head.weight).toBe(weight);
    for (const [name, value] of from.stateDict())
      expect(to.stateDict().get(name)!.toArray()).toEqual(value.toArray());
    expect(to.forward(ones([1, 2])).toArray()).toEqual(from.forward(ones([1, 2])).toArray());
  });

  test("lists everything that does not fit, and changes nothing", () => {
    const model = new Linear(2, 3);
    const before = model.stateDict();
    const state = new Map([
      ["weight", ones([2, 3])],
      ["biases", ones([3])],
    ]);
    expect(() => model.loadStateDict(state)).toThrow(
      [
        "loadStateDict: nothing was loaded, the tensors do not fit the module:",
        "  bias: is missing",
        "  biases: the module has no such tensor",
        "  weight: its shape is [2, 3]; the module has [3, 2]",
      ].join("\n"),
    );
    const wrongDtype = new Map([
      ["weight", ones([3, 2])],
      ["bias", ones([3], { dtype: "float64" })],
    ]);
    expect(() => model.loadStateDict(wrongDtype)).toThrow(
      "bias: it is float64; the module has float32, convertFloats: true converts it",
    );
    const integers = new Map([
      ["weight", ones([3, 2])],
      ["bias", ones([3], { dtype: "int32" })],
    ]);
    expect(() => model.loadStateDict(integers, { convertFloats: true })).toThrow(
      /bias: it is int32; the module has float32$/,
    );
    for (const [name, value] of before)
      expect(model.stateDict().get(name)!.toArray()).toEqual(value.toArray());
  });

  test("that is not strict says what was left out", () => {
    const model = new Linear(2, 3);
    const bias = model.bias!.toArray();
    expect(
      model.loadStateDict(
        [
          ["weight", ones([3, 2])],
          ["other", ones([1])],
        ],
        { strict: false },
      ),
    ).toEqual({
      missing: ["bias"],
      unexpected: ["other"],
    });
    expect(model.weight.toArray()).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(model.bias!.toArray()).toEqual(bias);
    // A shape that does not fit is never what was meant.
    expect(() => model.loadStateDict([["weight", ones([2, 3])]], { strict: false })).toThrow(
      "its shape is [2, 3]",
    );
  });

  test("converts floats where asked to", () => {
    const model = new Linear(1, 1, { dtype: "float64" });
    const state = new Map([
      ["weight", tensor([[0.1]])],
      ["bias", tensor([0.2])],
    ]);
    model.loadStateDict(state, { convertFloats: true });
    expect(model.weight.dtype).toBe("float64");
    expect(model.weight.item()).toBe(Math.fround(0.1));
  });
});

describe("errors inside forward", () => {
  test("say the path of the module", () => {
    class Encoder extends Module {
      readonly layers = [new Linear(2, 2), new Linear(3, 2)];
      forward(x: Tensor): Tensor {
        return this.layers.reduce((y, layer) => layer.forward(y), x);
      }
    }
    class Whole extends Module {
      readonly encoder = new Encoder();
      forward(x: Tensor): Tensor {
        return this.encoder.forward(x);
      }
    }
    const wrong = /^encoder\.layers\.1 \(Linear\): linear: x is \[1, 2\], the weight is \[2, 3\]/;
    expect(() => new Whole().forward(ones([1, 2]))).toThrow(wrong);
    expect(() => new Whole().encoder.forward(ones([1, 2]))).toThrow(/^layers\.1 \(Linear\): linear: /);
    expect(() => new Linear(3, 2).forward(ones([1, 2]))).toThrow(/^Linear: linear: /);
    try {
      new Whole().forward(ones([1, 2]));
    } catch (error) {
      expect((error as Error).name).toBe("ShapeError");
      expect((error as Error).stack).toMatch(/^ShapeError: encoder\.layers\.1 \(Linear\): linear: x is/);
    }
  });

  test("of a module itself, of a function in it, and of one that it does not own", () => {
    const outside = new Linear(3, 2);
    class Odd extends Module {
      forward(x: Tensor): Tensor {
        return outside.forward(x);
      }
    }
    expect(() => new Odd().forward(ones([1, 2]))).toThrow(/^Linear: linear: /);
    const model = new Sequential(new Sequential((x) => matmul(x, ones([3, 3]))));
    expect(() => model.forward(ones([1, 2]))).toThrow(/^layers\.0 \(Sequential\): matmul: /);
  });

  test("leave forward an ordinary method", () => {
    class Twice extends Linear {
      override forward(x: Tensor): Tensor {
        return super.forward(super.forward(x));
      }
    }
    expect(Object.hasOwn(new Twice(2, 2), "forward")).toBe(false);
    expect(new Twice(2, 2).forward(ones([1, 2])).shape).toEqual([1, 2]);
    expect(() => new Twice(2, 3).forward(ones([1, 2]))).toThrow(/^Twice: linear: x is \[1, 3\]/);
    // What is thrown may be anything.
    const model = new Sequential(() => {
      throw "a string";
    });
    expect(() => model.forward(ones([1]))).toThrow("a string");
  });
});

test("toString shows the tree as PyTorch does", () => {
  class CharModel extends Module {
    readonly embed = new Embedding(65, 32);
    readonly mlp = new Sequential(new Linear(32, 8), relu, new Dropout(0.1));
    readonly heads = [new Linear(8, 2, { bias: false })];
  }
  expect(String(new CharModel())).toBe(`CharModel(
  (embed): Embedding(65, 32)
  (mlp): Sequential(
    (layers.0): Linear(inFeatures=32, outFeatures=8, bias=true)
    (layers.2): Dropout(p=0.1)
  )
  (heads.0): Linear(inFeatures=8, outFeatures=2, bias=false)
)`);
  expect(String(new LSTM(2, 3, { layers: 2, batchFirst: true, dropout: 0.1 }))).toBe(`LSTM(
  2, 3, layers=2, batchFirst=true, dropout=0.1
  (cells.0): LSTMCell(2, 3)
  (cells.1): LSTMCell(3, 3)
)`);
});

test("modules in plain objects are parts too", () => {
  class Heads extends Module {
    readonly heads = { small: new Linear(1, 2), large: [new Linear(1, 3)] };
    readonly self: { owner?: unknown } = {};
  }
  const model = new Heads();
  model.self.owner = model.self;
  expect([...model.stateDict().keys()]).toEqual([
    "heads.small.weight",
    "heads.small.bias",
    "heads.large.0.weight",
    "heads.large.0.bias",
  ]);
});
