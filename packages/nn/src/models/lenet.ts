/** LeNet as it is taught today. */
import { avgPool2d, maxPool2d, type Tensor, tanh } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { Conv2d } from "../convolution/index.js";
import { Linear } from "../linear.js";
import { Module } from "../module.js";
import { forLayers, type ImageModelOptions } from "./options.js";

export interface LeNetOptions extends ImageModelOptions {
  /** After every layer but the last, tanh by default. */
  readonly activation?: (x: Tensor) => Tensor;
  /** `average`, the default, or `max`. */
  readonly pooling?: "average" | "max";
}

/**
 * Two convolutions, each with pooling, and three full layers, for images of 28 x 28: 61,706 parameters with 1 channel and 10
 * classes. LeNet-5 without what later work left out; {@link LeNet5} is that of the paper, LeCun et al. 1998. Layers start as
 * PyTorch's.
 *
 * x: [N, inChannels, 28, 28]   y: [N, classes], logits
 */
export class LeNet extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;
  private readonly activation: (x: Tensor) => Tensor;
  private readonly pooling: "average" | "max";

  constructor({
    classes = 10,
    inChannels = 1,
    activation = tanh,
    pooling = "average",
    ...rest
  }: LeNetOptions = {}) {
    super();
    checkChoice("LeNet", "the pooling", pooling, ["average", "max"]);
    const made = forLayers(rest);
    this.conv1 = new Conv2d(inChannels, 6, 5, { padding: 2, ...made });
    this.conv2 = new Conv2d(6, 16, 5, made);
    this.fc1 = new Linear(16 * 5 * 5, 120, made);
    this.fc2 = new Linear(120, 84, made);
    this.fc3 = new Linear(84, classes, made);
    this.activation = activation;
    this.pooling = pooling;
  }

  forward(x: Tensor): Tensor {
    const pool = (y: Tensor): Tensor => (this.pooling === "max" ? maxPool2d(y, 2) : avgPool2d(y, 2));
    const first = pool(this.activation(this.conv1.forward(x))); // [N, 6, 14, 14]
    const second = pool(this.activation(this.conv2.forward(first))); // [N, 16, 5, 5]
    const third = this.activation(this.fc1.forward(second.flatten(1)));
    return this.fc3.forward(this.activation(this.fc2.forward(third)));
  }
}
