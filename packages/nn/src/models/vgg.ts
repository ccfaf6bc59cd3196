/** VGG. */
import { flatten, relu, type Tensor } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { Conv2d } from "../convolution/index.js";
import { Dropout } from "../dropout.js";
import { kaimingNormal, normal, zeros } from "../init.js";
import { Linear } from "../linear.js";
import { Module, restart } from "../module.js";
import { BatchNorm2d } from "../normalisation/index.js";
import { AdaptiveAvgPool2d, MaxPool2d } from "../pooling/index.js";
import { type Layer, Sequential } from "../sequential.js";
import { forLayers, type ImageModelOptions } from "./options.js";

export interface VGGOptions extends ImageModelOptions {
  /** Whether each convolution is followed by batch normalisation, which the paper did not know; false by default. */
  readonly batchNorm?: boolean;
  /** The channels of the first layer, 64 by default; the other layers are as much wider or narrower. */
  readonly width?: number;
  /** 0.5 by default. */
  readonly dropout?: number;
}

/** How many convolutions and full layers there may be. */
export type VGGDepth = 11 | 13 | 16 | 19;

/** How many convolutions come before each of the five poolings. Table 1, columns A, B, D and E. */
const blocks: Readonly<Record<VGGDepth, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};

/**
 * Convolutions of 3 x 3 and three full layers, 11, 13, 16 or 19 in all: 138,357,544 parameters for 16, 143,667,240 for 19.
 * Simonyan & Zisserman 2014, "Very deep convolutional networks for large-scale image recognition". Names, initial values
 * and the adaptive pooling before the full layers are torchvision's.
 *
 * x: [N, inChannels, H, W], 32 x 32 or larger   y: [N, classes], logits
 */
export class VGG extends Module {
  readonly features: Sequential;
  readonly avgpool: AdaptiveAvgPool2d = new AdaptiveAvgPool2d(7);
  readonly classifier: Sequential;

  constructor(
    depth: VGGDepth,
    {
      classes = 1000,
      inChannels = 3,
      batchNorm = false,
      width = 64,
      dropout = 0.5,
      ...rest
    }: VGGOptions = {},
  ) {
    super();
    checkChoice("VGG", "the depth", depth, [11, 13, 16, 19]);
    const made = forLayers(rest);
    const layers: (Layer | ((x: Tensor) => Tensor))[] = [];
    let from = inChannels;
    for (const [block, count] of blocks[depth].entries()) {
      const to = width * [1, 2, 4, 8, 8][block]!;
      for (let i = 0; i < count; i++) {
        const convolution = new Conv2d(from, to, 3, { padding: 1, ...made });
        restart(convolution.weight, (shape) => kaimingNormal(shape, { fan: "out", ...made }));
        restart(convolution.bias, (shape) => zeros(shape, made));
        layers.push(convolution, ...(batchNorm ? [new BatchNorm2d(to, made)] : []), relu);
        from = to;
      }
      layers.push(new MaxPool2d(2));
    }
    this.features = new Sequential(...layers);
    const hidden = 64 * width;
    const full = [
      new Linear(from * 7 * 7, hidden, made),
      new Linear(hidden, hidden, made),
      new Linear(hidden, classes, made),
    ] as const;
    for (const { weight, bias } of full) {
      restart(weight, (shape) => normal(shape, { std: 0.01, ...made }));
      restart(bias, (shape) => zeros(shape, made));
    }
    this.classifier = new Sequential(
      full[0],
      relu,
      new Dropout(dropout, rest),
      full[1],
      relu,
      new Dropout(dropout, rest),
      full[2],
    );
  }

  forward(x: Tensor): Tensor {
    return this.classifier.forward(flatten(this.avgpool.forward(this.features.forward(x)), 1));
  }
}
