"""Writes test/fixtures/disentanglement.{safetensors,json}: codes, the levels of factors, and the values
of disentanglement_lib's measures on them, by its formulas with scikit-learn's mutual information and
classifiers. DCI is by random forests, as in the paper, in the place of boosted trees.

Needs `pip install numpy scikit-learn safetensors`. Run from the repository's root.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from scipy.stats import entropy
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score
from sklearn.svm import LinearSVC

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
        # A latent of hardly any variance, though it tells of a factor.
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



def differences(count, generator, batch=64):
    rows, kinds = np.zeros((count, codes.shape[1])), np.zeros(count, np.int32)
    for i in range(count):
        kinds[i] = factor = generator.integers(len(SIZES))
        one = generator.integers(COUNT, size=batch)
        other = [generator.choice(np.flatnonzero(levels[:, factor] == levels[j, factor])) for j in one]
        rows[i] = np.abs(codes[one] - codes[other]).mean(0)
    return rows, kinds


pairs, tested = differences(3000, rng), differences(2000, rng)
linear = LogisticRegression(tol=1e-10, max_iter=10_000).fit(*pairs)
beta = float(linear.score(*tested))

# A regression by itself, on rows that are no draws.
half = COUNT // 2
regression = LogisticRegression(tol=1e-10, max_iter=10_000).fit(codes[:half].astype(np.float64), levels[:half, 2])
guesses = regression.predict(codes[half:].astype(np.float64))


def gap(scores):
    ordered = np.sort(scores, 0)
    return float(np.mean(ordered[-1] - ordered[-2]))


def machine(code, level):
    fitted = LinearSVC(C=0.01, class_weight="balanced", tol=1e-12, max_iter=10**6, dual=False)
    fitted.fit(codes[:half, code : code + 1].astype(np.float64), levels[:half, level])
    return np.mean(fitted.predict(codes[half:, code : code + 1].astype(np.float64)) == levels[half:, level])


def determination(code, level):
    return np.corrcoef(codes[:half, code].astype(np.float64), levels[:half, level])[0, 1] ** 2


both = [(code, level) for code in range(codes.shape[1]) for level in range(len(SIZES))]
sap = gap(np.array([machine(*pair) for pair in both]).reshape(-1, len(SIZES)))
continuous = gap(np.array([determination(*pair) for pair in both]).reshape(-1, len(SIZES)))

middle = COUNT * 2 // 3
forests = [
    RandomForestClassifier(200, max_features=3, max_depth=12, min_samples_split=4, random_state=0).fit(
        codes[:middle], level[:middle]
    )
    for level in levels.T
]
importances = np.stack([forest.feature_importances_ for forest in forests], 1)
told = [forest.score(codes[middle:], level[middle:]) for forest, level in zip(forests, levels.T)]
codes_count = importances.sum(1) / importances.sum()
factors_count = importances.sum(0) / importances.sum()
certain = 1 - entropy(importances.T + 1e-11, base=importances.shape[1])
whole = 1 - entropy(importances + 1e-11, base=importances.shape[0])
dci = {
    "importances": importances.tolist(),
    "disentanglement": float((certain * codes_count).sum()),
    "completeness": float((whole * factors_count).sum()),
    "informativeness": float(np.mean(told)),
}

folder = Path("test/fixtures")
save_file({"codes": codes, "levels": levels}, folder / "disentanglement.safetensors")
found = {
    "mig": mig,
    "modularity": modularity,
    "factorVae": score,
    "betaVae": beta,
    "guesses": "".join(str(guess) for guess in guesses),
    "sap": sap,
    "continuousSap": continuous,
    "dci": dci,
    "information": information.tolist(),
}
(folder / "disentanglement.json").write_text(json.dumps(found, indent=1) + "\n")
print({key: found[key] for key in ("mig", "modularity", "factorVae", "betaVae", "sap", "continuousSap")}, dci)
