"""The architectures as PyTorch has them, by the names that tests and scripts know them by."""

import pathlib
import sys

from torch import nn

import autoencoders
import cells
import translation
from lenet5 import LeNet5

# Last, because a file there has the name of the package safetensors.
sys.path.append(str(pathlib.Path(__file__).parents[1] / "fixtures"))
import models  # noqa: E402


def vgg(depth, batch_norm=False):
    counts = {11: [1, 1, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4]}[depth]
    return models.VGG(counts, 64, 1000, batch_norm)


def resnet(depth, width=64, classes=1000):
    block, layers = {
        18: (models.BasicBlock, [2, 2, 2, 2]),
        34: (models.BasicBlock, [3, 4, 6, 3]),
        50: (models.Bottleneck, [3, 4, 6, 3]),
        101: (models.Bottleneck, [3, 4, 23, 3]),
        152: (models.Bottleneck, [3, 8, 36, 3]),
    }[depth]
    return models.ResNet(block, layers, width, classes)


def encoder(size, heads, hidden, layers):
    layer = nn.TransformerEncoderLayer(size, heads, hidden, activation="gelu", norm_first=True, batch_first=True)
    return nn.TransformerEncoder(layer, layers, nn.LayerNorm(size))


def decoder(size, heads, hidden, layers):
    return nn.TransformerDecoder(nn.TransformerDecoderLayer(size, heads, hidden), layers)


# At full size: what scripts/safetensors.mjs exchanges, and of which the tests know names and shapes.
FULL = {
    "LeNet-5": LeNet5,
    "LeNet": models.LeNet,
    "CifarNet": models.CifarNet,
    "AlexNet": models.AlexNet,
    "VGG-16": lambda: vgg(16),
    "VGG-19": lambda: vgg(19),
    "VGG-16 with batch norm": lambda: vgg(16, batch_norm=True),
    "ResNet-18": lambda: resnet(18),
    "ResNet-34": lambda: resnet(34),
    "ResNet-50": lambda: resnet(50),
    "ResNet-101": lambda: resnet(101),
    "ResNet-152": lambda: resnet(152),
    "TextCNN": lambda: models.TextCNN(20000, 300, 2),
    "RNN": lambda: nn.RNN(128, 512, num_layers=2, bidirectional=True),
    "LSTM": lambda: nn.LSTM(128, 512, num_layers=3, batch_first=True),
    "GRU": lambda: nn.GRU(128, 512, num_layers=2, bidirectional=True, bias=False),
    "Transformer": lambda: nn.Transformer(),
    "TransformerEncoder": lambda: encoder(512, 8, 2048, 6),
    "TransformerDecoder": lambda: decoder(512, 8, 2048, 6),
    "MultiheadAttention": lambda: nn.MultiheadAttention(512, 8, kdim=256, vdim=128, add_bias_kv=True),
    "Bahdanau": lambda: translation.bahdanau(10000, 8000, 256, 512),
    "Luong": lambda: translation.luong(10000, 8000, 256, 512),
    "LuongConcat": lambda: translation.luong(10000, 8000, 256, 512, concat=True),
    "MLP": lambda: autoencoders.MLP([784, 1000, 1000, 10]),
    "Autoencoder": lambda: autoencoders.Autoencoder(784, 256),
    "TiedAutoencoder": lambda: autoencoders.Autoencoder(784, 256, tied=True),
    "StackedAutoencoder": lambda: autoencoders.StackedAutoencoder([784, 1000, 500, 250, 30]),
    "VariationalAutoencoder": lambda: autoencoders.VariationalAutoencoder(784, [500, 250], 20),
    "GaussianVariationalAutoencoder": lambda: autoencoders.VariationalAutoencoder(784, [500, 250], 20, gaussian=True),
    **{name: lambda name=name: cells.layers(name, 128, 256) for name in cells.CELLS},
}

# With weights that are committed.
SMALL = {
    "ResNet-18": lambda: resnet(18, width=1, classes=3),
    "ResNet-50": lambda: resnet(50, width=1, classes=3),
    "TextCNN": lambda: models.TextCNN(11, 4, 3, (2, 3), 3),
    "RNN": lambda: nn.RNN(3, 4, num_layers=2, nonlinearity="relu"),
    "LSTM": lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True),
    "GRU": lambda: nn.GRU(3, 4, batch_first=True, bias=False),
    "Transformer": lambda: nn.Transformer(4, 2, 1, 2, 8),
    "MultiheadAttention": lambda: nn.MultiheadAttention(4, 2, kdim=3, vdim=5, add_bias_kv=True),
    "Bahdanau": lambda: translation.bahdanau(7, 5, 3, 2),
    "Luong": lambda: translation.luong(7, 5, 3, 2),
    "TiedAutoencoder": lambda: autoencoders.Autoencoder(5, 3, tied=True),
    "StackedAutoencoder": lambda: autoencoders.StackedAutoencoder([5, 4, 2]),
    "VariationalAutoencoder": lambda: autoencoders.VariationalAutoencoder(5, [4, 3], 2),
    "MUT1": lambda: cells.layers("MUT1", 3, 2),
}
