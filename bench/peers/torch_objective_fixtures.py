"""Writes test/fixtures/torch-objectives.{safetensors,json}: every objective's loss, parts and
gradients in float64 by PyTorch 2, from the papers' equations and torch.distributions.

Needs `pip install torch numpy safetensors`. Run from the repository's root. The maximum mean
discrepancies follow pythae's WAE_MMD and the authors' code of the InfoVAE; the total correlation
follows the authors' code of the β-TC-VAE (minibatch-weighted sampling).
"""

import math

import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F
from torch_cases import STANDARD, dense, layer, nll, posterior, results, save_results, single

torch.manual_seed(0)

BATCH, PIXELS, HIDDEN, LATENT, CLASSES, CODES, SAMPLES, JUDGING = 7, 6, 5, 3, 3, 4, 4, 4


def network(pixels, latents, heads):
    parameters = layer("encoder.0", HIDDEN, pixels)
    for head in heads:
        parameters |= layer(head, LATENT, HIDDEN)
    return {**parameters, **layer("decoder.0", PIXELS, latents)}


images = single(torch.rand(BATCH, 1, 2, 3))
labels = torch.arange(BATCH) % CLASSES
epsilon = single(torch.randn(BATCH, LATENT))
several = single(torch.randn(BATCH, SAMPLES, LATENT))
prior = single(torch.randn(BATCH, LATENT))
codebook = single(torch.randn(CODES, LATENT))
models = {
    "gaussian": network(PIXELS, LATENT, ["mean", "logVariance"]),
    "conditional": network(PIXELS * (1 + CLASSES), LATENT + CLASSES, ["mean", "logVariance"]),
    "deterministic": network(PIXELS, LATENT, ["mean"]),
    "quantized": network(PIXELS, LATENT, ["encoder.1"]),
}


def with_discriminator(model):
    return {**models[model], **layer("discriminator.0", JUDGING, LATENT), **layer("discriminator.2", 1, JUDGING)}


models["judged"] = with_discriminator("gaussian")
models["point"] = with_discriminator("deterministic")


def vae(p, weight, reduction):
    q = posterior(p, images)
    reconstruction = nll(p, q.loc + q.scale * epsilon, images).mean()
    kl = kl_divergence(q, STANDARD).mean(0).sum()
    weighted = 2 * weight * kl / (LATENT if reduction == "mean" else 1)
    return reconstruction + weighted, {"reconstruction": reconstruction, "kl": kl, "weightedKl": weighted}


def gaussian_terms(p):
    q = posterior(p, images)
    z = q.loc + q.scale * epsilon
    return q, z, nll(p, z, images).mean(), kl_divergence(q, STANDARD)


def beta_vae(p, beta):
    _, _, reconstruction, kl = gaussian_terms(p)
    kl = kl.sum(1).mean()
    return reconstruction + beta * kl, {"reconstruction": reconstruction, "kl": kl, "weightedKl": beta * kl}


def free_bits(p, lambda_):
    _, _, reconstruction, kl = gaussian_terms(p)
    per_latent = kl.mean(0)
    loss = reconstruction + per_latent.clamp(min=lambda_).sum()
    assert (per_latent < lambda_).any() and (per_latent > lambda_).any()
    return loss, {"reconstruction": reconstruction, "kl": per_latent.sum()}


def capacity(p, gamma, c):
    _, _, reconstruction, kl = gaussian_terms(p)
    kl = kl.sum(1)
    assert (kl < c).any() and (kl > c).any()
    loss = reconstruction + gamma * (kl - c).abs().mean()
    return loss, {"reconstruction": reconstruction, "kl": kl.mean()}


def log_weights(p):
    q = posterior(p, images)
    z = q.loc[:, None] + q.scale[:, None] * several
    log_p = STANDARD.log_prob(z).sum(-1)
    log_q = Normal(q.loc[:, None], q.scale[:, None]).log_prob(z).sum(-1)
    reconstruction = torch.stack([nll(p, z[:, i], images) for i in range(SAMPLES)], 1)
    metrics = {"reconstruction": reconstruction.mean(), "kl": kl_divergence(q, STANDARD).sum(1).mean()}
    return log_p - reconstruction - log_q, metrics


def iwae(p):
    log_w, metrics = log_weights(p)
    return -(torch.logsumexp(log_w, 1) - math.log(SAMPLES)).mean(), metrics


def miwae(p, bounds):
    log_w, metrics = log_weights(p)
    grouped = log_w.reshape(BATCH, bounds, SAMPLES // bounds)
    return -(torch.logsumexp(grouped, 2) - math.log(SAMPLES // bounds)).mean(), metrics


def ciwae(p, beta):
    log_w, metrics = log_weights(p)
    return -beta * log_w.mean() + (1 - beta) * iwae(p)[0], metrics


def piwae(p, bounds):
    """The loss of the decoder, and of the encoder's player."""
    decoder, metrics = iwae(p)
    encoder, _ = miwae(p, bounds)
    of_encoder = [name for name in p if not name.startswith("decoder")]
    return decoder, metrics, {"of": of_encoder, "loss": encoder}


def dip_vae(p, version, off_diagonal, diagonal):
    q, _, reconstruction, kl = gaussian_terms(p)
    kl = kl.sum(1).mean()
    covariance = torch.cov(q.loc.T, correction=0)
    if version == 2:
        covariance = covariance + torch.diag((q.scale**2).mean(0))
    variances = torch.diag(covariance)
    beside = (covariance - torch.diag(variances)) ** 2
    penalty = off_diagonal * beside.sum() + diagonal * ((variances - 1) ** 2).sum()
    return reconstruction + kl + penalty, {"reconstruction": reconstruction, "kl": kl, "covariance": penalty}


def beta_tc_vae(p, alpha, beta, gamma, size):
    q, z, reconstruction, kl = gaussian_terms(p)
    log_p = STANDARD.log_prob(z).sum(1)
    log_q_given_x = q.log_prob(z).sum(1)
    pairs = Normal(q.loc[None], q.scale[None]).log_prob(z[:, None])
    log_q = torch.logsumexp(pairs.sum(2), 1) - math.log(size * BATCH)
    log_marginals = (torch.logsumexp(pairs, 1) - math.log(size * BATCH)).sum(1)
    information = (log_q_given_x - log_q).mean()
    correlation = (log_q - log_marginals).mean()
    dimension = (log_marginals - log_p).mean()
    loss = reconstruction + alpha * information + beta * correlation + gamma * dimension
    return loss, {
        "reconstruction": reconstruction,
        "kl": kl.sum(1).mean(),
        "information": information,
        "correlation": correlation,
        "dimensionKl": dimension,
    }


def squared(a, b):
    return ((a[:, None] - b[None]) ** 2).sum(2)


def rbf(a, b, bandwidth):
    return torch.exp(-squared(a, b) / (2 * LATENT * bandwidth**2))


def imq(a, b, bandwidth):
    c = 2 * LATENT * bandwidth**2
    return sum(c * s / (c * s + squared(a, b)) for s in (0.1, 0.2, 0.5, 1, 2, 5, 10))


def mmd_biased(a, b, k, bandwidth):
    return k(a, a, bandwidth).mean() + k(b, b, bandwidth).mean() - 2 * k(a, b, bandwidth).mean()


def mmd_unbiased(a, b, k, bandwidth):
    def within(x):
        gram = k(x, x, bandwidth)
        return (gram - torch.diag(torch.diag(gram))).sum() / (BATCH * (BATCH - 1))

    return within(a) + within(b) - 2 * k(a, b, bandwidth).mean()


def judge(p, z):
    """The discriminator's logits."""
    return dense(p, "discriminator.2", F.leaky_relu(dense(p, "discriminator.0", z), 0.2))


def discriminator_of(p, loss):
    """The loss of the discriminator, and its parameters."""
    return {"of": [name for name in p if name.startswith("discriminator")], "loss": loss}


def cross_entropy(logits, target):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def factor_vae(p, gamma):
    _, z, reconstruction, kl = gaussian_terms(p)
    kl = kl.sum(1).mean()
    order = prior.argsort(0).argsort(0)
    correlation = judge(p, z).mean()
    told = cross_entropy(judge(p, z), 1) + cross_entropy(judge(p, torch.gather(z, 0, order)), 0)
    metrics = {"reconstruction": reconstruction, "kl": kl, "correlation": correlation}
    return reconstruction + kl + gamma * correlation, metrics, discriminator_of(p, told / 2)


def adversarial_autoencoder(p, lambda_):
    z = point(p)
    reconstruction = nll(p, z, images).mean()
    misled = cross_entropy(judge(p, z), 1)
    told = cross_entropy(judge(p, prior), 1) + cross_entropy(judge(p, z), 0)
    metrics = {"reconstruction": reconstruction, "misled": misled}
    return reconstruction + lambda_ * misled, metrics, discriminator_of(p, told)


def info_vae(p, alpha, lambda_, bandwidth):
    _, z, reconstruction, kl = gaussian_terms(p)
    kl = kl.sum(1).mean()
    mmd = mmd_biased(z, prior, rbf, bandwidth)
    loss = reconstruction + (1 - alpha) * kl + (alpha + lambda_ - 1) * mmd
    return loss, {"reconstruction": reconstruction, "kl": kl, "mmd": mmd}


def point(p):
    return dense(p, "mean", torch.tanh(dense(p, "encoder.0", images.flatten(1))))


def wae_mmd(p, lambda_, bandwidth):
    z = point(p)
    reconstruction = nll(p, z, images).mean()
    mmd = mmd_unbiased(z, prior, imq, bandwidth)
    return reconstruction + lambda_ * mmd, {"reconstruction": reconstruction, "mmd": mmd}


def rae(p, smoothing, beta, lambda_):
    z = point(p)
    reconstruction = nll(p, z, images).mean()
    size = (z**2).sum(1).mean() / 2
    if smoothing == "weights":
        smooth = sum((value**2).sum() for name, value in p.items() if name.startswith("decoder"))
    else:
        decoded = torch.sigmoid(dense(p, "decoder.0", z)).sum()
        smooth = (torch.autograd.grad(decoded, z, create_graph=True)[0] ** 2).sum(1).mean()
    metrics = {"reconstruction": reconstruction, "size": size, smoothing: smooth}
    return reconstruction + beta * size + lambda_ * smooth, metrics


def autoencoder(p):
    reconstruction = nll(p, point(p), images).mean()
    return reconstruction, {"reconstruction": reconstruction}


def conditional(p, beta):
    one_hot = F.one_hot(labels, CLASSES).double()
    planes = one_hot[:, :, None, None].expand(-1, -1, 2, 3)
    q = posterior(p, torch.cat([images, planes], 1))
    z = q.loc + q.scale * epsilon
    reconstruction = nll(p, torch.cat([z, one_hot], 1), images).mean()
    kl = kl_divergence(q, STANDARD).sum(1).mean()
    return reconstruction + beta * kl, {"reconstruction": reconstruction, "kl": kl, "weightedKl": beta * kl}


def vq_vae(p, beta):
    features = dense(p, "encoder.1", torch.tanh(dense(p, "encoder.0", images.flatten(1))))
    chosen = squared(features, codebook).argmin(1)
    quantized = codebook[chosen]
    straight_through = features + (quantized - features).detach()
    reconstruction = nll(p, straight_through, images).mean()
    commitment = ((features - quantized) ** 2).sum(1).mean()
    usage = F.one_hot(chosen, CODES).double().mean(0)
    perplexity = torch.exp(-(usage * torch.log(usage + 1e-300)).sum())
    loss = reconstruction + beta * commitment
    return loss, {"reconstruction": reconstruction, "commitment": commitment, "perplexity": perplexity}


cases = {
    "autoencoder": ("deterministic", autoencoder, {}),
    "vae": ("gaussian", vae, {"weight": 0.7, "reduction": "mean"}),
    "betaVae": ("gaussian", beta_vae, {"beta": 3}),
    "freeBits": ("gaussian", free_bits, {"lambda_": 0.3}),
    "capacity": ("gaussian", capacity, {"gamma": 20, "c": 1.0}),
    "conditional": ("conditional", conditional, {"beta": 2}),
    "iwae": ("gaussian", iwae, {}),
    "miwae": ("gaussian", miwae, {"bounds": 2}),
    "piwae": ("gaussian", piwae, {"bounds": 2}),
    "ciwae": ("gaussian", ciwae, {"beta": 0.3}),
    "dipVae": ("gaussian", dip_vae, {"version": 2, "off_diagonal": 5, "diagonal": 3}),
    "dipVae I": ("gaussian", dip_vae, {"version": 1, "off_diagonal": 10, "diagonal": 100}),
    "betaTcVae": ("gaussian", beta_tc_vae, {"alpha": 0.5, "beta": 6, "gamma": 2, "size": 1000}),
    "factorVae": ("judged", factor_vae, {"gamma": 6}),
    "adversarialAutoencoder": ("point", adversarial_autoencoder, {"lambda_": 3}),
    "rae L2": ("deterministic", rae, {"smoothing": "weights", "beta": 0.3, "lambda_": 0.05}),
    "rae GP": ("deterministic", rae, {"smoothing": "slope", "beta": 0.1, "lambda_": 2}),
    "infoVae": ("gaussian", info_vae, {"alpha": 0.25, "lambda_": 8, "bandwidth": 0.8}),
    "waeMmd": ("deterministic", wae_mmd, {"lambda_": 10, "bandwidth": 1.2}),
    "vqVae": ("quantized", vq_vae, {"beta": 0.4}),
}
given = {"images": images, "epsilon": epsilon, "several": several, "prior": prior, "codebook": codebook}
tensors, scalars = results(models, cases)
save_results("torch-objectives", {**given, **tensors}, scalars)
