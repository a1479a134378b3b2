"""Writes test/fixtures/mixtures.{safetensors,json}: rows, a mixture of Gaussians to start from, and the
results of scikit-learn's GaussianMixture: its log-likelihood, after some iterations, and its criterion.

Needs `pip install numpy scikit-learn safetensors`. Run from the repository's root.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

warnings.simplefilter("ignore", ConvergenceWarning)
rng = np.random.default_rng(3)
COUNT, WIDTH, COMPONENTS, ITERATIONS, JITTER = 300, 3, 3, 7, 1e-6
centres = rng.normal(size=(COMPONENTS, WIDTH)) * 2
turns = rng.normal(size=(COMPONENTS, WIDTH, WIDTH)) * 0.6
groups = rng.integers(0, COMPONENTS, COUNT)
rows = (centres[groups] + np.einsum("nij,nj->ni", turns[groups], rng.normal(size=(COUNT, WIDTH)))).astype(np.float32)
x = rows.astype(np.float64)
variance = JITTER * x.var(0).mean()

weights = np.array([0.5, 0.3, 0.2])
means = rng.normal(size=(COMPONENTS, WIDTH))
half = rng.normal(size=(COMPONENTS, WIDTH, WIDTH)) * 0.5
covariances = half @ half.transpose(0, 2, 1) + np.eye(WIDTH)
starts = {"full": covariances, "diag": np.diagonal(covariances, axis1=1, axis2=2)}


def mixture(kind, **options):
    return GaussianMixture(COMPONENTS, covariance_type=kind, reg_covar=variance, tol=0, **options)


found = {"iterations": ITERATIONS, "variance": variance}
for kind, start in starts.items():
    precisions = np.linalg.inv(start) if kind == "full" else 1 / start
    given = {"weights_init": weights, "means_init": means, "precisions_init": precisions}
    fitted = mixture(kind, max_iter=ITERATIONS, **given).fit(x)
    given = GaussianMixture(COMPONENTS, covariance_type=kind)
    given.weights_, given.means_, given.covariances_ = weights, means, start
    given.precisions_cholesky_ = np.linalg.cholesky(np.linalg.inv(start)) if kind == "full" else start**-0.5
    best = mixture(kind, max_iter=1000, n_init=10, random_state=0).fit(x)
    found[kind] = {
        "before": float(given.score(x)),
        "after": float(fitted.score(x)),
        "bic": float(fitted.bic(x)),
        "best": float(best.score(x)),
    }

folder = Path("test/fixtures")
tensors = {"weights": weights, "means": means, "full": np.linalg.cholesky(covariances), "diag": starts["diag"] ** 0.5}
# Numbers in float64: a start that is rounded would be another start.
save_file({"rows": rows, **{name: np.ascontiguousarray(each) for name, each in tensors.items()}}, folder / "mixtures.safetensors")
(folder / "mixtures.json").write_text(json.dumps(found, indent=1) + "\n")
print(found)
