"""Parts shared by the scripts that write fixtures by PyTorch 2: small models, their terms, and files of results.

Importing it makes float64 the default.
"""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.distributions import Bernoulli, Normal
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)

folder = Path("test/fixtures")
STANDARD = Normal(0.0, 1.0)


def single(tensor):
    """Rounded to float32, which a fixture holds."""
    return tensor.float().double()


def layer(name, *shape, scale=0.6):
    """Random parameters of a layer: the shape of its weight begins with its outputs."""
    return {f"{name}.weight": single(torch.randn(shape) * scale), f"{name}.bias": single(torch.randn(shape[0]) * 0.3)}


def examples():
    """Examples, noise and models that torch_objective_fixtures.py has written."""
    return {key: value.double() for key, value in load_file(folder / "torch-objectives.safetensors").items()}


def model_of(tensors, name):
    """A model's parameters among the tensors of a fixture."""
    start = f"model.{name}."
    return {key.removeprefix(start): value for key, value in tensors.items() if key.startswith(start)}


def dense(p, name, x):
    return F.linear(x, p[f"{name}.weight"], p[f"{name}.bias"])


def posterior(p, x):
    hidden = torch.tanh(dense(p, "encoder.0", x.flatten(1)))
    return Normal(dense(p, "mean", hidden), torch.exp(dense(p, "logVariance", hidden) / 2))


def nll(p, z, images):
    """-log p(x | z), x of three axes; the axes before them are as in z."""
    likelihood = Bernoulli(logits=dense(p, "decoder.0", z), validate_args=False)
    return -likelihood.log_prob(images.flatten(-3)).sum(-1)


def bound(terms_of, samples, beta):
    """The importance-weighted bound and its parts. terms_of gives a draw's reconstruction and KL divergence."""
    reconstructions, kls = (torch.stack(terms) for terms in zip(*map(terms_of, range(samples))))
    loss = -(torch.logsumexp(-reconstructions - beta * kls, 0) - math.log(samples)).mean()
    metrics = {"reconstruction": reconstructions.mean(), "kl": kls.mean()}
    return loss, {**metrics, "weightedKl": beta * kls.mean()} if beta != 1 else metrics


def results(models, cases):
    """Losses, parts and gradients: tensors, models among them, and scalars by case.

    A case is a model's name, a function of its parameters and its options. The function gives a loss, its parts, and
    players: parameters that move by another loss.
    """
    tensors, scalars = {}, {}
    for model, parameters in models.items():
        tensors.update({f"model.{model}.{name}": value for name, value in parameters.items()})
    for name, (model, objective, options) in cases.items():
        leaves = {key: value.clone().requires_grad_() for key, value in models[model].items()}
        loss, metrics, *players = objective(leaves, **options)
        loss.backward(retain_graph=True)
        for player in players:
            own = [leaves[key] for key in player["of"]]
            for leaf, gradient in zip(own, torch.autograd.grad(player["loss"], own, retain_graph=True)):
                leaf.grad = gradient
        # The loss may leave parameters out, such as those of a metric that is of kept examples.
        zero = torch.zeros_like
        gradients = {key: zero(leaf) if leaf.grad is None else leaf.grad for key, leaf in leaves.items()}
        tensors.update({f"{name}.gradient.{key}": gradient for key, gradient in gradients.items()})
        scalars[name] = {"loss": loss.item(), **{key: value.item() for key, value in metrics.items()}}
    return tensors, scalars


def save(name, tensors):
    """Writes the tensors of a fixture."""
    kept = {key: value.detach().float().contiguous() for key, value in tensors.items()}
    save_file(kept, folder / f"{name}.safetensors")


def save_results(name, tensors, scalars, indent=2):
    """Writes both files of a fixture."""
    save(name, tensors)
    (folder / f"{name}.json").write_text(json.dumps(scalars, indent=indent) + "\n")
