"""Writes test/fixtures/torch-vamp-gan.{safetensors,json}: loss, parts and gradients of VampPrior and of VAE/GAN
in float64 by PyTorch 2, from the papers' equations and torch.distributions.

Needs `pip install torch numpy safetensors`. Run from the repository's root, after
torch_objective_fixtures.py, whose examples and noise it takes.
"""

import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, kl_divergence
from torch.nn import functional as F
from torch_cases import (
    STANDARD,
    bound,
    dense,
    examples,
    layer,
    model_of,
    nll,
    posterior,
    results,
    save_results,
    single,
)

torch.manual_seed(13)

shared = examples()
images, epsilon, several, prior = (shared[key] for key in ("images", "epsilon", "several", "prior"))
gaussian = model_of(shared, "gaussian")
COMPONENTS, JUDGING, CHANNELS, LATENT = 5, 4, (2, 3), 3


def norm(name, channels):
    return {f"{name}.weight": single(1 + 0.3 * torch.randn(channels)), f"{name}.bias": single(torch.randn(channels) * 0.3)}


def discriminator(parts, last, width):
    """A convolution, a second one of stride 2 that is normalized, a dense layer that is normalized, a logit."""
    first, second, third = parts
    return {
        **layer(first, CHANNELS[0], 1, 5, 5, scale=0.4),
        **layer(second, CHANNELS[1], CHANNELS[0], 5, 5, scale=0.4),
        **norm(next_of(second), CHANNELS[1]),
        **layer(third, JUDGING, width),
        **norm(next_of(third), JUDGING),
        **layer(last, 1, JUDGING),
    }


def next_of(name):
    path, number = name.rsplit(".", 1)
    return f"{path}.{int(number) + 1}"


# Some pseudo-inputs are outside of [0, 1], where they are held at its ends.
pseudo = single(0.5 + 0.4 * torch.randn(COMPONENTS, 1, 2, 3))
assert (pseudo < 0).any() and (pseudo > 1).any()
path = "discriminator"
whole = [f"{path}.features.0", f"{path}.features.2", f"{path}.verdict.0"]
early = [f"{path}.features.0", f"{path}.verdict.0", f"{path}.verdict.3"]
models = {
    "vamp": {**gaussian, "prior.pseudoInputs": pseudo},
    "gan": {**gaussian, **discriminator(whole, f"{path}.verdict.3", 6)},
    "gan early": {**gaussian, **discriminator(early, f"{path}.verdict.6", 6)},
}


def vamp_prior(p, samples, beta):
    q = posterior(p, images)
    at = posterior(p, p["prior.pseudoInputs"].clamp(0, 1))
    mixture = MixtureSameFamily(Categorical(torch.ones(COMPONENTS)), Independent(at, 1))

    def terms_of(draw):
        z = q.loc + q.scale * several[:, draw]
        return nll(p, z, images), q.log_prob(z).sum(-1) - mixture.log_prob(z)

    return bound(terms_of, samples, beta)


def normalized(p, name, x):
    return F.group_norm(x, 1, p[f"{name}.weight"], p[f"{name}.bias"])


def judged(p, x, parts, last, is_early):
    """Features of the layer that is compared, and logits."""
    first, second, third = parts
    convolve = lambda name, x, stride, pads: F.conv2d(
        F.pad(x, pads), p[f"{name}.weight"], p[f"{name}.bias"], stride=stride
    )
    h = F.relu(convolve(first, x, 1, (2, 2, 2, 2)))
    compared = h
    # Image of 2 x 3 pixels, which stride 2 makes 1 x 2: the odd row of zeros is at the end.
    h = F.relu(normalized(p, next_of(second), convolve(second, h, 2, (2, 2, 1, 2))))
    compared = compared if is_early else h
    h = F.relu(normalized(p, next_of(third), dense(p, third, h.flatten(1))))
    return compared.flatten(1), dense(p, last, h)


def cross_entropy(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def vae_gan(p, gamma, parts, last, is_early=False):
    judge = lambda x: judged(p, x, parts, last, is_early)
    q = posterior(p, images)
    z = q.loc + q.scale * epsilon
    decode = lambda z: torch.sigmoid(dense(p, "decoder.0", z)).reshape(images.shape)
    (real, yes), (again, no), (_, drawn) = judge(images), judge(decode(z)), judge(decode(prior))
    reconstruction = 0.5 * ((real - again) ** 2).sum(1).mean()
    kl = kl_divergence(q, STANDARD).sum(1).mean()
    told = cross_entropy(yes, 1) + cross_entropy(no, 0) + cross_entropy(drawn, 0)
    # L_GAN, whose first term does not depend on the decoder.
    gan = torch.log(1 - torch.sigmoid(no)).mean() + torch.log(1 - torch.sigmoid(drawn)).mean()
    # Both players move: real and made images are told apart neither too easily nor too hard, or both at once.
    players = [
        {"of": [name for name in p if name.startswith("decoder")], "loss": gamma * reconstruction + gan},
        {"of": [name for name in p if name.startswith("discriminator")], "loss": told},
    ]
    metrics = {"reconstruction": reconstruction, "kl": kl, "pixels": nll(p, z, images).mean()}
    return reconstruction + kl, metrics, *players


cases = {
    "vampPrior": ("vamp", vamp_prior, {"samples": 1, "beta": 0.4}),
    "vampPrior of several draws": ("vamp", vamp_prior, {"samples": 4, "beta": 1}),
    "vaeGan": ("gan", vae_gan, {"gamma": 0.3, "parts": whole, "last": f"{path}.verdict.3"}),
    "vaeGan by an early layer": (
        "gan early",
        vae_gan,
        {"gamma": 2, "parts": early, "last": f"{path}.verdict.6", "is_early": True},
    ),
}
save_results("torch-vamp-gan", *results(models, cases))
