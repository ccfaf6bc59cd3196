"""Autoencoders of PyTorch's linear layers, in the names of ours."""

import torch
from torch import nn
from torch.nn import functional as F


class Bias(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.bias = nn.Parameter(torch.randn(size))


class Autoencoder(nn.Module):
    def __init__(self, inputs, code, tied=False):
        super().__init__()
        self.encoder = nn.Linear(inputs, code)
        self.decoder = Bias(inputs) if tied else nn.Linear(code, inputs)

    def encode(self, x):
        return torch.sigmoid(self.encoder(x))

    def decode(self, h):
        weight = self.encoder.weight.T if isinstance(self.decoder, Bias) else self.decoder.weight
        return torch.sigmoid(F.linear(h, weight, self.decoder.bias))

    def forward(self, x):
        return self.decode(self.encode(x))


class StackedAutoencoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList([Autoencoder(*pair) for pair in zip(sizes, sizes[1:])])

    def forward(self, x):
        for layer in self.layers:
            x = layer.encode(x)
        for layer in reversed(self.layers):
            x = layer.decode(x)
        return x


class MLP(nn.Module):
    """An activation between each two layers, or after each."""

    def __init__(self, sizes, activation=F.relu, last=False):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(*pair) for pair in zip(sizes, sizes[1:])])
        self.activation, self.last = activation, last

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            x = layer(x)
            if self.last or i < len(self.layers) - 1:
                x = self.activation(x)
        return x


class Gaussian(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.mean = nn.Linear(inputs, outputs)
        self.logVariance = nn.Linear(inputs, outputs)


class VariationalAutoencoder(nn.Module):
    """What it restores when it draws nothing."""

    def __init__(self, inputs, hidden, latent, gaussian=False):
        super().__init__()
        self.encoder = MLP([inputs, *hidden], torch.tanh, last=True)
        self.posterior = Gaussian(hidden[-1], latent)
        self.decoder = MLP([latent, *reversed(hidden)], torch.tanh, last=True)
        self.output = (Gaussian if gaussian else nn.Linear)(hidden[0], inputs)

    def forward(self, x):
        h = self.decoder(self.posterior.mean(self.encoder(x)))
        return self.output.mean(h) if isinstance(self.output, Gaussian) else torch.sigmoid(self.output(h))
