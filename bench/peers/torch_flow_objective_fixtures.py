"""Writes test/fixtures/torch-flow-objectives.{safetensors,json}: loss, parts and gradients of objectives
whose posterior goes through a flow, in float64 by PyTorch 2 from the papers' equations.

Needs `pip install torch numpy safetensors`. Run from the repository's root, after
torch_objective_fixtures.py, whose examples and noise it takes.
"""

import torch
from torch.distributions import Normal
from torch.nn import functional as F
from torch_cases import STANDARD, bound, dense, examples, layer, model_of, nll, results, save_results, single

torch.manual_seed(11)

shared = examples()
images, several = shared["images"], shared["several"]
gaussian = model_of(shared, "gaussian")
LATENT, FEATURES, LENGTH, HIDDEN, CONTEXT = 3, 5, 2, 4, 2


def autoregressive_layers():
    found = layer("context", CONTEXT, FEATURES)
    for block in range(LENGTH):
        found.update(layer(f"flow.{block}.0", HIDDEN, LATENT))
        found.update(layer(f"flow.{block}.1", 2 * LATENT, HIDDEN))
        found[f"flow.{block}.context.weight"] = single(torch.randn(HIDDEN, CONTEXT) * 0.6)
    return found


models = {
    "planar": {**gaussian, **layer("flow", LENGTH * (2 * LATENT + 1), FEATURES)},
    "radial": {**gaussian, **layer("flow", LENGTH * (LATENT + 2), FEATURES)},
    "autoregressive": {**gaussian, **autoregressive_layers()},
}


def planar(p, features):
    """The flows of an example, each a function from z to z."""

    def flow(numbers):
        u, w, b = numbers.split([LATENT, LATENT, 1], -1)
        inner = (w * u).sum(-1, keepdim=True)
        u_hat = u + (-1 + F.softplus(inner) - inner) * w / (w**2).sum(-1, keepdim=True)
        return lambda z: z + u_hat * torch.tanh((w * z).sum(-1, keepdim=True) + b)

    return [flow(numbers) for numbers in dense(p, "flow", features).chunk(LENGTH, -1)]


def radial(p, features):
    def flow(numbers):
        center, alpha, beta = numbers.split([LATENT, 1, 1], -1)
        alpha = F.softplus(alpha)
        beta = -alpha + F.softplus(beta)
        return lambda z: z + beta / (alpha + (z - center).norm(dim=-1, keepdim=True)) * (z - center)

    return [flow(numbers) for numbers in dense(p, "flow", features).chunk(LENGTH, -1)]


def autoregressive(p, features):
    context = dense(p, "context", features)
    degrees = torch.arange(HIDDEN) * LATENT // HIDDEN

    def flow(block):
        order = torch.arange(1, LATENT + 1)
        order = order.flip(0) if block % 2 else order

        def apply(z):
            into = p[f"flow.{block}.0.weight"] * (degrees[:, None] >= order[None])
            hidden = F.linear(z, into, p[f"flow.{block}.0.bias"])
            hidden = F.elu(hidden + F.linear(context, p[f"flow.{block}.context.weight"]))
            out = p[f"flow.{block}.1.weight"] * (order.repeat(2)[:, None] > degrees[None])
            m, s = F.linear(hidden, out, p[f"flow.{block}.1.bias"]).chunk(2, -1)
            gate = torch.sigmoid(s + 2)
            return gate * z + (1 - gate) * m

        return apply

    return [flow(block) for block in range(LENGTH)]


def through(flows, z):
    for flow in flows:
        z = flow(z)
    return z


def objective(p, flows_of, samples, beta):
    features = torch.tanh(dense(p, "encoder.0", images.flatten(1)))
    scale = torch.exp(dense(p, "logVariance", features) / 2)
    base = Normal(dense(p, "mean", features), scale)

    def terms_of(draw):
        start = base.loc + base.scale * several[:, draw]
        z = through(flows_of(p, features), start)
        # The determinant of each example's Jacobian, by automatic differentiation.
        jacobian = torch.stack(
            [torch.autograd.grad(z[:, i].sum(), start, create_graph=True)[0] for i in range(LATENT)], 1
        )
        log_q = base.log_prob(start).sum(-1) - torch.linalg.slogdet(jacobian).logabsdet
        return nll(p, z, images), log_q - STANDARD.log_prob(z).sum(-1)

    return bound(terms_of, samples, beta)


def case(model, flows_of, samples, beta):
    return model, objective, {"flows_of": flows_of, "samples": samples, "beta": beta}


cases = {
    "normalizingFlow planar": case("planar", planar, 1, 1),
    "normalizingFlow radial": case("radial", radial, 4, 1),
    "inverseAutoregressiveFlow": case("autoregressive", autoregressive, 1, 0.5),
}
tensors, scalars = results(models, cases)
save_results("torch-flow-objectives", {"one": several[:, :1], **tensors}, scalars)
