"""Fits a tree on three rows of four and keeps the fourth for evaluate.py."""

import csv
import json
from pathlib import Path

from skops.io import dump
from sklearn.tree import DecisionTreeClassifier

DATA = Path("../datasets/[= name =]/rows.csv")

params = json.loads(Path("params.json").read_text())
with DATA.open(newline="") as file:
    head, *rows = csv.reader(file)
kept = [row for at, row in enumerate(rows) if at % 4]

tree = DecisionTreeClassifier(max_depth=params["max_depth"], random_state=7)
tree.fit([list(map(float, row[:-1])) for row in kept], [int(row[-1]) for row in kept])

Path("model").mkdir(exist_ok=True)
dump(tree, "model/model.skops")  # a format that runs no code when it is loaded
with Path("held-out.csv").open("w", newline="") as file:
    csv.writer(file).writerows([head, *rows[::4]])
