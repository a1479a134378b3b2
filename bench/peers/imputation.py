"""Tables with a fifth of their cells taken out, scikit-learn's imputers on them, and the error of a table
that was filled.

    python bench/peers/imputation.py write FOLDER TABLE.csv... --seeds 3
    python bench/peers/imputation.py score TABLE.csv GAPS.csv FILLED.csv

`write` makes a table with gaps for each seed, lets the imputers fill it and prints a line of JSON for each:
`mean` (SimpleImputer: means, most frequent categories) and `iterative` (IterativeImputer as it is, categories
one-hot, the largest taken). The error of numbers is the root of the mean square, in deviations of the
whole column; categories have the share of right ones.

Needs scikit-learn and pandas.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, SimpleImputer
from tables import CATEGORICAL

SHARE = 0.2


def read(path: Path, names: list[str]) -> pd.DataFrame:
    return pd.read_csv(path, dtype={name: str for name in names})


def errors(whole: pd.DataFrame, gaps: pd.DataFrame, filled: pd.DataFrame, names: list[str]) -> dict:
    squares, right = [], []
    for column in whole:
        missing = gaps[column].isna() & whole[column].notna()
        true, found = whole.loc[missing, column], filled.loc[missing, column]
        if column in names:
            right.extend(true == found)
        else:
            squares.extend(((true - found) / whole[column].std()) ** 2)
    return {
        "rmse": float(np.sqrt(np.mean(squares))),
        **({"accuracy": float(np.mean(right))} if right else {}),
    }


def by_means(gaps: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    filled = gaps.copy()
    for column in gaps:
        strategy = "most_frequent" if column in names else "mean"
        imputer = SimpleImputer(strategy=strategy, missing_values=np.nan)
        filled[column] = imputer.fit_transform(gaps[[column]])[:, 0]
    return filled


def one_hot(gaps: pd.DataFrame, name: str) -> pd.DataFrame:
    """All categories but the first: with that one, each would be told by the others alone."""
    hot = pd.get_dummies(gaps[name], dtype=float)
    hot[gaps[name].isna()] = np.nan
    return hot.iloc[:, 1:].add_prefix(f"{name}=")


def iterative(gaps: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    numbers = gaps.drop(columns=names).astype(float)
    x = pd.concat([numbers, *(one_hot(gaps, name) for name in names)], axis=1)
    means, deviations = x.mean(), x.std()
    imputer = IterativeImputer(random_state=0, max_iter=20)
    found = pd.DataFrame(imputer.fit_transform((x - means) / deviations), columns=x.columns)
    found = found * deviations + means
    filled = gaps.copy()
    filled[numbers.columns] = found[numbers.columns]
    for name in names:
        first, *others = sorted(gaps[name].dropna().unique())
        shares = found[[f"{name}={other}" for other in others]].set_axis(others, axis=1)
        shares.insert(0, first, 1 - shares.sum(axis=1))
        filled[name] = gaps[name].where(gaps[name].notna(), shares.idxmax(axis=1))
    return filled


def write(folder: Path, paths: list[Path], seeds: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        names = CATEGORICAL.get(path.stem, [])
        whole = read(path, names)
        for seed in range(seeds):
            mask = np.random.default_rng(seed).random(whole.shape) < SHARE
            gaps = folder / f"{path.stem}-{seed}-gaps.csv"
            whole.mask(mask).to_csv(gaps, index=False)
            known = read(gaps, names)
            for name, impute in [("mean", by_means), ("iterative", iterative)]:
                start = time.perf_counter()
                filled = impute(known, names)
                seconds = time.perf_counter() - start
                told = {"table": path.stem, "seed": seed, "gaps": str(gaps), "contestant": name}
                found = errors(whole, known, filled, names)
                print(json.dumps({**told, **found, "seconds": seconds}), flush=True)


def score(path: Path, gaps: Path, filled: Path) -> None:
    names = CATEGORICAL.get(path.stem, [])
    print(json.dumps(errors(*(read(each, names) for each in (path, gaps, filled)), names)))


def main() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("folder", type=Path)
    writing.add_argument("tables", type=Path, nargs="+")
    writing.add_argument("--seeds", type=int, default=3)
    scoring = commands.add_parser("score")
    for name in ("table", "gaps", "filled"):
        scoring.add_argument(name, type=Path)
    given = parser.parse_args()
    if given.command == "write":
        write(given.folder, given.tables, given.seeds)
    else:
        score(given.table, given.gaps, given.filled)


if __name__ == "__main__":
    main()
