/** Chaotic systems, to be predicted. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import { checkIntegers, checkNumbers } from "../requirements.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

export interface ForecastOptions extends GeneratedOptions {
  /** T, the number of steps; 200 by default. */
  readonly length?: number;
  /** How many steps ahead is to be predicted, 1 by default. */
  readonly horizon?: number;
}

export interface MackeyGlassOptions extends ForecastOptions {
  /** τ, the delay, a multiple of 0.1; 17 by default, which is mildly chaotic (from 16.8 on), 30 is more so. */
  readonly delay?: number;
  /** The time between two steps, a multiple of 0.1; 1 by default. */
  readonly interval?: number;
}

// Steps of integration in a unit of time, as in most work on this series.
const perUnit = 10;

/**
 * The Mackey–Glass series (M. C. Mackey, L. Glass: Oscillation and chaos in physiological control systems. Science 197,
 * 1977): dx/dt = 0.2 x(t − τ) / (1 + x(t − τ)¹⁰) − 0.1 x(t). Pairs of x [T, 1] and y [T, 1], float32, y being x
 * `horizon` steps later.
 *
 * Integrated by the fourth-order Runge–Kutta method with steps of 0.1, the delayed value half-way being the mean of its
 * neighbours; before time 0 x is constant, drawn uniformly from [1.1, 1.3) (1.2 is customary), and the first 1,000 units
 * of time are left out.
 *
 * @throws ArgumentError if a time is no multiple of 0.1, or a length no integer, 1 or more
 */
export function mackeyGlass({
  length = 200,
  horizon = 1,
  delay = 17,
  interval = 1,
  ...options
}: MackeyGlassOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("mackeyGlass", { length, horizon }, 1);
  const lag = fineSteps("delay", delay);
  const every = fineSteps("interval", interval);
  const transient = 1000 * perUnit;
  return new GeneratedDataset("mackeyGlass", options, (draws) => {
    const steps = transient + every * (length + horizon);
    const x = new Float64Array(lag + 1 + steps).fill(draws.uniform(1.1, 1.3), 0, lag + 1);
    const step = 1 / perUnit;
    const half = step / 2;
    for (let i = lag; i < lag + steps; i++) {
      const late = production(x[i - lag]!);
      const later = production(x[i - lag + 1]!);
      const halfway = production((x[i - lag]! + x[i - lag + 1]!) / 2);
      const k1 = late - 0.1 * x[i]!;
      const k2 = halfway - 0.1 * (x[i]! + half * k1);
      const k3 = halfway - 0.1 * (x[i]! + half * k2);
      const k4 = later - 0.1 * (x[i]! + step * k3);
      x[i + 1] = x[i]! + (step / 6) * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    const series = new Float32Array(length + horizon);
    for (let t = 0; t < series.length; t++) series[t] = x[lag + 1 + transient + t * every]!;
    return ahead(series, 1, horizon);
  });
}

function fineSteps(name: string, time: number): number {
  const steps = Math.floor(time * perUnit + 0.5);
  if (!(steps >= 1 && Math.abs(steps - time * perUnit) < 1e-6))
    throw new ArgumentError(`mackeyGlass: ${name} is ${time}; it must be a multiple of 0.1 above 0`);
  return steps;
}

function production(x: number): number {
  const x2 = x * x;
  const x4 = x2 * x2;
  return (0.2 * x) / (1 + x4 * x4 * x2);
}

export interface LorenzOptions extends ForecastOptions {
  /** The time between two steps, 0.02 by default. */
  readonly interval?: number;
}

/**
 * The Lorenz system (E. N. Lorenz: Deterministic nonperiodic flow. Journal of the Atmospheric Sciences 20, 1963):
 * dx/dt = 10 (y − x), dy/dt = x (28 − z) − y, dz/dt = x y − 8/3 z. Pairs of positions [T, 3], float32, and where the
 * system is `horizon` steps later.
 *
 * Integrated by the fourth-order Runge–Kutta method, in equal steps of at most 0.01; from a point drawn uniformly
 * within 1 of (1, 1, 25) on each axis, of which the first 20 units of time are left out.
 *
 * @throws ArgumentError if the interval is not above 0, or a length no integer, 1 or more
 */
export function lorenz({
  length = 200,
  horizon = 1,
  interval = 0.02,
  ...options
}: LorenzOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("lorenz", { length, horizon }, 1);
  checkNumbers("lorenz", { interval }, 1e-6);
  const transient = Math.ceil(20 / interval);
  const pieces = Math.ceil(100 * interval - 1e-9);
  return new GeneratedDataset("lorenz", options, (draws) => {
    let point: Point = [draws.uniform(0, 2), draws.uniform(0, 2), draws.uniform(24, 26)];
    const series = new Float32Array(3 * (length + horizon));
    for (let t = 0; t < transient + length + horizon; t++) {
      if (t >= transient) series.set(point, 3 * (t - transient));
      for (let i = 0; i < pieces; i++) point = flowed(point, interval / pieces);
    }
    return ahead(series, 3, horizon);
  });
}

type Point = readonly [x: number, y: number, z: number];

function velocity([x, y, z]: Point): Point {
  return [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z];
}

function moved([x, y, z]: Point, [u, v, w]: Point, time: number): Point {
  return [x + time * u, y + time * v, z + time * w];
}

function flowed(point: Point, time: number): Point {
  const k1 = velocity(point);
  const k2 = velocity(moved(point, k1, time / 2));
  const k3 = velocity(moved(point, k2, time / 2));
  const k4 = velocity(moved(point, k3, time));
  const rise = moved(moved(moved(k1, k2, 2), k3, 2), k4, 1);
  return moved(point, rise, time / 6);
}

/** The series without its last `horizon` steps, and without its first. */
function ahead(series: Float32Array, width: number, horizon: number): [x: Tensor, y: Tensor] {
  const shape = [series.length / width - horizon, width];
  return [
    tensor(series.slice(0, series.length - horizon * width), { shape }),
    tensor(series.slice(horizon * width), { shape }),
  ];
}
