"""Writes test/fixtures/functions.json: functions of one number and their derivatives, by arithmetic
of 60 digits. `pip install mpmath`, then `python bench/peers/function_fixtures.py`.

Arguments are float32 numbers, so that both precisions are asked for the same values.
"""

import json
import struct
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 60


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def softplus(x):
    return mp.log1p(mp.exp(x))


def silu(x):
    return x * sigmoid(x)


def elu(x):
    return x if x > 0 else mp.expm1(x)


def gelu(x):
    return x * mp.erfc(-x / mp.sqrt(2)) / 2


def both(*sizes):
    return [sign * size for size in sizes for sign in (1, -1)]


small = both(1e-6, 1e-3, 0.1, 0.5, 0.75)
middle = both(1.0, 1.5, 3.0, 7.0)
far = both(10.0, 15.0, 18.0, 25.0, 60.0, 80.0)

positive = [1e-6, 1e-3, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 7.5, 7.999, 8.0, 8.5, 30.0, 1e3, 1e6, 1e12, 1e30]

arguments = {
    "sigmoid": small + middle + far,
    "softplus": small + middle + far,
    "silu": small + middle + far,
    "tanh": small + middle,
    "elu": small + middle + far,
    "gelu": small + middle,
    "exp": small + middle + far,
    "tan": small + middle + both(25.0),
    "sinh": small + middle + both(25.0, 60.0),
    "cosh": small + middle + both(25.0, 60.0),
    "asin": small + both(0.9, 0.9999),
    "acos": small + both(0.9, 0.9999),
    "atan": small + middle + far + both(1e6),
    "asinh": small + middle + far + both(1e12),
    "acosh": [1.000001, 1.001, 1.1, 2.0, 7.0, 60.0, 1e6, 1e12],
    "atanh": small + both(0.9, 0.9999),
    "erf": small + middle + both(2.0, 5.0, 10.0),
    "logGamma": positive,
    "digamma": positive,
}
own = {
    "sigmoid": sigmoid,
    "softplus": softplus,
    "silu": silu,
    "elu": elu,
    "gelu": gelu,
    "logGamma": mp.loggamma,
}

rows = {}
for name, values in arguments.items():
    f = own.get(name) or getattr(mp, name)
    rows[name] = [
        [x, float(f(mpf(x))), float(mp.diff(f, mpf(x)))] for x in sorted(map(single, values))
    ]

path = Path(__file__).parents[2] / "test" / "fixtures" / "functions.json"
lines = [f'  "{name}": {json.dumps(each)}' for name, each in rows.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
