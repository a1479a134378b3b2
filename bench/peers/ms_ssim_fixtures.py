"""Writes test/fixtures/ms-ssim.json: MS-SSIM of pairs of pictures in float64 by pytorch-msssim; where a picture has
fewer than its five scales, from its similarities of each scale.

Needs `pip install torch pytorch-msssim`. Run from the repository's root. The pictures are whole numbers of a
formula, which test/vae/judges/pictures.test.ts repeats.
"""

import json
from pathlib import Path

import torch
from pytorch_msssim import ms_ssim
from pytorch_msssim.ssim import _ssim
from torch.nn import functional as F

EXPONENTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
NOISE = [3, 20, 90, 255]

weights = torch.exp(-((torch.arange(11, dtype=torch.float64) - 5) ** 2) / (2 * 1.5**2))
weights /= weights.sum()


def window(channels):
    """The library's own is rounded to float32."""
    return weights.expand(channels, 1, 1, 11)


def pictures(channels, height, width):
    """Pairs of waves: the second of each has more and more noise, and in the last pair it is the negative."""
    k, c, y, x = torch.meshgrid(*map(torch.arange, (4, channels, height, width)), indexing="ij")
    first = ((((3 + k) * x + (5 + c) * y + 40 * k) % 512) - 256).abs().clamp(max=255)
    spread = torch.tensor(NOISE)[:, None, None, None]
    noise = (x * 7919 + y * 10477 + k * 31 + c * 17) % (2 * spread + 1) - spread
    second = (first + noise).clamp(0, 255)
    second[3] = 255 - first[3]
    return first.double() / 255, second.double() / 255


def fewer(a, b, scales):
    """The same by the first scales alone, whose exponents are divided by their sum."""
    product = 1
    total = sum(EXPONENTS[:scales]) if scales < 5 else 1
    for scale, exponent in enumerate(EXPONENTS[:scales]):
        similarity, structure = _ssim(a, b, data_range=1, win=window(a.shape[1]))
        factor = similarity if scale == scales - 1 else structure
        product = product * torch.relu(factor) ** (exponent / total)
        a, b = F.avg_pool2d(a, 2), F.avg_pool2d(b, 2)
    return product.mean(1)


a, b = pictures(2, 176, 192)
whole = ms_ssim(a, b, data_range=1, size_average=False, win=window(2))
assert torch.allclose(whole, fewer(a, b, 5), atol=1e-12)
found = {"176 x 192": whole.tolist()}
for height, width, scales in [(28, 30, 2), (47, 45, 3), (108, 101, 4)]:
    found[f"{height} x {width}"] = fewer(*pictures(1, height, width), scales).tolist()
Path("test/fixtures/ms-ssim.json").write_text(json.dumps(found, indent=2) + "\n")
print(found)
