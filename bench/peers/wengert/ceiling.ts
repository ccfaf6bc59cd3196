/** What the processor can do at most in WebAssembly, now and on this core: the measure of kernels. */

// Neither Node's types nor the language's own have it.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

export interface Ceiling {
  /** 10⁹ floating-point operations in a second: multiplications and additions in registers, four at a time. */
  readonly gflops: number;
  /** 10⁹ bytes in a second, read and written: a copy of 4 MB, as large as the operands of W6. */
  readonly gigabytes: number;
}

// A sum that waits for the last would leave the units idle: twelve of them go side by side, and fill the registers.
const sums = 12;
const flopsOfTurn = sums * 4 * 2;

/** `run(turns)`: so many times `sum = sum · c + d` for each of the sums. */
function multiplyAndAdd(): (turns: number) => number {
  const [v128, i32, f32] = [0x7b, 0x7f, 0x7d];
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const [splat, add, mul] = [
    [0xfd, 0x13],
    [0xfd, 0xe4, 0x01],
    [0xfd, 0xe6, 0x01],
  ] as const;
  const constant = (x: number) => [0x43, ...new Uint8Array(Float32Array.of(x).buffer)];
  const [turns, c, d, first] = [0, 1, 2, 3];
  const all = Array.from({ length: sums }, (_, i) => first + i);
  const code = [
    [1, sums + 2, v128], // locals
    [...constant(0.999), ...splat, ...set(c), ...constant(0.001), ...splat, ...set(d)],
    [0x03, 0x40], // loop
    ...all.map((sum) => [...get(sum), ...get(c), ...mul, ...get(d), ...add, ...set(sum)]),
    [...get(turns), 0x41, 1, 0x6b, 0x22, turns, 0x0d, 0, 0x0b], // once less; again unless none are left
    get(first),
    ...all.slice(1).map((sum) => [...get(sum), ...add]),
    [0xfd, 0x1f, 0, 0x0b], // the first lane
  ].flat();
  const section = (id: number, ...content: readonly number[]) => [
    id,
    ...unsigned(content.length),
    ...content,
  ];
  const bytes = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, 1, 0x60, 1, i32, 1, f32),
    section(3, 1, 0),
    section(7, 1, 3, ...Buffer.from("run"), 0, 0),
    section(10, 1, ...unsigned(code.length), ...code),
  ].flat();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(bytes)));
  return instance.exports["run"] as (turns: number) => number;
}

/** LEB128. */
function unsigned(x: number): number[] {
  return x < 128 ? [x] : [(x & 127) | 128, ...unsigned(x >>> 7)];
}

/** The least milliseconds that `work` takes in some twenty tries. */
function fastest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const run = multiplyAndAdd();
const [from, to] = [new Float32Array(1_000_000).fill(1), new Float32Array(1_000_000)];

/** Measures both; takes some 30 ms. */
export function measureCeiling(): Ceiling {
  const turns = 50_000;
  return {
    gflops: (turns * flopsOfTurn) / fastest(() => run(turns)) / 1e6,
    gigabytes: (2 * from.byteLength) / fastest(() => to.set(from)) / 1e6,
  };
}
