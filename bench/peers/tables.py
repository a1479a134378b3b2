"""Tables for comparisons, the peers that learn them, and the score of synthetic rows by SDMetrics.

    python bench/peers/tables.py write FOLDER PENGUINS      # the tables, as CSV, with their metadata
    python bench/peers/tables.py train PEER TABLE.csv ROWS.csv --epochs 300 --seed 0
    python bench/peers/tables.py score TABLE.csv ROWS.csv...

PENGUINS is `data/penguins.json` of the npm package vega-datasets. PEER is `ctgan` (CTGAN's TVAE) or
`sdv` (SDV's TVAESynthesizer). What is measured comes as one line of JSON each.

Needs numpy, pandas, scikit-learn, ctgan, sdv and sdmetrics.
"""

import argparse
import json
import pathlib
import resource
import time
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")

# Columns of names in each table; all others are numbers or dates.
CATEGORICAL = {
    "wine": ["class"],
    "breast_cancer": ["class"],
    "diabetes": ["sex"],
    "penguins": ["Species", "Island", "Sex"],
}


def of_scikit_learn(name: str) -> pd.DataFrame:
    """A table of scikit-learn, its classes by name; diabetes in its own units."""
    from sklearn import datasets

    if name == "diabetes":
        return datasets.load_diabetes(as_frame=True, scaled=False).frame
    loaded = getattr(datasets, f"load_{name}")(as_frame=True)
    table = loaded.frame.drop(columns="target")
    table["class"] = [str(loaded.target_names[i]) for i in loaded.target]
    return table


def penguins(path: str) -> pd.DataFrame:
    """The penguins of Palmer station, two without any measure; one sex is written '.'."""
    table = pd.DataFrame(json.loads(pathlib.Path(path).read_text()))
    table["Sex"] = table["Sex"].where(table["Sex"].isin(["MALE", "FEMALE"]))
    return table


def made(rows: int, seed: int) -> tuple[pd.DataFrame, list[str]]:
    """Rows of customers: 30 columns of all kinds that hang together by four hidden numbers."""
    draw = np.random.default_rng(seed)
    hidden = draw.normal(size=(rows, 4))
    group = draw.choice(5, rows, p=[0.35, 0.25, 0.2, 0.15, 0.05])
    table = {}
    # Continuous columns: bell-shaped, with several modes, skewed, with heavy tails, bounded.
    table["age"] = np.clip(45 + 12 * hidden[:, 0] + 3 * group, 18, 95).round(0)
    table["height"] = (170 + 9 * draw.normal(size=rows)).round(1)
    table["weight"] = (table["height"] - 98 + 11 * hidden[:, 1]).round(1)
    table["income"] = np.exp(10 + 0.5 * hidden[:, 0] + 0.2 * group + 0.3 * draw.normal(size=rows)).round(2)
    table["spend"] = (table["income"] * draw.beta(2, 6, rows)).round(2)
    table["balance"] = (1500 * draw.standard_t(3, rows) + 800 * hidden[:, 2]).round(2)
    peak = np.array([8.0, 12.5, 18.0])[draw.choice(3, rows, p=[0.3, 0.3, 0.4])]
    table["hour"] = np.clip(peak + 1.1 * draw.normal(size=rows), 0, 23.99).round(2)
    table["latitude"] = (np.array([48.1, 50.9, 52.5, 53.6, 51.3])[group] + 0.2 * draw.normal(size=rows)).round(4)
    table["longitude"] = (np.array([11.6, 6.9, 13.4, 10.0, 12.4])[group] + 0.3 * draw.normal(size=rows)).round(4)
    table["score"] = (100 / (1 + np.exp(-hidden[:, 3] - 0.5 * hidden[:, 0]))).round(3)
    table["ratio"] = draw.beta(0.6, 0.9, rows).round(4)
    table["delay"] = draw.exponential(3 + 2 * (group == 4), rows).round(3)
    # Counts: Poisson, more spread than Poisson, with many zeros.
    table["visits"] = draw.poisson(np.exp(1.2 + 0.5 * hidden[:, 1]))
    table["orders"] = draw.negative_binomial(2, 1 / (1 + np.exp(0.4 * hidden[:, 0] + 0.8)))
    table["returns"] = draw.poisson(0.3 * table["orders"] + 0.01)
    table["children"] = draw.poisson(1.1, rows) * (table["age"] > 24)
    table["complaints"] = draw.poisson(2, rows) * (draw.random(rows) < 0.12)
    table["clicks"] = draw.negative_binomial(1, 0.02, rows)
    # Names: two to forty, frequent and rare, that depend on groups and hidden numbers.
    cities = np.array(["Munich", "Cologne", "Berlin", "Hamburg", "Leipzig"])
    names = {
        "city": np.where(draw.random(rows) < 0.9, cities[group], draw.choice(cities, rows)),
        "plan": np.array(["basic", "plus", "family", "business"])[
            np.digitize(hidden[:, 0] + 0.6 * draw.normal(size=rows), [-0.6, 0.5, 1.4])
        ],
        "device": draw.choice(["phone", "laptop", "tablet"], rows, p=[0.55, 0.35, 0.1]),
        "channel": draw.choice(["search", "mail", "friend", "advert", "shop"], rows),
        "product": np.array([f"P{i:02}" for i in range(40)])[np.minimum(draw.geometric(0.12, rows) - 1, 39)],
        "education": np.array(["school", "college", "bachelor", "master", "doctor"])[
            np.digitize(hidden[:, 3] + 0.3 * hidden[:, 0], [-1, 0, 0.8, 1.8])
        ],
        "weekday": draw.choice(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], rows),
        "member": np.where(hidden[:, 1] + 0.5 * draw.normal(size=rows) > 0.3, "yes", "no"),
        "churned": np.where(
            0.9 * hidden[:, 2] - 0.6 * hidden[:, 1] + 0.5 * draw.normal(size=rows) > 1, "yes", "no"
        ),
        "mobile": np.where(draw.random(rows) < 0.8, "true", "false"),
    }
    table |= names
    # Days since 2020, more of them lately.
    days = np.floor(1461 * np.sqrt(draw.random(rows))).astype(int)
    table["joined"] = (np.datetime64("2020-01-01") + days).astype(str)
    grade = 3 + hidden[:, 3] + 0.5 * draw.normal(size=rows)
    table["rating"] = np.clip(np.round(grade), 1, 5).astype(int)
    frame = pd.DataFrame(table)
    for column, share in (("income", 0.08), ("delay", 0.03), ("education", 0.05)):
        frame[column] = frame[column].where(draw.random(rows) >= share)
    return frame, [*names, "rating"]


def metadata_of(table: pd.DataFrame, categorical: list[str]) -> dict:
    """The kinds of a table's columns, as SDV and SDMetrics are told them."""
    columns = {}
    for name in table:
        if name in categorical:
            columns[name] = {"sdtype": "categorical"}
        elif name == "joined":
            columns[name] = {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"}
        else:
            columns[name] = {"sdtype": "numerical"}
    return {"METADATA_SPEC_VERSION": "V1", "tables": {"table": {"columns": columns}}}


def write(folder: str, penguins_path: str) -> None:
    out = pathlib.Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    tables = {name: (of_scikit_learn(name), CATEGORICAL[name]) for name in ("wine", "breast_cancer", "diabetes")}
    tables["penguins"] = (penguins(penguins_path), CATEGORICAL["penguins"])
    tables["made"] = made(50_000, 1)
    for name, (table, categorical) in tables.items():
        for column in table.select_dtypes("number"):
            if (table[column].dropna() % 1 == 0).all():
                table[column] = table[column].astype("Int64")
        table.to_csv(out / f"{name}.csv", index=False)
        (out / f"{name}.json").write_text(json.dumps(metadata_of(table, categorical), indent=1))


def read(path: str, metadata: dict) -> pd.DataFrame:
    """A table whose columns of names hold text; dates are left as text."""
    columns = metadata["tables"]["table"]["columns"]
    texts = {name: str for name, column in columns.items() if column["sdtype"] != "numerical"}
    return pd.read_csv(path, dtype=texts, keep_default_na=True)[list(columns)]


def metadata_beside(path: str) -> dict:
    return json.loads(pathlib.Path(path).with_suffix(".json").read_text())


def fit_ctgan(table: pd.DataFrame, columns: dict, epochs: int):
    """CTGAN's TVAE knows numbers and names: dates go in as days, missing values as SDV fills them in."""
    from ctgan import TVAE

    known = table.copy()
    names = [name for name, column in columns.items() if column["sdtype"] == "categorical"]
    dates = [name for name, column in columns.items() if column["sdtype"] == "datetime"]
    for name in dates:
        known[name] = (pd.to_datetime(known[name]) - pd.Timestamp(0)).dt.days
    for name in columns:
        if name in names:
            known[name] = known[name].fillna("missing")
        else:
            known[name] = known[name].fillna(known[name].mean())
    model = TVAE(epochs=epochs)
    model.fit(known, names)

    def sample(count: int) -> pd.DataFrame:
        rows = model.sample(count)
        for name in dates:
            days = pd.to_timedelta(rows[name].round(), unit="D")
            rows[name] = (pd.Timestamp(0) + days).dt.strftime("%Y-%m-%d")
        return rows.replace("missing", np.nan)

    return sample


def fit_sdv(table: pd.DataFrame, metadata: dict, epochs: int):
    from sdv.metadata import Metadata
    from sdv.single_table import TVAESynthesizer

    model = TVAESynthesizer(Metadata.load_from_dict(metadata), epochs=epochs)
    model.fit({"table": table})
    return lambda count: model.sample(count)["table"]


def train(peer: str, path: str, out: str, epochs: int, seed: int) -> None:
    """Trains a peer, and draws as many rows as the table has."""
    import torch

    np.random.seed(seed)
    torch.manual_seed(seed)
    metadata = metadata_beside(path)
    table = read(path, metadata)
    began = time.perf_counter()
    if peer == "ctgan":
        sample = fit_ctgan(table, metadata["tables"]["table"]["columns"], epochs)
    else:
        sample = fit_sdv(table, metadata, epochs)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sample(len(table)).to_csv(out, index=False)
    print(json.dumps({"trainSeconds": round(seconds, 3), "peakMemory": peak}))


def score(path: str, rows: list[str]) -> None:
    """SDMetrics' quality report of each file of rows."""
    from sdmetrics.reports import QualityReport

    metadata = metadata_beside(path)
    table = read(path, metadata)
    for file in rows:
        report = QualityReport()
        # Thresholds leave out pairs of columns that hardly depend on one another: none is left out.
        for kept in (True, False):
            if not kept:
                report.real_correlation_threshold = 0
                report.real_association_threshold = 0
            report.generate({"table": table}, {"table": read(file, metadata)}, metadata, verbose=False)
            properties = report.get_properties().set_index("Property")["Score"].to_dict()
            told = {
                "rows": file,
                "thresholds": kept,
                "overall": report.get_score(),
                "shapes": properties["Column Shapes"],
                "pairs": properties["Column Pair Trends"],
            }
            print(json.dumps(told), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("folder")
    writing.add_argument("penguins")
    training = commands.add_parser("train")
    training.add_argument("peer", choices=["ctgan", "sdv"])
    training.add_argument("table")
    training.add_argument("rows")
    training.add_argument("--epochs", type=int, default=300)
    training.add_argument("--seed", type=int, default=0)
    scoring = commands.add_parser("score")
    scoring.add_argument("table")
    scoring.add_argument("rows", nargs="+")
    given = parser.parse_args()
    if given.command == "write":
        write(given.folder, given.penguins)
    elif given.command == "train":
        train(given.peer, given.table, given.rows, given.epochs, given.seed)
    else:
        score(given.table, given.rows)


if __name__ == "__main__":
    main()
