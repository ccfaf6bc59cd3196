/** A number for each row, added while the rows are near. */
import type { ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { panelVectors, vectorBytes } from "../matmul/pack.js";
import { storeRow } from "../matmul/store.js";

const parameters = { rows: "i32", columns: "i32", bias: "i32", out: "i32", outStep: "i32" } as const;

/** `addBias(rows, columns, bias, out, outStep)`: adds bias[r] to every element of dense row r. No length is zero. */
export function emitAddBias(module: ModuleBuilder, lanes: Lanes): void {
  module.export("addBias", parameters, null, (f, { rows, columns, bias, out, outStep }) => {
    const write = f.local("i32");
    const left = f.local("i32");
    const number = f.local("v128");
    const sum = f.local("v128");
    const whole = (vectors: number): void =>
      f.while(i32.geS(left, vectors * lanes.count), () => {
        for (let at = 0; at < vectors * vectorBytes; at += vectorBytes)
          f.run(v128.store(write, lanes.add(v128.load(write, at), number), at));
        f.increase(write, vectors * vectorBytes);
        f.set(left, i32.sub(left, vectors * lanes.count));
      });
    f.doWhile(
      () => {
        f.set(number, lanes.loadSplat(bias));
        f.set(write, out);
        f.set(left, columns);
        whole(panelVectors);
        whole(1);
        f.if(left, () => {
          f.set(sum, lanes.add(v128.load(write), number));
          storeRow(f, lanes, write, [sum], left);
        });
        f.increase(bias, lanes.bytes);
        f.increase(out, outStep);
        f.set(rows, i32.sub(rows, 1));
      },
      () => rows,
    );
  });
}
