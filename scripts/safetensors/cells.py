"""Recurrent layers that PyTorch lacks: cells by the equations of their papers, over each other, as a loop over time."""

import torch
from torch import nn

sigmoid, tanh = torch.sigmoid, torch.tanh


class Layers(nn.Module):
    """
    Parameters (or buffers) of each layer under names that end in _l0, _l1 and so on.

    shapes: of one layer by name, from its input size and hidden size; step: the next state, from a function that gives the
    tensor of a name, x and the state before
    """

    def __init__(self, shapes, step, inputs, hidden, layers=2, trained=True, parts=1):
        super().__init__()
        self.step, self.hidden, self.layers, self.parts = step, hidden, layers, parts
        for k in range(layers):
            for name, shape in shapes(inputs if k == 0 else hidden, hidden).items():
                value = torch.randn(shape) / hidden**0.5
                if trained:
                    self.register_parameter(f"{name}_l{k}", nn.Parameter(value))
                else:
                    self.register_buffer(f"{name}_l{k}", value)

    def forward(self, x):
        for k in range(self.layers):
            state, outputs = [x.new_zeros(x.shape[1], self.hidden) for _ in range(self.parts)], []
            for each in x:
                state = self.step(lambda name: getattr(self, f"{name}_l{k}"), each, *state)
                outputs.append(state[0])
            x = torch.stack(outputs)
        return x


def mutant_shapes(*names):
    biases = ["bias_z", "bias_r", "bias_h"]
    columns = lambda name, d, h: h if name[-2] == "h" else d
    return lambda d, h: {**{name: (h, columns(name, d, h)) for name in names}, **{name: (h,) for name in biases}}


def mutant(w, x, h, z, r, xh):
    n = tanh((sigmoid(r + w("bias_r")) * h) @ w("weight_hh").T + xh + w("bias_h"))
    z = sigmoid(z + w("bias_z"))
    return [n * z + h * (1 - z)]


def mut1(w, x, h):
    r = x @ w("weight_xr").T + h @ w("weight_hr").T
    return mutant(w, x, h, x @ w("weight_xz").T, r, tanh(x @ w("weight_projection").T))


def mut2(w, x, h):
    z = x @ w("weight_xz").T + h @ w("weight_hz").T
    return mutant(w, x, h, z, x @ w("weight_projection").T + h @ w("weight_hr").T, x @ w("weight_xh").T)


def mut3(w, x, h):
    z = x @ w("weight_xz").T + tanh(h) @ w("weight_hz").T
    return mutant(w, x, h, z, x @ w("weight_xr").T + h @ w("weight_hr").T, x @ w("weight_xh").T)


def multiplicative(w, x, h):
    f = (x @ w("weight_fx").T) * (h @ w("weight_fh").T)
    return [tanh(f @ w("weight_hf").T + x @ w("weight_hx").T + w("bias_h"))]


def multiplicative_shapes(d, h):
    return {"weight_fx": (h, d), "weight_fh": (h, h), "weight_hf": (h, h), "weight_hx": (h, d), "bias_h": (h,)}


def gated_shapes(gates, **others):
    return lambda d, h: {
        "weight_ih": (gates * h, d), "weight_hh": (gates * h, h), "bias_ih": (gates * h,), "bias_hh": (gates * h,),
        **{name: (rows, h) for name, rows in others.items()},
    }


def peephole(w, x, h, c):
    gates = x @ w("weight_ih").T + w("bias_ih") + h @ w("weight_hh").T + w("bias_hh")
    i, f, g, o = gates.chunk(4, 1)
    pi, pf, po = w("weight_peephole")
    c_next = sigmoid(f + pf * c) * c + sigmoid(i + pi * c) * tanh(g)
    return [sigmoid(o + po * c_next) * tanh(c_next), c_next]


def reset_before(w, x, h):
    xr, xz, xn = (x @ w("weight_ih").T + w("bias_ih") + w("bias_hh")).chunk(3, 1)
    hr, hz, hn = w("weight_hh").chunk(3)
    z = sigmoid(xz + h @ hz.T)
    n = tanh(xn + (sigmoid(xr + h @ hr.T) * h) @ hn.T)
    return [(1 - z) * n + z * h]


def reservoir(w, x, h):
    return [0.7 * h + 0.3 * tanh(x @ w("weight_ih").T + w("bias") + h @ w("weight_hh").T)]


def reservoir_shapes(d, h):
    return {"weight_ih": (h, d), "weight_hh": (h, h), "bias": (h,)}


CELLS = {
    "MUT1": (mutant_shapes("weight_xz", "weight_xr", "weight_hr", "weight_hh", "weight_projection"), mut1),
    "MUT2": (mutant_shapes("weight_xz", "weight_hz", "weight_xh", "weight_hr", "weight_hh", "weight_projection"), mut2),
    "MUT3": (mutant_shapes("weight_xz", "weight_hz", "weight_xr", "weight_xh", "weight_hr", "weight_hh"), mut3),
    "MultiplicativeRNN": (multiplicative_shapes, multiplicative),
    "LSTM with peepholes": (gated_shapes(4, weight_peephole=3), peephole),
    "GRU with reset before": (gated_shapes(3), reset_before),
    "Reservoir": (reservoir_shapes, reservoir),
}


def layers(name, inputs, hidden):
    shapes, step = CELLS[name]
    parts = 2 if name.startswith("LSTM") else 1
    return Layers(shapes, step, inputs, hidden, trained=name != "Reservoir", parts=parts)
