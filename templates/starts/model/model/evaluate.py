"""Scores the model on the rows that training did not see."""

import csv
import json
from pathlib import Path

from sklearn.metrics import accuracy_score, f1_score
from skops.io import load

with Path("held-out.csv").open(newline="") as file:
    rows = list(csv.reader(file))[1:]
truth = [int(row[-1]) for row in rows]
found = load("model/model.skops").predict([list(map(float, row[:-1])) for row in rows])

metrics = {"f1": f1_score(truth, found, average="macro"), "accuracy": accuracy_score(truth, found)}
Path("metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
