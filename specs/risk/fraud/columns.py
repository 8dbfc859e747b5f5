"""What the model sees of a payment, in the order in which the service gets it."""

from pathlib import Path

import numpy as np

FEATURES = ("channel", "amount", "hour", "days_since_last", "payments_today", "new_payee", "abroad")


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Features as objects (the channel is a text) and whether each payment was fraud."""
    head, *lines = path.read_text().splitlines()
    names = head.split(",")
    cells = [line.split(",") for line in lines]
    columns = [names.index(name) for name in FEATURES]
    rows = [
        [row[at] if name == "channel" else float(row[at]) for name, at in zip(FEATURES, columns, strict=True)]
        for row in cells
    ]
    return np.array(rows, dtype=object), np.array([int(row[names.index("fraud")]) for row in cells])
