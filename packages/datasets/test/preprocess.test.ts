import { fromNdarray, Generator, type NdarrayLike, rand, tensor } from "@wengert/autograd";
import { MappedDataset, onImage, TensorDataset } from "@wengert/datasets";
import { type ArrayTransform, center, clip, inPlace, rescale, unitNorm } from "@wengert/datasets/preprocess";
import ops from "ndarray-ops";
import { describe, expect, test } from "vitest";

const generator = new Generator(0);
const changed = (transform: ArrayTransform, x: NdarrayLike): unknown =>
  fromNdarray(transform(x, generator)).toArray();
const x = tensor([
  [1, 2],
  [4, 9],
]);

describe("preprocess", () => {
  test("scales, cuts, centres", () => {
    expect(changed(rescale(), x.ndarray)).toEqual([
      [0, 0.125],
      [0.375, 1],
    ]);
    expect(changed(rescale({ low: -1, high: 1, axis: 0 }), x.ndarray)).toEqual([
      [-1, 1],
      [-1, 1],
    ]);
    expect(changed(rescale({ low: 3 }), tensor([5, 5]).ndarray)).toEqual([3, 3]);
    expect(changed(clip({ min: 2, max: 5 }), x.ndarray)).toEqual([
      [2, 2],
      [4, 5],
    ]);
    expect(changed(clip({ max: 3 }), x.ndarray)).toEqual([
      [1, 2],
      [3, 3],
    ]);
    expect(changed(center(), x.ndarray)).toEqual([
      [-3, -2],
      [0, 5],
    ]);
    expect(changed(center({ axis: 1 }), x.ndarray)).toEqual([
      [-1.5, -3.5],
      [1.5, 3.5],
    ]);
    expect(changed(unitNorm(), tensor([3, 0, -4]).to("float64").ndarray)).toEqual([0.6, 0, -0.8]);
    expect(changed(unitNorm(), tensor([0, 0]).ndarray)).toEqual([0, 0]);
  });

  test("works on a copy of any dtype, rank and stride", () => {
    const twice = inPlace((array) => {
      ops.mulseq(array, 2);
    });
    const bytes = tensor(Uint8Array.of(100, 200)).ndarray;
    expect(changed(twice, bytes)).toEqual([200, 400]);
    expect([...bytes.data]).toEqual([100, 200]);
    const large = rand([3, 4, 5, 6]);
    const view = large.ndarray.transpose(3, 0, 2, 1).step(-1, 1, 2, 1);
    const expected = large.permute([3, 0, 2, 1]).flip({ axis: 0 }).slice({ axis: 2, step: 2 }).mul(2);
    expect(changed(twice, view)).toEqual(expected.toArray());
    expect(twice(x.to("float64").ndarray, generator).data).toBeInstanceOf(Float64Array);
    expect(changed(twice, tensor(3).ndarray)).toBe(6);
    // ndarray-ops is given ndarrays, and the functions of ndarray work on what comes of it.
    expect(twice(x.ndarray, generator).pick(1, null).get(1)).toBe(18);
  });

  test("draws from its generator, and takes its place among transforms", () => {
    const noisy = inPlace((array, own) => {
      expect(own).toBe(generator);
      ops.addseq(array, 1);
    });
    const data = new MappedDataset(new TensorDataset(x, tensor([0, 1])), onImage(noisy));
    expect(data.get(1, generator)[0].toArray()).toEqual([5, 10]);
    expect(() => inPlace(() => {}, { axis: 2 })(x.ndarray, generator)).toThrow(
      "there is no axis 2 in [2, 2]",
    );
  });
});
