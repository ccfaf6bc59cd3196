/** Residual networks. */
import { flatten, maxPool2d, relu, type Tensor } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { Conv2d, type ConvolutionLayerOptions } from "../convolution/index.js";
import { type InitOptions, kaimingNormal } from "../init.js";
import { Linear } from "../linear.js";
import { Module, restart } from "../module.js";
import { BatchNorm2d } from "../normalisation/index.js";
import { AdaptiveAvgPool2d } from "../pooling/index.js";
import { Sequential } from "../sequential.js";
import { forLayers, type ImageModelOptions } from "./options.js";

/** A convolution without bias, as batch normalisation follows, which starts as torchvision's. */
function convolution(
  from: number,
  to: number,
  size: number,
  options: Omit<ConvolutionLayerOptions, "bias">,
): Conv2d {
  const made = new Conv2d(from, to, size, { ...options, padding: Math.floor(size / 2), bias: false });
  restart(made.weight, (shape) => kaimingNormal(shape, { fan: "out", ...forLayers(options) }));
  return made;
}

/** What brings the input of a block to the size of its output, where that is another. */
function shortcut(from: number, to: number, stride: number, made: InitOptions): Sequential | undefined {
  if (stride === 1 && from === to) return undefined;
  return new Sequential(convolution(from, to, 1, { stride, ...made }), new BatchNorm2d(to, made));
}

/**
 * Two convolutions of 3 x 3 around which the input goes: y = relu(x + F(x)). He et al. 2015, figure 5,
 * left.
 *
 * x: [N, from, H, W]   y: [N, width, H/stride, W/stride]
 */
export class BasicBlock extends Module {
  static readonly expansion: number = 1;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly downsample: Sequential | undefined;

  constructor(
    from: number,
    width: number,
    { stride = 1, ...made }: InitOptions & { readonly stride?: number } = {},
  ) {
    super();
    this.conv1 = convolution(from, width, 3, { stride, ...made });
    this.bn1 = new BatchNorm2d(width, made);
    this.conv2 = convolution(width, width, 3, made);
    this.bn2 = new BatchNorm2d(width, made);
    this.downsample = shortcut(from, width, stride, made);
  }

  forward(x: Tensor): Tensor {
    const inner = relu(this.bn1.forward(this.conv1.forward(x)));
    const change = this.bn2.forward(this.conv2.forward(inner));
    return relu(change.add(this.downsample === undefined ? x : this.downsample.forward(x)));
  }
}

/**
 * A convolution of 3 x 3 among fewer channels, between two of 1 x 1, around which the input goes: y = relu(x + F(x)).
 * He et al. 2015, figure 5, right; the stride lies on the 3 x 3, as in torchvision.
 *
 * x: [N, from, H, W]   y: [N, 4 · width, H/stride, W/stride]
 */
export class Bottleneck extends Module {
  static readonly expansion: number = 4;
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  readonly conv3: Conv2d;
  readonly bn3: BatchNorm2d;
  readonly downsample: Sequential | undefined;

  constructor(
    from: number,
    width: number,
    { stride = 1, ...made }: InitOptions & { readonly stride?: number } = {},
  ) {
    super();
    this.conv1 = convolution(from, width, 1, made);
    this.bn1 = new BatchNorm2d(width, made);
    this.conv2 = convolution(width, width, 3, { stride, ...made });
    this.bn2 = new BatchNorm2d(width, made);
    this.conv3 = convolution(width, 4 * width, 1, made);
    this.bn3 = new BatchNorm2d(4 * width, made);
    this.downsample = shortcut(from, 4 * width, stride, made);
  }

  forward(x: Tensor): Tensor {
    const narrow = relu(this.bn1.forward(this.conv1.forward(x)));
    const inner = relu(this.bn2.forward(this.conv2.forward(narrow)));
    const change = this.bn3.forward(this.conv3.forward(inner));
    return relu(change.add(this.downsample === undefined ? x : this.downsample.forward(x)));
  }
}

/** How many layers there may be. */
export type ResNetDepth = 18 | 34 | 50 | 101 | 152;

interface Architecture {
  readonly Block: typeof BasicBlock | typeof Bottleneck;
  /** How many blocks there are at each of the four resolutions. */
  readonly counts: readonly [number, number, number, number];
}

/** Table 1. */
const architectures: Readonly<Record<ResNetDepth, Architecture>> = {
  18: { Block: BasicBlock, counts: [2, 2, 2, 2] },
  34: { Block: BasicBlock, counts: [3, 4, 6, 3] },
  50: { Block: Bottleneck, counts: [3, 4, 6, 3] },
  101: { Block: Bottleneck, counts: [3, 4, 23, 3] },
  152: { Block: Bottleneck, counts: [3, 8, 36, 3] },
};

export interface ResNetOptions extends ImageModelOptions {
  /** The channels of the first layer, 64 by default; the other layers are as much wider or narrower. */
  readonly width?: number;
}

/**
 * A residual network of 18, 34, 50, 101 or 152 layers, with torchvision's names and initial values: 11,689,512 parameters
 * for 18, 25,557,032 for 50, 60,192,808 for 152. He, Zhang, Ren & Sun 2015, "Deep residual learning for image recognition".
 *
 * x: [N, inChannels, H, W]   y: [N, classes], logits
 */
export class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool: AdaptiveAvgPool2d = new AdaptiveAvgPool2d(1);
  readonly fc: Linear;

  constructor(
    depth: ResNetDepth,
    { classes = 1000, inChannels = 3, width = 64, ...rest }: ResNetOptions = {},
  ) {
    super();
    const made = forLayers(rest);
    checkChoice("ResNet", "the depth", depth, [18, 34, 50, 101, 152]);
    const { Block, counts } = architectures[depth];
    this.conv1 = convolution(inChannels, width, 7, { stride: 2, ...made });
    this.bn1 = new BatchNorm2d(width, made);
    let from = width;
    const stage = (number: 0 | 1 | 2 | 3): Sequential => {
      const channels = [1, 2, 4, 8][number]! * width;
      const blocks = Array.from({ length: counts[number] }, (_, i) => {
        const block = new Block(from, channels, { stride: i === 0 && number > 0 ? 2 : 1, ...made });
        from = channels * Block.expansion;
        return block;
      });
      return new Sequential(...blocks);
    };
    this.layer1 = stage(0);
    this.layer2 = stage(1);
    this.layer3 = stage(2);
    this.layer4 = stage(3);
    this.fc = new Linear(from, classes, made);
  }

  forward(x: Tensor): Tensor {
    const first = relu(this.bn1.forward(this.conv1.forward(x)));
    let y = maxPool2d(first, 3, { stride: 2, padding: 1 });
    for (const stage of [this.layer1, this.layer2, this.layer3, this.layer4]) y = stage.forward(y);
    return this.fc.forward(flatten(this.avgpool.forward(y), 1));
  }
}
