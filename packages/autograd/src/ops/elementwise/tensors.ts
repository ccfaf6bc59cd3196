/**
 * What the numbers of an expression are to the tensors of an op: each the elements of a tensor, or one of several
 * chunks that lie side by side along a tensor's last axis, such as the gates of an LSTM in [..., 4H].
 */
import { ShapeError } from "../../errors.js";
import type { Spec } from "../../graph.js";
import { broadcast, type Shape, sameShape, show } from "../../shape.js";
import { makeView, type View } from "../../storage.js";

/** An input whose last axis holds several numbers of the expression, one chunk after another. */
export interface Chunked {
  readonly name: string;
  /** What the chunks are called, in order. */
  readonly chunks: readonly string[];
}

/** The tensors of an op, inputs or outputs, and which numbers of its expressions they hold. */
export class Tensors {
  /** The names of the tensors. */
  readonly names: readonly string[];
  /** The names of the numbers, those of a tensor one after the other. */
  readonly numbers: readonly string[];
  /** The index of the first number of each tensor. */
  readonly firsts: readonly number[];
  /** The index of the tensor of each number. */
  readonly owners: readonly number[];
  /** Whether each tensor is one number. */
  readonly single: boolean;

  constructor(readonly list: readonly (string | Chunked)[]) {
    const firsts: number[] = [];
    const numbers: string[] = [];
    const owners: number[] = [];
    list.forEach((each, i) => {
      firsts.push(numbers.length);
      const names = typeof each === "string" ? [each] : each.chunks;
      for (const name of names) {
        numbers.push(name);
        owners.push(i);
      }
    });
    this.names = list.map((each) => (typeof each === "string" ? each : each.name));
    this.firsts = firsts;
    this.numbers = numbers;
    this.owners = owners;
    this.single = numbers.length === list.length;
  }

  /** Into how many chunks the last axis of tensor `i` falls. */
  chunksOf(i: number): number {
    return (this.firsts[i + 1] ?? this.numbers.length) - this.firsts[i];
  }

  isChunked(i: number): boolean {
    return typeof this.list[i] !== "string";
  }

  /** The same under other names. */
  renamed(name: (name: string) => string): Tensors {
    return new Tensors(
      this.list.map((each) =>
        typeof each === "string"
          ? name(each)
          : { name: name(each.name), chunks: each.chunks.map((_, j) => `${name(each.name)}.${j}`) },
      ),
    );
  }

  /** A view for each number. */
  split(views: readonly View[]): readonly View[] {
    if (this.single) return views;
    return views.flatMap((view, i) => (this.isChunked(i) ? chunksOf(view, this.chunksOf(i)) : [view]));
  }

  /**
   * The shape to which all numbers broadcast.
   *
   * @throws ShapeError if an axis cannot be divided, or broadcast
   */
  broadcast(op: string, specs: readonly Spec[]): Shape {
    const shapes = this.single
      ? specs.map((spec) => spec.shape)
      : specs.map((spec, i) => this.chunkShape(op, spec.shape, i));
    const shape = broadcast(op, shapes);
    shapes.forEach((each, i) => {
      if (this.isChunked(i) && each.at(-1) !== shape.at(-1))
        throw new ShapeError(
          `${op}: ${this.names[i]} is ${show(specs[i].shape)}, ${this.chunksOf(i)} chunks of ${show(each)}, and the others broadcast to ${show(shape)}; the last axis of a chunk (${each.at(-1)}) must be the others' (${shape.at(-1)})`,
        );
    });
    return shape;
  }

  private chunkShape(op: string, shape: Shape, i: number): Shape {
    if (!this.isChunked(i)) return shape;
    const chunks = this.chunksOf(i);
    const last = shape.at(-1) ?? 1;
    if (shape.length === 0 || last % chunks !== 0)
      throw new ShapeError(
        `${op}: ${this.names[i]} is ${show(shape)}; its last axis must be of ${chunks} chunks of one length`,
      );
    return shape.with(-1, last / chunks);
  }

  /** The shape of tensor `i` where each number is of `shape`. */
  shapeOf(i: number, shape: Shape): Shape {
    return this.isChunked(i) ? shape.with(-1, shape.at(-1)! * this.chunksOf(i)) : shape;
  }
}

/**
 * What a derivative may read: the inputs, then the outputs, then with a prefix the cotangents of the outputs or the
 * tangents of the inputs. All have names of their own, so a derivative that reads an output has an input called like its
 * own output.
 */
export function valuesOf(operands: Tensors, results: Tensors, more: "g" | "t"): Tensors {
  const taken = [...operands.names];
  const fresh = (wanted: string): string => {
    let name = wanted;
    for (let i = 2; taken.includes(name); i++) name = `${wanted}${i}`;
    taken.push(name);
    return name;
  };
  const outputs = results.renamed(fresh);
  const further = (more === "g" ? results : operands).renamed((name) =>
    fresh(more === "g" && name === "out" ? "g" : `${more}_${name}`),
  );
  return new Tensors([...operands.list, ...outputs.list, ...further.list]);
}

function chunksOf({ data, shape, stride, offset }: View, count: number): View[] {
  const length = shape.at(-1)! / count;
  const part = shape.with(-1, length);
  return Array.from({ length: count }, (_, j) =>
    makeView(data, part, stride, offset + j * length * stride.at(-1)!),
  );
}

/** Whether `specs` are of one shape. */
export function areAlike(specs: readonly Spec[]): boolean {
  const { shape } = specs[0];
  for (let k = 1; k < specs.length; k++) if (!sameShape(specs[k].shape, shape)) return false;
  return true;
}
