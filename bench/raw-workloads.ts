/** W6: kernels alone, written out from a short list of sizes; each from the heap to the heap, and within the WebAssembly memory. */
import type { Filling, Workload } from "./workload.js";

type Shape = readonly number[];

/** What workloads.json says of W6. */
export interface RawSpec {
  /** Rows, depth and columns of matrix products. */
  readonly products: readonly (readonly [number, number, number])[];
  readonly convolution: { readonly x: Shape; readonly weight: Shape; readonly padding: number };
  /** Element-wise functions. */
  readonly maps: { readonly size: number; readonly operations: readonly string[] };
  /** Of which sums and softmax are taken. */
  readonly matrix: readonly [number, number];
}

const sizeOf = (shape: Shape): number => shape.reduce((size, axis) => size * axis, 1);
const sign = (shape: Shape): Filling => ({ shape, within: 1 });

type Raw = Partial<Workload> & Pick<Workload, "kind" | "data">;

/** The bytes of float32 operands and of a result of `size` elements. */
function bytesOf(data: Workload["data"], size: number): number {
  const read = Object.values(data).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return 4 * (read + size);
}

function* products({ products }: RawSpec): Iterable<readonly [string, Raw]> {
  for (const [rows, depth, columns] of products)
    for (const operation of ["nn", "nt", "tn"]) {
      const data = {
        x: sign(operation === "tn" ? [depth, rows] : [rows, depth]),
        y: sign(operation === "nt" ? [columns, depth] : [depth, columns]),
      };
      const [flops, bytes] = [2 * rows * depth * columns, bytesOf(data, rows * columns)];
      yield [
        `gemm-${rows}x${depth}x${columns}-${operation}`,
        { kind: "product", operation, data, flops, bytes },
      ];
    }
}

function* convolutions({ convolution: { x, weight, padding } }: RawSpec): Iterable<readonly [string, Raw]> {
  const [batch = 0, , height = 0, width = 0] = x;
  const [outputs = 0, , kernelHeight = 0, kernelWidth = 0] = weight;
  const g = [batch, outputs, height + 2 * padding - kernelHeight + 1, width + 2 * padding - kernelWidth + 1];
  const flops = (2 * sizeOf(g) * sizeOf(weight)) / outputs;
  const bytes = 4 * (sizeOf(x) + sizeOf(weight) + sizeOf(g));
  for (const operation of ["forward", "input", "weight"]) {
    const data = { x: sign(x), weight: sign(weight), ...(operation === "forward" ? {} : { g: sign(g) }) };
    yield [`conv-${operation}`, { kind: "convolution", operation, padding, data, flops, bytes }];
  }
}

function* maps({ maps: { size, operations } }: RawSpec): Iterable<readonly [string, Raw]> {
  for (const operation of operations) {
    const x: Filling = operation === "log" ? { shape: [size], between: [0.1, 10] } : sign([size]);
    const data = operation === "add" || operation === "mul" ? { x, y: x } : { x };
    yield [operation, { kind: "map", operation, data, bytes: bytesOf(data, size) }];
  }
}

function* reductions({ matrix }: RawSpec): Iterable<readonly [string, Raw]> {
  const data = { x: sign(matrix) };
  for (const [axis, length] of matrix.entries())
    yield [`sum-axis${axis}`, { kind: "sum", axis, data, bytes: bytesOf(data, sizeOf(matrix) / length) }];
  yield ["softmax", { kind: "softmax", data, bytes: bytesOf(data, sizeOf(matrix)) }];
}

/** The workloads of `spec` by name. */
export function* rawWorkloads(spec: RawSpec): Iterable<readonly [string, Workload]> {
  for (const family of [products, convolutions, maps, reductions])
    for (const [name, raw] of family(spec))
      for (const resident of [false, true])
        yield [
          `W6-${name}-${resident ? "resident" : "heap"}`,
          { title: name, parameters: {}, batches: 1, resident, ...raw },
        ];
}
