"""Writes what the tests know of PyTorch's files: packages/nn/test/fixtures/names.json, names and shapes of the architectures at
full size, and fixtures/weights/, small ones in files with what they compute.

    pip install safetensors; python3 scripts/safetensors/weights.py

Needs PyTorch 1.13 and safetensors, whose own writer makes the files.
"""

import json

import torch
from safetensors.torch import save_file

from architectures import FULL, SMALL
from nn import OUT

torch.set_default_dtype(torch.float32)

# Shapes; of numbers of symbols below the first.
INPUTS = {
    "ResNet-18": [(2, 3, 33, 32)],
    "ResNet-50": [(2, 3, 33, 32)],
    "TextCNN": [(11, [2, 6])],
    "RNN": [(5, 2, 3)],
    "LSTM": [(5, 2, 3)],
    "GRU": [(2, 5, 3)],
    "Transformer": [(5, 2, 4), (3, 2, 4)],
    "MultiheadAttention": [(3, 2, 4), (5, 2, 3), (5, 2, 5)],
    "Bahdanau": [(7, [2, 4]), (5, [2, 3])],
    "Luong": [(7, [2, 4]), (5, [2, 3])],
    "TiedAutoencoder": [(3, 5)],
    "StackedAutoencoder": [(3, 5)],
    "VariationalAutoencoder": [(3, 5)],
    "MUT1": [(5, 2, 3)],
}


def draw(shape):
    if isinstance(shape[-1], list):
        return torch.randint(0, *shape)
    return (torch.randn(shape) * 100).round() / 100


def tensor(x):
    kind = {} if x.is_floating_point() else {"dtype": "int32"}
    return {**kind, "shape": list(x.shape), "data": [float(f"{v:.7g}") if x.is_floating_point() else v for v in x.flatten().tolist()]}


def names():
    for name, make in FULL.items():
        yield json.dumps(name) + ": " + json.dumps(
            {key: list(value.shape) for key, value in make().state_dict().items()}, separators=(",", ":")
        )


def computed(name, make):
    torch.manual_seed(5)
    model, inputs = make(), [draw(shape) for shape in INPUTS[name]]
    if name.startswith("ResNet"):
        for _ in range(3):  # moves running statistics, and counts
            model(*inputs)
    with torch.no_grad():
        out = model.eval()(*inputs)
    out = out[0] if isinstance(out, tuple) else out
    save_file(model.state_dict(), str(OUT / f"weights/{name.lower()}.safetensors"))
    return json.dumps({"name": name, "inputs": [tensor(x) for x in inputs], "output": tensor(out)}, separators=(",", ":"))


(OUT / "weights").mkdir(exist_ok=True)
(OUT / "names.json").write_text("{\n" + ",\n".join(names()) + "\n}\n")
lines = [computed(name, make) for name, make in SMALL.items()]
(OUT / "weights/computed.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
