/** Points of the plane in classes, to look at how a model parts them. */
import { ArgumentError, defaultGenerator, type Tensor, tensor } from "@wengert/autograd";
import { Draws } from "../draws.js";
import { checkIntegers, checkNumbers } from "../requirements.js";
import { sinCos } from "../trigonometry.js";
import { label } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

/** Pairs of a point x [D] float32 (D = 2 where nothing else is said) and its class y, a 0-d int32. */
export type Points = GeneratedDataset<[x: Tensor, y: Tensor]>;

export interface PointsOptions extends GeneratedOptions {
  /** The standard deviation of the normal noise added to each coordinate. */
  readonly noise?: number;
}

/** Sample i is of class i mod `classes`, at the place that `place` draws for it. */
function points(
  name: string,
  classes: number,
  noise: number,
  options: GeneratedOptions,
  place: (draws: Draws, group: number) => readonly number[],
): Points {
  checkNumbers(name, { noise }, 0);
  return new GeneratedDataset(name, options, (draws, index) => {
    const group = index % classes;
    const exact = place(draws, group);
    return [tensor(Float32Array.from(exact, (each) => each + noise * draws.normal())), label(group)];
  });
}

/**
 * Two half circles that reach into one another, as scikit-learn's `make_moons`: with θ uniform on [0, π) class 0 at
 * (cos θ, sin θ), class 1 at (1 − cos θ, ½ − sin θ). Noise 0.1 by default.
 */
export function moons({ noise = 0.1, ...options }: PointsOptions = {}): Points {
  return points("moons", 2, noise, options, (draws, group) => {
    const [sine, cosine] = sinCos(draws.uniform(0, Math.PI));
    return group === 0 ? [cosine, sine] : [1 - cosine, 0.5 - sine];
  });
}

export interface CirclesOptions extends PointsOptions {
  /** The radius of the inner circle, 0.5 by default; that of the outer one is 1. */
  readonly factor?: number;
}

/**
 * A circle (class 1) in another (class 0), as scikit-learn's `make_circles`. Noise 0.08 by default.
 *
 * @throws ArgumentError if the factor is not from 0 to 1
 */
export function circles({ noise = 0.08, factor = 0.5, ...options }: CirclesOptions = {}): Points {
  if (!(factor >= 0 && factor <= 1))
    throw new ArgumentError(`circles: factor is ${factor}; it must be from 0 to 1`);
  return points("circles", 2, noise, options, (draws, group) => {
    const radius = group === 0 ? 1 : factor;
    return sinCos(draws.uniform(0, 2 * Math.PI)).map((each) => radius * each);
  });
}

export interface SpiralsOptions extends PointsOptions {
  /** The number of spirals, 2 by default. */
  readonly classes?: number;
  /** How often each goes round, 1.5 by default; 3 are those of the paper. */
  readonly turns?: number;
}

/**
 * Spirals wound around one another (K. Lang, M. Witbrock: Learning to tell two spirals apart. Connectionist Models Summer
 * School 1988): with t² uniform on [0.01, 1) a point is at radius t, so that they are as dense everywhere, and at the angle 2π (turns·t +
 * class / classes). Noise 0.02 by default.
 *
 * @throws ArgumentError if there are fewer than two classes, or the turns are negative
 */
export function spirals({ noise = 0.02, classes = 2, turns = 1.5, ...options }: SpiralsOptions = {}): Points {
  checkIntegers("spirals", { classes }, 2);
  checkNumbers("spirals", { turns }, 0);
  return points("spirals", classes, noise, options, (draws, group) => {
    const t = Math.sqrt(draws.uniform(0.01, 1));
    const [sine, cosine] = sinCos(2 * Math.PI * (turns * t + group / classes));
    return [t * cosine, t * sine];
  });
}

export interface BlobsOptions extends Omit<PointsOptions, "noise"> {
  /** The centres of the classes, or how many of them to draw, uniformly from −10 to 10 on each axis; 3 by default. */
  readonly centers?: number | readonly (readonly number[])[];
  /** D, the number of coordinates of centres that are drawn; 2 by default. */
  readonly features?: number;
  /** The standard deviation of each class around its centre, or of all; 1 by default. */
  readonly std?: number | readonly number[];
}

/**
 * Normal clouds around centres, as scikit-learn's `make_blobs`.
 *
 * @throws ArgumentError if centres differ in length, or there are not as many deviations as centres
 */
export function blobs({ centers = 3, features = 2, std = 1, ...options }: BlobsOptions = {}): Points {
  checkIntegers("blobs", { features }, 1);
  const places = typeof centers === "number" ? drawnCenters(centers, features, options) : centers;
  const [first] = places;
  if (first === undefined || first.length === 0 || places.some(({ length }) => length !== first.length))
    throw new ArgumentError("blobs: give one center at least, and all with as many coordinates");
  const deviations = typeof std === "number" ? places.map(() => std) : std;
  if (deviations.length !== places.length || !deviations.every((each) => each >= 0 && Number.isFinite(each)))
    throw new ArgumentError(
      `blobs: std is ${JSON.stringify(std)} for ${places.length} centers; give one number, or one for each, none negative`,
    );
  return points("blobs", places.length, 0, options, (draws, group) =>
    places[group]!.map((each) => each + deviations[group]! * draws.normal()),
  );
}

function drawnCenters(count: number, features: number, { generator }: GeneratedOptions): number[][] {
  checkIntegers("blobs", { centers: count }, 1);
  // The generator's key alone: a training and a test set from one generator have the same centres.
  const draws = new Draws((generator ?? defaultGenerator).fork("centers of blobs"));
  return Array.from({ length: count }, () => Array.from({ length: features }, () => draws.uniform(-10, 10)));
}

/**
 * The exclusive or (M. Minsky, S. Papert: Perceptrons. 1969): points around the corners (±1, ±1), of class 1 where the signs
 * differ. Noise 0.25 by default.
 */
export function xor({ noise = 0.25, ...options }: PointsOptions = {}): Points {
  return points("xor", 2, noise, options, (draws, group) => {
    const x = draws.chance(0.5) ? 1 : -1;
    return [x, group === 0 ? x : -x];
  });
}
