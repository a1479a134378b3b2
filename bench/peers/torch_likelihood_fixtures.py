"""Writes test/fixtures/torch-likelihoods.safetensors: every likelihood's nats, gradients and
mean in float64, by torch.distributions of PyTorch 2 where it has the distribution.

Needs `pip install torch mpmath numpy safetensors`. Run from the repository's root. The discretized
logistic mixture is PixelCNN++'s equation 2 as it stands; where float64 loses it (extreme parameters),
it and the continuous Bernoulli are computed in 80 digits by mpmath.
"""

import math

import mpmath
import torch
from mpmath import mpf
from torch.distributions import Bernoulli, Categorical, ContinuousBernoulli, Laplace, Normal
from torch.nn import functional as F
from torch_cases import save, single

torch.manual_seed(0)
mpmath.mp.dps = 80

BATCH, CHANNELS, HEIGHT, WIDTH = 4, 2, 2, 3

# Eight-bit levels, with both ends of the range among them.
levels = torch.randint(0, 256, (BATCH, CHANNELS, HEIGHT, WIDTH))
levels[0, 0, 0] = torch.tensor([0, 255, 128])
levels[1, 1, 1] = torch.tensor([255, 0, 1])
levels[3, :, 0] = torch.tensor([[0, 0, 0], [255, 255, 255]])
images = single(levels / 255)
weights = single(torch.rand(BATCH) + 0.5)


def halves(p):
    return p[:, :CHANNELS], p[:, CHANNELS:]


def at_least(x, low):
    """The σ-VAE authors' softclip."""
    return low + F.softplus(x - low)


def per_example(x):
    return x.flatten(1).sum(1)


def bernoulli(p, _):
    d = Bernoulli(logits=p, validate_args=False)
    return per_example(-d.log_prob(images)), d.mean


def continuous_bernoulli(p, _):
    d = ContinuousBernoulli(logits=p)
    return per_example(-d.log_prob(images)), d.mean


def gaussian(variance):
    def nats(p, scalar):
        mean, raw = halves(p) if variance == "pixel" else (p, scalar)
        log_variance = math.log(variance) if isinstance(variance, float) else at_least(raw, -12)
        d = Normal(mean, torch.exp(torch.as_tensor(log_variance) / 2))
        return per_example(-d.log_prob(images)), d.mean

    return nats


def laplace(scale):
    def nats(p, scalar):
        location, raw = halves(p) if scale == "pixel" else (p, scalar)
        log_scale = math.log(scale) if isinstance(scale, float) else at_least(raw, -6)
        d = Laplace(location, torch.exp(torch.as_tensor(log_scale)))
        return per_example(-d.log_prob(images)), d.mean

    return nats


def mse(p, _):
    return per_example(0.5 * F.mse_loss(p, images, reduction="none")), p


def categorical(count):
    def nats(p, _):
        logits = p.reshape(BATCH, count, CHANNELS, HEIGHT, WIDTH).movedim(1, -1)
        d = Categorical(logits=logits)
        nearest = torch.round(images * (count - 1))
        mean = (d.probs * torch.arange(count) / (count - 1)).sum(-1)
        return per_example(-d.log_prob(nearest)), mean

    return nats


def mixture(p, count):
    logits, means, raw = p.reshape(BATCH, 3, count, CHANNELS, HEIGHT, WIDTH).unbind(1)
    return torch.log_softmax(logits, 1), means, at_least(raw, -7)


def level_masses(means, log_scales, level):
    """P of levels on [−1, 1], by differences of the distribution function."""
    y = level / 127.5 - 1
    upper = torch.sigmoid((y + 1 / 255 - means) * torch.exp(-log_scales))
    lower = torch.sigmoid((y - 1 / 255 - means) * torch.exp(-log_scales))
    return torch.where(level == 255, 1, upper) - torch.where(level == 0, 0, lower)


def discretized_logistic(count):
    def nats(p, _):
        log_weights, means, log_scales = mixture(p, count)
        mass = (log_weights.exp() * level_masses(means, log_scales, levels[:, None])).sum(1)
        # The mean of the mixture held in [−1, 1], from a fine grid of its distribution function.
        grid = (torch.arange(20000) + 0.5) / 10000 - 1
        above = torch.sigmoid((means[..., None] - grid) * torch.exp(-log_scales)[..., None])
        mean = (log_weights.exp() * above.mean(-1)).sum(1)
        return per_example(-torch.log(mass)), mean

    return nats


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def mp_softplus(x):
    return mpmath.log1p(mpmath.exp(x))


def mp_logistic(count):
    def nats(p, level, _):
        logits, means, raw = p[:count], p[count : 2 * count], p[2 * count :]
        y = mpf(level) / mpf("127.5") - 1
        total = sum(mpmath.exp(each) for each in logits)
        mass = mpf(0)
        for logit, mean, r in zip(logits, means, raw):
            inverse = mpmath.exp(-(mp_softplus(r + 7) - 7))
            upper = mpf("inf") if level == 255 else (y + mpf(1) / 255 - mean) * inverse
            lower = mpf("-inf") if level == 0 else (y - mpf(1) / 255 - mean) * inverse
            # Flips to the tail in which the digits are kept.
            if lower > 0:
                upper, lower = -lower, -upper
            mass += mpmath.exp(logit) / total * (sigmoid(upper) - sigmoid(lower))
        return -mpmath.log(mass)

    return nats


def mp_continuous(p, _, x):
    return mpmath.log(mpmath.expm1(p[0]) / p[0]) - x * p[0]


def mp_case(p, count, value):
    """Nats and gradients of `value`, a function of one pixel's `count` parameters, in mpmath."""
    flat = p.reshape(BATCH, count, CHANNELS, HEIGHT, WIDTH)
    nats, gradient = torch.zeros(BATCH), torch.zeros_like(flat)
    for place in torch.cartesian_prod(*map(torch.arange, images.shape)).tolist():
        b, *rest = place
        numbers = [mpf(flat[(b, k, *rest)].item()) for k in range(count)]
        level, x = int(levels[tuple(place)]), mpf(images[tuple(place)].item())
        nats[b] += float(value(numbers, level, x))
        for k in range(count):
            order = tuple(int(i == k) for i in range(count))
            slope = mpmath.diff(lambda *q: value(q, level, x), tuple(numbers), order)
            gradient[(b, k, *rest)] = float(slope) * weights[b]
    return nats, gradient.reshape(p.shape)


def parameters(count, scale=1.0):
    return single(torch.randn(BATCH, count * CHANNELS, HEIGHT, WIDTH) * scale)


def near(p):
    """Puts logits at and close to 0, where the continuous Bernoulli's constant is 0 / 0."""
    p = p.clone()
    p.flatten()[:8] = torch.tensor([0.0, 1e-6, -1e-4, 0.01, -0.1, 0.3, -0.49, 0.51])
    return single(p)


def located(p):
    """Locations near the images, and raw spreads on both sides of their bound."""
    p = p.clone()
    p[:, :CHANNELS] = 0.5 + 0.3 * p[:, :CHANNELS]
    if p.shape[1] > CHANNELS:
        p[:, CHANNELS:] = 2 * p[:, CHANNELS:] - 4
    return single(p)


def extremes(count, size):
    """Numbers of the given size of either sign."""
    return single(size * torch.sign(torch.randn(BATCH, count * CHANNELS, HEIGHT, WIDTH)))


def plain_extremes(p, _):
    """Bernoulli logits of ±50, whose distribution is exact in float64 by its formula alone."""
    return per_example(F.softplus(p) - images * p), torch.sigmoid(p)


scalar = torch.tensor(-2.5)
cases = {
    "bernoulli": (bernoulli, parameters(1, 2), None),
    "bernoulli.extreme": (plain_extremes, extremes(1, 50), None),
    "continuousBernoulli": (continuous_bernoulli, near(parameters(1, 2)), None),
    "gaussian.fixed": (gaussian(0.1), located(parameters(1)), None),
    "gaussian.shared": (gaussian("shared"), located(parameters(1)), scalar),
    "gaussian.pixel": (gaussian("pixel"), located(parameters(2)), None),
    "gaussian.extreme": (gaussian("pixel"), extremes(2, 50), None),
    "laplace.fixed": (laplace(0.2), located(parameters(1)), None),
    "laplace.shared": (laplace("shared"), located(parameters(1)), scalar),
    "laplace.pixel": (laplace("pixel"), located(parameters(2)), None),
    "laplace.extreme": (laplace("pixel"), extremes(2, 50), None),
    "discretizedLogistic.one": (discretized_logistic(1), parameters(3), None),
    "discretizedLogistic.mixture": (discretized_logistic(3), parameters(9), None),
    "categorical.two": (categorical(2), parameters(2, 2), None),
    "categorical.bytes": (categorical(256), parameters(256, 2), None),
    "categorical.extreme": (categorical(4), extremes(4, 50), None),
    "mse": (mse, located(parameters(1)), None),
}
exact = {
    "continuousBernoulli.extreme": (mp_continuous, extremes(1, 50), 1),
    "discretizedLogistic.extreme": (mp_logistic(2), extremes(6, 50), 6),
    "discretizedLogistic.narrow": (mp_logistic(2), parameters(6, 4), 6),
}

tensors = {"images": images, "weights": weights, "scalar": scalar}
for name, (function, p, shared) in cases.items():
    leaf = p.clone().requires_grad_()
    leaves = [leaf] if shared is None else [leaf, shared.clone().requires_grad_()]
    nats, mean = function(leaf, leaves[-1])
    (nats * weights).sum().backward()
    tensors |= {f"{name}.parameters": p, f"{name}.nats": nats, f"{name}.mean": mean}
    tensors[f"{name}.gradient"] = leaf.grad
    if shared is not None:
        tensors[f"{name}.scalarGradient"] = leaves[1].grad
for name, (function, p, count) in exact.items():
    nats, gradient = mp_case(p, count, function)
    tensors |= {f"{name}.parameters": p, f"{name}.nats": nats, f"{name}.gradient": gradient}

save("torch-likelihoods", tensors)
