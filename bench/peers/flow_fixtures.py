"""Writes test/fixtures/torch-flows.safetensors: normalizing flows of random numbers by PyTorch 2.

Needs `pip install torch numpy safetensors`. Run from the repository's root. All is float64, from the
papers' equations; log determinants are of Jacobians by automatic differentiation, and the gradients
are of sum(z * cos(index)) + sum(logDet).
"""

import torch
from torch.nn import functional as F
from torch_cases import save, single

torch.manual_seed(5)

ROWS, LATENT, CONTEXT, HIDDEN, BLOCKS = 5, 3, 2, [6, 4], 3


def planar(z, p):
    u, w, b = p["u"], p["w"], p["b"]
    inner = (w * u).sum(-1, keepdim=True)
    u_hat = u + (-1 + F.softplus(inner) - inner) * w / (w**2).sum(-1, keepdim=True)
    return z + u_hat * torch.tanh((w * z).sum(-1, keepdim=True) + b)


def radial(z, p):
    alpha = F.softplus(p["alpha"])
    beta = -alpha + F.softplus(p["beta"])
    r = (z - p["center"]).norm(dim=-1, keepdim=True)
    return z + beta / (alpha + r) * (z - p["center"])


def made(z, p, prefix, is_reversed, context):
    order = torch.arange(1, LATENT + 1)
    order = order.flip(0) if is_reversed else order
    least, most = (1, LATENT - 1) if context is None else (0, LATENT - 1)
    degrees, value = order, z
    for i, units in enumerate(HIDDEN):
        own = least + (torch.arange(units) * (most - least + 1)) // units
        weight = p[f"{prefix}.{i}.weight"] * (own[:, None] >= degrees[None])
        value = F.linear(value, weight, p[f"{prefix}.{i}.bias"])
        if i == 0 and context is not None:
            value = value + F.linear(context, p[f"{prefix}.context.weight"])
        value, degrees = torch.tanh(value), own
    ends = order.repeat(2)
    last = len(HIDDEN)
    weight = p[f"{prefix}.{last}.weight"] * (ends[:, None] > degrees[None])
    return F.linear(value, weight, p[f"{prefix}.{last}.bias"]).chunk(2, -1)


def standardizing(z, p, context=None):
    for block in range(BLOCKS):
        m, s = made(z, p, str(block), block % 2 == 1, context)
        z = (z - m) * torch.exp(-s)
    return z


def gated(z, p, context=None):
    for block in range(BLOCKS):
        m, s = made(z, p, str(block), block % 2 == 1, context)
        gate = torch.sigmoid(s + 2)
        z = gate * z + (1 - gate) * m
    return z


def scaling(z, p, context=None):
    for block in range(BLOCKS):
        m, s = made(z, p, str(block), block % 2 == 1, context)
        z = torch.exp(s) * z + m
    return z


def masked_parameters(context):
    found = {}
    for block in range(BLOCKS):
        sizes = [LATENT, *HIDDEN, 2 * LATENT]
        for i, (into, out) in enumerate(zip(sizes[:-1], sizes[1:])):
            found[f"{block}.{i}.weight"] = single(torch.randn(out, into) * 0.6)
            found[f"{block}.{i}.bias"] = single(torch.randn(out) * 0.4)
        if context:
            found[f"{block}.context.weight"] = single(torch.randn(HIDDEN[0], CONTEXT) * 0.6)
    return found


def rows(*widths):
    return [single(torch.randn(ROWS, width)) for width in widths]


z = single(torch.randn(ROWS, LATENT))
context = single(torch.randn(ROWS, CONTEXT))
cases = {
    "planar": (planar, dict(zip(["u", "w", "b"], rows(LATENT, LATENT, 1))), False),
    "radial": (radial, dict(zip(["center", "alpha", "beta"], rows(LATENT, 1, 1))), False),
    "standardizing": (standardizing, masked_parameters(False), False),
    "gated": (gated, masked_parameters(True), True),
    "scaling": (scaling, masked_parameters(False), False),
}
tensors = {"z": z, "context": context}
for name, (flow, parameters, takes_context) in cases.items():
    leaves = {key: value.clone().requires_grad_() for key, value in parameters.items()}
    given = {"context": context.clone().requires_grad_()} if takes_context else {}
    x = z.clone().requires_grad_()
    flowed = flow(x, leaves, **given)

    def of_row(row, index, flow=flow, leaves=leaves, given=given):
        own = {k: v if "." in k else v[index : index + 1] for k, v in leaves.items()}
        told = {k: v[index : index + 1] for k, v in given.items()}
        return flow(row[None], own, **told)[0]

    jacobians = [
        torch.autograd.functional.jacobian(lambda row, i=i: of_row(row, i), x[i], create_graph=True)
        for i in range(ROWS)
    ]
    log_det = torch.stack([torch.linalg.slogdet(each).logabsdet for each in jacobians])
    weights = torch.cos(torch.arange(ROWS * LATENT)).reshape(ROWS, LATENT)
    ((flowed * weights).sum() + log_det.sum()).backward()
    tensors.update({f"{name}.{key}": value for key, value in parameters.items()})
    tensors.update({f"{name}.out": flowed.detach(), f"{name}.logDet": log_det.detach()})
    for key, leaf in {**leaves, **given, "z": x}.items():
        tensors[f"{name}.d.{key}"] = leaf.grad

save("torch-flows", tensors)
