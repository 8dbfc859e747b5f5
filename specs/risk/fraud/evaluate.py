"""Judge the scores of the later days: how well they order the payments, and how much fraud is in the three percent on top."""

import json
from pathlib import Path

import numpy as np

ALERTS = 0.03
"""The share of payments that people can look at."""


def metrics(channels: np.ndarray, scores: np.ndarray, fraud: np.ndarray) -> dict:
    """Both numbers, overall and for each channel. The alerts are shared out over all channels, as they are at work."""
    alerted = np.zeros(len(scores), dtype=bool)
    alerted[np.argsort(-scores, kind="stable")[: int(len(scores) * ALERTS)]] = True
    slices = {
        str(channel): one(scores[channels == channel], fraud[channels == channel], alerted[channels == channel])
        for channel in np.unique(channels)
    }
    return {**one(scores, fraud, alerted), "slices": {"channel": slices}}


def one(scores: np.ndarray, fraud: np.ndarray, alerted: np.ndarray) -> dict:
    """Average precision, and the share of fraud that was alerted."""
    ordered = fraud[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    found = int(fraud.sum())
    return {
        "average_precision": round(float((precision * ordered).sum() / found), 6),
        "recall_at_3_percent": round(float((fraud & alerted).sum() / found), 6),
    }


def main() -> None:
    rows = [line.split(",") for line in Path("scores.csv").read_text().splitlines()[1:]]
    channels, scores, fraud = (np.array(column) for column in zip(*rows, strict=True))
    found = metrics(channels, scores.astype(float), fraud.astype(int) == 1)
    Path("metrics.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
