"""The other side of scripts/safetensors.mjs: loads a file of ours into PyTorch's module, and writes one of PyTorch's.

    python3 exchange.py <architecture> <folder>

Reads ours.safetensors (a state) and computed.safetensors (an input and what came out); writes theirs.safetensors, where
floats stand in the opposite order and counts are one more. Prints the largest difference of what is computed.
"""

import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file

from architectures import FULL

torch.set_default_dtype(torch.float32)
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])

model = FULL[name]()
state = load_file(str(folder / "ours.safetensors"))
model.load_state_dict(state, strict=True)
# strict looks at names and shapes, and converts numbers in silence.
for key, value in model.state_dict().items():
    assert state[key].dtype == value.dtype, f"{key}: {state[key].dtype}, PyTorch has {value.dtype}"
    assert torch.equal(state[key], value), key

computed = load_file(str(folder / "computed.safetensors"))
inputs = [computed[key] for key in sorted(computed) if key.startswith("x")]
inputs = [x if x.is_floating_point() else x.long() for x in inputs]
with torch.no_grad():
    out = model.eval()(*inputs)
out = out[0] if isinstance(out, tuple) else out
wanted = computed["y"]
assert out.shape == wanted.shape
print(((out - wanted).abs().max() / out.abs().max()).item())

changed = {
    key: value.flatten().flip(0).reshape(value.shape).contiguous() if value.is_floating_point() else value + 1
    for key, value in model.state_dict().items()
}
model.load_state_dict(changed)
save_file(model.state_dict(), str(folder / "theirs.safetensors"))
