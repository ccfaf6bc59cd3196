/** AlexNet. */
import { ArgumentError, flatten, relu, type Tensor } from "@wengert/autograd";
import { Conv2d } from "../convolution/index.js";
import { Dropout } from "../dropout.js";
import { constant, normal } from "../init.js";
import { Linear } from "../linear.js";
import { Module, restart } from "../module.js";
import { LocalResponseNorm } from "../normalisation/index.js";
import { MaxPool2d } from "../pooling/index.js";
import { Sequential } from "../sequential.js";
import { forLayers, type ImageModelOptions } from "./options.js";

export interface AlexNetOptions extends ImageModelOptions {
  /** The height and width of an image, 224 by default. */
  readonly inputSize?: number;
  /** The channels of the first layer, 96 by default; the other layers are as much wider or narrower. A multiple of 6. */
  readonly width?: number;
  /** 0.5 by default. */
  readonly dropout?: number;
}

/**
 * Five convolutions and three full layers, with local response normalisation, overlapping pooling and dropout: 60,965,224
 * parameters. Krizhevsky, Sutskever & Hinton 2012, "ImageNet classification with deep convolutional neural networks",
 * whose two graphics cards are groups here. Weights start normal of standard deviation 0.01, biases with 1 in the layers
 * where the paper says so, else 0. (torchvision's is another, of 2014, without normalisation and groups.)
 *
 * x: [N, inChannels, inputSize, inputSize]   y: [N, classes], logits
 */
export class AlexNet extends Module {
  readonly features: Sequential;
  readonly classifier: Sequential;

  constructor({
    classes = 1000,
    inChannels = 3,
    inputSize = 224,
    width = 96,
    dropout = 0.5,
    ...rest
  }: AlexNetOptions = {}) {
    super();
    if (!Number.isInteger(width / 6))
      throw new ArgumentError(`AlexNet: the width is ${width}; it must be a multiple of 6`);
    const made = forLayers(rest);
    const unit = width / 3; // 32 in the paper
    const [c1, c2, c3] = [width, 8 * unit, 12 * unit];
    const norm = (): LocalResponseNorm => new LocalResponseNorm(5, { alpha: 5e-4, beta: 0.75, k: 2 });
    const pool = (): MaxPool2d => new MaxPool2d(3, { stride: 2 });
    const convolutions = [
      new Conv2d(inChannels, c1, 11, { stride: 4, padding: 2, ...made }),
      new Conv2d(c1, c2, 5, { padding: 2, groups: 2, ...made }),
      new Conv2d(c2, c3, 3, { padding: 1, ...made }),
      new Conv2d(c3, c3, 3, { padding: 1, groups: 2, ...made }),
      new Conv2d(c3, c2, 3, { padding: 1, groups: 2, ...made }),
    ] as const;
    const [first, second, third, fourth, fifth] = convolutions;
    this.features = new Sequential(
      first,
      relu,
      norm(),
      pool(),
      second,
      relu,
      norm(),
      pool(),
      third,
      relu,
      fourth,
      relu,
      fifth,
      relu,
      pool(),
    );
    const side = sideAfterPooling(inputSize);
    const hidden = 128 * unit;
    const full = [
      new Linear(c2 * side * side, hidden, made),
      new Linear(hidden, hidden, made),
      new Linear(hidden, classes, made),
    ] as const;
    this.classifier = new Sequential(
      new Dropout(dropout, rest),
      full[0],
      relu,
      new Dropout(dropout, rest),
      full[1],
      relu,
      full[2],
    );
    for (const { weight } of [...convolutions, ...full])
      restart(weight, (shape) => normal(shape, { std: 0.01, ...made }));
    for (const { bias } of [second, fourth, fifth, full[0], full[1]])
      restart(bias, (shape) => constant(shape, 1, made));
    for (const { bias } of [first, third, full[2]]) restart(bias, (shape) => constant(shape, 0, made));
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(flatten(this.features.forward(x), 1));
  }
}

/** The height and width of the features of an image: 6 for 224. */
function sideAfterPooling(inputSize: number): number {
  const pooled = (side: number): number => Math.floor((side - 3) / 2) + 1;
  const side = pooled(pooled(pooled(Math.floor((inputSize + 4 - 11) / 4) + 1)));
  if (!(side >= 1))
    throw new ArgumentError(
      `AlexNet: the input size is ${inputSize}, of which pooling would leave nothing; it must be from 63 on`,
    );
  return side;
}
