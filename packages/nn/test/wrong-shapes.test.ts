/** Every module refuses shapes that it cannot take: where it stands in the model, what came, what it wants. */
import { Generator, ones, ShapeError, type Tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import * as nn from "../src/index.js";

const f = (...shape: number[]): Tensor => ones(shape);
const int = (...shape: number[]): Tensor => zeros(shape, { dtype: "int32" });
const options = { generator: new Generator(1) };

/** Any module, whatever it takes. */
type Any = nn.Module & { forward(...inputs: never[]): unknown };

class Model extends nn.Module {
  constructor(readonly part: Any) {
    super();
  }

  forward(...inputs: unknown[]): unknown {
    return this.part.forward(...(inputs as never[]));
  }
}

const small = { ...options, dimFeedforward: 3 };
const translator = (): nn.EncoderDecoder<Tensor> =>
  new nn.EncoderDecoder(
    new nn.Embedding(9, 2, options),
    new nn.GRU(2, 3, { ...options, batchFirst: true }),
    new nn.LuongDecoder(9, 2, (size) => new nn.GRUCell(size, 3, options), new nn.DotAttention(3), options),
  );

/** What to make, what to give it, and what the error says. Several rows for one module where it takes several things. */
// biome-ignore format: a row a line
const rows: [make: () => Any, inputs: unknown[], message: string][] = [
  [() => new nn.Linear(3, 2, options), [f(2, 4)], " (Linear): linear: x is [2, 4], the weight is [2, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.Bilinear(2, 3, 1, options), [f(2, 2), f(2, 2)], " (Bilinear): the inputs are [2, 2] and [2, 2]; they must be [..., 2] and [..., 3], the same before"],
  [() => new nn.RadialBasis(2, 3, options), [f(2, 3)], " (RadialBasis): x is [2, 3]; it must be [..., 2]"],
  [() => new nn.MLP([3, 2, 1], options), [f(2, 4)], ".layers.0 (Linear): linear: x is [2, 4], the weight is [2, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.LogisticRegression(3, options), [f(2, 4)], ".linear (Linear): linear: x is [2, 4], the weight is [1, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.Maxout(3, 2, 2, options), [f(2, 4)], ".linear (Linear): linear: x is [2, 4], the weight is [4, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.ThresholdUnit([1, 1], 2), [f(2, 4)], " (ThresholdUnit): matmul: inner dimensions differ: x is [2, 4], y is [2, 1]; x's last (4) must equal y's second to last (2)"],
  [() => new nn.Perceptron(3), [f(2, 4)], " (Perceptron): matmul: inner dimensions differ: x is [2, 4], y is [3, 1]; x's last (4) must equal y's second to last (3)"],
  [() => new nn.Adaline(3), [f(2, 4)], " (Adaline): matmul: inner dimensions differ: x is [2, 4], y is [3, 1]; x's last (4) must equal y's second to last (3)"],
  [() => new nn.HebbianAssociator(3, 2), [f(2, 4)], " (HebbianAssociator): matmul: inner dimensions differ: x is [2, 4], y is [3, 2]; x's last (4) must equal y's second to last (3)"],
  [() => new nn.OneVsAll(2, () => new nn.Perceptron(3)), [f(2, 4)], " (OneVsAll): matmul: inner dimensions differ: x is [2, 4], y is [3, 1]; x's last (4) must equal y's second to last (3)"],
  [() => new nn.Sequential(new nn.Linear(3, 2, options)), [f(2, 4)], ".layers.0 (Linear): linear: x is [2, 4], the weight is [2, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.Residual(new nn.Linear(3, 2, options)), [f(2, 3)], " (Residual): the inner module gives [2, 2], and x is [2, 3]; they must be the same"],
  [() => new nn.Flatten(2), [f(2, 4)], " (Flatten): flatten: there is no axis 2 in x, which is [2, 4]; it must be an integer from -2 to 1"],
  [() => new nn.Flatten(), [f()], " (Flatten): x is [], a 0-d tensor, and has no axis 1; it must have one or more axes"],
  [() => new nn.Flatten(0, 1), [f()], " (Flatten): x is [], a 0-d tensor, and has no axis 1; it must have one or more axes"],
  [() => new nn.PReLU(3), [f(2, 1)], " (PReLU): x is [2, 1]; it must be [N, C, ...] or [C] with the C 3, for each of which there is a slope"],
  [() => new nn.Residual(new nn.Linear(3, 1, options)), [f(2, 3)], " (Residual): the inner module gives [2, 1], and x is [2, 3]; they must be the same"],
  [() => new nn.PReLU(3), [f(2, 4)], " (PReLU): x is [2, 4]; it must be [N, C, ...] or [C] with the C 3, for each of which there is a slope"],
  [() => new nn.Softmax({ axis: 2 }), [f(2, 4)], " (Softmax): softmax: there is no axis 2 in x, which is [2, 4]; it must be an integer from -2 to 1"],
  [() => new nn.LogSoftmax({ axis: 2 }), [f(2, 4)], " (LogSoftmax): logSoftmax: there is no axis 2 in x, which is [2, 4]; it must be an integer from -2 to 1"],
  [() => new nn.Softmin({ axis: 2 }), [f(2, 4)], " (Softmin): softmax: there is no axis 2 in x, which is [2, 4]; it must be an integer from -2 to 1"],
  [() => new nn.GLU(), [f(2, 3)], " (GLU): x is [2, 3]; it must have an even length along axis -1, to be halved"],
  [() => new nn.GLU({ axis: 2 }), [f(2, 4)], " (GLU): x is [2, 4]; it must have an even length along axis 2, to be halved"],
  [() => new nn.Dropout1d(), [f(2)], " (Dropout1d): dropout1d: the input is [2]; it must be [C, T] or [N, C, T]"],
  [() => new nn.Dropout2d(), [f(2)], " (Dropout2d): dropout2d: the input is [2]; it must be [C, H, W] or [N, C, H, W]"],
  [() => new nn.Dropout3d(), [f(2)], " (Dropout3d): dropout3d: the input is [2]; it must be [C, D, H, W] or [N, C, D, H, W]"],
  [() => new nn.Upsample({ scaleFactor: 2 }), [f(2)], " (Upsample): interpolate: x is [2], with 1 axes; it must be [N, C, L], [N, C, H, W] or [N, C, D, H, W]"],

  [() => new nn.Conv1d(3, 2, 3, options), [f(2, 4, 9)], " (Conv1d): conv1d: x is [2, 4, 9] with 4 channels, the weight is [2, 3, 3] for 3 in each of 1 groups; x must have 3"],
  [() => new nn.Conv2d(3, 2, 3, options), [f(2, 4, 9, 9)], " (Conv2d): conv2d: x is [2, 4, 9, 9] with 4 channels, the weight is [2, 3, 3, 3] for 3 in each of 1 groups; x must have 3"],
  [() => new nn.Conv2d(3, 2, 3, options), [f(2, 3, 2, 9)], " (Conv2d): conv2d: the kernel does not fit: along axis -2 it spans 3 (3 taps, dilation 1), and the padded input has 2 (0 + 2 + 0); the input is [2, 9], the kernel [3, 3]: use a smaller kernel or more padding"],
  [() => new nn.Conv3d(3, 2, 3, options), [f(2, 4, 9, 9, 9)], " (Conv3d): conv3d: x is [2, 4, 9, 9, 9] with 4 channels, the weight is [2, 3, 3, 3, 3] for 3 in each of 1 groups; x must have 3"],
  [() => new nn.ConvTranspose1d(3, 2, 3, options), [f(2, 4, 9)], " (ConvTranspose1d): convTranspose1d: x is [2, 4, 9] with 4 channels, the weight is [3, 2, 3] for 3; both must be the same"],
  [() => new nn.ConvTranspose2d(3, 2, 3, options), [f(2, 4, 9, 9)], " (ConvTranspose2d): convTranspose2d: x is [2, 4, 9, 9] with 4 channels, the weight is [3, 2, 3, 3] for 3; both must be the same"],
  [() => new nn.ConvTranspose3d(3, 2, 3, options), [f(2, 4, 9, 9, 9)], " (ConvTranspose3d): convTranspose3d: x is [2, 4, 9, 9, 9] with 4 channels, the weight is [3, 2, 3, 3, 3] for 3; both must be the same"],
  [() => new nn.DepthwiseConv1d(3, 3, options), [f(2, 4, 9)], " (DepthwiseConv1d): conv1d: 3 groups do not divide the channels: x is [2, 4, 9] with 4, the weight is [3, 1, 3] with 3; groups must divide both"],
  [() => new nn.DepthwiseConv2d(3, 3, options), [f(2, 4, 9, 9)], " (DepthwiseConv2d): conv2d: 3 groups do not divide the channels: x is [2, 4, 9, 9] with 4, the weight is [3, 1, 3, 3] with 3; groups must divide both"],
  [() => new nn.SeparableConv1d(3, 2, 3, options), [f(2, 4, 9)], ".depthwise (DepthwiseConv1d): conv1d: 3 groups do not divide the channels: x is [2, 4, 9] with 4, the weight is [3, 1, 3] with 3; groups must divide both"],
  [() => new nn.SeparableConv2d(3, 2, 3, options), [f(2, 4, 9, 9)], ".depthwise (DepthwiseConv2d): conv2d: 3 groups do not divide the channels: x is [2, 4, 9, 9] with 4, the weight is [3, 1, 3, 3] with 3; groups must divide both"],
  [() => new nn.LocallyConnected1d(3, 2, 9, 3, options), [f(2, 3, 8)], " (LocallyConnected1d): localConv1d: x is [2, 3, 8] and the weight is [7, 2, 3, 3]; with these options there are [6] places, and the weight must begin with them"],
  [() => new nn.LocallyConnected2d(3, 2, 9, 3, options), [f(2, 3, 9, 8)], " (LocallyConnected2d): localConv2d: x is [2, 3, 9, 8] and the weight is [7, 7, 2, 3, 3, 3]; with these options there are [7, 6] places, and the weight must begin with them"],

  [() => new nn.MaxPool1d(3), [f(2, 4, 2)], " (MaxPool1d): maxPool1d: a window is longer than x, which is [2, 4, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.MaxPool2d(3), [f(2, 4, 9, 2)], " (MaxPool2d): maxPool2d: a window is longer than x, which is [2, 4, 9, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.MaxPool3d(3), [f(4, 9)], " (MaxPool3d): maxPool3d: x is [4, 9], with 2 axes; it must be [N, C, D, H, W] or [C, D, H, W]"],
  [() => new nn.MaxPool1dWithIndices(3), [f(2, 4, 2)], " (MaxPool1dWithIndices): maxPool1dWithIndices: a window is longer than x, which is [2, 4, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.MaxPool2dWithIndices(3), [f(2, 4, 9, 2)], " (MaxPool2dWithIndices): maxPool2dWithIndices: a window is longer than x, which is [2, 4, 9, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.MaxPool3dWithIndices(3), [f(4, 9)], " (MaxPool3dWithIndices): maxPool3dWithIndices: x is [4, 9], with 2 axes; it must be [N, C, D, H, W] or [C, D, H, W]"],
  [() => new nn.MaxUnpool1d(2), [f(2, 4, 3), int(2, 4, 2)], " (MaxUnpool1d): maxUnpool: x is [2, 4, 3] and the indices are [2, 4, 2]; they must have the same shape"],
  [() => new nn.MaxUnpool2d(2), [f(2, 4, 3, 3), int(2, 4, 3, 2)], " (MaxUnpool2d): maxUnpool: x is [2, 4, 9] and the indices are [2, 4, 6]; they must have the same shape"],
  [() => new nn.MaxUnpool3d(2), [f(2, 4), int(2, 4)], " (MaxUnpool3d): maxUnpool3d: x is [2, 4], with 2 axes; it must be [N, C, D, H, W] or [C, D, H, W]"],
  [() => new nn.AvgPool1d(3), [f(2, 4, 2)], " (AvgPool1d): avgPool1d: a window is longer than x, which is [2, 4, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.AvgPool2d(3), [f(2, 4, 9, 2)], " (AvgPool2d): avgPool2d: a window is longer than x, which is [2, 4, 9, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.AvgPool3d(3), [f(4, 9)], " (AvgPool3d): avgPool3d: x is [4, 9], with 2 axes; it must be [N, C, D, H, W] or [C, D, H, W]"],
  [() => new nn.LpPool1d(2, 3), [f(2, 4, 2)], " (LpPool1d): lpPool1d: a window is longer than x, which is [2, 4, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.LpPool2d(2, 3), [f(2, 4, 9, 2)], " (LpPool2d): lpPool2d: a window is longer than x, which is [2, 4, 9, 2]: axis -1 has 2, the window spans 3; choose a smaller kernelSize or more padding"],
  [() => new nn.AdaptiveAvgPool1d(2), [f(4)], " (AdaptiveAvgPool1d): adaptiveAvgPool1d: x is [4], with 1 axes; it must be [N, C, L] or [C, L]"],
  [() => new nn.AdaptiveAvgPool2d(2), [f(4, 9)], " (AdaptiveAvgPool2d): adaptiveAvgPool2d: x is [4, 9], with 2 axes; it must be [N, C, H, W] or [C, H, W]"],
  [() => new nn.AdaptiveAvgPool3d(2), [f(4, 9)], " (AdaptiveAvgPool3d): adaptiveAvgPool3d: x is [4, 9], with 2 axes; it must be [N, C, D, H, W] or [C, D, H, W]"],
  [() => new nn.AdaptiveMaxPool1d(2), [f(4)], " (AdaptiveMaxPool1d): adaptiveMaxPool1d: x is [4], with 1 axes; it must be [N, C, L] or [C, L]"],
  [() => new nn.AdaptiveMaxPool2d(2), [f(4, 9)], " (AdaptiveMaxPool2d): adaptiveMaxPool2d: x is [4, 9], with 2 axes; it must be [N, C, H, W] or [C, H, W]"],
  [() => new nn.AdaptiveMaxPool3d(2), [f(4, 9)], " (AdaptiveMaxPool3d): adaptiveMaxPool3d: x is [4, 9], with 2 axes; it must be [N, C, D, H, W] or [C, D, H, W]"],
  [() => new nn.AdaptiveMaxPool1dWithIndices(2), [f(4)], " (AdaptiveMaxPool1dWithIndices): adaptiveMaxPool1dWithIndices: x is [4], with 1 axes; it must be [N, C, L] or [C, L]"],
  [() => new nn.AdaptiveMaxPool2dWithIndices(2), [f(4, 9)], " (AdaptiveMaxPool2dWithIndices): adaptiveMaxPool2dWithIndices: x is [4, 9], with 2 axes; it must be [N, C, H, W] or [C, H, W]"],
  [() => new nn.AdaptiveMaxPool3dWithIndices(2), [f(4, 9)], " (AdaptiveMaxPool3dWithIndices): adaptiveMaxPool3dWithIndices: x is [4, 9], with 2 axes; it must be [N, C, D, H, W] or [C, D, H, W]"],
  [() => new nn.GlobalAvgPool(), [f(4)], " (GlobalAvgPool): globalAvgPool: x is [4], with 1 axes; it must be [N, C, …] with at least one spatial axis"],
  [() => new nn.GlobalMaxPool(), [f(4)], " (GlobalMaxPool): globalMaxPool: x is [4], with 1 axes; it must be [N, C, …] with at least one spatial axis"],
  [() => new nn.KMaxPool1d(3), [f(2, 4, 2)], " (KMaxPool1d): kMaxPool1d: k is 3, and each channel of x, which is [2, 4, 2], has 2 numbers; k must be at most that"],
  [() => new nn.KMaxPool2d(3), [f(2, 4)], " (KMaxPool2d): kMaxPool2d: x is [2, 4], with 2 axes; it must be [N, C, H, W] or [C, H, W]"],

  [() => new nn.BatchNorm1d(3), [f(2, 4)], " (BatchNorm1d): x is [2, 4]; it must be [N, C] or [N, C, L] with C 3"],
  [() => new nn.BatchNorm1d(3), [f(2, 3, 4, 4)], " (BatchNorm1d): x is [2, 3, 4, 4]; it must be [N, C] or [N, C, L] with C 3"],
  [() => new nn.BatchNorm2d(3), [f(2, 3)], " (BatchNorm2d): x is [2, 3]; it must be [N, C, H, W] with C 3"],
  [() => new nn.BatchNorm3d(3), [f(2, 4, 2, 2, 2)], " (BatchNorm3d): x is [2, 4, 2, 2, 2]; it must be [N, C, D, H, W] with C 3"],
  [() => new nn.LayerNorm(3), [f(2, 4)], " (LayerNorm): layerNorm: x is [2, 4] and normalizedShape is [3]; x must end in normalizedShape, which has one axis or more"],
  [() => new nn.GroupNorm(2, 4), [f(2, 6, 3)], " (GroupNorm): x is [2, 6, 3]; it must be [N, C, ...] with C 4"],
  [() => new nn.GroupNorm(2, 4, { affine: false }), [f(2, 6, 3)], " (GroupNorm): x is [2, 6, 3]; it must be [N, C, ...] with C 4"],
  [() => new nn.GroupNorm(2, 4, { affine: false }), [f(4)], " (GroupNorm): x is [4]; it must be [N, C, ...] with C 4"],
  [() => new nn.InstanceNorm1d(3), [f(2, 4, 5)], " (InstanceNorm1d): x is [2, 4, 5]; it must be [N, C, L] or [C, L] with C 3"],
  [() => new nn.InstanceNorm1d(3, { affine: true }), [f(2, 4, 5)], " (InstanceNorm1d): x is [2, 4, 5]; it must be [N, C, L] or [C, L] with C 3"],
  [() => new nn.InstanceNorm2d(3), [f(2, 3)], " (InstanceNorm2d): x is [2, 3]; it must be [N, C, H, W] or [C, H, W] with C 3"],
  [() => new nn.InstanceNorm3d(3), [f(2, 3)], " (InstanceNorm3d): x is [2, 3]; it must be [N, C, D, H, W] or [C, D, H, W] with C 3"],
  [() => new nn.LocalResponseNorm(3), [f(2)], " (LocalResponseNorm): localResponseNorm: x is [2]; it must be [N, C, L, ...]"],
  [() => new nn.LocalContrastNorm(), [f(2)], " (LocalContrastNorm): localContrastNorm: x is [2]; it must be [N, C, H, W] or [C, H, W]"],

  [() => new nn.RNN(3, 2, options), [f(5, 1, 4)], " (RNN): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.LSTM(3, 2, options), [f(5, 1, 4)], " (LSTM): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.GRU(3, 2, options), [f(5, 1, 4)], " (GRU): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.MUT3(3, 2, options), [f(5, 1, 4)], " (MUT3): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.MultiplicativeRNN(3, 2, options), [f(5, 1, 4)], " (MultiplicativeRNN): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.RNN(3, 2, options), [f(3)], " (RNN): x is [3]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.RNN(3, 2, { ...options, batchFirst: true }), [f(5, 1, 4)], " (RNN): x is [5, 1, 4]; it must be [N, T, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.MUT1(3, 3, options), [f(5, 1, 4)], " (MUT1): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.MUT2(3, 3, options), [f(5, 1, 4)], " (MUT2): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.Recurrent(3, 2, (size) => new nn.RNNCell(size, 2)), [f(5, 1, 4)], " (Recurrent): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.RNN(3, 2, options), [f(5, 1, 3), f(1, 2, 2)], " (RNN): h of the state is [1, 2, 2]; it must be [1, 1, 2]: [layers, N, hiddenSize]"],
  [() => new nn.LSTM(3, 2, options), [f(5, 1, 3), { h: f(1, 1, 2), c: f(1, 1, 3) }], " (LSTM): c of the state is [1, 1, 3]; it must be [1, 1, 2]: [layers, N, hiddenSize]"],
  [() => new nn.RNNCell(3, 2, options), [f(1, 4)], " (RNNCell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.LSTMCell(3, 2, options), [f(1, 4)], " (LSTMCell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.GRUCell(3, 2, options), [f(1, 4)], " (GRUCell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.MUT3Cell(3, 2, options), [f(1, 4)], " (MUT3Cell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.MultiplicativeRNNCell(3, 2, options), [f(1, 4)], " (MultiplicativeRNNCell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.MUT1Cell(3, 3, options), [f(1, 4)], " (MUT1Cell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.MUT2Cell(3, 3, options), [f(1, 4)], " (MUT2Cell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.GRUCell(3, 2, options), [f(1, 3), f(2, 2)], " (GRUCell): h of the state is [2, 2]; it must be [1, 2]: [N, hiddenSize]"],
  [() => new nn.Reservoir(3, 9, { ...options, density: 1 }), [f(5, 1, 4)], " (Reservoir): x is [5, 1, 4]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 3"],
  [() => new nn.ReservoirCell(3, 9, { ...options, density: 1 }), [f(1, 4)], " (ReservoirCell): x is [1, 4]; it must be [N, inputSize] or [inputSize] with the inputSize 3"],
  [() => new nn.WindowedReadOut(3, 2, 2), [f(5, 1, 4)], " (WindowedReadOut): h is [5, 1, 4]; it must be [T, N, hiddenSize] or [T, hiddenSize] with the hiddenSize 3"],

  [() => new nn.AdditiveAttention(3, 4, 2, options), [f(2, 5), f(2, 6, 4)], " (AdditiveAttention): query is [2, 5], keys are [2, 6, 4] and values are [2, 6, 4]; they must be [N, L, 3] or [N, 3], [N, S, 4] and [N, S, V]"],
  [() => new nn.DotAttention(3), [f(2, 3), f(2, 6, 4)], " (DotAttention): query is [2, 3], keys are [2, 6, 4] and values are [2, 6, 4]; they must be [N, L, 3] or [N, 3], [N, S, 3] and [N, S, V]"],
  [() => new nn.GeneralAttention(3, 4, options), [f(2, 3), f(3, 6, 4)], " (GeneralAttention): query is [2, 3], keys are [3, 6, 4] and values are [3, 6, 4]; they must be [N, L, 3] or [N, 3], [N, S, 4] and [N, S, V]"],
  [() => new nn.ConcatAttention(3, 4, 2, options), [f(2, 3), f(2, 4)], " (ConcatAttention): query is [2, 3], keys are [2, 4] and values are [2, 4]; they must be [N, L, 3] or [N, 3], [N, S, 4] and [N, S, V]"],
  [() => new nn.MultiheadAttention(4, 2, options), [f(3, 1, 5), f(3, 1, 4), f(3, 1, 4)], " (MultiheadAttention): query is [3, 1, 5], key is [3, 1, 4] and value is [3, 1, 4]; they must be [L, N, 4], [S, N, 4] and [S, N, 4], all with or all without N"],
  [() => new nn.MultiheadAttention(4, 2, options), [f(3, 1, 4), f(3, 2, 4), f(3, 1, 4)], " (MultiheadAttention): query is [3, 1, 4], key is [3, 2, 4] and value is [3, 1, 4]; N, axis 1, is 1, 2 and 1; it must be the same"],
  [() => new nn.TransformerEncoderLayer(4, 2, small), [f(3, 1, 5)], " (TransformerEncoderLayer): src is [3, 1, 5]; it must be [T, N, dModel] or [T, dModel] with the dModel 4"],
  [() => new nn.TransformerDecoderLayer(4, 2, small), [f(3, 1, 4), f(3, 1, 5)], " (TransformerDecoderLayer): memory is [3, 1, 5]; it must be [T, N, dModel] or [T, dModel] with the dModel 4"],
  [() => new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(4, 2, small), 1), [f(3, 1, 5)], ".layers.0 (TransformerEncoderLayer): src is [3, 1, 5]; it must be [T, N, dModel] or [T, dModel] with the dModel 4"],
  [() => new nn.TransformerDecoder(() => new nn.TransformerDecoderLayer(4, 2, small), 1), [f(3, 1, 5), f(3, 1, 4)], ".layers.0 (TransformerDecoderLayer): tgt is [3, 1, 5]; it must be [T, N, dModel] or [T, dModel] with the dModel 4"],
  [() => new nn.Transformer(4, 2, { ...small, numEncoderLayers: 1, numDecoderLayers: 1 }), [f(3, 1, 4), f(3, 2, 4)], " (Transformer): src is [3, 1, 4] and tgt is [3, 2, 4]; they must be [S, N, dModel] and [T, N, dModel] with the same N, or both without N"],
  [() => new nn.Transformer(4, 2, { ...small, numEncoderLayers: 1, numDecoderLayers: 1 }), [f(3, 1, 5), f(3, 1, 4)], ".encoder.layers.0 (TransformerEncoderLayer): src is [3, 1, 5]; it must be [T, N, dModel] or [T, dModel] with the dModel 4"],
  [() => new nn.SinusoidalEncoding(4), [f(3, 1, 5)], " (SinusoidalEncoding): x is [3, 1, 5]; it must be [T, N, 4] or [T, 4]"],
  [() => new nn.LearnedEncoding(9, 4, options), [f(10, 1, 4)], " (LearnedEncoding): x is [10, 1, 4] from position 0 on; there are positions from 0 to 8"],
  [() => translator(), [int(2, 5), int(3, 4)], ".decoder (LuongDecoder): the symbols are [3, 4]; they must be [N, T] with the N 2 of the memory and T above 0"],
  [() => translator().decoder, [int(2, 0), { memory: { keys: f(2, 5, 3) } }], " (LuongDecoder): the symbols are [2, 0]; they must be [N, T] with the N 2 of the memory and T above 0"],
  [() => new nn.BahdanauDecoder(9, 2, (size) => new nn.GRUCell(size, 3, options), new nn.DotAttention(3), options), [int(2), { memory: { keys: f(2, 5, 3) } }], " (BahdanauDecoder): the symbols are [2]; they must be [N, T] with the N 2 of the memory and T above 0"],

  [() => new nn.TransposedLinear(new nn.Linear(3, 2, options)), [f(2, 4)], " (TransposedLinear): linear: x is [2, 4], the weight is [3, 2]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.Autoencoder(3, 2, options), [f(2, 4)], ".encoder (Linear): linear: x is [2, 4], the weight is [2, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.StackedAutoencoder([new nn.Autoencoder(3, 2, options)]), [f(2, 4)], ".layers.0.encoder (Linear): linear: x is [2, 4], the weight is [2, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.GaussianHead(3, 2, options), [f(2, 4)], ".mean (Linear): linear: x is [2, 4], the weight is [2, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.VariationalAutoencoder(3, 4, 2, options), [f(2, 4)], ".encoder.layers.0 (Linear): linear: x is [2, 4], the weight is [4, 3]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],

  [() => new nn.LeNet(options), [f(2, 3, 28, 28)], ".conv1 (Conv2d): conv2d: x is [2, 3, 28, 28] with 3 channels, the weight is [6, 1, 5, 5] for 1 in each of 1 groups; x must have 1"],
  [() => new nn.LeNet(options), [f(2, 1, 32, 32)], ".fc1 (Linear): linear: x is [2, 576], the weight is [120, 400]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.LeNet5(options), [f(2, 1, 28, 28)], ".c5 (Conv2d): conv2d: the kernel does not fit: along axis -2 it spans 5 (5 taps, dilation 1), and the padded input has 4 (0 + 4 + 0); the input is [4, 4], the kernel [5, 5]: use a smaller kernel or more padding"],
  [() => new nn.CifarNet(options), [f(2, 3, 28, 28)], ".fc1 (Linear): linear: x is [2, 256], the weight is [120, 400]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.AlexNet({ ...options, width: 6, inputSize: 64 }), [f(2, 3, 224, 224)], ".classifier.layers.1 (Linear): linear: x is [2, 576], the weight is [256, 16]; x's last axis must have the weight's second length (in), and the weight two axes [out, in]"],
  [() => new nn.VGG(11, { ...options, width: 2 }), [f(2, 1, 32, 32)], ".features.layers.0 (Conv2d): conv2d: x is [2, 1, 32, 32] with 1 channels, the weight is [2, 3, 3, 3] for 3 in each of 1 groups; x must have 3"],
  [() => new nn.ResNet(18, { ...options, width: 2 }), [f(2, 1, 32, 32)], ".conv1 (Conv2d): conv2d: x is [2, 1, 32, 32] with 1 channels, the weight is [2, 3, 7, 7] for 3 in each of 1 groups; x must have 3"],
  [() => new nn.BasicBlock(4, 4, { ...options, stride: 1 }), [f(2, 3, 8, 8)], ".conv1 (Conv2d): conv2d: x is [2, 3, 8, 8] with 3 channels, the weight is [4, 4, 3, 3] for 4 in each of 1 groups; x must have 4"],
  [() => new nn.Bottleneck(16, 4, { ...options, stride: 1 }), [f(2, 3, 8, 8)], ".conv1 (Conv2d): conv2d: x is [2, 3, 8, 8] with 3 channels, the weight is [4, 16, 1, 1] for 16 in each of 1 groups; x must have 16"],
  [() => new nn.TextCNN(9, 4, 2, options), [int(2, 4)], ".filters.2 (Conv1d): conv1d: the kernel does not fit: along axis -1 it spans 5 (5 taps, dilation 1), and the padded input has 4 (0 + 4 + 0); the input is [4], the kernel [5]: use a smaller kernel or more padding"],

  [() => new nn.MSELoss(), [f(2, 3), f(2, 4)], " (MSELoss): mseLoss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.L1Loss(), [f(2, 3), f(2, 4)], " (L1Loss): l1Loss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.HuberLoss(), [f(2, 3), f(2, 4)], " (HuberLoss): huberLoss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.SmoothL1Loss(), [f(2, 3), f(2, 4)], " (SmoothL1Loss): smoothL1Loss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.CrossEntropyLoss(), [f(2, 3), int(3)], " (CrossEntropyLoss): crossEntropy: x is [2, 3] and y is [3]; x must be [N, C, ...] and y the same without C, [2]"],
  [() => new nn.NLLLoss(), [f(2, 3), int(3)], " (NLLLoss): nllLoss: x is [2, 3] and y is [3]; x must be [N, C, ...] and y the same without C, [2]"],
  [() => new nn.BCELoss(), [f(2, 3), f(2, 4)], " (BCELoss): binaryCrossEntropy: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.BCEWithLogitsLoss(), [f(2, 3), f(2, 4)], " (BCEWithLogitsLoss): binaryCrossEntropyWithLogits: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.HingeLoss(), [f(2, 3), f(2, 4)], " (HingeLoss): hingeLoss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.SoftMarginLoss(), [f(2, 3), f(2, 4)], " (SoftMarginLoss): softMarginLoss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.MultiMarginLoss(), [f(2, 3), int(3)], " (MultiMarginLoss): multiMarginLoss: x is [2, 3] and y is [3]; x must be [N, C, ...] and y the same without C, [2]"],
  [() => new nn.HingeEmbeddingLoss(), [f(2, 3), f(2, 4)], " (HingeEmbeddingLoss): hingeEmbeddingLoss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.MarginRankingLoss(), [f(2), f(3), f(2)], " (MarginRankingLoss): marginRankingLoss: x1 is [2], x2 is [3] and y is [2]; they must be the same"],
  [() => new nn.CosineEmbeddingLoss(), [f(2, 3), f(2, 4), f(2)], " (CosineEmbeddingLoss): cosineEmbeddingLoss: x1 is [2, 3] and x2 is [2, 4]; they must be the same"],
  [() => new nn.TripletMarginLoss(), [f(2, 3), f(2, 4), f(2, 3)], " (TripletMarginLoss): tripletMarginLoss: anchor is [2, 3], positive is [2, 4] and negative is [2, 3]; they must be the same"],
  [() => new nn.KLDivLoss(), [f(2, 3), f(2, 4)], " (KLDivLoss): klDiv: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.PoissonNLLLoss(), [f(2, 3), f(2, 4)], " (PoissonNLLLoss): poissonNllLoss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.GaussianNLLLoss(), [f(2, 3), f(2, 4), f(2, 3)], " (GaussianNLLLoss): gaussianNllLoss: x is [2, 3] and y is [2, 4]; they must be the same"],
  [() => new nn.MSELoss(), [f(2, 1), f(2)], " (MSELoss): mseLoss: x is [2, 1] and y is [2]; they must be the same"],
  [() => new nn.BCEWithLogitsLoss(), [f(2, 1), f(2)], " (BCEWithLogitsLoss): binaryCrossEntropyWithLogits: x is [2, 1] and y is [2]; they must be the same"],
  [() => new nn.HingeLoss(), [f(2, 1), f(2)], " (HingeLoss): hingeLoss: x is [2, 1] and y is [2]; they must be the same"],
];

/** What takes any shape, or holds others, or is there to be extended. */
const others = [
  ["AlphaDropout", "Dropout", "Identity", "Lambda", "Embedding"],
  ["MaskingNoise", "SaltAndPepperNoise", "GaussianNoise"],
  [
    "ReLU",
    "ReLU6",
    "Sigmoid",
    "LogSigmoid",
    "Tanh",
    "Softsign",
    "SiLU",
    "Mish",
    "SELU",
    "Gaussian",
    "HardLimit",
  ],
  ["CELU", "HardShrink", "SoftShrink", "TanhShrink", "Threshold", "RReLU"],
  ["HardSigmoid", "HardSwish", "LeakyReLU", "ELU", "GELU", "Softplus", "HardTanh"],
  ["ModuleDict", "ModuleList", "Module", "RecurrentDecoder", "Attention", "Cell", "SimpleCell", "GatedCell"],
].flat();

describe("what a module cannot take is refused", () => {
  const message = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(ShapeError);
      return (error as Error).message;
    }
    return "nothing was thrown";
  };

  test("with its path, what it was given, and what it wants", () => {
    for (const [make, inputs, said] of rows) {
      const part = make();
      const model = new Model(part);
      expect(message(() => model.forward(...inputs))).toBe(`part${said}`);
      // The path is seen from the module that is called.
      expect(message(() => part.forward(...(inputs as never[])))).toBe(
        said.startsWith(".") ? said.slice(1) : said.slice(" (".length).replace(")", ""),
      );
    }
  });

  test("by every module", () => {
    const modules = Object.entries(nn as Record<string, unknown>)
      .filter(
        ([, each]) => each === nn.Module || (each as { prototype?: unknown })?.prototype instanceof nn.Module,
      )
      .map(([name]) => name);
    const named = new Set(rows.map(([make]) => make().constructor.name));
    expect([...named, ...others].toSorted()).toEqual(modules.toSorted());
  });
});
