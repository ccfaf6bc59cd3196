/** Gets parts of strided views into memory for the loops of a reduction. */
import { bytesOf, type NumberArray } from "../../dtype.js";
import { rowMajor, type Shape, sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { arrayOf, place } from "../memory.js";
import { forEachBox } from "./box.js";

/** Where a part lies: in elements of its dtype. */
export interface Staged {
  readonly first: number;
  readonly stride: readonly number[];
}

/** An operand whose parts are brought into memory one after the other, each in the place of the last. */
export class Source {
  /** Where the element at offset 0 lies if all of them stay in memory, in elements; undefined if they do not. */
  private readonly resident: number | undefined;
  private readonly buffer: number;
  private readonly memory: NumberArray;

  /** @param most the elements of the largest part */
  constructor(
    private readonly x: View,
    most: number,
  ) {
    const { data, shape } = x;
    const bytes = bytesOf[data.dtype];
    const address = data.residentAddress(sizeOf(shape));
    this.resident = address === 0 ? undefined : address / bytes - data.start;
    this.buffer = place(data.dtype, 2 * most) / bytes;
    this.memory = arrayOf(data.dtype);
  }

  /** Whether the operand stays in memory, so that parts that lie well need no copy. */
  get isResident(): boolean {
    return this.resident !== undefined;
  }

  /**
   * Brings the elements at `offset + Σ index·stride`. The range that they span is taken as it lies if at least half of
   * it is wanted and a loop over the last axis is contiguous; otherwise they are packed in row-major order.
   */
  bring(shape: Shape, stride: readonly number[], offset: number): Staged {
    const last = shape.length - 1;
    if (stride[last] === 1 || shape[last] === 1) {
      if (this.resident !== undefined) return { first: this.resident + offset, stride };
      let low = offset;
      let high = offset;
      let touched = 1;
      for (let i = 0; i <= last; i++) {
        const reach = stride[i] * (shape[i] - 1);
        if (reach === 0) continue;
        touched *= shape[i];
        if (reach > 0) high += reach;
        else low += reach;
      }
      if (high - low < 2 * touched) {
        this.bringDense(low, high - low + 1);
        return { first: this.buffer + offset - low, stride };
      }
    }
    const numbers = this.resident === undefined ? this.x.data.data : this.memory;
    pack(numbers, shape, stride, offset + (this.resident ?? 0), this.memory, this.buffer);
    return { first: this.buffer, stride: rowMajor(shape) };
  }

  /** Brings `length` elements that lie together; returns where the first lies, in elements. */
  bringDense(offset: number, length: number): number {
    if (this.resident !== undefined) return this.resident + offset;
    const { data } = this.x.data;
    // A loop beats the making of a subarray for a few elements.
    if (length < 24) for (let i = 0; i < length; i++) this.memory[this.buffer + i] = data[offset + i];
    else this.memory.set(length === data.length ? data : data.subarray(offset, offset + length), this.buffer);
    return this.buffer;
  }

  /**
   * Packs `length` terms from the `first` on of every line, where the terms are loops that strides do not let merge.
   *
   * @param offset of the first term of the first line
   */
  bringRagged(
    lines: Shape,
    lineStride: readonly number[],
    terms: { readonly shape: Shape; readonly stride: readonly number[] },
    offset: number,
    first: number,
    length: number,
  ): Staged {
    const source = this.x.data.data;
    const inner = terms.shape.at(-1)!;
    const step = terms.stride.at(-1)!;
    let to = this.buffer;
    forEachBox(lines, 1, (line) => {
      let origin = offset;
      for (let i = 0; i < line.length; i++) origin += line[i] * lineStride[i];
      for (let done = 0; done < length; ) {
        let from = origin;
        for (let axis = terms.shape.length - 1, rest = first + done; axis >= 0; axis--) {
          from += (rest % terms.shape[axis]) * terms.stride[axis];
          rest = Math.floor(rest / terms.shape[axis]);
        }
        const run = Math.min(inner - ((first + done) % inner), length - done);
        for (let i = 0; i < run; i++) this.memory[to++] = source[from + i * step];
        done += run;
      }
    });
    return { first: this.buffer, stride: rowMajor([...lines, length]) };
  }
}

function pack(
  source: NumberArray,
  shape: Shape,
  stride: readonly number[],
  offset: number,
  target: NumberArray,
  to: number,
): void {
  const last = shape.length - 1;
  const length = shape[last];
  const step = stride[last];
  const index = new Array<number>(last).fill(0);
  const end = to + sizeOf(shape);
  let from = offset;
  for (let at = to; at < end; at += length) {
    if (step === 1 && length > 16) target.set(source.subarray(from, from + length), at);
    else for (let i = 0; i < length; i++) target[at + i] = source[from + i * step];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += stride[axis];
      if (++index[axis] < shape[axis]) break;
      from -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}
