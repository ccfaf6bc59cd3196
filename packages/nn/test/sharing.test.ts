/** One weight in two places: its gradients, its names, and what is loaded. */
import { gradcheck, ones, randn, type Tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { Embedding, Linear, Module, Sequential, shareParameter, TransposedLinear } from "../src/index.js";

class LanguageModel extends Module {
  readonly embed = new Embedding(4, 3);
  readonly head = new Linear(3, 4);

  constructor() {
    super();
    shareParameter(this.embed.weight, this.head, "weight");
  }

  forward(x: Tensor): Tensor {
    return this.head.forward(this.embed.forward(x));
  }
}

describe("shareParameter", () => {
  const x = zeros([2], { dtype: "int32" });

  test("makes two weights one, with the gradients of both uses", () => {
    const model = new LanguageModel();
    expect(model.head.weight).toBe(model.embed.weight);
    expect(model.parameterCount()).toBe(12 + 4);
    expect(Array.from(model.namedParameters(), ([name]) => name)).toEqual(["embed.weight", "head.bias"]);
    model.forward(x).sum().backward();
    const { weight } = model.embed;
    // Both examples look at row 0: Σ over outputs of that row, and the row's sum over the table.
    const use = weight.select(0).mul(2);
    const table = weight.sum({ axis: 0 }).mul(2);
    const wanted = [0, 1, 2, 3].map((row) => (row === 0 ? use.add(table) : use).toArray() as number[]);
    (weight.grad!.toArray() as number[][]).forEach((row, i) =>
      row.forEach((value, j) => expect(value).toBeCloseTo(wanted[i][j], 5)),
    );
  });

  test("is saved under both names; of what is loaded the last name counts, as in PyTorch", () => {
    const model = new LanguageModel();
    const state = model.stateDict();
    expect([...state.keys()]).toEqual(["embed.weight", "head.weight", "head.bias"]);
    expect(() => model.loadStateDict([...state].filter(([name]) => name !== "head.weight"))).toThrow(
      "head.weight: is missing",
    );
    model.loadStateDict([...state, ["embed.weight", ones([4, 3])], ["head.weight", ones([4, 3]).mul(2)]]);
    expect(model.embed.weight.toArray()).toEqual(ones([4, 3]).mul(2).toArray());
    expect(model.head.weight).toBe(model.embed.weight);
  });

  test("outlasts a conversion, and follows paths", () => {
    const model = new LanguageModel().to("float64");
    expect(model.head.weight).toBe(model.embed.weight);
    const net = new Sequential(new Linear(2, 2), new Linear(2, 2));
    shareParameter((net.layers[0] as Linear).weight, net, "layers.1.weight");
    expect(net.parameterCount()).toBe(4 + 2 + 2);
  });

  test("refuses what is no parameter, or another one", () => {
    const { weight } = new Linear(3, 4);
    expect(() => shareParameter(weight, new Linear(3, 4), "weights")).toThrow(
      "shareParameter: there is no parameter weights; there are weight, bias",
    );
    expect(() => shareParameter(weight, new Linear(3, 4), "inFeatures")).toThrow("no parameter inFeatures");
    expect(() => shareParameter(weight, new Linear(3, 4), "a.b.c")).toThrow("no parameter a.b.c");
    expect(() => shareParameter(weight, new Linear(4, 3), "weight")).toThrow(
      "shareParameter: weight is float32 [3, 4], and the parameter to share float32 [4, 3]; they must be the same",
    );
    expect(() => shareParameter(weight, new Linear(3, 4, { dtype: "float64" }), "weight")).toThrow("float64");
  });
});

describe("TransposedLinear", () => {
  const source = new Linear(5, 3, { dtype: "float64" });
  const layer = new TransposedLinear(source);
  const h = randn([2, 4, 3], { dtype: "float64" });

  test("is the affine map by the transpose", () => {
    const plain = h.matmul(source.weight).add(layer.bias!);
    const found = layer.forward(h);
    expect(found.shape).toEqual([2, 4, 5]);
    expect(found.sub(plain).abs().amax().item()).toBeLessThan(1e-14);
    const report = gradcheck((x: Tensor) => layer.forward(x), [h]);
    expect(report.ok, report.message).toBe(true);
    found.sum().backward();
    const byHand = h
      .sum({ axis: [0, 1] })
      .unsqueeze(-1)
      .expand([3, 5]);
    expect(source.weight.grad!.sub(byHand).abs().amax().item()).toBeLessThan(1e-13);
    expect(layer.bias!.grad!.toArray()).toEqual([8, 8, 8, 8, 8]);
  });

  test("has a bias alone, and says its sizes", () => {
    expect([...layer.stateDict().keys()]).toEqual(["bias"]);
    expect(layer.bias!.dtype).toBe("float64");
    expect(String(layer)).toBe("TransposedLinear(inFeatures=3, outFeatures=5, bias=true)");
    expect(new TransposedLinear(source, { bias: false }).parameters()).toEqual([]);
    expect(() => layer.forward(ones([2, 5], { dtype: "float64" }))).toThrow(/^TransposedLinear: linear: /);
  });
});
