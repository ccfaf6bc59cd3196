/**
 * Element-wise kernels. One emitted loop over rows and columns serves contiguous, broadcast and strided operands;
 * a second entry takes and returns numbers, so that single elements are never copied.
 */
import { bytesOf } from "../dtype.js";
import { broadcastStride, isRowMajor, rowMajor, type Shape, sameShape, sizeOf } from "../shape.js";
import { makeView, type Storage, type View } from "../storage.js";
import { ModuleBuilder } from "../wasm/builder.js";
import {
  type ElementwiseProgram,
  emitRows,
  emitScalar,
  inputArguments,
  outputArguments,
  type Pattern,
} from "./elementwise-loops.js";
import { advance, collapse, type Loops, placeOf } from "./loops.js";
import { arrayOf, beginKernel, copyOut, heap, instantiate, place, placeCopy, placeView } from "./memory.js";

const patternCode: Readonly<Record<Pattern, number>> = { vector: 0, splat: 1, gather: 2 };

type ScalarKernel = (...numbers: number[]) => number;

/** An element-wise program with the kernels emitted for it so far. */
export class ElementwiseKernel {
  private readonly byPattern = new Map<number, () => void>();
  private scalarEntry: ScalarKernel | undefined;

  constructor(private readonly program: ElementwiseProgram) {}

  /** The first output for one element of each input. */
  get scalar(): ScalarKernel {
    if (this.scalarEntry === undefined) {
      const module = new ModuleBuilder();
      emitScalar(module, this.program);
      this.scalarEntry = instantiate<{ scalar: ScalarKernel }>(module).scalar;
    }
    return this.scalarEntry;
  }

  private rows(patterns: readonly Pattern[], exact: boolean): () => void {
    let key = exact ? 1 : 2;
    for (let k = 0; k < patterns.length; k++) key = 3 * key + patternCode[patterns[k]];
    let entry = this.byPattern.get(key);
    if (entry === undefined) {
      const module = new ModuleBuilder();
      emitRows(module, this.program, patterns, exact);
      entry = instantiate<{ rows: () => void }>(module).rows;
      this.byPattern.set(key, entry);
    }
    return entry;
  }

  /**
   * Computes all outputs. Inputs broadcast to the outputs' shape, which is the same for all. An output is dense, and
   * may be the same view as an input of that shape (an update in place); or it is one of several that have the numbers
   * of a Storage between them, each a window of its columns.
   */
  run(inputs: readonly View[], outputs: readonly View[]): void {
    const { shape } = outputs[0];
    const size = sizeOf(shape);
    if (size === 0) return;
    if (size === 1 && outputs.length === 1) this.runScalar(inputs, outputs[0]);
    else if (isFlat(inputs, shape) && isFlat(outputs, shape)) this.runFlat(inputs, outputs, size);
    else {
      const operands = [...inputs, ...outputs];
      const strides = operands.map((x) => broadcastStride(x.shape, x.stride, shape));
      const offsets = operands.map((x) => x.offset);
      this.runPieces(collapse(shape, strides), inputs, outputs, offsets);
    }
  }

  private runScalar(inputs: readonly View[], output: View): void {
    const x = inputs[0];
    const y = inputs[1];
    let value: number;
    // Calls of fixed length, because this is the whole cost of a scalar op.
    if (inputs.length === 1) value = this.scalar(x!.data.get(x!.offset));
    else if (inputs.length === 2) value = this.scalar(x!.data.get(x!.offset), y!.data.get(y!.offset));
    else value = this.scalar(...inputs.map((input) => input.data.get(input.offset)));
    output.data.set(output.offset, value);
  }

  private runFlat(inputs: readonly View[], outputs: readonly View[], size: number): void {
    beginKernel();
    const args = heap().int32;
    const patterns = new Array<Pattern>(inputs.length);
    // What stays in the memory is used there, all of it; of the rest a piece at a time is copied in and out.
    const resident = new Array<number>(inputs.length + outputs.length);
    let copies = false;
    for (let k = 0; k < inputs.length; k++) {
      const { data, shape } = inputs[k];
      const single = sizeOf(shape) === 1;
      patterns[k] = single ? "splat" : "vector";
      resident[k] = data.residentAddress(single ? 1 : size);
      copies ||= resident[k] === 0;
    }
    // A vector that is stored past the end of an output would fall on the next one in the same Storage.
    let exact = false;
    for (let k = 0; k < outputs.length; k++) {
      const { data } = outputs[k];
      resident[inputs.length + k] = isWritten(data, outputs, size) ? data.targetAddress() : 0;
      copies ||= resident[inputs.length + k] === 0;
      exact ||= resident[inputs.length + k] !== 0 && data.length !== size;
    }
    exact &&= size % vectorElements !== 0;
    const kernel = this.rows(patterns, exact);
    const step = copies ? pieceElements : size;
    const firstOutput = outputArguments(inputs.length, 0) / 4;
    for (let from = 0; from < size; from += step) {
      const length = Math.min(step, size - from);
      beginKernel();
      args[0] = 1;
      args[1] = length;
      for (let k = 0; k < inputs.length; k++) {
        const { data, offset } = inputs[k];
        const at = patterns[k] === "splat" ? offset : offset + from;
        args[inputArguments(k) / 4] =
          resident[k] === 0
            ? placeCopy(data.dtype, data.data, at, patterns[k] === "splat" ? 1 : length)
            : resident[k] + (at - data.start) * bytesOf[data.dtype];
      }
      for (let k = 0; k < outputs.length; k++) {
        const { data, offset } = outputs[k];
        const { dtype } = data;
        const address = resident[inputs.length + k];
        args[firstOutput + 2 * k] =
          address === 0 ? place(dtype, length) : address + (offset - data.start + from) * bytesOf[dtype];
      }
      kernel();
      for (let k = 0; k < outputs.length; k++) {
        const { data, offset } = outputs[k];
        // The kernel does not change its arguments.
        if (resident[inputs.length + k] === 0)
          copyOut(data.dtype, args[firstOutput + 2 * k], data.writable, offset + from, length);
      }
    }
  }

  /**
   * Runs the loops whole if they fit the cache, else divides the outermost and runs the parts.
   *
   * @param offsets where the inputs begin, then the outputs; the strides of the loops are in this order too
   */
  private runPieces(
    loops: Loops,
    inputs: readonly View[],
    outputs: readonly View[],
    offsets: readonly number[],
  ): void {
    const { shape, strides } = loops;
    if (sizeOf(shape) <= pieceElements) {
      this.runWhole(loops, inputs, outputs, offsets);
      return;
    }
    const inner = sizeOf(shape.slice(1));
    const piece = Math.max(1, Math.floor(pieceElements / inner));
    for (let start = 0; start < shape[0]; start += piece) {
      const length = Math.min(piece, shape[0] - start);
      const moved = offsets.map((offset, k) => offset + start * strides[k][0]);
      const part =
        length === 1
          ? { shape: shape.slice(1), strides: strides.map((stride) => stride.slice(1)) }
          : { shape: shape.with(0, length), strides };
      this.runPieces(part, inputs, outputs, moved);
    }
  }

  private runWhole(
    { shape, strides }: Loops,
    inputs: readonly View[],
    outputs: readonly View[],
    offsets: readonly number[],
  ): void {
    const rank = shape.length;
    const columns = shape[rank - 1] ?? 1;
    const rows = shape[rank - 2] ?? 1;
    const size = sizeOf(shape);
    beginKernel();
    const placed = inputs.map((x, k) => placeView(makeView(x.data, shape, strides[k], offsets[k])));
    const dense = rowMajor(shape);
    const wholeSize = sizeOf(outputs[0].shape);
    let exact = false;
    const targets = outputs.map(({ data }, k) => {
      const { dtype } = data;
      const stride = strides[inputs.length + k];
      // Where an input lies may be written too early, and what is scattered is copied.
      const direct =
        (stride[rank - 1] ?? 1) === 1 &&
        isWritten(data, outputs, wholeSize) &&
        !inputs.some((x) => x.data === data);
      const address = direct ? data.targetAddress() : 0;
      if (address === 0) return { address: place(dtype, size), stride: dense, copied: true };
      exact ||= data.length !== wholeSize && columns % vectorElements !== 0;
      const first = offsets[inputs.length + k] - data.start;
      return { address: address + first * bytesOf[dtype], stride, copied: false };
    });
    const patterns = placed.map(({ stride }): Pattern => {
      const inner = stride[rank - 1] ?? 0;
      return inner === 0 || columns === 1 ? "splat" : inner === 1 ? "vector" : "gather";
    });
    const kernel = this.rows(patterns, exact);
    const args = heap().int32;
    args[0] = rows;
    args[1] = columns;
    const outer = shape.slice(0, Math.max(0, rank - 2));
    const index = new Array<number>(outer.length).fill(0);
    for (let done = 0; done < size; done += rows * columns) {
      placed.forEach(({ address, stride }, k) => {
        const bytes = bytesOf[inputs[k].data.dtype];
        const at = inputArguments(k) / 4;
        args[at] = address + placeOf(0, stride, index) * bytes;
        args[at + 1] = (stride[rank - 2] ?? 0) * bytes;
        args[at + 2] = (stride[rank - 1] ?? 0) * bytes;
      });
      targets.forEach(({ address, stride }, k) => {
        const bytes = bytesOf[outputs[k].data.dtype];
        const at = outputArguments(inputs.length, k) / 4;
        args[at] = address + placeOf(0, stride, index) * bytes;
        args[at + 1] = (stride[rank - 2] ?? 0) * bytes;
      });
      kernel();
      advance(index, outer);
    }
    targets.forEach(({ address, copied }, k) => {
      if (!copied) return;
      const { data } = outputs[k];
      scatterOut(address, makeView(data, shape, strides[inputs.length + k], offsets[inputs.length + k]));
    });
  }
}

// A piece of this many elements and its operands stay in the second-level cache between copy and kernel, and the
// operands of any kernel fit the smallest memory.
const pieceElements = 16384;

// At most so many elements are stored at once.
const vectorElements = 4;

/** Whether every operand is dense in the order of `shape`, or a single element: then one loop serves. */
function isFlat(operands: readonly View[], shape: Shape): boolean {
  for (let k = 0; k < operands.length; k++) {
    const x = operands[k];
    if (sizeOf(x.shape) !== 1 && !(sameShape(x.shape, shape) && isRowMajor(shape, x.stride))) return false;
  }
  return true;
}

/** Whether `outputs` of `size` elements each are all the numbers of `data` between them. */
function isWritten(data: Storage, outputs: readonly View[], size: number): boolean {
  if (data.length === size) return true;
  let written = 0;
  for (let k = 0; k < outputs.length; k++) if (outputs[k].data === data) written += size;
  return written === data.length;
}

/** Copies the dense elements at `address` to where those of `target` lie. */
function scatterOut(address: number, { data, shape, stride, offset }: View): void {
  const { dtype } = data;
  const size = sizeOf(shape);
  if (isRowMajor(shape, stride)) {
    copyOut(dtype, address, data.writable, offset, size);
    return;
  }
  const rank = shape.length;
  const columns = shape[rank - 1];
  const step = stride[rank - 1];
  const outer = shape.slice(0, -1);
  const index = new Array<number>(outer.length).fill(0);
  const bytes = bytesOf[dtype];
  const numbers = data.writable;
  for (let done = 0; done < size; done += columns) {
    const to = placeOf(offset, stride, index);
    if (step === 1) copyOut(dtype, address + done * bytes, numbers, to, columns);
    else
      for (let i = 0; i < columns; i++) numbers[to + i * step] = arrayOf(dtype)[address / bytes + done + i];
    advance(index, outer);
  }
}
