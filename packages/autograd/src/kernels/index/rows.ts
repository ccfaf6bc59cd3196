/** Copies rows of a table that stays in the WebAssembly memory, as the weights of an embedding do. */
import { bytesOf } from "../../dtype.js";
import type { View } from "../../storage.js";
import { ModuleBuilder } from "../../wasm/builder.js";
import { v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { beginKernel, copyOut, place, placeCopy } from "../memory.js";
import { compileLoops, emitLoop } from "../reduction/arguments.js";

type CopyRows = (table: number, rowBytes: number, indices: number, count: number, out: number) => void;

let compiled: CopyRows | undefined;

function copyRows(): CopyRows {
  if (compiled === undefined) {
    const module = new ModuleBuilder();
    emitLoop(module, "copyRows", (f, table, rowBytes, indices, count, out) => {
      const [read, write] = [f.local("i32"), f.local("i32")];
      f.doWhile(
        () => {
          f.set(read, i32.add(table, i32.mul(i32.load(indices), rowBytes)));
          f.set(write, out);
          f.increase(out, rowBytes);
          // What is stored past the end of a row falls on the next, which is written after, or on the slack.
          f.doWhile(
            () => {
              f.run(v128.store(write, v128.load(read)));
              f.increase(read, 16);
              f.increase(write, 16);
            },
            () => i32.ltU(write, out),
          );
          f.increase(indices, 4);
          f.increase(count, -1);
        },
        () => i32.gtS(count, 0),
      );
    });
    compiled = compileLoops<"copyRows">(module).copyRows as CopyRows;
  }
  return compiled;
}

const pieceBytes = 0x20000;

/**
 * Copies the rows of `length` elements at `indices` to `out`, one after the other, if the table stays in memory.
 *
 * @param table dense
 * @returns whether it did; else nothing was done
 */
export function selectResidentRows(table: View, indices: Int32Array, out: View, length: number): boolean {
  const { data, offset } = table;
  const bytes = bytesOf[data.dtype];
  const rowBytes = length * bytes;
  if (rowBytes > pieceBytes || indices.length === 0) return false;
  const resident = data.residentAddress(indices.length * length);
  if (resident === 0) return false;
  const start = resident + (offset - data.start) * bytes;
  const rows = Math.floor(pieceBytes / rowBytes);
  const copy = copyRows();
  const target = out.data.writable;
  for (let first = 0; first < indices.length; first += rows) {
    const count = Math.min(rows, indices.length - first);
    beginKernel();
    const chosen = placeCopy("int32", indices, first, count);
    const made = place(data.dtype, count * length);
    copy(start, rowBytes, chosen, count, made);
    copyOut(data.dtype, made, target, out.offset + first * length, count * length);
  }
  return true;
}
