/** Linear dynamical systems with normal noise, and what can be known of their state. */
import { ArgumentError, type NumberArray, type Tensor, tensor } from "@wengert/autograd";
import { collate } from "../collate.js";
import type { Draws } from "../draws.js";
import { checkIntegers } from "../requirements.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

/** A matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/** Of a system with D numbers of state and M that are observed. */
export interface LinearDynamicalSystemOptions {
  /** A, [D, D]: how the state moves on. By default a rotation by 0.2 a step that shrinks by 1 %. */
  readonly transition?: Matrix;
  /** C, [M, D]: what of the state is observed. By default the first of its two numbers. */
  readonly observation?: Matrix;
  /** Q, [D, D]: the covariance of the noise of the state, by default 0.01·I. */
  readonly stateNoise?: Matrix;
  /** R, [M, M]: the covariance of the noise of observations, by default 0.25·I. */
  readonly observationNoise?: Matrix;
  /** μ, [D]: the mean of the first state, by default 0. */
  readonly initialMean?: readonly number[];
  /** V, [D, D]: the covariance of the first state, by default I. */
  readonly initialCovariance?: Matrix;
}

export interface DynamicalSequencesOptions extends GeneratedOptions {
  /** T, the number of steps; 100 by default. */
  readonly length?: number;
}

/** What {@link LinearDynamicalSystem.filter} finds, float64. */
export interface KalmanEstimate {
  /** E[xₜ | y₀ … yₜ], [T, D]. */
  readonly means: Tensor;
  /** Cov[xₜ | y₀ … yₜ], [T, D, D]. */
  readonly covariances: Tensor;
  /** E[yₜ | y₀ … yₜ₋₁], [T, M]: the best prediction of each observation. */
  readonly predictions: Tensor;
  /** Cov[yₜ | y₀ … yₜ₋₁], [T, M, M]. */
  readonly predictionCovariances: Tensor;
  /** log p(y₀ … yₜ₋₁), the natural logarithm of the density. */
  readonly logLikelihood: number;
}

const shrunkRotation: Matrix = [
  [0.9702659120628292, -0.1966826374871106],
  [0.1966826374871106, 0.9702659120628292],
];

/**
 * x₀ ~ N(μ, V), xₜ₊₁ = A xₜ + wₜ, yₜ = C xₜ + vₜ with wₜ ~ N(0, Q), vₜ ~ N(0, R) (S. Roweis, Z. Ghahramani: A unifying
 * review of linear Gaussian models. Neural Computation 11, 1999).
 */
export class LinearDynamicalSystem {
  readonly transition: Matrix;
  readonly observation: Matrix;
  readonly stateNoise: Matrix;
  readonly observationNoise: Matrix;
  readonly initialMean: readonly number[];
  readonly initialCovariance: Matrix;

  /** @throws ArgumentError if a size differs from what the others ask for, or a covariance is none */
  constructor({
    transition = shrunkRotation,
    observation = [identity(transition.length)[0] ?? []],
    stateNoise = identity(transition.length, 0.01),
    observationNoise = identity(observation.length, 0.25),
    initialMean = transition.map(() => 0),
    initialCovariance = identity(transition.length),
  }: LinearDynamicalSystemOptions = {}) {
    const [d, m] = [transition.length, observation.length];
    checkMatrix("transition", transition, d, d);
    checkMatrix("observation", observation, m, d);
    checkMatrix("initialMean", [initialMean], 1, d);
    checkMatrix("stateNoise", stateNoise, d, d);
    checkMatrix("observationNoise", observationNoise, m, m);
    checkMatrix("initialCovariance", initialCovariance, d, d);
    for (const [name, matrix] of Object.entries({ stateNoise, observationNoise, initialCovariance }))
      factor(name, matrix);
    this.transition = transition;
    this.observation = observation;
    this.stateNoise = stateNoise;
    this.observationNoise = observationNoise;
    this.initialMean = initialMean;
    this.initialCovariance = initialCovariance;
  }

  /**
   * Sequences of the system: pairs of what is observed, [T, M], and the states behind it, [T, D], float32.
   *
   * @throws ArgumentError if `length` is not an integer, 1 or more
   */
  sequences({
    length = 100,
    ...options
  }: DynamicalSequencesOptions = {}): GeneratedDataset<[observations: Tensor, states: Tensor]> {
    checkIntegers("LinearDynamicalSystem", { length }, 1);
    const roots = {
      initial: factor("initialCovariance", this.initialCovariance),
      state: factor("stateNoise", this.stateNoise),
      observation: factor("observationNoise", this.observationNoise),
    };
    return new GeneratedDataset("LinearDynamicalSystem", options, (draws) => {
      const states: (readonly number[])[] = [];
      const observations: (readonly number[])[] = [];
      let state = plus(this.initialMean, noise(draws, roots.initial));
      for (let t = 0; t < length; t++) {
        states.push(state);
        observations.push(plus(times(this.observation, state), noise(draws, roots.observation)));
        state = plus(times(this.transition, state), noise(draws, roots.state));
      }
      return [rowsTensor(observations), rowsTensor(states)];
    });
  }

  /**
   * The Kalman filter (R. E. Kalman: A new approach to linear filtering and prediction problems. Journal of Basic
   * Engineering 82, 1960): all that can be known of the states from observations [T, M] so far, computed in float64. With
   * m, P the mean and covariance of xₜ before yₜ is seen (μ, V at first) and S = C P Cᵀ + R, K = P Cᵀ S⁻¹, they become
   * m + K (yₜ − C m) and (I − K C) P (I − K C)ᵀ + K R Kᵀ (which stays symmetric), then A m and A P Aᵀ + Q.
   *
   * @throws ArgumentError for another shape, or no steps; LinearAlgebraError if S has no inverse
   */
  filter(observations: Tensor): KalmanEstimate {
    const m = this.observation.length;
    if (observations.rank !== 2 || observations.shape[1] !== m || observations.shape[0] === 0)
      throw new ArgumentError(
        `LinearDynamicalSystem: the observations are [${observations.shape.join(", ")}]; give [steps, ${m}]`,
      );
    return this.filterRows(observations.detach().to("float64").toTypedArray());
  }

  private filterRows(numbers: NumberArray): KalmanEstimate {
    const [a, c] = [matrixTensor(this.transition), matrixTensor(this.observation)];
    const [q, r] = [matrixTensor(this.stateNoise), matrixTensor(this.observationNoise)];
    const identityOfState = matrixTensor(identity(this.transition.length));
    const width = this.observation.length;
    const found: Record<"means" | "covariances" | "predictions" | "predictionCovariances", Tensor[]> = {
      means: [],
      covariances: [],
      predictions: [],
      predictionCovariances: [],
    };
    let mean = matrixTensor(this.initialMean.map((each) => [each]));
    let covariance = matrixTensor(this.initialCovariance);
    let logLikelihood = 0;
    for (let first = 0; first < numbers.length; first += width) {
      const observed = tensor(numbers.slice(first, first + width), { shape: [width, 1] });
      const prediction = c.matmul(mean);
      const spread = c.matmul(covariance).matmul(c.transpose()).add(r);
      const gain = spread.solve(c.matmul(covariance)).transpose();
      const surprise = observed.sub(prediction);
      const distance = surprise.transpose().matmul(spread.solve(surprise)).item();
      logLikelihood -= (width * logOf2Pi + spread.slogdet().logAbsDet.item() + distance) / 2;
      mean = mean.add(gain.matmul(surprise));
      const kept = identityOfState.sub(gain.matmul(c));
      covariance = kept
        .matmul(covariance)
        .matmul(kept.transpose())
        .add(gain.matmul(r).matmul(gain.transpose()));
      found.means.push(mean.flatten());
      found.covariances.push(covariance);
      found.predictions.push(prediction.flatten());
      found.predictionCovariances.push(spread);
      mean = a.matmul(mean);
      covariance = a.matmul(covariance).matmul(a.transpose()).add(q);
    }
    const { means, covariances, predictions, predictionCovariances } = found;
    return {
      means: collate(means),
      covariances: collate(covariances),
      predictions: collate(predictions),
      predictionCovariances: collate(predictionCovariances),
      logLikelihood,
    };
  }
}

const logOf2Pi = 1.8378770664093453;

function identity(size: number, diagonal = 1): Matrix {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? diagonal : 0)),
  );
}

function checkMatrix(name: string, matrix: Matrix, rows: number, columns: number): void {
  const fits = matrix.length === rows && matrix.every((row) => row.length === columns);
  if (rows === 0 || columns === 0 || !fits)
    throw new ArgumentError(
      `LinearDynamicalSystem: ${name} is no matrix [${rows}, ${columns}], which the other sizes ask for`,
    );
}

/** L of `M = L Lᵀ`, M being a covariance, which may be singular: where nothing is left L has a column of zeros. */
function factor(name: string, matrix: Matrix): number[][] {
  const made = matrix.map((row) => row.map(() => 0));
  const largest = Math.max(...matrix.map((row, i) => row[i]!));
  const slack = 1e-10 * largest;
  for (let j = 0; j < matrix.length; j++)
    for (let i = j; i < matrix.length; i++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= made[i]![k]! * made[j]![k]!;
      const pivot = made[j]![j]!;
      const wrong = i === j ? !(rest >= -slack) : pivot === 0 && Math.abs(rest) > Math.sqrt(slack * largest);
      if (wrong || matrix[i]![j] !== matrix[j]![i])
        throw new ArgumentError(
          `LinearDynamicalSystem: ${name} is no covariance; it must be symmetric, without negative eigenvalues`,
        );
      made[i]![j] = i === j ? (rest > slack ? Math.sqrt(rest) : 0) : pivot === 0 ? 0 : rest / pivot;
    }
  return made;
}

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, each, j) => sum + each * vector[j]!, 0));
}

function plus(x: readonly number[], y: readonly number[]): number[] {
  return x.map((each, i) => each + y[i]!);
}

function noise(draws: Draws, root: Matrix): number[] {
  return times(
    root,
    root.map(() => draws.normal()),
  );
}

function matrixTensor(matrix: Matrix): Tensor {
  return tensor(matrix, { dtype: "float64" });
}

function rowsTensor(rows: Matrix): Tensor {
  return tensor(rows, { dtype: "float32" });
}
