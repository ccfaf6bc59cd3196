/** One workload run by all peers in turn, round after round, so that what else the machine does falls on all of them. */
import { type Peer, PeerError, type Times } from "./peer.js";
import type { Ceiling } from "./peers/wengert/ceiling.js";
import { type Summary, summarize } from "./statistics.js";
import type { Workload } from "./workload.js";

/** How long it is measured. */
export interface Effort {
  readonly rounds: number;
  /** Of each round, for each peer. */
  readonly seconds: number;
  /** Of all rounds of a peer: one that is very slow has fewer of them. */
  readonly budget: number;
  /** After so many seconds without an answer a peer is given up. */
  readonly patience: number;
  readonly clock: keyof Times;
}

/** 10⁹ operations or bytes in a second. */
export interface Rate {
  readonly value: number;
  readonly unit: "GFLOP/s" | "GB/s";
  readonly ceiling: number;
}

/** A line of the table. */
export interface Row {
  readonly workload: string;
  readonly peer: string;
  /** Of one step. */
  readonly ms?: Summary;
  /** Wengert's time over this peer's, round by round. */
  readonly ratio?: Summary;
  readonly rounds?: number;
  /** Of a kernel: what it does in a second, and the share of what the processor can do at most. */
  readonly rate?: Rate;
  /** Results that agree with Wengert's. */
  readonly compared?: number;
  /** The share of the core that it had; much less than 1 is a busy machine. */
  readonly share?: number;
  readonly error?: string;
}

const tolerance = 1e-4;
/** Seconds in which engines compile what runs often. */
const warmUp = 1;
/** A sample shorter than this would be mostly the clock. */
const shortestSample = 0.5;
/**
 * Rounds of one process. Where its memory came to lie, and when its allocator gives memory back, is the luck of a process
 * and up to half of a step's time: the median should be over several.
 */
const roundsOfProcess = 3;

class Contestant {
  readonly rounds: number[] = [];
  losses: readonly number[] = [];
  error: string | undefined;
  private inner = 1;
  private spent = 0;
  private wall = 0;
  private cpu = 0;

  constructor(
    readonly peer: Peer,
    private readonly effort: Effort,
  ) {}

  /** Does its share of a round, or notes why it cannot; after an error it does nothing more. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    if (this.error !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      this.error = error.message;
    }
  }

  /** Starts, compiles, fills caches, computes the first losses, and learns how long a step takes. */
  async prepare(workload: Workload, inputs: string): Promise<void> {
    this.peer.stop();
    await this.attempt(async () => {
      const { budget, patience, seconds } = this.effort;
      this.losses = await this.peer.prepare(workload, inputs, budget / 2, patience);
      // A first time for what is compiled when it has run for a while, a second to be measured.
      const once = summarize((await this.peer.measure(0, 1, patience)).wall).median;
      if (once > 1000 * seconds) return;
      const { wall } = await this.peer.measure(Math.max(seconds, warmUp), 1, patience);
      this.inner = Math.max(1, Math.ceil(shortestSample / summarize(wall).median));
    });
  }

  /** Goes on in another process. */
  async renew(workload: Workload, inputs: string): Promise<void> {
    if (this.isSpent || this.error !== undefined) return;
    await this.prepare(workload, inputs);
  }

  private get isSpent(): boolean {
    return this.spent >= this.effort.budget;
  }

  /** Whether it has been measured in this round. */
  async round(): Promise<boolean> {
    const before = this.rounds.length;
    if (this.isSpent) return false;
    await this.attempt(async () => {
      const times = await this.peer.measure(this.effort.seconds, this.inner, this.effort.patience);
      const total = (samples: readonly number[]) => this.inner * samples.reduce((sum, each) => sum + each, 0);
      this.wall += total(times.wall);
      this.cpu += total(times.cpu);
      this.spent += total(times.wall) / 1000;
      this.rounds.push(summarize(times[this.effort.clock]).median);
    });
    return this.rounds.length > before;
  }

  get share(): number {
    return this.cpu / this.wall;
  }
}

/** Why the results of `theirs` are not ours, if they are not. */
function disagreement(ours: readonly number[], theirs: readonly number[]): string | undefined {
  // On a busy machine some had no time for all of them.
  for (const [i, own] of ours.entries()) {
    const loss = theirs[i];
    if (loss === undefined) break;
    if (!Number.isFinite(own) || !(Math.abs(loss - own) <= tolerance * Math.abs(own)))
      return `computes something else: result ${i} is ${loss}, Wengert's is ${own}`;
  }
  return undefined;
}

/** Whichever limit a kernel would meet first at the ceiling, arithmetic or memory, is its measure. */
function rateOf({ flops = 0, bytes = 0 }: Workload, ms: number, { gflops, gigabytes }: Ceiling): Rate {
  return flops / gflops > bytes / gigabytes
    ? { value: flops / ms / 1e6, unit: "GFLOP/s", ceiling: gflops }
    : { value: bytes / ms / 1e6, unit: "GB/s", ceiling: gigabytes };
}

/** Measures `workload` with all of `peers` against `wengert`. */
export async function contest(
  name: string,
  workload: Workload,
  inputs: string,
  wengert: Peer,
  peers: readonly Peer[],
  effort: Effort,
): Promise<Row[]> {
  const own = new Contestant(wengert, effort);
  const others = peers.map((peer) => new Contestant(peer, effort));
  await own.prepare(workload, inputs);
  for (const each of others) {
    if (own.error !== undefined) break;
    await each.prepare(workload, inputs);
    each.error ??= disagreement(own.losses, each.losses);
  }
  const ratios = new Map<Contestant, number[]>(others.map((each) => [each, []]));
  for (let round = 0; round < effort.rounds && own.error === undefined; round++) {
    if (round > 0 && round % roundsOfProcess === 0)
      for (const each of [own, ...others]) await each.renew(workload, inputs);
    // The budget of the one that everybody is compared with must not end.
    if (!(await own.round())) break;
    for (const each of others)
      if (await each.round()) ratios.get(each)?.push((own.rounds.at(-1) ?? 0) / (each.rounds.at(-1) ?? 0));
  }
  const ceiling = workload.bytes === undefined ? undefined : await wengert.ceiling(effort.patience);
  return [own, ...others].map((each): Row => {
    const row = { workload: name, peer: each.peer.name };
    const error = own.error !== undefined && each !== own ? "Wengert cannot" : each.error;
    if (error !== undefined) return { ...row, error };
    const ratio = each === own ? {} : { ratio: summarize(ratios.get(each) ?? []) };
    const ms = summarize(each.rounds);
    return {
      ...row,
      ms,
      ...ratio,
      ...(ceiling === undefined ? {} : { rate: rateOf(workload, ms.median, ceiling) }),
      rounds: each.rounds.length,
      compared: Math.min(own.losses.length, each.losses.length),
      share: each.share,
    };
  });
}
