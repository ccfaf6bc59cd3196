/** Rows from one place of the memory to another: into padding and out of it, and between orders of axes. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { interleaved, vectorBytes } from "../matmul/pack.js";
import { storeRow } from "../matmul/store.js";

/** Bytes of an entry of the table: from where, and to where. */
export const moveEntryBytes = 8;

/** Copies `left` elements, one at least, from `read` to dense ones at `write`; changes all three. */
function moveDense(f: Fn, lanes: Lanes, read: Local<"i32">, write: Local<"i32">, left: Local<"i32">): void {
  f.while(i32.geS(left, lanes.count), () => {
    f.run(v128.store(write, v128.load(read)));
    f.increase(read, vectorBytes);
    f.increase(write, vectorBytes);
    f.set(left, i32.sub(left, lanes.count));
  });
  f.if(left, () => storeRow(f, lanes, write, [f.let(v128.load(read))], left));
}

/** Copies one element. */
function moveOne(f: Fn, lanes: Lanes, read: Local<"i32">, write: Local<"i32">): void {
  f.run(v128.storeLane(write, v128.loadLow(read, lanes.bytes), lanes.bytes, 0));
}

/** The elements of two vectors with an even place, or with an odd one where `odd` is 1. */
function everySecond(x: Vector, y: Vector, { bytes, count }: Lanes, odd: 0 | 1 = 0): Vector {
  const places = Array.from(
    { length: count * bytes },
    (_, i) => (2 * Math.floor(i / bytes) + odd) * bytes + (i % bytes),
  );
  return v128.shuffle(x, y, places);
}

/**
 * `moveRows(table, rows, length, sourceStep, targetStep, source, target)`: for each entry of the table copies `length`
 * elements from `source` + its first word to `target` + its second. The steps are the bytes from element to element. No
 * length is zero.
 */
export function emitMoveRows(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = {
    table: "i32",
    rows: "i32",
    length: "i32",
    sourceStep: "i32",
    targetStep: "i32",
    source: "i32",
    target: "i32",
  } as const;
  module.export("moveRows", parameters, null, (f, { table, rows, length, source, target, ...steps }) => {
    const { sourceStep, targetStep } = steps;
    const read = f.local("i32");
    const write = f.local("i32");
    const left = f.local("i32");
    const eachRow = (body: () => void): void =>
      f.doWhile(
        () => {
          f.set(read, i32.add(source, i32.load(table)));
          f.set(write, i32.add(target, i32.load(table, moveEntryBytes / 2)));
          f.set(left, length);
          body();
          f.increase(table, moveEntryBytes);
          f.set(rows, i32.sub(rows, 1));
        },
        () => rows,
      );
    /** Of every second element, as long as whole vectors are made of them. */
    const moveSecond = (): void =>
      f.while(i32.geS(left, lanes.count), () => {
        f.run(v128.store(write, everySecond(v128.load(read), v128.load(read, vectorBytes), lanes)));
        f.increase(read, 2 * vectorBytes);
        f.increase(write, vectorBytes);
        f.set(left, i32.sub(left, lanes.count));
      });
    const moveEach = (): void =>
      f.while(left, () => {
        moveOne(f, lanes, read, write);
        f.increase(read, sourceStep);
        f.increase(write, targetStep);
        f.set(left, i32.sub(left, 1));
      });
    const toDense = f.let(i32.eq(targetStep, lanes.bytes));
    f.if(
      i32.and(i32.eq(sourceStep, lanes.bytes), toDense),
      () => eachRow(() => moveDense(f, lanes, read, write, left)),
      () =>
        f.if(
          i32.and(i32.eq(sourceStep, 2 * lanes.bytes), toDense),
          () =>
            eachRow(() => {
              moveSecond();
              moveEach();
            }),
          () => eachRow(moveEach),
        ),
    );
  });
}

/**
 * `zipRows(table, rows, length, first, second, target)`: for each entry of the table `length` dense elements at `target`
 * + its second word, alternately of those at `first` and of those at `second` + its first word. No length is zero.
 */
export function emitZipRows(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = { ...pairs, target: "i32" } as const;
  module.export("zipRows", parameters, null, (f, { target, ...lies }) =>
    emitPaired(f, lanes, { ...lies, dense: target, paired: 0 }, (even, odd, write) => ({
      vectors: () =>
        interleaved(f, v128.load(even), v128.load(odd), lanes.bytes).forEach((vector, i) =>
          f.run(v128.store(write, vector, i * vectorBytes)),
        ),
      one: (pair) => moveOne(f, lanes, pair, write),
    })),
  );
}

/**
 * `unzipRows(table, rows, length, first, second, source)`: the inverse, from `length` dense elements at `source` + the
 * first word of each entry to `first` and `second` + its second word.
 */
export function emitUnzipRows(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = { ...pairs, source: "i32" } as const;
  module.export("unzipRows", parameters, null, (f, { source, ...lies }) =>
    emitPaired(f, lanes, { ...lies, dense: source, paired: moveEntryBytes / 2 }, (even, odd, read) => ({
      vectors: () => {
        const [x, y] = [f.let(v128.load(read)), f.let(v128.load(read, vectorBytes))];
        f.run(v128.store(even, everySecond(x, y, lanes, 0)));
        f.run(v128.store(odd, everySecond(x, y, lanes, 1)));
      },
      one: (pair) => moveOne(f, lanes, read, pair),
    })),
  );
}

const pairs = { table: "i32", rows: "i32", length: "i32", first: "i32", second: "i32" } as const;

/** Rows that lie dense, and in two halves of every second element; which word of an entry tells of these. */
interface PairedRows extends Readonly<Record<keyof typeof pairs | "dense", Local<"i32">>> {
  readonly paired: number;
}

/** Moves between both: two vectors at a time, or one element to or from the half that it is given. */
function emitPaired(
  f: Fn,
  lanes: Lanes,
  { table, rows, length, first, second, dense, paired }: PairedRows,
  move: (
    even: Local<"i32">,
    odd: Local<"i32">,
    line: Local<"i32">,
  ) => { readonly vectors: () => void; readonly one: (half: Local<"i32">) => void },
): void {
  const even = f.local("i32");
  const odd = f.local("i32");
  const line = f.local("i32");
  const left = f.local("i32");
  const { vectors, one } = move(even, odd, line);
  const next = (half: Local<"i32">): void => {
    one(half);
    f.increase(half, lanes.bytes);
    f.increase(line, lanes.bytes);
  };
  f.doWhile(
    () => {
      f.set(even, i32.add(first, i32.load(table, paired)));
      f.set(odd, i32.add(second, i32.load(table, paired)));
      f.set(line, i32.add(dense, i32.load(table, moveEntryBytes / 2 - paired)));
      f.set(left, length);
      f.while(i32.geS(left, 2 * lanes.count), () => {
        vectors();
        f.increase(even, vectorBytes);
        f.increase(odd, vectorBytes);
        f.increase(line, 2 * vectorBytes);
        f.set(left, i32.sub(left, 2 * lanes.count));
      });
      f.while(i32.gtS(left, 1), () => {
        next(even);
        next(odd);
        f.set(left, i32.sub(left, 2));
      });
      f.if(left, () => one(even));
      f.increase(table, moveEntryBytes);
      f.set(rows, i32.sub(rows, 1));
    },
    () => rows,
  );
}

/**
 * `exchange(outer, inner, length, source, sourceOuter, sourceInner, target, targetOuter, targetInner)`: dense rows of
 * `length` elements in two nested loops, whose steps are bytes. No length is zero.
 */
export function emitExchange(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = {
    outer: "i32",
    inner: "i32",
    length: "i32",
    source: "i32",
    sourceOuter: "i32",
    sourceInner: "i32",
    target: "i32",
    targetOuter: "i32",
    targetInner: "i32",
  } as const;
  module.export("exchange", parameters, null, (f, { outer, inner, length, ...lies }) => {
    const { source, sourceOuter, sourceInner, target, targetOuter, targetInner } = lies;
    const from = f.local("i32");
    const to = f.local("i32");
    const read = f.local("i32");
    const write = f.local("i32");
    const left = f.local("i32");
    const rows = f.local("i32");
    const eachRow = (body: () => void): void =>
      f.doWhile(
        () => {
          f.set(from, source);
          f.set(to, target);
          f.set(rows, inner);
          f.doWhile(
            () => {
              body();
              f.increase(from, sourceInner);
              f.increase(to, targetInner);
              f.set(rows, i32.sub(rows, 1));
            },
            () => rows,
          );
          f.increase(source, sourceOuter);
          f.increase(target, targetOuter);
          f.set(outer, i32.sub(outer, 1));
        },
        () => outer,
      );
    f.if(
      i32.eq(length, 1),
      () => eachRow(() => moveOne(f, lanes, from, to)),
      () =>
        eachRow(() => {
          f.set(read, from);
          f.set(write, to);
          f.set(left, length);
          moveDense(f, lanes, read, write, left);
        }),
    );
  });
}
