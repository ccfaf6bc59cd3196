/** Copies of operands in the order in which the product reads them. */
import type { Callable, Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i32, select, type Value } from "../../wasm/values.js";

/** Bytes of one vector. */
export const vectorBytes = 16;

/** Vectors that one k of a panel holds: a panel has 16 columns of float32 or int32, 8 of float64. */
export const panelVectors = 4;

/** Bytes of one k of a panel. */
export const panelBytes: number = panelVectors * vectorBytes;

/** Units of `bytes` bytes alternately from x and from y: those of their low halves, and those of their high ones. */
export function interleaved(f: Fn, x: Vector, y: Vector, bytes: number): Local<"v128">[] {
  return [0, vectorBytes / 2].map((half) => {
    const places = Array.from({ length: vectorBytes }, (_, i) => {
      const unit = Math.floor(i / bytes);
      const place = Math.floor(unit / 2) * bytes + (i % bytes) + half;
      return unit % 2 === 0 ? place : place + vectorBytes;
    });
    return f.let(v128.shuffle(x, y, places));
  });
}

/** The square of numbers in `rows`, as many vectors as a vector has lanes, transposed. */
export function transposed(f: Fn, lanes: Lanes, rows: readonly Vector[]): Local<"v128">[] {
  if (lanes.count === 2) return interleaved(f, rows[0], rows[1], 8);
  const upper = interleaved(f, rows[0], rows[1], 4);
  const lower = interleaved(f, rows[2], rows[3], 4);
  return upper.flatMap((x, i) => interleaved(f, x, lower[i], 8));
}

/** The steps from lane to lane of a vector of lines, `step` apart; past the last of `left` lines it is repeated. */
export function stepsWithin(f: Fn, lanes: Lanes, left: Value<"i32">, step: Local<"i32">): Local<"i32">[] {
  return Array.from({ length: lanes.count - 1 }, (_, i) =>
    f.let(select(i32.gtS(left, i + 1), step, i32.and(step, 0))),
  );
}

/**
 * `transpose(source, step, lines, length, target, targetStep)`: dense lines, `step` bytes apart, to the columns of dense
 * rows, `targetStep` bytes apart. Writes whole squares: both sizes of the target are rounded up to full vectors.
 */
export function emitTranspose(module: ModuleBuilder, lanes: Lanes): Callable<null> {
  const parameters = {
    source: "i32",
    step: "i32",
    lines: "i32",
    length: "i32",
    target: "i32",
    targetStep: "i32",
  } as const;
  return module.export(
    "transpose",
    parameters,
    null,
    (f, { source, step, lines, length, target, targetStep }) => {
      const read = f.local("i32");
      const write = f.local("i32");
      const left = f.local("i32");
      f.doWhile(
        () => {
          const steps = stepsWithin(f, lanes, lines, step);
          f.set(read, source);
          f.set(write, target);
          f.set(left, length);
          f.doWhile(
            () => {
              const line = f.let(i32.add(read, 0));
              const square = [f.let(v128.load(line))];
              for (const next of steps) {
                f.increase(line, next);
                square.push(f.let(v128.load(line)));
              }
              for (const row of transposed(f, lanes, square)) {
                f.run(v128.store(write, row));
                f.increase(write, targetStep);
              }
              f.increase(read, vectorBytes);
              f.set(left, i32.sub(left, lanes.count));
            },
            () => i32.gtS(left, 0),
          );
          f.increase(source, i32.mul(step, lanes.count));
          f.increase(target, vectorBytes);
          f.set(lines, i32.sub(lines, lanes.count));
        },
        () => i32.gtS(lines, 0),
      );
    },
  );
}

/**
 * Bytes from row to row of a transposed block of x: room for whole squares, and an odd number of cache lines, so that
 * the rows do not compete for the same ones.
 */
export function transposedStep(depth: number, bytes: number): number {
  return (2 * Math.floor((depth * bytes) / 128) + 3) * 64;
}

/** `gather(source, rowStep, columnStep, rows, columns, target)`: any matrix, no side of it empty, to dense rows. */
export function emitGather(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = {
    source: "i32",
    rowStep: "i32",
    columnStep: "i32",
    rows: "i32",
    columns: "i32",
    target: "i32",
  } as const;
  module.export("gather", parameters, null, (f, { source, rowStep, columnStep, rows, columns, target }) => {
    const read = f.local("i32");
    const left = f.local("i32");
    f.doWhile(
      () => {
        f.set(read, source);
        f.set(left, columns);
        f.doWhile(
          () => {
            f.run(v128.storeLane(target, v128.loadLow(read, lanes.bytes), lanes.bytes, 0));
            f.increase(read, columnStep);
            f.increase(target, lanes.bytes);
            f.set(left, i32.sub(left, 1));
          },
          () => left,
        );
        f.increase(source, rowStep);
        f.set(rows, i32.sub(rows, 1));
      },
      () => rows,
    );
  });
}

/** `touch(source, step, lines, bytes)`: reads every cache line of these lines; what it returns has no meaning. */
export function emitTouch(module: ModuleBuilder): void {
  const parameters = { source: "i32", step: "i32", lines: "i32", bytes: "i32" } as const;
  module.export("touch", parameters, "i32", (f, { source, step, lines, bytes }) => {
    const sum = f.local("i32");
    const read = f.local("i32");
    const end = f.local("i32");
    f.doWhile(
      () => {
        f.set(read, source);
        f.set(end, i32.add(source, bytes));
        f.doWhile(
          () => {
            f.set(sum, i32.add(sum, i32.load(read)));
            f.increase(read, 64);
          },
          () => i32.ltU(read, end),
        );
        f.increase(source, step);
        f.set(lines, i32.sub(lines, 1));
      },
      () => lines,
    );
    f.result(sum);
  });
}

const pairParameters = {
  source: "i32",
  step: "i32",
  rows: "i32",
  depth: "i32",
  target: "i32",
  targetStep: "i32",
} as const;

/** Bytes from pair to pair of rows: room for whole vectors, and not a power of two. */
export function pairStep(depth: number, bytes: number): number {
  return ((depth + 3) & ~3) * 2 * bytes + 64;
}

/**
 * `pairRows(source, step, rows, depth, target, targetStep)`: dense rows, `step` bytes apart, two and two together: for
 * each k an element of one and of the other. The last of an odd number has any company.
 */
export function emitPairRows(module: ModuleBuilder, lanes: Lanes): void {
  module.export("pairRows", pairParameters, null, (f, { source, step, rows, depth, target, targetStep }) => {
    const read = f.local("i32");
    const other = f.local("i32");
    const write = f.local("i32");
    const left = f.local("i32");
    f.doWhile(
      () => {
        f.set(read, source);
        f.set(other, select(i32.gtS(rows, 1), i32.add(source, step), source));
        f.set(write, target);
        f.set(left, depth);
        f.doWhile(
          () => {
            interleaved(f, f.let(v128.load(read)), f.let(v128.load(other)), lanes.bytes).forEach(
              (vector, i) => f.run(v128.store(write, vector, i * vectorBytes)),
            );
            f.increase(read, vectorBytes);
            f.increase(other, vectorBytes);
            f.increase(write, 2 * vectorBytes);
            f.set(left, i32.sub(left, lanes.count));
          },
          () => i32.gtS(left, 0),
        );
        f.increase(source, i32.mul(step, 2));
        f.increase(target, targetStep);
        f.set(rows, i32.sub(rows, 2));
      },
      () => i32.gtS(rows, 0),
    );
  });
}

/** `pairColumns(source, step, rows, depth, target, targetStep)`: as `pairRows`, of a matrix whose columns lie dense. */
export function emitPairColumns(module: ModuleBuilder, lanes: Lanes): void {
  module.export(
    "pairColumns",
    pairParameters,
    null,
    (f, { source, step, rows, depth, target, targetStep }) => {
      const read = f.local("i32");
      const other = f.local("i32");
      const write = f.local("i32");
      const left = f.local("i32");
      const second = f.local("i32");
      f.doWhile(
        () => {
          f.set(read, source);
          f.set(second, select(i32.gtS(depth, 1), step, i32.and(step, 0)));
          f.set(write, target);
          f.set(left, rows);
          f.doWhile(
            () => {
              f.set(other, i32.add(read, second));
              const [line, next] = [f.let(v128.load(read)), f.let(v128.load(other))];
              if (lanes.count === 2) {
                f.run(v128.store(write, line));
                f.run(v128.store(write, next, vectorBytes));
                f.increase(write, targetStep);
              } else
                for (const pair of interleaved(f, line, next, 8)) {
                  f.run(v128.store(write, pair));
                  f.increase(write, targetStep);
                }
              f.increase(read, vectorBytes);
              f.set(left, i32.sub(left, lanes.count));
            },
            () => i32.gtS(left, 0),
          );
          f.increase(source, i32.mul(step, 2));
          f.increase(target, 4 * lanes.bytes);
          f.set(depth, i32.sub(depth, 2));
        },
        () => i32.gtS(depth, 0),
      );
    },
  );
}
