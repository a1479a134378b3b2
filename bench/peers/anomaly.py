"""Labelled tables for the detection of anomalies, and scikit-learn's IsolationForest on them.

    python bench/peers/anomaly.py FOLDER --seeds 5

For each table of scikit-learn and each seed it writes rows to train on, without their class, and rows to
judge by, with it; and prints a line of JSON with IsolationForest's scores on these. Two ways:

- `clean`: half of the normal rows are to train on; the others and all anomalies to judge by.
- `mixed`: all normal rows, and as many anomalies as make a tenth of all, are both.

Needs scikit-learn and pandas.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from tables import of_scikit_learn

# The class that is taken for anomalous in each table.
ANOMALIES = {"breast_cancer": "malignant", "wine": "class_0"}


def parts(name: str, way: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = of_scikit_learn(name).sample(frac=1, random_state=seed)
    odd = rows["class"] == ANOMALIES[name]
    normal, anomalies = rows[~odd], rows[odd]
    if way == "clean":
        half = len(normal) // 2
        return normal[:half], pd.concat([normal[half:], anomalies])
    mixed = pd.concat([normal, anomalies[: len(normal) // 9]])
    return mixed, mixed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for name in ANOMALIES:
        for way in ("clean", "mixed"):
            for seed in range(given.seeds):
                train, test = parts(name, way, seed)
                base = given.folder / f"{name}-{way}-{seed}"
                train.drop(columns="class").to_csv(f"{base}-train.csv", index=False)
                test.to_csv(f"{base}-test.csv", index=False)
                start = time.perf_counter()
                x = train.drop(columns="class").to_numpy()
                forest = IsolationForest(random_state=seed).fit(x)
                scores = -forest.score_samples(test.drop(columns="class").to_numpy())
                labels = np.array(test["class"] == ANOMALIES[name])
                print(
                    json.dumps(
                        {
                            "table": name,
                            "way": way,
                            "seed": seed,
                            "path": str(base),
                            "anomaly": ANOMALIES[name],
                            "areaUnderRoc": roc_auc_score(labels, scores),
                            "averagePrecision": average_precision_score(labels, scores),
                            "seconds": time.perf_counter() - start,
                        }
                    )
                )


if __name__ == "__main__":
    main()
