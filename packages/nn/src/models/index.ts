/** Ready models, with the shapes and parameter counts of their papers. */
export { AlexNet, type AlexNetOptions } from "./alexnet.js";
export { CifarNet } from "./cifar-net.js";
export { LeNet, type LeNetOptions } from "./lenet.js";
export { LeNet5, type LeNet5Options } from "./lenet5.js";
export type { ImageModelOptions } from "./options.js";
export { BasicBlock, Bottleneck, ResNet, type ResNetDepth, type ResNetOptions } from "./resnet.js";
export { TextCNN, type TextCNNOptions } from "./text-cnn.js";
export { VGG, type VGGDepth, type VGGOptions } from "./vgg.js";
