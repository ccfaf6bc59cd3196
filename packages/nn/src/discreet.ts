/**
 * Which modules keep no tensor that their `forward` is given or makes. A module that calls functions or cells of others
 * with what it has computed is not among them, unless it reveals that.
 */
import * as activations from "./activations.js";
import { Bilinear, RadialBasis } from "./bilinear.js";
import * as composed from "./composed-activations.js";
import * as convolution from "./convolution/index.js";
import * as dropout from "./dropout.js";
import { Embedding } from "./embedding.js";
import { Linear } from "./linear.js";
import { BasicBlock, Bottleneck, ResNet } from "./models/resnet.js";
import { TextCNN } from "./models/text-cnn.js";
import { VGG } from "./models/vgg.js";
import { keepsNothing, type ModuleClass } from "./module/discreet.js";
import type { ModuleLike } from "./module/walk.js";
import { Module } from "./module.js";
import * as normalisation from "./normalisation/index.js";
import { Flatten, Identity, Residual } from "./plumbing.js";
import * as pooling from "./pooling/index.js";
import { GRUCell } from "./recurrent/gru.js";
import { Recurrent, type SequenceOptions } from "./recurrent/layer.js";
import { LSTMCell } from "./recurrent/lstm.js";
import { RNNCell } from "./recurrent/rnn.js";
import { Sequential } from "./sequential.js";
import { Upsample } from "./upsample.js";

const families: readonly Readonly<Record<string, unknown>>[] = [
  activations,
  composed,
  convolution,
  dropout,
  normalisation,
  pooling,
  { Bilinear, RadialBasis, Embedding, Linear, Flatten, Identity, Residual, Sequential, Upsample },
  { BasicBlock, Bottleneck, ResNet, TextCNN, VGG },
];

const isModuleClass = (value: unknown): value is ModuleClass<ModuleLike> =>
  typeof value === "function" && value.prototype instanceof Module && "forward" in value.prototype;

for (const family of families)
  for (const each of Object.values(family)) if (isModuleClass(each)) keepsNothing(each);

const cells: readonly unknown[] = [RNNCell, LSTMCell, GRUCell];

// A checkpoint keeps what it reads, to run again.
const keepsSteps = ([, , options]: readonly unknown[]): boolean =>
  (options as SequenceOptions | undefined)?.checkpoint !== undefined;

keepsNothing(
  Recurrent,
  (layer: Recurrent<unknown>, inputs) =>
    layer.cells.every((cell) => cells.includes(cell.constructor)) && !keepsSteps(inputs),
);
