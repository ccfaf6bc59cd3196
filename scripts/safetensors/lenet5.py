"""LeNet-5 of 1998, for which PyTorch has no layers: subsampling that learns, channels that see some others, and codes."""

import torch
from torch import nn
from torch.nn import functional as F

# Table I: a row for each channel of S2, an X for each channel of C3 that sees it.
TABLE = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
""".split()


def squash(x):
    return 1.7159 * torch.tanh(2 / 3 * x)


class Subsampling(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(channels, 1, 1))
        self.bias = nn.Parameter(torch.randn(channels, 1, 1))

    def forward(self, x):
        return 4 * F.avg_pool2d(x, 2) * self.weight + self.bias


class PartialConvolution(nn.Module):
    """A row of the weight for each connection, those of a channel one after another."""

    def __init__(self):
        super().__init__()
        self.seen = [[row for row in range(6) if TABLE[row][channel] == "X"] for channel in range(16)]
        self.weight = nn.Parameter(torch.randn(sum(map(len, self.seen)), 25))
        self.bias = nn.Parameter(torch.randn(16))

    def forward(self, x):
        parts = self.weight.split([len(each) for each in self.seen])
        planes = [F.conv2d(x[:, seen], part.reshape(1, -1, 5, 5)) for seen, part in zip(self.seen, parts)]
        return torch.cat(planes, 1) + self.bias.reshape(16, 1, 1)


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = PartialConvolution()
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.register_buffer("codes", torch.randn(10, 84))

    def forward(self, x):
        for layer in [self.c1, self.s2, self.c3, self.s4, self.c5]:
            x = squash(layer(x))
        x = squash(self.f6(x.flatten(1)))
        return torch.cdist(x, self.codes, compute_mode="donot_use_mm_for_euclid_dist") ** 2
