"""Checks the fixtures of keras_fixtures.py against an independent implementation in PyTorch 2.

Needs `pip install torch numpy safetensors`. Takes a folder of fixtures (default: the repository's
test/fixtures), computes loss, gradients and the Adam trajectory in float64 with PyTorch's own
operators, and fails unless all agree: to 1e-10 relative with float64 values (those written by
`keras_fixtures.py --exact`), to 1e-6 with values rounded to float32.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import functional as F


def value_and_gradients(parameters, activation, x, epsilon, kl_weight, reduction):
    leaves = {name: value.detach().clone().requires_grad_() for name, value in parameters.items()}

    def dense(name, x):
        return F.linear(x, leaves[f"{name}.weight"], leaves[f"{name}.bias"])

    decoders = [name for name in leaves if name.startswith("decoder") and name.endswith("weight")]
    hidden = activation(dense("encoder.0", x))
    mean, log_variance = dense("mean", hidden), dense("logVariance", hidden)
    y = mean + (log_variance / 2).exp() * epsilon
    for index in range(len(decoders) - 1):
        y = activation(dense(f"decoder.{index}", y))
    logits = dense(f"decoder.{len(decoders) - 1}", y)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1).mean()
    terms = 1 + log_variance - mean**2 - log_variance.exp()
    kl = -kl_weight * (terms.mean() if reduction == "mean" else terms.sum(1).mean())
    loss = reconstruction + kl
    loss.backward()
    gradients = {name: leaf.grad for name, leaf in leaves.items()}
    return {"loss": loss, "reconstruction": reconstruction, "kl": kl}, gradients


def trajectory(parameters, images, indices, epsilon, adam):
    """Keras's Adam: epsilon is added to the root of the uncorrected second moment."""
    parameters = {name: value.clone() for name, value in parameters.items()}
    first = {name: torch.zeros_like(value) for name, value in parameters.items()}
    second = {name: torch.zeros_like(value) for name, value in parameters.items()}
    losses = []
    for step, rows in enumerate(indices, start=1):
        values, gradients = value_and_gradients(
            parameters, torch.relu, images[rows], epsilon[step - 1], 0.5, "mean"
        )
        losses.append(values["loss"].detach())
        rate = adam["learning_rate"] * (1 - adam["beta_2"] ** step) ** 0.5
        rate /= 1 - adam["beta_1"] ** step
        for name, gradient in gradients.items():
            first[name].lerp_(gradient, 1 - adam["beta_1"])
            second[name].lerp_(gradient**2, 1 - adam["beta_2"])
            parameters[name] -= rate * first[name] / (second[name].sqrt() + adam["epsilon"])
    return torch.stack(losses), parameters


class Check:
    """Collects the largest relative difference of each group and fails above the tolerance."""

    def __init__(self, tolerance):
        self.tolerance = tolerance
        self.worst = {}

    def __call__(self, group, name, actual, expected):
        expected = torch.as_tensor(expected, dtype=torch.float64)
        actual = torch.as_tensor(actual, dtype=torch.float64).detach()
        difference = float((actual - expected).abs().max() / expected.abs().max())
        self.worst[group] = max(self.worst.get(group, 0), difference)
        if not difference < self.tolerance:
            raise SystemExit(f"{group} {name}: differs by {difference:.2e} relative")


def main():
    here = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here.parents[1] / "test" / "fixtures"
    stored_reference = load_file(folder / "keras-reference.safetensors")
    images = stored_reference["images"].reshape(-1, 784).double() / 255
    for name, activation in (("keras-reference", torch.relu), ("keras-mlp", torch.tanh)):
        stored = load_file(folder / f"{name}.safetensors")
        scalars = json.loads((folder / f"{name}.json").read_text())
        parts = ("encoder.", "mean.weight", "mean.bias", "logVariance.", "decoder.")
        parameters = {key: value.double() for key, value in stored.items() if key.startswith(parts)}
        epsilon = stored["epsilon"].double()
        exact = any(value.dtype == torch.float64 for value in stored.values())
        check = Check(1e-10 if exact else 1e-6)

        batch = images[stored["indices"][0]] if "indices" in stored else images[: len(epsilon)]
        noise = epsilon[0] if epsilon.ndim == 3 else epsilon
        for reduction in [key for key in ("mean", "sum") if key in scalars]:
            values, gradients = value_and_gradients(
                parameters, activation, batch, noise, scalars["klWeight"], reduction
            )
            for key, value in values.items():
                check("scalars", f"{reduction}.{key}", value, scalars[reduction][key])
            for key, value in gradients.items():
                check("gradients", f"{reduction}.{key}", value, stored[f"{reduction}.gradient.{key}"])
        if "losses" in stored:
            losses, final = trajectory(
                parameters, images, stored["indices"], epsilon, scalars["adam"]
            )
            check("losses", "", losses, stored["losses"])
            for key, value in final.items():
                check("final", key, value, stored[f"final.{key}"])
        print(name, f"tolerance {check.tolerance:g}", json.dumps(check.worst))


if __name__ == "__main__":
    main()
