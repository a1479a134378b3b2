"""Writes test/fixtures/torch-deep-objectives.{safetensors,json}: loss, parts and gradients of objectives with several
codes a position, in float64 by PyTorch 2 from the papers' equations.

Needs `pip install torch numpy safetensors`. Run from the repository's root, after torch_objective_fixtures.py, whose
examples and models it takes.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.distributions import Bernoulli
from torch.nn import functional as F

torch.manual_seed(13)
torch.set_default_dtype(torch.float64)

folder = Path("test/fixtures")
shared = {k: v.double() for k, v in load_file(folder / "torch-objectives.safetensors").items()}
images = shared["images"]
LATENT, DEPTH, CODES = 3, 3, 4


def single(tensor):
    """Rounded to float32, which the fixture holds."""
    return tensor.float().double()


def model(name):
    return {k.removeprefix(f"model.{name}."): v for k, v in shared.items() if k.startswith(f"model.{name}.")}


books = {
    "residual": single(torch.randn(DEPTH * CODES, LATENT) * 0.7),
    "residual shared": single(torch.randn(CODES, LATENT) * 0.7),
}
models = {name: model("quantized") for name in books}


def dense(p, name, x):
    return F.linear(x, p[f"{name}.weight"], p[f"{name}.bias"])


def nll(p, inner):
    likelihood = Bernoulli(logits=dense(p, "decoder.0", inner), validate_args=False)
    return -likelihood.log_prob(images.flatten(1)).sum(-1)


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
    reconstruction = nll(p, features + (z - features).detach()).mean()
    metrics = {"commitment": commitment, "perplexity": sum(perplexities) / DEPTH}
    return reconstruction + beta * commitment, {"reconstruction": reconstruction, **metrics}


cases = {
    "residualVq": ("residual", residual_vq, {"name": "residual", "beta": 0.4}),
    "residualVq shared": ("residual shared", residual_vq, {"name": "residual shared", "beta": 0.2}),
}
tensors, scalars = {f"{name}.codebook": book for name, book in books.items()}, {}
for name, parameters in models.items():
    tensors.update({f"model.{name}.{key}": value for key, value in parameters.items()})
for name, (of, objective, options) in cases.items():
    leaves = {key: value.clone().requires_grad_() for key, value in models[of].items()}
    loss, metrics = objective(leaves, **options)
    loss.backward()
    tensors.update({f"{name}.gradient.{key}": leaf.grad for key, leaf in leaves.items()})
    scalars[name] = {"loss": loss.item(), **{key: value.item() for key, value in metrics.items()}}

save_file({k: v.float().contiguous() for k, v in tensors.items()}, folder / "torch-deep-objectives.safetensors")
(folder / "torch-deep-objectives.json").write_text(json.dumps(scalars, indent=2) + "\n")
