"""Writes test/fixtures/distances.{safetensors,json}: two sets of features, and how far they are apart by
the formulas of torchmetrics (FID, KID) and prdc (precision, recall, density, coverage).

Needs `pip install numpy scipy scikit-learn safetensors`. Run from the repository's root.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.linalg import sqrtm
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import polynomial_kernel

rng = np.random.default_rng(5)
turn = rng.normal(size=(8, 8)) * 0.6
real = (rng.normal(size=(150, 8)) @ turn).astype(np.float32)
made = (rng.normal(size=(120, 8)) @ turn * 0.8 + 0.3).astype(np.float32)
a, b = real.astype(np.float64), made.astype(np.float64)



def distance_of(x, y):
    covariances = np.cov(x.T), np.cov(y.T)
    root = sqrtm(covariances[0] @ covariances[1]).real
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(covariances[0] + covariances[1] - 2 * root)


frechet = distance_of(a, b)

# One subset of all examples.
size = 120
inside = [polynomial_kernel(x, degree=3, gamma=1 / 8, coef0=1) for x in (a[:size], b)]
across = polynomial_kernel(a[:size], b, degree=3, gamma=1 / 8, coef0=1)
kernel = sum((k.sum() - np.trace(k)) / (size * (size - 1)) for k in inside) - 2 * across.mean()


def radii(x, k):
    return np.sort(pairwise_distances(x), 1)[:, k]


K = 5
distance = pairwise_distances(a, b)
among_real = distance < radii(a, K)[:, None]
among_made = distance < radii(b, K)[None]
found = {
    "frechet": float(frechet),
    # Fewer examples than features.
    "fewFrechet": float(distance_of(a[:6], b[:40])),
    "kernel": float(kernel),
    "precision": float(among_real.any(0).mean()),
    "recall": float(among_made.any(1).mean()),
    "density": float(among_real.sum(0).mean() / K),
    "coverage": float((distance.min(1) < radii(a, K)).mean()),
}
folder = Path("test/fixtures")
save_file({"real": real, "made": made}, folder / "distances.safetensors")
(folder / "distances.json").write_text(json.dumps(found, indent=1) + "\n")
print(found)
