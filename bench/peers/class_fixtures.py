"""Writes test/fixtures/classes.{safetensors,json}: latents of classes, and scikit-learn's accuracy by
neighbours, clusters and their agreement with the classes.

Needs `pip install numpy scikit-learn safetensors`. Run from the repository's root.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(11)
labels = rng.integers(0, 4, 160).astype(np.int32)
centres = np.array([[0, 0, 0], [2, 0, 1], [0, 2.5, 0], [9, 9, 9]])
codes = (centres[labels] + rng.normal(size=(160, 3))).astype(np.float32)
told = cross_val_predict(KNeighborsClassifier(5), codes, labels, cv=LeaveOneOut())
groups = KMeans(4, n_init=50, random_state=0).fit_predict(codes)
other = rng.integers(0, 3, 160)
found = {
    "told": (told == labels).astype(int).tolist(),
    "groups": groups.tolist(),
    "rand": adjusted_rand_score(labels, groups),
    "information": normalized_mutual_info_score(labels, groups),
    "other": other.tolist(),
    "otherRand": adjusted_rand_score(labels, other),
    "otherInformation": normalized_mutual_info_score(labels, other),
}
folder = Path("test/fixtures")
save_file({"codes": codes, "labels": labels}, folder / "classes.safetensors")
(folder / "classes.json").write_text(json.dumps(found) + "\n")
print({key: found[key] for key in ("rand", "information", "otherRand", "otherInformation")}, np.mean(found["told"]))
