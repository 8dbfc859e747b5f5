"""Write metrics.json: accuracy and the worst kind's recall, over all pictures and by kind and pattern."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

Row = dict[str, str]


def accuracy(rows: Sequence[Row]) -> float:
    """The share that was told right."""
    return sum(row["said"] == row["kind"] for row in rows) / len(rows)


def worst_recall(rows: Sequence[Row]) -> float:
    """The smallest share of one kind that was found."""
    return min(accuracy(part) for part in grouped(rows, "kind").values())


def grouped(rows: Sequence[Row], key: str) -> dict[str, list[Row]]:
    """Rows by the value of a column."""
    return {value: [row for row in rows if row[key] == value] for value in sorted({row[key] for row in rows})}


def metrics(rows: Sequence[Row]) -> dict[str, object]:
    """The whole file."""
    slices = {
        key: {value: {"accuracy": accuracy(part)} for value, part in grouped(rows, key).items()}
        for key in ("kind", "pattern")
    }
    return {"accuracy": accuracy(rows), "worst_recall": worst_recall(rows), "slices": slices}


if __name__ == "__main__":
    with Path("predictions.csv").open(newline="") as table:
        found = metrics(list(csv.DictReader(table)))
    Path("metrics.json").write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    print(f"accuracy {found['accuracy']:.3f}")
