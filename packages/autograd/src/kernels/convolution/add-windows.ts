/** The adjoint of packing windows: rows of columns are added to the elements that the windows look at. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { panelVectors, vectorBytes } from "../matmul/pack.js";
import { storeRow } from "../matmul/store.js";
import { rowEntryBytes } from "./pack-windows.js";

/**
 * Where the elements of a row go: it is cut into runs of `length`, the first element of run i at the
 * origin + rowTable[r] + runTable[i], the others `step` bytes apart behind it.
 */
interface Targets {
  readonly rows: Local<"i32">;
  readonly runs: Local<"i32">;
  readonly length: Local<"i32">;
  readonly step: Local<"i32">;
  readonly rowTable: Local<"i32">;
  readonly runTable: Local<"i32">;
  readonly origin: Local<"i32">;
}

/** Adds rows of elements to their targets, each made of a row of the source by `made`; `next` goes to the next row. */
function emitAdding(
  f: Fn,
  lanes: Lanes,
  { rows, runs, length, step, rowTable, runTable, origin }: Targets,
  source: Local<"i32">,
  made: (x: Vector) => Vector,
  next: () => void,
  begin: () => void = () => {},
): void {
  const read = f.local("i32");
  const base = f.local("i32");
  const run = f.local("i32");
  const target = f.local("i32");
  const left = f.local("i32");
  const sum = f.local("v128");
  const lastRun = f.let(i32.add(runTable, i32.mul(runs, rowEntryBytes)));

  const rest = f.let(i32.and(length, lanes.count - 1));
  const addVectors = (vectors: number): void => {
    for (let at = 0; at < vectors * vectorBytes; at += vectorBytes)
      f.run(v128.store(target, lanes.add(v128.load(target, at), made(v128.load(read, at))), at));
    f.increase(read, vectors * vectorBytes);
    f.increase(target, vectors * vectorBytes);
  };
  const addRest = (): void =>
    f.if(rest, () => {
      f.set(sum, lanes.add(v128.load(target), made(v128.load(read))));
      storeRow(f, lanes, target, [sum], rest);
      f.increase(read, i32.mul(rest, lanes.bytes));
    });

  /** The next vectors of a run, while there are so many. */
  const whole = (vectors: number): void =>
    f.while(i32.geS(left, vectors * lanes.count), () => {
      addVectors(vectors);
      f.set(left, i32.sub(left, vectors * lanes.count));
    });
  const long = (): void => {
    f.set(left, length);
    whole(panelVectors);
    whole(1);
    addRest();
  };
  const single = (): void => {
    f.set(left, length);
    f.doWhile(
      () => {
        f.set(sum, lanes.add(lanes.loadSplat(target), made(lanes.loadSplat(read))));
        f.run(v128.storeLane(target, sum, lanes.bytes, 0));
        f.increase(read, lanes.bytes);
        f.increase(target, step);
        f.set(left, i32.sub(left, 1));
      },
      () => left,
    );
  };
  const eachRow = (body: () => void): void =>
    f.doWhile(
      () => {
        begin();
        f.set(base, i32.add(origin, i32.load(rowTable)));
        f.set(read, source);
        f.set(run, runTable);
        f.doWhile(
          () => {
            f.set(target, i32.add(base, i32.load(run)));
            body();
            f.increase(run, rowEntryBytes);
          },
          () => i32.ltU(run, lastRun),
        );
        next();
        f.increase(rowTable, rowEntryBytes);
        f.set(rows, i32.sub(rows, 1));
      },
      () => rows,
    );
  /** Runs of so many vectors and a rest, or of more: short ones do not count what is left of them. */
  const dense = (vectors: number): void => {
    if (vectors > panelVectors) eachRow(long);
    else
      f.if(
        i32.ltU(length, (vectors + 1) * lanes.count),
        () =>
          eachRow(() => {
            addVectors(vectors);
            addRest();
          }),
        () => dense(vectors + 1),
      );
  };
  f.if(
    i32.eq(step, lanes.bytes),
    () => dense(0),
    () => eachRow(single),
  );
}

const targets = {
  rows: "i32",
  runs: "i32",
  length: "i32",
  step: "i32",
  rowTable: "i32",
  runTable: "i32",
  origin: "i32",
} as const;

/**
 * `addWindows(source, sourceStep, rows, runs, length, step, rowTable, runTable, origin)`: adds dense rows of the source,
 * which lie `sourceStep` bytes apart, to their targets, row after row. No length is zero.
 */
export function emitAddWindows(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = { source: "i32", sourceStep: "i32", ...targets } as const;
  module.export("addWindows", parameters, null, (f, { source, sourceStep, ...where }) =>
    emitAdding(
      f,
      lanes,
      where,
      source,
      (x) => x,
      () => f.increase(source, sourceStep),
    ),
  );
}

/**
 * `addScaledWindows(source, factors, rows, runs, length, step, rowTable, runTable, origin)`: as `addWindows`, with row r
 * of the source the product of its one dense row with factors[r].
 */
export function emitAddScaledWindows(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = { source: "i32", factors: "i32", ...targets } as const;
  module.export("addScaledWindows", parameters, null, (f, { source, factors, ...where }) => {
    const factor = f.local("v128");
    emitAdding(
      f,
      lanes,
      where,
      source,
      (x) => lanes.mul(factor, x),
      () => f.increase(factors, lanes.bytes),
      () => f.set(factor, lanes.loadSplat(factors)),
    );
  });
}
