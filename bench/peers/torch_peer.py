"""PyTorch's side of the benchmark: reads {"workload", "seconds"} as lines of JSON, answers each with the milliseconds
of every iteration and the first five losses. One thread."""
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
WORKLOADS = json.load(open(os.path.join(os.path.dirname(__file__), "..", "workloads.json")))


class Random:
    """The generator that all peers share, so that they start from the same weights and see the same data."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state / 2**32

    def matrix(self, rows, columns, scale):
        return torch.tensor([[(self.next() - 0.5) * scale for _ in range(columns)] for _ in range(rows)])


def chain(shape, ops, **_):
    c, d = torch.full(shape, 0.999), torch.full(shape, 0.001)
    x0 = torch.full(shape, 0.5, requires_grad=True)

    def step():
        x = x0
        for i in range(ops):
            k = i % 3
            x = x * c if k == 0 else x + d if k == 1 else torch.tanh(x)
        x0.grad = None
        loss = x.sum()
        loss.backward()
        return loss.item()

    return step


def min_char_rnn(vocab, hidden, steps, clip, lr, **_):
    random = Random(1)
    wxh = random.matrix(vocab, hidden, 0.02).requires_grad_()
    whh = random.matrix(hidden, hidden, 0.02).requires_grad_()
    why = random.matrix(hidden, vocab, 0.02).requires_grad_()
    bh, by = torch.zeros(1, hidden, requires_grad=True), torch.zeros(1, vocab, requires_grad=True)
    params = [wxh, whh, why, bh, by]
    optimizer = torch.optim.Adagrad(params, lr, eps=1e-8)
    state = torch.zeros(1, hidden)

    def step():
        nonlocal state
        ids = [int(random.next() * vocab) for _ in range(steps + 1)]
        x = F.one_hot(torch.tensor(ids[:-1]), vocab).float()
        y = torch.tensor(ids[1:])
        h, loss = state, 0
        for t in range(steps):
            h = torch.tanh(x[t : t + 1] @ wxh + h @ whh + bh)
            loss = loss + F.cross_entropy(h @ why + by, y[t : t + 1])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(params, clip)
        optimizer.step()
        state = h.detach()
        return loss.item()

    return step


KINDS = {"chain": chain, "minCharRnn": min_char_rnn}
running = {}
for line in sys.stdin:
    request = json.loads(line)
    name = request["workload"]
    losses = []
    if name not in running:
        spec = WORKLOADS[name]
        running[name] = KINDS[spec["kind"]](**spec)
        losses = [running[name]() for _ in range(5)]
    step, times = running[name], []
    end = time.perf_counter() + request["seconds"]
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - start))
    print(json.dumps({"ms": times, "losses": losses}), flush=True)
