/** The orders of summation that the kernels promise, written down once more: plain loops that must give the same bits. */

/** Sums or multiplies a run of terms as the header of kernels/reduce.ts says. */
function run(terms: readonly number[], start: number, combine: (x: number, y: number) => number): number {
  let total = start;
  for (let block = 0; block < terms.length; block += 4096) {
    const inBlock = terms.slice(block, block + 4096);
    const whole = inBlock.length - (inBlock.length % 16);
    const halves = [0, 1].map((parity) => {
      let running = start;
      for (let group = 0; group < whole; group += 16) {
        const t = Array.from({ length: 8 }, (_, i) => inBlock[group + 2 * i + parity]);
        const left = combine(combine(t[0], t[1]), combine(t[2], t[3]));
        running = combine(running, combine(left, combine(combine(t[4], t[5]), combine(t[6], t[7]))));
      }
      for (let i = whole + parity; i < inBlock.length; i += 2) running = combine(running, inBlock[i]);
      return running;
    });
    total = combine(total, combine(halves[0], halves[1]));
  }
  return total;
}

/** The sum or product of the elements `values` of `shape` over `axes`, in float64, for each kept index. */
export function reduceInOrder(
  values: readonly number[],
  shape: readonly number[],
  axes: readonly number[],
  kind: "sum" | "prod",
): number[] {
  const [start, combine] =
    kind === "sum"
      ? ([0, (x: number, y: number) => x + y] as const)
      : ([1, (x: number, y: number) => x * y] as const);
  let now = values;
  let lengths = shape
    .map((length, axis) => ({ length, reduced: axes.includes(axis) }))
    .filter(({ length }) => length !== 1);
  while (lengths.some(({ reduced }) => reduced)) {
    const last = lengths.findLastIndex(({ reduced }) => reduced);
    let first = last;
    let length = lengths[last].length;
    while (first > 0 && lengths[first - 1].reduced && length < 128) length *= lengths[--first].length;
    const inner = lengths.slice(last + 1).reduce((product, each) => product * each.length, 1);
    const outer = now.length / (length * inner);
    const next: number[] = [];
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++)
        next.push(
          run(
            Array.from({ length }, (_, k) => now[(o * length + k) * inner + i]),
            start,
            combine,
          ),
        );
    now = next;
    lengths = lengths.toSpliced(first, last - first + 1);
  }
  // A result of no more than one term is still combined with the start.
  return now.map((x) => combine(start, x));
}

/** The sum of a row of exponentials as the header of kernels/softmax.ts says, before it is rounded. */
export function exponentialsInOrder(terms: readonly number[], dtype: "float32" | "float64"): number {
  const [lanes, round] = dtype === "float32" ? [4, Math.fround] : [2, (x: number): number => x];
  let total = 0;
  for (let block = 0; block < terms.length; block += 4096) {
    const halves: [number, number] = [0, 0];
    const inBlock = terms.slice(block, block + 4096);
    for (let run = 0; run < inBlock.length; run += 32)
      for (let lane = 0; lane < lanes; lane++) {
        let sum = 0;
        for (let i = run + lane; i < Math.min(run + 32, inBlock.length); i += lanes)
          sum = round(sum + inBlock[i]);
        halves[lane % 2] += sum;
      }
    total += halves[0] + halves[1];
  }
  return total;
}
