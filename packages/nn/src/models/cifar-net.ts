/** The first network for colour images that one meets. */
import { maxPool2d, relu, type Tensor } from "@wengert/autograd";
import { Conv2d } from "../convolution/index.js";
import { Linear } from "../linear.js";
import { Module } from "../module.js";
import { forLayers, type ImageModelOptions } from "./options.js";

/**
 * The network of PyTorch's tutorial "Training a classifier", with its names: 62,006 parameters for 3 channels and 10
 * classes. Layers start as PyTorch's.
 *
 * x: [N, inChannels, 32, 32]   y: [N, classes], logits
 */
export class CifarNet extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;

  constructor({ classes = 10, inChannels = 3, ...rest }: ImageModelOptions = {}) {
    super();
    const made = forLayers(rest);
    this.conv1 = new Conv2d(inChannels, 6, 5, made);
    this.conv2 = new Conv2d(6, 16, 5, made);
    this.fc1 = new Linear(16 * 5 * 5, 120, made);
    this.fc2 = new Linear(120, 84, made);
    this.fc3 = new Linear(84, classes, made);
  }

  forward(x: Tensor): Tensor {
    const first = maxPool2d(relu(this.conv1.forward(x)), 2); // [N, 6, 14, 14]
    const second = maxPool2d(relu(this.conv2.forward(first)), 2); // [N, 16, 5, 5]
    const third = relu(this.fc1.forward(second.flatten(1)));
    return this.fc3.forward(relu(this.fc2.forward(third)));
  }
}
