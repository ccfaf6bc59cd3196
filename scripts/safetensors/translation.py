"""Encoder-decoders with attention, of PyTorch's embeddings, recurrent layers and cells, in the names of ours."""

import torch
from torch import nn


class AdditiveAttention(nn.Module):
    def __init__(self, query, key, hidden):
        super().__init__()
        self.weight_query = nn.Parameter(torch.randn(hidden, query) / query**0.5)
        self.weight_key = nn.Parameter(torch.randn(hidden, key) / key**0.5)
        self.v = nn.Parameter(torch.randn(hidden))

    def score(self, q, k):
        return torch.tanh((q @ self.weight_query.T)[:, None] + k @ self.weight_key.T) @ self.v


class GeneralAttention(nn.Module):
    def __init__(self, query, key):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(query, key) / key**0.5)

    def score(self, q, k):
        return torch.einsum("nq,qk,nsk->ns", q, self.weight, k)


class ConcatAttention(nn.Module):
    def __init__(self, query, key, hidden):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(hidden, query + key) / key**0.5)
        self.v = nn.Parameter(torch.randn(hidden))

    def score(self, q, k):
        both = torch.cat([q[:, None].expand(-1, k.shape[1], -1), k], 2)
        return torch.tanh(both @ self.weight.T) @ self.v


def attend(attention, q, k):
    """The mean of the keys, by how well they match a query [N, H]."""
    return torch.einsum("ns,nsk->nk", attention.score(q, k).softmax(1), k)


class BahdanauDecoder(nn.Module):
    """Attends from the state before the step."""

    def __init__(self, count, dimension, cell, hidden, attention, key):
        super().__init__()
        self.embed = nn.Embedding(count, dimension)
        self.cell = cell(dimension + key, hidden)
        self.attention = attention
        self.head = nn.Linear(hidden + key + dimension, count)

    def step(self, x, state, _, keys):
        context = attend(self.attention, state[0], keys)
        state = advance(self.cell, torch.cat([x, context], 1), state)
        return self.head(torch.cat([state[0], context, x], 1)), state, None


class LuongDecoder(nn.Module):
    """Attends from the state after the step, and reads what came of it in the next."""

    def __init__(self, count, dimension, cell, hidden, attention, key):
        super().__init__()
        self.embed = nn.Embedding(count, dimension)
        self.cell = cell(dimension + hidden, hidden)
        self.attention = attention
        self.mix = nn.Linear(key + hidden, hidden, bias=False)
        self.head = nn.Linear(hidden, count)

    def step(self, x, state, mixed, keys):
        state = advance(self.cell, torch.cat([x, torch.zeros_like(state[0]) if mixed is None else mixed], 1), state)
        mixed = torch.tanh(self.mix(torch.cat([attend(self.attention, state[0], keys), state[0]], 1)))
        return self.head(mixed), state, mixed


def advance(cell, x, state):
    """A step of a GRU's cell, or of an LSTM's; states are lists."""
    made = cell(x, state[0] if len(state) == 1 else tuple(state))
    return list(made) if isinstance(made, tuple) else [made]


class EncoderDecoder(nn.Module):
    def __init__(self, count, dimension, encoder, decoder, parts):
        super().__init__()
        self.embed = nn.Embedding(count, dimension)
        self.encoder = encoder
        self.decoder = decoder
        directions = 2 if encoder.bidirectional else 1
        size = encoder.hidden_size * directions
        self.bridges = nn.ModuleList([nn.Linear(size, decoder.cell.hidden_size) for _ in range(parts)])
        self.directions = directions

    def forward(self, source, target):
        keys, last = self.encoder(self.embed(source))
        h = last[0] if isinstance(last, tuple) else last
        ends = torch.cat(list(h[-self.directions :]), 1)
        state, mixed, logits = [torch.tanh(bridge(ends)) for bridge in self.bridges], None, []
        for symbols in target.T:
            each, state, mixed = self.decoder.step(self.decoder.embed(symbols), state, mixed, keys)
            logits.append(each)
        return torch.stack(logits, 1)


def bahdanau(source, target, dimension, hidden):
    """A GRU in both directions, and additive attention."""
    encoder = nn.GRU(dimension, hidden, batch_first=True, bidirectional=True)
    attention = AdditiveAttention(hidden, 2 * hidden, hidden)
    decoder = BahdanauDecoder(target, dimension, nn.GRUCell, hidden, attention, 2 * hidden)
    return EncoderDecoder(source, dimension, encoder, decoder, parts=1)


def luong(source, target, dimension, hidden, concat=False):
    """Two layers of LSTM, and multiplicative attention, or that of joined vectors."""
    encoder = nn.LSTM(dimension, hidden, num_layers=2, batch_first=True)
    attention = ConcatAttention(hidden, hidden, hidden) if concat else GeneralAttention(hidden, hidden)
    decoder = LuongDecoder(target, dimension, nn.LSTMCell, hidden, attention, hidden)
    return EncoderDecoder(source, dimension, encoder, decoder, parts=2)
