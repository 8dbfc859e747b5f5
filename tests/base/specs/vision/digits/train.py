"""Fits a tree on three scans of four."""

import csv
import json
from pathlib import Path

from skops.io import dump
from sklearn.tree import DecisionTreeClassifier

with open("clean.csv", newline="") as file:
    rows = [list(map(int, row)) for row in list(csv.reader(file))[1:]]
rows = [row for at, row in enumerate(rows) if at % 4]
tree = DecisionTreeClassifier(max_depth=json.loads(Path("params.json").read_text())["max_depth"], random_state=7)
tree.fit([row[:64] for row in rows], [row[64] for row in rows])
Path("model").mkdir(exist_ok=True)
dump(tree, "model/model.skops")
