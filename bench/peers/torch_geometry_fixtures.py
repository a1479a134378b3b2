"""Writes test/fixtures/torch-geometry.{safetensors,json}: loss, parts and gradients of the objectives whose
latents lie on a sphere or in a ball, in float64 by PyTorch 2 and scipy, from the papers' equations; and
test/fixtures/von-mises-fisher.json and hyperbolic-radius.json: functions of the densities by mpmath.

Needs `pip install torch numpy scipy mpmath safetensors`. Run from the repository's root, after
torch_objective_fixtures.py, whose examples it takes.
"""

import json
import math

import mpmath as mp
import numpy as np
import scipy.special
import torch
from scipy.integrate import quad
from torch.nn import functional as F
from torch_cases import dense, examples, folder, layer, model_of, nll, results, save_results, single

torch.manual_seed(19)

shared = examples()
images = shared["images"]
BATCH, LATENT, FEATURES, SAMPLES, PROPOSALS = len(images), 3, 5, 4, 24
gaussian = model_of(shared, "gaussian")

shell = {key: value for key, value in gaussian.items() if not key.startswith("logVariance")}
models = {"directed": {**shell, **layer("concentration", 1, FEATURES)}}
noises = {
    f"sphere.{count}.{name}": single(noise)
    for count in (1, SAMPLES)
    for name, noise in {
        "noise0": torch.rand(BATCH, count, PROPOSALS, 3),
        "noise1": torch.randn(BATCH, count, LATENT - 1),
    }.items()
}


PLANES = 4
wide = {**gaussian, **layer("decoder.0", len(gaussian["decoder.0.weight"]), PLANES)}
models["ball"] = gaussian
models["isotropic"] = {**shell, **layer("logVariance", 1, FEATURES)}
models["planes"] = {**wide, **{f"gyroplanes.{key}": value for key, value in (
    ("weight", single(torch.randn(PLANES, LATENT) * 0.6)), ("bias", single(torch.randn(PLANES, 1) * 0.5)))}}
noises |= {
    "radius.noise0": single(torch.randn(BATCH, 1, PROPOSALS)),
    "radius.noise1": single(torch.rand(BATCH, 1, PROPOSALS)),
    "radius.noise2": single(torch.randn(BATCH, 1, LATENT)),
}
noises |= {f"ball.{count}": single(torch.randn(BATCH, count, LATENT)) for count in (1, SAMPLES)}


def hidden(p):
    return torch.tanh(dense(p, "encoder.0", images.flatten(1)))


class Ive(torch.autograd.Function):
    """The exponentially scaled Bessel function, as in the authors' code."""

    @staticmethod
    def forward(ctx, order, x):
        ctx.save_for_backward(x)
        ctx.order = order
        return torch.from_numpy(scipy.special.ive(order, x.detach().numpy()))

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        v = ctx.order
        return None, gradient * (Ive.apply(v - 1, x) - Ive.apply(v, x) * (v + x) / x)


def mean_cosine(d, kappa):
    return scipy.special.ive(d / 2, kappa) / scipy.special.ive(d / 2 - 1, kappa)


def slope_of_quantile(d, kappa, u):
    """−(∂F/∂κ) / q(u) of u = 1 − cos φ, by adaptive quadrature over φ; through the shorter way."""
    mean = 1 - mean_cosine(d, kappa)
    at = math.acos(1 - u)

    def inner(phi):
        v = 1 - math.cos(phi)
        return (math.sin(phi) / math.sin(at)) ** (d - 2) * math.exp(kappa * (u - v)) * (mean - v)

    integral = -quad(inner, 0, at, epsrel=1e-12)[0] if u < mean else quad(inner, at, math.pi, epsrel=1e-12)[0]
    return math.sin(at) * integral


class Implicit(torch.autograd.Function):
    """A draw that moves with κ as its quantile does (Figurnov et al. 2018)."""

    @staticmethod
    def forward(ctx, kappa, u, d):
        slopes = [[slope_of_quantile(d, k, v) for v in row] for k, row in zip(kappa[:, 0].tolist(), u.tolist())]
        ctx.save_for_backward(torch.tensor(slopes))
        return u.clone()

    @staticmethod
    def backward(ctx, gradient):
        (slopes,) = ctx.saved_tensors
        return (gradient * slopes).sum(1, keepdim=True), None, None


def draws(kappa, uniform, d):
    """Wood's algorithm VM* (1994) as it is printed, by the cosine w."""
    n, k = d - 1, kappa.detach()[:, :, None]
    b = (-2 * k + torch.sqrt(4 * k**2 + n**2)) / n
    x0 = (1 - b) / (1 + b)
    c = k * x0 + n * torch.log(1 - x0**2)
    epsilon = (1 + torch.sqrt(1 - uniform[..., 0] ** (2 / (d - 2))) * torch.cos(2 * math.pi * uniform[..., 1])) / 2
    w = (1 - (1 + b) * epsilon) / (1 - (1 - b) * epsilon)
    accepted = k * w + n * torch.log(1 - x0 * w) - c >= torch.log(uniform[..., 2])
    assert accepted.any(-1).all() and not accepted[..., 0].all()
    first = accepted.double().argmax(-1, keepdim=True)
    return Implicit.apply(kappa, 1 - w.gather(-1, first)[..., 0], d)


def hyperspherical(p, samples, beta):
    d, h = LATENT, hidden(p)
    mean = F.normalize(dense(p, "mean", h), dim=-1)
    kappa = F.softplus(dense(p, "concentration", h)) + 1
    u = draws(kappa, noises[f"sphere.{samples}.noise0"], d)
    aside = F.normalize(noises[f"sphere.{samples}.noise1"], dim=-1)
    point = torch.cat([1 - u[..., None], torch.sqrt(u * (2 - u))[..., None] * aside], -1)
    side = torch.where(mean[:, :1] < 0, -1.0, 1.0)
    normal = F.normalize(mean + side * torch.eye(d)[:1], dim=-1)[:, None]
    z = -side[:, None] * (point - 2 * (point * normal).sum(-1, keepdim=True) * normal)
    assert torch.allclose((z * mean[:, None]).sum(-1), 1 - u)
    order = d / 2 - 1
    log_bessel = torch.log(Ive.apply(order, kappa)) + kappa
    log_scale = order * torch.log(kappa) - d / 2 * math.log(2 * math.pi) - log_bessel
    log_prior = math.lgamma(d / 2) - math.log(2) - d / 2 * math.log(math.pi)
    reconstruction = nll(p, z, images[:, None])
    if samples == 1:
        cosine = Ive.apply(d / 2, kappa) / Ive.apply(order, kappa)
        kl = (kappa * cosine + log_scale - log_prior).mean()
        loss = reconstruction.mean() + beta * kl
    else:
        drawn = log_scale + kappa * (1 - u) - log_prior
        kl = drawn.mean()
        loss = (math.log(samples) - torch.logsumexp(-reconstruction - beta * drawn, 1)).mean()
    metrics = {"reconstruction": reconstruction.mean(), "kl": kl}
    return loss, {**metrics, **({} if beta == 1 else {"weightedKl": beta * kl})}


def mobius_add(x, y, c):
    x2, y2 = (x**2).sum(-1, keepdim=True), (y**2).sum(-1, keepdim=True)
    xy = (x * y).sum(-1, keepdim=True)
    return ((1 + 2 * c * xy + c * y2) * x + (1 - c * x2) * y) / (1 + 2 * c * xy + c**2 * x2 * y2)


def conformal(x, c):
    return 2 / (1 - c * (x**2).sum(-1, keepdim=True))


def exponential(x, u, c):
    length = u.norm(dim=-1, keepdim=True)
    return mobius_add(x, torch.tanh(c**0.5 * conformal(x, c) * length / 2) * u / (c**0.5 * length), c)


def logarithm(x, y, c):
    seen = mobius_add(-x, y, c)
    length = seen.norm(dim=-1, keepdim=True)
    return 2 / (c**0.5 * conformal(x, c)) * torch.atanh(c**0.5 * length) * seen / length


def wrapped_normal(mean, scale, z, c):
    """log density as in the authors' code: by the logarithmic map and parallel transport to the origin."""
    u = logarithm(mean, z, c) * conformal(mean, c)
    r = u.norm(dim=-1)
    stretch = (z.shape[-1] - 1) * torch.log(torch.sinh(c**0.5 * r) / (c**0.5 * r))
    return torch.distributions.Normal(0.0, scale).log_prob(u).sum(-1) - stretch


def seen_by_decoder(p, z, decode, c):
    if decode == "tangent":
        return logarithm(torch.zeros_like(z), z, c)
    if decode == "point":
        return z
    weight = p["gyroplanes.weight"]
    through = exponential(torch.zeros_like(weight), weight * p["gyroplanes.bias"], c)
    seen = mobius_add(-through, z[..., None, :], c)
    along = (seen * weight).sum(-1)
    flat = (1 - c * (seen**2).sum(-1)) * weight.norm(dim=-1)
    return torch.asinh(2 * c**0.5 * along / flat) / c**0.5


def poincare(p, samples, beta, curvature, prior_scale, decode):
    c, h = curvature, hidden(p)
    tangent = dense(p, "mean", h)
    mean = exponential(torch.zeros_like(tangent), tangent, c)[:, None]
    scale = torch.exp(dense(p, "logVariance", h) / 2)[:, None]
    u = scale * noises[f"ball.{samples}"] / conformal(mean, c)
    z = exponential(mean, u, c)
    log_q = wrapped_normal(mean, scale, z, c)
    log_p = wrapped_normal(torch.zeros_like(mean), torch.tensor(prior_scale), z, c)
    reconstruction, drawn = nll(p, seen_by_decoder(p, z, decode, c), images[:, None]), log_q - log_p
    loss = (math.log(samples) - torch.logsumexp(-reconstruction - beta * drawn, 1)).mean()
    metrics = {"reconstruction": reconstruction.mean(), "kl": drawn.mean()}
    return loss, {**metrics, **({} if beta == 1 else {"weightedKl": beta * drawn.mean()})}


def log_normalizer(scale, c):
    """The paper's closed form (eq. 32) of the integral over distances."""
    d, total = LATENT, 0
    for k in range(d):
        tilt = (d - 1 - 2 * k) * math.sqrt(c) * scale
        part = math.comb(d - 1, k) * torch.exp(tilt**2 / 2) * (1 + torch.erf(tilt / math.sqrt(2)))
        total = total + (-1) ** k * part
    return torch.log(total * math.sqrt(math.pi / 2) * scale / (2 * math.sqrt(c)) ** (d - 1))


def slope_of_distance(x, s, n):
    """−(∂F/∂s) / p(x) of the density ∝ exp(−x² / 2s²) sinhⁿ x, by adaptive quadrature."""
    def relative(t, power=0):
        return t**power * (math.sinh(t) / math.sinh(x)) ** n * math.exp((x**2 - t**2) / (2 * s**2))

    top = x + 12 * s
    below = [quad(relative, 0, x, (k,), epsrel=1e-12)[0] for k in (0, 2)]
    above = [quad(relative, x, top, (k,), epsrel=1e-12)[0] for k in (0, 2)]
    mean = (below[1] + above[1]) / (below[0] + above[0])
    return -(below[1] - mean * below[0]) / s**3


class Distance(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s, x, n):
        slopes = [[slope_of_distance(v, own, n) for v in row] for own, row in zip(s[:, 0].tolist(), x.tolist())]
        ctx.save_for_backward(torch.tensor(slopes))
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        (slopes,) = ctx.saved_tensors
        return (gradient * slopes).sum(1, keepdim=True), None, None


def anchors(s, n):
    """Anchors of the program: another tangent would take other proposals."""
    wanted = n * s**2
    x = wanted / 2 + torch.sqrt(wanted**2 / 4 + wanted)
    for _ in range(4):
        t = torch.tanh(x)
        x = torch.maximum(x - (x * t - wanted) / (t + x * (1 - t**2)), s * 1e-3)
    return x


def riemannian(p, beta, curvature):
    c, d, h = curvature, LATENT, hidden(p)
    tangent = dense(p, "mean", h)
    mean = exponential(torch.zeros_like(tangent), tangent, c)[:, None]
    s = torch.exp(dense(p, "logVariance", h) / 2) * math.sqrt(c)
    own = s.detach()[..., None]
    start = anchors(own, d - 1)
    slope = 1 / torch.tanh(start)
    proposed = (d - 1) * own**2 * slope + own * noises["radius.noise0"]
    safe = proposed.clamp(min=1e-12)
    rise = (d - 1) * (torch.log(torch.sinh(safe) / torch.sinh(start)) - slope * (safe - start))
    accepted = (proposed > 0) & (rise >= torch.log(noises["radius.noise1"]))
    assert accepted.any(-1).all() and not accepted[..., 0].all()
    first = accepted.double().argmax(-1, keepdim=True)
    x = Distance.apply(s, safe.gather(-1, first)[..., 0], d - 1)
    direction = F.normalize(noises["radius.noise2"], dim=-1)
    z = mobius_add(mean, torch.tanh(x / 2)[..., None] * direction / math.sqrt(c), c)
    surface = math.log(2) + d / 2 * math.log(math.pi) - math.lgamma(d / 2)

    def log_density(mean, scale):
        r = (logarithm(mean, z, c) * conformal(mean, c)).norm(dim=-1)
        return -(r**2) / (2 * scale**2) - log_normalizer(scale, c) - surface

    log_q = log_density(mean, s / math.sqrt(c))
    log_p = log_density(torch.zeros_like(mean), torch.ones(1, 1))
    reconstruction, drawn = nll(p, z, images[:, None]), log_q - log_p
    metrics = {"reconstruction": reconstruction.mean(), "kl": drawn.mean(), "weightedKl": beta * drawn.mean()}
    return (reconstruction + beta * drawn).mean(), metrics


def ball(samples=1, beta=1, curvature=1.0, prior_scale=1.0, decode="point"):
    return locals()


cases = {
    "poincare": ("ball", poincare, ball(beta=0.6, curvature=0.8, prior_scale=1.2)),
    "poincare with samples": ("ball", poincare, ball(samples=SAMPLES, curvature=0.5, decode="tangent")),
    "poincare riemannian": ("isotropic", riemannian, {"beta": 0.5, "curvature": 0.8}),
    "poincare with gyroplanes": ("planes", poincare, ball(curvature=0.7, decode="gyroplanes")),
    "hyperspherical": ("directed", hyperspherical, {"samples": 1, "beta": 0.7}),
    "hyperspherical with samples": ("directed", hyperspherical, {"samples": SAMPLES, "beta": 1}),
}


def write_cases():
    tensors, scalars = results(models, cases)
    save_results("torch-geometry", {**noises, **tensors}, scalars, indent=1)
    print(scalars)


def von_mises_fisher(d, kappa):
    """Values of the density's functions by arithmetic of 50 digits."""
    k, order = mp.mpf(kappa), mp.mpf(d) / 2 - 1
    bessel = mp.besseli(order, k)
    cosine = mp.besseli(order + 1, k) / bessel
    log_scale = order * mp.log(k) - mp.mpf(d) / 2 * mp.log(2 * mp.pi) - mp.log(bessel)
    surface = mp.log(2) + mp.mpf(d) / 2 * mp.log(mp.pi) - mp.loggamma(mp.mpf(d) / 2)
    slope = 1 - cosine**2 - (d - 1) * cosine / k
    values = {"kl": k * cosine + log_scale + surface, "klSlope": k * slope, "logScale": log_scale + k}
    return {"d": d, "kappa": kappa, **{n: float(v) for n, v in {**values, "meanDistance": 1 - cosine}.items()}}


def write_functions():
    mp.mp.dps = 50
    kappas = [float(np.float32(k)) for k in (1e-3, 0.3, 1, 4, 17, 100, 1e4)]
    rows = [von_mises_fisher(d, k) for d in (2, 3, 4, 7, 16, 33, 64) for k in kappas]
    (folder / "von-mises-fisher.json").write_text(json.dumps(rows, indent=1) + "\n")


def hyperbolic_radius(d, scale):
    """The distance from a Riemannian normal's mean in curvature −1: by adaptive quadrature of 30 digits."""
    s, n = mp.mpf(scale), d - 1
    mode = mp.findroot(lambda x: x * mp.tanh(x) - n * s**2, n * s**2 / 2 + mp.sqrt((n * s**2) ** 2 / 4 + n * s**2))
    places = [max(mp.mpf(0), mode + k * s) for k in (-12, -6, -2, 0, 2, 6, 12)]
    places = sorted(set(places))
    top = -(mode**2) / (2 * s**2) + n * mp.log(mp.sinh(mode))

    def density(x):
        return mp.exp(-(x**2) / (2 * s**2) + n * mp.log(mp.sinh(x)) - top) if x > 0 else mp.mpf(0)

    moments = [mp.quad(lambda x, k=k: x**k * density(x), places) for k in (0, 1, 2, 3)]
    mean, square, cube = (m / moments[0] for m in moments[1:])
    slope = (cube - mean * square) / s**3
    values = {"logNormalizer": mp.log(moments[0]) + top, "mean": mean, "meanSquare": square, "meanSlope": slope}
    return {"d": d, "scale": scale, **{name: float(value) for name, value in values.items()}}


def write_radii():
    mp.mp.dps = 30
    scales = [float(np.float32(s)) for s in (0.05, 0.3, 1, 2.5)]
    rows = [hyperbolic_radius(d, s) for d in (2, 3, 10) for s in scales]
    (folder / "hyperbolic-radius.json").write_text(json.dumps(rows, indent=1) + "\n")


write_cases()
write_functions()
write_radii()
