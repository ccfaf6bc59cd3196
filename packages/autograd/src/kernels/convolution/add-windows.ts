/** The adjoint of packing windows: rows of columns are added to the elements that the windows look at. */
import { type Fn, i32, type Local, type ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { panelVectors, vectorBytes } from "../matmul/pack.js";
import { isDense, rowEntryBytes } from "./pack-windows.js";

/** Where elements go: at the origin + rowTable[r] + columnTable[c]. */
interface Targets {
  readonly rows: Local<"i32">;
  readonly columns: Local<"i32">;
  readonly rowTable: Local<"i32">;
  readonly columnTable: Local<"i32">;
  readonly origin: Local<"i32">;
}

/** Adds rows of elements to their targets, each made of a row of the source by `made`; `next` goes to the next row. */
function emitAdding(
  f: Fn,
  lanes: Lanes,
  { rows, columns, rowTable, columnTable, origin }: Targets,
  source: Local<"i32">,
  made: (x: Vector) => Vector,
  next: () => void,
  begin: () => void = () => {},
): void {
  const read = f.local("i32");
  const column = f.local("i32");
  const base = f.local("i32");
  const target = f.local("i32");
  const left = f.local("i32");
  const x = f.local("v128");

  /** Adds lane `lane` of x to the element of the column after `after` others. */
  const addLane = (lane: number, after: number): void => {
    f.set(target, i32.add(base, i32.load(column, after * lanes.bytes)));
    f.run(v128.storeLane(target, lanes.add(lanes.loadSplat(target), x), lanes.bytes, lane));
  };

  /** Adds vectors to elements that lie one after another. */
  const addDense = (vectors: number): void => {
    f.set(target, i32.add(base, i32.load(column)));
    for (let at = 0; at < vectors * vectorBytes; at += vectorBytes)
      f.run(v128.store(target, lanes.add(v128.load(target, at), made(v128.load(read, at))), at));
  };
  const addVector = (): void =>
    f.if(
      isDense(lanes, column, lanes.count),
      () => addDense(1),
      () => {
        f.set(x, made(v128.load(read)));
        for (let i = 0; i < lanes.count; i++) addLane(i, i);
      },
    );
  const move = (vectors: number): void => {
    f.increase(read, vectors * vectorBytes);
    f.increase(column, vectors * vectorBytes);
    f.set(left, i32.sub(left, vectors * lanes.count));
  };

  f.doWhile(
    () => {
      begin();
      f.set(base, i32.add(origin, i32.load(rowTable)));
      f.set(read, source);
      f.set(column, columnTable);
      f.set(left, columns);
      f.while(i32.geS(left, panelVectors * lanes.count), () =>
        f.if(
          isDense(lanes, column, panelVectors * lanes.count),
          () => {
            addDense(panelVectors);
            move(panelVectors);
          },
          () => {
            addVector();
            move(1);
          },
        ),
      );
      f.while(i32.geS(left, lanes.count), () => {
        addVector();
        move(1);
      });
      f.while(left, () => {
        f.set(x, made(lanes.loadSplat(read)));
        addLane(0, 0);
        f.increase(read, lanes.bytes);
        f.increase(column, lanes.bytes);
        f.set(left, i32.sub(left, 1));
      });
      next();
      f.increase(rowTable, rowEntryBytes);
      f.set(rows, i32.sub(rows, 1));
    },
    () => rows,
  );
}

const targets = {
  rows: "i32",
  columns: "i32",
  rowTable: "i32",
  columnTable: "i32",
  origin: "i32",
} as const;

/**
 * `addWindows(source, sourceStep, rows, columns, rowTable, columnTable, origin)`: adds element (r, c) of the source,
 * whose dense rows lie `sourceStep` bytes apart, to what lies at the origin + rowTable[r] + columnTable[c], row after
 * row. The entries of the table of columns rise. No length is zero.
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
 * `addScaledWindows(source, factors, rows, columns, rowTable, columnTable, origin)`: as `addWindows`, with row r of the
 * source the product of its one dense row with factors[r].
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
