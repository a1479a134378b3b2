"""Writes small tables and SDMetrics' numbers of them, for the tests of the quality of rows.

    python bench/peers/quality_fixtures.py test/fixtures/quality.json

Needs numpy, pandas and sdmetrics.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
from sdmetrics.reports import QualityReport
from sdmetrics.single_column import BoundaryAdherence, CategoryCoverage, MissingValueSimilarity, RangeCoverage
from sdmetrics.single_table import DCRBaselineProtection, DCROverfittingProtection, NewRowSynthesis

warnings.filterwarnings("ignore")

ORIGIN = pd.Timestamp("2020-01-01")
KINDS = {
    "amount": "continuous",
    "level": "continuous",
    "visits": "count",
    "city": "categorical",
    "member": "binary",
    "grade": "ordinal",
    "day": "date",
    "lonely": "continuous",
}
SDTYPES = {"categorical": "categorical", "binary": "categorical", "ordinal": "ordinal", "date": "datetime"}
CATEGORIES = {"city": ["a", "b", "c", "d", "e"], "member": ["no", "yes"], "grade": ["1", "2", "3", "4"]}


def encoded(rows: int, draw, shift: float) -> pd.DataFrame:
    """Values as vaekit's examples hold them: places of categories, days since the origin, NaN."""
    hidden = draw.normal(size=rows) + shift
    table = pd.DataFrame(
        {
            "amount": 3 * hidden + draw.normal(size=rows),
            "level": np.where(draw.random(rows) < 0.5, 10, 20) + hidden,
            "visits": draw.poisson(np.exp(1 + 0.4 * hidden)),
            "city": np.clip(np.round(hidden + 2), 0, 4),
            "member": (hidden + 0.5 * draw.normal(size=rows) > 0.2).astype(float),
            "grade": np.clip(np.round(hidden + draw.normal(size=rows) + 1.5), 0, 3),
            "day": np.floor(300 + 80 * hidden),
            "lonely": 7.5,
        }
    )
    for name, share in (("level", 0.15), ("city", 0.1), ("grade", 0.05)):
        table[name] = table[name].where(draw.random(rows) >= share)
    return table.astype(np.float32).astype(np.float64)


def decoded(values: pd.DataFrame) -> pd.DataFrame:
    table = values.copy()
    for name, words in CATEGORIES.items():
        table[name] = [None if np.isnan(place) else words[int(place)] for place in values[name]]
    table["day"] = ORIGIN + pd.to_timedelta(values["day"], unit="D")
    table["visits"] = values["visits"].astype(int)
    return table


def plain(value: float) -> float | None:
    return None if value is None or np.isnan(value) else float(value)


def rows_of(values: pd.DataFrame) -> list:
    return [[plain(value) for value in row] for row in values.to_numpy()]


def report_of(real, synthetic, metadata, thresholds: bool) -> dict:
    report = QualityReport()
    if not thresholds:
        report.real_correlation_threshold = report.real_association_threshold = 0
    tables = ({"t": real}, {"t": synthetic})
    report.generate(*tables, {"tables": {"t": metadata}}, verbose=False)
    properties = report.get_properties().set_index("Property")["Score"]
    shapes = report.get_details("Column Shapes").set_index("Column")["Score"]
    pairs = report.get_details("Column Pair Trends")
    return {
        "overall": report.get_score(),
        "shapes": {name: plain(score) for name, score in shapes.items()},
        "shapesScore": properties["Column Shapes"],
        "pairs": [
            {
                "columns": [pair["Column 1"], pair["Column 2"]],
                "metric": pair["Metric"],
                "score": plain(pair["Score"]),
                "realCorrelation": plain(pair["Real Correlation"]),
                "syntheticCorrelation": plain(pair["Synthetic Correlation"]),
                "association": plain(pair["Real Association"]),
                "counts": bool(pair["Meets Threshold?"]) if pd.notna(pair["Meets Threshold?"]) else False,
            }
            for _, pair in pairs.iterrows()
        ],
        "pairsScore": properties["Column Pair Trends"],
    }


def main(out: str) -> None:
    draw = np.random.default_rng(3)
    real = encoded(90, draw, 0)
    held_out = encoded(60, draw, 0)
    synthetic = encoded(70, draw, 0.3)
    synthetic["amount"] = (0.6 * synthetic["amount"]).astype(np.float32).astype(np.float64)
    # The first rows are copies of real ones, some with numbers that differ by less than a hundredth.
    synthetic.iloc[:12] = real.iloc[:12].to_numpy()
    for name in ("amount", "level"):
        synthetic.loc[4:8, name] = (synthetic.loc[4:8, name] * 1.004).astype(np.float32).astype(np.float64)
    synthetic.loc[8:9, "amount"] *= 2
    # A category of the real rows that no synthetic row has, and one missing value where none is real.
    synthetic.loc[synthetic["city"] == 4, "city"] = 3
    synthetic.loc[20, "amount"] = np.nan
    random = encoded(70, draw, 0) * draw.uniform(0.2, 1.8, (70, 1))
    for name, words in CATEGORIES.items():
        random[name] = draw.integers(0, len(words), 70)
    for name in ("day", "visits"):
        random[name] = random[name].round()
    random = random.astype(np.float32).astype(np.float64)

    metadata = {"columns": {name: {"sdtype": SDTYPES.get(kind, "numerical")} for name, kind in KINDS.items()}}
    # Distances know no ordinal columns.
    nominal = json.loads(json.dumps(metadata))
    nominal["columns"]["grade"]["sdtype"] = "categorical"
    tables = {name: decoded(table) for name, table in {"real": real, "synthetic": synthetic}.items()}
    both = (tables["real"], tables["synthetic"])
    DCRBaselineProtection._generate_random_data = classmethod(lambda *_: decoded(random))
    discrete = list(CATEGORIES)
    baseline = DCRBaselineProtection.compute_breakdown(*both, nominal, None)
    overfitting = DCROverfittingProtection.compute_breakdown(*both, decoded(held_out), nominal, None)
    expected = {
        "report": report_of(*both, metadata, True),
        "allPairs": report_of(*both, metadata, False),
        "coverage": {
            name: plain((CategoryCoverage if name in discrete else RangeCoverage).compute(both[0][name], both[1][name]))
            for name in KINDS
        },
        "boundaries": {
            name: plain(BoundaryAdherence.compute(both[0][name], both[1][name]))
            for name in KINDS
            if name not in discrete
        },
        "missing": {name: MissingValueSimilarity.compute(both[0][name], both[1][name]) for name in KINDS},
        "newRows": NewRowSynthesis.compute_breakdown(*both, metadata),
        "baseline": {
            "score": baseline["score"],
            "synthetic": baseline["median_DCR_to_real_data"]["synthetic_data"],
            "random": baseline["median_DCR_to_real_data"]["random_data_baseline"],
        },
        "overfitting": {
            "score": overfitting["score"],
            "closerToTraining": overfitting["synthetic_data_percentages"]["closer_to_training"],
        },
    }
    columns = [
        {
            "name": name,
            "kind": kind,
            "type": "text" if name in discrete or kind == "date" else "number",
            "missing": 0,
            **({"categories": CATEGORIES[name]} if name in discrete else {}),
            **(
                {"date": {"format": "YYYY-MM-DD", "origin": ORIGIN.timestamp() * 1000, "unit": "day"}}
                if kind == "date"
                else {}
            ),
        }
        for name, kind in KINDS.items()
    ]
    tables = {"real": real, "synthetic": synthetic, "heldOut": held_out, "random": random}
    fixture = {"columns": columns, **{name: rows_of(table) for name, table in tables.items()}, "expected": expected}
    pathlib.Path(out).write_text(json.dumps(fixture, default=float) + "\n")


main(sys.argv[1])
