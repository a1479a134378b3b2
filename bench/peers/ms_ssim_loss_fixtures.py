"""Writes test/fixtures/torch-ms-ssim.safetensors: the likelihood msSsim and its gradients in float64 by PyTorch 2.

Needs `pip install torch safetensors`. Run from the repository's root. Each window is cut at the picture's border
and its weights are divided by their sum, by counting with a convolution of ones; factors are (1 + s) / 2, as in
pythae's MSSSIM_VAE.
"""

import torch
from torch.nn import functional as F
from torch_cases import save, single

torch.manual_seed(5)

EXPONENTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
side = torch.exp(-((torch.arange(11.0) - 5) ** 2) / (2 * 1.5**2))
window = torch.outer(side, side) / side.sum() ** 2


def smoothed(x):
    weight = window.expand(x.shape[1], 1, 11, 11)
    inside = F.conv2d(torch.ones_like(x), weight, padding=5, groups=x.shape[1])
    return F.conv2d(x, weight, padding=5, groups=x.shape[1]) / inside


def factors(x, y):
    mean_x, mean_y = smoothed(x), smoothed(y)
    covariance = smoothed(x * y) - mean_x * mean_y
    spread = smoothed(x * x) - mean_x**2 + smoothed(y * y) - mean_y**2
    structure = (2 * covariance + 0.03**2) / (spread + 0.03**2)
    likeness = (2 * mean_x * mean_y + 0.01**2) / (mean_x**2 + mean_y**2 + 0.01**2)
    return (likeness * structure).mean((2, 3)), structure.mean((2, 3))


def loss(x, y, weight):
    scales = sum(min(x.shape[2:]) >= 11 * 2**k for k in range(5)) or 1
    total = sum(EXPONENTS[:scales]) if scales < 5 else 1
    product = 1
    for scale, exponent in enumerate(EXPONENTS[:scales]):
        whole, structure = factors(x, y)
        factor = whole if scale == scales - 1 else structure
        product = product * ((factor + 1) / 2) ** (exponent / total)
        x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    return weight * (1 - product.mean(1))


tensors = {}
for name, shape, weight in [("msSsim", (2, 1, 23, 22), 100), ("msSsim.small", (4, 2, 3, 5), 7)]:
    noise = torch.randn(shape)
    # Pictures that are alike, and some pixels that are black and white.
    images = single(torch.sigmoid(3 * torch.sin(torch.arange(noise.numel()).reshape(shape) / 3) + noise).round(decimals=1))
    parameters = single(2 * images + torch.randn(shape))
    weights = single(torch.rand(shape[0]) + 0.5)
    leaf = parameters.clone().requires_grad_()
    nats = loss(images, torch.sigmoid(leaf), weight)
    (nats * weights).sum().backward()
    tensors |= {f"{name}.images": images, f"{name}.weights": weights, f"{name}.parameters": parameters}
    tensors |= {f"{name}.nats": nats, f"{name}.gradient": leaf.grad, f"{name}.mean": torch.sigmoid(leaf)}
save("torch-ms-ssim", tensors)
print(tensors["msSsim.nats"], tensors["msSsim.small.nats"])
