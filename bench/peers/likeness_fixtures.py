"""Writes test/fixtures/likeness.safetensors: pairs of pictures, and scikit-image's PSNR and SSIM of each.

Needs `pip install numpy scikit-image safetensors`. Run from the repository's root.
"""

import numpy as np
from safetensors.numpy import save_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

rng = np.random.default_rng(7)
y, x = np.mgrid[:16, :20] / 20
first = np.stack([[np.sin(9 * x + k) * np.cos(7 * y + c) / 2 + 0.5 for c in range(3)] for k in range(4)])
noise = rng.normal(size=first.shape) * np.array([0.01, 0.05, 0.2, 0.4])[:, None, None, None]
a, b = (each.astype(np.float32) for each in (first, np.clip(first + noise, 0, 1)))
wide = [(p.astype(np.float64), q.astype(np.float64)) for p, q in zip(a, b)]
options = {"channel_axis": 0, "data_range": 1, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
psnr = np.array([peak_signal_noise_ratio(p, q, data_range=1) for p, q in wide], np.float32)
ssim = np.array([structural_similarity(p, q, **options) for p, q in wide], np.float32)
save_file({"a": a, "b": b, "psnr": psnr, "ssim": ssim}, "test/fixtures/likeness.safetensors")
print(psnr, ssim)
