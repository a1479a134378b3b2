"""Writes test/fixtures/torch-two-stage.safetensors: the negative ELBO of the sampler twoStage and its gradients in
float64 by PyTorch 2, from torch.distributions.

Needs `pip install torch safetensors`. Run from the repository's root.
"""

import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F
from torch_cases import STANDARD, layer, save, single

torch.manual_seed(21)

BATCH, WIDTH, HIDDEN, LAYERS = 6, 3, 4, 2

parameters = {"second.logDeviation": single(torch.tensor(-0.4))}
for part, heads in (("encoder", ("mean", "logVariance")), ("decoder", ("location",))):
    for i in range(LAYERS):
        parameters |= layer(f"second.{part}.{i}", HIDDEN, WIDTH if i == 0 else HIDDEN)
    for head in heads:
        parameters |= layer(f"second.{head}", WIDTH, WIDTH + HIDDEN)
z, epsilon = single(torch.randn(BATCH, WIDTH)), single(torch.randn(BATCH, WIDTH))
leaves = {name: value.clone().requires_grad_() for name, value in parameters.items()}


def dense(name, x):
    return F.linear(x, leaves[f"second.{name}.weight"], leaves[f"second.{name}.bias"])


def hidden(part, x):
    h = x
    for i in range(LAYERS):
        h = F.relu(dense(f"{part}.{i}", h))
    return torch.cat([x, h], 1)


features = hidden("encoder", z)
q = Normal(dense("mean", features), torch.exp(dense("logVariance", features) / 2))
u = q.loc + q.scale * epsilon
p = Normal(dense("location", hidden("decoder", u)), torch.exp(leaves["second.logDeviation"]))
loss = (kl_divergence(q, STANDARD) - p.log_prob(z)).sum(1).mean()
loss.backward()
tensors = {"z": z, "epsilon": epsilon, "loss": loss.detach().reshape(1)}
tensors |= {f"parameter.{name}": value for name, value in parameters.items()}
tensors |= {f"gradient.{name}": leaf.grad for name, leaf in leaves.items()}
save("torch-two-stage", tensors)
print(loss)
