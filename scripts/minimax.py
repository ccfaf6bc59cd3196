"""The polynomials of packages/autograd/src/expression/functions: prints the coefficients, highest power first, and
the error that is left, relative to the function (in bits).

Each p approximates f with |weight·(f − p)| as small as it can be at the worst place. The coefficients are rounded to
the type one by one, from the constant up, and those above are fitted anew to what is left. Needs mpmath and numpy:

    python3 scripts/minimax.py [name ...]
"""

import sys

import numpy as np
from mpmath import mp, mpf, matrix

mp.dps = 45


def remez(f, weight, a, b, powers):
    """Exchange of extrema; for intervals on which the powers are a Haar system (0 outside)."""
    n = len(powers)
    size = 40 * (n + 1) + 1
    grid = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / size) for i in range(size + 1)]
    values, weights = [f(x) for x in grid], [weight(x) for x in grid]
    nodes = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / mpf(n)) for i in range(n + 1)]
    nodes = [min(range(size + 1), key=lambda k: abs(grid[k] - x)) for x in nodes]
    best = None
    for _ in range(30):
        system, right = matrix(n + 1, n + 1), matrix(n + 1, 1)
        for i, k in enumerate(nodes):
            for j, p in enumerate(powers):
                system[i, j] = weights[k] * grid[k] ** p
            system[i, n] = (-1) ** i
            right[i] = weights[k] * values[k]
        found = mp.lu_solve(system, right)
        c = [found[j] for j in range(n)]
        error = [w * (v - sum(cj * x**p for cj, p in zip(c, powers))) for x, v, w in zip(grid, values, weights)]
        worst = max(abs(e) for e in error)
        if best is None or worst < best[0]:
            best = (worst, c)
        extrema = []
        for k in range(size + 1):
            if not extrema or (error[k] > 0) != (error[extrema[-1]] > 0):
                extrema.append(k)
            elif abs(error[k]) > abs(error[extrema[-1]]):
                extrema[-1] = k
        while len(extrema) > n + 1:
            extrema.pop(0 if abs(error[extrema[0]]) < abs(error[extrema[-1]]) else -1)
        if len(extrema) < n + 1 or extrema == nodes:
            break
        nodes = extrema
    return best[1]


def lawson(f, weight, a, b, powers):
    """Least squares with weights that grow where the error is large; for intervals around 0."""
    n = len(powers)
    size = 16 * (n + 1)
    grid = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * i / mpf(size)) for i in range(size + 1)]
    values = [weight(x) * f(x) for x in grid]
    rows = [[weight(x) * x**p for p in powers] for x in grid]
    share = [mpf(1) / (size + 1)] * (size + 1)
    best = None
    for _ in range(40):
        system, right = matrix(n, n), matrix(n, 1)
        for row, value, s in zip(rows, values, share):
            for i in range(n):
                right[i] += s * row[i] * value
                for j in range(n):
                    system[i, j] += s * row[i] * row[j]
        c = mp.lu_solve(system, right)
        error = [abs(v - sum(c[i] * row[i] for i in range(n))) for row, v in zip(rows, values)]
        if best is None or max(error) < best[0]:
            best = (max(error), [c[i] for i in range(n)])
        share = [s * e for s, e in zip(share, error)]
        share = [s / sum(share) for s in share]
    return best[1]


def rounded(x, bits):
    return mpf(float(np.float32(float(x)))) if bits == 32 else mpf(float(x))


def fit(name, bits, degree, f, weight, a, b, at_once=None):
    a, b = mpf(a), mpf(b)
    solve = lawson if a < 0 else remez
    c = []
    if at_once is not None:  # around a constant that is given: all together, for what is above it is no Haar system
        c = [at_once] + [rounded(x, bits) for x in remez(f, weight, a, b, range(degree + 1))[1:]]
    while len(c) <= degree:
        rest = lambda x: f(x) - sum(cj * x**j for j, cj in enumerate(c))
        c.append(rounded(solve(rest, weight, a or b / 10000, b, range(len(c), degree + 1))[0], bits))
    places = [a + (b - a) * i / 1000 for i in range(1, 1001)]
    error = max(abs(weight(x) * (f(x) - sum(cj * x**j for j, cj in enumerate(c)))) for x in places if x != 0)
    print(f"{name} f{bits}, 2^{float(mp.log(error, 2)):.1f}:", ", ".join(repr(float(x)) for x in reversed(c)))


def odd(f, series):
    """p with f(r) = r + r·u·p(u), u = r²: near 0 by its series."""

    def p(u):
        if u < mpf("1e-9"):
            return sum(mpf(s) * u**i for i, s in enumerate(series))
        r = mp.sqrt(u)
        return (f(r) - r) / (r * u)

    return p, lambda u: u * mp.sqrt(u) / f(mp.sqrt(u)) if u > 0 else mpf(0)


def erfc_curve(bits):
    """q(t) = (1 + 2a)·e^a²·erfc a for t = (a − c)/(a + c)."""
    c = mpf("3.2265625") if bits == 32 else mpf("2.865478515625")
    t = lambda a: (mpf(a) - c) / (mpf(a) + c)
    q = lambda s: (lambda a: (1 + 2 * a) * mp.exp(a * a) * mp.erfc(a))(c * (1 + s) / (1 - s))
    high = "10.25" if bits == 32 else "27.4"
    return q, lambda s: 1 / q(s), t("0.48"), t(high), rounded(q(mpf(0)), bits)


ln2, third = mp.log(2), mpf(1) / 3
near = mpf("1e-12")
half_exp = lambda r: (mp.expm1(r) - r) / r**2 if abs(r) > near else mpf(1) / 2 + r / 6 + r * r / 24
exp2 = lambda r: (mp.power(2, r) - 1) / r if abs(r) > near else ln2 + r * ln2**2 / 2
root = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
artanh = lambda z: mp.atanh(mp.sqrt(z)) / mp.sqrt(z)
log = lambda z: 2 * (artanh(z) - 1) / z if z > near else 2 * third + 2 * z / 5
log_of_power = lambda z: 3 * (artanh(z) - 1 - z / 3) / z**2 if z > mpf("1e-8") else mpf(3) / 5 + 3 * z / 7
cosine = lambda u: (mp.cos(mp.sqrt(u)) - 1 + u / 2) / u**2 if u > near else mpf(1) / 24 - u / 720
erf = lambda u: mp.erf(mp.sqrt(u)) / mp.sqrt(u) - 1 if u > near else 2 / mp.sqrt(mp.pi) * (1 - u / 3) - 1
exp_range, quarter = ln2 / 2 * mpf("1.002"), (mp.pi / 4 * mpf("1.001")) ** 2

# Name: degree for float32 and for float64, function, weight, interval.
polynomials = {
    "exp": (4, 10, half_exp, lambda r: r * r, -exp_range, exp_range),
    "tanh": (2, 7, *odd(mp.tanh, [-third, mpf(2) / 15, -mpf(17) / 315]), 0, mpf("0.27") ** 2),
    "sinh": (3, 6, *odd(mp.sinh, [mpf(1) / 6, mpf(1) / 120]), 0, mpf("1.002")),
    "log": (2, 7, log, lambda z: z, 0, (root * mpf("1.001")) ** 2),
    "pow, logarithm": (2, 7, log_of_power, lambda z: z * z / 3, 0, (root * mpf("1.001")) ** 2),
    "pow, power of two": (5, 10, exp2, lambda r: r, mpf("-0.502"), mpf("0.502")),
    "sin": (2, 5, odd(mp.sin, [-mpf(1) / 6, mpf(1) / 120])[0], lambda u: u, 0, quarter),
    "cos": (2, 5, cosine, lambda u: u * u, 0, quarter),
    "tan": (6, 13, *odd(mp.tan, [third, mpf(2) / 15, mpf(17) / 315]), 0, quarter),
    "asin": (5, 12, *odd(mp.asin, [mpf(1) / 6, mpf(3) / 40, mpf(15) / 336]), 0, mpf("0.2505")),
    "atan": (6, 15, *odd(mp.atan, [-third, mpf(1) / 5, -mpf(1) / 7]), 0, (2 * third * mpf("1.001")) ** 2),
    "asinh": (5, 11, *odd(mp.asinh, [-mpf(1) / 6, mpf(3) / 40]), 0, mpf("0.2505")),
    "atanh": (4, 9, *odd(mp.atanh, [third, mpf(1) / 5, mpf(1) / 7]), 0, mpf("0.1065")),
    "erf": (6, 12, erf, lambda u: 1 / (erf(u) + 1), 0, mpf("1.003")),
}
for name in sys.argv[1:] or [*polynomials, "erfc"]:
    if name == "erfc":
        for bits, degree in ((32, 9), (64, 21)):
            q, weight, a, b, constant = erfc_curve(bits)
            fit(name, bits, degree, q, weight, a, b, constant)
    else:
        single, double, *rest = polynomials[name]
        fit(name, 32, single, *rest)
        fit(name, 64, double, *rest)
