"""Writes test/fixtures/columns.json: nats of column likelihoods by scipy.stats, and their gradients by
PyTorch, in float64.

Needs `pip install torch scipy numpy`. Run from the repository's root. All that is fed is rounded to
float32 first. Rows are values x, columns of the table are combinations of statistics.
"""

import json
from itertools import product
from pathlib import Path

import numpy as np
import torch
from scipy import stats
from torch.distributions import LogNormal, NegativeBinomial, Poisson, StudentT

torch.set_default_dtype(torch.float64)
random = np.random.default_rng(0)


def single(values):
    return np.float32(values).astype(float)


counts = np.array([0, 1, 2, 3, 7, 20, 150, 1e3, 12345, 1e5, 999_999, 1e6])
numbers = single([-3e4, -50, -2.5, -0.3, 0, 0.01, 1, 1.2, 7, 900, 1e6])
positive = single([1e-6, 1e-3, 0.2, 0.9, 1, 1.5, 30, 4e3, 1e7])
means = [1e-3, 0.03, 0.7, 1, 12, 300, 4e3, 1e5]
dispersions = [1e-3, 0.05, 0.8, 3, 90, 2e3, 1e5]


def columns(**choices):
    """Every combination, a list of n for each name."""
    rows = zip(*product(*choices.values()))
    return {name: single(row) for name, row in zip(choices, rows)}


def parameters(rows, n, k, reach=0.5):
    return single(random.uniform(-reach, reach, (rows, n, k)))


def poisson(p, s):
    rate = np.exp(p[..., 0] + s["logMean"])
    return lambda x: stats.poisson.logpmf(x, rate)


def torch_poisson(p, s, _):
    return Poisson(torch.exp(p[..., 0] + s["logMean"])).log_prob


def nb(p, s):
    mean, r = np.exp(p[..., 0] + s["logMean"]), np.exp(s["logDispersion"] + s["moved.logDispersionShift"])
    return lambda x: stats.nbinom.logpmf(x, r, r / (r + mean))


def torch_nb(p, s, t):
    log_r = s["logDispersion"] + t["logDispersionShift"]
    logits = p[..., 0] + s["logMean"] - log_r
    return NegativeBinomial(torch.exp(log_r), logits=logits, validate_args=False).log_prob


def zinb(p, s):
    logit = p[..., 1] + s["zeroLogit"]
    log_share, log_rest = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)

    def log_prob(x):
        plain = nb(p, s)(x) + log_rest
        return np.where(x == 0, np.logaddexp(log_share, plain), plain)

    return log_prob


def torch_zinb(p, s, t):
    logit = p[..., 1] + s["zeroLogit"]

    def log_prob(x):
        plain = torch_nb(p, s, t)(x) + torch.nn.functional.logsigmoid(-logit)
        share = torch.nn.functional.logsigmoid(logit)
        return torch.where(x == 0, torch.logaddexp(share, plain), plain)

    return log_prob


def spread(xp, deviation, ratio, trained):
    """The spread of src/vae/likelihoods/columns/spread.ts."""
    return deviation * xp.sqrt(ratio**2 + xp.exp(2 * trained))


def student_t(p, s):
    location = s["location"] + s["deviation"] * p[..., 0]
    freedom = np.exp(s["logFreedom"] + s["moved.logFreedomShift"])
    width = spread(np, s["deviation"], s["ratio"], s["moved.logSpread"])
    return lambda x: stats.t.logpdf(x, freedom, location, width)


def torch_student_t(p, s, t):
    location = s["location"] + s["deviation"] * p[..., 0]
    width = spread(torch, s["deviation"], s["ratio"], t["logSpread"])
    return StudentT(torch.exp(s["logFreedom"] + t["logFreedomShift"]), location, width).log_prob


def log_normal(p, s):
    location = s["location"] + s["deviation"] * p[..., 0]
    width = spread(np, s["deviation"], s["ratio"], s["moved.logSpread"])
    return lambda x: stats.lognorm.logpdf(x, width, scale=np.exp(location))


def torch_log_normal(p, s, t):
    location = s["location"] + s["deviation"] * p[..., 0]
    return LogNormal(location, spread(torch, s["deviation"], s["ratio"], t["logSpread"])).log_prob


def logs(values):
    return [float(np.log(each)) for each in values]


spreads = dict(location=[-2, 0.5], deviation=[0.02, 1.3], ratio=[0.001, 0.4])
cases = {
    "poisson": (counts, columns(logMean=logs(means)), [], 1, poisson, torch_poisson),
    "negativeBinomial": (
        counts,
        columns(logMean=logs(means), logDispersion=logs(dispersions)),
        ["logDispersionShift"],
        1,
        nb,
        torch_nb,
    ),
    "zeroInflatedNegativeBinomial": (
        counts,
        columns(logMean=logs(means[::2]), logDispersion=logs(dispersions[::2]), zeroLogit=[-6, 0.2, 3]),
        ["logDispersionShift"],
        2,
        zinb,
        torch_zinb,
    ),
    "studentT": (
        numbers,
        columns(**spreads, logFreedom=logs([0.7, 2, 30, 500])),
        ["logSpread", "logFreedomShift"],
        1,
        student_t,
        torch_student_t,
    ),
    "logNormal": (positive, columns(**spreads), ["logSpread"], 1, log_normal, torch_log_normal),
}


def flat(values):
    return [float(f"{each:.10g}") for each in np.asarray(values).ravel()]


written = {}
for name, (x, statistics, trained, k, density, torch_density) in cases.items():
    n = len(next(iter(statistics.values())))
    p = parameters(len(x), n, k)
    moved = {each: single(random.uniform(-0.3, 0.3, n)) for each in trained}
    s = statistics | {f"moved.{each}": values for each, values in moved.items()}
    values = np.broadcast_to(x[:, None], (len(x), n))
    nats = -density(p, s)(values)

    leaf = torch.tensor(p, requires_grad=True)
    leaves = {each: torch.tensor(v, requires_grad=True) for each, v in moved.items()}
    s_torch = {each: torch.tensor(v) for each, v in statistics.items()}
    torch_nats = -torch_density(leaf, s_torch, leaves)(torch.tensor(values.copy()))
    assert np.allclose(torch_nats.detach(), nats, rtol=1e-7, atol=1e-7), name
    torch_nats.sum().backward()
    written[name] = {
        "columns": n,
        "numbers": k,
        "x": flat(x),
        "parameters": flat(p),
        "statistics": {each: flat(v) for each, v in statistics.items()},
        "moved": {each: flat(v) for each, v in moved.items()},
        "nats": flat(nats),
        "gradient": flat(leaf.grad),
        "movedGradient": {each: flat(v.grad) for each, v in leaves.items()},
    }

path = Path("test/fixtures/columns.json")
lines = [f'  "{name}": {json.dumps(each)}' for name, each in written.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
