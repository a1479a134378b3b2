"""Writes test/fixtures/disentanglement.{safetensors,json}: codes, the levels of factors, and the values
of disentanglement_lib's measures on them, by its formulas with scikit-learn's mutual information.

Needs `pip install numpy scikit-learn safetensors`. Run from the repository's root.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.metrics import mutual_info_score

rng = np.random.default_rng(3)
COUNT, SIZES = 2000, (3, 6, 10, 4)
levels = np.stack([rng.integers(0, size, COUNT) for size in SIZES], 1).astype(np.int32)
scaled = levels / (np.array(SIZES) - 1) - 0.5
noise = rng.normal(size=(COUNT, 6))
codes = np.stack(
    [
        2 * scaled[:, 0] + 0.1 * noise[:, 0],
        2 * scaled[:, 1] + 0.3 * noise[:, 1],
        scaled[:, 1] + 2 * scaled[:, 2] + 0.2 * noise[:, 2],
        2 * scaled[:, 2] + 0.4 * noise[:, 3],
        # Hardly any variance, though it tells of a factor.
        0.1 * scaled[:, 3] + 0.01 * noise[:, 4],
        noise[:, 5],
    ],
    1,
).astype(np.float32)


def histogram_discretize(target, bins=20):
    return np.stack([np.digitize(row, np.histogram(row, bins)[1][:-1]) for row in target])


binned = histogram_discretize(codes.T.astype(np.float64))
information = np.array([[mutual_info_score(level, code) for level in levels.T] for code in binned])
entropies = np.array([mutual_info_score(level, level) for level in levels.T])
ordered = np.sort(information, 0)[::-1]
mig = float(np.mean((ordered[0] - ordered[1]) / entropies))
squares = information**2
most = squares.max(1)
modularity = float(np.mean(1 - (squares.sum(1) - most) / (most * (len(SIZES) - 1))))


def votes(count, generator, batch=64):
    variances = codes.var(0, ddof=1)
    used = variances >= 0.05
    counts = np.zeros((codes.shape[1], len(SIZES)))
    for _ in range(count):
        factor = generator.integers(len(SIZES))
        places = np.flatnonzero(levels[:, factor] == generator.integers(SIZES[factor]))
        chosen = codes[generator.choice(places, batch)]
        share = chosen.var(0, ddof=1)[used] / variances[used]
        counts[np.flatnonzero(used)[share.argmin()], factor] += 1
    return counts


train, test = votes(10_000, rng), votes(5000, rng)
score = float(test[np.arange(len(test)), train.argmax(1)].sum() / test.sum())

folder = Path("test/fixtures")
save_file({"codes": codes, "levels": levels}, folder / "disentanglement.safetensors")
found = {"mig": mig, "modularity": modularity, "factorVae": score, "information": information.tolist()}
(folder / "disentanglement.json").write_text(json.dumps(found, indent=1) + "\n")
print(mig, modularity, score)
