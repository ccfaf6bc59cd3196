/**
 * What peers in JavaScript share: they read requests as lines of JSON and answer each with a line.
 *
 *   { prepare: { workload, inputs, steps, limit } }  →  { losses }: of the first steps, fewer where they take too long
 *   { measure: { seconds, inner } }                  →  { wall, cpu }: milliseconds of each sample of `inner` steps
 *   { ceiling: true }                                →  what the processor can do at most, if the peer measures it
 *   { about: true }                                  →  { about, warning }: what it is, and why not to believe it
 *
 * What a peer cannot do it answers with { error }.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Workload } from "../workload.js";

/** A tensor of the file of inputs. */
export interface Input {
  readonly shape: readonly number[];
  readonly numbers: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
}

export type Inputs = Readonly<Record<string, Input>>;

/** A workload ready to run. */
export interface Program {
  /** A training step gives its loss. */
  readonly step: () => unknown;
  /** For what has no loss: numbers by which to compare the result. */
  readonly check?: () => readonly number[] | Promise<readonly number[]>;
  /** Gives back memory that no garbage collector would. */
  readonly dispose?: () => void;
}

export type Make = (workload: Workload, inputs: Inputs) => Program | Promise<Program>;

interface Request {
  readonly about?: true;
  readonly ceiling?: true;
  readonly prepare?: {
    readonly workload: Workload;
    readonly inputs: string;
    readonly steps: number;
    readonly limit: number;
  };
  readonly measure?: { readonly seconds: number; readonly inner: number };
}

/** The tensors of a safetensors file: a length in eight bytes, that much JSON, numbers. */
export function readInputs(file: string): Inputs {
  const bytes = readFileSync(file);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__: _, ...entries } = JSON.parse(bytes.toString("utf8", 8, headerEnd)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const named = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      const { buffer } = new Uint8Array(bytes.subarray(headerEnd + from, headerEnd + to));
      return [
        name,
        { shape, numbers: dtype === "I32" ? new Int32Array(buffer) : new Float32Array(buffer) },
      ] as const;
    },
  );
  return Object.fromEntries(named);
}

/** The part of `input` that batch number `index` reads, where there are `batches`. */
export function batchOf({ shape, numbers }: Input, batches: number, index: number): Input {
  const size = numbers.length / batches;
  const at = (index % batches) * size;
  return { shape: shape.slice(1), numbers: numbers.slice(at, at + size) };
}

/** Two numbers by which to compare results: the mean size of the elements, evenly and by place. */
export function digest(numbers: ArrayLike<number>): [number, number] {
  let even = 0;
  let placed = 0;
  for (let i = 0; i < numbers.length; i++) {
    const size = Math.abs(numbers[i] ?? 0);
    even += size;
    placed += (size * ((7919 * i) % 101)) / 101;
  }
  return [even / numbers.length, placed / numbers.length];
}

async function firstLosses({ step, check }: Program, steps: number, limit: number): Promise<number[]> {
  if (check !== undefined) return [...(await check())];
  const losses: number[] = [];
  const end = performance.now() + 1000 * limit;
  while (losses.length < steps && (losses.length === 0 || performance.now() < end))
    losses.push(Number(await step()));
  return losses;
}

async function measured({ step }: Program, seconds: number, inner: number): Promise<object> {
  const wall: number[] = [];
  const cpu: number[] = [];
  const end = performance.now() + 1000 * seconds;
  do {
    const usage = process.cpuUsage();
    const start = performance.now();
    for (let i = 0; i < inner; i++) {
      const pending = step();
      if (pending instanceof Promise) await pending;
    }
    wall.push((performance.now() - start) / inner);
    const { user, system } = process.cpuUsage(usage);
    cpu.push((user + system) / 1000 / inner);
  } while (performance.now() < end);
  return { wall, cpu };
}

/** Answers requests until there are no more. */
export async function serve(make: Make, about: string, measureCeiling?: () => object): Promise<void> {
  let program: Program | undefined;
  const answer = async ({ prepare, measure, ceiling, about: asked }: Request): Promise<object> => {
    if (asked !== undefined) return { about };
    if (ceiling !== undefined && measureCeiling !== undefined) return measureCeiling();
    if (prepare !== undefined) {
      program?.dispose?.();
      program = undefined;
      program = await make(prepare.workload, readInputs(prepare.inputs));
      return { losses: await firstLosses(program, prepare.steps, prepare.limit) };
    }
    if (program === undefined || measure === undefined) throw new Error("nothing has been prepared");
    return await measured(program, measure.seconds, measure.inner);
  };
  for await (const line of createInterface(process.stdin)) {
    let answered: object;
    try {
      answered = await answer(JSON.parse(line) as Request);
    } catch (error) {
      answered = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(answered)}\n`);
  }
}
