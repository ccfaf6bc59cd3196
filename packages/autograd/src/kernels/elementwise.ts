/**
 * Element-wise kernels. One emitted loop over rows and columns serves contiguous, broadcast and strided operands;
 * a second entry takes and returns numbers, so that single elements are never copied.
 */
import { bytesOf } from "../dtype.js";
import { broadcastStride, isRowMajor, type Shape, sameShape, sizeOf } from "../shape.js";
import { makeView, type View } from "../storage.js";
import { ModuleBuilder } from "../wasm/builder.js";
import {
  type ElementwiseProgram,
  emitRows,
  emitScalar,
  inputArguments,
  type Pattern,
} from "./elementwise-loops.js";
import { advance, collapse, type Loops } from "./loops.js";
import { beginKernel, copyOut, heap, instantiate, place, placeCopy, placeView } from "./memory.js";

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

  private rows(patterns: readonly Pattern[]): () => void {
    let key = 0;
    for (let k = 0; k < patterns.length; k++) key = 3 * key + patternCode[patterns[k]];
    let entry = this.byPattern.get(key);
    if (entry === undefined) {
      const module = new ModuleBuilder();
      emitRows(module, this.program, patterns);
      entry = instantiate<{ rows: () => void }>(module).rows;
      this.byPattern.set(key, entry);
    }
    return entry;
  }

  /**
   * Computes all outputs. Inputs broadcast to the outputs' shape; outputs are dense, and may be the same views as
   * inputs of that shape (an update in place).
   */
  run(inputs: readonly View[], outputs: readonly View[]): void {
    const { shape } = outputs[0];
    const size = sizeOf(shape);
    if (size === 0) return;
    if (size === 1 && outputs.length === 1) this.runScalar(inputs, outputs[0]);
    else if (this.isFlat(inputs, shape)) this.runFlat(inputs, outputs, size);
    else {
      const strides = inputs.map((x) => broadcastStride(x.shape, x.stride, shape));
      const offsets = inputs.map((x) => x.offset);
      // A vector that is stored past the end of a row would change what is still to be read, if an input lay there.
      const stay = outputs.map(
        ({ data }) => data.length === size && inputs.every((input) => input.data !== data),
      );
      this.runPieces(collapse(shape, strides), inputs, offsets, { outputs, stay }, 0);
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

  /** Whether every input is dense in the outputs' order, or a single element: then one loop serves. */
  private isFlat(inputs: readonly View[], shape: Shape): boolean {
    for (let k = 0; k < inputs.length; k++) {
      const x = inputs[k];
      if (sizeOf(x.shape) !== 1 && !(sameShape(x.shape, shape) && isRowMajor(shape, x.stride))) return false;
    }
    return true;
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
    for (let k = 0; k < outputs.length; k++) {
      const { data } = outputs[k];
      resident[inputs.length + k] = data.length === size ? data.targetAddress() : 0;
      copies ||= resident[inputs.length + k] === 0;
    }
    const kernel = this.rows(patterns);
    const step = copies ? pieceElements : size;
    const firstOutput = inputArguments(inputs.length) / 4;
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
        const { dtype } = outputs[k].data;
        const address = resident[inputs.length + k];
        args[firstOutput + k] = address === 0 ? place(dtype, length) : address + from * bytesOf[dtype];
      }
      kernel();
      for (let k = 0; k < outputs.length; k++) {
        const { data, offset } = outputs[k];
        // The kernel does not change its arguments.
        if (resident[inputs.length + k] === 0)
          copyOut(data.dtype, args[firstOutput + k], data.writable, offset + from, length);
      }
    }
  }

  /** Runs the loops whole if they fit the cache, else divides the outermost and runs the parts. */
  private runPieces(
    loops: Loops,
    inputs: readonly View[],
    offsets: readonly number[],
    results: Results,
    from: number,
  ): void {
    const { shape, strides } = loops;
    if (sizeOf(shape) <= pieceElements) {
      this.runWhole(loops, inputs, offsets, results, from);
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
      this.runPieces(part, inputs, moved, results, from + start * inner);
    }
  }

  private runWhole(
    { shape, strides }: Loops,
    inputs: readonly View[],
    offsets: readonly number[],
    { outputs, stay }: Results,
    from: number,
  ): void {
    const { inputs: inputTypes, outputs: outputTypes } = this.program;
    const size = sizeOf(shape);
    const rank = shape.length;
    const columns = shape[rank - 1] ?? 1;
    const rows = shape[rank - 2] ?? 1;
    beginKernel();
    const placed = inputs.map((x, k) => placeView(makeView(x.data, shape, strides[k], offsets[k])));
    // Asked for again in every piece: the block may have had to make way for an input's.
    const targets = outputs.map(({ data }, k) => (stay[k] ? data.targetAddress() : 0));
    const addresses = outputTypes.map((dtype, k) =>
      targets[k] === 0 ? place(dtype, size) : targets[k]! + from * bytesOf[dtype],
    );
    const patterns = placed.map(({ stride }): Pattern => {
      const inner = stride[rank - 1] ?? 0;
      return inner === 0 || columns === 1 ? "splat" : inner === 1 ? "vector" : "gather";
    });
    const kernel = this.rows(patterns);
    const args = heap().int32;
    args[0] = rows;
    args[1] = columns;
    const outer = shape.slice(0, Math.max(0, rank - 2));
    const index = new Array<number>(outer.length).fill(0);
    for (let done = 0; done < size; done += rows * columns) {
      placed.forEach(({ address, stride }, k) => {
        const bytes = bytesOf[inputTypes[k]];
        let start = 0;
        for (let i = 0; i < outer.length; i++) start += index[i] * stride[i];
        const at = inputArguments(k) / 4;
        args[at] = address + start * bytes;
        args[at + 1] = (stride[rank - 2] ?? 0) * bytes;
        args[at + 2] = (stride[rank - 1] ?? 0) * bytes;
      });
      outputTypes.forEach((dtype, k) => {
        args[inputArguments(inputs.length) / 4 + k] = addresses[k] + done * bytesOf[dtype];
      });
      kernel();
      advance(index, outer);
    }
    outputs.forEach((output, k) => {
      if (targets[k] === 0)
        copyOut(outputTypes[k], addresses[k], output.data.writable, output.offset + from, size);
    });
  }
}

/** Outputs, and which of them may be written where they will stay. */
interface Results {
  readonly outputs: readonly View[];
  readonly stay: readonly boolean[];
}

// A piece of this many elements and its operands stay in the second-level cache between copy and kernel, and the
// operands of any kernel fit the smallest memory.
const pieceElements = 16384;
