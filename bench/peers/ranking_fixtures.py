"""Writes test/fixtures/ranking.json: areas under ROC and average precisions by scikit-learn, of scores
with and without ties. `pip install scikit-learn`, then `python bench/peers/ranking_fixtures.py`.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

random = np.random.default_rng(0)
cases = []
for count, levels, shift in [(40, 1000, 0.5), (60, 4, 0.3), (30, 2, 0.1), (10, 1, 0)]:
    labels = random.integers(0, 2, count)
    scores = np.round(levels * (random.random(count) + shift * labels)) / levels
    cases.append(
        {
            "labels": labels.tolist(),
            "scores": scores.tolist(),
            "areaUnderRoc": roc_auc_score(labels, scores),
            "averagePrecision": average_precision_score(labels, scores),
        }
    )
lines = [f"  {json.dumps(each)}" for each in cases]
Path("test/fixtures/ranking.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
