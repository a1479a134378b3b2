"""The benchmark's networks in PyTorch, built from the plain data that vaekit builds them from."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from work import beta_of

ACTIVATIONS = {"relu": nn.ReLU, "silu": nn.SiLU}


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def modules(layers, shape):
    """The modules of layers, and the shape that they give."""
    found = []
    for layer in layers:
        kind, kernel, stride = layer["type"], layer.get("kernel", 3), layer.get("stride", 1)
        if kind == "dense":
            found += [nn.Flatten()] if len(shape) > 1 else []
            found.append(nn.Linear(math.prod(shape), layer["units"]))
            shape = [layer["units"]]
        elif kind == "reshape":
            shape = layer["shape"]
            found += [nn.Unflatten(1, shape)] if len(shape) > 1 else []
        elif kind == "conv2d":
            found.append(nn.Conv2d(shape[0], layer["filters"], kernel, stride, kernel // 2))
            shape = [layer["filters"], *(-(-size // stride) for size in shape[1:])]
        elif kind == "convTranspose2d":
            filters = layer["filters"]
            found.append(nn.ConvTranspose2d(shape[0], filters, kernel, stride, kernel // 2, stride - 1))
            shape = [filters, *(size * stride for size in shape[1:])]
        elif kind == "groupNorm":
            found.append(nn.GroupNorm(layer["groups"], shape[0]))
        elif kind == "activation":
            found.append(ACTIVATIONS[layer["name"]]())
        elif kind == "residual":
            found.append(Residual(*modules(layer["layers"], shape)[0]))
        else:
            raise SystemExit(f"{kind}: no such layer here")
        if layer.get("activation", "linear") != "linear":
            found.append(ACTIVATIONS[layer["activation"]]())
    return found, shape


class Gaussian(nn.Module):
    """Heads, a draw of the posterior, and the weighted KL divergence."""

    def __init__(self, shape, model):
        super().__init__()
        width = math.prod(shape)
        self.mean = nn.Linear(width, model["latent"])
        self.log_variance = nn.Linear(width, model["latent"])
        first, last, steps = beta_of(model)
        self.register_buffer("weight", torch.tensor(first))
        self.last, self.added = last, (last - first) / steps

    def point(self, features):
        return self.mean(features.flatten(1))

    def forward(self, features):
        features = features.flatten(1)
        mean, log_variance = self.mean(features), self.log_variance(features)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        terms = 1 + log_variance - mean.square() - log_variance.exp()
        # A copy, as gradients need it after it has moved on.
        penalty = -self.weight.clone() * terms.sum(1).mean()
        if self.training and self.added:
            self.weight.add_(self.added).clamp_(max=self.last)
        return z, penalty


class Codebook(nn.Module):
    """The nearest codes in the place of features, learnt by moving averages, and the commitment (VQ-VAE)."""

    def __init__(self, shape, model):
        super().__init__()
        latent, codes = model["latent"], model["objective"]["codes"]
        reach = math.sqrt(3 / latent)
        self.register_buffer("vectors", torch.empty(codes, latent).uniform_(-reach, reach))
        self.register_buffer("count", torch.ones(codes))

    def forward(self, features, beta=0.25):
        rows = features.detach().movedim(1, -1).flatten(0, -2)
        distances = self.vectors.square().sum(1) - 2 * rows @ self.vectors.T
        codes = distances.argmin(1)
        chosen = self.vectors[codes].reshape(features.movedim(1, -1).shape).movedim(-1, 1)
        penalty = beta * (features - chosen).square().sum(1).mean()
        if self.training:
            self.learn(rows, codes)
        return features + (chosen - features).detach(), penalty

    @torch.no_grad()
    def learn(self, rows, codes, decay=0.99, revive=0.01):
        one_hot = F.one_hot(codes, len(self.vectors)).to(rows.dtype)
        count = decay * self.count + (1 - decay) * one_hot.sum(0)
        moments = decay * self.vectors * self.count[:, None] + (1 - decay) * one_hot.T @ rows
        average = count.mean()
        dead = count < revive * average
        candidates = rows[torch.randint(len(rows), (len(count),), device=rows.device)]
        self.vectors.copy_(torch.where(dead[:, None], candidates, moments / count[:, None]))
        self.count.copy_(torch.where(dead, average, count))


class Bernoulli(nn.Module):
    def forward(self, x, logits):
        return F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)

    def mean(self, logits):
        return torch.sigmoid(logits)


class FixedGaussian(nn.Module):
    def __init__(self, variance):
        super().__init__()
        self.variance = variance

    def forward(self, x, mean):
        squares = (x - mean).square().sum() / len(x) / self.variance
        return 0.5 * (squares + x[0].numel() * math.log(2 * math.pi * self.variance))


class Columns(nn.Module):
    """Columns of one likelihood, side by side: their nats by the decoder's numbers [B, n, k]."""

    def __init__(self, group):
        super().__init__()
        self.likelihood, self.places = group["likelihood"], group["places"]
        self.size = len(self.places) * group["parameters"]
        for name, values in group["statistics"].items():
            self.register_buffer(name, torch.tensor(values).reshape(len(self.places), -1))
        if self.likelihood == "mixture":
            self.log_spread = nn.Parameter(torch.zeros_like(self.means))

    def forward(self, rows, parameters):
        x = rows[:, self.places]
        own = parameters.unflatten(1, (len(self.places), -1))
        if self.likelihood == "bernoulli":
            return F.binary_cross_entropy_with_logits(own[..., 0] + self.logit[:, 0], x, reduction="sum")
        if self.likelihood == "categorical":
            logits = own + self.logits
            return F.cross_entropy(logits.flatten(0, 1), x.long().flatten(), reduction="sum")
        odds, offsets = own.chunk(2, 2)
        odds = odds + self.logWeights
        spread = self.deviations.log() + 0.5 * (self.ratios.square() + (2 * self.log_spread).exp()).log()
        errors = (x[..., None] - self.means - offsets * self.deviations) * (-spread).exp()
        joint = odds - spread - 0.5 * errors.square()
        nats = odds.logsumexp(2) - joint.logsumexp(2) + 0.5 * math.log(2 * math.pi)
        return nats.sum()


class Table(nn.Module):
    def __init__(self, facts):
        super().__init__()
        self.groups = nn.ModuleList(Columns(group) for group in facts["groups"])

    def forward(self, rows, parameters):
        parts = parameters.split([group.size for group in self.groups], 1)
        return sum(group(rows, part) for group, part in zip(self.groups, parts)) / len(rows)


def likelihood_of(model, facts):
    likelihood = model.get("likelihood", "bernoulli")
    if likelihood == "bernoulli":
        return Bernoulli()
    return Table(facts) if likelihood == "table" else FixedGaussian(likelihood["variance"])


class VAE(nn.Module):
    """The loss of examples `x` that the encoder sees as `seen`."""

    def __init__(self, model, seen_shape, facts):
        super().__init__()
        encoder, shape = modules(model["encoder"], seen_shape)
        has_codes = model.get("objective", {}).get("type") == "vqVae"
        latent_shape = [model["latent"], *(shape[1:] if has_codes else [])]
        self.encoder = nn.Sequential(*encoder)
        self.bottleneck = (Codebook if has_codes else Gaussian)(shape, model)
        self.decoder = nn.Sequential(*modules(model["decoder"], latent_shape)[0])
        self.likelihood = likelihood_of(model, facts)
        for layer in self.modules():
            if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, seen, x):
        z, penalty = self.bottleneck(self.encoder(seen))
        return self.likelihood(x, self.decoder(z)) + penalty

    def encode(self, seen):
        return self.bottleneck.point(self.encoder(seen))

    def decode(self, z):
        return self.likelihood.mean(self.decoder(z))
