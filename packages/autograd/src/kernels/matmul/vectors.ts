/** Products that read each element of a matrix once: a row times a matrix, and a column times a row. */
import type { Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { stepsWithin, transposed, vectorBytes } from "./pack.js";
import { addStored, storeRow } from "./store.js";

const rowParameters = {
  columns: "i32",
  depth: "i32",
  x: "i32",
  y: "i32",
  yStep: "i32",
  out: "i32",
  add: "i32",
} as const;

/**
 * `row(columns, depth, x, y, yStep, out, add)`: out = x · y, or out += x · y where `add` is not zero, for one dense row x
 * and a matrix y whose rows lie dense, `yStep` bytes apart.
 */
export function emitRow(module: ModuleBuilder, lanes: Lanes): void {
  // So many sums stay in registers.
  const widest = 8;
  module.export("row", rowParameters, null, (f, { columns, depth, x, y, yStep, out, add }) => {
    const sums = Array.from({ length: widest }, () => f.local("v128"));
    const factor = f.local("v128");
    const from = f.local("i32");
    const read = f.local("i32");
    const end = f.let(i32.add(x, i32.mul(depth, lanes.bytes)));

    const block = (vectors: number): void => {
      const row = sums.slice(0, vectors);
      for (const sum of row) f.set(sum, lanes.const(0));
      f.set(from, x);
      f.set(read, y);
      f.doWhile(
        () => {
          f.set(factor, lanes.loadSplat(from));
          row.forEach((sum, v) =>
            f.set(sum, lanes.add(sum, lanes.mul(factor, v128.load(read, v * vectorBytes)))),
          );
          f.increase(from, lanes.bytes);
          f.increase(read, yStep);
        },
        () => i32.ltU(from, end),
      );
      f.if(add, () => addStored(f, lanes, out, row));
      storeRow(f, lanes, out, row, columns);
      f.increase(y, vectors * vectorBytes);
      f.increase(out, vectors * vectorBytes);
      f.set(columns, i32.sub(columns, vectors * lanes.count));
    };

    const width = f.local("i32");
    const ofWidth = (vectors: number): void => {
      if (vectors === 1) block(1);
      else
        f.if(
          i32.eq(width, vectors),
          () => block(vectors),
          () => ofWidth(vectors - 1),
        );
    };
    f.doWhile(
      () => {
        // Blocks of nearly equal width: a narrow one would wait for each of its additions.
        const vectors = f.let(i32.divU(i32.add(columns, lanes.count - 1), lanes.count));
        const blocks = f.let(i32.divU(i32.add(vectors, widest - 1), widest));
        f.set(width, i32.divU(i32.sub(i32.add(vectors, blocks), 1), blocks));
        ofWidth(widest);
      },
      () => i32.gtS(columns, 0),
    );
  });
}

/**
 * `longRow(columns, depth, x, y, yStep, out, add, sums)`: as `row`, for rows of y so long that a block of their columns
 * would use little of the cache lines that it loads. Reads whole rows, four at a time; the sums lie in memory at `sums`.
 */
export function emitLongRow(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = { ...rowParameters, sums: "i32" } as const;
  module.export("longRow", parameters, null, (f, { columns, depth, x, y, yStep, out, add, sums }) => {
    const end = f.let(i32.add(sums, i32.mul(columns, lanes.bytes)));
    const write = f.local("i32");
    const sum = f.local("v128");
    const eachVector = (body: () => void): void => {
      f.set(write, sums);
      f.doWhile(
        () => {
          body();
          f.increase(write, vectorBytes);
        },
        () => i32.ltU(write, end),
      );
    };

    /** Adds the products of the next k, `rows` of them, to the sums. */
    const advance = (rows: number): void => {
      const factors = Array.from({ length: rows }, (_, r) => f.let(lanes.loadSplat(x, r * lanes.bytes)));
      const reads: Local<"i32">[] = [];
      for (let r = 0; r < rows; r++) {
        reads.push(f.let(i32.add(y, 0)));
        f.increase(y, yStep);
      }
      eachVector(() => {
        f.set(sum, v128.load(write));
        reads.forEach((read, r) => {
          f.set(sum, lanes.add(sum, lanes.mul(factors[r], v128.load(read))));
          f.increase(read, vectorBytes);
        });
        f.run(v128.store(write, sum));
      });
      f.increase(x, rows * lanes.bytes);
      f.set(depth, i32.sub(depth, rows));
    };

    eachVector(() => f.run(v128.store(write, lanes.const(0))));
    f.while(i32.geS(depth, 4), () => advance(4));
    f.while(depth, () => advance(1));
    eachVector(() => {
      f.set(sum, v128.load(write));
      f.if(add, () => addStored(f, lanes, out, [sum]));
      storeRow(f, lanes, out, [sum], columns);
      f.increase(out, vectorBytes);
      f.set(columns, i32.sub(columns, lanes.count));
    });
  });
}

/**
 * `rowTransposed(columns, depth, x, y, yStep, out, add)`: as `row`, for a matrix whose columns lie dense, `yStep` bytes
 * apart. Products of neighbouring columns are transposed in registers, so that each column is summed in the order of k.
 */
export function emitRowTransposed(module: ModuleBuilder, lanes: Lanes): void {
  // Sums that grow side by side, so that no addition waits for the one before.
  const widest = 4;
  module.export("rowTransposed", rowParameters, null, (f, { columns, depth, x, y, yStep, out, add }) => {
    const sums = Array.from({ length: widest }, () => f.local("v128"));
    const width = f.local("i32");
    const from = f.local("i32");
    const read = f.local("i32");
    const column = f.local("i32");
    const rest = f.let(i32.and(depth, lanes.count - 1));
    const end = f.let(i32.add(x, i32.mul(i32.sub(depth, rest), lanes.bytes)));
    const even = new Array<Local<"i32">>(lanes.count - 1).fill(yStep);

    /** Each vector of a block as wide as `width`; the last of them comes last. Others are branches not taken. */
    const eachVector = (body: (sum: Local<"v128">, last: boolean) => void): void => {
      sums.forEach((sum, v) => {
        if (v === widest - 1) body(sum, true);
        else f.if(i32.geS(width, widest - v), () => body(sum, false));
      });
    };

    /** Adds the products of the next k: as many as a vector holds, or the rest of them. */
    const advance = (steps: readonly Local<"i32">[], all: boolean): void => {
      const factors = f.let(v128.load(from));
      f.set(column, read);
      // Branches also keep V8 from loading all columns before it multiplies one, which takes more registers than there are.
      eachVector((sum, last) => {
        const products = Array.from({ length: lanes.count }, (_, i) => {
          if (i > 0) f.increase(column, (last ? steps : even)[i - 1]);
          return f.let(lanes.mul(factors, v128.load(column)));
        });
        if (!last) f.increase(column, yStep);
        transposed(f, lanes, products).forEach((product, i) => {
          const addProduct = (): void => f.set(sum, lanes.add(sum, product));
          if (all || i === 0) addProduct();
          else if (i < lanes.count - 1) f.if(i32.gtS(rest, i), addProduct);
        });
      });
    };

    f.doWhile(
      () => {
        // Blocks of nearly equal width: a narrow one would wait for each of its additions.
        const vectors = f.let(i32.divU(i32.add(columns, lanes.count - 1), lanes.count));
        const blocks = f.let(i32.divU(i32.add(vectors, widest - 1), widest));
        f.set(width, i32.divU(i32.sub(i32.add(vectors, blocks), 1), blocks));
        const before = f.let(i32.mul(i32.sub(width, 1), lanes.count));
        const steps = stepsWithin(f, lanes, i32.sub(columns, before), yStep);
        for (const sum of sums) f.set(sum, lanes.const(0));
        f.set(from, x);
        f.set(read, y);
        f.while(i32.ltU(from, end), () => {
          advance(steps, true);
          f.increase(from, vectorBytes);
          f.increase(read, vectorBytes);
        });
        f.if(rest, () => advance(steps, false));
        eachVector((sum, last) => {
          f.if(add, () => addStored(f, lanes, out, [sum]));
          storeRow(f, lanes, out, [sum], last ? i32.sub(columns, before) : undefined);
          f.increase(out, vectorBytes);
        });
        f.increase(y, i32.mul(yStep, i32.mul(width, lanes.count)));
        f.set(columns, i32.sub(columns, i32.mul(width, lanes.count)));
      },
      () => i32.gtS(columns, 0),
    );
  });
}

const outerParameters = {
  rows: "i32",
  columns: "i32",
  x: "i32",
  xStep: "i32",
  y: "i32",
  out: "i32",
  outStep: "i32",
  add: "i32",
} as const;

/**
 * `outer(rows, columns, x, xStep, y, out, outStep, add)`: out = x · y, or out += x · y where `add` is not zero, for one
 * column x, its elements `xStep` bytes apart, and one dense row y.
 */
export function emitOuter(module: ModuleBuilder, lanes: Lanes): void {
  const several = 4;
  module.export("outer", outerParameters, null, (f, { rows, columns, x, xStep, y, out, outStep, add }) => {
    const factor = f.local("v128");
    const write = f.local("i32");
    const read = f.local("i32");
    const left = f.local("i32");
    const last = f.let(i32.and(columns, several * lanes.count - 1));
    const end = f.let(i32.add(y, i32.mul(i32.sub(columns, last), lanes.bytes)));

    const row = (adds: boolean): void => {
      const next = (vectors: number): Local<"v128">[] =>
        Array.from({ length: vectors }, (_, v) => {
          // A sum of one product starts from zero, as any: that makes -0 into 0.
          const sum = f.let(lanes.add(lanes.const(0), lanes.mul(factor, v128.load(read, v * vectorBytes))));
          if (adds) f.set(sum, lanes.add(v128.load(write, v * vectorBytes), sum));
          return sum;
        });
      const move = (vectors: number): void => {
        f.increase(read, vectors * vectorBytes);
        f.increase(write, vectors * vectorBytes);
      };
      f.while(i32.ltU(read, end), () => {
        storeRow(f, lanes, write, next(several));
        move(several);
      });
      f.set(left, last);
      f.while(i32.gtS(left, 0), () => {
        storeRow(f, lanes, write, next(1), left);
        move(1);
        f.set(left, i32.sub(left, lanes.count));
      });
    };

    f.doWhile(
      () => {
        f.set(factor, lanes.loadSplat(x));
        f.set(read, y);
        f.set(write, out);
        f.if(
          add,
          () => row(true),
          () => row(false),
        );
        f.increase(x, xStep);
        f.increase(out, outStep);
        f.set(rows, i32.sub(rows, 1));
      },
      () => rows,
    );
  });
}
