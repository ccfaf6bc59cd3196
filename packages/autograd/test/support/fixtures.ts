/** PyTorch's values, as scripts/fixtures has written them. */
import { readFileSync } from "node:fs";
import type { DType, NumberArray } from "../../src/dtype.js";
import { toTypedArray } from "../../src/read.js";
import { decodeSafetensors } from "../../src/serialize.js";
import { type Shape, sizeOf } from "../../src/shape.js";
import type { Expected } from "./compare.js";

const folder = new URL("../fixtures/", import.meta.url);

export function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
}

/** The numbers of each tensor in a file, by name. */
export function readNumbers(name: string): Map<string, NumberArray> {
  const { tensors } = decodeSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)));
  return new Map([...tensors].map(([key, x]) => [key, toTypedArray(x)]));
}

/** Takes the numbers of a file one after another. */
export class Cursor {
  private next = 0;

  constructor(private readonly numbers: NumberArray) {}

  take(shape: Shape): Expected & { readonly values: NumberArray } {
    const start = this.next;
    this.next += sizeOf(shape);
    return { shape, values: this.numbers.slice(start, this.next) };
  }

  /** How many are left. */
  get rest(): number {
    return this.numbers.length - this.next;
  }
}

/** What PyTorch made of a case. */
export interface Fixture {
  /** Of the case that it was made for. */
  readonly signature: string;
  /** The inputs that are tensors, in order. */
  readonly inputs: readonly Expected[];
  readonly outputs: readonly (Expected & { readonly dtype: DType })[];
  /** By float input; null where no output depends on it. */
  readonly gradients: readonly (Expected | null)[];
}

interface Written {
  readonly id: string;
  readonly signature: string;
  readonly inputs: readonly (readonly [DType, Shape])[];
  readonly outputs: readonly (readonly [DType, Shape])[];
  readonly gradients: readonly (Shape | null)[];
}

/** The fixtures of a family of ops, by the id of the case. */
export function readFixtures(family: string): Map<string, Fixture> {
  const cases = readJson(family) as readonly Written[];
  const numbers = readNumbers(family);
  const cursors = new Map([...numbers].map(([key, values]) => [key, new Cursor(values)]));
  return new Map(
    cases.map(({ id, signature, inputs, outputs, gradients }) => {
      const name = id.slice(0, id.indexOf("/"));
      const take = (kind: string, shape: Shape): Expected =>
        sizeOf(shape) === 0 ? { shape, values: [] } : cursors.get(`${name}.${kind}`)!.take(shape);
      return [
        id,
        {
          signature,
          inputs: inputs.map(([dtype, shape]) =>
            take(dtype.startsWith("float") ? "floats" : "integers", shape),
          ),
          outputs: outputs.map(([dtype, shape]) => ({ dtype, ...take("outputs", shape) })),
          gradients: gradients.map((shape) => (shape === null ? null : take("gradients", shape))),
        },
      ];
    }),
  );
}
