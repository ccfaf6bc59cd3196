"""The architectures as PyTorch has them, by the names that tests and scripts know them by."""

import pathlib
import sys

import torch
from torch import nn

# Last, because a file there has the name of the package safetensors.
sys.path.append(str(pathlib.Path(__file__).parents[1] / "fixtures"))
import models  # noqa: E402


class Holder(nn.Module):
    """Parameters and buffers under names, and nothing that computes with them."""

    def __init__(self, parameters=(), buffers=()):
        super().__init__()
        for name, shape in parameters:
            self.register_parameter(name, nn.Parameter(torch.randn(shape)))
        for name, shape in buffers:
            self.register_buffer(name, torch.randn(shape))


class LeNet5(nn.Module):
    """Of 1998: PyTorch has no layer for its subsampling, its partial convolution and its codes; only the names are here."""

    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Holder([("weight", (6, 1, 1)), ("bias", (6, 1, 1))])
        self.c3 = Holder([("weight", (60, 25)), ("bias", (16,))])
        self.s4 = Holder([("weight", (16, 1, 1)), ("bias", (16, 1, 1))])
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.register_buffer("codes", torch.randn(10, 84))


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
}
