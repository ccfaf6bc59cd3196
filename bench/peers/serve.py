"""What peers in Python share; see serve.ts for the requests and answers."""
import json
import re
import sys
import time

import numpy as np


def read_inputs(file):
    """The tensors of a safetensors file: a length in eight bytes, that much JSON, numbers."""
    content = open(file, "rb").read()
    start = 8 + int.from_bytes(content[:8], "little")
    dtypes = {"F32": np.float32, "I32": np.int32}
    tensors = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            begin, end = (start + offset for offset in entry["data_offsets"])
            numbers = np.frombuffer(content[begin:end], dtypes[entry["dtype"]])
            tensors[name] = numbers.reshape(entry["shape"]).copy()
    return tensors


def batches(workload, inputs):
    """The data of one step after another, without end."""
    while True:
        for i in range(workload["batches"]):
            yield {name: inputs[name][i] for name in workload["data"]}


def digest(numbers):
    """Two numbers by which to compare results: the mean size of the elements, evenly and by place."""
    sizes = np.abs(numbers.astype(np.float64).ravel())
    return [float(sizes.mean()), float((sizes * (7919 * np.arange(sizes.size) % 101) / 101).mean())]


def first_losses(step, check, steps, limit):
    if check is not None:
        return check()
    losses, end = [], time.perf_counter() + limit
    while len(losses) < steps and (not losses or time.perf_counter() < end):
        losses.append(float(step()))
    return losses


def measured(step, seconds, inner):
    wall, cpu = [], []
    end = time.perf_counter() + seconds
    while not wall or time.perf_counter() < end:
        usage, start = time.process_time(), time.perf_counter()
        for _ in range(inner):
            step()
        wall.append(1e3 * (time.perf_counter() - start) / inner)
        cpu.append(1e3 * (time.process_time() - usage) / inner)
    return {"wall": wall, "cpu": cpu}


def linear_algebra():
    """What BLAS library this process has loaded, and what is wrong with it. Only Linux tells."""
    try:
        libraries = {line.split("/")[-1].strip() for line in open("/proc/self/maps") if ".so" in line}
    except OSError:
        return "", None
    fast = sorted(each for each in libraries if re.search("openblas|mkl_|blis|libflame|accelerate", each))
    slow = sorted(each for each in libraries if re.match(r"lib(c?blas)\b", each))
    if fast or not slow:
        return ", ".join(["", *fast[:1]]), None
    return f", {slow[0]}", (
        f"its matrix products run on the reference BLAS, {slow[0]}, some 15 times slower than OpenBLAS: its times say "
        "nothing of what it can do. On Debian: apt-get install libopenblas0-pthread"
    )


def serve(make, name):
    """Answers requests until there are no more. `make(workload, inputs)` returns a step and, for what has no loss, a
    function that returns numbers by which to compare the result."""
    step = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "about" in request:
                blas, warning = linear_algebra()
                answer = {"about": name + blas, "warning": warning}
            elif "prepare" in request:
                asked, step = request["prepare"], None
                step, check = make(asked["workload"], read_inputs(asked["inputs"]))
                answer = {"losses": first_losses(step, check, asked["steps"], asked["limit"])}
            else:
                answer = measured(step, **request["measure"])
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
