"""PyTorch's side of the benchmark, on one thread. `torch_peer.py nn` takes nn.RNN and nn.LSTM where there is one, else
all is written in single operations."""
import sys

import torch
import torch.nn.functional as F
from torch import nn

from serve import batches, digest, serve

torch.set_num_threads(1)
MODULES = sys.argv[1:] == ["nn"]


def tensors(arrays):
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def setting(workload, arrays):
    """Parameters, and the batches of data in turn."""
    inputs = tensors(arrays)
    parameters = {name: inputs[name].requires_grad_() for name in workload["parameters"]}
    return parameters, batches(workload, inputs)


def optimizer_of(spec, parameters):
    options = {key: value for key, value in spec.items() if key != "name"}
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adagrad": torch.optim.Adagrad}
    return kinds[spec["name"]](parameters, **options)


def chain(workload, arrays):
    parameters, data = setting(workload, arrays)
    x0, here = parameters["x"], next(data)
    c, d = here["c"], here["d"]

    def step():
        x = x0
        for i in range(workload["ops"]):
            k = i % 3
            x = x * c if k == 0 else x + d if k == 1 else torch.tanh(x)
        x0.grad = None
        loss = x.sum()
        loss.backward()
        return loss.item()

    return step, None


def classifier(forward):
    """A classifier of batches of x and y."""

    def make(workload, arrays):
        parameters, data = setting(workload, arrays)
        optimizer = optimizer_of(workload["optimizer"], list(parameters.values()))
        net = forward(parameters)
        labels = [each.long() for each in torch.from_numpy(arrays["y"])]
        count = 0

        def step():
            nonlocal count
            loss = F.cross_entropy(net(next(data)["x"]), labels[count % len(labels)])
            count += 1
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.item()

        return step, None

    return make


def three_layers(p):
    def forward(x):
        h = F.relu(F.linear(x, p["first.weight"], p["first.bias"]))
        h = F.relu(F.linear(h, p["second.weight"], p["second.bias"]))
        return F.linear(h, p["third.weight"], p["third.bias"])

    return forward


def le_net(p):
    head = three_layers(p)

    def forward(x):
        h = F.max_pool2d(F.relu(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=2)), 2)
        h = F.max_pool2d(F.relu(F.conv2d(h, p["conv2.weight"], p["conv2.bias"])), 2)
        return head(h.reshape(-1, 400))

    return forward


def cifar_net(p):
    running = {
        name: (torch.zeros_like(p[f"{name}.weight"]), torch.ones_like(p[f"{name}.weight"]))
        for name in ("norm1", "norm2")
    }

    def normalize(x, name):
        mean, variance = running[name]
        return F.batch_norm(x, mean, variance, p[f"{name}.weight"], p[f"{name}.bias"], training=True)

    def forward(x):
        h = F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=1)
        h = F.relu(normalize(h, "norm1"))
        h = F.conv2d(h, p["conv2.weight"], p["conv2.bias"], stride=2, padding=1)
        h = F.relu(normalize(h, "norm2"))
        return F.linear(h.mean((2, 3)), p["head.weight"], p["head.bias"])

    return forward


def min_char_rnn(workload, arrays):
    p, data = setting(workload, arrays)
    vocabulary, hidden = p["wxh"].shape
    if MODULES:
        net = nn.RNN(vocabulary, hidden)
        with torch.no_grad():
            net.weight_ih_l0.copy_(p["wxh"].T)
            net.weight_hh_l0.copy_(p["whh"].T)
            net.bias_ih_l0.copy_(p["bh"][0])
            net.bias_hh_l0.zero_()
        # Its second bias would double the steps of the first.
        net.bias_hh_l0.requires_grad_(False)
        own = [net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0]
        parameters = [own[0], own[1], p["why"], own[2], p["by"]]
    else:
        parameters = list(p.values())
    optimizer = optimizer_of(workload["optimizer"], parameters)
    state = torch.zeros(1, hidden)

    def by_steps(x, y):
        h, loss = state, 0
        for t in range(len(y)):
            h = torch.tanh(x[t : t + 1] @ p["wxh"] + h @ p["whh"] + p["bh"])
            loss = loss + F.cross_entropy(h @ p["why"] + p["by"], y[t : t + 1])
        return h, loss

    def by_modules(x, y):
        outputs, h = net(x, state)
        return h, F.cross_entropy(outputs @ p["why"] + p["by"], y, reduction="sum")

    run = by_modules if MODULES else by_steps

    def step():
        nonlocal state
        ids = next(data)["ids"].long()
        h, loss = run(F.one_hot(ids[:-1], vocabulary).float(), ids[1:])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(parameters, workload["clip"])
        optimizer.step()
        state = h.detach()
        return loss.item()

    return step, None


def lstm(workload, arrays):
    p, data = setting(workload, arrays)
    vocabulary, hidden = p["head.weight"].shape
    wih, whh, bih, bhh = (p[name] for name in ("weightIh", "weightHh", "biasIh", "biasHh"))
    if MODULES:
        net = nn.LSTM(vocabulary, hidden)
        with torch.no_grad():
            for own, start in zip(net.parameters(), (wih, whh, bih, bhh)):
                own.copy_(start)
        parameters = [*net.parameters(), p["head.weight"], p["head.bias"]]
    else:
        parameters = list(p.values())
    optimizer = optimizer_of(workload["optimizer"], parameters)

    def by_steps(x):
        h = c = torch.zeros(x.shape[1], hidden)
        outputs = []
        # unbind: the gradient of an index would be as large as all steps together.
        for projected in F.linear(x, wih, bih + bhh).unbind():
            i, f, g, o = (projected + F.linear(h, whh)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs)

    def step():
        ids = next(data)["ids"].long()
        x = F.one_hot(ids[:-1], vocabulary).float()
        outputs = net(x)[0] if MODULES else by_steps(x)
        logits = F.linear(outputs.reshape(-1, hidden), p["head.weight"], p["head.bias"])
        loss = F.cross_entropy(logits, ids[1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, None


def update(workload, arrays):
    """The optimizer alone."""
    parameters, data = setting(workload, arrays)
    p = parameters["p"]
    optimizer = optimizer_of(workload["optimizer"], [p])

    def step():
        p.grad = next(data)["g"]
        optimizer.step()

    def check():
        for _ in range(5):
            step()
        return digest(p.detach().numpy())

    return step, check


def raw(operation_of):
    """A kernel alone: `operation_of(workload)` is a function of the data."""

    def make(workload, arrays):
        data = [each[0] for each in tensors(arrays).values()]
        named = dict(zip(arrays, data))
        operation = operation_of(workload)
        operands = [named[name] for name in workload["data"]]

        def step():
            with torch.no_grad():
                return operation(*operands)

        return step, lambda: digest(step().numpy())

    return make


def product(workload):
    return {
        "nn": lambda x, y: x @ y,
        "nt": lambda x, y: x @ y.T,
        "tn": lambda x, y: x.T @ y,
    }[workload["operation"]]


def convolution(workload):
    padding = workload["padding"]
    mask = {"forward": None, "input": [True, False, False], "weight": [False, True, False]}[workload["operation"]]
    if mask is None:
        return lambda x, weight: F.conv2d(x, weight, padding=padding)
    # Straight to the kernel: autograd would also compute the result.
    backward = torch.ops.aten.convolution_backward
    geometry = ([1, 1], [padding, padding], [1, 1], False, [0, 0], 1, mask)
    return lambda x, weight, g: backward(g, x, weight, None, *geometry)[mask.index(True)]


def elementwise(workload):
    return getattr(torch, workload["operation"])


def total(workload):
    return lambda x: x.sum(workload["axis"])


def softmax(workload):
    return lambda x: torch.softmax(x, 1)


KINDS = {
    "chain": chain,
    "mlp": classifier(three_layers),
    "minCharRnn": min_char_rnn,
    "lstm": lstm,
    "leNet": classifier(le_net),
    "cifarNet": classifier(cifar_net),
    "update": update,
    "product": raw(product),
    "convolution": raw(convolution),
    "map": raw(elementwise),
    "sum": raw(total),
    "softmax": raw(softmax),
}


def make(workload, arrays):
    return KINDS[workload["kind"]](workload, arrays)


serve(make, f"PyTorch {torch.__version__}")
