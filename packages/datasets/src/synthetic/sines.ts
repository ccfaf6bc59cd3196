/** Sines of given frequency. */
import { type Tensor, tensor } from "@wengert/autograd";
import { checkIntegers, checkNumbers } from "../requirements.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

export interface SinesOptions extends GeneratedOptions {
  /** T, the number of steps; 200 by default. */
  readonly length?: number;
  /** In cycles a step, what control 0 stands for; 0.01 by default. */
  readonly minFrequency?: number;
  /** In cycles a step, what control 1 stands for; 0.1 by default. At ½ or more it would appear as a lower one. */
  readonly maxFrequency?: number;
  /** How many steps a frequency lasts until another is drawn; by default all T. */
  readonly hold?: number;
}

/**
 * Sines of given frequency, the frequency generator of echo state networks (H. Jaeger: The "echo state" approach to analysing
 * and training recurrent neural networks. GMD report 148, 2001): from a control signal u of steps, uniform on [0, 1), to
 * yₜ = sin φₜ with φ₀ = 0, φₜ₊₁ = φₜ + 2π (min + uₜ (max − min)). Pairs of u [T, 1] and y [T, 1], float32.
 *
 * @throws ArgumentError if lengths are not integers, 1 or more, or a frequency is below 0 or not finite
 */
export function sines({
  length = 200,
  minFrequency = 0.01,
  maxFrequency = 0.1,
  hold = length,
  ...options
}: SinesOptions = {}): GeneratedDataset<[u: Tensor, y: Tensor]> {
  checkIntegers("sines", { length, hold }, 1);
  checkNumbers("sines", { minFrequency, maxFrequency }, 0);
  return new GeneratedDataset("sines", options, (draws) => {
    const control = new Float32Array(length);
    const phase = new Float64Array(length);
    let level = 0;
    let turns = 0; // kept below 1, so that no digits are lost however long the series is
    for (let t = 0; t < length; t++) {
      if (t % hold === 0) level = draws.uniform();
      control[t] = level;
      phase[t] = 2 * Math.PI * turns;
      turns += minFrequency + control[t]! * (maxFrequency - minFrequency);
      turns -= Math.floor(turns);
    }
    const shape = [length, 1];
    return [tensor(control, { shape }), tensor(phase, { shape }).sin().to("float32")];
  });
}
