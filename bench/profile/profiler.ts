/** Times ops from the outside: their definitions are wrapped while a program runs. */
import { type Op, ones, Tensor, trace } from "@wengert/autograd";
import { Optimizer } from "@wengert/optim";
import { type Work, work } from "./work.js";

export type Phase = "forward" | "backward" | "update";

/** What one op did in one phase. Times in milliseconds; each is counted once. */
export interface Account {
  readonly phase: Phase;
  readonly op: string;
  calls: number;
  /** In the kernel, without copies. */
  kernel: number;
  /** Between the JavaScript heap and the WebAssembly memory, and within the heap. */
  copies: number;
  copiedBytes: number;
  /** From the shape rule to the kernel: outputs are made. */
  allocation: number;
  flops: number;
  bytes: number;
}

type AnyOp = Op<never>;
type Writable = { -readonly [K in "infer" | "kernel" | "accumulate"]: AnyOp[K] };

/** Times all that `step` does with the ops that it uses. */
export class Profiler {
  private readonly found = new Map<string, Account>();
  private phase: Phase = "forward";
  /** The op whose kernel runs. */
  private current: Account | undefined;
  /** The op whose kernel ran last: its results may be saved when it has ended. */
  private last: Account | undefined;
  private readonly undo: (() => void)[] = [];

  /** @param now a clock, in milliseconds */
  constructor(
    step: () => unknown,
    private readonly now: () => number,
  ) {
    // A trace lists every op with its definition, those of derivative rules and optimizers too.
    const used = new Set<AnyOp>();
    for (const each of trace(step).steps) if (each.kind === "op") used.add(each.op);
    for (const op of used) if (op.view === undefined) this.wrap(op);
    this.during(Tensor.prototype, "backward", "backward");
    this.during(Optimizer.prototype, "step", "update");
    this.countCopies();
  }

  get accounts(): readonly Account[] {
    return [...this.found.values()];
  }

  /** Puts everything back as it was. */
  stop(): void {
    for (const each of this.undo.reverse()) each();
  }

  private account(op: string): Account {
    const key = `${this.phase} ${op}`;
    let account = this.found.get(key);
    if (account === undefined) {
      const times = { calls: 0, kernel: 0, copies: 0, copiedBytes: 0, allocation: 0 };
      account = { phase: this.phase, op, ...times, flops: 0, bytes: 0 };
      this.found.set(key, account);
    }
    return account;
  }

  private wrap(op: AnyOp): void {
    const writable = op as Writable;
    const { infer, kernel, accumulate } = op;
    let inferred = Number.NaN;
    writable.infer = (...given) => {
      const specs = infer(...given);
      inferred = this.now();
      return specs;
    };
    writable.kernel = (inputs, outputs, options) => {
      const start = this.now();
      const account = this.account(op.name);
      if (start >= inferred) account.allocation += start - inferred;
      inferred = Number.NaN;
      this.timed(account, start, work(op.name, inputs, outputs), () => kernel(inputs, outputs, options));
    };
    if (accumulate !== undefined)
      writable.accumulate = (inputs, output, options) => {
        const account = this.account(`${op.name}, added`);
        return this.timed(account, this.now(), work(op.name, inputs, [output]), () =>
          accumulate(inputs, output, options),
        );
      };
    this.undo.push(() => Object.assign(writable, { infer, kernel, accumulate }));
  }

  private timed<T>(account: Account, start: number, { flops, bytes }: Work, run: () => T): T {
    const outer = this.current;
    const copied = account.copies;
    this.current = account;
    const result = run();
    this.current = outer;
    this.last = account;
    const spent = this.now() - start - (account.copies - copied);
    // A kernel within a kernel is not counted twice.
    if (outer !== undefined) outer.kernel -= spent;
    account.kernel += spent;
    account.calls++;
    account.flops += flops;
    account.bytes += bytes;
    return result;
  }

  /** While `method` of `owner` runs, it is `phase`. */
  private during(owner: object, method: string, phase: Phase): void {
    const restore = surround(owner, method, (run) => {
      const before = this.phase;
      this.phase = phase;
      try {
        return run();
      } finally {
        this.phase = before;
      }
    });
    this.undo.push(restore);
  }

  /** All long copies are made by the `set` of typed arrays; results are saved by `bringBack`, in arrays it makes. */
  private countCopies(): void {
    const arrays = Object.getPrototypeOf(Float32Array.prototype) as object;
    let saving = false;
    const copied = (run: () => unknown, account: Account | undefined, bytes: number): unknown => {
      if (account === undefined || saving) return run();
      const start = this.now();
      const result = run();
      account.copies += this.now() - start;
      account.copiedBytes += bytes;
      return result;
    };
    this.undo.push(
      surround(arrays, "set", (run, target, [source]) => {
        const bytes = (source as Float32Array).length * (target as Float32Array).BYTES_PER_ELEMENT;
        return copied(run, this.current, bytes);
      }),
    );
    const storages = Object.getPrototypeOf(ones([1]).view.data) as object;
    this.undo.push(
      surround(storages, "bringBack", (run, self) => {
        const { ahead, length } = self as { readonly ahead: boolean; readonly length: number };
        if (!ahead) return run();
        return copied(
          () => {
            saving = true;
            run();
            saving = false;
          },
          this.current ?? this.last,
          4 * length,
        );
      }),
    );
  }
}

/** Has `around` run what `method` of `owner` did; returns a function that undoes it. */
function surround(
  owner: object,
  method: string,
  around: (run: () => unknown, self: object, given: readonly unknown[]) => unknown,
): () => void {
  const methods = owner as Record<string, (this: object, ...given: unknown[]) => unknown>;
  const original = methods[method];
  if (original === undefined) throw new Error(`there is no method called ${method}`);
  methods[method] = function (...given) {
    return around(() => Reflect.apply(original, this, given), this, given);
  };
  return () => {
    methods[method] = original;
  };
}
