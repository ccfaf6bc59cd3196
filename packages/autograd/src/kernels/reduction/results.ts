/** Copies the results of a reduction from memory to where they belong. */
import { bytesOf, type DType } from "../../dtype.js";
import type { View } from "../../storage.js";
import { ModuleBuilder } from "../../wasm/builder.js";
import { v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { arrayOf, copyOut, place } from "../memory.js";
import { compileLoops, emitLoop } from "./arguments.js";
import { type Box, boxResults, forEachBox } from "./box.js";

// So few are copied one by one.
const fewResults = 16;

type Compact = (lines: number, columns: number, pitch: number, from: number, to: number) => void;

const compiled = new Map<string, Compact>();

/** The loop that brings lines together that lie a pitch apart, float64 rounded to float32 where that is wanted. */
function compactLoop(from: DType, to: DType): Compact | undefined {
  const rounds = from === "float64" && to === "float32";
  if (from !== to && !rounds) return undefined;
  const key = rounds ? "round" : String(bytesOf[from]);
  let compact = compiled.get(key);
  if (compact === undefined) {
    const module = new ModuleBuilder();
    emitLoop(module, "compact", (f, lines, columns, pitch, source, target) => {
      const written = rounds ? 8 : 16;
      const width = f.let(i32.mul(columns, bytesOf[to]));
      const step = f.let(i32.mul(pitch, bytesOf[from]));
      const read = f.local("i32");
      const write = f.local("i32");
      f.doWhile(
        () => {
          f.set(read, source);
          f.set(write, target);
          f.increase(target, width);
          // What is stored past the end of a line falls on the next, which is written after.
          f.doWhile(
            () => {
              const x = v128.load(read);
              f.run(rounds ? v128.storeLane(write, v128.demote(x), 8, 0) : v128.store(write, x));
              f.increase(read, 16);
              f.increase(write, written);
            },
            () => i32.ltU(write, target),
          );
          f.increase(source, step);
          f.increase(lines, -1);
        },
        () => i32.gtS(lines, 0),
      );
    });
    compact = compileLoops<"compact">(module).compact as Compact;
    compiled.set(key, compact);
  }
  return compact;
}

/** The way of results of dtype `from` to `out`. */
export class Results {
  private readonly buffer: number;

  /** @param every how many elements lie from one result to the next */
  constructor(
    private readonly from: DType,
    private readonly out: View,
    private readonly every = 1,
  ) {
    this.buffer = place(out.data.dtype, boxResults);
  }

  /** Copies the results of `box`, the first of which lies at `address`. */
  store(address: number, box: Box): void {
    const { from, out, every } = this;
    const { lines, columns, pitch } = box;
    const { dtype } = out.data;
    const size = lines * columns;
    const compact = box.contiguous && every === 1 && size > fewResults ? compactLoop(from, dtype) : undefined;
    if (compact === undefined) this.storeEach(address, box);
    else {
      let together = address;
      if (from !== dtype || (pitch !== columns && lines !== 1)) {
        together = this.buffer;
        if (pitch === columns) compact(1, size, size, address, together);
        else compact(lines, columns, pitch, address, together);
      }
      copyOut(dtype, together, out.data.writable, out.offset + box.out, size);
    }
  }

  private storeEach(address: number, { kept, columnar, columns, pitch, out: first }: Box): void {
    const { from, out, every } = this;
    const source = arrayOf(from);
    const target = out.data.writable;
    const lineAxes = columnar ? kept.slice(0, -1) : kept;
    const step = columnar ? kept.at(-1)!.out : 0;
    let at = address / bytesOf[from];
    forEachBox(
      lineAxes.map((axis) => axis.length),
      1,
      (index) => {
        let to = out.offset + first;
        for (let i = 0; i < index.length; i++) to += index[i] * lineAxes[i].out;
        for (let column = 0; column < columns; column++)
          target[to + column * step] = source[at + column * every];
        at += pitch * every;
      },
    );
  }
}
