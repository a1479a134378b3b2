"""Writes test/fixtures/torch-deep-objectives.{safetensors,json}: loss, parts and gradients of objectives with several
codes a position, with latents that have positions, and with latents in groups, in float64 by PyTorch 2 from the papers' equations.

Needs `pip install torch numpy safetensors`. Run from the repository's root, after torch_objective_fixtures.py, whose
examples and models it takes.
"""

import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F
from torch_cases import STANDARD, dense, examples, model_of, nll, results, save_results, single
from torch_cases import layer as layer_of

torch.manual_seed(13)

shared = examples()
images = shared["images"]
LATENT, DEPTH, CODES = 3, 3, 4

books = {
    "residual": single(torch.randn(DEPTH * CODES, LATENT) * 0.7),
    "residual shared": single(torch.randn(CODES, LATENT) * 0.7),
}


def layer(name, *shape):
    return layer_of(name, *shape, scale=0.5)


CHANNELS, GROUPS, HIDDEN, FEATURES = 4, [1, 2], 4, 5
spatial = {
    **layer("encoder.0", CHANNELS, 1, 1, 2),
    **layer("mean", LATENT, CHANNELS),
    **layer("logVariance", LATENT, CHANNELS),
    **layer("decoder.0", 6, LATENT * 4),
}
grouped = {
    **layer("encoder.0", FEATURES, 6),
    **layer("topDown.0.posterior.0", HIDDEN, FEATURES),
    **layer("topDown.0.posterior.1", 2 * GROUPS[0], HIDDEN),
    **layer("topDown.0.merge.0", HIDDEN, GROUPS[0]),
    **layer("topDown.0.merge.1", HIDDEN, HIDDEN),
    **layer("topDown.1.posterior.0", HIDDEN, HIDDEN + FEATURES),
    **layer("topDown.1.posterior.1", 2 * GROUPS[1], HIDDEN),
    **layer("topDown.1.prior.1", 2 * GROUPS[1], HIDDEN),
    **layer("topDown.1.merge.0", HIDDEN, HIDDEN + GROUPS[1]),
    **layer("topDown.1.merge.1", HIDDEN, HIDDEN),
    **layer("decoder.0", 6, HIDDEN),
}
models = {**{name: model_of(shared, "quantized") for name in books}, "spatial": spatial, "grouped": grouped}
noise = single(torch.randn(len(images), LATENT, 2, 2))
draw = shared["several"][:, 0]


def residual_vq(p, name, beta):
    features = dense(p, "encoder.1", torch.tanh(dense(p, "encoder.0", images.flatten(1))))
    rest, z, commitment, perplexities = features.detach(), 0, 0, []
    for depth in range(DEPTH):
        book = books[name] if name.endswith("shared") else books[name][depth * CODES : (depth + 1) * CODES]
        chosen = ((rest[:, None] - book) ** 2).sum(2).argmin(1)
        rest, z = rest - book[chosen], z + book[chosen]
        commitment = commitment + ((features - z) ** 2).sum(1).mean()
        usage = F.one_hot(chosen, CODES).double().mean(0)
        perplexities.append(torch.exp(torch.special.entr(usage).sum()))
    reconstruction = nll(p, features + (z - features).detach(), images).mean()
    metrics = {"commitment": commitment, "perplexity": sum(perplexities) / DEPTH}
    return reconstruction + beta * commitment, {"reconstruction": reconstruction, **metrics}


def autoencoder_kl(p, beta):
    features = torch.tanh(F.conv2d(images, p["encoder.0.weight"], p["encoder.0.bias"]))
    mean, log_variance = (
        F.conv2d(features, p[f"{name}.weight"][:, :, None, None], p[f"{name}.bias"]) for name in ("mean", "logVariance")
    )
    q = Normal(mean, torch.exp(log_variance / 2))
    reconstruction = nll(p, (q.loc + q.scale * noise).flatten(1), images).mean()
    kl = kl_divergence(q, STANDARD).flatten(1).sum(1).mean()
    metrics = {"reconstruction": reconstruction, "kl": kl, "weightedKl": beta * kl}
    return reconstruction + beta * kl, metrics


def mlp(p, name, x):
    return dense(p, f"{name}.1", F.silu(dense(p, f"{name}.0", x)))


def hierarchical(p, beta, free):
    """Latents as they are, not whitened: priors N(mu, sigma) and posteriors N(mu + sigma * dmu, sigma * dsigma)."""
    features = torch.tanh(dense(p, "encoder.0", images.flatten(1)))
    h, kls, place = None, [], 0
    for level, size in enumerate(GROUPS):
        name = f"topDown.{level}"
        seen = features if h is None else torch.cat([h, features], 1)
        shift, log_variance = mlp(p, f"{name}.posterior", seen).chunk(2, 1)
        if h is None:
            prior = Normal(torch.zeros_like(shift), torch.ones_like(shift))
        else:
            mu, log_prior = dense(p, f"{name}.prior.1", F.silu(h)).chunk(2, 1)
            prior = Normal(mu, torch.exp(log_prior / 2))
        q = Normal(prior.loc + prior.scale * shift, prior.scale * torch.exp(log_variance / 2))
        kls.append(kl_divergence(q, prior).sum(1).mean())
        z = q.loc + q.scale * draw[:, place : place + size]
        place += size
        change = mlp(p, f"{name}.merge", z if h is None else torch.cat([h, z], 1))
        h = change if h is None else h + change
    reconstruction = nll(p, h, images).mean()
    cost = beta * sum(kl.clamp(min=free) for kl in kls)
    metrics = {"reconstruction": reconstruction, "kl": sum(kls)}
    if beta != 1 or free != 0:
        metrics["weightedKl"] = cost
    return reconstruction + cost, {**metrics, **{f"klGroup{i + 1}": kl for i, kl in enumerate(kls)}}


cases = {
    "autoencoderKl": ("spatial", autoencoder_kl, {"beta": 0.3}),
    "hierarchical": ("grouped", hierarchical, {"beta": 1, "free": 0}),
    "hierarchical free": ("grouped", hierarchical, {"beta": 0.5, "free": 0.6}),
    "residualVq": ("residual", residual_vq, {"name": "residual", "beta": 0.4}),
    "residualVq shared": ("residual shared", residual_vq, {"name": "residual shared", "beta": 0.2}),
}
tensors, scalars = results(models, cases)
tensors.update({f"{name}.codebook": book for name, book in books.items()})
save_results("torch-deep-objectives", {"positions": noise, "groups": draw[:, None], **tensors}, scalars)
