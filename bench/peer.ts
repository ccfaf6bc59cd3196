/** A peer: a process of its own that runs workloads when asked to; see peers/serve.ts for the requests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { Ceiling } from "./peers/wengert/ceiling.js";
import type { Workload } from "./workload.js";

export type Command = readonly [program: string, ...args: string[]];

/** Milliseconds of each sample: by the clock on the wall, and of the processor. */
export interface Times {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
}

/** What a peer answers when it cannot do what it was asked. */
export class PeerError extends Error {}

// A process pinned to one core pays for its garbage collector and compiler itself.
const core = "0";
const pinning: readonly string[] =
  spawnSync("taskset", ["-c", core, "true"]).status === 0 ? ["taskset", "-c", core] : [];

/** Whether peers are held on one core. */
export const pinned: boolean = pinning.length > 0;

/** The environment of peers: one thread each, and linear algebra may use what the processor has, whatever is preset. */
function environment(): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _size, ...rest } = process.env;
  return { ...rest, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
}

/** Starts `command` on the core of the benchmark. */
function start(command: Command): ChildProcess {
  const [program, ...args] = [...pinning, ...command] as [string, ...string[]];
  return spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: environment() });
}

/** Runs `command` on the core of the benchmark and returns what it prints. */
export function outputOf(command: Command): string {
  const [program, ...args] = [...pinning, ...command] as [string, ...string[]];
  const { error, status, stdout } = spawnSync(program, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: environment(),
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}`);
  return stdout;
}

/** The line of what a process wrote as it died that tells why. */
function reasonIn(complaints: string): string {
  const lines = complaints.trim().split("\n");
  return lines.findLast((each) => /error/i.test(each)) ?? lines.at(-1) ?? "";
}

/** What a peer answered. Python writes NaN, which is no JSON. */
function parse(answer: string): { readonly error?: string } {
  try {
    return JSON.parse(answer.replaceAll("NaN", "null")) as { error?: string };
  } catch {
    return { error: `an answer that is no JSON: ${answer.slice(0, 200)}` };
  }
}

export class Peer {
  private child: ChildProcess | undefined;
  private waiting: ((answer: string | PeerError) => void) | undefined;
  private complaints = "";

  constructor(
    readonly name: string,
    private readonly command: Command,
    /** The kinds of workloads it is for; all if undefined. */
    readonly kinds?: readonly string[],
  ) {}

  /** What it is, and why its times are not to be believed, if so. */
  async about(patience: number): Promise<{ about: string; warning?: string | null }> {
    return (await this.ask({ about: true }, patience)) as { about: string };
  }

  /** What the processor can do at most; only Wengert's peer measures it. */
  async ceiling(patience: number): Promise<Ceiling> {
    return (await this.ask({ ceiling: true }, patience)) as Ceiling;
  }

  /** Makes `workload` ready; returns the losses of the first steps. */
  async prepare(workload: Workload, inputs: string, limit: number, patience: number): Promise<number[]> {
    const request = { prepare: { workload, inputs, steps: 5, limit } };
    return ((await this.ask(request, patience)) as { losses: number[] }).losses;
  }

  /** Times steps for so many seconds, `inner` to a sample; at least one sample. */
  async measure(seconds: number, inner: number, patience: number): Promise<Times> {
    return (await this.ask({ measure: { seconds, inner } }, patience)) as Times;
  }

  stop(): void {
    this.child?.kill();
    this.child = undefined;
  }

  private async ask(request: object, patience: number): Promise<object> {
    this.child ??= this.launch();
    const line = new Promise<string | PeerError>((resolve) => {
      this.waiting = resolve;
    });
    const timer = setTimeout(() => {
      this.stop();
      this.waiting?.(new PeerError(`no answer in ${patience} s`));
    }, 1000 * patience);
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    const answer = await line;
    clearTimeout(timer);
    if (answer instanceof PeerError) throw answer;
    const parsed = parse(answer);
    if (parsed.error !== undefined) throw new PeerError(parsed.error);
    return parsed;
  }

  private launch(): ChildProcess {
    const child = start(this.command);
    this.complaints = "";
    child.stderr?.on("data", (text: Buffer) => {
      this.complaints = (this.complaints + text.toString()).slice(-2000);
    });
    child.stdin?.on("error", () => {}); // it ended: "close" tells
    const ended = (reason: string): void => {
      if (this.child !== child) return;
      this.child = undefined;
      this.waiting?.(new PeerError(reason));
    };
    child.on("error", (error) => ended(error.message));
    child.on("close", (code, signal) => ended(`ended with ${code ?? signal}: ${reasonIn(this.complaints)}`));
    if (child.stdout !== null) createInterface(child.stdout).on("line", (line) => this.waiting?.(line));
    return child;
  }
}
