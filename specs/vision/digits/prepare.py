"""Split the scans: every fifth row is held out, so that the split never depends on a random state."""

from pathlib import Path

import numpy as np

SCANS = Path("../datasets/digits/digits.csv")


def held_out(rows: int, every: int = 5) -> np.ndarray:
    """Which rows judge the model and are never trained on."""
    return np.arange(rows) % every == 0


def main() -> None:
    table = np.loadtxt(SCANS, delimiter=",", skiprows=1, dtype=np.int16)
    test = held_out(len(table))
    np.save("train.npy", table[~test])
    np.save("test.npy", table[test])
    print(f"{(~test).sum()} rows to train on, {test.sum()} held out")


if __name__ == "__main__":
    main()
