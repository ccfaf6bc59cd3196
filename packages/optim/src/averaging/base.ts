/** What averages of the parameters of a model share. */
import {
  ArgumentError,
  applyInto,
  assign,
  clone,
  type ElementwiseOp,
  elementwise,
  expression,
  type FloatDType,
  isFloat,
  noGrad,
  type Tensor,
  tensor,
} from "@wengert/autograd";

const { difference, product, sum } = expression;

/** A module, or whatever else names its parameters and buffers. */
export interface HasState {
  namedParameters(): Iterable<readonly [name: string, parameter: Tensor]>;
  namedBuffers?(): Iterable<readonly [name: string, buffer: Tensor]>;
}

export interface AveragingOptions {
  /**
   * Whether buffers of floats are averaged, false by default: then an average has the latest. Those of integers, such as
   * counts, are always the latest.
   */
  readonly averageBuffers?: boolean;
}

/** What is averaged, by name. */
interface Part {
  readonly live: Tensor;
  readonly average: Tensor;
  readonly averaged: boolean;
}

/** An average beside a model, under the names of the model. */
export abstract class Averaging {
  /** How many times `update` was called. */
  updates = 0;
  private readonly parts: ReadonlyMap<string, Part>;

  constructor(
    private readonly name: string,
    model: HasState,
    averageBuffers: boolean,
  ) {
    const part = (live: Tensor, averaged: boolean): Part => ({
      live,
      average: noGrad(() => clone(live)),
      averaged: averaged && isFloat(live.dtype),
    });
    this.parts = new Map([
      ...[...model.namedParameters()].map(([path, live]) => [path, part(live, true)] as const),
      ...[...(model.namedBuffers?.() ?? [])].map(
        ([path, live]) => [path, part(live, averageBuffers)] as const,
      ),
    ]);
    if (this.parts.size === 0) throw new ArgumentError(`${name}: the model has no parameters`);
  }

  /** The part of the new in the average at update `n`, counted from 1. */
  protected abstract share(n: number): number;

  /** Takes the model as it is now into the average. To be called after `optimizer.step()`. */
  update(): void {
    this.updates++;
    const share = this.share(this.updates);
    noGrad(() => {
      for (const { live, average, averaged } of this.parts.values())
        if (averaged) {
          const weight = tensor(share, { dtype: live.dtype as FloatDType });
          applyInto(blend, [average, live, weight], [average], undefined);
        } else assign(average, live);
    });
  }

  /** Runs `body` with the model at the average; afterwards it is what it was, at the same bits. */
  use<T>(body: () => T): T {
    const before = [...this.parts.values()].map(({ live }) => ({ live, value: noGrad(() => clone(live)) }));
    try {
      this.copyToModel();
      return body();
    } finally {
      noGrad(() => {
        for (const { live, value } of before) assign(live, value);
      });
    }
  }

  /** Sets the model to the average, for good. */
  copyToModel(): void {
    noGrad(() => {
      for (const { live, average } of this.parts.values()) assign(live, average);
    });
  }

  /** Copies of the averages under the names of the model, and the count of updates. */
  stateDict(): { readonly state: Map<string, Tensor>; readonly updates: number } {
    const state = noGrad(
      () => new Map([...this.parts].map(([path, { average }]) => [path, clone(average)] as const)),
    );
    return { state, updates: this.updates };
  }

  /**
   * Takes over a snapshot; all of it, or on an error nothing.
   *
   * @throws ArgumentError that lists everything which does not fit
   */
  loadStateDict({
    state,
    updates,
  }: {
    readonly state: ReadonlyMap<string, Tensor>;
    readonly updates: number;
  }): void {
    const describe = (x: Tensor | undefined): string =>
      x ? `${x.dtype} [${x.shape.join(", ")}]` : "nothing";
    const problems = [...new Set([...this.parts.keys(), ...state.keys()])].flatMap((path) => {
      const [own, given] = [describe(this.parts.get(path)?.average), describe(state.get(path))];
      return own === given ? [] : [`  ${path}: the snapshot has ${given}; the model has ${own}`];
    });
    if (!Number.isInteger(updates) || updates < 0)
      problems.push(`  updates is ${updates}; it must be a whole number`);
    if (problems.length > 0)
      throw new ArgumentError(
        `${this.name}.loadStateDict: nothing was loaded, the snapshot does not fit:\n${problems.join("\n")}`,
      );
    noGrad(() => {
      for (const [path, { average }] of this.parts) assign(average, state.get(path)!);
    });
    this.updates = updates;
  }
}

const blend: ElementwiseOp = elementwise("average", ["average", "x", "share"], (average, x, share) =>
  sum(average, product(share, difference(x, average))),
);
