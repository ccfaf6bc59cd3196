"""min-char-rnn with NumPy, its backward pass written by hand: what a program without automatic gradients costs."""
import numpy as np

from serve import batches, serve


def min_char_rnn(workload, p):
    data = batches(workload, p)
    names = list(workload["parameters"])
    vocabulary, hidden = p["wxh"].shape
    lr, eps = (np.float32(workload["optimizer"][name]) for name in ("lr", "eps"))
    # Columns, as in the program it is known by: products of a matrix and a vector.
    w = {name: np.ascontiguousarray(p[name].T) for name in names}
    sums = {name: np.zeros_like(w[name]) for name in names}
    state = np.zeros((hidden, 1), np.float32)

    def step():
        nonlocal state
        ids = next(data)["ids"]
        length = len(ids) - 1
        xs, hs, ps, loss = [], [state], [], 0.0
        for t in range(length):
            x = np.zeros((vocabulary, 1), np.float32)
            x[ids[t]] = 1
            h = np.tanh(w["wxh"] @ x + w["whh"] @ hs[-1] + w["bh"])
            e = np.exp(w["why"] @ h + w["by"])
            xs.append(x)
            hs.append(h)
            ps.append(e / e.sum())
            loss -= np.log(ps[t][ids[t + 1], 0])
        g = {name: np.zeros_like(each) for name, each in w.items()}
        carried = np.zeros_like(state)
        for t in reversed(range(length)):
            dy = ps[t].copy()
            dy[ids[t + 1]] -= 1
            h = hs[t + 1]
            g["why"] += dy @ h.T
            g["by"] += dy
            dz = (1 - h * h) * (w["why"].T @ dy + carried)
            g["bh"] += dz
            g["wxh"] += dz @ xs[t].T
            g["whh"] += dz @ hs[t].T
            carried = w["whh"].T @ dz
        for name, each in g.items():
            np.clip(each, -workload["clip"], workload["clip"], out=each)
            sums[name] += each * each
            w[name] -= lr * each / (np.sqrt(sums[name]) + eps)
        state = hs[-1]
        return loss

    return step, None


KINDS = {"minCharRnn": min_char_rnn}
serve(lambda workload, inputs: KINDS[workload["kind"]](workload, inputs), f"NumPy {np.__version__}")
