/**
 * Element-wise kernels. One emitted loop over rows and columns serves contiguous, broadcast and strided operands;
 * a second entry takes and returns numbers, so that single elements are never copied.
 */
import { bytesOf, type DType } from "../dtype.js";
import { emit } from "../expression/emit.js";
import type { Expression } from "../expression/expression.js";
import { lanesOf, type NumberType } from "../expression/primitives.js";
import { broadcastStride, isRowMajor, type Shape, sameShape, sizeOf } from "../shape.js";
import { makeView, type View } from "../storage.js";
import type { Type } from "../wasm/assembler.js";
import { type Fn, i32, type Local, ModuleBuilder, select, type Value } from "../wasm/builder.js";
import { f32x4, f64x2, i32x4, type Lanes, type Vector, v128 } from "../wasm/lanes.js";
import { beginKernel, copyOut, heap, instantiate, place, placeCopy, placeView } from "./memory.js";

/** How an input is read along the innermost axis: by vectors, as one number for all, or element by element. */
type Pattern = "vector" | "splat" | "gather";

const patternCode: Readonly<Record<Pattern, number>> = { vector: 0, splat: 1, gather: 2 };

/** What an element-wise kernel is made of. */
export interface ElementwiseProgram {
  /** The expression of each output. */
  readonly roots: readonly Expression[];
  /** The type in which all of it is computed. */
  readonly type: NumberType;
  readonly inputs: readonly DType[];
  readonly outputs: readonly DType[];
  /** Which inputs are read as truth values. */
  readonly masks: readonly boolean[];
}

const lowBytes = (laneBytes: number): readonly number[] =>
  Array.from({ length: 16 }, (_, i) => (i * laneBytes < 16 ? i * laneBytes : 0));

/** Numbers as they lie in memory, in the low lanes of `raw`, to the computing type. */
function widen(raw: Vector, from: DType, lanes: Lanes, mask: boolean): Vector {
  const integers = from === "uint8" || from === "bool" ? v128.i32FromU8(raw) : raw;
  if (mask) {
    if (from === "float64") return f64x2.ne(raw, f64x2.const(0));
    const narrow = from === "float32" ? f32x4.ne(raw, f32x4.const(0)) : i32x4.ne(integers, i32x4.const(0));
    return lanes.bytes === 8 ? v128.i64FromI32(narrow) : narrow;
  }
  if (from === "float32") return lanes.type === "f64" ? v128.promote(raw) : raw;
  if (from === "float64") return raw;
  if (lanes.type === "i32") return integers;
  return lanes.type === "f64" ? v128.f64FromI32(integers) : v128.f32FromI32(integers);
}

/** A computed vector to `to`, in the low lanes. */
function narrow(x: Vector, kind: Expression["kind"], lanes: Lanes, to: DType): Vector {
  if (kind === "mask") {
    if (to === "bool") return v128.and(v128.shuffle(x, x, lowBytes(lanes.bytes)), i32x4.const(0x01010101));
    const one = lanes.const(1);
    return narrow(v128.and(x, one), "number", lanes, to);
  }
  if (to === "bool") return narrow(lanes.ne(x, lanes.const(0)), "mask", lanes, to);
  if (to === "float64") return x;
  if (to === "float32")
    return lanes.type === "f64" ? v128.demote(x) : lanes.type === "i32" ? v128.f32FromI32(x) : x;
  const integers = lanes.type === "i32" ? x : lanes.type === "f64" ? v128.i32FromF64(x) : v128.i32FromF32(x);
  return to === "int32" ? integers : v128.shuffle(integers, integers, lowBytes(4));
}

const scalarType: Readonly<Record<DType, Exclude<Type, "v128">>> = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint8: "i32",
  bool: "i32",
};

const scalarLanes: Readonly<Record<DType, Lanes>> = {
  float32: f32x4,
  float64: f64x2,
  int32: i32x4,
  uint8: i32x4,
  bool: i32x4,
};

/** `scalar(x, y, …)`: the first output for one element. Lane 0 of the vector code, so the bits are the same. */
function emitScalar(module: ModuleBuilder, program: ElementwiseProgram): void {
  const { type, inputs, outputs, roots, masks } = program;
  const lanes = lanesOf(type);
  const parameters = Object.fromEntries(inputs.map((dtype, k) => [`x${k}`, scalarType[dtype]]));
  const output = outputs[0];
  module.export("scalar", parameters, scalarType[output], (f, named) => {
    const vectors = inputs.map((dtype, k) => {
      // A byte arrives as an i32: it is widened already.
      const stored = dtype === "uint8" || dtype === "bool" ? "int32" : dtype;
      return f.let(widen(scalarLanes[dtype].splat(named[`x${k}`]), stored, lanes, masks[k]));
    });
    const [x] = emit(f, type, roots.slice(0, 1), vectors);
    const low = f.let(narrow(x!, roots[0].kind, lanes, output));
    const first = scalarLanes[output].extract(low, 0);
    f.result(bytesOf[output] === 1 ? i32.and(first, 255) : first);
  });
}

/** Loads `lanes.count` elements, `step` bytes apart; past the last of `left` elements the last one is repeated. */
function gatherLoad(
  f: Fn,
  pointer: Local<"i32">,
  step: Local<"i32">,
  left: Value<"i32">,
  bytes: number,
  count: number,
): Vector {
  const address = f.let(i32.add(pointer, 0));
  let raw = f.let(v128.loadLow(address, bytes));
  for (let lane = 1; lane < count; lane++) {
    f.increase(address, select(i32.gtS(left, lane), step, i32.and(step, 0)));
    raw = f.let(v128.loadLane(raw, address, bytes, lane));
  }
  return raw;
}

const inputArguments = (k: number): number => 8 + 12 * k;

/**
 * `rows()`: rows × columns elements. Its arguments lie at address 0: rows, columns; for each input its address, the
 * bytes from row to row and from element to element; for each output its address. Outputs are dense.
 */
function emitRows(module: ModuleBuilder, program: ElementwiseProgram, patterns: readonly Pattern[]): void {
  const { type, inputs, outputs, roots, masks } = program;
  const lanes = lanesOf(type);
  module.export("rows", {}, null, (f) => {
    const argument = (address: number): Local<"i32"> => f.let(i32.load(0, address));
    const rows = argument(0);
    const columns = argument(4);
    const sources = inputs.map((_, k) => argument(inputArguments(k)));
    const rowSteps = inputs.map((_, k) => argument(inputArguments(k) + 4));
    const steps = inputs.map((_, k) =>
      patterns[k] === "gather" ? argument(inputArguments(k) + 8) : rowSteps[k],
    );
    const targets = outputs.map((_, k) => argument(inputArguments(inputs.length) + 4 * k));
    const pointers = sources.map(() => f.local("i32"));
    const splats = sources.map(() => f.local("v128"));
    const writes = targets.map(() => f.local("i32"));
    const column = f.local("i32");

    const load = (k: number): Vector => {
      const bytes = bytesOf[inputs[k]];
      if (patterns[k] === "splat") return splats[k];
      const raw =
        patterns[k] === "gather"
          ? gatherLoad(f, pointers[k], steps[k], i32.sub(columns, column), bytes, lanes.count)
          : bytes * lanes.count === 16
            ? v128.load(pointers[k])
            : v128.loadLow(pointers[k], bytes * lanes.count);
      return f.let(widen(raw, inputs[k], lanes, masks[k]));
    };
    const storeOutput = (k: number, x: Vector): void => {
      const bytes = bytesOf[outputs[k]] * lanes.count;
      const low = narrow(x, roots[k].kind, lanes, outputs[k]);
      f.run(bytes === 16 ? v128.store(writes[k], low) : v128.storeLane(writes[k], low, bytes, 0));
      f.increase(writes[k], bytes);
    };

    f.doWhile(
      () => {
        inputs.forEach((dtype, k) => {
          if (patterns[k] === "splat") {
            const raw = v128.loadSplat(sources[k], bytesOf[dtype]);
            f.set(splats[k], widen(raw, dtype, lanes, masks[k]));
          } else f.set(pointers[k], sources[k]);
        });
        targets.forEach((target, k) => f.set(writes[k], target));
        f.set(column, 0);
        f.doWhile(
          () => {
            const vectors = inputs.map((_, k) => load(k));
            // All outputs are computed before one is stored: an output may lie where an input does.
            const results = emit(f, type, roots, vectors);
            results.forEach((x, k) => storeOutput(k, x));
            inputs.forEach((dtype, k) => {
              if (patterns[k] === "vector") f.increase(pointers[k], bytesOf[dtype] * lanes.count);
              if (patterns[k] === "gather") f.increase(pointers[k], i32.mul(steps[k], lanes.count));
            });
            f.increase(column, lanes.count);
          },
          () => i32.ltS(column, columns),
        );
        sources.forEach((source, k) => f.increase(source, rowSteps[k]));
        // Stores past the end of a row fall on the next row, which is written after, or on the slack behind the last.
        targets.forEach((target, k) => f.increase(target, i32.mul(columns, bytesOf[outputs[k]])));
        f.set(rows, i32.sub(rows, 1));
      },
      () => i32.gtS(rows, 0),
    );
  });
}

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
    if (size === 1 && outputs.length === 1) return this.runScalar(inputs, outputs[0]);
    if (this.isFlat(inputs, shape)) return this.runFlat(inputs, outputs, size);
    const strides = inputs.map((x) => broadcastStride(x.shape, x.stride, shape));
    const loops = collapse(shape, strides);
    this.runPieces(
      loops,
      inputs,
      inputs.map((x) => x.offset),
      outputs,
      0,
    );
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
    outputs: readonly View[],
    from: number,
  ): void {
    const { shape, strides } = loops;
    if (sizeOf(shape) <= pieceElements) return this.runWhole(loops, inputs, offsets, outputs, from);
    const inner = sizeOf(shape.slice(1));
    const piece = Math.max(1, Math.floor(pieceElements / inner));
    for (let start = 0; start < shape[0]; start += piece) {
      const length = Math.min(piece, shape[0] - start);
      const moved = offsets.map((offset, k) => offset + start * strides[k][0]);
      const part =
        length === 1
          ? { shape: shape.slice(1), strides: strides.map((stride) => stride.slice(1)) }
          : { shape: shape.with(0, length), strides };
      this.runPieces(part, inputs, moved, outputs, from + start * inner);
    }
  }

  private runWhole(
    { shape, strides }: Loops,
    inputs: readonly View[],
    offsets: readonly number[],
    outputs: readonly View[],
    from: number,
  ): void {
    const { inputs: inputTypes, outputs: outputTypes } = this.program;
    const size = sizeOf(shape);
    const rank = shape.length;
    const columns = shape[rank - 1] ?? 1;
    const rows = shape[rank - 2] ?? 1;
    beginKernel();
    const placed = inputs.map((x, k) => placeView(makeView(x.data, shape, strides[k], offsets[k])));
    const addresses = outputTypes.map((dtype) => place(dtype, size));
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
      copyOut(outputTypes[k], addresses[k], output.data.writable, output.offset + from, size);
    });
  }
}

// A piece of this many elements and its operands stay in the second-level cache between copy and kernel, and the
// operands of any kernel fit the smallest memory.
const pieceElements = 16384;

interface Loops {
  readonly shape: Shape;
  readonly strides: readonly (readonly number[])[];
}

/** Fewer, longer loops over the same elements: axes of length 1 go, neighbours merge where all operands allow it. */
export function collapse(shape: Shape, strides: readonly (readonly number[])[]): Loops {
  const lengths: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis];
    if (length === 1) continue;
    const merges =
      lengths.length > 0 && strides.every((stride, k) => steps[k].at(-1) === stride[axis] * length);
    if (merges) lengths[lengths.length - 1] *= length;
    else lengths.push(length);
    strides.forEach((stride, k) => {
      if (merges) steps[k][steps[k].length - 1] = stride[axis];
      else steps[k].push(stride[axis]);
    });
  }
  return { shape: lengths, strides: steps };
}

/** The next index of a loop nest, the last axis fastest. */
function advance(index: number[], shape: Shape): void {
  for (let axis = index.length - 1; axis >= 0; axis--) {
    if (++index[axis] < shape[axis]) return;
    index[axis] = 0;
  }
}
