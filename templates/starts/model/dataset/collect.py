"""Writes rows.csv: this is where your own source goes (a query, a download, an export)."""

import csv
from pathlib import Path

from sklearn.datasets import load_iris

flowers = load_iris()
with Path("rows.csv").open("w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow(["sepal_length", "sepal_width", "petal_length", "petal_width", "species"])
    rows.writerows([*values, int(kind)] for values, kind in zip(flowers.data.tolist(), flowers.target, strict=True))
